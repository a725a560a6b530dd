package sys

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// Loopback returns 127.0.0.1 with the port; port 0 lets the kernel choose.
func Loopback(port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
}

// Socket makes a TCP socket for IPv4: socket(2). It blocks.
func Socket(label string) (fd int, err error) {
	o := observed()
	fd, err = cloexecSocket()
	calls.Add(1)
	if err != nil {
		o.end(callSocket, trace.NoFD, -1, number(err), nil)
		return -1, err
	}
	o.opened(fd, trace.NoFD, "TCP socket", label, false)
	return fd, nil
}

// ListenTCP is what a server begins with: socket, SO_REUSEADDR, bind to
// 127.0.0.1, listen. EADDRINUSE says that the port is taken.
func ListenTCP(port uint16, backlog int, label string) (fd int, err error) {
	if fd, err = Socket(label); err != nil {
		return -1, err
	}
	if err = SetReuseAddr(fd, true); err == nil {
		if err = Bind(fd, Loopback(port)); err == nil {
			err = Listen(fd, backlog)
		}
	}
	if err != nil {
		Close(fd)
		return -1, err
	}
	return fd, nil
}

// Bind gives a socket its own address: bind(2). IPv4 only.
func Bind(fd int, addr netip.AddrPort) error {
	return observed().done(callBind, fd, unix.Bind(fd, sockaddr(addr)))
}

// Listen makes a socket take connections: listen(2). The kernel completes up
// to backlog+1 of them (on Linux) before anybody calls Accept. A socket that
// was not bound gets a port of the kernel's choice.
func Listen(fd, backlog int) error {
	o := observed()
	err := o.done(callListen, fd, unix.Listen(fd, backlog))
	if err == nil {
		o.rename(fd, "TCP listener ", netip.AddrPort{})
	}
	return err
}

// Accept takes the next connection from a listener's queue: accept(2). The
// new fd blocks, whatever the listener does.
func Accept(fd int) (conn int, peer netip.AddrPort, err error) {
	o := observed()
	mayBlock := !lookUp(fd).has(isNonblocking)
	begun := mayBlock && o.begin(callAccept, fd, 0)
	var errno unix.Errno
	for again := true; again; again = errno == unix.EINTR {
		conn, peer, errno = cloexecAccept(fd, mayBlock)
		calls.Add(1)
	}
	o.ended(begun, callAccept, fd, conn, errno, nil)
	if errno != 0 {
		return -1, netip.AddrPort{}, errno
	}
	what := ""
	if o.rec != nil { // only the trace wants the words
		what = "TCP from " + peer.String()
	}
	o.opened(conn, trace.NoFD, what, "", false)
	return conn, peer, nil
}

// Connect connects a socket: connect(2). On a non-blocking fd it fails with
// EINPROGRESS, and the fd becomes writable when it is decided; SocketError
// then tells how.
func Connect(fd int, to netip.AddrPort) error {
	o := observed()
	mayBlock := !lookUp(fd).has(isNonblocking)
	begun := mayBlock && o.begin(callConnect, fd, 0)
	err := unix.Connect(fd, sockaddr(to))
	calls.Add(1)
	if err == unix.EINTR && mayBlock {
		// The one call that must not be made again: the connection goes on by
		// itself, and a second connect would get EALREADY. We wait for the end
		// of the first (connect(2), EINTR).
		err = awaitConnect(fd)
	}
	errno := number(err)
	o.ended(begun, callConnect, fd, result(errno), errno, nil)
	if err == nil || err == unix.EINPROGRESS {
		o.rename(fd, "TCP ", to)
	}
	return err
}

// rename labels a socket that has become more than a socket by its own
// address, unless the program has a name for it. The question to the kernel is
// ours, not the program's, so Calls does not count it.
func (o *observer) rename(fd int, what string, to netip.AddrPort) {
	if o.rec == nil || lookUp(fd).has(hasLabel) {
		return
	}
	own, err := unix.Getsockname(fd)
	if err != nil {
		return
	}
	what += addrPort(own).String()
	if to.IsValid() {
		what += " to " + to.String()
	}
	o.label(fd, what)
	set(fd, hasLabel, false) // not the program's word
}

// awaitConnect waits until a connection that is on its way is decided.
func awaitConnect(fd int) error {
	fds := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	for {
		_, err := unix.Poll(fds[:], -1)
		calls.Add(1)
		if err == nil {
			return pendingError(fd)
		}
		if err != unix.EINTR {
			return err
		}
	}
}

// SocketError takes the error that waits at a socket: SO_ERROR, socket(7). nil
// after a non-blocking Connect means that it is connected.
func SocketError(fd int) error { return observed().done(callSoError, fd, pendingError(fd)) }

func pendingError(fd int) error {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return err
	}
	return failure(unix.Errno(n))
}

// Shutdown ends one direction or both: shutdown(2), with unix.SHUT_RD,
// SHUT_WR or SHUT_RDWR. The fd stays open.
func Shutdown(fd, how int) error {
	closes()
	return observed().done(callShutdown, fd, unix.Shutdown(fd, how))
}

// SetReuseAddr sets SO_REUSEADDR: Bind may take an address that old
// connections in TIME_WAIT still hold, if they had it set too (socket(7)).
func SetReuseAddr(fd int, on bool) error {
	value := 0
	if on {
		value = 1
	}
	return observed().done(callReuseAddr, fd, unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, value))
}

// SetLinger sets SO_LINGER (socket(7)): Close waits up to that many seconds
// until the peer has everything; with 0 it throws away what is unsent and
// resets the connection. A negative number switches it off.
func SetLinger(fd, seconds int) error {
	linger := unix.Linger{Onoff: 1, Linger: int32(seconds)}
	if seconds < 0 {
		linger = unix.Linger{}
	}
	return observed().done(callLinger, fd, unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &linger))
}

// Setsockopt sets any other option that is an int: setsockopt(2).
func Setsockopt(fd, level, option, value int) error {
	call := callSetsockopt
	if level == unix.SOL_SOCKET { // it is the same option, however it is set
		switch option {
		case unix.SO_REUSEADDR:
			call = callReuseAddr
		case unix.SO_REUSEPORT:
			call = callReusePort
		}
	}
	return observed().done(call, fd, unix.SetsockoptInt(fd, level, option, value))
}

// Getsockname returns a socket's own address: getsockname(2).
func Getsockname(fd int) (netip.AddrPort, error) {
	calls.Add(1)
	name, err := unix.Getsockname(fd)
	return addrPort(name), err
}

// Getpeername returns the address at the other end: getpeername(2).
func Getpeername(fd int) (netip.AddrPort, error) {
	calls.Add(1)
	name, err := unix.Getpeername(fd)
	return addrPort(name), err
}

// sockaddr turns an address into C's form. The kernel refuses what is not
// IPv4: EAFNOSUPPORT or EINVAL.
func sockaddr(addr netip.AddrPort) unix.Sockaddr {
	if addr.Addr().Unmap().Is4() {
		return &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().Unmap().As4()}
	}
	return &unix.SockaddrInet6{Port: int(addr.Port()), Addr: addr.Addr().As16()}
}

func addrPort(name unix.Sockaddr) netip.AddrPort {
	if v4, ok := name.(*unix.SockaddrInet4); ok {
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), uint16(v4.Port))
	}
	return netip.AddrPort{}
}
