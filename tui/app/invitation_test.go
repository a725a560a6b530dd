package app

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// posted is an invitation of one line.
type posted struct{}

func (posted) Draw(r grid.Region, th *theme.Theme) {
	r.Text(0, 0, th.Style(theme.Text), "this way in")
}
func (posted) Rows() int { return 1 }

// TestAnInvitationIsSeenFirst, and by J on every screen; without one, J is no key.
func TestAnInvitationIsSeenFirst(t *testing.T) {
	m := atHomeOf("01-a")
	m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("J")})
	if !strings.Contains(m.message, "does nothing here") {
		t.Errorf("without an invitation J says %q", m.message)
	}
	m = atHomeOf("01-a")
	m.Invite(posted{})
	m.Update(tea.WindowSizeMsg{Width: 200, Height: 40})
	if !strings.Contains(m.View(), "this way in") {
		t.Errorf("at first:\n%s", m.View())
	}
	press(m, "x")
	for name, prepare := range map[string]func(*Model){
		"home": func(*Model) {}, "a lesson": func(m *Model) { m.openLesson(0) }, "the exercises": func(m *Model) { m.openExercises() },
	} {
		prepare(m)
		if strings.Contains(m.View(), "this way in") || !strings.Contains(m.View(), "J class") {
			t.Errorf("%s:\n%s", name, m.View())
		}
		press(m, "J")
		if !strings.Contains(m.View(), "this way in") {
			t.Errorf("%s: J shows\n%s", name, m.View())
		}
		press(m, "x")
	}
}
