package world

import (
	"slices"
	"strconv"
	"syscall"

	"fdlab/lab/trace"
)

// Which fds there are, and which of them has a number now.

// FDByNumber returns the fd that has the number now, or nil.
func (w *World) FDByNumber(fd int32) *FD {
	if uint(fd) >= uint(len(w.where)) || w.where[fd] == 0 {
		return nil
	}
	return w.FDs[w.where[fd]-1]
}

// FDOnce returns the fd that has the number now, or the last one that had it and
// is closed, or nil.
func (w *World) FDOnce(fd int32) *FD {
	if f := w.FDByNumber(fd); f != nil {
		return f
	}
	for _, f := range slices.Backward(w.FDs) {
		if f.Number == fd {
			return f
		}
	}
	return nil
}

// place enters where the fd with a number is: its index in FDs.
func (w *World) place(fd int32, index int) {
	for int(fd) >= len(w.where) {
		w.where = append(w.where, 0)
	}
	w.where[fd] = int32(index) + 1
}

// mostFDs is beyond any fd of Linux: the trace of a program whose memory is
// damaged may name any number.
const mostFDs = 1 << 20

// fd returns the fd that a record is about, or nil. A number that nobody
// announced is entered when the program uses it: by a call or by an event. A
// record that only says that something is over (a callback that has closed its
// own fd) makes no new one.
func (w *World) fd(r *trace.Record) *FD {
	if r.FD < 0 || r.FD >= mostFDs {
		return nil
	}
	if f := w.FDByNumber(r.FD); f != nil {
		return f
	}
	switch r.Kind {
	case trace.Ready, trace.CallbackBegin, trace.CallbackEnd, trace.Turns, trace.Calls, trace.Del:
		return w.pending(r) // closed, and its event goes on
	case trace.Add, trace.Label:
	case trace.CallBegin:
		if w.FDOnce(r.FD) != nil { // it was closed: the kernel will refuse the call
			return nil
		}
	case trace.CallEnd:
		if r.A < 0 || w.names.call(r.Str) == CallClose {
			return nil
		}
	default:
		return nil
	}
	return w.enter(&FD{Number: r.FD, What: "opened elsewhere", Stranger: true, Peer: trace.NoFD, Opened: r.Time})
}

func (w *World) open(r *trace.Record) {
	if r.FD < 0 || r.FD >= mostFDs {
		return
	}
	if old := w.FDByNumber(r.FD); old != nil {
		old.Closed = r.Time // its close was lost, or made behind the lab's back
	}
	peer := int32(r.B)
	if peer <= 0 {
		peer = trace.NoFD
	}
	f := w.enter(&FD{Number: r.FD, What: w.names.of(r.Str), Peer: peer, Opened: r.Time,
		Regular: r.A&trace.RegularFile != 0, Before: r.A&trace.Inherited != 0})
	if same := w.FDByNumber(int32(r.C)); r.C > 0 && same != nil {
		if same.file == 0 {
			w.files++
			same.file = w.files
		}
		f.file = same.file
	}
}

// Keeper returns an open fd that is the same open file, so that the kernel keeps the
// file; nil if none is known.
func (w *World) Keeper(f *FD) *FD {
	for _, o := range w.FDs {
		if o != f && f.file != 0 && o.file == f.file && o.Closed == 0 {
			return o
		}
	}
	return nil
}

// CalledOn returns the fd that a call is about: the one that had its number when the
// call began. nil: it is not known.
func (w *World) CalledOn(call *Frame) *FD {
	if call.FD == trace.NoFD {
		return nil
	}
	if f := w.FDByNumber(call.FD); f != nil && f.Opened <= call.Since {
		return f
	}
	for _, f := range slices.Backward(w.FDs) {
		if f.Number == call.FD && f.Opened <= call.Since && (f.Closed == 0 || f.Closed >= call.Since) {
			return f
		}
	}
	return nil
}

// keepClosed is how many closed fds stay in the world, so that the stage can show them a moment longer.
const keepClosed = 64

func (w *World) enter(f *FD) *FD {
	if !w.KeepClosed {
		w.forgetClosed()
	}
	w.FDs = append(w.FDs, f)
	w.place(f.Number, len(w.FDs)-1)
	return f
}

// forgetClosed lets the closed fds go, when there are too many.
func (w *World) forgetClosed() {
	closed := 0
	for _, f := range w.FDs {
		if f.Closed != 0 && !f.Lingers() {
			closed++
		}
	}
	if closed <= keepClosed {
		return
	}
	w.FDs = slices.DeleteFunc(w.FDs, func(f *FD) bool { return f.Closed != 0 && !f.Lingers() })
	clear(w.where)
	for i, f := range w.FDs {
		if f.Closed == 0 {
			w.place(f.Number, i)
		}
	}
}

func (w *World) closed(r *trace.Record) {
	f := w.FDByNumber(r.FD)
	if f == nil {
		if r.A == int64(syscall.EBADF) {
			w.closedTwice(r.FD)
		}
		return
	}
	w.ended.Name = f.Name()
	f.Closed, f.Orphaned = r.Time, len(f.Watches) > 0
	f.ReadySince, f.Readiness, f.Queued, f.Unsent = 0, 0, 0, 0
	w.where[r.FD] = 0
	if f.InPassing() {
		w.Passed++
	}
}

// closedTwice keeps the name of an fd that was closed when it was closed already.
func (w *World) closedTwice(fd int32) {
	w.ClosedTwice = "fd " + strconv.Itoa(int(fd))
	if once := w.FDOnce(fd); once != nil {
		w.ClosedTwice = once.Name() + " (closed)"
	}
}
