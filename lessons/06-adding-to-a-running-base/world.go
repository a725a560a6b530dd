package main

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/loop"
	"fdlab/lab/kernel"
	"fdlab/lab/sys"
)

const (
	links    = 1000 // of the chain
	visitors = 3    // clients of each server
	enough   = 1000 // turns of a loop that serves nobody
	glance   = 100 * time.Millisecond
	limit    = 10 * time.Second
)

// visit lets one more client come: by hand, or else out of fds the experiment
// fails.
func (s *server) visit(dial func(string, netip.AddrPort) *experiment.Client) *experiment.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := dial(fmt.Sprintf("client %d", len(s.clients)+1), s.Addr)
	if c != nil {
		s.clients = append(s.clients, c)
	}
	return c
}

func (s *server) all() []*experiment.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*experiment.Client(nil), s.clients...)
}

// serve lets clients come and speak, and returns what became of them. It ends
// when each has its answer or was disconnected, when the loop has ended, or when the
// loop has been round often enough without getting any further.
func serve(x *experiment.X, p plan) *server {
	s := start(x, p, 0)
	current.Store(s)
	defer current.Store(nil)
	for range visitors {
		c := s.visit(x.Dial)
		s.Connects(limit, c)
		n := int64(len(s.all()))
		if !x.Await(limit, func() bool { return s.came.Load() >= n || s.loop.Ended() }) {
			x.Note("%s was not accepted", c.Name)
		}
		x.Pause(glance)
	}
	s.calm = s.ask(func() { s.calm = s.echoes == 0 && s.base.Stats().Turns < enough }) && s.calm
	s.spoke = s.all()
	for _, c := range s.spoke {
		if !c.HeardEnd() {
			x.Note("%s says hello", c.Name)
			c.Say("hello from " + c.Name + "\n")
		}
		x.Pause(glance)
	}
	var from kernel.Usage
	began := time.Now()
	s.ask(func() { s.before = s.base.Stats(); from, _ = kernel.ThreadUsage() })
	x.Await(limit, func() bool { return s.settled() })
	if !s.served() && !s.loop.Ended() {
		if len(s.answered()) > 0 {
			x.Moment("only-the-newest", s.Waiting()...)
		} else {
			x.Moment("nobody-is-called", s.Waiting()...)
		}
		x.Pause(4 * glance) // a loop that spins
	}
	s.ask(func() {
		s.after = s.base.Stats()
		to, _ := kernel.ThreadUsage()
		s.spent, s.cpu = time.Since(began), to.Sub(from).CPU()
		s.unread = s.Unread()
	})
	s.Stop()
	s.Listener.Close()
	for _, c := range s.all() {
		c.Heard() // takes what has come
		c.Leave()
	}
	s.tell()
	return s
}

func (s *server) served() bool {
	for _, c := range s.spoke {
		if c.Heard() == "" && !c.HeardEnd() {
			return false
		}
	}
	return true
}

func (s *server) settled() bool {
	if s.loop.Ended() || s.served() {
		return true
	}
	var turns uint64
	s.ask(func() { turns = s.base.Stats().Turns })
	return turns-s.before.Turns >= enough
}

// tell says how it went.
func (s *server) tell() {
	if s.failure != nil {
		s.X.Note("the loop ended: %v", s.failure)
		return
	}
	s.X.Note("answered: %s", list(s.answered()))
	if turns := s.turns(); turns >= enough {
		s.X.Note("the loop spins: %s turns in %s, %s of CPU; of all calls of echo %s found nothing to read",
			experiment.Thousands(turns), experiment.Brief(s.spent), experiment.Brief(s.cpu), experiment.Thousands(s.nothing))
	}
}

func (s *server) turns() uint64 { return s.after.Turns - s.before.Turns }

// answered names the clients that said hello and got an answer.
func (s *server) answered() (names []string) {
	for _, c := range s.spoke {
		if c.Heard() != "" {
			names = append(names, c.Name)
		}
	}
	return names
}

func list(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// visit is what became of an event from outside.
type visit struct {
	refusal  error // of Add without Post
	added    error // of Add in Post
	loop     uint32
	calledOn atomic.Uint32 // the thread of the callback, 0: it was not called
}

// refused says what came of the Add without Post.
func (v *visit) refused(x *experiment.X, fd int) {
	x.Note("Add from outside: %v", v.refusal)
	if v.refusal != nil {
		x.Moment("from-outside", fd)
	}
	x.Pause(glance)
}

// sleeper starts a loop that sleeps on a thread of its own, and returns a pipe
// that has something to read.
func sleeper(x *experiment.X) (l *loop.Loop, fd int) {
	l = loop.New(x, "server")
	r, w, err := sys.Pipe("parcel")
	if err == nil {
		_, err = sys.Write(w, []byte("x"))
	}
	x.Must("pipe", err)
	l.Finally(func() {
		sys.Close(r)
		sys.Close(w)
	})
	l.Start(event.NoExitOnEmpty)
	var running atomic.Bool
	l.Base.Post(func() { running.Store(true) })
	x.Await(limit, running.Load)
	x.Note("the loop sleeps; fd %d is ready, and no event watches it", r)
	x.Pause(glance)
	return l, r
}

// refusedFor reports whether all errors are of that kind, and there is one.
func refusedFor(errs []error, kind error) bool {
	for _, err := range errs {
		if !errors.Is(err, kind) {
			return false
		}
	}
	return len(errs) > 0
}
