package audience

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// usual is the port of a class; another class takes one of those after it.
const usual = 9878

// Listen opens the port of a class. An address without a port has the usual one, or
// another one where that is taken; without a host it is loopback.
func Listen(address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), ""
	}
	if host == "" && port == "" {
		host = "127.0.0.1"
	}
	if port != "" {
		return net.Listen("tcp", net.JoinHostPort(host, port))
	}
	for n := usual; n < usual+20; n++ {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(n)))
		if !errors.Is(err, syscall.EADDRINUSE) {
			return l, err
		}
	}
	return net.Listen("tcp", net.JoinHostPort(host, "0"))
}

// reached returns the addresses by which a listener can be reached, those first that are
// most likely the students'.
func reached(l net.Listener) (all []netip.AddrPort) {
	at := l.Addr().(*net.TCPAddr).AddrPort()
	own := at.Addr().Unmap()
	if !own.IsUnspecified() {
		return []netip.AddrPort{netip.AddrPortFrom(own, at.Port())}
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		addresses = nil
	}
	for _, a := range addresses {
		if network, ok := a.(*net.IPNet); ok {
			if ip, ok := netip.AddrFromSlice(network.IP); ok {
				if ip = ip.Unmap(); !ip.IsLinkLocalUnicast() && (ip.Is4() || at.Addr().Is6()) {
					all = append(all, netip.AddrPortFrom(ip, at.Port()))
				}
			}
		}
	}
	rank := func(ip netip.Addr) int {
		switch {
		case ip.IsLoopback():
			return 2
		case ip.Is6():
			return 1
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b netip.AddrPort) int { return rank(a.Addr()) - rank(b.Addr()) })
	return all
}
