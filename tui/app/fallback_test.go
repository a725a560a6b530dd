package app

import (
	"errors"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// TestTheRecordedRunTakesThePlace of one that builds, or that cannot be started: one key,
// and r leads back to the program.
func TestTheRecordedRunTakesThePlace(t *testing.T) {
	for name, fails := range map[string]error{"builds": nil, "cannot be started": errors.New("no room")} {
		m := New(course.Read(root), theme.New(grid.Plain, theme.Dark, false))
		m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
		m.openLesson(1)
		m.key("r") // its command is not carried out: the build takes for ever
		if m.session.fault = fails; !strings.Contains(m.View(), "K the recorded run") {
			t.Errorf("a run that %s offers no other:\n%s", name, m.View())
		}
		if text := m.does("K"); m.session == nil || !m.session.over || !strings.Contains(text, "02 EV_PERSIST · recorded") {
			t.Errorf("in place of a run that %s:\n%s", name, text)
		}
		if m.key("r"); m.session.run != nil || m.session.over {
			t.Errorf("r does not lead back to the program")
		}
	}
}
