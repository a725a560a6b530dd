package app

import (
	"strings"
	"testing"
	"time"

	"fdlab/lab/course"
)

// TestTheSummarySaysWhatBecameOfEachClaim, in all sizes, and is not offered before there
// is a verdict.
func TestTheSummarySaysWhatBecameOfEachClaim(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		m := atHomeOfTheCourse(t, size[0], size[1])
		for _, h := range m.now() {
			if h.Key == "V" || h.Key == "Q" {
				t.Errorf("%s is offered before the first run", h.Key)
			}
		}
		right, wrong := m.course.Lessons[0], m.course.Lessons[6]
		m.progress[right.Slug] = course.Result{Question: right.Question.ID, Prediction: "d", Answer: "d", Verdict: "half true"}
		m.progress[wrong.Slug] = course.Result{Question: wrong.Question.ID, Prediction: "a", Answer: "b", Verdict: "false"}
		text := m.types("V")
		for _, want := range []string{"01  half true  you predicted d, and that was right ✓", "07  false  you predicted a, and it was b", "02  not run yet",
			"2 of 7 run, 1 predicted right", wrong.Claim[:40]} {
			if !strings.Contains(text, want) {
				t.Errorf("%v: no %q in\n%s", size, want, text)
			}
		}
		if text := m.types("x"); strings.Contains(text, "claims and verdicts") {
			t.Errorf("%v: a key does not close it", size)
		}
	}
}

// TestQuestionsComeBackOnAnotherDay: of the lessons that were run before today, each of
// them once, and on each day another one first. The answer is covered until asked for.
func TestQuestionsComeBackOnAnotherDay(t *testing.T) {
	m := atHomeOfTheCourse(t, 80, 24)
	now := time.Date(2026, 5, 5, 0, 30, 0, 0, time.UTC)
	a, b := m.course.Lessons[1], m.course.Lessons[3]
	m.progress[a.Slug] = course.Result{Verdict: "half true", At: now.Add(-time.Hour)} // yesterday
	m.progress[b.Slug] = course.Result{Verdict: "half true", At: now.Add(-time.Minute)}
	asked := m.toRecall(now)
	if len(asked) != len(a.Recall) {
		t.Fatalf("%d questions, want the %d of the lesson that was run yesterday", len(asked), len(a.Recall))
	}
	tomorrow := m.toRecall(now.Add(24 * time.Hour))
	if len(tomorrow) != len(a.Recall)+len(b.Recall) {
		t.Errorf("tomorrow there are %d questions, want those of both lessons", len(tomorrow))
	}
	if after := m.toRecall(now.Add(48 * time.Hour)); after[0].Question == tomorrow[0].Question {
		t.Error("the same question is the first on two days")
	}

	m.openRecall()
	q := m.over.(*recall)
	first := q.questions[0]
	text := m.types()
	begins := func(s string) string { return strings.Join(strings.Fields(s)[:3], " ") }
	if !strings.Contains(text, begins(first.Question)) || strings.Contains(text, begins(first.Answer)) {
		t.Errorf("the question is not shown, or its answer is:\n%s", text)
	}
	if text = m.types(" "); !strings.Contains(text, begins(first.Answer)) {
		t.Errorf("space does not show the answer %q:\n%s", first.Answer, text)
	}
	if m.types(" "); q.at != 1 || q.told {
		t.Errorf("space leads to question %d, its answer shown: %v", q.at, q.told)
	}
	if m.types("q"); m.over != nil || m.quit {
		t.Error("another key does not lead back")
	}
}
