package main

import (
	"crypto/sha256"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/loop"
	"fdlab/lab/experiment/tcpserver"
)

const (
	moment = 300 * time.Millisecond // for the eye
	limit  = 5 * time.Second        // for what should happen at once
)

// seen is what the script measures while a server runs.
type seen struct {
	waiting tcpserver.Backlog // while client 1 was being served
	guests  int               // clients that are not the script's
	cpu     []time.Duration   // of each worker
}

// visit is three clients. The first stays until the others have spoken.
func visit(s *server) *server {
	x := s.X
	guests := x.Guests()
	one := s.Dial("client 1")[0]
	one.Say("one\n")
	s.Hears(one, "one\n")
	x.Note("client 1 is connected, and hears %q", one.Heard())
	x.Pause(moment)

	next := s.Dial("client 2", "client 3")
	two, three := next[0], next[1]
	two.Say("two\n")
	three.Say("three\n")
	// Two answers to client 1, one after the other, are two turns of the loop
	// that serves it: time enough to notice the others.
	one.Say("still here\n")
	s.Hears(one, "one\nstill here\n")
	one.Say("and here\n")
	s.Hears(one, "one\nstill here\nand here\n")
	s.waiting = s.Backlog()
	x.Note("clients 2 and 3 are connected. accepted: %d; in the backlog: %s; client 1 hears %q",
		s.Diary.Count(accepted, ""), s.waiting, "still here")
	x.Pause(moment)
	if s.Diary.Count(accepted, "") == 1 {
		x.Moment("nobody-accepts", s.FD)
	} else {
		x.Moment("neither-waits", s.FD)
	}
	x.Pause(moment)

	one.Leave()
	s.Hears(two, "two\n")
	x.Note("client 1 has left. client 2 hears %q", two.Heard())
	x.Pause(moment / 2)
	two.Leave()
	s.Hears(three, "three\n")
	x.Note("client 2 has left. client 3 hears %q", three.Heard())
	three.Leave()
	s.Await(func() bool { return s.Diary.Index(1, left, "client 3") >= 0 })
	x.Await(limit/10, func() bool { return !s.Has("inner") }) // it returns by itself, and is not broken off
	s.guests = x.Guests() - guests
	s.Stop()
	return s
}

// crowd is six clients at the same time, each of which speaks three times.
func crowd(s *server) *server {
	clients := s.Dial(tcpserver.Names(6)...)
	s.Talk(moment/3, clients, "one\n", "two\n", "three\n")
	s.X.Note("6 clients are connected, and each has heard %q", clients[0].Heard())
	return s.part(clients)
}

// compute is four clients that ask at the same time.
func compute(s *server) *server {
	clients := s.Dial(tcpserver.Names(4)...)
	s.Talk(0, clients, "compute\n")
	s.part(clients)
	for _, worker := range s.threadsOfWorkers() {
		s.cpu = append(s.cpu, worker.CPU())
	}
	return s
}

// part has all clients leave, and ends the server.
func (s *server) part(clients []*experiment.Client) *server {
	s.Part(func() bool { return s.Diary.Count(left, "") >= len(clients) }, clients...)
	return s
}

// threadsOfWorkers are all threads but the first, which accepts.
func (s *server) threadsOfWorkers() []*experiment.Thread { return s.Threads()[1:] }

// burning makes the read callback compute before it answers.
func burning(program func(*server) error) func(*server) error {
	return func(s *server) error {
		s.work = func() {
			var block [64 << 10]byte
			for range 800 {
				sum := sha256.Sum256(block[:])
				copy(block[:], sum[:])
			}
		}
		return program(s)
	}
}

// twice is what one base gave when it was dispatched again while it ran.
type twice struct{ inside, beside error }

func dispatchTwice(x *experiment.X) (t twice) {
	one := loop.New(x, "one")
	base := one.Base
	base.NewTimer(func(int, event.What) {
		_, t.inside = base.Dispatch()
		x.Note("in a callback of its own: %v", t.inside)
		if t.inside != nil {
			x.Moment("the-same-base-twice")
		}
		other := x.Thread("second", func() error {
			_, t.beside = base.Dispatch()
			return nil
		})
		other.Join()
	}).Named("dispatch").Add(0)
	one.Start()
	one.Wait()
	x.Note("on another thread: %v", t.beside)
	return t
}
