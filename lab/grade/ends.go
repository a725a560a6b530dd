package grade

import (
	"fmt"
	"slices"
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
	var silent silence
	began := time.Now()
	patience := e.patience(limit)
	refusals := map[*world.FD]int64{} // at the beginning
	for _, f := range e.world.FDs {
		refusals[f] = f.NoRoom.Now
	}
	for {
		e.pump()
		if e.hopeless() {
			e.Fail(e.diagnose(expected))
		}
		if time.Since(began) > patrol {
			e.RuleOut(expected, e.polls())
			e.RuleOut(expected, e.retries(refusals))
		}
		e.rouse(expected)
		asleep := silent.allAsleep(e)
		e.RuleOut(expected, silent.spins(e))
		// On a busy machine a thread may wait for a processor at each look.
		if e.sleeps(&sign) && (asleep || time.Since(silent.began) > patrol) {
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

// silence is a time without records.
type silence struct {
	records int
	began   time.Time
	had     time.Duration // processor time that the program had had by then
	looks   int           // how often in a row all threads slept
}

// allAsleep reports whether all threads sleep, those too that leave no records, for some
// looks in a row.
func (s *silence) allAsleep(e *Examiner) bool {
	if s.began.IsZero() || s.records != e.signs {
		*s = silence{records: e.signs, began: time.Now(), had: processor(e.run.Pid())}
	}
	if s.looks++; !allAsleep(e.run.Pid()) {
		s.looks = 0
	}
	return s.looks >= 3
}

// busyFor is more processor time than any program needs while nothing comes, if it is
// a fifth of all time, too. (What notes the kernel's word for the trace needs a hundredth.)
const busyFor = 150 * time.Millisecond

// spins: a thread that leaves no records runs all the time.
func (s *silence) spins(e *Examiner) *Finding {
	spent, lasted := processor(e.run.Pid())-s.had, time.Since(s.began)
	if e.inCallback() || spent < busyFor || spent < lasted/5 { // in a callback it computes: see detained
		return nil
	}
	return Find(BusyWait, fmt.Sprintf("nothing came and nothing was recorded for %v, and the program has used %v of processor time meanwhile",
		lasted.Round(time.Millisecond), spent))
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

// retries: a clock wakes it, again and again, to write where there is no room. before is
// how many writes had been refused when the silence began.
func (e *Examiner) retries(before map[*world.FD]int64) *Finding {
	for _, f := range e.world.FDs {
		if n := f.NoRoom.Now - before[f]; n >= diagnosis.Often && f.Watched()&trace.Writable == 0 {
			return Find(RetriedByClock, fmt.Sprintf("while nobody listened, %d writes to %s found no room (EAGAIN), and no event waits for room", n, safe(f.Name())),
				f).Decides(refusedCall(f, world.CallWrite))
		}
	}
	return nil
}

// byClock: the last of many writes to the fd that found no room was made in the callback
// of a timer.
func (e *Examiner) byClock(f *world.FD) *Finding {
	if f == nil || f.NoRoom.Now < diagnosis.InOne {
		return nil
	}
	refused := refusedCall(f, world.CallWrite)
	for _, r := range slices.Backward(e.entries) {
		if !refused(&r) {
			continue
		}
		if r.Inside.Number == 0 || r.Inside.FD != trace.NoFD || r.Inside.Why&trace.Timeout == 0 {
			return nil
		}
		return Find(RetriedByClock, fmt.Sprintf("%d writes in a row to %s found no room (EAGAIN), and a timer's callback tries again",
			f.NoRoom.Now, safe(f.Name())), f).Decides(refused)
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
	if len(e.world.Bases) == 0 {
		// A goroutine without a loop may change its thread between two calls.
		e.Require(!e.together(fds...), expected, OtherThreads, "two threads were inside a read at the same time", fds...)
		return
	}
	e.Require(len(threads) <= 1, expected, OtherThreads,
		fmt.Sprintf("%d threads have read them", len(threads)), fds...)
}

// together reports whether calls on two of the fds went on at the same time.
func (e *Examiner) together(fds ...*world.FD) (yes bool) {
	open := map[int32]bool{}
	e.Each(func(r *world.Entry) {
		if !slices.ContainsFunc(fds, func(f *world.FD) bool { return f != nil && f.Number == r.FD }) {
			return
		}
		switch r.Kind {
		case trace.CallBegin:
			open[r.FD] = true
			yes = yes || len(open) > 1
		case trace.CallEnd:
			delete(open, r.FD)
		}
	})
	return yes
}

// Ending says how a program is to end.
type Ending bool

const (
	Anyhow       Ending = false // with a loop or without, however it returned
	NoEventsLeft Ending = true  // when its last dispatch returned, no event was pending
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
	// A loop of the program's own has no Dispatch that could be cut off.
	if how == NoEventsLeft && len(e.world.Bases) > 0 {
		last := e.world.Returned
		e.Require(last.Base != 0 && (last.Reason == trace.LoopNoEvents || last.Reason != trace.LoopFailed && e.uncut), expected, BrokenOff,
			fmt.Sprintf("dispatch returned: %q; it should return when no event is pending, not before", safe(last.Text)), e.handFDs()...)
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
