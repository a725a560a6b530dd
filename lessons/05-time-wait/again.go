package main

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
	"fdlab/lab/experiment/tcpstate"
	"fdlab/lab/sys"
)

// attempt is what a new socket gets on a port that an old one has in
// TIME_WAIT.
type attempt struct {
	old, new   option
	clientHeld bool // the old connection's client end was in TIME_WAIT
	serverHeld bool
	client     error // bind on the client's port
	connect    error // and connect to the same server: the same four-tuple
	server     error // bind on the server's port
	port       uint16
}

// again brings the port of a client, then that of a server, into TIME_WAIT, and
// binds each anew.
func again(lo *loopback, old, new option) attempt {
	x := lo.x
	a := attempt{old: old, new: new, port: x.FreePort()}
	if on, err := timestamps(); err == nil && reconnects(on) == unix.EADDRNOTAVAIL {
		x.Provokes("connect", unix.EADDRNOTAVAIL)
	}

	from := x.FreePort()
	c := lo.connectFrom(from, old)
	a.clientHeld = quietly(x, c, c.Client, c.Server).TimeWait() == "client"
	var client int
	if client, a.client = bound(from, new, "client"); a.client == nil {
		if a.connect = sys.Connect(client, lo.server); a.connect == nil {
			c = lo.accept(client)
			x.Must("SO_LINGER", sys.SetLinger(c.Client.FD, 0)) // leave nothing behind
			quietly(x, c, c.Client, c.Server)
		} else {
			sys.Close(client)
		}
	}

	first, err := bound(a.port, old, "old server")
	x.Must("bind", err)
	x.Must("listen", sys.Listen(first, 5))
	c = (&loopback{x, lo.observer, first, sys.Loopback(a.port)}).connect(reuse)
	x.Must("close", sys.Close(first))
	a.serverHeld = quietly(x, c, c.Server, c.Client).TimeWait() == "server"
	var second int
	if second, a.server = bound(a.port, new, "new server"); a.server == nil {
		sys.Close(second)
	}
	for _, err := range []error{a.client, a.connect, a.server} {
		onlyTaken(x, err)
	}
	x.Note("old %s, new %s: bind to the client's port: %s; to the server's: %s", old, new,
		experiment.Result(a.client, "done"), experiment.Result(a.server, "done"))
	x.Pause(moment / 2)
	return a
}

// onlyTaken sees to it that an attempt is judged only if it ended as one on a
// taken port can: EADDRINUSE, or EADDRNOTAVAIL from connect (ip(7)).
func onlyTaken(x *experiment.X, err error) {
	if err != nil && err != unix.EADDRINUSE && err != unix.EADDRNOTAVAIL {
		x.Invalidate(fmt.Errorf("an attempt to take a port again: %w", err))
	}
}

// quietly closes in turn without a word.
func quietly(x *experiment.X, c *tcpstate.Conn, order ...*tcpstate.End) (after tcpstate.Pair) {
	for _, end := range order {
		x.Must("close", end.Close())
		after = c.Settle()
	}
	return after
}

// tables shows who enters TIME_WAIT, and what that means for the port.
func (s *seen) tables(x *experiment.X) {
	s.whoHasIt(x)
	t := experiment.NewTable("a port in TIME_WAIT, and who may use it again",
		"old socket", "new socket", "bind, client's port", "connect again", "bind, server's port")
	for _, a := range s.again {
		connected := "-"
		if a.client == nil {
			connected = experiment.Result(a.connect, "connected")
		}
		t.Row(a.old.String(), experiment.Word(a.new.String()), experiment.Word(experiment.Result(a.client, "bound")),
			experiment.Word(connected), experiment.Word(experiment.Result(a.server, "bound")))
	}
	x.Table(t)
	if slices.ContainsFunc(s.again, func(a attempt) bool { return a.client == nil }) {
		x.Moment("had-again")
	}
}

// bindIgnored does what the post's server does: bind, listen, and a look at
// neither result. listen(2) on a socket that was not bound gives it a port.
func (s *seen) bindIgnored(x *experiment.X) {
	port := s.again[0].port // an old plain server's: still in TIME_WAIT
	fd, err := sys.Socket("server")
	x.Must("socket", err)
	defer sys.Close(fd)
	s.bindError = sys.Bind(fd, sys.Loopback(port))
	s.listenError = sys.Listen(fd, 5)
	name, err := sys.Getsockname(fd)
	x.Must("getsockname", err)
	s.wanted, s.got = port, name.Port()

	client, err := sys.Socket("client")
	x.Must("socket", err)
	defer sys.Close(client)
	s.refused = sys.Connect(client, sys.Loopback(port))
	onlyTaken(x, s.bindError)
	x.Must("listen", s.listenError)
	if s.refused != nil && s.refused != unix.ECONNREFUSED {
		x.Invalidate(fmt.Errorf("connect: %w", s.refused))
	}
	x.Note("a client that connects to port %d gets %s", port, experiment.Result(s.refused, "a connection"))
	x.Note("bind to port %d: %s; listen: %s; the server is on port %d", port,
		experiment.Result(s.bindError, "bound"), experiment.Result(s.listenError, "no error"), s.got)
	x.Pause(moment)
	if s.bindError != nil && s.got != s.wanted {
		x.Moment("another-port", fd)
	}
}

// timestamps says whether TCP timestamps are on: with them the kernel can tell
// a new connection's segments from those of an old one on the same ports.
func timestamps() (on bool, err error) {
	text, err := sysctl("net/ipv4/tcp_timestamps")
	if err != nil {
		return false, fmt.Errorf("net.ipv4.tcp_timestamps: %w", err)
	}
	return text != "0", nil
}

// reconnects is what connect on the same four-tuple must give: with timestamps
// a connection, without them EADDRNOTAVAIL.
func reconnects(on bool) error {
	if on {
		return nil
	}
	return unix.EADDRNOTAVAIL
}
