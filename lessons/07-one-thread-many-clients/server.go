package main

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/kernel"
	"fdlab/lab/sys"
)

// What the diary says of a client.
const (
	connected = "connected" // by the kernel; the script has seen it
	said      = "said"      // the client says something now
	awoke     = "awoke"     // the sleep in the accept callback is over
	accepted  = "accepted"
	reading   = "reading"  // a read that may block begins
	answered  = "answered" // everything that was read is sent back
	stalled   = "stalled"  // the kernel has no room for the rest of the answer
	left      = "left"     // the end of file was read
	reset     = "reset"    // or an error
)

// door is the listener. It stays open from step to step.
type door struct {
	x        *experiment.X
	listener int
	addr     netip.AddrPort
	sleeps   atomic.Bool // the sleep is switched on
	byHand   atomic.Bool // by a person
	aloud    atomic.Bool // say each accept and each read
	quiet    atomic.Bool // but no reads just now
}

// open opens the post's port. Its backlog is for a hundred clients that come
// at once; the post's is 10.
func open(x *experiment.X) *door {
	fd, addr := x.Listen(9877, 128, "listener")
	x.Cleanup(func() { sys.Close(fd) })
	err := sys.SetNonblock(fd, true)
	if err == nil {
		// On loopback the kernel takes 2.5 MB for each connection. With less we
		// see what happens when it takes no more. Accepted sockets inherit it.
		err = sys.Setsockopt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, 32<<10)
	}
	if err != nil {
		x.Fail(err)
	}
	sys.Label(fd, fmt.Sprintf("listen :%d", addr.Port()))
	x.Note("listens on %s. From another terminal: nc %s %d", addr, addr.Addr(), addr.Port())
	return &door{x: x, listener: fd, addr: addr}
}

// backlog returns how many clients the kernel has connected and nobody has
// accepted. ok is false where the kernel does not say.
func (d *door) backlog() (n int, ok bool) {
	state, err := kernel.Look(d.listener)
	return state.TCP.Backlog, err == nil && state.TCP.Code != 0
}

// server is one server at work: its state, and a diary of what it did.
type server struct {
	*door
	base    *event.Base
	accepts *event.Event
	retry   *event.Event // while it does not accept
	diary   experiment.Diary
	buf     [16 << 10]byte // for one read; nothing stays in it
	pauses  bool           // what it does without fds

	mu    sync.Mutex
	conns map[*conn]bool // those that are open; changed by the server's thread alone

	thread *experiment.Thread
	over   atomic.Bool
	ended  sync.Once
	err    error // valid when ended

	seen // what the script measures
}

// conn is a client that was accepted.
type conn struct {
	*server
	fd            int
	name          string // "client 1"
	reads, writes *event.Event
	rest          []byte // read, and not sent back yet
	noted         int    // reads that were told
}

// serve runs a server on an OS thread of its own.
func (d *door) serve(name string, program func(*server) error) *server {
	base, err := event.New(event.Config{Name: name, Backend: d.x.Backend()})
	if err != nil {
		d.x.Fail(err)
	}
	s := &server{door: d, base: base, conns: map[*conn]bool{}}
	s.retry = base.NewTimer(func(int, event.What) { s.accepts.Add(event.NoTimeout) }).Named("retry")
	s.thread = d.x.Thread(name, func() error { return program(s) })
	d.x.Cleanup(s.halt)
	return s
}

// meet takes in a new connection; its fd is the server's now.
func (s *server) meet(fd int, name string) *conn {
	c := &conn{server: s, fd: fd, name: name}
	s.mu.Lock()
	s.conns[c] = true
	s.mu.Unlock()
	s.write(accepted, name)
	if s.aloud.Load() {
		s.x.Note("    accepts %s", name)
	}
	return c
}

// hangUp ends a connection. An event must go before its fd does.
func (c *conn) hangUp(err error) {
	c.reads.Del()
	c.writes.Del()
	c.forget(err)
	if c.retry.Pending() != 0 { // there is a number again
		c.retry.Del()
		c.accepts.Add(event.NoTimeout)
	}
}

// forget closes the connection's fd.
func (c *conn) forget(err error) {
	switch {
	case err != nil:
		c.write(reset, c.name)
		c.x.Note("    %s: %v", c.name, err)
	case c.aloud.Load():
		c.x.Note("    %s has left", c.name)
		fallthrough
	default:
		c.write(left, c.name)
	}
	c.mu.Lock()
	delete(c.conns, c)
	c.mu.Unlock()
	sys.Close(c.fd)
}

// open returns how many connections are open.
func (s *server) open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// sleep is the post's sleep in the accept callback.
func (s *server) sleep() {
	if s.sleeps.Load() && !s.over.Load() {
		s.x.Sleep(nap)
		s.write(awoke, "")
	}
}

// retryAfter is when a server without fds looks again, though nobody has left:
// what took the numbers may be something else.
const retryAfter = 100 * time.Millisecond

// outOfFDs is what to do when accept gives EMFILE. The client stays in the
// backlog, so the listener stays ready: without a pause the loop calls again
// at once, for ever.
func (s *server) outOfFDs() {
	s.refusals.Add(1)
	if s.pauses {
		s.accepts.Del()
		s.retry.Add(retryAfter)
	}
}

// note says what a client said. It comes from outside, so it is quoted.
func (c *conn) note(data []byte) {
	if c.aloud.Load() && !c.quiet.Load() && c.noted < 20 { // a client may talk for ever
		c.noted++
		c.x.Note("    %s says %q", c.name, data[:min(len(data), 40)])
	}
}

func (c *conn) sent() { c.write(answered, c.name) }

func (c *conn) stalled() {
	c.write(stalled, c.name)
	c.most = max(c.most, len(c.rest))
}

// write keeps the diary of a scripted run; nobody reads that of an interactive
// one, which may go on for ever.
func (s *server) write(did, who string) {
	if !s.x.Interactive() {
		s.diary.Write(did, who)
	}
}

// acceptAndRead is the post's other try: one read for each accept. Here the
// connection blocks, as the post's did.
func acceptAndRead(s *server) error {
	s.accepts = s.base.NewEvent(s.listener, event.Read|event.Persist, func(listener int, _ event.What) {
		fd, name, err := s.x.AcceptFrom(listener)
		if err != nil {
			return
		}
		c := s.meet(fd, name)
		if s.over.Load() {
			return // after halt nobody would end a read that blocks
		}
		sys.SetNonblock(fd, false)
		s.write(reading, name)
		n, err := sys.Read(fd, c.buf[:])
		if n <= 0 {
			c.forget(err)
			return
		}
		c.note(c.buf[:n])
		sys.Write(fd, c.buf[:n])
		c.sent() // and no event will ever ask for more
	}).Named("call_accept")
	if err := s.accepts.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err := s.base.Dispatch()
	return err
}

// halt ends the server, wherever it is, and closes what it has open.
func (s *server) halt() {
	s.ended.Do(func() {
		s.over.Store(true)
		s.base.Post(s.base.Break)
		s.mu.Lock()
		for c := range s.conns {
			sys.Shutdown(c.fd, unix.SHUT_RDWR) // ends a read that blocks
		}
		s.mu.Unlock()
		s.err = s.thread.Join()
		s.base.Close()
		for c := range s.conns {
			sys.Close(c.fd)
		}
	})
}

// stop is halt for the script: what went wrong ends the experiment.
func (s *server) stop() {
	if s.halt(); s.err != nil {
		s.x.Fail(s.err)
	}
}
