package grade

import "time"

// patience is for what should happen at once. It is over after a time in which
// the program could have done it: a program that only lacks a processor, on a
// machine that is busy, gets three times as much.
type patience struct {
	limit time.Duration
	began time.Time
	had   time.Duration // processor time at the beginning
}

func (e *Examiner) patience(limit time.Duration) patience {
	return patience{limit, time.Now(), processor(e.run.Pid())}
}

func (p patience) over(e *Examiner) bool {
	switch waited := time.Since(p.began); {
	case waited < p.limit:
		return false
	case waited > 3*p.limit:
		return true
	}
	return allAsleep(e.run.Pid()) || processor(e.run.Pid())-p.had > p.limit/2
}
