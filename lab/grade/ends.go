package grade

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/diagnosis"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Calm waits until the loop sleeps, and requires that no fd has made it turn
// for nothing so far.
func (e *Examiner) Calm(expected string) {
	var sign life
	began := time.Now()
	patience := e.patience(limit)
	for {
		e.pump()
		if e.hopeless() {
			e.Fail(e.diagnose(expected))
		}
		if time.Since(began) > patrol {
			e.RuleOut(expected, e.polls())
		}
		e.rouse(expected)
		if e.sleeps(&sign) {
			break
		}
		if patience.over(e) {
			e.Fail(e.diagnose(expected))
		}
		time.Sleep(time.Millisecond)
	}
	e.RuleOut(expected, e.spins())
	if f := e.blocked(); f != nil && f.Means == BlockedInCallback {
		e.RuleOut(expected, f)
	}
}

// polls: a clock wakes it, again and again, to read what is not there.
func (e *Examiner) polls() *Finding {
	for _, f := range e.world.FDs {
		if asks, ok := diagnosis.Asks(f); ok {
			return Find(Polling, fmt.Sprintf("while nothing came, %d reads in a row of %s found nothing (EAGAIN)", asks.Count, safe(f.Name())), f)
		}
	}
	return nil
}

// sleeps reports whether nothing was recorded for a few looks while every
// thread slept, be it with a timeout, and none of them inside a callback and in
// no call.
func (e *Examiner) sleeps(l *life) bool {
	if e.signs != l.records || l.since.IsZero() {
		l.records, l.since, l.looks = e.signs, time.Now(), 0
		return false
	}
	if e.inCallback() { // it may sleep, but not as a loop does
		l.looks = 0
		return false
	}
	for i := range e.world.Threads {
		if !asleep(e.run.Pid(), e.world.Threads[i].ID) {
			l.looks = 0
			return false
		}
	}
	if l.looks++; l.looks < 20 || e.signs == 0 {
		return false
	}
	return unix.Kill(e.run.Pid(), 0) == nil // else it has ended, and that will be known in a moment
}

// OneThread requires that one thread alone has read the fds and run their
// callbacks.
func (e *Examiner) OneThread(expected string, fds ...*world.FD) {
	threads := map[uint32]bool{}
	for _, f := range fds {
		if f != nil {
			for _, t := range f.Threads {
				threads[t] = true
			}
		}
	}
	e.Require(len(threads) <= 1, expected, OtherThreads,
		fmt.Sprintf("%d threads have read them", len(threads)), fds...)
}

// Ending says how a program is to end.
type Ending bool

const (
	Anyhow       Ending = false // with a loop or without, however it returned
	NoEventsLeft Ending = true  // its last dispatch returned because no event was pending
)

// Ends waits until the program has ended, and requires that it did so by
// itself, with exit status 0, that its last dispatch returned as it should, and
// that nothing was left open.
func (e *Examiner) Ends(expected string, how Ending) {
	patience := e.patience(limit)
	var sign life
	for !e.ended {
		e.pump()
		if !e.ended && (e.hopeless() || sign.gone(e) || patience.over(e)) {
			if e.ended {
				break
			}
			e.Fail(e.lingers(expected))
		}
		e.rouse(expected)
		time.Sleep(time.Millisecond)
	}
	if exit := e.run.Exit(); exit.Code != 0 {
		e.RuleOut(expected, first(e.suspect, e.death))
	}
	if e.noisy() {
		e.Fail(e.diagnose(expected))
	}
	e.RuleOut(expected, e.spins())
	e.Require(e.world.Loops() == 0, expected, ExitsInside, "the program ended before dispatch returned", e.handFDs()...)
	if how == NoEventsLeft {
		last := e.world.Returned
		e.Require(last.Base != 0 && last.Reason == trace.LoopNoEvents, expected, BrokenOff,
			fmt.Sprintf("dispatch returned: %q; it should have been %q", safe(last.Text), "no events left"), e.handFDs()...)
	}
	e.closed(expected)
}

// lingers says why a program does not end.
func (e *Examiner) lingers(expected string) *Feedback {
	if f := first(e.forks, e.suspect, e.expired, e.spins, e.floods, e.noise, e.blocked, e.detained, e.unseen); f != nil {
		return e.feedback(expected, f)
	}
	const saw = "the program does not end"
	for _, f := range e.world.FDs {
		if f.Ends.Now > 0 && f.Watched() != 0 && f.Closed == 0 {
			return e.feedback(expected, Find(EndIgnored, fmt.Sprintf("%s; a read of %s gave 0, the end of file, and the event on it is still pending",
				saw, safe(f.Name())), f))
		}
	}
	if f := diagnosis.Orphan(e.world, anyNumber); f != nil {
		return e.feedback(expected, Find(ClosedWatched, saw+"; "+orphaned(f), f))
	}
	return e.feedback(expected, e.pending(saw))
}

// pending names the events that keep the program's loop.
func (e *Examiner) pending(saw string) *Finding {
	var about []*world.FD
	for _, f := range e.world.FDs {
		if f.Watched() != 0 {
			saw += "; an event on " + safe(f.Name()) + " is still pending"
			about = append(about, f)
		}
	}
	for i := range e.world.Bases {
		for _, t := range e.world.Bases[i].Timers {
			if t.What&trace.Signal != 0 {
				saw += "; an event for " + safe(t.Label) + " is still pending"
			}
		}
	}
	return Find(DoesNotEnd, saw, about...)
}

// closed requires that the program has closed what it opened.
func (e *Examiner) closed(expected string) {
	var names []string
	var left []*world.FD
	for _, f := range e.world.FDs {
		e.Require(!f.Orphaned, expected, ClosedWatched, orphaned(f), f)
		if f.Closed == 0 && !f.Stranger {
			names = append(names, safe(f.Name()))
			left = append(left, f)
		}
	}
	twice := e.world.ClosedTwice
	e.Require(twice == "", expected, ClosedTwice, safe(twice)+" was closed once more", e.handFDs()...)
	bases := 0
	for i := range e.world.Bases {
		if e.world.Bases[i].Freed == 0 {
			bases++
		}
	}
	if bases > 0 {
		names = append(names, fmt.Sprintf("%d event base", bases))
	}
	e.Require(len(names) == 0, expected, LeftOpen, "left open at the end: "+strings.Join(names, ", "), left...)
}
