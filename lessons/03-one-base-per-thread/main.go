// Lesson 03: one base per thread.
//
// The post's server makes a second base in its accept callback and dispatches
// it. What becomes of the first base, and of the clients that come next? Then
// two bases that take turns, and a base for each worker thread, as memcached
// has it. What follows from the measurements is in verdict.go.
package main

import (
	"fmt"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
)

func main() {
	experiment.Main(experiment.Lesson{
		Name:  "03-one-base-per-thread",
		Title: "one base per thread",
		Steps: []string{
			"one inside the other", "taking turns", "a base for each worker",
			"work that burns CPU", "the same base twice"},
		Keys:  keys,
		Flags: flags,
		Run:   run,
		Play:  play,
	})
}

func run(x *experiment.X) {
	listener := listen(x, 9877)
	offer(x, listener) // the key c brings another client

	// 1. The post's server: the accept callback dispatches a second base.
	x.Step(1)
	nested := visit(serve(listener, "nested", oneInside))

	// 2. The same clients. One thread, two bases, and neither waits.
	x.Step(2)
	turns := visit(serve(listener, "turns", takingTurns))

	// 3. memcached's server: one thread accepts, two others serve.
	x.Step(3)
	shared := crowd(serve(listener, "acceptor", withWorkers(2)))

	// 4. The same, with a callback that computes: one worker, then two.
	x.Step(4)
	alone := compute(serve(listener, "acceptor", burning(withWorkers(1))))
	both := compute(serve(listener, "acceptor", burning(withWorkers(2))))
	table(x, alone, both)

	// 5. Two dispatches of one base at the same time.
	x.Step(5)
	again := dispatchTwice(x)

	judge(x, nested, turns, shared, alone, both, again)
}

// oneInside is the post's idea: a base for each client. While the inner base
// runs, the outer one is in the middle of this callback.
func oneInside(s *server) error {
	outer := s.Base("outer")
	s.onAccept(outer, func(c *conn) {
		inner := s.Base("inner")
		s.onRead(inner, c)
		reason, err := inner.Dispatch() // until the client has left
		s.returned(c, reason, err)
		s.Free(inner)
	})
	_, err := outer.Dispatch()
	return err
}

// takingTurns has two bases in one thread too. But none keeps the thread.
func takingTurns(s *server) error {
	first, second := s.Base("first"), s.Base("second")
	s.onAccept(first, func(c *conn) { s.onRead(second, c) })
	for !s.Stopping() {
		_, err := first.Loop(event.NonBlock)
		if err == nil {
			_, err = second.Loop(event.NonBlock)
		}
		if err != nil {
			return err
		}
		s.X.Sleep(time.Millisecond) // without this the two would burn a processor
	}
	return nil
}

// withWorkers gives each worker a base of its own, and the base a thread of its
// own. The acceptor only accepts, and hands each connection to the next worker.
func withWorkers(n int) func(*server) error {
	return func(s *server) error {
		var workers []*event.Base
		for i := range n {
			worker := s.Base(fmt.Sprint("worker ", i+1)) // made here, run there
			s.Thread(worker.Name(), func() error {
				_, err := worker.Loop(event.NoExitOnEmpty)
				return err
			})
			workers = append(workers, worker)
		}
		next := 0
		acceptor := s.Base("acceptor")
		s.onAccept(acceptor, func(c *conn) {
			worker := workers[next%n]
			next++
			worker.Post(func() { // runs on the worker's thread
				s.onRead(worker, c)
				s.X.Moment("handed-over", c.fd)
			})
		})
		_, err := acceptor.Dispatch()
		return err
	}
}
