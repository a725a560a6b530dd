package grade

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/abi"
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
		if m, saw, fds := e.polls(); m != nil && time.Since(began) > patrol {
			e.Fail(e.feedback(expected, saw, m, fds...))
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
	if m, saw, fds := e.spins(); m != nil {
		e.Fail(e.feedback(expected, saw, m, fds...))
	}
	if m, saw, fds := e.blocked(); m == BlockedInCallback {
		e.Fail(e.feedback(expected, saw, m, fds...))
	}
}

// polls: a clock wakes it, again and again, to read what is not there.
func (e *Examiner) polls() (*Misconception, string, []*FD) {
	for _, f := range e.tally.fds {
		if f.Refused >= manyPolls {
			return Polling, fmt.Sprintf("while nothing came, %d reads in a row of %s found nothing (EAGAIN)", f.Refused, safe(f.Name())), []*FD{f}
		}
	}
	return nil, "", nil
}

// sleeps reports whether nothing was recorded for a few looks while every
// thread slept, be it with a timeout, and none of them inside a callback and in
// no call.
func (e *Examiner) sleeps(l *life) bool {
	if len(e.entries) != l.records || l.since.IsZero() {
		l.records, l.since, l.looks = len(e.entries), time.Now(), 0
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
	if l.looks++; l.looks < 20 || len(e.entries) == 0 {
		return false
	}
	return unix.Kill(e.run.Pid(), 0) == nil // else it has ended, and that will be known in a moment
}

// OneThread requires that one thread alone has read the fds and run their
// callbacks.
func (e *Examiner) OneThread(expected string, fds ...*FD) {
	threads := map[uint32]bool{}
	for _, f := range fds {
		if f != nil {
			for t := range f.Threads {
				threads[t] = true
			}
		}
	}
	e.Require(len(threads) <= 1, expected, OtherThreads,
		fmt.Sprintf("%d threads have read them", len(threads)), fds...)
}

// Ends waits until the program has ended, and requires that it did so by
// itself, with exit status 0, that dispatch returned for the reason ("no events
// left", "broken off", "exited"; "" for any), and that nothing was left open.
func (e *Examiner) Ends(expected, reason string) {
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
		e.Fail(e.first(expected, e.suspect, e.death))
	}
	if e.noisy() {
		e.Fail(e.diagnose(expected))
	}
	if m, saw, fds := e.spins(); m != nil {
		e.Fail(e.feedback(expected, saw, m, fds...))
	}
	e.Require(e.tally.loops == 0, expected, ExitsInside, "the program ended before dispatch returned", e.handFDs()...)
	if reason != "" {
		e.Require(e.tally.loopEnd == reason, expected, BrokenOff,
			fmt.Sprintf("dispatch returned: %q; it should have been %q", e.tally.loopEnd, reason), e.handFDs()...)
	}
	e.closed(expected)
}

// lingers says why a program does not end.
func (e *Examiner) lingers(expected string) *Feedback {
	if f := e.first(expected, e.forks, e.suspect, e.expired, e.spins, e.floods, e.noise, e.blocked, e.detained, e.unseen); f != nil {
		return f
	}
	for _, f := range e.tally.fds {
		if f.Ends > 0 && f.Watched != 0 && f.Closed == 0 {
			return e.feedback(expected, fmt.Sprintf("the program does not end; a read of %s gave 0, the end of file, and the event on it is still pending",
				safe(f.Name())), EndIgnored, f)
		}
	}
	saw := "the program does not end"
	if f := e.orphan(-1); f != nil {
		return e.feedback(expected, saw+"; "+orphaned(f), ClosedWatched, f)
	}
	var about []*FD
	for _, f := range e.tally.fds {
		if f.Watched != 0 {
			saw += "; an event on " + safe(f.Name()) + " is still pending"
			about = append(about, f)
		}
	}
	for number, pending := range e.tally.signals {
		if pending {
			saw += "; an event for " + abi.Signal(int64(number)) + " is still pending"
		}
	}
	return e.feedback(expected, saw, DoesNotEnd, about...)
}

// closed requires that the program has closed what it opened.
func (e *Examiner) closed(expected string) {
	var names []string
	var left []*FD
	for _, f := range e.tally.fds {
		e.Require(!f.Orphaned, expected, ClosedWatched, orphaned(f), f)
		if f.Closed == 0 && f.What != "" {
			names = append(names, safe(f.Name()))
			left = append(left, f)
		}
	}
	e.Require(e.tally.twice == "", expected, ClosedTwice, safe(e.tally.twice)+" was closed once more", e.handFDs()...)
	if n := e.tally.bases - e.tally.freed; n > 0 {
		names = append(names, fmt.Sprintf("%d event base", n))
	}
	e.Require(len(names) == 0, expected, LeftOpen, "left open at the end: "+strings.Join(names, ", "), left...)
}
