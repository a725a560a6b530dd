package grade

import "fdlab/lab/world"

// Finding is what is wrong with a program: what it shows that it believes, what
// was seen, and the fds whose records prove it (of all records, or of those before
// an Aftermath).
type Finding struct {
	Means *Misconception
	Saw   string
	FDs   []*world.FD
}

// Find makes a finding. An fd that is nil is left out of the proof.
func Find(m *Misconception, saw string, fds ...*world.FD) *Finding { return &Finding{m, saw, fds} }

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
