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

// TestACallbackHasItsLines: each label that the lessons' events have leads to the
// function that is called, and one that says nothing for sure leads nowhere.
func TestACallbackHasItsLines(t *testing.T) {
	c := course.Read(root)
	for _, want := range []struct{ lesson, label, file, begins string }{
		{"01", "", "main.go", "ev = base.NewEvent"},
		{"02", "fifo_read", "main.go", "fifoRead("},
		{"04", "rung", "main.go", "rung("},
		{"04", "accept", "dispatcher.go", "come("},
		{"06", "accept", "main.go", "accept("},
		{"06", "client 1", "main.go", "echo("},
		{"03", "call_accept", "server.go", "accept := func"},
		{"03", "yours 1", "server.go", "base.NewEvent(c.fd"},
		{"04", "nothing of the kind", "", ""},
	} {
		files, err := readSource(filepath.Join(root, filepath.FromSlash(c.Lesson(want.lesson).Dir)))
		if err != nil {
			t.Fatal(err)
		}
		found, ok := (&code{files: files}).lookUp(want.label)
		switch {
		case !ok && want.file == "":
		case ok != (want.file != ""):
			t.Errorf("lesson %s, label %q: found: %v", want.lesson, want.label, ok)
		case found.file.name != want.file || !strings.Contains(found.file.lines[found.from-1], want.begins) || found.to < found.from:
			t.Errorf("lesson %s, label %q leads to %s:%d", want.lesson, want.label, found.file.name, found.from)
		}
	}
}

// TestTwoCallbacksWithoutALabel are not told apart, so neither is shown.
func TestTwoCallbacksWithoutALabel(t *testing.T) {
	c := &code{files: []sourceFile{readMarks("main.go", []byte(`package main

func one() {
	b.NewEvent(1, 2, func() {})
	b.NewEvent(1, 2, other)
	b.NewEvent(1, 2, other).Named("x")
}

func other() {}
`))}}
	if found, ok := c.lookUp(""); ok {
		t.Errorf("%+v", found)
	}
	if found, ok := c.lookUp("x"); !ok || found.from != 9 {
		t.Errorf("%+v, %v", found, ok)
	}
}

// TestTheRunningCallbackStandsBesideTheStep, and only while it runs.
func TestTheRunningCallbackStandsBesideTheStep(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		m := New(course.Read(root), theme.New(grid.Plain, theme.Dark, false))
		m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		s := &session{lesson: m.course.Lessons[1], cancel: func() {}, over: true, playback: playback{Player: player.New(1, 1e6)}}
		s.world = world.NewRun(texts{"step", "fifo_read"})
		s.Tracks[0].Begin(s.world)
		s.Apply(s.Tracks[0], []trace.Record{
			{Kind: trace.Step, FD: trace.NoFD, Str: 1, A: 2, B: 3, Time: 1e9},
			{Kind: trace.LoopBegin, FD: trace.NoFD, Base: 1, B: 1, Time: 2e9},
			{Kind: trace.CallbackBegin, FD: 7, Base: 1, Str: 2, A: int64(trace.Readable), C: 1, Time: 3e9},
			{Kind: trace.CallbackEnd, FD: 7, Base: 1, C: 1, Time: 4e9},
		})
		s.Tracks[0].EndAt(5e9)
		s.End()
		m.session, m.screen = s, atStage
		m.Update(m.key("v")())
		for _, c := range []struct {
			at   int64
			runs bool
		}{{2.5e9, false}, {3.5e9, true}, {4.5e9, false}} {
			s.Seek(0, c.at)
			view := m.View()
			if !strings.Contains(view, "step 1 begins here") {
				t.Errorf("%v, at %d ns: the step is not shown:\n%s", size, c.at, view)
			}
			if got := strings.Contains(view, "the callback fifo_read runs") && strings.Contains(view, "fifoRead("); got != c.runs {
				t.Errorf("%v, at %d ns: the callback is shown: %v:\n%s", size, c.at, got, view)
			}
		}
	}
}
