package world

import "fdlab/lab/trace"

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

func (t *Thread) push(f Frame) { t.Stack = append(t.Stack, f) }

// pop ends the innermost frame of a kind, and whatever was left open inside it
// (its end may have been lost).
func (t *Thread) pop(kind FrameKind) (Frame, bool) {
	for i := len(t.Stack) - 1; i >= 0; i-- {
		if t.Stack[i].Kind == kind {
			f := t.Stack[i]
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

// end pops the innermost frame of a kind and keeps how long it lasted.
func (w *World) end(t *Thread, kind FrameKind, r *trace.Record) bool {
	frame, ok := t.pop(kind)
	if ok {
		w.ended, w.took = frame, r.Time-frame.Since
	}
	return ok
}

// thread returns the thread that made the record; it may be new.
func (w *World) thread(r *trace.Record) *Thread {
	t := w.ThreadByID(r.Thread)
	if t == nil {
		w.Threads = append(w.Threads, Thread{ID: r.Thread})
		t = &w.Threads[len(w.Threads)-1]
	}
	t.LastActive = r.Time
	return t
}

// ThreadByID returns the thread with that kernel id, or nil.
func (w *World) ThreadByID(id uint32) *Thread {
	for i := len(w.Threads) - 1; i >= 0; i-- {
		if w.Threads[i].ID == id {
			return &w.Threads[i]
		}
	}
	return nil
}

// applyCall follows a thread into a system call and out of it.
func (w *World) applyCall(t *Thread, r *trace.Record) {
	f := w.fd(r)
	if r.Kind == trace.CallBegin {
		t.push(Frame{Kind: InCall, Name: w.names.of(r.Str), Call: w.names.call(r.Str), FD: r.FD, Since: r.Time})
		if f != nil {
			f.Blocked++
		}
		return
	}
	t.Calls += times(r)
	if n := len(t.Stack); n > 0 && t.Stack[n-1].Kind == InCall {
		w.end(t, InCall, r)
		if f != nil && f.Blocked > 0 {
			f.Blocked--
		}
	}
	if f != nil {
		w.called(t, f, w.names.call(r.Str), r)
	}
}
