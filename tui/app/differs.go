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
	answer string
	ruling trace.Ruling
	checks []world.Check
}

// outcomeOf returns what a session's run has said; nil: it has said nothing.
func outcomeOf(s *session) *outcome {
	if s == nil || s.world == nil || !s.over || !s.world.Live.Verdict.Given {
		return nil
	}
	w := s.world.Live
	return &outcome{w.Answer, w.Verdict.Ruling, w.ByWeight()}
}

// differs says what is other than in an earlier run, which has a name.
func (now *outcome) differs(before *outcome, name string) string {
	var all []string
	if now.answer != before.answer {
		all = append(all, fmt.Sprintf("the answer is %s, it was %s", letter(now.answer), letter(before.answer)))
	}
	if now.ruling != before.ruling {
		all = append(all, fmt.Sprintf("the claim is %s, it was %s", phrase.Ruling(now.ruling), phrase.Ruling(before.ruling)))
	}
	failed := func(o *outcome) (n int) {
		for i := range o.checks {
			if o.checks[i].Outcome == trace.Failed {
				n++
			}
		}
		return n
	}
	judged := func(o *outcome) (n int) {
		for i := range o.checks {
			if o.checks[i].Outcome != trace.NotJudged {
				n++
			}
		}
		return n
	}
	if a, b := failed(now), failed(before); a != b {
		all = append(all, fmt.Sprintf("%d of %d checks failed, it was %d of %d", a, len(now.checks), b, len(before.checks)))
	} else if a, b := judged(now), judged(before); a != b {
		all = append(all, fmt.Sprintf("%d of %d checks are judged, it was %d of %d", a, len(now.checks), b, len(before.checks)))
	}
	if len(all) == 0 {
		return "As in " + name + ": the same answer, the same verdict, no other check failed."
	}
	return "Other than in " + name + ": " + strings.Join(all, "; ") + "."
}

func letter(answer string) string {
	if answer == "" {
		return "none"
	}
	return answer
}
