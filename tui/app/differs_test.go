package app

import (
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

func TestWhatDiffersFromTheRunBefore(t *testing.T) {
	checks := func(outcomes ...trace.Outcome) (all []world.Check) {
		for _, o := range outcomes {
			all = append(all, world.Check{Text: "x", Outcome: o})
		}
		return all
	}
	before := &outcome{theRunBefore, "b", trace.False, checks(trace.Passed, trace.Passed)}
	for _, c := range []struct {
		now  outcome
		want []string
	}{
		{*before, []string{"As in the run before"}},
		{outcome{"", "c", trace.False, before.checks}, []string{"the answer is c, it was b"}},
		{outcome{"", "", trace.Undecided, before.checks}, []string{"the answer is none, it was b", "the claim is not judged, it was false"}},
		{outcome{"", "b", trace.False, checks(trace.Failed, trace.Passed)}, []string{"1 of 2 checks failed, it was 0 of 2"}},
		{outcome{"", "b", trace.False, checks(trace.NotJudged, trace.Passed)}, []string{"1 of 2 checks are judged, it was 2 of 2"}},
	} {
		got := c.now.differs(before)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%q does not say %q", got, want)
			}
		}
		if n := strings.Count(got, ";") + 1; n != len(c.want) {
			t.Errorf("%q says %d things, want %d", got, n, len(c.want))
		}
	}
}
