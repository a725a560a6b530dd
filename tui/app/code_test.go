package app

import (
	"path/filepath"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/theme"
)

// TestEachStepAndMomentHasItsLine, in every lesson: v leads to it.
func TestEachStepAndMomentHasItsLine(t *testing.T) {
	for _, l := range course.Read(root).Lessons {
		files, err := readSource(filepath.Join(root, filepath.FromSlash(l.Dir)))
		if err != nil || files[0].name != "main.go" {
			t.Fatalf("%s: %v", l.Dir, err)
		}
		for i := range l.Steps {
			found := 0
			for _, f := range files {
				if line := f.steps[i+1]; line > 0 && strings.Contains(f.lines[line-1], "Step(") {
					found++
				}
			}
			if found != 1 {
				t.Errorf("%s: step %d begins in %d places", l.Dir, i+1, found)
			}
		}
		for _, moment := range l.Moments {
			found := 0
			for _, f := range files {
				if line := f.moments[moment.Key]; line > 0 && strings.Contains(f.lines[line-1], "Moment") {
					found++
				}
			}
			if found != 1 {
				t.Errorf("%s: the moment %s is marked in %d places", l.Dir, moment.Key, found)
			}
		}
	}
}

// TestAFileThatDoesNotParseIsShown as far as it goes, and quoted.
func TestAFileThatDoesNotParseIsShown(t *testing.T) {
	f := readMarks("main.go", []byte("package main\n\nfunc f() {\n\tx.Step(1)\n\tx.Step(\n\x1b[31m\n"))
	if f.steps[1] != 4 || len(f.lines) != 6 || strings.Contains(strings.Join(f.lines, ""), "\x1b") {
		t.Errorf("%+v", f)
	}
}

// TestTheCodeFollowsThePlayhead: the text stands at the step that is shown.
func TestTheCodeFollowsThePlayhead(t *testing.T) {
	m := New(course.Read(root), theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	s := &session{lesson: m.course.Lessons[1], cancel: func() {}, over: true, playback: playback{Player: player.New(1, 1e6)}}
	s.world = world.NewRun(texts{"step"})
	s.Tracks[0].Begin(s.world)
	for n := range int64(3) {
		s.Apply(s.Tracks[0], []trace.Record{{Kind: trace.Step, FD: trace.NoFD, Str: 1, A: n + 1, B: 3, Time: (n + 1) * 1e9}})
	}
	s.Tracks[0].EndAt(4e9)
	s.End()
	m.session, m.screen = s, atStage
	m.Update(m.key("v")())
	for _, c := range []struct {
		at   int64
		want string
	}{{1.5e9, "step 1 begins here"}, {2.5e9, "step 2 begins here"}, {3.5e9, "step 3 begins here"}} {
		s.Seek(0, c.at)
		view := m.View()
		if !strings.Contains(view, c.want) || !strings.Contains(view, "x.Step("+c.want[5:6]+")") {
			t.Errorf("at %d ns the screen lacks %q:\n%s", c.at, c.want, view)
		}
	}
	if !m.covered() {
		t.Error("the playhead goes on behind the text")
	}
	if press(m, "down"); m.over == nil {
		t.Error("scrolling closes it")
	}
	if press(m, "v"); m.over != nil {
		t.Error("v does not close it")
	}
}
