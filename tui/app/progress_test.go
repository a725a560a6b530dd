package app

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// carryOut runs what a command would do, and what that gives.
func carryOut(t *testing.T, cmd tea.Cmd) {
	t.Helper()
	if cmd == nil {
		return
	}
	if failed, ok := cmd().(failedMsg); ok {
		t.Fatalf("%+v", failed)
	}
}

// TestAPredictionOutlivesARunThatWasLeft: the letter is on disk before the run
// ends, and a run without a verdict that decides changes nothing.
func TestAPredictionOutlivesARunThatWasLeft(t *testing.T) {
	lessons := course.Read(root).Lessons
	c := &course.Catalogue{Root: t.TempDir(), Lessons: lessons}
	m := New(c, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	m.openLesson(0)
	m.lesson.Open(course.KeyPredict)
	carryOut(t, m.key("b"))
	l := lessons[0]
	want := course.Result{Question: l.Question.ID, Prediction: "b"}
	kept := func() {
		t.Helper()
		if all, err := course.ProgressOf(c.Root).Load(); err != nil || all[l.Slug] != want {
			t.Errorf("on disk: %+v, %v; want %+v", all[l.Slug], err, want)
		}
	}
	kept()

	run := &world.Run{Live: &world.World{}}
	run.Live.Verdict = world.Verdict{Given: true, Ruling: trace.Undecided, Text: "broken off"}
	m.session = &session{lesson: l, world: run}
	carryOut(t, m.keep())
	kept()

	run.Live.Verdict.Ruling, run.Live.Answer = trace.False, "d"
	m.session = &session{lesson: l, world: run}
	carryOut(t, m.keep())
	all, err := course.ProgressOf(c.Root).Load()
	if got := all[l.Slug]; err != nil || got.Prediction != "b" || got.Answer != "d" || got.Verdict != "false" || got.Runs != 1 {
		t.Errorf("after a verdict: %+v, %v", got, err)
	}
}
