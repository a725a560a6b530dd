//go:build !linux

package kernel

import "net/netip"

func find(netip.AddrPort, netip.AddrPort) (Connection, error) { return Connection{}, ErrNoTable }
func connections(uint16) ([]Connection, error)                { return nil, ErrNoTable }
