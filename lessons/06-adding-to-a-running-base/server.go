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
	"fdlab/lab/sys"
)

// plan says in which memory the clients' events live.
type plan struct {
	oneVariable bool // one for all; else each has its own
	wiped       bool // and it is overwritten with zeros after each Add
	unchecked   bool // the base believes what it finds there, as libevent does
}

// server is the post's echo server, and what there is to say about it. Except
// for the atomics its fields belong to the loop's thread until that has ended.
type server struct {
	plan
	x        *experiment.X
	base     *event.Base
	listener int
	address  netip.AddrPort
	variable event.Event
	thread   *experiment.Thread
	ended    chan struct{} // closed when the loop has returned

	events   map[int]*event.Event // by the fd that they were added for
	names    map[int]string
	came     atomic.Int64 // clients that were accepted
	refusals []error      // of Assign or Add
	echoes   int          // calls of echo
	nothing  int          // those that found nothing to read
	failure  error        // what ended the loop

	mu      sync.Mutex
	clients []*experiment.Client
	spoke   []*experiment.Client // those that said hello: only they are judged
	calm    bool                 // before anybody spoke the loop ran, without a spin or a call of echo

	before, after event.Stats // when all was said, and at the end
	spent, cpu    time.Duration
	unread        []string // clients whose bytes still wait in the kernel
	stop          func()
}

// start starts a server. It is stopped when the experiment ends, or by stop.
func start(x *experiment.X, p plan, port uint16) *server {
	s := &server{plan: p, x: x, base: newBase(x, p.unchecked), ended: make(chan struct{}),
		events: map[int]*event.Event{}, names: map[int]string{}}
	s.listener, s.address = x.Listen(port, 10, "listener")
	s.stop = sync.OnceFunc(s.close)
	x.Cleanup(s.stop)
	if err := sys.SetNonblock(s.listener, true); err != nil {
		x.Fail(err)
	}
	accept := s.base.NewEvent(s.listener, event.Read|event.Persist, s.accept).Named("accept")
	if err := accept.Add(event.NoTimeout); err != nil {
		x.Fail(err)
	}
	s.thread = x.Thread("server", func() error {
		defer close(s.ended)
		_, s.failure = s.base.Dispatch()
		return nil
	})
	return s
}

// close ends the loop and gives back what the server has.
func (s *server) close() {
	s.base.Post(s.base.Break)
	if s.thread != nil {
		s.thread.Join()
	}
	s.base.Close()
	for fd := range s.names {
		sys.Close(fd)
	}
	sys.Close(s.listener)
}

// ask has the loop call do, and waits until it has. False: the loop has ended.
func (s *server) ask(do func()) bool {
	done := make(chan struct{})
	s.base.Post(func() { do(); close(done) })
	select {
	case <-done:
		return true
	case <-s.ended:
		return false
	case <-s.x.Stopped():
		s.x.Fail(experiment.ErrStopped)
		return false
	}
}

// added notes how the Add of a client's event ended.
func (s *server) added(fd int, name string, ev *event.Event, err error) {
	s.names[fd] = name
	if err == nil {
		s.events[fd] = ev
	} else {
		s.refusals = append(s.refusals, err)
		s.x.Note("%s: %v", s.names[fd], err)
		s.hangUp(fd, "the server has no event for it")
	}
	s.came.Add(1)
}

// cannotAccept: a listener that cannot accept stays ready. Without an fd for
// the next client the loop would spin, so the server gives up.
func (s *server) cannotAccept(err error) {
	if err == unix.EAGAIN || err == unix.ECONNABORTED {
		return // the client was gone before we came
	}
	s.failure = fmt.Errorf("accept: %w", err)
	s.x.Note("no more clients: %v", s.failure)
	s.base.Break()
}

// hangUp ends a client. If events share their memory its fd is kept open until
// the server ends: the base may still believe in an event on it.
func (s *server) hangUp(fd int, why string) {
	if ev := s.events[fd]; ev != nil {
		ev.Del()
		delete(s.events, fd)
	}
	s.x.Note("%s: hung up: %s", s.names[fd], why)
	if s.oneVariable && s.unchecked {
		sys.Shutdown(fd, unix.SHUT_RDWR)
		return
	}
	delete(s.names, fd)
	sys.Close(fd)
}

// answer sends back what a client said. One that does not read its answers
// fills the kernel's buffers; this server keeps nothing for it.
func (s *server) answer(fd int, line []byte) {
	if n, err := sys.Write(fd, line); n < len(line) {
		s.hangUp(fd, fmt.Sprintf("it took %d of %d bytes: %v", max(0, n), len(line), err))
		return
	}
	s.x.Note("%s: answered %s", s.names[fd], brief(line))
}

// brief quotes bytes from outside, the first of them.
func brief(line []byte) string {
	if len(line) > 40 {
		return fmt.Sprintf("%q and %d bytes more", line[:40], len(line)-40)
	}
	return fmt.Sprintf("%q", line)
}
