package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/loop"
	"fdlab/lab/experiment/tcpserver"
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
	*tcpserver.Server
	plan
	base     *event.Base
	variable event.Event
	loop     *experiment.Thread

	events   map[int]*event.Event // by the fd that they were added for
	came     atomic.Int64         // clients that were accepted
	refusals []error              // of Assign or Add
	echoes   int                  // calls of echo
	nothing  int                  // those that found nothing to read
	failure  error                // what ended the loop

	mu      sync.Mutex
	clients []*experiment.Client
	spoke   []*experiment.Client // those that said hello: only they are judged
	calm    bool                 // before anybody spoke the loop ran, without a spin or a call of echo

	before, after event.Stats // when all was said, and at the end
	spent, cpu    time.Duration
	unread        map[string]int64 // bytes that still wait in the kernel, by client
}

// start starts a server. It is stopped when the experiment ends, or by Stop.
func start(x *experiment.X, p plan, port uint16) *server {
	base := loop.NewBase(x, event.Config{Name: "server", Unchecked: p.unchecked})
	s := &server{Server: tcpserver.New(tcpserver.Listen(x, port, 10)),
		plan: p, base: base, events: map[int]*event.Event{}}
	s.Own(base)
	accept := base.NewEvent(s.FD, event.Read|event.Persist, s.accept).Named("accept")
	x.Must("accept", accept.Add(event.NoTimeout))
	s.loop = s.Thread("server", func() error {
		_, s.failure = base.Dispatch()
		return nil
	})
	return s
}

// ask has the loop call do, and waits until it has. False: the loop has ended.
func (s *server) ask(do func()) bool {
	done := make(chan struct{})
	s.base.Post(func() { do(); close(done) })
	select {
	case <-done:
		return true
	case <-s.loop.Done():
		return false
	case <-s.X.Stopped():
		s.X.Fail(experiment.ErrStopped)
		return false
	}
}

// foundNothing counts a call of echo for an fd that has nothing to read.
func (s *server) foundNothing(fd int) {
	if s.nothing++; s.nothing == 3 {
		s.X.Moment("the-wrong-one", fd)
	}
}

// added notes how the Add of a client's event ended.
func (s *server) added(fd int, name string, ev *event.Event, err error) {
	if err == nil {
		s.events[fd] = ev
	} else {
		s.refusals = append(s.refusals, err)
		s.X.Note("%s: %v", name, err)
		s.X.Moment("refused", fd)
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
	s.X.Note("no more clients: %v", s.failure)
	s.base.Break()
}

// hangUp ends a client. If events share their memory its fd is kept open until
// the server ends: the base may still believe in an event on it.
func (s *server) hangUp(fd int, why string) {
	if ev := s.events[fd]; ev != nil {
		ev.Del()
		delete(s.events, fd)
	}
	s.X.Note("%s: disconnected: %s", s.Name(fd), why)
	if s.oneVariable && s.unchecked {
		sys.Shutdown(fd, unix.SHUT_RDWR)
		return
	}
	s.Close(fd)
}

// answer sends back what a client said. One that does not read its answers
// fills the kernel's buffers; this server keeps nothing for it.
func (s *server) answer(fd int, line []byte) {
	if n, err := sys.Write(fd, line); n < len(line) {
		s.hangUp(fd, fmt.Sprintf("it took %d of %d bytes: %v", max(0, n), len(line), err))
		return
	}
	s.X.Note("%s: answered %s", s.Name(fd), brief(line))
}

// brief quotes bytes from outside, the first of them.
func brief(line []byte) string {
	if len(line) > 40 {
		return fmt.Sprintf("%q and %d bytes more", line[:40], len(line)-40)
	}
	return fmt.Sprintf("%q", line)
}
