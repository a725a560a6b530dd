//go:build unix && !linux

package sys

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// Untested: macOS and FreeBSD are compiled for, not tried. There is a moment
// between the making of an fd and the mark close-on-exec; Go's ForkLock keeps
// os/exec from starting a child just then.

func cloexecPipe() (p [2]int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err = unix.Pipe(p[:]); err == nil {
		unix.CloseOnExec(p[0])
		unix.CloseOnExec(p[1])
	}
	return p, err
}

func cloexecSocketpair() ([2]int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(p[0])
		unix.CloseOnExec(p[1])
	}
	return p, err
}

func cloexecSocket() (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	return fd, err
}

func eventfd(uint) (int, error) { return -1, unix.ENOSYS }

func cloexecAccept(fd int, _ bool) (int, netip.AddrPort, unix.Errno) {
	conn, from, err := unix.Accept(fd)
	if err != nil {
		return -1, netip.AddrPort{}, number(err)
	}
	unix.CloseOnExec(conn)
	unix.SetNonblock(conn, false) // BSD hands the listener's flag down; Linux does not
	return conn, addrPort(from), 0
}
