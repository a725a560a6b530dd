package experiment

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"

	"golang.org/x/sys/unix"

	"fdlab/lab/sys"
)

// Listen makes a TCP listener on 127.0.0.1 (sys.ListenTCP). If the port is
// taken it takes another one, and says so. Its owner closes the fd; the
// experiment fails if there is no port at all.
func (x *X) Listen(port uint16, backlog int, label string) (fd int, addr netip.AddrPort) {
	fd, err := sys.ListenTCP(port, backlog, label)
	if why := err; why == unix.EADDRINUSE || why == unix.EACCES {
		other := x.FreePort()
		if fd, err = sys.ListenTCP(other, backlog, label); err == nil {
			x.Note("port %d cannot be used (%s): the server listens on %d", port, unix.ErrnoName(why.(unix.Errno)), other)
			port = other
		}
	}
	if err != nil {
		x.Fail(fmt.Errorf("no listener on 127.0.0.1, port %d: %w", port, err))
	}
	if port == 0 {
		addr, err = sys.Getsockname(fd)
		if err != nil {
			x.Fail(err)
		}
		return fd, addr
	}
	return fd, sys.Loopback(port)
}

// FreePort returns a TCP port on which any socket can be bound now. It is below
// those that Linux and the BSDs give out by themselves, so that no other
// program gets it by chance.
func (x *X) FreePort() uint16 {
	const lowest, highest = 10000, 32767
	var err error
	for range 1000 {
		port := uint16(lowest + rand.IntN(highest-lowest))
		// This is the apparatus's question, not the program's: no record.
		var fd int
		if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0); err != nil {
			break
		}
		err = unix.Bind(fd, &unix.SockaddrInet4{Port: int(port), Addr: [4]byte{127, 0, 0, 1}})
		unix.Close(fd)
		if err == nil {
			return port
		}
		if !errors.Is(err, unix.EADDRINUSE) {
			break
		}
	}
	if errors.Is(err, unix.EADDRINUSE) {
		err = errNoPort
	}
	x.Fail(fmt.Errorf("a port on 127.0.0.1: %w", err))
	return 0
}
