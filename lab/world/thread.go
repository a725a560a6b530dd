package world

import (
	"slices"

	"fdlab/lab/trace"
)

// Thread is an OS thread of the program.
type Thread struct {
	ID         uint32
	Name       string // what the program calls it, or ""
	Introduced bool   // it said its name: a thread of the experiment, not of the Go runtime
	Begun      int64
	Ended      int64   // 0 while it lives
	Stack      []Frame // what it is in the middle of, the outermost first
	Calls      int     // system calls so far
	LastActive int64   // time of its last record
	before     int64   // and of the one before that
	Asleep     int64   // since when it sleeps, as the kernel says; 0: it does not. In a call, the call says more
}

// Frame is one thing that a thread is in the middle of.
type Frame struct {
	Kind   FrameKind
	Call   Call            // InCall
	Base   uint16          // or 0
	FD     int32           // or trace.NoFD
	Name   string          // the call, or the event's label, or the gate's phase
	Since  int64           // when it began
	Limit  int64           // InWait: the timeout in ns, -1 for none
	Why    trace.Readiness // InCallback: what it was called for
	Number int64           // InCallback: 1, 2, 3 ... over all threads
}

// Posted reports whether it is the run of a function that was posted to a base.
func (f *Frame) Posted() bool { return f.Kind == InCallback && f.FD == trace.NoFD && f.Why == 0 }

// FrameKind says what a Frame is.
type FrameKind uint8

const (
	InLoop     FrameKind = iota // inside Dispatch
	InWait                      // inside the backend's wait: select, poll, epoll_wait
	InCallback                  // inside a callback
	InHandling                  // inferred: at an fd that its wait has named; Name is the function, or ""
	InCall                      // inside a system call that may block
	AtGate                      // held
)

// Top returns what the thread does now. ok is false when it just runs.
func (t *Thread) Top() (f Frame, ok bool) {
	if len(t.Stack) == 0 {
		return Frame{FD: trace.NoFD}, false
	}
	return t.Stack[len(t.Stack)-1], true
}

// pop ends the innermost frame of a kind, and whatever was left open inside it
// (its end may have been lost).
func (w *World) pop(t *Thread, kind FrameKind) (Frame, bool) {
	for i := len(t.Stack) - 1; i >= 0; i-- {
		if t.Stack[i].Kind == kind {
			f := t.Stack[i]
			if i+1 < len(t.Stack) {
				w.unwind(t, i+1)
			}
			t.Stack = t.Stack[:i]
			return f, true
		}
	}
	return Frame{}, false
}

// InCallback reports whether the thread is inside a callback.
func (t *Thread) InCallback() bool { return t.callback() != nil }

// callback returns the innermost callback that the thread is inside, or nil.
func (t *Thread) callback() *Frame {
	for i := len(t.Stack) - 1; i >= 0; i-- {
		if t.Stack[i].Kind == InCallback {
			return &t.Stack[i]
		}
	}
	return nil
}

// CalledSince returns when the callback that the thread is in began; without one, what is given.
func (t *Thread) CalledSince(without int64) int64 {
	if f := t.callback(); f != nil {
		return f.Since
	}
	return without
}

// ofSignal reports whether a record that names a number is about a signal's
// event, which has the signal's number. The end of a callback does not say so:
// its beginning did.
func (t *Thread) ofSignal(r *trace.Record) bool {
	if r.FD < 0 {
		return false
	}
	switch r.Kind {
	case trace.Add, trace.Del, trace.CallbackBegin:
		return r.What()&trace.Signal != 0
	case trace.CallbackEnd:
		in := t.callback()
		return in != nil && in.FD == trace.NoFD
	}
	return false
}

// end pops the innermost frame of a kind and keeps how long it lasted, if that is
// known: 0 where records were lost meanwhile, and it may have been two.
func (w *World) end(t *Thread, kind FrameKind, r *trace.Record) bool {
	frame, ok := w.pop(t, kind)
	if ok {
		w.ended = frame
	}
	if ok && w.Sure(frame.Since) {
		w.took = r.Time - frame.Since
	}
	return ok
}

// threadEnds: nothing that the thread was in the middle of goes on.
func (w *World) threadEnds(t *Thread, at int64) {
	t.Ended = at
	w.unwind(t, 0)
	for i := range w.Bases {
		if b := &w.Bases[i]; b.Thread == t.ID {
			b.Thread, b.Depth = 0, 0
			b.enter(Stopped, at)
		}
	}
}

// thread returns the thread that made the record; it may be new.
func (w *World) thread(r *trace.Record) *Thread {
	var t *Thread
	if i := w.threadAt(r.Thread); i >= 0 {
		t, w.recent = &w.Threads[i], i
	} else {
		t = w.addThread(r.Thread)
	}
	if !ofWatcher(r.Kind) {
		t.before, t.LastActive = t.LastActive, max(t.LastActive, r.Time)
		if r.Time >= t.Asleep { // else it tells of what was before
			t.Asleep = 0
		}
	}
	return t
}

// ThreadByID returns the thread with that kernel id, or nil.
func (w *World) ThreadByID(id uint32) *Thread {
	if i := w.threadAt(id); i >= 0 {
		return &w.Threads[i]
	}
	return nil
}

// threadAt returns the index of the thread that has the id now, or -1.
func (w *World) threadAt(id uint32) int {
	if i := w.recent; i < len(w.Threads) && w.Threads[i].ID == id {
		return i
	}
	if i, ok := w.threads[id]; ok {
		return i
	}
	return -1
}

// applyCall follows a thread into a system call and out of it.
func (w *World) applyCall(t *Thread, r *trace.Record) {
	if r.Kind == trace.CallBegin {
		w.push(t, Frame{Kind: InCall, Name: w.names.of(r.Str), Call: w.names.call(r.Str), FD: r.FD, Since: r.Time})
		if f := w.fd(r); f != nil {
			f.Blocked++
		}
		return
	}
	t.Calls += times(r)
	if w.endCall(t, r) {
		if on := w.CalledOn(&w.ended); on != nil && on.Closed != 0 {
			return // it was of an fd that is closed, whatever has the number now
		}
	}
	if f := w.fd(r); f != nil {
		w.called(t, f, w.names.call(r.Str), r)
	}
}

// endCall ends the call that a CallEnd is about, if it had a beginning.
//
// The record may come from another thread than the beginning: a goroutine that is
// not locked to its thread may go on on another one when the kernel is done with
// its call. Of several threads in the same call on the same fd, the one that began
// first is taken to be done.
func (w *World) endCall(t *Thread, r *trace.Record) bool {
	name := w.names.of(r.Str)
	is := func(f Frame) bool { return f.Kind == InCall && f.FD == r.FD && f.Name == name }
	var call Frame
	if top, ok := t.Top(); ok && is(top) {
		call = w.leave(t)
	} else if i := slices.IndexFunc(w.adrift, is); i >= 0 {
		call = w.adrift[i]
		w.adrift = slices.Delete(w.adrift, i, i+1)
	} else {
		var first *Thread
		for i := range w.Threads {
			if top, ok := w.Threads[i].Top(); ok && is(top) && (call.Since == 0 || top.Since < call.Since) {
				first, call = &w.Threads[i], top
			}
		}
		if first == nil {
			return false
		}
		w.leave(first)
	}
	if w.ended = call; w.Sure(call.Since) {
		w.took = r.Time - call.Since
	}
	return true
}

// leave takes a thread out of the call that it is in.
func (w *World) leave(t *Thread) Frame {
	call, _ := w.pop(t, InCall)
	if f := w.CalledOn(&call); f != nil && f.Blocked > 0 {
		f.Blocked--
	}
	return call
}

// keepAdrift bounds the calls whose end may have been lost.
const keepAdrift = 64

// moved notes that a thread that is in a call makes another record: the kernel is
// done with the call, and the goroutine that made it will say so later, on another
// thread. Until then the call is adrift.
func (w *World) moved(t *Thread, r *trace.Record) {
	top, ok := t.Top()
	if !ok || top.Kind != InCall {
		return
	}
	if ofWatcher(r.Kind) || r.Kind == trace.CallEnd && r.FD == top.FD && w.names.of(r.Str) == top.Name {
		return
	}
	if len(w.adrift) >= keepAdrift {
		w.adrift = slices.Delete(w.adrift, 0, 1)
	}
	w.adrift = append(w.adrift, w.leave(t))
}

// ofWatcher reports whether a record says what the kernel says: the watcher has no
// thread of its own, so its records are of the process's first thread.
func ofWatcher(k trace.Kind) bool {
	return k == trace.Kernel || k == trace.Socket || k == trace.Endpoint || k == trace.Sleep
}

// applySleep keeps what the kernel says of a thread, unless the thread has made a
// record since.
func (w *World) applySleep(r *trace.Record) {
	if r.A == 0 { // the rest is as it was said
		w.Looked = r.Asked()
		w.doubt()
		return
	}
	t := w.ThreadByID(uint32(r.A))
	if t == nil {
		w.unmet.said(r)
		return
	}
	switch {
	case t.Ended != 0 || r.Asked() < t.LastActive:
	case r.B == trace.ThreadGone:
		w.threadEnds(t, r.Asked())
	case r.B == 0:
		t.Asleep = 0
	default:
		t.Asleep = r.Asked()
	}
}

// unmet are the threads that sleep and have made no record yet. Nobody need know of them; but the first record of
// one may come late: whoever makes it may lose the processor, and its thread, with the record in its hands.
type unmet []asleep

type asleep struct {
	thread uint32
	at     int64 // when it slept
}

// said keeps a word about such a thread.
func (u *unmet) said(r *trace.Record) {
	id := uint32(r.A)
	u.met(id)
	if r.B == 1 && len(*u) < mostThreads {
		*u = append(*u, asleep{id, r.Asked()})
	}
}

// met takes a thread out, and returns when it slept; 0: it does not.
func (u *unmet) met(id uint32) (at int64) {
	i := slices.IndexFunc(*u, func(a asleep) bool { return a.thread == id })
	if i < 0 {
		return 0
	}
	at = (*u)[i].at
	*u = slices.Delete(*u, i, i+1)
	return at
}

// SeenFor is for how long, in ns, the last word about a thread holds: that it sleeps, or
// that it runs. The program looks at its threads more often, unless it gets no processor.
const SeenFor = int64(150e6)

// LastSeen returns when it was last known what the thread does: by a record of its own,
// or by a look at all threads.
func (w *World) LastSeen(t *Thread) int64 { return max(t.LastActive, t.Asleep, w.Looked) }
