package world

import (
	"slices"
	"syscall"

	"fdlab/lab/trace"
)

// What the kernel says of an fd, and what the program does with it.

// applyKernel keeps what the kernel said. The record says when it was
// asked: since then the program may have read from the fd, or a loop may have been
// told, and the word is stale.
func (w *World) applyKernel(r *trace.Record) {
	f := w.fd(r)
	if f == nil {
		return
	}
	f.word = word{r.What(), r.B, r.C, r.Asked()}
	f.heed(f.word)
	if f.file == 0 {
		return
	}
	for _, o := range w.FDs { // it is the open file's: the watcher need not have asked by this number
		if o != f && o.file == f.file && o.Closed == 0 {
			o.word = f.word
			o.heed(o.word)
			w.beside = append(w.beside, o.Number)
		}
	}
}

// word is what the watcher said of an fd, and when the kernel was asked.
type word struct {
	ready          trace.Readiness
	queued, unsent int64
	asked          int64
}

// heed believes a word, unless the program has read since then. Then nobody knows yet what is true: see settle.
func (f *FD) heed(said word) {
	asked := said.asked
	ready := said.ready&(trace.Readable|trace.HangUp|trace.Broken|trace.EndOfFile) != 0
	if f.unsettled = ready && asked < f.LastRead; f.unsettled {
		return
	}
	f.LastKernel, f.Hearsay = asked, false
	f.Readiness, f.Queued, f.Unsent = said.ready, said.queued, said.unsent
	switch {
	case !ready:
		f.ReadySince = 0
		if asked < f.told && f.LastRead < f.told { // it became ready after that
			f.heard(f.told, trace.Readable)
			return
		}
		f.told = 0
	case f.ReadySince > f.LastRead: // since then
	case f.told > f.LastRead:
		f.ReadySince = f.told // it is what the loop was told, and not news
	default:
		f.ReadySince = asked // it was emptied in between: ready anew
	}
}

// heard notes that a loop was told the fd is readable, before the watcher said
// so. A loop can be told and its callback can take everything before the
// watcher has looked; then the watcher has nothing to say, ever. So hearsay
// holds only until the fd is read, and, as a callback may take from it without
// a word, for SeenFor after the callback: if it is still ready then, the watcher has said so.
func (f *FD) heard(at int64, what trace.Readiness) {
	if what&trace.Readable == 0 {
		return
	}
	f.told = at
	switch {
	case f.ReadySince == 0:
		f.ReadySince, f.Hearsay = at, true
		f.Readiness |= trace.Readable
	case f.LastRead < at && at < f.ReadySince: // it wrote that down after the watcher, who asked later
		f.ReadySince = at
	}
}

// doubt ends hearsay that nobody has confirmed, though there was time for it since the callback, and
// settles what nobody has contradicted.
func (w *World) doubt() {
	for _, f := range w.FDs {
		switch since := max(f.LastRead, f.word.asked); {
		case f.unsettled && f.Closed == 0 && w.Looked-since > SeenFor && w.Sure(f.word.asked):
			f.settle(since)
		case f.Hearsay && f.CallbackDone > f.told && w.Looked-f.CallbackDone > SeenFor:
			f.forget()
		default:
			continue
		}
		w.beside = append(w.beside, f.Number)
	}
}

// settle believes the watcher's last word. The kernel may be asked while a read goes on: after it has taken its
// bytes, and before its record is made. Then the world takes them a second time; or it drops the word
// as older than the read. But the watcher speaks when something changes. If it has said nothing
// for so long, all is still as it said.
func (f *FD) settle(since int64) {
	said := f.word
	said.asked = since
	f.heed(said)
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
	f.tried(r)
	if f.Stranger && r.A < 0 && r.B == int64(syscall.EBADF) && f.hasDone(call) {
		w.closed(r)
		return
	}
	switch call {
	case CallRead, CallAccept:
		f.read(w, t, call, r)
	case CallWrite:
		f.wrote(w, t, r)
	case CallListen:
		f.Listens = f.Listens || r.A >= 0
	}
}

// hasDone reports whether the program has done the same with the fd before. Where that is
// EBADF now, it was closed behind the lab's back; else the fd may only be open for the other.
func (f *FD) hasDone(call Call) bool {
	return call == CallRead && (f.BytesIn > 0 || f.Ends.Most > 0) || call == CallWrite && f.BytesOut > 0
}

func (f *FD) read(w *World, t *Thread, call Call, r *trace.Record) {
	if r.A < 0 && r.B == int64(syscall.EINTR) {
		return // a signal ended the call: nothing was learned
	}
	n := times(r)
	f.Reads += n
	f.LastRead, f.ReadErrno = r.Time, 0
	f.unsettled = f.unsettled || f.LastKernel != 0 && f.LastKernel >= t.before
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
	w.taken(f)
	if r.A == 0 && call == CallRead && !f.Regular {
		if f.Ends.add(int64(n)); f.Ends.Now > int64(n) {
			return // no news
		}
	} else {
		f.Ends.Now, f.NoRoom.Now = 0, 0
	}
	f.took(r.Time)
	if call == CallRead {
		f.BytesIn += r.A * int64(n)
		// The kernel may have been asked amid reads that are gathered: then its answer counts some of
		// them, and nobody knows how many. It stands until the next one, which comes if it is other.
		if n == 1 || r.Time-f.LastKernel > gatheredFor {
			f.Queued = max(0, f.Queued-r.A*int64(n))
		}
	}
}

// gatheredFor is for how long, in ns, turns are gathered into one record at most, and some more: see lab/event.
const gatheredFor = int64(2e6)

func (f *FD) wrote(w *World, t *Thread, r *trace.Record) {
	f.LastWrite = r.Time
	switch {
	case r.A > 0:
		f.BytesOut += r.A * int64(times(r))
		f.NoRoom.Now, f.NoRoomInside = 0, 0
		f.took(r.Time) // a callback for writing takes the room
	case r.B == int64(syscall.EAGAIN):
		n := int64(times(r))
		f.NoRoom.add(n)
		f.NoRoomInside += f.inside(w, t, n)
	}
}

func (f *FD) took(at int64) { f.Untaken.Now, f.Unwritten.Now, f.Taken = 0, 0, at }

// leaves notes callbacks that have taken nothing so far. What they were called for stands in Why.
func (f *FD) leaves(n int64) {
	f.Untaken.add(n)
	if f.Why&(trace.Readable|trace.Writable) == trace.Writable {
		f.Unwritten.add(n)
	}
}

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

// times returns for how many calls a CallEnd stands: of equal calls in a row that
// move nothing, and of those in turns that are gathered, not each leaves a record.
func times(r *trace.Record) int {
	if r.Bytes == 0 && r.C > 1 {
		return int(min(r.C, mostTimes))
	}
	return 1
}
