package world

import (
	"slices"

	"fdlab/lab/trace"
)

// FD is a file descriptor of the program, with the three things that the
// lessons keep apart: what is watched, what the kernel holds ready, and what
// the loop has noticed.
type FD struct {
	Number   int32
	What     string // what the kernel made: "pipe (read end)"
	Label    string // what the program calls it, or ""
	Peer     int32  // the other end, if it is in this process, or trace.NoFD
	Opened   int64
	Closed   int64 // 0 while it is open
	Stranger bool  // its opening was not recorded: nobody knows what it is
	Orphaned bool  // it was closed while an event was pending on it
	Regular  bool  // a regular file: always ready
	Before   bool  // it was there before the record began: the program may not care for it
	file     int32 // which open file it is, if it has a duplicate: the same for all of them

	Watches []Watch         // the program's wish: the events pending on it
	Added   trace.Readiness // what the last event that was added is for, 0: none ever was
	Ever    trace.Readiness // what any event was for
	Blocked int             // how many threads are inside a blocking call on it

	Readiness  trace.Readiness // the kernel's fact
	Queued     int64           // bytes that wait in the kernel to be read
	Unsent     int64           // bytes that wait in the kernel to be sent
	ReadySince int64           // since when it has been readable without a break, 0: it is not
	LastKernel int64           // when the kernel was last heard
	Hearsay    bool            // only the loop says that it is readable; see heard
	word       word            // what the watcher said last
	unsettled  bool            // its word and a read may have counted the same bytes: see settle
	told       int64           // when a loop was last told so; 0: the kernel has said since then that it is not

	Noticed      int64  // when a loop was last told that it is ready
	CalledBy     uint16 // the base that called its last callback
	CallbackAt   int64  // when that began
	CallbackDone int64  // when the last one ended
	LastRead     int64  // when the program last read: it took something, or learned that there is nothing
	ReadErrno    int64  // why that read was refused, 0: it was not
	LastWrite    int64
	InCallback   int             // callbacks of it that run now
	Why          trace.Readiness // what its last callback was called for
	Expired      int             // callbacks for a timeout of 0
	Threads      []uint32        // that have read from it, or run its callbacks

	InHandling  int    // inferred: threads that deal with it now
	Handled     int    // how often one did
	HandledAt   int64  // when the last one began
	HandledTill int64  // and when it turned to something else
	HandledIn   string // the function in which it did, or ""
	HandledBy   uint16 // the base that had named the fd

	Mistaken   int32 // the fd whose callback ran when this one was ready
	MistakenAt int64 // when that was, 0: never

	Taken      int64  // when the program last took anything, room to write among it
	Untaken    Streak // callbacks for reading or writing since then
	Unwritten  Streak // of these, the ones for writing alone
	Refused    Streak // reads that found nothing
	Ends       Streak // reads that found the end of the file: the first is news
	NoRoom     Streak // writes that found no room, with no read between
	LeftBehind int    // callbacks in a row that read and left bytes behind

	// Of Refused and NoRoom, how many came in one callback, which is its own.
	RefusedInside int64
	NoRoomInside  int64
	callback      int64 // which callback that is
	gathered      bool  // a record in it has said so
	zero          bool  // the last event that was added has a timeout of 0

	TCP     TCP  // of a TCP socket; the zero TCP otherwise
	Listens bool // listen(2) has made it a listener

	Callbacks int
	Reads     int
	Earlier   Dealings // before the current step
	BytesIn   int64
	BytesOut  int64
}

// Dealings counts how often a program dealt with an fd.
type Dealings struct{ Callbacks, Reads int }

// TCP is what the kernel says of a TCP socket.
type TCP struct {
	State   string // "LISTEN", "ESTABLISHED", ...
	Backlog int64  // of a listener: clients that wait to be accepted
	Limit   int64  // of a listener: how many may wait
}

// Streak counts what happens in a row.
type Streak struct {
	Now  int64 // since it was last broken
	Most int64 // of all streaks so far
}

func (s *Streak) add(n int64) {
	s.Now += n
	s.Most = max(s.Most, s.Now)
}

// Watch is one pending event on an fd: the program's wish.
type Watch struct {
	Event   int64
	Base    uint16
	What    trace.Readiness
	Timeout int64 // ns, -1 for none
	Label   string
	Due     int64 // when the timeout is over
	again   bool  // the loop itself has added it, just before its callback
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

// Watched returns what the events pending on it wait for, together; 0: none is.
func (f *FD) Watched() (what trace.Readiness) {
	for i := range f.Watches {
		what |= f.Watches[i].What
	}
	return what
}

// Wanted reports whether anybody waits to read from the fd: a pending event or
// a thread that is blocked on it.
func (f *FD) Wanted() bool {
	return f.Blocked > 0 || f.Watched()&trace.Readable != 0
}

// Input reports whether the program takes something from this end: it watches
// it, reads it, or could read now. The far ends that only feed others are not.
func (f *FD) Input() bool {
	return f.Wanted() || len(f.Watches) > 0 || f.Reads > 0 || f.Callbacks > 0 || f.Readable()
}

// Unwatched reports whether no event is pending on the fd, for sure: none that the trace knows, and
// since it was opened no record was lost that may have added one.
func (w *World) Unwatched(f *FD) bool {
	return len(f.Watches) == 0 && (w.LostAt == 0 || !f.Stranger && w.Sure(f.Opened))
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

// pending returns the fd that was closed and has an event pending that a record is
// about, or nil.
func (w *World) pending(r *trace.Record) *FD {
	for _, f := range slices.Backward(w.FDs) {
		if f.Number == r.FD && f.Closed != 0 && f.watch(r) >= 0 {
			return f
		}
	}
	return nil
}

// watch returns the index of the pending event that a record is about, or -1.
func (f *FD) watch(r *trace.Record) int {
	return slices.IndexFunc(f.Watches, func(x Watch) bool { return x.Event == r.C && x.Base == r.Base })
}

// Lingers reports whether the fd is closed and not done with: an event is pending on
// it, or a thread is blocked in a call on it.
func (f *FD) Lingers() bool { return f.Closed != 0 && (len(f.Watches) > 0 || f.Blocked > 0) }

// passing is within how long a file is opened and closed in passing, in ns.
const passing = int64(100e6)

// InPassing reports whether it was a regular file, which is always ready, that the program has opened, used and
// closed within a tenth of a second: a server may do so again and again, and nothing ever waits there.
func (f *FD) InPassing() bool {
	return f.Closed != 0 && f.Regular && f.Closed-f.Opened < passing && f.Ever == 0 && !f.Lingers()
}

// applyWish follows the program's wishes: events that become pending and
// cease to be.
func (w *World) applyWish(r *trace.Record) {
	if b := w.base(r); b != nil && r.Kind == trace.Add {
		b.Adds++
	}
	f := w.fd(r)
	if r.Kind == trace.Del && (f == nil || f.watch(r) < 0) {
		f = w.pending(r) // it was closed before, and the number may be another fd's
	}
	if f == nil {
		w.applyTimer(r)
		return
	}
	if r.Kind == trace.Add {
		f.Added, f.Ever, f.zero = r.What(), f.Ever|r.What(), r.B == 0
	}
	at := f.watch(r)
	switch {
	case r.Kind == trace.Add && at < 0:
		one := Watch{Event: r.C, Base: r.Base, What: r.What(), Label: w.names.of(r.Str)}
		w.timed(&one, r)
		f.Watches = within(f.Watches, one, mostWatches, &w.Dropped.Events)
	case r.Kind == trace.Add:
		f.Watches[at].What = r.What()
		if r.B >= 0 { // without a timeout it keeps the one that it has
			w.timed(&f.Watches[at], r)
		}
	case at >= 0:
		f.Watches = slices.Delete(f.Watches, at, at+1)
	}
}
