package app

import (
	"fmt"
	"strings"

	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// outcome is what a run has said at its end, to be held beside the next one's.
type outcome struct {
	of     string // "the run before"
	answer string
	ruling trace.Ruling
	checks []world.Check
}

// outcomeOf returns what a session's run has said, under a name; nil: it has said
// nothing.
func outcomeOf(s *session, name string) *outcome {
	if s == nil || s.world == nil || !s.over || !s.world.Live.Verdict.Given {
		return nil
	}
	w := s.world.Live
	return &outcome{name, w.Answer, w.Verdict.Ruling, w.ByWeight()}
}

// came counts the checks that came out so.
func (o *outcome) came(out trace.Outcome) (n int) {
	for i := range o.checks {
		if o.checks[i].Outcome == out {
			n++
		}
	}
	return n
}

// said is the outcome in words.
func (o *outcome) said() string {
	return fmt.Sprintf("the answer %s, the claim %s, %d of %d checks failed", letter(o.answer), phrase.Ruling(o.ruling), o.came(trace.Failed), len(o.checks))
}

// difference is what may be other in two runs.
type difference struct{ answer, verdict, checks bool }

// from says what is other than in an earlier run.
func (now *outcome) from(before *outcome) difference {
	return difference{
		now.answer != before.answer, now.ruling != before.ruling,
		now.came(trace.Failed) != before.came(trace.Failed),
	}
}

// words name what is other: "the answer, the verdict".
func (d difference) words() string {
	var all []string
	for i, one := range d.all() {
		if one {
			all = append(all, differences[i])
		}
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// differences are what may be other, in the order of all.
var differences = [...]string{"the answer", "the verdict", "how many checks fail"}

func (d difference) all() [len(differences)]bool { return [...]bool{d.answer, d.verdict, d.checks} }

// differs says in a sentence what is other than in an earlier run.
func (now *outcome) differs(before *outcome) string {
	var all []string
	d := now.from(before)
	if d.answer {
		all = append(all, fmt.Sprintf("the answer is %s, it was %s", letter(now.answer), letter(before.answer)))
	}
	if d.verdict {
		all = append(all, fmt.Sprintf("the claim is %s, it was %s", phrase.Ruling(now.ruling), phrase.Ruling(before.ruling)))
	}
	judged := func(o *outcome) int { return len(o.checks) - o.came(trace.NotJudged) }
	if d.checks {
		all = append(all, fmt.Sprintf("%d of %d checks failed, it was %d of %d", now.came(trace.Failed), len(now.checks), before.came(trace.Failed), len(before.checks)))
	} else if a, b := judged(now), judged(before); a != b {
		all = append(all, fmt.Sprintf("%d of %d checks are judged, it was %d of %d", a, len(now.checks), b, len(before.checks)))
	}
	if len(all) == 0 {
		return "As in " + before.of + ": the same answer, the same verdict, no other check failed."
	}
	return "Different from " + before.of + ": " + strings.Join(all, "; ") + "."
}

func letter(answer string) string {
	if answer == "" {
		return "none"
	}
	return answer
}
