package world

import (
	"slices"
	"strconv"
	"syscall"

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

	Mistaken   int32 // the fd whose callback ran when this one was ready
	MistakenAt int64 // when that was, 0: never

	Taken      int64  // when the program last took anything, room to write among it
	Untaken    Streak // callbacks for reading or writing since then
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
	BytesIn   int64
	BytesOut  int64
}

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
	f := w.enter(&FD{Number: r.FD, What: w.names.of(r.Str), Peer: peer, Opened: r.Time})
	if same := w.FDByNumber(int32(r.C)); r.C > 0 && same != nil {
		if same.file == 0 {
			w.files++
			same.file = w.files
		}
		f.file = same.file
	}
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

// keepClosed is how many closed fds stay in the world, for the afterglow.
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
}

// closedTwice keeps the name of an fd that was closed when it was closed already.
func (w *World) closedTwice(fd int32) {
	w.ClosedTwice = "fd " + strconv.Itoa(int(fd))
	if once := w.FDOnce(fd); once != nil {
		w.ClosedTwice = once.Name() + " (closed)"
	}
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

// applyKernel keeps what the kernel said. The record says when it was
// asked: since then the program may have read from the fd, or a loop may have been
// told, and the word is stale.
func (w *World) applyKernel(r *trace.Record) {
	f := w.fd(r)
	if f == nil {
		return
	}
	asked := r.Asked()
	ready := r.What()&(trace.Readable|trace.HangUp|trace.Broken|trace.EndOfFile) != 0
	if ready && asked < f.LastRead {
		return
	}
	f.LastKernel, f.Hearsay = asked, false
	f.Readiness, f.Queued, f.Unsent = r.What(), r.B, r.C
	switch {
	case !ready:
		f.ReadySince = 0
		if asked < f.told && f.LastRead < f.told && f.CallbackDone < f.told { // it became ready after that
			f.heard(f.told, trace.Readable)
			return
		}
		f.told = 0
	case f.ReadySince == 0 && f.told > f.LastRead:
		f.ReadySince = f.told // it is what the loop was told, and not news
	case f.ReadySince == 0 || f.LastRead >= f.ReadySince:
		f.ReadySince = asked // it was emptied in between: ready anew
	}
}

// heard notes that a loop was told the fd is readable, before the watcher said
// so. A loop can be told and its callback can take everything before the
// watcher has looked; then the watcher has nothing to say, ever. So hearsay
// holds only until the fd is read or its callback ends: if it is still ready
// then, the watcher says so within milliseconds.
func (f *FD) heard(at int64, what trace.Readiness) {
	if what&trace.Readable == 0 {
		return
	}
	f.told = at
	if f.ReadySince == 0 {
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
func (w *World) called(t *Thread, f *FD, call Call, r *trace.Record) {
	switch call {
	case CallRead, CallAccept:
		f.read(w, t, call, r)
	case CallWrite:
		f.wrote(w, t, r)
	case CallListen:
		f.Listens = f.Listens || r.A >= 0
	}
}

func (f *FD) read(w *World, t *Thread, call Call, r *trace.Record) {
	n := times(r)
	f.Reads += n
	f.LastRead, f.ReadErrno = r.Time, 0
	f.by(r.Thread)
	f.forget()
	if r.A < 0 { // EAGAIN: the kernel has nothing more
		f.ReadErrno = r.B
		f.Refused.add(int64(n))
		f.RefusedInside += f.inside(w, t, int64(n))
		f.ReadySince, f.Queued = 0, 0
		f.Readiness &^= trace.Readable
		return
	}
	f.Refused.Now, f.RefusedInside = 0, 0
	if r.A == 0 && call == CallRead {
		if f.Ends.add(1); f.Ends.Now > 1 {
			return // no news
		}
	} else {
		f.Ends.Now, f.NoRoom.Now = 0, 0
	}
	f.took(r.Time)
	if call == CallRead {
		f.BytesIn += r.A
		f.Queued = max(0, f.Queued-r.A)
	}
}

func (f *FD) wrote(w *World, t *Thread, r *trace.Record) {
	f.LastWrite = r.Time
	switch {
	case r.A > 0:
		f.BytesOut += r.A
		f.NoRoom.Now, f.NoRoomInside = 0, 0
		f.took(r.Time) // a callback for writing takes the room
	case r.B == int64(syscall.EAGAIN):
		n := int64(times(r))
		f.NoRoom.add(n)
		f.NoRoomInside += f.inside(w, t, n)
	}
}

func (f *FD) took(at int64) { f.Untaken.Now, f.Taken = 0, at }

// by notes that a thread deals with the fd.
func (f *FD) by(thread uint32) {
	if n := len(f.Threads); n > 0 && f.Threads[n-1] == thread || slices.Contains(f.Threads, thread) {
		return
	}
	if len(f.Threads) < mostDealings {
		f.Threads = append(f.Threads, thread)
	}
}

// inside returns how many of the refusals that a record stands for were surely
// made in the callback that runs, if it is the fd's own. The first record may
// stand for earlier ones, too: package sys gathers them for a millisecond.
func (f *FD) inside(w *World, t *Thread, n int64) int64 {
	in := t.callback()
	if in == nil || in.FD != f.Number {
		return 0
	}
	if f.callback != in.Number {
		f.callback, f.gathered = in.Number, false
		f.RefusedInside, f.NoRoomInside = 0, 0
	}
	if f.gathered {
		return n
	}
	f.gathered = true
	return 1
}

// times returns for how many calls a CallEnd stands: equal refusals in a row
// leave one record.
func times(r *trace.Record) int {
	if r.A < 0 && r.C > 1 {
		return int(r.C)
	}
	return 1
}
