package main

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/kernel"
	"fdlab/lab/sys"
)

// door is the listener. It stays open from step to step.
type door struct {
	x        *experiment.X
	listener int
	addr     netip.AddrPort
}

// open opens the post's port, with the post's backlog.
func open(x *experiment.X) *door { return openAt(x, 9877) }

func openAt(x *experiment.X, port uint16) *door {
	fd, addr := x.Listen(port, 10, "listener")
	x.Cleanup(func() { sys.Close(fd) })
	if err := sys.SetNonblock(fd, true); err != nil {
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

// What the diary says of a connection.
const (
	accepted = "accepted"
	called   = "called"   // the read callback began
	answered = "answered" // it is about to write
	left     = "left"     // the client's end of file was read
	refused  = "refused"  // the inner dispatch gave an error
)

// server is one of the lesson's programs at work.
type server struct {
	*door
	diary experiment.Diary // of the deeds below

	name string
	work func() // what the read callback does before it answers; nil: nothing
	over atomic.Bool

	mu     sync.Mutex
	bases  map[*event.Base]bool // those that may run
	conns  map[*conn]bool       // those that are open
	main   *experiment.Thread
	others []*experiment.Thread // workers

	ended sync.Once
	err   error // valid when ended

	seen // what the script measures
}

// conn is an accepted connection.
type conn struct {
	fd   int
	name string // "client 1"
}

// serve runs a program on an OS thread of its own.
func (d *door) serve(name string, program func(*server) error) *server {
	s := &server{door: d, name: name, bases: map[*event.Base]bool{}, conns: map[*conn]bool{}}
	s.main = d.x.Thread(name, func() error { return program(s) })
	d.x.Cleanup(s.halt)
	return s
}

// thread starts a worker.
func (s *server) thread(name string, do func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.others = append(s.others, s.x.Thread(name, do))
}

// base makes a base that stop will break off.
func (s *server) base(name string) *event.Base {
	base, err := event.New(event.Config{Name: name, Backend: s.x.Backend()})
	if err != nil {
		s.x.Fail(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bases[base] = true
	if s.ending() {
		base.Post(base.Break)
	}
	return base
}

// free closes a base that has done its work.
func (s *server) free(base *event.Base) {
	s.mu.Lock()
	delete(s.bases, base)
	s.mu.Unlock()
	base.Close()
}

// onAccept has base accept clients. The fd of a new client then belongs to
// the server; each is handed to do.
func (s *server) onAccept(base *event.Base, do func(*conn)) {
	accept := func(listener int, _ event.What) {
		if s.ending() {
			return
		}
		fd, name, err := s.x.AcceptFrom(listener)
		if err != nil {
			if err != unix.EAGAIN { // it may have left before we came
				s.x.Note("    accept: %v", err)
			}
			return
		}
		c := &conn{fd, name}
		s.mu.Lock()
		s.conns[c] = true
		s.mu.Unlock()
		s.write(accepted, name)
		s.x.Note("    %s accepts %s", base.Name(), name)
		do(c)
	}
	ev := base.NewEvent(s.listener, event.Read|event.Persist, accept).Named("call_accept")
	if err := ev.Add(event.NoTimeout); err != nil {
		s.x.Fail(err)
	}
}

// onRead has base echo what the client says. It must be called on the thread
// that runs base. A short answer always finds room in the kernel; lesson 07
// repairs that.
func (s *server) onRead(base *event.Base, c *conn) {
	var ev *event.Event
	buf := make([]byte, 512)
	ev = base.NewEvent(c.fd, event.Read|event.Persist, func(fd int, _ event.What) {
		s.write(called, c.name)
		n, err := sys.Read(fd, buf)
		switch {
		case err == unix.EAGAIN:
			return
		case err != nil || n == 0: // a reset, or the end of file
			ev.Del()
			s.hangUp(c)
			return
		case s.work != nil:
			s.work()
		}
		s.write(answered, c.name)
		sys.Write(fd, buf[:n])
	}).Named(c.name)
	if err := ev.Add(event.NoTimeout); err != nil {
		s.x.Fail(err)
	}
}

// write keeps the diary of a scripted run; nobody reads that of an interactive
// one, which may go on for ever.
func (s *server) write(did, who string) {
	if !s.x.Interactive() {
		s.diary.Write(did, who)
	}
}

// hangUp closes the server's end.
func (s *server) hangUp(c *conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	s.write(left, c.name)
	sys.Close(c.fd)
}

// returned tells that the inner dispatch is over.
func (s *server) returned(c *conn, reason event.Reason, err error) {
	if err != nil {
		s.write(refused, c.name)
		s.x.Note("    the inner dispatch for %s: %v", c.name, err)
		return
	}
	s.x.Note("    %s has left, the inner dispatch returns: %s", c.name, reason)
}

// inside reports whether an inner loop still stands.
func (s *server) inside() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for base := range s.bases {
		if base.Name() == "inner" {
			return true
		}
	}
	return false
}

func (s *server) ending() bool { return s.over.Load() }

// halt ends the program, wherever it is, and closes what it has open.
func (s *server) halt() {
	s.ended.Do(func() {
		s.mu.Lock()
		s.over.Store(true)
		for base := range s.bases {
			base.Post(base.Break)
		}
		s.mu.Unlock()
		s.err = s.main.Join()
		for _, t := range s.others {
			if err := t.Join(); s.err == nil {
				s.err = err
			}
		}
		for base := range s.bases {
			base.Close()
		}
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
