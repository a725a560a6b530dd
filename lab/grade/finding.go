package grade

import (
	"slices"
	"strings"

	"fdlab/lab/world"
)

// Finding is what is wrong with a program: what it shows that it believes, what
// was seen, and the fds whose records prove it (of all records, or of those before
// an Aftermath).
type Finding struct {
	Means *Misconception
	Saw   string
	FDs   []*world.FD

	decides  []func(*world.Entry) bool // see Decides
	expected string                    // see Instead
	later    bool                      // see WithAftermath
	earlier  []string                  // see Earlier
}

// Find makes a finding. An fd that is nil is left out of the proof.
func Find(m *Misconception, saw string, fds ...*world.FD) *Finding {
	return &Finding{Means: m, Saw: saw, FDs: fds}
}

// Decides says which records the finding rests on: for each question the last one of which it
// holds. They are shown in any case, with what led to them, and marked. A question may be nil.
func (f *Finding) Decides(is ...func(*world.Entry) bool) *Finding {
	f.decides = slices.DeleteFunc(is, func(q func(*world.Entry) bool) bool { return q == nil })
	return f
}

// Instead says what was expected, where that is something else than what the world waited for when this was found.
func (f *Finding) Instead(expected string) *Finding {
	f.expected = expected
	return f
}

// WithAftermath has the records of an Aftermath shown, too: what it says rests on them.
func (f *Finding) WithAftermath() *Finding {
	f.later = true
	return f
}

// Earlier has lines shown before the records: of a run that is over.
func (f *Finding) Earlier(lines ...string) *Finding {
	f.earlier = append(f.earlier, lines...)
	return f
}

// Look goes through the trace for one thing that can be wrong; nil: it is not that.
type Look func() *Finding

// RuleOut ends the trial if there is a finding.
func (e *Examiner) RuleOut(expected string, f *Finding) {
	if f != nil {
		e.Fail(e.feedback(expected, f))
	}
}

// first is what the first look finds that finds something, or nil.
func first(looks ...Look) *Finding {
	for _, look := range looks {
		if f := look(); f != nil {
			return f
		}
	}
	return nil
}

// orPastTheLab returns the finding, or that the program has made calls that leave no
// record: then nobody can tell the rest from the trace. That it crashes, starts another
// program, puts out what is not due or does not stop printing is seen without.
func (e *Examiner) orPastTheLab(f *Finding) *Finding {
	switch f.Means {
	case Crashed, MinusOne, Floods, GaveUp, EndsInError, Forks, Noise, PrintedAgain, WrongOutput, WrongBytes, AsFormat, AddsNewline, PieceIsLine, WholeBuffer:
		return f
	}
	calls := e.source.pastTheLab
	if len(calls) == 0 {
		return f
	}
	past := *f
	past.Means = PastTheLab
	past.Saw = strings.Join(calls[:min(3, len(calls))], ", ") + ": no record shows what that did"
	if len(calls) > 3 {
		past.Saw += " (and more calls like that)"
	}
	return &past
}
