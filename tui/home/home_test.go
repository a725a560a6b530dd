package home

import (
	"fmt"
	"strings"
	"testing"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

func state(lessons int) *State {
	c := &course.Catalogue{}
	for i := range lessons {
		c.Lessons = append(c.Lessons, &course.Lesson{Number: i + 1, Slug: fmt.Sprint(i), Title: fmt.Sprintf("title %d", i+1)})
	}
	return &State{Theme: theme.New(grid.Plain, theme.Dark, false), Course: c}
}

func row(g *grid.Grid, y int) string {
	var b strings.Builder
	for x := range g.W {
		b.WriteRune(max(g.At(x, y).Rune, ' '))
	}
	return b.String()
}

// TestTheSevenLessonsFitTheSmallestScreen, and a click finds the lesson that
// stands where it was made, also when the list is scrolled.
func TestTheSevenLessonsFitTheSmallestScreen(t *testing.T) {
	for _, c := range []struct{ lessons, selected, w, h int }{{7, 0, 80, 24}, {7, 6, 80, 24}, {20, 15, 80, 24}, {7, 3, 120, 40}} {
		s := state(c.lessons)
		s.Selected = c.selected
		g := grid.New(c.w, c.h)
		s.Draw(g.Region(), nil)
		titles := 0
		for y := range c.h {
			var n int
			if _, err := fmt.Sscanf(strings.Trim(row(g, y), " ▌"), "%d title", &n); err != nil {
				continue
			}
			titles++
			if at, ok := s.At(y, c.h); !ok || at != n-1 {
				t.Errorf("%+v: a click on lesson %d opens %d (%v)", c, n, at+1, ok)
			}
		}
		if titles != 7 {
			t.Errorf("%+v: %d lessons are shown, want 7", c, titles)
		}
	}
}

// TestAClaimIsReadWholeWhereThereIsRoom: at the size that the screens are made
// for.
func TestAClaimIsReadWholeWhereThereIsRoom(t *testing.T) {
	s := state(7)
	s.Course.Lessons[2].Claim = strings.Repeat("words and ", 15) + "its end"
	g := grid.New(120, 40)
	s.Draw(g.Region(), nil)
	var all strings.Builder
	for y := range g.H {
		all.WriteString(row(g, y) + "\n")
	}
	if !strings.Contains(all.String(), "its end") {
		t.Errorf("the claim is cut:\n%s", all.String())
	}
}

// TestALetterOfAnotherQuestionIsNotShown: what was kept under other words is
// shown as a run with its verdict, and as nothing more.
func TestALetterOfAnotherQuestionIsNotShown(t *testing.T) {
	s := state(2)
	s.Progress = map[string]course.Result{}
	for i, l := range s.Course.Lessons {
		l.Question.ID = "today"
		asked := []string{"today", "before"}[i]
		s.Progress[l.Slug] = course.Result{Question: asked, Prediction: "b", Answer: "b", Verdict: "false"}
	}
	g := grid.New(120, 40)
	s.Draw(g.Region(), nil)
	var rows []string
	for y := range 40 {
		if strings.Contains(row(g, y), "title ") {
			rows = append(rows, strings.TrimSpace(row(g, y)))
		}
	}
	if len(rows) != 2 || !strings.Contains(rows[0], "predicted b") || !strings.HasSuffix(rows[0], "· false") {
		t.Errorf("of today's question: %q", rows)
	}
	if len(rows) == 2 && (strings.Contains(rows[1], "predicted") || !strings.HasSuffix(rows[1], "run · false")) {
		t.Errorf("of another question: %q", rows[1])
	}
}
