package event

import (
	"syscall"
	"time"

	"fdlab/lab/trace"
)

// recorder is what a base knows of its trace, and everything that it writes into
// it. Its methods are only called while somebody watches (On), so that a base
// that nobody watches pays one comparison. Strings have got their numbers before.
//
// The loop's own event (see mailbox) is never recorded: no program asked for
// it. A function that was posted is recorded as a callback on no fd.
type recorder struct {
	*trace.Recorder // nil: nobody watches

	to      trace.Writer // knows the base's number, and the thread that runs the loop; 0: none does
	stamp   int64        // the last reading of the trace's clock
	callID  uint32       // number of the string that names the backend's system call
	fresh   bool         // stamp was read just now: what follows at once may have it, too
	watched int          // fds that the backend watches for the program
	unsaid  unsaid       // what has happened and is not recorded yet
	gather  gather       // turns that are alike
	hears   bool         // listener is told what the thread records
	readies trace.Readies
	depth   int64                    // how many loops run inside each other on the thread, this one last
	reasons [len(reasonNames)]uint32 // numbers of the strings that say why a loop returned

	listener trace.Listener
}

// open begins the record of a base.
func (r *recorder) open(b *Base) {
	r.to, r.callID = r.Writer(r.NextBase()), r.String(b.kind.call)
	r.gather.pattern, r.listener.Base, r.listener.Hear = new(pattern), r.to.Base, r.hear
	r.record(trace.BaseNew, b.kind.name, int64(len(b.queues)), 0)
	if b.name != "" {
		r.record(trace.Label, b.name, 0, 0)
	}
}

// put writes a record of this base. While the loop runs, all of them are of its
// thread; else the recorder finds out which it is.
func (r *recorder) put(record *trace.Record) {
	record.Base, record.Thread = r.to.Base, r.to.Thread
	r.Put(record)
}

// record writes a record about the base itself.
func (r *recorder) record(k trace.Kind, str string, a1, b1 int64) {
	r.put(&trace.Record{Kind: k, FD: trace.NoFD, Str: r.String(str), A: a1, B: b1})
}

func (r *recorder) loopBegin(flags Flags, thread uint32, depth int) {
	r.read(false)
	r.to.Thread, r.depth = thread, int64(depth)
	if depth == 1 {
		r.to.LoopBegin(r.stamp, int64(flags), r.depth)
	} else { // so that the loop outside hears it (pattern)
		r.put(&trace.Record{Kind: trace.LoopBegin, Time: r.stamp, FD: trace.NoFD, A: int64(flags), B: r.depth})
	}
	r.fresh = true // the first turn follows at once
}

func (r *recorder) loopEnd(reason Reason) {
	r.read(false)
	str := &r.reasons[reason]
	if *str == 0 {
		*str = r.String(reason.String())
	}
	r.to.LoopEnd(r.stamp, *str, int64(reason.Code()), r.depth, trace.Reason(reason))
	r.to.Thread = 0
}

func (r *recorder) add(e *Event, timeout time.Duration) {
	r.sayAll()
	e.shown = true
	record := trace.Record{Kind: trace.Add, FD: int32(e.fd), Str: e.str,
		A: int64(e.what), B: int64(max(timeout, 0)), C: int64(e.number)}
	if timeout == NoTimeout {
		record.B = int64(forever)
	}
	if e.state&timed != 0 {
		record.D = e.deadline
	}
	r.put(&record)
}

func (r *recorder) del(e *Event, at int64) {
	r.sayAll()
	e.shown = false
	r.put(&trace.Record{Kind: trace.Del, Time: at, FD: int32(e.fd),
		A: int64(e.what), C: int64(e.number)})
}

// The next five are called in each turn. The first lines of each are the usual
// case; the rest is out of the way (see trace.Writer: short code stays near).

func (r *recorder) wait(timeout time.Duration, held bool) {
	u, g := &r.unsaid, &r.gather
	if u.what != ended || g.row >= gatherAfter {
		r.otherWait(timeout, held)
		return
	}
	g.next()
	u.what, r.fresh = 0, false // the clock was just read, at the callback's end
	r.to.EndThenWait(r.stamp, u.endedFD, u.ended, r.callID, int64(r.watched), int64(timeout))
}

func (r *recorder) otherWait(timeout time.Duration, held bool) {
	gather := r.turn()
	r.say()
	r.read(held)
	if gather {
		r.gather.pattern.begin()
		r.unsaid.what, r.unsaid.began, r.unsaid.timeout = waiting, r.stamp, int64(timeout)
	} else {
		r.to.WaitBegin(r.stamp, r.callID, int64(r.watched), int64(timeout))
	}
}

// woken: one fd is ready. It also reads the clock that the rest of the turn
// goes by, and at which the fd's callback begins.
func (r *recorder) woken() {
	r.stamp, r.fresh = r.to.Now(), true
	r.gather.found = 1
	r.unsaid.what |= woken
}

func (r *recorder) otherWoken(n int, err error) {
	r.stamp, r.fresh, r.gather.found = r.to.Now(), false, int32(n)
	if err != nil {
		r.unlike()
		n = -1
	}
	if r.unsaid.what&waiting != 0 {
		r.unsaid.what |= woken
		return
	}
	errno, _ := err.(syscall.Errno)
	r.to.WaitEnd(r.stamp, r.callID, int64(n), int64(errno))
}

func (r *recorder) ready(e *Event, fd int, what What) {
	u := &r.unsaid
	if u.what != woken || e.internal || fd != e.fd {
		r.otherReady(e, fd, what)
		return
	}
	u.what, u.ready, u.as = woken|ready, e, what
}

func (r *recorder) otherReady(e *Event, fd int, what What) {
	u := &r.unsaid
	if e.internal || fd != e.fd {
		// fd: the event's memory was used again (Config.Unchecked), and that is
		// worth seeing each time.
		r.unlike()
		if !e.internal {
			r.to.Ready(r.stamp, int32(fd), e.number, trace.Readiness(what))
		}
		return
	}
	if u.what&waiting != 0 {
		if r.gather.pattern.told(trace.Record{Kind: trace.Ready, FD: int32(fd), A: int64(what), C: int64(e.number)}) {
			return
		}
		r.unlike()
	}
	if u.what&^several != 0 {
		r.say()
	}
	u.what = several
	if r.readies.Add(int32(fd), e.number, trace.Readiness(what)) {
		r.say()
	}
}

// told says which fds are ready: that was before the first callback.
func (r *recorder) told() {
	if r.unsaid.what&waiting == 0 {
		r.say()
	}
}

// begin says that the callback begins. If the event is not pending any
// more (it is one-shot, or its timeout took it away) it says that first.
func (r *recorder) begin(e *Event, held bool) {
	u := &r.unsaid
	switch {
	case e.shown && !e.pending():
		r.otherBegin(e, held)
	case u.what == woken|ready && e == u.ready: // the clock was just read
		u.what, r.fresh = 0, false
		r.to.WokenThenBegin(r.stamp, r.callID, int32(e.fd), e.number, e.str, trace.Readiness(u.as), trace.Readiness(e.why))
	case u.what == ended: // here too
		if e.number == u.ended && r.again(e) {
			return
		}
		u.what, r.fresh = 0, false
		r.to.EndThenBegin(r.stamp, u.endedFD, u.ended, int32(e.fd), e.number, e.str, trace.Readiness(e.why))
	default:
		r.otherBegin(e, held)
	}
}

func (r *recorder) otherBegin(e *Event, held bool) {
	u := &r.unsaid
	gone := e.shown && !e.pending()
	switch {
	case u.what&waiting != 0 && !gone && r.gather.pattern.calls(e, r.stamp):
		u.what |= calling
		r.fresh = false
		return
	case u.what == 0 && !gone && r.gather.goesOn(e):
		r.gather.at = r.gather.calls
		u.what, u.ready, r.fresh = calling, e, false
		return
	case u.what&waiting != 0 || gone || r.gather.inTurn:
		r.unlike()
	default:
		r.say()
	}
	r.read(held)
	if gone {
		r.del(e, r.stamp)
	}
	r.to.CallbackBegin(r.stamp, int32(e.fd), e.number, e.str, trace.Readiness(e.why))
}

// again is for a callback of the event whose callback has just ended. It reports
// whether it is one of too many, and stays unsaid.
func (r *recorder) again(e *Event) bool {
	if e.number == 0 || !r.gather.once(e) { // a posted function has no number, and is always said
		return false
	}
	r.say()
	r.gather.inTurn = true
	r.unsaid.what, r.unsaid.ready, r.fresh = calling, e, false
	return true
}

// end says that the callback has ended.
func (r *recorder) end(e *Event) {
	r.stamp, r.fresh = r.to.Now(), true
	r.gather.called(e.number)
	u := &r.unsaid
	if u.what&calling != 0 {
		r.otherEnd()
		return
	}
	u.what, u.ended, u.endedFD = ended, e.number, int32(e.fd)
}

// otherEnd: that stays unsaid.
func (r *recorder) otherEnd() {
	u := &r.unsaid
	if u.what&waiting == 0 { // one of many in this turn
		r.gathered()
		return
	}
	u.what &^= calling
	if r.gather.pattern.returned(r.stamp) {
		r.unlike()
	}
}

// read reads the trace's clock, but for what follows at once on something that
// has just read it: one reading serves both.
func (r *recorder) read(held bool) {
	if !r.fresh || held {
		r.stamp = r.to.Now()
	}
	r.fresh = false
}
