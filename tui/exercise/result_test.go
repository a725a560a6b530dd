package exercise

import (
	"fmt"
	"strings"
	"testing"

	"fdlab/lab/grade"
)

// failed is a trial of n checks whose k-th failed.
func failed(n, k int) *Trial {
	t := &Trial{Theme: plain, At: k - 1, Read: "enter", Result: &grade.Result{Outcome: grade.Failed, Feedback: &grade.Feedback{
		Expected: "it is heard", Saw: "nobody listens", Misconception: "deaf", Belief: "I hear.", Truth: strings.Repeat("You do not. ", 20) + "Believe it.",
		Records: []string{"0.1 ms  read begins"}, Lesson: "02-x", Section: "Explain"}}}
	for i := range n {
		name := fmt.Sprintf("check number %d", i+1)
		t.Checks = append(t.Checks, name)
		outcome := grade.Passed
		if i+1 == k {
			outcome = grade.Failed
		} else if i+1 > k {
			outcome = grade.NotReached
		}
		t.Result.Checks = append(t.Result.Checks, grade.Check{Name: name, Outcome: outcome})
	}
	return t
}

// TestThePanelSaysWhatFailedInAnyRoom: the check, and what it was told.
func TestThePanelSaysWhatFailedInAnyRoom(t *testing.T) {
	for _, h := range []int{5, 6, 8, 20} {
		for k := 1; k <= 8; k++ {
			text := strings.Join(rows(40, h, failed(8, k).DrawPanel), "\n")
			for _, want := range []string{"not passed", fmt.Sprintf("→ ✗ check number %d", k), "deaf", "enter"} {
				if !strings.Contains(text, want) {
					t.Errorf("in %d rows, check %d failed and the panel lacks %q:\n%s", h, k, want, text)
				}
			}
		}
	}
}

// TestATrialThatGoesOnHasNoVerdict: what was passed so far is, and no more.
func TestATrialThatGoesOnHasNoVerdict(t *testing.T) {
	trial := failed(4, 3)
	trial.Result = nil
	text := strings.Join(rows(60, 10, trial.DrawPanel), "\n")
	for _, want := range []string{"goes on: 2 of 4", "✓ check number 2", "→ · check number 3", "  · check number 4"} {
		if !strings.Contains(text, want) {
			t.Errorf("the panel lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "✗") {
		t.Errorf("a check is said to have failed:\n%s", text)
	}
}

// TestTheReportCanBeReadToItsEnd, on a screen that is smaller than its text.
func TestTheReportCanBeReadToItsEnd(t *testing.T) {
	p := &Report{Trial: *failed(8, 2), Title: "02 title", Mine: true, Untouched: true}
	const w, h = 80, 12
	seen := map[string]bool{}
	for range 40 {
		for _, row := range rows(w, h, p.Draw) {
			seen[strings.TrimSpace(strings.Trim(row, "│"))] = true
		}
		p.Scroll(1, w, h)
	}
	for _, want := range []string{"expected  it is heard", "seen      nobody listens", "records   0.1 ms  read begins", "as if     “I hear.” (deaf)",
		"not. You do not. You do not. You do not. Believe it.", "read      lesson 02, section Explain", "This is still the starter. Read the task, edit main.go, and press r."} {
		if !seen[want] {
			t.Errorf("%q was never seen; seen were %v", want, seen)
		}
	}
	p.Scroll(-1<<10, w, h)
	if p.Top != 0 {
		t.Errorf("scrolled back, the first row is %d", p.Top)
	}
}
