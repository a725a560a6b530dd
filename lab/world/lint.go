package world

import "fdlab/lab/trace"

// Lint is something in the program's behaviour that deserves a word: not an
// error of the lab's, but often one of the program's.
type Lint struct {
	Kind  LintKind
	FD    int32  // the fd it is about, or trace.NoFD
	Base  uint16 // the base it is about, or 0
	Count int64  // how often, how many, or how many bytes: as the kind says
	For   int64  // ns that it has lasted, 0 where time does not matter
}

// LintKind says which.
type LintKind uint8

const (
	// Spin: callbacks, or reads that find nothing, one after the other, and
	// nothing is taken. Count: how many. A level-triggered fd that nobody
	// drains comes back at once, for ever.
	Spin LintKind = iota + 1
	// Starve: an fd is ready, and the loop that watches it is inside a
	// callback. For: how long it has been ready.
	Starve
	// LongCallback: a callback has run for more than a tenth of a second. For:
	// how long.
	LongCallback
	// PartialDrain: callbacks that read, and leave bytes behind, several times
	// in a row. Count: bytes left.
	PartialDrain
	// NeverRead: an fd is ready, and neither an event nor a thread waits for
	// it. For: how long.
	NeverRead
	// Leak: the program has ended with fds open. Count: how many.
	Leak
)

// When a lint speaks up.
const (
	SpinAfter     = 10    // callbacks in a row that read nothing
	refusedAfter  = 1000  // reads in a row that find nothing, or turns that call nobody
	partialAfter  = 3     // callbacks in a row that leave bytes behind
	starveAfter   = 100e6 // ns
	longAfter     = 100e6
	longRemember  = 2e9 // how long a long callback stays on the screen
	neverReadFrom = 500e6
)

// Lints appends what deserves a word at the time now to dst.
func (w *World) Lints(dst []Lint, now int64) []Lint {
	open := int64(0)
	for i := range w.FDs {
		f := &w.FDs[i]
		if f.Closed != 0 {
			continue
		}
		open++
		dst = w.lintFD(dst, f, now)
	}
	for i := range w.Bases {
		b := &w.Bases[i]
		if b.InVain() {
			dst = append(dst, Lint{Kind: Spin, FD: trace.NoFD, Base: b.Number, Count: b.Vain})
		}
		switch {
		case b.Phase == Calling && now-b.Since > longAfter:
			dst = append(dst, Lint{Kind: LongCallback, FD: trace.NoFD, Base: b.Number, For: now - b.Since})
		case b.LastTook > longAfter && now-b.LastCallback < longRemember:
			dst = append(dst, Lint{Kind: LongCallback, FD: trace.NoFD, Base: b.Number, For: b.LastTook})
		}
	}
	if w.Ended && open > 0 {
		dst = append(dst, Lint{Kind: Leak, FD: trace.NoFD, Count: open})
	}
	return dst
}

// InVain reports whether the loop spins: turn after turn that calls nobody.
func (b *Base) InVain() bool { return b.Vain > refusedAfter && b.Phase != Stopped }

func (w *World) lintFD(dst []Lint, f *FD, now int64) []Lint {
	switch {
	case f.Untaken >= SpinAfter:
		dst = append(dst, Lint{Kind: Spin, FD: f.FD, Count: f.Untaken})
	case f.Refused >= refusedAfter:
		dst = append(dst, Lint{Kind: Spin, FD: f.FD, Count: f.Refused})
	case f.LeftBehind >= partialAfter && f.Queued > 0:
		dst = append(dst, Lint{Kind: PartialDrain, FD: f.FD, Count: f.Queued})
	}
	since, unseen := f.Unseen()
	if !unseen || f.Blocked > 0 {
		return dst
	}
	switch {
	case len(f.Watches) == 0 && now-since > neverReadFrom:
		dst = append(dst, Lint{Kind: NeverRead, FD: f.FD, For: now - since})
	case len(f.Watches) > 0 && now-since > starveAfter:
		if b := w.BaseByNumber(f.Watches[0].Base); b != nil && b.Phase == Calling {
			dst = append(dst, Lint{Kind: Starve, FD: f.FD, Base: b.Number, For: now - since})
		}
	}
	return dst
}
