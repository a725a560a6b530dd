package lesson

import (
	"strings"
	"testing"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// screen is what the lesson shows, as text.
func screen(s *State, w, h int) string {
	g := grid.New(w, h)
	s.Theme.Prepare(g)
	s.Draw(g.Region(), nil)
	return g.Render()
}

// TestTheVerdictIsNotToldBeforeTheRun, unless the student wants it; and after the
// run it is the student's own.
func TestTheVerdictIsNotToldBeforeTheRun(t *testing.T) {
	const readme, own = "blocking: read b only after a had spoken", "passed: my own run, with a line that is so long that no screen of this width has room for it in one row"
	at := func() *State {
		s := New(theme.New(grid.Plain, theme.Dark, false), course.ReadLesson("../..", "lessons/01-select-vs-blocking-io"), "")
		s.Resize(90, 100)
		s.Open(course.KeyVerdict)
		return &s
	}
	s := at()
	if text := screen(s, 90, 100); strings.Contains(text, readme) || strings.Contains(text, "Half true") || !strings.Contains(text, "The run will tell") {
		t.Errorf("before the run:\n%s", text)
	}
	if !s.Reveal() || s.Offers() != "" || !strings.Contains(screen(s, 90, 100), readme) {
		t.Errorf("it cannot be opened all the same:\n%s", screen(s, 90, 100))
	}
	s = at()
	s.Ran([]string{"fdlab 01", "  " + own})
	text := screen(s, 90, 100)
	if strings.Contains(text, readme) || !strings.Contains(text, "Half true") || !strings.Contains(strings.Join(strings.Fields(text), " "), own) {
		t.Errorf("after the run:\n%s", text)
	}
	s = at()
	s.Told = true
	s.Resize(90, 100)
	if !strings.Contains(screen(s, 90, 100), readme) {
		t.Error("who ran it in an earlier sitting is not told")
	}
}

// TestVotesOnAProjector: on few rows the votes are seen with the question, without scrolling.
func TestVotesOnAProjector(t *testing.T) {
	for _, l := range course.Read("../..").Lessons {
		s := New(theme.New(grid.Plain, theme.Dark, false), l, "")
		s.Resize(60, 20)
		s.Open(course.KeyPredict)
		s.Votes = &course.Votes{By: map[string]int{"b": 12, "c": 18}, Present: 31}
		text := screen(&s, 60, 20)
		for _, want := range []string{"b ███ 12", "c ████ 18", "d 0", "30 of 31"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", l.Slug, want, text)
			}
		}
	}
}
