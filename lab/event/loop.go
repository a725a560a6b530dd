package event

import (
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// Dispatch runs the loop until no events are left, or Break or Exit ends it
// (event_base_dispatch).
func (b *Base) Dispatch() (Reason, error) { return b.Loop(0) }

// Loop runs the loop (event_base_loop). It locks the calling goroutine to its OS
// thread, so that all callbacks run there. A base that is running already, here
// or on another thread, gives ErrRunning; another base may be run from within a
// callback, and this one then stands still until that one returns. When the
// reason is Failed the error says why; the events are as they were.
func (b *Base) Loop(flags Flags) (reason Reason, err error) {
	if err := b.enter(flags); err != nil {
		return Failed, err
	}
	defer func() { b.leave(reason) }()
	for { //DOC:loop
		if b.continued.Load() {
			b.continued.Store(false)
		}
		switch {
		case b.failure != nil:
			return Failed, b.takeFailure()
		case b.exiting || b.broken.Load():
			return b.stopped(), nil
		case b.empty() && flags&NoExitOnEmpty == 0:
			return NoEvents, nil
		}

		if flags&NonBlock != 0 && len(b.signals) > 0 {
			b.settleSignals()
		}
		n, err := b.wait(b.untilNext(flags))
		if err != nil {
			return Failed, err
		}
		b.collect(n)

		enough := flags&NonBlock != 0
		if b.active > 0 {
			ran := b.run()
			enough = flags&Once != 0 && b.active == 0 && (ran > 0 || b.broken.Load())
		}
		if enough && b.failure == nil {
			return b.stopped(), nil
		}
	}
}

// wait lets the kernel keep the thread until an fd is ready or the timeout is
// over. It returns how many fds are ready.
func (b *Base) wait(timeout time.Duration) (n int, err error) {
	held := b.pass(trace.BeforeWait)
	b.stats.Turns++
	b.cached = 0
	if b.rec.On() {
		b.rec.wait(timeout, held)
	}
	n, err = b.sleep(timeout) //DOC:wait
	switch {
	case b.rec.On() && n == 1:
		b.rec.woken()
		b.cached = b.rec.stamp
	case b.rec.On():
		b.rec.otherWoken(n, err)
		b.cached = b.rec.stamp
	case b.timing:
		b.cached = b.clock()
	}
	if err != nil {
		return 0, b.cannotWait(err)
	}
	return n, nil
}

// collect makes the events of the n fds that are ready active, and then those
// whose timeout is over.
func (b *Base) collect(n int) {
	if n > 0 {
		b.backend.collect(b, n)
		if b.rec.On() && n > 1 {
			b.rec.told()
		}
		if b.stats.Turns%recheckEach == 0 {
			b.recheck()
		}
	}
	if len(b.timers) > 0 {
		b.expire()
	}
}

// run empties the most urgent queue that has events. It returns how many
// callbacks it called; queues that are less urgent get their turn when the loop
// has looked for new events.
func (b *Base) run() uint64 {
	before := b.stats.Callbacks
	for p := range b.queues {
		b.running = p
		b.drain(&b.queues[p])
		if b.broken.Load() || b.stats.Callbacks > before {
			break
		}
		// It was empty, or only the loop's own wake-up was in it: no progress.
	}
	b.running = noQueue
	return b.stats.Callbacks - before
}

// drain calls one event after the other. Callbacks may add to the queue and
// take from it: so it begins at the front each time. An event that was deleted
// by an earlier callback is not there any more.
func (b *Base) drain(q *queue) {
	for e := q.pop(); e != nil; e = q.pop() {
		b.active--
		if e.state&active == 0 {
			b.forgotten()
			continue
		}
		e.state &^= active
		if e.what&Persist == 0 && e.pending() {
			b.withdraw(e) //DOC:one-shot
		}
		b.deliver(e)
		if b.broken.Load() || b.continued.Load() {
			return
		}
	}
}

func (b *Base) cannotWait(err error) error {
	if err == unix.EBADF {
		return b.findClosed() // select only: the others have their own ways
	}
	return b.fail("dispatch", err, "")
}

// pass stops where time is held. It reports whether it was.
func (b *Base) pass(phase string) (held bool) {
	return b.gate.Closed() && b.waitHeld(phase)
}

func (b *Base) waitHeld(phase string) (held bool) {
	if b.rec.On() {
		b.rec.unlike() // say what has happened before
	}
	return b.gate.Pass(phase)
}

// sleep is the wait itself. EINTR is normal (a signal, or Go's own preemption):
// the wait goes on with the time that is left.
func (b *Base) sleep(timeout time.Duration) (n int, err error) {
	if !lookFirst && timeout != 0 {
		return b.sleepOn(timeout)
	}
	n, err = b.backend.wait(0)
	for err == unix.EINTR {
		n, err = b.backend.wait(0)
	}
	if n == 0 && timeout != 0 && err == nil {
		return b.sleepOn(timeout)
	}
	return n, err
}

func (b *Base) sleepOn(timeout time.Duration) (n int, err error) {
	if b.rec.On() {
		b.rec.unlike() // it is going to sleep, and that must be seen
	}
	b.staleTurns = 0
	var end int64
	if timeout > 0 {
		end = b.clock() + int64(timeout)
	}
	for {
		n, err = b.backend.wait(timeout)
		if err != unix.EINTR { //DOC:eintr
			return n, err
		}
		if timeout > 0 {
			timeout = time.Duration(max(0, end-b.clock()))
		}
	}
}

// empty reports whether nothing is left that could ever call anybody.
func (b *Base) empty() bool { return b.holds == 0 && b.active == 0 && !b.mail.waiting.Load() }

func (b *Base) takeFailure() error {
	err := b.failure
	b.failure = nil
	return err
}
