//go:build unix

package trace

import "sync/atomic"

// Listener is told of each record that a thread puts before it is kept, but of those of
// one base, and of what the kernel says. So a loop that leaves turns unsaid sees what
// their callbacks do. Fill in Base and Hear before the first Listen.
type Listener struct {
	Thread atomic.Uint32
	Base   uint16
	Hear   func(Record) (unsaid bool) // on that thread; unsaid: the record is not kept
}

// listeners are those of a Recorder.
type listeners struct {
	n  atomic.Int32 // how many there are
	of [16]atomic.Pointer[Listener]
}

// Listen begins to tell l of what its thread records. It reports whether there was room.
func (r *Recorder) Listen(l *Listener) bool {
	for i := range r.listeners.of {
		if r.listeners.of[i].CompareAndSwap(nil, l) {
			r.listeners.n.Add(1)
			return true
		}
	}
	return false
}

// Unlisten ends that.
func (r *Recorder) Unlisten(l *Listener) {
	for i := range r.listeners.of {
		if r.listeners.of[i].CompareAndSwap(l, nil) {
			r.listeners.n.Add(-1)
			return
		}
	}
}

// hear tells of a record that is complete but for its number. It reports whether that
// is not to be kept.
func (ls *listeners) hear(rec *Record) (unsaid bool) {
	switch rec.Kind {
	case Kernel, Sleep, Socket, Endpoint: // not by the thread that they name
		return false
	}
	for i := range ls.of {
		if l := ls.of[i].Load(); l != nil && l.Thread.Load() == rec.Thread && l.Base != rec.Base {
			unsaid = l.Hear(*rec) || unsaid
		}
	}
	return unsaid
}
