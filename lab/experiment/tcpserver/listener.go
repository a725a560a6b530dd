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
	"fmt"
	"net/netip"
	"sync"
	"time"

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
		var connected bool
		var why error
		l.X.Await(limit, func() bool {
			connected, why = c.Connected()
			return connected || why != nil
		})
		switch {
		case err != nil:
		case why != nil:
			err = fmt.Errorf("%s: %w", c.Name, why)
		case !connected:
			err = fmt.Errorf("%s: no answer to its SYN", c.Name)
		}
	}
	return clients, err
}
