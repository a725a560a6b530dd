package main

import (
	"crypto/sha256"
	"fmt"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
)

const (
	moment = 300 * time.Millisecond // for the eye
	limit  = 5 * time.Second        // for what should happen at once
)

// seen is what the script measures while a server runs.
type seen struct {
	unreachable error // client 2 could not even connect
	waiting     int   // clients in the listener's backlog, while client 1 was being served
	told        bool  // the kernel said so
	guests      int   // clients that are not the script's
	missed      bool  // a client was not answered in time
	cpu         []time.Duration
}

// client brings a client, and waits until the kernel has connected it.
func (s *server) client(n int) *experiment.Client {
	c := s.x.Dial(fmt.Sprint("client ", n), s.addr)
	var ok bool
	var err error
	s.x.Await(limit, func() bool {
		ok, err = c.Connected()
		return ok || err != nil
	})
	if !ok && s.unreachable == nil {
		s.unreachable = fmt.Errorf("%s is not connected: %v", c.Name, err)
	}
	return c
}

// hears waits until a client has heard so much in all. After the first that
// never does, the others get less time: this run will not decide much.
func (s *server) hears(c *experiment.Client, all string) {
	s.await(func() bool { return len(c.Heard()) >= len(all) || c.HeardEnd() })
}

func (s *server) await(ok func() bool) {
	patience := limit
	if s.missed {
		patience = limit / 50
	}
	s.missed = !s.x.Await(patience, ok) || s.missed
}

// visit is three clients. The first stays until the others have spoken.
func visit(s *server) *server {
	x := s.x
	guests := x.Guests()
	one := s.client(1)
	one.Say("one\n")
	s.hears(one, "one\n")
	x.Note("client 1 is connected, and hears %q", one.Heard())
	x.Pause(moment)

	two, three := s.client(2), s.client(3)
	two.Say("two\n")
	three.Say("three\n")
	// Two answers to client 1, one after the other, are two turns of the loop
	// that serves it: time enough to notice the others.
	one.Say("still here\n")
	s.hears(one, "one\nstill here\n")
	one.Say("and here\n")
	s.hears(one, "one\nstill here\nand here\n")
	s.waiting, s.told = s.backlog()
	x.Note("clients 2 and 3 are connected. accepted: %d; in the backlog: %s; client 1 hears %q",
		s.diary.Count(accepted, ""), s.queue(), "still here")
	x.Pause(2 * moment)

	one.Leave()
	s.hears(two, "two\n")
	x.Note("client 1 has left. client 2 hears %q", two.Heard())
	x.Pause(moment / 2)
	two.Leave()
	s.hears(three, "three\n")
	x.Note("client 2 has left. client 3 hears %q", three.Heard())
	three.Leave()
	s.await(func() bool { return s.diary.Index(1, left, "client 3") >= 0 })
	x.Await(limit/10, func() bool { return !s.inside() }) // it returns by itself, and is not broken off
	s.guests = x.Guests() - guests
	s.stop()
	return s
}

func (s *server) queue() string {
	if !s.told {
		return "this kernel does not say"
	}
	return fmt.Sprint(s.waiting)
}

// crowd is six clients at the same time, each of which speaks three times.
func crowd(s *server) *server {
	var clients []*experiment.Client
	for i := range 6 {
		clients = append(clients, s.client(i+1))
	}
	said := ""
	for _, word := range []string{"one\n", "two\n", "three\n"} {
		said += word
		for _, c := range clients {
			c.Say(word)
		}
		for _, c := range clients {
			s.hears(c, said)
		}
		s.x.Pause(moment / 3)
	}
	s.x.Note("6 clients are connected, and each has heard %q", said)
	s.part(clients)
	return s
}

// part has all clients leave, and ends the server.
func (s *server) part(clients []*experiment.Client) {
	for _, c := range clients {
		c.Leave()
	}
	s.await(func() bool { return s.diary.Count(left, "") >= len(clients) })
	s.stop()
}

// compute is four clients that ask at the same time.
func compute(s *server) *server {
	var clients []*experiment.Client
	for i := range 4 {
		clients = append(clients, s.client(i+1))
	}
	for _, c := range clients {
		c.Say("compute\n")
	}
	for _, c := range clients {
		s.hears(c, "compute\n")
	}
	s.part(clients)
	for _, t := range s.others {
		s.cpu = append(s.cpu, t.CPU())
	}
	return s
}

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
	base, err := event.New(event.Config{Name: "one", Backend: x.Backend()})
	if err != nil {
		x.Fail(err)
	}
	x.Cleanup(func() { base.Close() })
	base.NewTimer(func(int, event.What) {
		_, t.inside = base.Dispatch()
		other := x.Thread("second", func() error {
			_, t.beside = base.Dispatch()
			return nil
		})
		other.Join()
	}).Named("dispatch").Add(0)
	first := x.Thread("first", func() error {
		_, err := base.Dispatch()
		return err
	})
	if err := first.Join(); err != nil {
		x.Fail(err)
	}
	x.Note("in a callback of its own: %v", t.inside)
	x.Note("on another thread: %v", t.beside)
	return t
}
