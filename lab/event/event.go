package event

import (
	"fmt"
	"math"
	"strconv"
	"syscall"
	"time"

	"fdlab/lab/trace"
)

// NoTimeout is the timeout of an event that has none. Any other timeout below 0
// is over already: time.Until of a moment that has passed, even of the zero Time,
// is a timeout and not NoTimeout.
const NoTimeout time.Duration = math.MinInt64 + 1

// Callback is what an event calls. fd is the event's fd (or signal number, or
// -1), what the reasons it was activated for. It runs on the loop's thread, and
// the loop stands still until it returns. A closure takes the place of
// libevent's void *arg.
type Callback func(fd int, what What)

// state says where the base holds an event. The flags are independent.
type state uint8

const (
	inserted state = 1 << iota // in the table of fds, or of signals
	timed                      // in the heap of timers
	active                     // in a queue, waiting for its callback
)

// Event is a wish: call me when this fd is ready, this time is over, this
// signal comes. Make one with Base.NewEvent; it does nothing before Add. It
// belongs to its base's thread. The fd belongs to the program, which must Del
// the event before it closes the fd.
type Event struct {
	// What each activation looks at comes first, close together.
	callback Callback
	base     *Base
	fd       int           // or the signal's number, or -1
	sameFD   *Event        // the next event on the fd or signal, valid while inserted
	period   time.Duration // timeout that a persistent event is re-armed with; 0: none
	what     What
	why      What // what it was last activated for
	state    state
	internal bool   // the base's own: counted and recorded nowhere
	shown    bool   // the trace believes that it is pending
	priority uint8  // which queue it goes to
	seat     uint32 // number in the queue, valid while active
	place    int32  // index in the heap, valid while timed
	str      uint32 // label's number in the trace
	number   uint32 // the event's number in the trace

	deadline int64 // when the timeout is or was due, ns on the base's clock
	label    string
	calls    int32 // a signal's calls that are still owed
	aborted  bool  // deleted while a signal's calls were under way
	invalid  bool  // NewEvent got no callback, or flags that do not go together

	// 112 bytes in all. With 96 or 128, active events at equal distances meet in
	// the same places of the cache: 5% of the classic workload with 10,000 pipes.
	_ [16]byte
}

// NewEvent makes an event (event_new). what is Read, Write or both, or Signal
// with the signal's number as fd, or neither for a timer with fd -1; Persist
// and EdgeTriggered may be added. It is not pending yet: call Add.
func (b *Base) NewEvent(fd int, what What, callback Callback) *Event {
	e := new(Event)
	b.fill(e, fd, what, callback)
	return e
}

// NewTimer makes an event that only has a timeout and fires once (evtimer_new).
// For a regular one: NewEvent(-1, Persist, callback).
func (b *Base) NewTimer(callback Callback) *Event {
	b.timing = true
	return b.NewEvent(-1, 0, callback)
}

// NewSignal makes a persistent event for a signal (evsignal_new).
func (b *Base) NewSignal(sig syscall.Signal, callback Callback) *Event {
	return b.NewEvent(int(sig), Signal|Persist, callback)
}

// Named gives the event the name by which screens and errors call it. Use it
// before Add.
func (e *Event) Named(label string) *Event {
	e.label = label
	e.str = e.base.rec.String(label)
	return e
}

// FD returns the event's fd, or signal number, or -1.
func (e *Event) FD() int { return e.fd }

// Base returns the base that the event belongs to.
func (e *Event) Base() *Base { return e.base }

// What returns what the event was made for.
func (e *Event) What() What { return e.what }

// String returns what the event is, for errors: `read|persist "telnet"`.
func (e *Event) String() string {
	what := e.what.String()
	switch {
	case e.internal:
		return "the base's own wake-up"
	case e.what&(Read|Write|Signal) == 0:
		what = "timer"
	}
	if e.label == "" {
		return what
	}
	return what + " " + strconv.Quote(e.label)
}

// Add makes the event pending (event_add). With a timeout it also becomes active
// when that time is over (0 or less: in the next turn); the time counts from the
// loop's last return from the kernel. If it is pending already the timeout is replaced, or
// kept when the new one is NoTimeout. A timer that is added without a timeout
// is not pending: there is nothing to wait for.
//
// Only the loop's thread may call it while the loop runs; others get
// ErrOtherThread. The other errors: ErrBadFD, ErrNotOpen, ErrFDClosed,
// ErrSetSize, ErrRegularFile, ErrMixedEdge, ErrBadWhat, or what the kernel says.
func (e *Event) Add(timeout time.Duration) error {
	b := e.base
	switch {
	case b.foreign():
		return e.otherThread("add")
	case b.closed:
		return e.fail("add", ErrBaseClosed, "make a new base")
	case e.invalid:
		return e.fail("add", ErrBadWhat, "an event needs a callback, and Signal does not go together with Read or Write")
	case e.fd < 0 && e.what&(Read|Write) != 0:
		return e.fail("add", ErrBadFD, fmt.Sprintf("the call that returned %d failed; look at its error", e.fd))
	}
	at := noDeadline
	if timeout != NoTimeout {
		b.timing = true
		at = after(b.now(), timeout)
	}
	if err := b.insertAt(e, at); err != nil {
		return err
	}
	if timeout != NoTimeout && e.what&Persist != 0 && e.what&Signal == 0 {
		e.period = timeout
	}
	if b.rec.On() && e.pending() {
		b.rec.add(e, timeout)
	}
	return nil
}

// Del makes the event neither pending nor active (event_del): its callback will
// not be called. Deleting an event twice is no error. ErrFDClosed says that the
// kernel did not know the fd any more; the event is deleted all the same. Only
// the loop's thread may call Del while the loop runs (else ErrOtherThread).
func (e *Event) Del() error {
	b := e.base
	if b.foreign() {
		return e.otherThread("delete")
	}
	e.aborted = true
	err := b.remove(e)
	if e.shown {
		b.rec.del(e, b.rec.Now())
	}
	return err
}

// Active makes the event active by hand (event_active), whether it is pending
// or not. Several calls before its callback runs add up to one.
func (e *Event) Active(what What) error {
	b := e.base
	switch {
	case b.foreign():
		return e.otherThread("activate")
	case b.closed:
		return e.fail("activate", ErrBaseClosed, "make a new base")
	case e.invalid:
		return e.fail("activate", ErrBadWhat, "an event needs a callback, and Signal does not go together with Read or Write")
	}
	b.activate(e, what, 1)
	return nil
}

// Pending returns what the event is pending for, and if it is active, also what
// it is active for; 0 if neither (event_pending). Timeout says that a timeout
// runs.
func (e *Event) Pending() What {
	var what What
	if e.state&inserted != 0 {
		what |= e.what
	}
	if e.state&active != 0 {
		what |= e.why
	}
	if e.state&timed != 0 {
		what |= Timeout
	}
	return what & (Timeout | Read | Write | Signal)
}

// TimeLeft returns how long the event's timeout has to go, counted from the
// time that the loop goes by, and NoTimeout if none runs.
func (e *Event) TimeLeft() time.Duration {
	if e.state&timed == 0 {
		return NoTimeout
	}
	return e.base.left(e.deadline)
}

// SetPriority puts the event into queue n: 0 is the most urgent (event_priority_set).
// Events begin in the middle one. ErrActive if it stands in a queue just now.
func (e *Event) SetPriority(n int) error {
	if e.state&active != 0 {
		return e.fail("set the priority of", ErrActive, "set it before the event fires")
	}
	if n < 0 || n >= len(e.base.queues) {
		return e.fail("set the priority of", ErrPriority,
			fmt.Sprintf("%d is not in 0 to %d; Config.Priorities sets how many there are", n, len(e.base.queues)-1))
	}
	e.priority = uint8(n)
	return nil
}

// pending reports whether anything but a queue holds the event.
func (e *Event) pending() bool { return e.state&(inserted|timed) != 0 }

// insertAt makes the event pending, with the given deadline or noDeadline.
func (b *Base) insertAt(e *Event, deadline int64) error {
	// An event that is active is not inserted: as in libevent, one that was
	// activated by hand before its first Add is not watched by that Add.
	if e.what&(Read|Write|Signal) != 0 && e.state&(inserted|active) == 0 {
		var err error
		if e.what&Signal != 0 {
			err = b.insertSignal(e)
		} else {
			err = b.insert(e)
		}
		if err != nil {
			return err
		}
		e.state |= inserted
		b.count(e, 1)
	}
	if deadline == noDeadline {
		return nil
	}
	if e.state&active != 0 && e.why&Timeout != 0 {
		e.aborted = true
		b.deactivate(e) // it waits for its callback because of the old timeout
	}
	e.deadline = deadline
	if e.state&timed != 0 {
		b.timers.move(e, deadline)
		return nil
	}
	b.timers.push(e, deadline)
	e.state |= timed
	b.count(e, 1)
	return nil
}

// remove makes the event neither pending nor active.
func (b *Base) remove(e *Event) error {
	if e.state&timed != 0 {
		b.timers.remove(e)
		e.state &^= timed
		b.count(e, -1)
	}
	if e.state&active != 0 {
		b.deactivate(e)
	}
	if e.state&inserted == 0 {
		return nil
	}
	e.state &^= inserted
	b.count(e, -1)
	if e.what&Signal != 0 {
		b.extractSignal(e)
		return nil
	}
	return b.extract(e)
}

// count keeps the number that decides whether the loop has anything to do.
func (b *Base) count(e *Event, by int) {
	if !e.internal {
		b.holds += by
	}
}

// The lab's flags and reasons must be the trace's.
var (
	_ = [1]struct{}{}[trace.Readiness(Timeout|Read|Write|Signal|Persist|EdgeTriggered)^
		(trace.Timeout|trace.Readable|trace.Writable|trace.Signal|trace.Persist|trace.EdgeTrig)]
	_ = map[bool]int{false: 0, Failed == Reason(trace.LoopFailed) && NoEvents == Reason(trace.LoopNoEvents) &&
		Broken == Reason(trace.LoopBroken) && Exited == Reason(trace.LoopExited) && Done == Reason(trace.LoopDone): 1}
)
