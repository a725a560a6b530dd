package app

import (
	tea "github.com/charmbracelet/bubbletea"

	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// Invitation says how others can look on: by a link, or by a code that a phone reads.
type Invitation interface {
	// Draw draws it into a region that may be too small for all of it.
	Draw(r grid.Region, th *theme.Theme)
	// Rows is how many rows it needs.
	Rows() int
}

// Invite shows an invitation, and has a key for it on every screen. Call it before the
// model is run.
func (m *Model) Invite(i Invitation) {
	show := do(func(m *Model) { m.over = invited{i} })
	for at, t := range m.tables {
		n := max(len(t)-2, 0) // help and the way out stay the last
		m.tables[at] = append(append(t[:n:n], row{Names: []string{"J"}, Sign: "J", Now: always("class"), Do: show,
			Help: "the link by which students join the class, and how many are there"}), t[n:]...)
	}
	m.over = invited{i}
}

// invited lies over a screen.
type invited struct{ Invitation }

func (invited) key(m *Model, _ string) tea.Cmd {
	m.over = nil
	return nil
}

func (i invited) draw(m *Model, r grid.Region) {
	i.Draw(chrome.Over(r, m.theme, "the class", "any key closes this", i.Rows()), m.theme)
}
