// Package diagnosis says what is remarkable in the state of a run: who spins,
// who starves, what is unread, partly drained, blocked, leaked.
//
// Its predicates look at a world (lab/world) and find nothing else out. The
// stage's warnings and sentences and the grader's feedback all rest on them, so
// that what is called a spin is the same everywhere, and each threshold stands
// once. The package knows no exercise, no drawing and no process. It has no words:
// the callers that show a Finding have them.
package diagnosis

import (
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Finding is one remarkable thing.
type Finding struct {
	Kind  Kind
	Cause Cause       // of a Spin, a Starve and an Unheard: which
	FD    *world.FD   // the fd that it is about, or nil
	Base  *world.Base // the base that it is about, or nil
	Count int64       // how often, how many, or how many bytes: as the kind says
	For   int64       // ns that it has lasted, 0 where time does not matter
}

// Kind says what it is. The first six are warnings, and their numbers the keys
// that explain them on the stage.
type Kind uint8

const (
	// Spin: callbacks, reads or writes, one after the other, and nothing is taken.
	// Count: how many. The Cause says what is repeated.
	Spin Kind = iota + 1
	// Starve: an fd is ready, and the loop that watches it is inside a callback, or
	// in a turn that does not end. For: how long it has been ready. Without an fd:
	// such a turn, and nothing is known to wait. Count: how many callbacks it has.
	Starve
	// LongCallback: a callback has run for more than a tenth of a second. For:
	// how long.
	LongCallback
	// PartialDrain: callbacks that read, and leave bytes behind, several times in
	// a row. Count: bytes left. Of a foreign program: bytes, or clients, that lie on an
	// edge-triggered fd since its last read, and its loop waits beside them. For: how long.
	PartialDrain
	// NeverRead: an fd is ready, and neither an event nor a thread waits for it.
	// For: how long.
	NeverRead
	// Leak: the program has ended with fds open. Count: how many. Of a foreign program, while
	// it runs: an fd whose end was read, and which it has not used since. For: how long. Or,
	// without an fd: so many that it has opened and uses no more, and it opens others.
	Leak

	// Unheard: what comes on an fd is not noticed. The Cause says why not.
	Unheard
)

// Cause says which of several things a finding of one kind is.
type Cause uint8

const (
	// Of a Spin:
	EndReadAgain Cause = iota + 1 // reads that give 0, the end of file, again
	AskedInside                   // reads that find nothing, in one callback
	AskedAgain                    // reads that find nothing
	PushedInside                  // writes that find no room, in one callback
	PushedAgain                   // writes that find no room
	RoomNotUsed                   // callbacks that may write, and do not
	NothingTaken                  // callbacks that take nothing
	NobodyCalled                  // loop iterations that call nobody

	// Of a Starve:
	InCallback // the loop is inside one callback
	NotWaited  // foreign: the loop's thread has not come to its next wait
	SameEvent  // it calls one event again and again, in one turn (Base.Same)

	// Of an Unheard:
	Fired          // its event was one-shot, has fired, and is pending no more
	NotPending     // no event is pending on it
	OnlyForWriting // its events never were for reading
	ToldOnce       // its event is edge-triggered, and has told it
)

// Thresholds: when something deserves a word. Each stands here and nowhere else.
const (
	// Often is how many callbacks (or reads that find the end) in a row take
	// nothing in a program that spins.
	Often = 10
	// ForEver is how many of them in a row there are in a program that will not
	// stop by itself; and how many reads that find nothing are polling.
	ForEver = 1000
	// InOne is how many calls that find nothing, in one callback or while all is
	// silent, are more than any program needs; and how many reads of an end there
	// are in a program that will not stop reading it.
	InOne = 50

	partlyAfter   = 3     // callbacks in a row that leave bytes behind
	starveAfter   = 100e6 // ns
	longAfter     = 100e6
	longRemember  = 2e9 // how long a long callback is worth a word
	neverReadFrom = 500e6
	leftFrom      = 500e6
	unusedFrom    = 10e9 // an fd of a foreign program that is used no more
	manyUnused    = 32   // of them: more than a program keeps by intention
	growsStill    = 60e9 // since the latest of them was opened
)

// When says which streak counts: Now, what is going on, or Ever, the worst so far.
type When func(world.Streak) int64

// Now is for a screen, which shows a moment.
func Now(s world.Streak) int64 { return s.Now }

// Ever is for a judge, who looks back.
func Ever(s world.Streak) int64 { return s.Most }

// Spins finds out whether calls or callbacks of the fd take nothing, again and
// again.
func Spins(f *world.FD, when When) (Finding, bool) {
	spin := Finding{Kind: Spin, FD: f}
	switch {
	case when(f.Ends) >= Often:
		spin.Cause, spin.Count = EndReadAgain, max(when(f.Ends), when(f.Untaken))
	case f.RefusedInside >= InOne:
		spin.Cause, spin.Count = AskedInside, f.RefusedInside
	case when(f.Refused) >= ForEver:
		spin.Cause, spin.Count = AskedAgain, when(f.Refused)
	case f.NoRoomInside >= InOne:
		spin.Cause, spin.Count = PushedInside, f.NoRoomInside
	case when(f.NoRoom) >= ForEver:
		spin.Cause, spin.Count = PushedAgain, when(f.NoRoom)
	case when(f.Untaken) >= Often && 2*when(f.Unwritten) > when(f.Untaken):
		spin.Cause, spin.Count = RoomNotUsed, when(f.Unwritten)
	case when(f.Untaken) >= Often:
		spin.Cause, spin.Count = NothingTaken, when(f.Untaken)
	default:
		return Finding{}, false
	}
	return spin, true
}

// Endless reports whether the fd spins so that nobody need wait for more.
func Endless(f *world.FD) bool {
	return f.Untaken.Now >= ForEver || f.Ends.Now >= InOne || max(f.Refused.Now, f.NoRoom.Now) >= 100*ForEver ||
		max(f.RefusedInside, f.NoRoomInside) >= InOne
}

// Asks finds out whether a clock, or nothing, wakes the program again and again to
// read what is not there.
func Asks(f *world.FD) (Finding, bool) {
	return Finding{Kind: Spin, Cause: AskedAgain, FD: f, Count: f.Refused.Now}, f.Refused.Now >= InOne
}

// CallsNobody finds out whether the loop spins: turn after turn finds something
// ready and calls no callback.
func CallsNobody(b *world.Base) (Finding, bool) {
	return Finding{Kind: Spin, Cause: NobodyCalled, Base: b, Count: b.Vain}, b.Vain > ForEver && b.Phase != world.Stopped
}

// SameAgain finds out whether the loop calls one event so often in one turn that the
// turn will not end by itself: the event makes itself active.
func SameAgain(b *world.Base) (Finding, bool) {
	return Finding{Kind: Starve, Cause: SameEvent, Base: b, Count: b.Same.Count}, b.Same.Count >= ForEver && b.Phase != world.Stopped
}

// WhyUnheard finds out why what waits on the fd is not noticed: no pending event is
// of use. ok is false where the loop will be told.
func WhyUnheard(f *world.FD) (why Finding, ok bool) {
	why = Finding{Kind: Unheard, FD: f}
	watched := f.Watched()
	switch {
	case watched == 0 && HasFired(f):
		why.Cause = Fired
	case watched == 0:
		why.Cause = NotPending
	case f.Ever&trace.Readable == 0:
		why.Cause = OnlyForWriting
	case watched&trace.EdgeTrig != 0:
		why.Cause = ToldOnce
	default:
		return Finding{}, false
	}
	return why, true
}

// HasFired reports whether the fd's last event was one-shot, and callbacks of it
// have run.
func HasFired(f *world.FD) bool { return f.Added != 0 && f.Added&trace.Persist == 0 && f.Callbacks > 0 }

// LongestUnseen returns the fd that has been ready for the longest while no loop
// was told and no thread is blocked on it, or nil. Where records were lost, nobody
// knows.
func LongestUnseen(w *world.World) (longest *world.FD) {
	for _, f := range w.FDs {
		if since, ok := f.Unseen(); ok && f.Closed == 0 && f.Blocked == 0 && !mayBeLock(w, f) && w.Sure(since) && (longest == nil || f.ReadySince < longest.ReadySince) {
			longest = f
		}
	}
	return longest
}

// Busy finds out whether a loop that watches the fd has no time to look: it is inside
// a callback, or in a turn that does not end.
func Busy(w *world.World, f *world.FD) (why Finding, ok bool) {
	for i := range f.Watches {
		b := w.BaseByNumber(f.Watches[i].Base)
		if b == nil {
			continue
		}
		if same, ok := SameAgain(b); ok {
			same.FD = f
			return same, true
		}
		switch {
		case b.Phase == world.Calling:
			return Finding{Kind: Starve, Cause: InCallback, FD: f, Base: b}, true
		case b.Foreign && b.Woke() != 0 && b.Thread != 0 && !isHeld(w, b.Thread):
			return Finding{Kind: Starve, Cause: NotWaited, FD: f, Base: b}, true
		}
	}
	return Finding{}, false
}

// isHeld reports whether a thread stands at the gate: then nobody lets anybody wait.
func isHeld(w *world.World, thread uint32) bool {
	t := w.ThreadByID(thread)
	if t == nil {
		return false
	}
	top, ok := t.Top()
	return ok && top.Kind == world.AtGate
}

// Blocked returns the call that a thread is blocked in on the fd, and whether it
// was made in a callback. ok is false if there is none.
func Blocked(w *world.World, f *world.FD) (call world.Frame, inside, ok bool) {
	if f.Blocked == 0 {
		return world.Frame{}, false, false
	}
	for i := range w.Threads {
		t := &w.Threads[i]
		if top, in := t.Top(); in && top.Kind == world.InCall && w.CalledOn(&top) == f {
			return top, t.InCallback(), true
		}
	}
	return world.Frame{}, false, false
}

// Uncertain returns a loop of which it is not known what it does: records were lost since
// its last record. Or nil.
func Uncertain(w *world.World) *world.Base {
	for i := range w.Bases {
		if b := &w.Bases[i]; b.Phase != world.Stopped && !w.Sure(b.Since) {
			return b
		}
	}
	return nil
}

// restless is for how long a thread that nobody has introduced may have made no record
// before it is one that the Go runtime only keeps, or uses for itself, in ns.
const restless = int64(100e6)

// OnlyBlocked returns the thread that is blocked in a call, if no other thread
// that counts could look instead: one that sleeps, in no call on record, does not.
// A goroutine may leave the thread on which it made its first calls: neither does that.
func OnlyBlocked(w *world.World, counts func(*world.Thread) bool) (*world.Thread, world.Frame) {
	var found *world.Thread
	var frame world.Frame
	for i := range w.Threads {
		t := &w.Threads[i]
		if !counts(t) || t.Ended != 0 {
			continue
		}
		top, ok := t.Top()
		if !ok && (t.Asleep != 0 || !t.Introduced && w.Time-t.LastActive > restless) {
			continue
		}
		if !ok || top.Kind != world.InCall || found != nil {
			return nil, world.Frame{}
		}
		found, frame = t, top
	}
	return found, frame
}

// Detained returns the callback of a thread that is inside one, and in no call
// that the trace has: it computes, or it sleeps in its own way.
func Detained(w *world.World) (in world.Frame, thread uint32, ok bool) {
	for i := range w.Threads {
		t := &w.Threads[i]
		if top, in := t.Top(); in && top.Kind == world.InCallback {
			return top, t.ID, true
		}
	}
	return world.Frame{}, 0, false
}

// Orphan returns an fd that was closed while an event was pending on it, or nil.
// It had the number, or any if that is negative.
func Orphan(w *world.World, number int32) *world.FD {
	for _, f := range w.FDs {
		if f.Orphaned && (number < 0 || f.Number == number) {
			return f
		}
	}
	return nil
}
