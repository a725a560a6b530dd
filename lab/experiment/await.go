package experiment

import (
	"fmt"
	"time"

	"fdlab/lab/kernel"
)

// Await blocks until ok says yes, and returns true; false when that takes
// longer than limit. It looks every millisecond. Held time does not count, nor
// does time in which nobody could look, because the whole program stood still. If
// the experiment should end, or a scripted run can no longer be judged, it does
// not return (X.Fail): it is for the goroutine of Lesson.Run. So it is with a scripted
// run whose threads got no processor for a good part of the limit: what they have not
// done says nothing.
func (x *X) Await(limit time.Duration, ok func() bool) bool {
	waited, last := time.Duration(0), x.Now()
	var queues *queues
	for !ok() {
		if queues == nil && waited > limit/4 { // it may become a miss; a look takes fds for some µs
			queues = x.queues()
		}
		if queues != nil {
			queues.look()
		}
		if err := x.invalid(); err != nil && !x.Interactive() {
			x.Fail(err)
		}
		now := x.Now()
		waited += min(now-last, oneLook)
		if now-last > longStop {
			x.stoodStill()
		}
		if last = now; waited > limit {
			if queues == nil || x.Interactive() {
				return false
			}
			if starved := queues.starved(); starved != nil {
				x.Invalidate(starved)
				x.Fail(starved)
			}
			return false
		}
		if !x.Sleep(time.Millisecond) {
			x.Fail(ErrStopped)
		}
	}
	return true
}

const (
	oneLook  = 100 * time.Millisecond // what two looks in a row can vouch for
	longStop = time.Second            // between them: the program was stopped, or the machine
)

// Pause sleeps for d so that a person can see what has happened. It is skipped
// with -nowait: nothing that is judged may rest on it. Like Await, it does not
// return if the experiment should end.
func (x *X) Pause(d time.Duration) {
	if x.NoWait() {
		d = 0
	}
	if !x.Sleep(d) {
		x.Fail(ErrStopped)
	}
}

// FollowAnd is Follow for a lesson that does more than its pokes can do. What a
// poke must not do itself, because it may block or fail, it sends as a job;
// jobs may be nil. Each second report is called. All of it runs, one after the
// other, on the goroutine of Lesson.Play.
func (x *X) FollowAnd(jobs <-chan func(), report func()) {
	second := make(chan struct{})
	go func() {
		for x.Sleep(time.Second) {
			select {
			case second <- struct{}{}:
			case <-x.Stopped():
			}
		}
	}()
	x.listKeys()
	for {
		select {
		case <-x.Stopped():
			return
		case do := <-jobs:
			do()
		case <-second:
			report()
		}
	}
}

// Queued asks the kernel how much waits in an fd: the bytes that nobody has
// read (FIONREAD), or the counter of an eventfd. If it does not say, the run
// cannot be judged.
func (x *X) Queued(fd int) int64 {
	state, err := kernel.Look(fd)
	if err != nil {
		x.Invalidate(fmt.Errorf("what waits in fd %d: %w", fd, err))
	}
	return state.Queued
}
