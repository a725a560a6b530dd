//go:build linux && (amd64 || arm64)

package app

import (
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/launch"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/theme"
)

// TestAWatchedProgramHasATerminal: with TTY it prints as on one, and I types what it reads.
func TestAWatchedProgramHasATerminal(t *testing.T) {
	m := New(&course.Catalogue{Root: t.TempDir()}, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	d := drive(t, m)
	m.Watch(Watching{Args: []string{"/bin/sh", "-c", `tty; read line; echo "got $line"`}, Dir: t.TempDir(), TTY: true})
	d.do(m.first)
	printed := func(words string) func() bool {
		return func() bool {
			return m.session.run != nil && slices.ContainsFunc(m.session.run.Output().Lines(), func(l launch.Line) bool { return strings.Contains(l.Quoted(), words) })
		}
	}
	d.until("it has a terminal", printed("/dev/pts/"))
	d.press("I", "hello", "enter")
	d.until("the line is read", printed("got hello"))
	d.until("it ends", func() bool { return m.session.over })
	if m.session.exit.Code != 0 {
		t.Errorf("it ended with %v", m.session.exit)
	}
}

// TestAWatchedProgramIsHeldFromTheStart: with Hold it stands before its first wait, until a person lets it
// go; run again, too.
func TestAWatchedProgramIsHeldFromTheStart(t *testing.T) {
	m := New(&course.Catalogue{Root: t.TempDir()}, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	d := drive(t, m)
	m.Watch(Watching{Args: []string{"/bin/sh", "-c", "sleep 0.01; exit 3"}, Dir: t.TempDir(), Hold: true})
	d.do(m.first)
	held := func() bool {
		s := m.session
		if s.world == nil || s.over {
			return false
		}
		for _, p := range s.world.Live.Processes {
			if r := s.world.OfProcess(p.ID); r != nil && r.Live.Held > 0 {
				return true
			}
		}
		return false
	}
	for range 2 {
		d.until("its child is held before it sleeps", held)
		if state := m.session.State(); state != player.Held {
			t.Errorf("the playhead is in state %d, want Held", state)
		}
		d.press(" ")
		d.until("it ends", func() bool { return m.session.over })
		if m.session.exit.Code != 3 {
			t.Errorf("it ended with %v", m.session.exit)
		}
		d.press("r")
	}
	d.until("its child is held before it sleeps", held)
	d.press(" ")
	d.until("it ends", func() bool { return m.session.over })
}
