package world

import (
	"slices"

	"fdlab/lab/trace"
)

// FD is a file descriptor of the program, with the three things that the
// lessons keep apart: what is watched, what the kernel holds ready, and what
// the loop has noticed.
type FD struct {
	FD     int32
	What   string // what the kernel made: "pipe (read end)"
	Label  string // what the program calls it, or ""
	Peer   int32  // the other end, if it is in this process, or trace.NoFD
	Opened int64
	Closed int64 // 0 while it is open

	Watches []Watch // the program's wish: the events pending on it
	Blocked int     // how many threads are inside a blocking call on it

	Readiness  trace.Readiness // the kernel's fact
	Queued     int64           // bytes that wait in the kernel to be read
	Unsent     int64           // bytes that wait in the kernel to be sent
	ReadySince int64           // since when it has been readable without a break, 0: it is not
	LastKernel int64           // when the kernel was last heard
	Hearsay    bool            // only the loop says that it is readable; see heard

	Noticed      int64 // when a loop was last told that it is ready
	CallbackAt   int64 // when its last callback began
	CallbackDone int64 // when its last callback ended
	LastRead     int64 // when the program last took bytes (or learned that there are none)
	LastWrite    int64
	InCallback   int // callbacks of it that run now

	Mistaken   int32 // the fd whose callback ran when this one was ready
	MistakenAt int64 // when that was, 0: never

	Taken      int64 // when the program last took anything
	Untaken    int64 // callbacks since then
	Refused    int64 // reads in a row that found nothing
	AtEnd      bool  // the last read found the end of the file: to read it again takes nothing
	LeftBehind int   // callbacks in a row that read and left bytes behind

	TCP TCP // of a TCP socket; the zero TCP otherwise

	Callbacks int
	Reads     int
	BytesIn   int64
	BytesOut  int64
}

// TCP is what the kernel says of a TCP socket.
type TCP struct {
	State   string // "LISTEN", "ESTABLISHED", ...
	Backlog int64  // of a listener: clients that wait to be accepted
	Limit   int64  // of a listener: how many may wait
}

// Watch is one pending event on an fd: the program's wish.
type Watch struct {
	Event   int64
	Base    uint16
	What    trace.Readiness
	Timeout int64 // ns, -1 for none
	Label   string
}

// Name returns what to call the fd: its label, or what it is.
func (f *FD) Name() string {
	if f.Label != "" {
		return f.Label
	}
	return f.What
}

// Readable reports whether a read would find something: bytes, a connection,
// an end of file or an error.
func (f *FD) Readable() bool { return f.ReadySince != 0 }

// Wanted reports whether anybody waits to read from the fd: a pending event or
// a thread that is blocked on it.
func (f *FD) Wanted() bool {
	if f.Blocked > 0 {
		return true
	}
	for i := range f.Watches {
		if f.Watches[i].What&trace.Readable != 0 {
			return true
		}
	}
	return false
}

// Input reports whether the program takes something from this end: it watches
// it, reads it, or could read now. The far ends that only feed others are not.
func (f *FD) Input() bool {
	return f.Wanted() || len(f.Watches) > 0 || f.Reads > 0 || f.Callbacks > 0 || f.Readable()
}

// Unseen reports whether the fd is ready in the kernel and no loop has been
// told yet, and since when.
func (f *FD) Unseen() (since int64, ok bool) {
	if f.ReadySince == 0 || f.Noticed >= f.ReadySince || f.LastRead >= f.ReadySince {
		return 0, false
	}
	return f.ReadySince, true
}

// Untouched reports whether the fd is ready, its callback has run, and the
// program has taken nothing since it became ready.
func (f *FD) Untouched() bool {
	return f.ReadySince != 0 && f.CallbackDone >= f.ReadySince && f.LastRead < f.ReadySince
}

// FDByNumber returns the fd that has the number now, or nil.
func (w *World) FDByNumber(fd int32) *FD {
	if uint(fd) >= uint(len(w.where)) || w.where[fd] == 0 {
		return nil
	}
	return &w.FDs[w.where[fd]-1]
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
	case trace.Add, trace.CallBegin, trace.Label:
	case trace.CallEnd:
		if r.A < 0 || w.names.of(r.Str) == "close" {
			return nil
		}
	default:
		return nil
	}
	return w.enter(FD{FD: r.FD, What: "opened elsewhere", Peer: trace.NoFD, Opened: r.Time})
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
	w.enter(FD{FD: r.FD, What: w.names.of(r.Str), Peer: peer, Opened: r.Time})
}

// keepClosed is how many closed fds stay in the world, for the afterglow.
const keepClosed = 64

func (w *World) enter(f FD) *FD {
	closed := 0
	for i := range w.FDs {
		if w.FDs[i].Closed != 0 {
			closed++
		}
	}
	if closed > keepClosed {
		w.FDs = slices.DeleteFunc(w.FDs, func(f FD) bool { return f.Closed != 0 })
		clear(w.where)
		for i := range w.FDs {
			w.place(w.FDs[i].FD, i)
		}
	}
	w.FDs = append(w.FDs, f)
	w.place(f.FD, len(w.FDs)-1)
	return &w.FDs[len(w.FDs)-1]
}

func (w *World) closed(r *trace.Record) {
	f := w.FDByNumber(r.FD)
	if f == nil {
		return
	}
	w.ended.Name = f.Name()
	f.Closed = r.Time
	f.ReadySince, f.Readiness, f.Queued, f.Unsent = 0, 0, 0, 0
	w.where[r.FD] = 0
}

// applyWish follows the program's wishes: events that become pending and
// cease to be.
func (w *World) applyWish(r *trace.Record) {
	if b := w.base(r); b != nil {
		if r.Kind == trace.Add {
			b.Adds++
		}
	}
	f := w.fd(r)
	if f == nil {
		w.applyTimer(r)
		return
	}
	at := slices.IndexFunc(f.Watches, func(x Watch) bool { return x.Event == r.C && x.Base == r.Base })
	switch {
	case r.Kind == trace.Add && at < 0:
		f.Watches = append(f.Watches, Watch{r.C, r.Base, r.What(), r.B, w.names.of(r.Str)})
	case r.Kind == trace.Add:
		f.Watches[at].What, f.Watches[at].Timeout = r.What(), r.B
	case at >= 0:
		f.Watches = slices.Delete(f.Watches, at, at+1)
	}
}

// applyKernel keeps what the kernel said, unless the program has read from the
// fd since the kernel was asked: then the word is stale.
func (w *World) applyKernel(r *trace.Record) {
	f := w.fd(r)
	if f == nil {
		return
	}
	ready := r.What()&(trace.Readable|trace.HangUp|trace.Broken|trace.EndOfFile) != 0
	if ready && r.Time < f.LastRead {
		return
	}
	f.LastKernel, f.Hearsay = r.Time, false
	f.Readiness, f.Queued, f.Unsent = r.What(), r.B, r.C
	switch {
	case !ready:
		f.ReadySince = 0
	case f.ReadySince == 0 || f.LastRead >= f.ReadySince:
		f.ReadySince = r.Time // it was emptied in between: ready anew
	}
}

// heard notes that a loop was told the fd is readable, before the watcher said
// so. A loop can be told and its callback can take everything before the
// watcher has looked; then the watcher has nothing to say, ever. So hearsay
// holds only until the fd is read or its callback ends: if it is still ready
// then, the watcher says so within milliseconds.
func (f *FD) heard(at int64, what trace.Readiness) {
	if f.ReadySince == 0 && what&trace.Readable != 0 {
		f.ReadySince, f.Hearsay = at, true
		f.Readiness |= trace.Readable
	}
}

// forget ends what is known by hearsay.
func (f *FD) forget() {
	if f.Hearsay {
		f.ReadySince, f.Hearsay = 0, false
		f.Readiness &^= trace.Readable
	}
}

// called keeps what a finished system call says of its fd.
func (f *FD) called(call string, r *trace.Record) {
	switch call {
	case "read", "recv", "accept", "readv":
		f.Reads += times(r)
		f.LastRead = r.Time
		f.forget()
		switch {
		case r.A < 0:
			f.Refused += int64(times(r))
		case r.A == 0 && call != "accept" && f.AtEnd: // no news
		default:
			f.Untaken, f.Refused, f.Taken = 0, 0, r.Time
			f.AtEnd = r.A == 0 && call != "accept"
		}
		if r.A > 0 && call != "accept" {
			f.BytesIn += r.A
			f.Queued = max(0, f.Queued-r.A)
		}
		if r.A < 0 { // EAGAIN: the kernel has nothing more
			f.ReadySince, f.Queued = 0, 0
			f.Readiness &^= trace.Readable
		}
	case "write", "send", "writev":
		f.LastWrite = r.Time
		if r.A > 0 {
			f.BytesOut += r.A
		}
	}
}

// times returns for how many calls a CallEnd stands: equal refusals in a row
// leave one record.
func times(r *trace.Record) int {
	if r.A < 0 && r.C > 1 {
		return int(r.C)
	}
	return 1
}
