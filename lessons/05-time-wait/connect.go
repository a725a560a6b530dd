package main

import (
	"net/netip"

	"fdlab/lab/experiment"
	"fdlab/lab/experiment/tcpstate"
	"fdlab/lab/sys"
)

// address is an IPv4 address with a port.
type address = netip.AddrPort

// option is whether a socket has SO_REUSEADDR.
type option bool

const (
	plain option = false
	reuse option = true
)

func (o option) String() string {
	if o == reuse {
		return "SO_REUSEADDR"
	}
	return "plain"
}

// bound makes a socket with an address of its own: socket, bind.
func bound(port uint16, o option, label string) (fd int, err error) {
	if fd, err = sys.Socket(label); err != nil {
		return -1, err
	}
	if o == reuse {
		err = sys.SetReuseAddr(fd, true)
	}
	if err == nil {
		err = sys.Bind(fd, sys.Loopback(port))
	}
	if err != nil {
		sys.Close(fd)
		return -1, err
	}
	return fd, nil
}

// loopback is where connections are made: a listener, and the observer that
// follows the states of both ends.
type loopback struct {
	x        *experiment.X
	observer *tcpstate.Observer
	listener int
	server   address // the listener's
}

// listen opens the listener. Whoever calls it must close it.
func listen(x *experiment.X) *loopback {
	listener, server := x.Listen(9877, 5, "listener")
	return &loopback{x, tcpstate.NewObserver(x), listener, server}
}

// connect makes a connection from a free port.
func (lo *loopback) connect(o option) *tcpstate.Conn {
	return lo.connectFrom(lo.x.FreePort(), o)
}

func (lo *loopback) connectFrom(port uint16, o option) *tcpstate.Conn {
	client, err := bound(port, o, "client")
	lo.x.Must("bind", err)
	lo.x.Must("connect", sys.Connect(client, lo.server))
	return lo.accept(client)
}

// accept takes the server's end of a client's connection.
func (lo *loopback) accept(client int) *tcpstate.Conn {
	conn, _, err := sys.Accept(lo.listener)
	lo.x.Must("accept", err)
	sys.Label(conn, "server")
	c := lo.observer.Conn(client, conn)
	c.Settle() // the server's end may still wait for the last segment of the handshake
	return c
}

// heard says what read(2) tells of the other end.
func heard(n int, err error) string {
	if n == 0 && err == nil {
		return "end of file"
	}
	return experiment.Result(err, "data")
}
