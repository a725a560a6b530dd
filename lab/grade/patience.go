package grade

import "time"

// patience is for what should happen at once. It is over after a time in which
// the program could have done it: a program that only lacks a processor, on a
// machine that is busy, gets three times as much.
type patience struct {
	limit  time.Duration
	began  time.Time
	had    time.Duration // processor time at the beginning
	lacked time.Duration // and for how long it had waited for a processor
	asleep row           // looks
}

func (e *Examiner) patience(limit time.Duration) patience {
	pid := e.run.Pid()
	return patience{limit: limit, began: time.Now(), had: processor(pid), lacked: lackedBy(pid)}
}

// over does not return if the program has lacked a processor for much of three times the
// limit: then nobody knows what it would have done.
func (p *patience) over(e *Examiner) bool {
	waited := time.Since(p.began)
	if waited < p.limit {
		return false
	}
	pid := e.run.Pid()
	switch had := processor(pid) - p.had; {
	// While a loop stands, a thread that leaves no records has to let it go: that one must sleep, too.
	case p.asleep.saw(allAsleep(pid) || e.ownAsleep() && !e.Stands()) >= 10, had > p.limit/2:
		return true
	case waited < 3*p.limit:
		return false
	case starved(waited, lackedBy(pid)-p.lacked):
		e.Cannot("this machine is too busy: in %v the program has had a processor for %v, and was ready to run without one for %v. "+
			"That is no fault of the program: try again when less is going on", waited.Round(time.Second), had, lackedBy(pid)-p.lacked)
	}
	return true
}

// lackedBy is for how long a process has waited for a processor: lacked, but in tests.
var lackedBy = lacked

// starved reports whether a program has waited for a processor for so much of a time that
// what it did not do in it says nothing.
func starved(of, lacked time.Duration) bool { return lacked > of/4 }
