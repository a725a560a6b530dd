package event

import (
	"sync"
	"syscall"
	"time"

	"fdlab/lab/trace"
)

// Everything that a base writes into the trace. These functions are only
// called while somebody watches (b.rec is not nil), so that a base that nobody
// watches pays one comparison. Strings have got their numbers before.
//
// The loop's own event (see mailbox) is never recorded: no program asked for
// it. A function that was posted is recorded as a callback on no fd.

// record writes a record about the base itself.
func (b *Base) record(k trace.Kind, str string, a1, b1 int64) {
	b.rec.Put(&trace.Record{Kind: k, FD: trace.NoFD, Base: b.number, Str: b.rec.String(str), A: a1, B: b1})
}

func (b *Base) recordAdd(e *Event, timeout time.Duration) {
	b.sayBegin()
	e.shown = true
	b.rec.Put(&trace.Record{Kind: trace.Add, FD: int32(e.fd), Base: b.number, Str: e.str,
		A: int64(e.what), B: int64(max(timeout, NoTimeout)), C: int64(e.number)})
}

func (b *Base) recordDel(e *Event, at int64) {
	b.sayBegin()
	e.shown = false
	b.rec.Put(&trace.Record{Kind: trace.Del, Time: at, FD: int32(e.fd), Base: b.number,
		A: int64(e.what), C: int64(e.number)})
}

func (b *Base) recordWait(timeout time.Duration, held bool) {
	b.read(held)
	if !b.turn(int64(timeout), held) {
		b.putWaitBegin(b.stamp, int64(timeout))
	}
}

func (b *Base) putWaitBegin(at, timeout int64) {
	b.rec.Put(&trace.Record{Kind: trace.WaitBegin, Time: at, FD: trace.NoFD, Base: b.number, Str: b.callID,
		A: int64(b.watched), B: timeout})
}

// recordWoken also reads the clock that the rest of the turn goes by.
func (b *Base) recordWoken(n int, err error) {
	b.stamp, b.fresh = b.rec.Now(), false
	errno, _ := err.(syscall.Errno)
	if err != nil {
		n = -1
	}
	b.gather.found = n
	switch g := &b.gather; {
	case n == 1 && g.unsaid == waiting:
		g.unsaid = returned
		return
	case n != 1:
		b.unlike()
	}
	b.putWaitEnd(int64(n), int64(errno))
}

func (b *Base) putWaitEnd(n, errno int64) {
	b.rec.Put(&trace.Record{Kind: trace.WaitEnd, Time: b.stamp, FD: trace.NoFD, Base: b.number, Str: b.callID,
		A: n, B: errno})
}

func (b *Base) recordReady(e *Event, fd int, what What) {
	if g := &b.gather; g.unsaid != allSaid {
		if g.unsaid == returned && g.event == e && fd == e.fd {
			g.unsaid = ready
			return
		}
		b.unlike()
	}
	if fd != e.fd { // its memory was used again (Config.Unchecked): worth seeing each time
		b.unlike()
	}
	if !e.internal {
		b.putReady(e, fd, what)
	}
}

func (b *Base) putReady(e *Event, fd int, what What) {
	b.rec.Put(&trace.Record{Kind: trace.Ready, Time: b.stamp, FD: int32(fd), Base: b.number,
		A: int64(what), C: int64(e.number)})
}

// recordBegin says that the callback begins. If the event is not pending any
// more (it is one-shot, or its timeout took it away) it says that first.
func (b *Base) recordBegin(e *Event, held bool) {
	b.read(held)
	if g := &b.gather; g.unsaid != allSaid {
		if g.unsaid == ready && g.event == e && !held && (!e.shown || e.pending()) {
			g.unsaid = calling
			return
		}
		b.unlike()
	}
	if e.shown && !e.pending() {
		b.recordDel(e, b.stamp)
	}
	b.putBegin(e)
}

func (b *Base) putBegin(e *Event) {
	b.rec.Put(&trace.Record{Kind: trace.CallbackBegin, Time: b.stamp, FD: int32(e.fd), Base: b.number, Str: e.str,
		A: int64(e.why), C: int64(e.number)})
}

// recordEnd says that the callback has ended.
func (b *Base) recordEnd(e *Event) {
	b.stamp, b.fresh = b.rec.Now(), true
	if !b.turned(e) {
		b.rec.Put(&trace.Record{Kind: trace.CallbackEnd, Time: b.stamp, FD: int32(e.fd), Base: b.number, C: int64(e.number)})
	}
}

// read reads the trace's clock, but for what follows a callback at once: that
// begins when the callback ends, and one reading serves both.
func (b *Base) read(held bool) {
	if !b.fresh || held {
		b.stamp = b.rec.Now()
	}
	b.fresh = false
}

// depths counts how many loops run inside each other on each thread.
var depths = struct {
	sync.Mutex
	of map[uint32]int64
}{of: map[uint32]int64{}}

// descend returns the depth of a loop that begins on the thread: 1, 2 ...
func descend(id uint32) int64 {
	depths.Lock()
	defer depths.Unlock()
	depths.of[id]++
	return depths.of[id]
}

// ascend returns the depth of a loop that ends on the thread.
func ascend(id uint32) int64 {
	depths.Lock()
	defer depths.Unlock()
	depth := depths.of[id]
	if depths.of[id]--; depth == 1 {
		delete(depths.of, id)
	}
	return depth
}
