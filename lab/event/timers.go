package event

import (
	"math"
	"time"

	"fdlab/lab/clock"
)

// timer is an event's place in the heap. The deadline lies beside the pointer,
// so that comparing two timers touches only the heap itself.
type timer struct {
	at    int64 // ns on the base's clock
	event *Event
}

// timers is a heap with four children to a node, the earliest deadline on top:
// half as deep as a binary heap. Invariant: timers[i].event.place == i.
type timers []timer

func (h *timers) push(e *Event, at int64) {
	*h = append(*h, timer{at, e})
	h.up(len(*h)-1, timer{at, e})
}

// move gives an event that is in the heap another deadline.
func (h timers) move(e *Event, at int64) {
	i := int(e.place)
	if t := (timer{at, e}); at < h[i].at {
		h.up(i, t)
	} else {
		h.down(i, t)
	}
}

func (h *timers) remove(e *Event) {
	last := len(*h) - 1
	i, t := int(e.place), (*h)[last]
	(*h)[last] = timer{} // let go of the event
	*h = (*h)[:last]
	if i == last {
		return
	}
	if i > 0 && t.at < (*h)[(i-1)/4].at {
		h.up(i, t)
	} else {
		h.down(i, t)
	}
}

// drop takes the top out, whatever its event's memory says by now.
func (h *timers) drop() {
	(*h)[0].event.place = 0
	h.remove((*h)[0].event)
}

// up puts t at i, or as far above as its deadline asks.
func (h timers) up(i int, t timer) {
	for i > 0 {
		parent := (i - 1) / 4
		if h[parent].at <= t.at {
			break
		}
		h.set(i, h[parent])
		i = parent
	}
	h.set(i, t)
}

// down puts t at i, or as far below as its deadline asks.
func (h timers) down(i int, t timer) {
	for {
		first := 4*i + 1
		if first >= len(h) {
			break
		}
		least := first
		for child := first + 1; child < min(first+4, len(h)); child++ {
			if h[child].at < h[least].at {
				least = child
			}
		}
		if t.at <= h[least].at {
			break
		}
		h.set(i, h[least])
		i = least
	}
	h.set(i, t)
}

func (h timers) set(i int, t timer) {
	h[i] = t
	t.event.place = int32(i)
}

// clock reads the base's clock: ns, monotonic. A base that is recorded reads
// the trace's clock, so that one reading serves both.
func (b *Base) clock() int64 {
	if b.rec.On() {
		return b.rec.Now()
	}
	return clock.Now() - b.start
}

// now is the time that timeouts count from. While the loop runs it is the time
// of the last return from the kernel, however long callbacks took since.
func (b *Base) now() int64 {
	if b.cached != 0 { //DOC:cached-time
		return b.cached
	}
	return b.clock()
}

// noDeadline is the deadline of an event that has no timeout.
const noDeadline = int64(math.MinInt64)

// after is the deadline that lies timeout after now. Some 290 years are as good as
// for ever.
func after(now int64, timeout time.Duration) int64 {
	at := now + int64(timeout)
	switch {
	case timeout > 0 && at < now:
		return math.MaxInt64
	case timeout < 0 && at > now:
		return noDeadline + 1
	}
	return at
}

// forever is what the kernel is told to wait if no timeout runs.
const forever time.Duration = -1

// untilNext is how long the kernel may keep the loop: not at all, until the
// first deadline, or for ever.
func (b *Base) untilNext(flags Flags) time.Duration {
	switch {
	case b.active > 0 || flags&NonBlock != 0:
		return 0
	case len(b.timers) == 0:
		return forever
	}
	return b.left(b.timers[0].at)
}

// left is how long it takes until a deadline.
func (b *Base) left(deadline int64) time.Duration {
	now := b.now()
	if deadline <= now {
		return 0
	}
	return time.Duration(deadline - now)
}

// expire activates the events whose timeout is over. Each of them leaves its
// fd too: one that was just found readable is now active for its timeout alone.
func (b *Base) expire() {
	for now := b.now(); len(b.timers) > 0 && b.timers[0].at <= now; {
		e := b.timers[0].event
		if e.state&timed == 0 {
			b.timers.drop()
			b.fault(b.overwritten(-1))
			return
		}
		b.withdraw(e)
		b.activate(e, Timeout, 1)
	}
}
