package grade

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/diagnosis"
	"fdlab/lab/world"
)

// row counts looks in a row that saw the same.
type row int

// saw takes in one more look, and returns how many there are.
func (r *row) saw(same bool) int {
	if *r++; !same {
		*r = 0
	}
	return int(*r)
}

// life watches for signs of life.
type life struct {
	records int
	output  int64
	sent    int64 // to the program, by clients
	since   time.Time
	looks   row
}

// gone reports whether the program has shown none for so long, and sleeps,
// without a timeout that would wake it in time.
func (l *life) gone(e *Examiner) bool {
	output, _ := e.run.Output().Size()
	if l.since.IsZero() || e.signs != l.records || output != l.output || e.sent != l.sent {
		l.records, l.output, l.sent, l.since, l.looks = e.signs, output, e.sent, time.Now(), 0
		return false
	}
	if time.Since(l.since) < settled || e.inCallback() { // see callbackSleep
		return false
	}
	// Several looks in a row: the grader itself may not have run for a while.
	return l.looks.saw(e.quiet()) >= 10
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
	if !e.ownAsleep() {
		l.looks = 0
		return false
	}
	// On a busy machine a thread that only takes notes of the kernel is ready to run, and waits
	// for a processor, at one of twenty looks. After a long silence, fewer say it.
	enough := row(20)
	if time.Since(l.since) > settled {
		enough = 5
	}
	if l.looks++; l.looks < enough || e.signs == 0 {
		return false
	}
	return unix.Kill(e.run.Pid(), 0) == nil // else it has ended, and that will be known in a moment
}

// ownAsleep reports whether all threads sleep that have made records. (Others may be the Go
// runtime's, or take notes of the kernel.)
func (e *Examiner) ownAsleep() bool {
	for i := range e.world.Threads {
		if !asleep(e.run.Pid(), e.world.Threads[i].ID) {
			return false
		}
	}
	return len(e.world.Threads) > 0
}

// quiet reports whether nothing in the program runs, or will by itself.
func (e *Examiner) quiet() bool {
	if e.signs == 0 {
		return false
	}
	for i := range e.world.Bases {
		if b := &e.world.Bases[i]; b.Phase == world.Waiting && b.Limit >= 0 && b.Limit < int64(limit) {
			return false
		}
	}
	return allAsleep(e.run.Pid())
}

// hopeless reports whether the program is in a state that it cannot leave.
func (e *Examiner) hopeless() bool {
	_, cut := e.run.Output().Size()
	if e.ended || e.flood() || e.circles >= diagnosis.ForEver || !e.alone || cut > 0 || e.noisy() {
		return true
	}
	if e.signs == 0 && e.mute.over(e) {
		return true
	}
	return slices.ContainsFunc(e.world.FDs, diagnosis.Endless)
}

// noisy reports whether the program printed what nobody said.
func (e *Examiner) noisy() bool {
	for _, p := range e.products() {
		if !strings.HasPrefix(p.due, p.got) {
			return true
		}
	}
	return false
}

// silence is a time without records.
type silence struct {
	records int
	began   time.Time
	had     time.Duration // processor time that the program had had by then
	looks   row           // in which all threads slept
}

// allAsleep reports whether all threads sleep, those too that leave no records, for some
// looks in a row.
func (s *silence) allAsleep(e *Examiner) bool {
	if s.began.IsZero() || s.records != e.signs {
		*s = silence{records: e.signs, began: time.Now(), had: processor(e.run.Pid())}
	}
	return s.looks.saw(allAsleep(e.run.Pid())) >= 3
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
	if traced(e.run.Pid()) { // each call costs it many times more then, those of the notes and of Go's runtime, too
		return nil
	}
	return Find(BusyWait, fmt.Sprintf("nothing came and the program made no record for %v, and it has used %v of processor time meanwhile",
		lasted.Round(time.Millisecond), spent))
}
