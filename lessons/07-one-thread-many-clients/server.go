package main

import (
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/tcpserver"
	"fdlab/lab/sys"
)

// What the diary says of a client.
const (
	connected  = "connected"   // by the kernel; the script has seen it
	said       = "said"        // the client says something now
	fellAsleep = "fell asleep" // the sleep in the accept callback begins
	awoke      = "awoke"       // the sleep in the accept callback is over
	accepted   = "accepted"
	reading    = "reading"  // a read that may block begins
	answered   = "answered" // everything that was read is sent back
	stalled    = "stalled"  // the kernel has no room for the rest of the answer
	left       = "left"     // the end of file was read
	reset      = "reset"    // or an error
)

// listener is the post's port. It stays open from step to step.
type listener struct {
	*tcpserver.Listener
	switches
}

// switches are what the script, and a person, can switch while servers run.
type switches struct {
	sleeps atomic.Bool // the sleep is switched on
	byHand atomic.Bool // by a person
	aloud  atomic.Bool // say each accept and each read
	quiet  atomic.Bool // but no reads just now
}

// listen opens the post's port. Its backlog is for a hundred clients that come
// at once; the post's is 10.
func listen(x *experiment.X) *listener {
	l := &listener{Listener: tcpserver.Listen(x, 9877, 128)}
	// On loopback the kernel takes 2.5 MB for each connection. With less we
	// see what happens when it takes no more. Accepted sockets inherit it.
	x.Must("SO_SNDBUF", sys.Setsockopt(l.FD, unix.SOL_SOCKET, unix.SO_SNDBUF, 32<<10))
	l.Announce()
	return l
}

// server is one server at work.
type server struct {
	*tcpserver.Server
	*switches
	base    *event.Base
	accepts *event.Event
	retry   *event.Event   // while it does not accept
	buf     [16 << 10]byte // for one read; nothing stays in it
	pauses  bool           // what it does without fds
	seen                   // what the script measures
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
func (l *listener) serve(name string, program func(*server) error) *server {
	s := &server{Server: tcpserver.New(l.Listener), switches: &l.switches}
	s.Limit, s.Blocks = limit+5*nap, true
	s.base = s.Base(name)
	s.retry = s.base.NewTimer(func(int, event.What) { s.acceptAgain() }).Named("retry")
	s.Thread(name, func() error { return program(s) })
	return s
}

// accept takes a client out of the backlog: accept(2).
func (s *server) accept(listener int) (*conn, error) {
	fd, name, err := s.Accept(listener)
	if err != nil {
		return nil, err
	}
	s.Did(accepted, name)
	if s.aloud.Load() {
		s.X.Note("    accepts %s", name)
	}
	if s.Diary.Count(awoke, "") == 2 { // two sleeps are over, and so two clients are in
		s.X.Moment("one-by-one", s.FD, fd)
	}
	return &conn{server: s, fd: fd, name: name}, nil
}

// hangUp ends a connection. An event must go before its fd does.
func (c *conn) hangUp(err error) {
	c.reads.Del()
	c.writes.Del()
	c.forget(err)
	if c.retry.Pending() != 0 { // there is a number again
		c.retry.Del()
		c.acceptAgain()
	}
}

func (s *server) acceptAgain() { s.X.Must("call_accept", s.accepts.Add(event.NoTimeout)) }

// forget closes the connection's fd.
func (c *conn) forget(err error) {
	switch {
	case err != nil:
		c.Did(reset, c.name)
		c.X.Note("    %s: %v", c.name, err)
	case c.aloud.Load():
		c.X.Note("    %s has left", c.name)
		fallthrough
	default:
		c.Did(left, c.name)
	}
	c.Close(c.fd)
}

// sleep is the post's sleep in the accept callback.
func (s *server) sleep() {
	if s.sleeps.Load() && !s.Stopping() {
		s.Did(fellAsleep, "")
		s.X.Sleep(nap)
		s.X.Moment("asleep", s.FD)
		s.Did(awoke, "")
	}
}

// retryAfter is when a server without fds looks again, though nobody has left:
// what took the numbers may be something else.
const retryAfter = 100 * time.Millisecond

// outOfFDs is what to do when accept gives EMFILE. The client stays in the
// backlog, so the listener stays ready: without a pause the loop calls again
// at once, for ever.
func (s *server) outOfFDs() {
	if s.emfile.Add(1) == 100 {
		s.X.Note("accept gives EMFILE, for the 100th time")
		s.X.Moment("no-number-left", s.FD)
	}
	if s.pauses {
		s.accepts.Del()
		s.X.Must("retry", s.retry.Add(retryAfter))
	}
}

// note says what a client said. It comes from outside, so it is quoted.
func (c *conn) note(data []byte) {
	if c.aloud.Load() && !c.quiet.Load() && c.noted < 20 { // a client may talk for ever
		c.noted++
		c.X.Note("    %s says %q", c.name, data[:min(len(data), 40)])
	}
}

func (c *conn) sent() { c.Did(answered, c.name) }

func (c *conn) stalled() {
	c.Did(stalled, c.name)
	c.most = max(c.most, len(c.rest))
}

// acceptAndRead is the post's other try: one read for each accept. Here the
// connection blocks, as the post's did.
func acceptAndRead(s *server) error {
	s.accepts = s.base.NewEvent(s.FD, event.Read|event.Persist, func(listener int, _ event.What) {
		c, err := s.accept(listener)
		if err != nil || s.Stopping() { // then nobody would end a read that blocks
			return
		}
		s.X.Must(c.name, sys.SetNonblock(c.fd, false))
		s.Did(reading, c.name)
		n, err := sys.Read(c.fd, c.buf[:])
		if n <= 0 {
			c.forget(err)
			return
		}
		c.note(c.buf[:n])
		sys.Write(c.fd, c.buf[:n])
		c.sent() // and no event will ever ask for more
	}).Named("call_accept")
	if err := s.accepts.Add(event.NoTimeout); err != nil {
		return err
	}
	_, err := s.base.Dispatch()
	return err
}
