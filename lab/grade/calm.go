package grade

import (
	"time"

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
	if f := e.blocked(); f != nil && (f.Means == BlockedInCallback || f.Means == WriteBlocks || f.Means == ReadsAtTimeout) {
		e.RuleOut(expected, f)
	}
	if e.WaitsItself() {
		e.RuleOut(expected, e.wakesByClock())
	}
}
