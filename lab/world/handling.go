package world

import (
	"syscall"

	"fdlab/lab/trace"
)

// A foreign program's callbacks cannot be seen. What stands here is inferred: from
// the first call on an fd that the wait has named, the thread deals with that fd;
// until it turns to the next one, or waits again. Only a program that says itself which
// callback it is in (lab/foreign/said) has callbacks here, and no handling in them.

// Foreign reports whether the run is of a program that is not of the lab.
func (w *World) Foreign() bool {
	if w.first != 0 {
		return true
	}
	for i := range w.Bases {
		if w.Bases[i].Foreign {
			return true
		}
	}
	return false
}

// applyHandling notes that a thread turns to an fd.
func (w *World) applyHandling(t *Thread, r *trace.Record) {
	b, f := w.base(r), w.fd(r)
	if b == nil {
		return
	}
	b.Handled++
	b.enter(Handling, r.Time)
	name := w.names.of(r.Str)
	w.push(t, Frame{Kind: InHandling, Name: name, FD: r.FD, Base: b.Number, Since: r.Time})
	if f != nil {
		f.InHandling++
		f.Handled++
		f.HandledAt, f.HandledTill, f.HandledIn, f.HandledBy = r.Time, r.Time, name, b.Number
		f.by(r.Thread)
	}
}

// handlingEnds: a thread that is held before its wait is done with the fd that it dealt
// with.
func (w *World) handlingEnds(t *Thread, r *trace.Record) {
	top, ok := t.Top()
	if !ok || top.Kind != InHandling || w.names.find(r.Str).gate != BeforeWait {
		return
	}
	w.unwind(t, len(t.Stack)-1)
	if b := w.BaseByNumber(top.Base); b != nil {
		b.enter(Between, r.Time)
	}
}

// notified notes that a wait of a foreign program has named the fd. It counts as a
// callback does, until something is taken. An edge-triggered event is no reproach:
// it tells what has come, and is silent when that is left.
func (f *FD) notified(r *trace.Record) {
	f.Why = r.What()
	if i := f.watch(r); i >= 0 && f.Watches[i].What&trace.EdgeTrig == 0 {
		f.leaves(1)
	}
}

// sleptOn is for how long, in ns, a wait must have slept beside a ready fd that was not news to
// it: one that has news comes back at once, as fast as the machine lets it.
const sleptOn = int64(20e6)

// leftAgain counts how often in a row a wait names an edge-triggered fd after it has slept
// beside it: bytes lay there since the last read, and only new ones were news.
func (f *FD) leftAgain(b *Base, r *trace.Record) {
	i := f.watch(r)
	switch {
	case i < 0 || f.Watches[i].What&trace.EdgeTrig == 0 || r.What()&trace.Readable == 0: // no word of this
	case f.ReadySince > f.LastRead && f.LastRead >= f.Noticed && !f.Hearsay && !b.Apart && r.Time-max(b.WaitBegan, f.ReadySince) > sleptOn:
		f.LeftBehind++
	default:
		f.LeftBehind = 0
	}
}

// taken notes that a thread takes from an fd while the loop that watches it waits. Where a program
// does that, a loop that waits again says nothing of what was left.
func (w *World) taken(f *FD) {
	if f.InHandling > 0 || f.Noticed == 0 {
		return
	}
	for i := range f.Watches {
		b := w.BaseByNumber(f.Watches[i].Base)
		if b != nil && b.Foreign && f.Watches[i].What&trace.EdgeTrig != 0 && b.Phase == Waiting && b.Since > f.Noticed {
			b.Apart = true
		}
	}
}

// Waits is how many bytes wait on the fd in the kernel, or clients.
func (f *FD) Waits() int64 { return f.waiting() }

// Used is when the program last had to do with the fd.
func (f *FD) Used() int64 {
	return max(f.Opened, f.LastRead, f.LastWrite, f.Noticed, f.CallbackDone, f.HandledTill)
}

// tried takes the reproach back: the program has called, and another was quicker.
func (f *FD) tried(r *trace.Record) {
	if f.Handled > 0 && r.A < 0 && r.B == int64(syscall.EAGAIN) {
		f.Untaken.Now, f.Unwritten.Now = 0, 0
	}
}
