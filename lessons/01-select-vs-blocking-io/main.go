// Lesson 01: select vs blocking I/O.
//
// Two sources: a is a pipe, b is a socket. b speaks while a is silent. Which
// ways to read them hear b in time? What follows from it is in verdict.go.
package main

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/engine"
)

// script is what the world says, and when. No line: the source ends.
var script = engine.Script{
	{At: 200 * time.Millisecond, Source: "b", Line: "b1"},
	{At: 500 * time.Millisecond, Source: "b", Line: "b2", Moment: "nobody-looks"},
	{At: 1200 * time.Millisecond, Source: "a", Line: "a1", Moment: "nothing-lost"},
	{At: 1300 * time.Millisecond, Source: "b", Line: "b3"},
	{At: 1400 * time.Millisecond, Source: "a"},
	{At: 1400 * time.Millisecond, Source: "b"},
}

func main() {
	experiment.Main(experiment.Lesson{
		Name:    "01-select-vs-blocking-io",
		Title:   "select vs blocking I/O",
		Steps:   []string{"read in turn", "wait for both", "side by side"},
		Keys:    keys,
		Backend: "select",
		Flags:   flags,
		Run:     run,
		Play:    play,
	})
}

func run(x *experiment.X) {
	bench := engine.NewBench(x)
	offer(x, bench)            // the keys a and b write a line by hand
	libevent := askLibevent(x) // itself, where it is installed: a C program

	// 1. One thread reads a, then b, in turn, with calls that block.
	x.Step(1)
	turns := bench.Compare(script, engine.Engine{Name: "blocking", Read: readInTurn})

	// 2. One thread waits for both at once.
	x.Step(2)
	both := bench.Compare(script, loopOn(x.Backend()))

	// 3. All others get the same arrivals at the same time.
	x.Step(3)
	rest := bench.Compare(script, others(x.Backend())...)
	bench.Table(append([]*engine.Run{turns[0], both[0]}, rest...)...)
	x.Moment("nobody-is-first")
	judge(x, turns[0], both[0], rest, libevent())
}

// readInTurn is the program that most of us write first. While it is blocked
// in read(2) on a, nobody reads b. (EAGAIN: see busyLoop.)
func readInTurn(run *engine.Run) error {
	buf := make([]byte, 512)
	for run.Open() {
		for _, src := range run.Sources {
			run.Phase("before read")
			if _, err := src.Read(buf); err != nil && err != unix.EAGAIN {
				return err
			}
		}
	}
	return nil
}

// loop waits for all sources at once, in one call: select, poll or epoll.
func loop(backend string) func(*engine.Run) error {
	return func(run *engine.Run) error {
		base, err := event.New(event.Config{Backend: backend})
		if err != nil {
			return err
		}
		defer base.Close()
		buf := make([]byte, 512)
		for _, src := range run.Sources {
			var ev *event.Event
			ev = base.NewEvent(src.FD, event.Read|event.Persist, func(int, event.What) {
				src.Read(buf) // ready, and nobody else reads it: not blocked
				run.Moment("one-wait", src.FD)
				if src.Ended() {
					ev.Del() // or it would be ready for ever
				}
			})
			if err := ev.Add(event.NoTimeout); err != nil {
				return err
			}
		}
		_, err = base.Dispatch() // returns when no event is left
		run.Calls(base.Stats().SystemCalls)
		return err
	}
}

// threadPerFD gives each source a thread that may block.
func threadPerFD(run *engine.Run) error {
	a, b := run.Sources[0], run.Sources[1]
	second := run.Thread("threads: b", func() error { return readAll(run, b) })
	return errors.Join(readAll(run, a), second.Join())
}

func readAll(run *engine.Run, src *engine.Source) error {
	buf := make([]byte, 512)
	for !src.Ended() {
		run.Phase("before read")
		if _, err := src.Read(buf); err != nil {
			return err
		}
	}
	return nil
}

// busyLoop is readInTurn with O_NONBLOCK: where read(2) would block it fails
// with EAGAIN, and the next source has its turn. It never waits.
func busyLoop(run *engine.Run) error {
	if err := run.SetNonblock(); err != nil {
		return err
	}
	return readInTurn(run)
}
