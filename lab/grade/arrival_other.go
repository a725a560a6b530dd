//go:build !linux

package grade

import "net"

// unacknowledged cannot be asked here in one way for all: loopback is fast.
func unacknowledged(int) int { return 0 }

// room cannot be asked in one way for all either.
func room(int) int { return 0 }

// acknowledge is left to the kernel.
func acknowledge(*net.TCPConn) {}
