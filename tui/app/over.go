package app

import (
	tea "github.com/charmbracelet/bubbletea"

	"fdlab/tui/grid"
	"fdlab/tui/stage"
)

// overlay is what lies over a screen until a key takes it away. One lies there at
// a time, and the help may lie over it. Meanwhile the playhead waits, and the mouse
// presses nothing unseen.
type overlay interface {
	key(m *Model, key string) tea.Cmd // all keys but ctrl+c, T and ? are its own
	draw(m *Model, r grid.Region)
}

// explanation says what a warning of the stage means: the key of its lint.
type explanation string

func (explanation) key(m *Model, _ string) tea.Cmd {
	m.over = nil
	return nil
}

func (e explanation) draw(m *Model, r grid.Region) { stage.DrawExplanation(r, m.theme, string(e)) }
