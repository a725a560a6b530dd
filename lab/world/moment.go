package world

import (
	"slices"

	"fdlab/lab/trace"
)

// Moment is what the lesson turns on, marked by the program.
type Moment struct {
	Key string // its words stand in the lesson's README under this key
	At  int64
	fds [4]int32 // those that matter; trace.NoFD fills it up
}

// applyMoment keeps a moment.
func (w *World) applyMoment(r *trace.Record) {
	w.Moments = within(w.Moments, Moment{
		Key: w.names.of(r.Str), At: r.Time, fds: [...]int32{r.FD, int32(r.A), int32(r.B), int32(r.C)},
	}, mostSaid, &w.Dropped.Moments)
}

// Names reports whether it says what matters.
func (m *Moment) Names() bool { return m.fds[0] != trace.NoFD }

// About reports whether an fd matters at the moment.
func (m *Moment) About(fd int32) bool { return fd != trace.NoFD && slices.Contains(m.fds[:], fd) }

// OfBase reports whether a base matters in the world w: it watches an fd that
// does, or is inside its callback.
func (m *Moment) OfBase(w *World, base uint16) bool {
	for i := range w.FDs {
		f := w.FDs[i]
		if f.Closed != 0 || !m.About(f.Number) {
			continue
		}
		for k := range f.Watches {
			if f.Watches[k].Base == base {
				return true
			}
		}
	}
	for i := range w.Threads {
		for _, f := range w.Threads[i].Stack {
			if f.Kind == InCallback && f.Base == base && m.About(f.FD) {
				return true
			}
		}
	}
	return false
}

// OfThread reports whether a thread matters in the world w: it runs a base that
// does, or is in a callback or a call of an fd that does.
func (m *Moment) OfThread(w *World, t *Thread) bool {
	for i := range t.Stack {
		if f := &t.Stack[i]; m.About(f.FD) || f.Kind == InLoop && m.OfBase(w, f.Base) {
			return true
		}
	}
	return false
}
