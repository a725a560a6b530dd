package grade

import (
	"slices"

	"fdlab/lab/diagnosis"
	"fdlab/lab/launch"
	"fdlab/lab/world"
)

// seenWithout are findings that rest on what the program printed or sent, or on its end: no record
// is needed for them. (Of a program that records without end, and moves nothing, enough is seen.)
var seenWithout = []*Misconception{Noise, PrintedAgain, WrongOutput, WrongBytes, AsFormat, AddsNewline, WholeBuffer, Floods, Crashed, MinusOne, GaveUp,
	EndsInError, Forks, DoesNotCompile}

// complete ends the trial without a judgement if a finding rests on a trace that has holes. A
// grader that lacks a processor may come too late to read what a quick program records.
func (e *Examiner) complete(found *Finding) {
	if lost := lostBy(e.run); lost > 0 && !e.flood() && !slices.Contains(seenWithout, found.Means) && !readsTheEndForEver(found) {
		e.Cannot("this machine is too busy: %d records of the program were lost before the grader came to read them, and it seems to do "+
			"something wrong. That may not be so: try again when less is going on", lost)
	}
}

// readsTheEndForEver: no lost record makes so many reads of an end of file, one after the other, right. (They are
// why records are lost.)
func readsTheEndForEver(found *Finding) bool {
	return (found.Means == EndIgnored || found.Means == EndReadOn) && slices.ContainsFunc(found.FDs, func(f *world.FD) bool { return f != nil && f.Ends.Most >= diagnosis.ForEver })
}

// lostBy is how many records of a run were lost. A variable for tests.
var lostBy = func(r *launch.Run) uint64 { return r.Reader().Lost() }
