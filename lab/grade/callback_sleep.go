package grade

import (
	"time"

	"fdlab/lab/diagnosis"
)

// callbackSleep is how long a callback has slept that has nothing in the kernel to wait
// for: time.Sleep, a lock, a channel. It was asleep at each look, nothing was
// recorded in between, and no thread of the program had anything to do. A thread
// that only lacks a processor does not sleep, so no load makes a callback seem to sleep;
// nor does it hide a sleep that the grader comes to look seldom.
type callbackSleep struct {
	thread  uint32
	since   int64 // which callback of that thread
	records int   // at the last look
	asleep  bool  // it was, at the last look
	idle    idleness
	slept   time.Duration
}

// look takes in the present moment.
func (d *callbackSleep) look(e *Examiner) {
	top, thread, is := diagnosis.Detained(e.world)
	if !is {
		*d = callbackSleep{}
		return
	}
	if d.thread != thread || d.since != top.Since {
		*d = callbackSleep{thread: thread, since: top.Since}
	}
	idle, asleep := d.idle.look(e.run.Pid()), asleep(e.run.Pid(), thread) && !isGone(e.run.Pid(), thread)
	if d.asleep && asleep && d.records == e.signs {
		d.slept += idle
		e.sleptInside += idle
	}
	d.records, d.asleep = e.signs, asleep
}

// idleness measures for how long a process had nothing to do. The zero idleness
// has not looked yet.
type idleness struct {
	looked time.Time
	busy   map[string]time.Duration // of each thread: see busy
	asleep bool
}

// oneLook is how much two looks in a row can vouch for where the kernel does not
// say what was in between.
const oneLook = 20 * time.Millisecond

// look returns for how long, at least, all threads slept since the last look. If
// the grader itself lacks a processor, looks are rare; so it rests on the times
// that the kernel counts, not on what is seen.
func (i *idleness) look(pid int) (idle time.Duration) {
	before := *i
	*i = idleness{time.Now(), busy(pid), allAsleep(pid)}
	elapsed := i.looked.Sub(before.looked)
	switch {
	case before.looked.IsZero():
		return 0
	case i.busy == nil || before.busy == nil:
		if i.asleep && before.asleep {
			return min(elapsed, oneLook)
		}
		return 0
	}
	for thread := range before.busy {
		if _, lives := i.busy[thread]; !lives {
			return 0 // it may have been busy until it ended
		}
	}
	for thread, now := range i.busy {
		elapsed -= now - before.busy[thread]
	}
	return max(elapsed, 0)
}

// SleptInside returns for how long the program's callbacks have slept so far, all together.
func (e *Examiner) SleptInside() time.Duration { return e.sleptInside }

// Slumber lets the world be silent until the program has slept for so long (or has ended): a
// busy machine only makes that last longer.
func (e *Examiner) Slumber(d time.Duration) {
	var idle idleness
	var slept time.Duration
	for end := time.Now().Add(limit); slept < d && !e.ended && time.Now().Before(end); time.Sleep(time.Millisecond) {
		slept += idle.look(e.run.Pid())
		e.pump()
	}
}

// rouse ends the trial if a callback sleeps, or did for too long and has not
// returned yet. A thread that is blocked elsewhere is not asked for: it may have
// every right to be.
func (e *Examiner) rouse(expected string) {
	if !e.callbackSleeps() {
		return
	}
	e.RuleOut(expected, first(e.forks, e.suspect, e.detained))
}

func (e *Examiner) callbackSleeps() bool {
	return !e.ended && e.callbackSleep.slept >= longCallbackSleep
}

// inCallback reports whether a thread is inside a callback, and not in a call
// that the trace has. It computes, or it sleeps in its own way.
func (e *Examiner) inCallback() bool {
	_, _, is := diagnosis.Detained(e.world)
	return is
}
