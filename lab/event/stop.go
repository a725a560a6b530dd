package event

import (
	"sync/atomic"
	"time"
)

// Break ends the loop after the callback that runs now (event_base_loopbreak).
// What is active stays so, for the next loop. If no loop runs it does nothing.
func (b *Base) Break() {
	b.interrupt(&b.broken)
}

// Exit ends the loop when the time is over and the events that are active then
// have run (event_base_loopexit). With after 0 these are the events that are
// active now. It counts as an event of its own.
func (b *Base) Exit(after time.Duration) {
	if b.foreign() {
		b.Post(func() { b.Exit(after) })
		return
	}
	e := b.NewTimer(func(int, What) { b.exiting = true }).Named("exit")
	if after == 0 || after == NoTimeout {
		e.Active(Timeout)
		return
	}
	e.Add(after)
}

// Continue makes the loop begin its next turn after the callback that runs now
// (event_base_loopcontinue): it looks for new events before it calls the
// remaining active ones.
func (b *Base) Continue() {
	b.interrupt(&b.continued)
}

// interrupt tells the loop, if one runs, not to go on with the queue. It is
// told while the callback runs, and not by mail, which it reads later.
func (b *Base) interrupt(how *atomic.Bool) {
	if b.owner.Load() == 0 {
		return
	}
	how.Store(true)
	if b.foreign() {
		b.ring() // it may be asleep
	}
}

// stopped is the reason of a loop that ends without an error.
func (b *Base) stopped() Reason {
	switch {
	case b.exiting:
		return Exited
	case b.broken.Load():
		return Broken
	}
	return Done
}
