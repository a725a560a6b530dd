package grade

import (
	"slices"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Time can be held, so that the world can put several things before the
// program at once, and in an order that no machine's load changes. The
// program's loops stop at their next phase: before a wait, before a callback.
// A loop that sleeps in the kernel stops when something wakes it.

// Hold holds the program's time. It takes effect soon: wait for Stands.
func (e *Examiner) Hold() { e.run.Hold() } // an error says that it has ended, as Await will

// Release lets time go on.
func (e *Examiner) Release() { e.run.Release() }

// Step lets a loop that stands go one phase: through a wait, which may last, or
// through a callback. It returns when the loop is on its way. expected is what
// the program must do, should it do something else.
func (e *Examiner) Step(expected string) {
	before := e.count(trace.Release)
	e.run.Step()
	e.Await(expected, func() bool { return e.count(trace.Release) > before })
}

// standing returns before which phase the program's loop stands; ok is false if it
// does not.
func (e *Examiner) standing() (before world.HeldAt, ok bool) {
	for _, r := range slices.Backward(e.entries) {
		switch r.Kind {
		case trace.Hold:
			return r.At, true
		case trace.Release:
			return world.Elsewhere, false
		}
	}
	return world.Elsewhere, false
}

// Stands reports whether the program's loop stands at all.
func (e *Examiner) Stands() bool {
	_, ok := e.standing()
	return ok
}

// StandsBefore reports whether it stands before that phase.
func (e *Examiner) StandsBefore(phase world.HeldAt) bool {
	before, ok := e.standing()
	return ok && before == phase
}

func (e *Examiner) count(k trace.Kind) (n int) {
	for i := range e.entries {
		if e.entries[i].Kind == k {
			n++
		}
	}
	return n
}
