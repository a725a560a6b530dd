// Package tcpserver is what every TCP server of the lessons has beside its
// callbacks: a listener on loopback, a list of the connections that are open, a
// diary of what was done, an end that comes from outside, and the script's
// clients.
//
// The package knows what is open, and how to end it. It must not know how a
// server accepts, reads and answers, nor how many bases and threads it has:
// those are the lesson's own lines. Lessons 03, 06 and 07 call it.
package tcpserver

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
	"fdlab/lab/kernel"
	"fdlab/lab/sys"
)

// Listener is a non-blocking listener on 127.0.0.1. Servers may use it one
// after the other.
type Listener struct {
	X     *experiment.X
	FD    int
	Addr  netip.AddrPort
	Close func() // close(2); it is called when the experiment ends, if not before
}

// Listen opens a port, or another one if that is taken (X.Listen); 0 stands for
// any.
func Listen(x *experiment.X, port uint16, backlog int) *Listener {
	fd, addr := x.Listen(port, backlog, "listener")
	l := &Listener{X: x, FD: fd, Addr: addr, Close: sync.OnceFunc(func() { sys.Close(fd) })}
	x.Cleanup(l.Close)
	x.Must("listener", sys.SetNonblock(fd, true))
	return l
}

// Announce says how a person can connect.
func (l *Listener) Announce() {
	sys.Label(l.FD, fmt.Sprintf("listen :%d", l.Addr.Port()))
	l.X.Note("listens on %s. From another terminal: nc %s %d", l.Addr, l.Addr.Addr(), l.Addr.Port())
}

// Backlog is how many clients the kernel has connected and nobody has accepted.
type Backlog struct {
	Clients int
	Known   bool // false where the kernel does not say
}

func (b Backlog) String() string {
	if !b.Known {
		return "this kernel does not say"
	}
	return fmt.Sprint(b.Clients)
}

// Backlog asks the kernel.
func (l *Listener) Backlog() Backlog {
	state, err := kernel.Look(l.FD)
	return Backlog{state.TCP.Backlog, err == nil && state.TCP.Code != 0}
}

// Dial lets clients connect, and waits until the kernel has connected them,
// for each of them no longer than limit. The error is of the first that it has
// not.
func (l *Listener) Dial(limit time.Duration, names ...string) (clients []*experiment.Client, err error) {
	for _, name := range names {
		clients = append(clients, l.X.Dial(name, l.Addr))
	}
	for _, c := range clients {
		if why := l.Connects(limit, c); err == nil {
			err = why
		}
	}
	return clients, err
}

// Connects waits until the kernel has connected a client, no longer than limit.
// The error says why it has not. If that is not the listener's own doing, the
// experiment fails.
func (l *Listener) Connects(limit time.Duration, c *experiment.Client) (err error) {
	var connected bool
	l.X.Await(limit, func() bool {
		connected, err = c.Connected()
		return connected || err != nil
	})
	if connected {
		return nil
	}
	if err == nil {
		err = errSilent
	}
	err = fmt.Errorf("%s: connect: %w", c.Name, err)
	if !l.turnsAway(err) {
		l.X.Fail(err)
	}
	return err
}

var errSilent = errors.New("no answer to its SYN")

// turnsAway reports whether it is the listener's own doing that a client cannot
// connect: it listens no more, or its backlog is full. Else something is wrong
// with the way to it.
func (l *Listener) turnsAway(why error) bool {
	state, err := kernel.Look(l.FD)
	if err != nil {
		return false
	}
	switch {
	case errors.Is(why, unix.ECONNREFUSED):
		return state.TCP.String() != "LISTEN"
	case errors.Is(why, errSilent):
		return state.TCP.Code == 0 || state.TCP.Backlog > state.TCP.Limit // code 0: this kernel does not say
	}
	return false
}
