package experiment

import (
	"fmt"
	"time"

	"fdlab/lab/kernel"
)

// On an overloaded machine a thread can be ready to run for a second and get no
// processor. What it has not done then says nothing about the program. So whoever
// concludes something from time, or from what has not happened, asks the kernel for how
// long the threads had to wait (kernel.ScheduleOf). A system that does not say counts as
// one where they never wait.

// Starved is the error of a run in which a thread got no processor when it mattered.
type Starved struct {
	Thread string
	Delay  time.Duration // for which it could have run, and did not
	Of     time.Duration // in so long a time
}

func (s *Starved) Error() string {
	return fmt.Sprintf("%s could have run, and got no processor for %s of %s", s.Thread, Brief(s.Delay), Brief(s.Of))
}

// Delay returns for how long the thread could have run so far and got no processor.
func (t *Thread) Delay() time.Duration {
	if t.Ended() {
		return t.late
	}
	return t.delay()
}

func (t *Thread) delay() time.Duration {
	s, _ := t.schedule()
	return s.Delayed - time.Duration(t.base.Load())
}

// schedule asks the kernel. ok is false where there is nothing to know yet, or no more.
func (t *Thread) schedule() (s kernel.Schedule, ok bool) {
	if id := t.id.Load(); id != 0 {
		if s, err := kernel.ScheduleOf(id); err == nil {
			return s, true
		}
	}
	return kernel.Schedule{Delayed: time.Duration(t.base.Load())}, false
}

// queues follows all threads that run, and for how long each has waited for a processor.
// The kernel counts a wait when it is over; one that goes on is known from looks.
type queues struct {
	began, looked time.Time
	of            map[*Thread]*queue
}

type queue struct {
	before time.Duration // Delay, at the beginning
	ran    time.Duration // for which it had run by then
	last   kernel.Schedule
	seen   time.Duration // for which it was seen to wait
}

// queues begins.
func (x *X) queues() *queues {
	now := time.Now()
	q := &queues{began: now, looked: now, of: map[*Thread]*queue{}}
	x.mu.Lock()
	defer x.mu.Unlock()
	for t := range x.threads {
		last, _ := t.schedule()
		q.of[t] = &queue{before: t.Delay(), ran: last.Ran, last: last}
	}
	return q
}

// betweenLooks is longer than the kernel takes to count what a thread runs.
const betweenLooks = 20 * time.Millisecond

// look is called again and again.
func (q *queues) look() {
	now := time.Now()
	since := now.Sub(q.looked)
	if since < betweenLooks {
		return
	}
	q.looked = now
	for t, one := range q.of {
		s, ok := t.schedule()
		if !ok {
			continue
		}
		if one.last.Ready && s.Ready && s.Ran == one.last.Ran { // it could run all the time, and did not
			one.seen += since
		}
		one.last = s
	}
}

// starved returns the thread that has waited for a processor for the longest, if that was
// for more than a quarter of the time, and it ran for less than a twentieth; else nil. A
// thread that spins on a busy machine waits for long, too, but has had its chance.
func (q *queues) starved() (worst *Starved) {
	took := time.Since(q.began)
	for t, one := range q.of {
		s, ok := t.schedule()
		delay := min(max(t.Delay()-one.before, one.seen), took)
		if ok && s.Ran-one.ran < took/20 && delay > took/4 && (worst == nil || delay > worst.Delay) {
			worst = &Starved{"thread " + t.Name, delay, took}
		}
	}
	return worst
}
