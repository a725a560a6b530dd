// Lesson 06: adding events to a running loop.
//
// An echo server adds a read event for each client, from the callback that
// accepts it, while its loop runs. What decides is the memory of that event.
// The rest of the server is in server.go, its clients in world.go, and what
// follows from the measurements in verdict.go.
package main

import (
	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/loop"
	"fdlab/lab/sys"
	"fdlab/lab/thread"
)

func main() {
	experiment.Main(experiment.Lesson{
		Name:  "06-adding-to-a-running-base",
		Title: "adding events to a running base",
		Steps: []string{
			"a chain of adds", "an event of its own", "one variable for all",
			"a wiped variable", "caught", "another thread"},
		Keys:  keys,
		Flags: flags,
		Run:   run,
		Play:  play,
	})
}

func run(x *experiment.X) {
	offer(x)
	var r results

	x.Step(1) // each callback adds the next event to the loop that calls it
	r.chain = chain(x, links)

	x.Step(2) // the server adds a read event for each client
	r.own = serve(x, plan{})

	x.Step(3) // the same, with one variable that all clients' events share
	r.one = serve(x, plan{oneVariable: true, unchecked: true})

	x.Step(4) // and one that the program then uses for something else
	r.wiped = serve(x, plan{oneVariable: true, wiped: true, unchecked: true})

	x.Step(5) // both again; now the base checks whether the memory is intact
	r.refused = serve(x, plan{oneVariable: true})
	r.overwritten = serve(x, plan{oneVariable: true, wiped: true})

	x.Step(6) // the event comes from a thread that does not run the loop
	r.visit = fromOutside(x)

	demonstrate(x) // with -crash: the C program
	judge(x, r)
}

// chain adds one timer to a loop before it runs. All others are added by the
// callback of the one before. It returns how many were called.
func chain(x *experiment.X, links int) (called int) {
	l := loop.New(x, "server")
	var link event.Callback
	link = func(int, event.What) {
		if called++; called < links {
			l.Base.NewTimer(link).Named("link").Add(0)
		}
	}
	l.Base.NewTimer(link).Named("link").Add(0)
	l.Start()
	l.Wait() // until no event is left
	x.Note("callbacks added all but one of %s", experiment.Number(called, "timer"))
	x.Moment("a-thousand-adds")
	return called
}

// accept is a callback of the listener: the loop runs while it adds.
func (s *server) accept(int, event.What) {
	fd, name, err := s.Accept(s.FD) // labelled; non-blocking
	if err != nil {
		s.cannotAccept(err)
		return
	}
	ev := &s.variable // one variable for all clients, as a local variable in C,
	if !s.oneVariable {
		ev = new(event.Event) // or memory that is this client's alone
	}
	if err = s.base.Assign(ev, fd, event.Read|event.Persist, s.echo); err == nil {
		err = ev.Named(name).Add(event.NoTimeout)
	}
	s.added(fd, name, ev, err)
	if s.wiped {
		*ev = event.Event{} // in C: another function has its variables here now
	}
}

// echo is the callback of a client's event.
func (s *server) echo(fd int, _ event.What) {
	s.echoes++
	buf := make([]byte, 512)
	n, err := sys.Read(fd, buf)
	switch {
	case err == unix.EAGAIN:
		s.foundNothing(fd)
	case n <= 0:
		s.hangUp(fd, "it has closed")
	default:
		s.answer(fd, buf[:n])
	}
}

// fromOutside adds an event from this thread to a loop that sleeps in another.
func fromOutside(x *experiment.X) *visit {
	v := &visit{}
	l, fd := sleeper(x) // fd is ready to be read, and no event watches it
	defer l.Stop()
	ev := l.Base.NewEvent(fd, event.Read, func(int, event.What) {
		v.calledOn.Store(thread.ID())
	}).Named("from outside")
	v.refusal = ev.Add(event.NoTimeout)
	v.refused(x, fd)
	l.Base.Post(func() { // the loop wakes up and does it itself
		v.loop = thread.ID()
		v.added = ev.Add(event.NoTimeout)
	})
	x.Await(limit, func() bool { return v.calledOn.Load() != 0 })
	x.Note("posted: called on thread %d, the loop is on %d", v.calledOn.Load(), v.loop)
	return v
}
