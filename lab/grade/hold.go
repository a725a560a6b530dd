package grade

import (
	"slices"
	"time"

	"fdlab/lab/control"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Time can be held, so that the world can put several things before the
// program at once, and in an order that no machine's load changes. The
// program's loops stop at their next phase: before a wait, before a callback.
// A loop that sleeps in the kernel stops when something wakes it.

// Hold holds the program's time. It takes effect soon: wait for Stands.
func (e *Examiner) Hold() { e.command(e.run.Hold) }

// Release lets time go on.
func (e *Examiner) Release() { e.command(e.run.Release) }

// command gives the program a command, again if it was not taken in time: on a busy machine the time may be over before
// it was tried. One that never takes it has ended, or will be found to be stuck.
func (e *Examiner) command(give func() error) {
	for end := time.Now().Add(patrol); give() != nil && !e.ended && time.Now().Before(end); time.Sleep(time.Millisecond) {
		e.pump()
	}
}

// HoldRead holds a thread that is about to read from the fd, and no other thread,
// until Release: world.BeforeRead. When it has returned, no thread passes any more.
func (e *Examiner) HoldRead(f *world.FD) { e.holdCall(control.BeforeRead, int(f.Number)) }

// HoldReadDone holds a thread that has just read from the fd: world.AfterRead.
func (e *Examiner) HoldReadDone(f *world.FD) { e.holdCall(control.AfterRead, int(f.Number)) }

// HoldWrite holds a thread that has just written to the fd: world.AfterWrite.
func (e *Examiner) HoldWrite(f *world.FD) { e.holdCall(control.AfterWrite, int(f.Number)) }

// HoldPost holds a thread that is about to post a function to a loop: world.BeforePost.
func (e *Examiner) HoldPost() { e.holdCall(control.BeforePost, 0) }

// holdCall holds the next such call of a program that has come to rest: one that is on its way still, as a
// read that will find nothing more, would be taken for it. It waits until the program says that it holds: on a busy machine much could be
// done meanwhile. One that does not say so in time has ended, or will be found to be stuck.
func (e *Examiner) holdCall(at control.Place, fd int) {
	e.Settled()
	said := control.Holds(at, fd)
	before := e.notes(said)
	e.command(func() error { return e.run.HoldCall(at, fd) })
	for end := time.Now().Add(patrol); e.notes(said) == before && !e.ended && time.Now().Before(end); time.Sleep(time.Millisecond) {
		e.pump()
	}
}

// notes counts the notes with a text.
func (e *Examiner) notes(text string) (n int) {
	for i := range e.entries {
		if r := &e.entries[i]; r.Kind == trace.Note && r.Text == text {
			n++
		}
	}
	return n
}

// Settled waits until all threads sleep, be they held or not, for several looks in
// a row: each has come as far as it can. On a machine so busy that this is never seen it
// goes on after a while: no verdict rests on it.
func (e *Examiner) Settled() {
	still := e.Stillness()
	for end := time.Now().Add(patrol); !still() && !e.ended && time.Now().Before(end); time.Sleep(time.Millisecond) {
		e.pump()
	}
}

// Unheard does something while nobody reads what the program prints: what the pipe has no room for
// waits in the program, which may be blocked in its write. do must not wait for anything
// that comes after such a write.
func (e *Examiner) Unheard(do func()) {
	release := e.run.Output().Hold()
	defer func() {
		release()
		e.callbackSleep = callbackSleep{} // it was the world that kept it
	}()
	do()
}

// Step lets a loop that stands go one phase: through a wait, which may last, or
// through a callback. It returns when the loop is on its way. expected is what
// the program must do, should it do something else.
func (e *Examiner) Step(expected string) {
	before := e.count(trace.Release)
	e.command(e.run.Step)
	e.Await(expected, func() bool { return e.count(trace.Release) > before })
}

// standing returns before which phase the program's loop stands; ok is false if it
// does not.
func (e *Examiner) standing() (before world.HeldAt, ok bool) {
	return e.last(func(at world.HeldAt) bool { return at == world.BeforeWait || at == world.BeforeCallback })
}

// last returns where a thread stands that came last to one of some places; ok is false
// if it was let go, or none came.
func (e *Examiner) last(some func(world.HeldAt) bool) (at world.HeldAt, ok bool) {
	for _, r := range slices.Backward(e.entries) {
		if (r.Kind == trace.Hold || r.Kind == trace.Release) && some(r.At) {
			return r.At, r.Kind == trace.Hold
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

// HeldThere reports whether a thread stands at a call that is held.
func (e *Examiner) HeldThere(place world.HeldAt) bool {
	_, ok := e.last(func(at world.HeldAt) bool { return at == place })
	return ok
}

func (e *Examiner) count(k trace.Kind) (n int) {
	for i := range e.entries {
		if e.entries[i].Kind == k {
			n++
		}
	}
	return n
}
