package grade

import (
	"time"

	"fdlab/lab/diagnosis"
)

// doze is how long a callback has slept that has nothing in the kernel to wait
// for: time.Sleep, a lock, a channel. It was asleep at each look, with every
// other thread of the program, and nothing was recorded in between. A thread
// that only lacks a processor does not sleep, so no load makes a program doze.
type doze struct {
	thread  uint32
	since   int64 // which callback of that thread
	records int   // at the last look
	looked  time.Time
	asleep  bool // it was, at the last look
	slept   time.Duration
}

// oneLook is how much sleep two looks in a row can vouch for. If the grader
// itself did not run for a while, nobody knows what was in between.
const oneLook = 20 * time.Millisecond

// look takes in the present moment.
func (d *doze) look(e *Examiner) {
	top, thread, is := diagnosis.Detained(e.world)
	if !is {
		*d = doze{}
		return
	}
	now, asleep := time.Now(), allAsleep(e.run.Pid())
	switch {
	case d.thread != thread || d.since != top.Since:
		*d = doze{thread: thread, since: top.Since}
	case d.asleep && asleep && d.records == e.signs:
		d.slept += min(now.Sub(d.looked), oneLook)
	}
	d.records, d.looked, d.asleep = e.signs, now, asleep
}

// rouse ends the trial if a callback sleeps, or did for too long and has not
// returned yet. A thread that is blocked elsewhere is not asked for: it may have
// every right to be.
func (e *Examiner) rouse(expected string) {
	if !e.dozes() {
		return
	}
	e.RuleOut(expected, first(e.forks, e.suspect, e.detained))
}

func (e *Examiner) dozes() bool { return !e.ended && e.doze.slept >= longDoze }

// inCallback reports whether a thread is inside a callback, and not in a call
// that the trace has. It computes, or it sleeps in its own way.
func (e *Examiner) inCallback() bool {
	_, _, is := diagnosis.Detained(e.world)
	return is
}
