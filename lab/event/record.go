package event

import (
	"slices"
	"sync"
	"sync/atomic"
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

// put writes a record of this base. While the loop runs, all of them are of its
// thread; else the recorder finds out which it is.
func (b *Base) put(r *trace.Record) {
	r.Base, r.Thread = b.to.Base, b.to.Thread
	b.rec.Put(r)
}

// record writes a record about the base itself.
func (b *Base) record(k trace.Kind, str string, a1, b1 int64) {
	b.put(&trace.Record{Kind: k, FD: trace.NoFD, Str: b.rec.String(str), A: a1, B: b1})
}

func (b *Base) recordLoopBegin(flags Flags, thread uint32) {
	b.read(false)
	b.to.Thread, b.depth = thread, 1
	for _, other := range *running.list.Load() {
		if other != b && other.owner.Load() == b.owner.Load() {
			b.depth++
		}
	}
	b.to.LoopBegin(b.stamp, int64(flags), b.depth)
	b.fresh = true // the first turn follows at once
}

func (b *Base) recordLoopEnd(reason Reason) {
	b.read(false)
	str := &b.reasons[reason]
	if *str == 0 {
		*str = b.rec.String(reason.String())
	}
	b.to.LoopEnd(b.stamp, *str, int64(reason.Code()), b.depth, trace.Reason(reason))
	b.to.Thread = 0
}

func (b *Base) recordAdd(e *Event, timeout time.Duration) {
	b.sayAll()
	e.shown = true
	b.put(&trace.Record{Kind: trace.Add, FD: int32(e.fd), Str: e.str,
		A: int64(e.what), B: int64(max(timeout, NoTimeout)), C: int64(e.number)})
}

func (b *Base) recordDel(e *Event, at int64) {
	b.sayAll()
	e.shown = false
	b.put(&trace.Record{Kind: trace.Del, Time: at, FD: int32(e.fd),
		A: int64(e.what), C: int64(e.number)})
}

// The next five are called in each turn. The first lines of each are the usual
// case; the rest is out of the way (see trace.Writer: short code stays near).

func (b *Base) recordWait(timeout time.Duration, held bool) {
	u, g := &b.unsaid, &b.gather
	if u.what != ended || g.row >= gatherAfter || g.vain {
		b.recordOtherWait(timeout, held)
		return
	}
	g.next(u.ended, u.endedFD)
	u.what, b.fresh = 0, false // the clock was just read, at the callback's end
	b.to.EndThenWait(b.stamp, u.endedFD, u.ended, b.callID, int64(b.watched), int64(timeout))
}

func (b *Base) recordOtherWait(timeout time.Duration, held bool) {
	gather := b.turn()
	b.say()
	b.read(held)
	if gather {
		b.unsaid.what, b.unsaid.began, b.unsaid.timeout = waiting, b.stamp, int64(timeout)
	} else {
		b.to.WaitBegin(b.stamp, b.callID, int64(b.watched), int64(timeout))
	}
}

// recordWoken: one fd is ready. It also reads the clock that the rest of the turn
// goes by, and at which the fd's callback begins.
func (b *Base) recordWoken() {
	b.stamp, b.fresh = b.to.Now(), true
	b.gather.found = 1
	b.unsaid.what |= woken
}

func (b *Base) recordOtherWoken(n int, err error) {
	b.stamp, b.fresh = b.to.Now(), false
	b.unlike()
	errno, _ := err.(syscall.Errno)
	if err != nil {
		n = -1
	}
	b.to.WaitEnd(b.stamp, b.callID, int64(n), int64(errno))
}

func (b *Base) recordReady(e *Event, fd int, what What) {
	u := &b.unsaid
	if u.what != woken || e.internal || fd != e.fd {
		b.recordOtherReady(e, fd, what)
		return
	}
	u.what, u.ready, u.as = woken|ready, e, what
}

func (b *Base) recordOtherReady(e *Event, fd int, what What) {
	u := &b.unsaid
	switch {
	case e.internal || fd != e.fd:
		// fd: the event's memory was used again (Config.Unchecked), and that is
		// worth seeing each time.
		b.unlike()
		if !e.internal {
			b.to.Ready(b.stamp, int32(fd), e.number, trace.Readiness(what))
		}
	case u.what == waiting|woken && e.number == b.gather.event:
		u.what, u.ready, u.as = waiting|woken|ready, e, what
	default:
		if u.what&^several != 0 {
			b.unlike()
		}
		u.what = several
		if b.readies.Add(int32(fd), e.number, trace.Readiness(what)) {
			b.say()
		}
	}
}

// recordBegin says that the callback begins. If the event is not pending any
// more (it is one-shot, or its timeout took it away) it says that first.
func (b *Base) recordBegin(e *Event, held bool) {
	u := &b.unsaid
	switch {
	case e.shown && !e.pending():
		b.recordOtherBegin(e, held)
	case u.what == woken|ready && e == u.ready: // the clock was just read
		u.what, b.fresh = 0, false
		b.to.WokenThenBegin(b.stamp, b.callID, int32(e.fd), e.number, e.str, trace.Readiness(u.as), trace.Readiness(e.why))
	case u.what == ended: // here too
		u.what, b.fresh = 0, false
		b.to.EndThenBegin(b.stamp, u.endedFD, u.ended, int32(e.fd), e.number, e.str, trace.Readiness(e.why))
	default:
		b.recordOtherBegin(e, held)
	}
}

func (b *Base) recordOtherBegin(e *Event, held bool) {
	u := &b.unsaid
	gone := e.shown && !e.pending()
	if u.what == waiting|woken|ready && e == u.ready && !gone {
		u.what |= calling
		b.fresh = false
		return
	}
	if u.what != 0 || gone {
		b.unlike()
	}
	b.read(held)
	if gone {
		b.recordDel(e, b.stamp)
	}
	b.to.CallbackBegin(b.stamp, int32(e.fd), e.number, e.str, trace.Readiness(e.why))
}

// recordEnd says that the callback has ended.
func (b *Base) recordEnd(e *Event) {
	b.stamp, b.fresh = b.to.Now(), true
	b.gather.calls++
	u := &b.unsaid
	if u.what&calling != 0 { // the whole turn stays unsaid
		b.gathered()
		return
	}
	u.what, u.ended, u.endedFD = ended, e.number, int32(e.fd)
}

// read reads the trace's clock, but for what follows at once on something that
// has just read it: one reading serves both.
func (b *Base) read(held bool) {
	if !b.fresh || held {
		b.stamp = b.to.Now()
	}
	b.fresh = false
}

// running lists the bases that are recorded, from New to Close: those whose
// loops run on the same thread are inside each other. They are few, and a loop
// that begins need not wait for anybody to look them through.
var running struct {
	sync.Mutex // of those who change the list
	list       atomic.Pointer[[]*Base]
}

// enlist puts the base on the list, or takes it off.
func (b *Base) enlist(on bool) {
	running.Lock()
	defer running.Unlock()
	var list []*Base
	if old := running.list.Load(); old != nil {
		list = slices.DeleteFunc(slices.Clone(*old), func(other *Base) bool { return other == b })
	}
	if on {
		list = append(list, b)
	}
	running.list.Store(&list)
}
