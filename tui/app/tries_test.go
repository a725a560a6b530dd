package app

import (
	"slices"
	"strings"
	"testing"

	"fdlab/lab/course"
	"fdlab/lab/goal"
	"fdlab/lab/trace"
)

// TestATryIsTickedOffByTheTrace, at the record that shows it, or when it has lasted for a
// moment; and it is still done in the next run by hand, which may need another set-up.
func TestATryIsTickedOffByTheTrace(t *testing.T) {
	m := byHand([]string{interactive}, interactive, "-engine=busy")
	s := m.session
	for _, condition := range []string{"nested 1", "spins", "held"} {
		g, err := goal.Parse(condition)
		if err != nil {
			t.Fatal(err)
		}
		s.lesson.Tries = append(s.lesson.Tries, course.Try{Text: "make it so: " + condition, Goal: g})
	}
	s.tries = m.triesOf(s.lesson)
	s.watchTries()
	if screen := m.View(); !strings.Contains(screen, "try this") || !strings.Contains(screen, "0 of 3") {
		t.Fatalf("nothing is offered:\n%s", screen)
	}
	// Both begin and end in one batch: nobody could see them between two batches.
	s.Apply(s.Tracks[0], []trace.Record{
		{Kind: trace.LoopBegin, FD: trace.NoFD, Base: 1, B: 1, Thread: 7, Time: 1e6},
		{Kind: trace.LoopEnd, FD: trace.NoFD, Base: 1, Thread: 7, Time: 2e6},
		{Kind: trace.Hold, FD: trace.NoFD, Thread: 7, Time: 3e6},
		{Kind: trace.Release, FD: trace.NoFD, Thread: 7, Time: 4e6},
	})
	if screen := m.View(); !strings.Contains(screen, "2 of 3") || s.tries[1].Done {
		t.Errorf("what was so is not ticked off: %+v\n%s", s.tries, screen)
	}
	press(m, "A", "down", "enter")
	if m.session == s || len(m.session.tries) != 3 || !m.session.tries[0].Done || m.session.tries[1].Done {
		t.Errorf("in the next run: %+v", m.session.tries)
	}
	press(m, "i")
	if m.session.tries != nil {
		t.Error("the script has something to try")
	}
}

// TestByHandFromThePageThatSaysSo: the page of things to try says "press i", so it does.
func TestByHandFromThePageThatSaysSo(t *testing.T) {
	m := atHomeOfTheCourse(t, 100, 30)
	m.openLesson(1)
	if m.key("i"); m.session != nil || !strings.Contains(m.message, "i does nothing here") {
		t.Errorf("on the first page: %q, a session: %v", m.message, m.session != nil)
	}
	m.lesson.Open(course.KeyTry)
	m.message = ""
	if text := m.types(); !strings.Contains(text, "i  by hand") {
		t.Errorf("the page does not offer it:\n%s", text)
	}
	if m.key("i"); m.session == nil || !slices.Equal(m.session.args, []string{interactive}) {
		t.Errorf("it is not run by hand: %+v", m.session)
	}
	m.session.cancel()
}

// TestAKeyThatCannotDoItsWorkSaysWhy.
func TestAKeyThatCannotDoItsWorkSaysWhy(t *testing.T) {
	m, s := ended(t)
	s.over = false
	if m.nextPair(); !strings.Contains(m.message, "when it is over") {
		t.Errorf("P says %q", m.message)
	}
}
