package grade

import (
	"time"

	"fdlab/lab/world"
)

// Calm waits until the loop sleeps, and requires that no fd has made it turn
// for nothing so far. If it sleeps with a timeout, that must be over once: what the
// program does then, with nothing to read, it does while all is silent.
func (e *Examiner) Calm(expected string) {
	e.rests(expected)
	if base := e.waitsFor(longestTimeout); base != nil {
		number, turns := base.Number, base.Turns
		e.Await(expected, func() bool { return e.ended || e.world.BaseByNumber(number).Turns > turns })
		e.rests(expected)
	}
	if e.WaitsItself() {
		e.RuleOut(expected, e.wakesByClock())
	}
}

// longestTimeout is one that is worth waiting for.
const longestTimeout = time.Second

// waitsFor returns a loop that waits for a timeout of at most so long, or nil.
func (e *Examiner) waitsFor(most time.Duration) *world.Base {
	for i := range e.world.Bases {
		if b := &e.world.Bases[i]; b.Phase == world.Waiting && b.Limit > 0 && b.Limit <= int64(most) {
			return b
		}
	}
	return nil
}

func (e *Examiner) rests(expected string) {
	var sign life
	var silent silence
	began := time.Now()
	patience := e.patience(limit)
	refusals := map[*world.FD]int64{} // at the beginning
	for _, f := range e.world.FDs {
		refusals[f] = f.NoRoom.Now
	}
	moved, records := e.moved, len(e.entries)
	for {
		e.pump()
		if e.moved != moved && time.Since(began) < 3*limit { // many small reads are slow, and not wrong
			moved = e.moved
			patience = e.patience(limit)
		}
		if e.hopeless() {
			e.Fail(e.diagnose(expected))
		}
		if time.Since(began) > patrol {
			e.RuleOut(expected, e.polls())
			e.RuleOut(expected, e.retries(refusals))
			e.RuleOut(expected, e.timesOut(records))
		}
		e.rouse(expected)
		asleep := silent.allAsleep(e)
		e.RuleOut(expected, silent.spins(e))
		// On a busy machine a thread may wait for a processor at each look, and in a tracer's hands for the tracer.
		if e.sleeps(&sign) && (asleep || time.Since(silent.began) > patrol || traced(e.run.Pid())) {
			break
		}
		if patience.over(e) {
			e.Fail(e.diagnose(expected))
		}
		time.Sleep(time.Millisecond)
	}
	e.RuleOut(expected, e.spins())
	if f := e.blocked(); f != nil && (f.Means == BlockedInCallback || f.Means == BlockedOnAnother || f.Means == AcceptBlocks || f.Means == WriteBlocks || f.Means == ReadsAtTimeout) {
		e.RuleOut(expected, f)
	}
}
