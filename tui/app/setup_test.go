package app

import (
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/launch"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// byHand is a model that shows a run by hand, with what the program announces.
func byHand(args []string, announces ...string) *Model {
	m := New(&course.Catalogue{}, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	s := announced("select", announces...)
	s.lesson, s.args, s.run, s.cancel = &course.Lesson{Number: 1, Slug: "01-x", Title: "x"}, args, new(launch.Run), func() {}
	s.Tracks[0].Begin(s.world)
	m.lesson.Lesson, m.session, m.screen = s.lesson, s, atStage
	return m
}

// TestTheMenuRunsTheProgramAnew with what is chosen, and with all else as it was; the
// title says with what.
func TestTheMenuRunsTheProgramAnew(t *testing.T) {
	announces := []string{"-backend=epoll", "-backend=select", interactive, "-engine=blocking", "-engine=busy"}
	for _, c := range []struct {
		args  []string
		moves []string
		want  []string
	}{
		// The rows: engine as it is, blocking, busy; backend as it is, epoll, select.
		{[]string{interactive}, []string{"down"}, []string{interactive, "-engine=blocking"}},
		{[]string{interactive, "-engine=blocking"}, []string{"down"}, []string{interactive, "-engine=busy"}},
		{[]string{interactive, "-engine=busy"}, []string{"up", "up"}, []string{interactive}},
		{[]string{interactive, "-engine=busy"}, []string{"down", "down"}, []string{interactive, "-engine=busy", "-backend=epoll"}},
		{[]string{interactive, "-nowait", "--engine=busy"}, []string{"up"}, []string{interactive, "-nowait", "-engine=blocking"}},
	} {
		m := byHand(c.args, announces...)
		press(m, "A")
		if screen := m.View(); m.over == nil || !strings.Contains(screen, "blocking") || !m.covered() {
			t.Fatalf("no menu:\n%s", screen)
		}
		press(m, c.moves...)
		press(m, "enter")
		if m.over != nil || !slices.Equal(m.session.args, c.want) {
			t.Errorf("%q, then %q: it runs with %q, want %q", c.args, c.moves, m.session.args, c.want)
		}
	}
	m := byHand([]string{interactive, "-engine=blocking"}, announces...)
	if screen := m.View(); !strings.Contains(screen, "01 x · by hand · engine blocking") {
		t.Errorf("the stage does not say with what it runs:\n%s", screen)
	}
}

// TestTheMenuIsForARunByHand, of a program that has a choice.
func TestTheMenuIsForARunByHand(t *testing.T) {
	for _, m := range []*Model{
		byHand(nil, interactive, "-backend=epoll"),
		byHand([]string{interactive}, interactive),
		byHand([]string{interactive}, "-backend=epoll"),
	} {
		if press(m, "A"); m.over != nil || m.hasSetup() {
			t.Errorf("a program with the arguments %q that announces %q has a menu", m.session.args, m.session.arguments())
		}
	}
	m := byHand(nil, interactive, "-backend=epoll")
	if press(m, "A"); !strings.Contains(m.message, "press i first") {
		t.Errorf("A says %q", m.message)
	}
}
