package app

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// TestLettersThatArriveTogetherAllCount: a fast typist's "jj" is two steps down.
func TestLettersThatArriveTogetherAllCount(t *testing.T) {
	c := &course.Catalogue{Lessons: []*course.Lesson{{Slug: "01-a"}, {Slug: "02-b"}, {Slug: "03-c"}}}
	m := New(c, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("jj")})
	if m.home.Selected != 2 {
		t.Errorf("after jj lesson %d is selected, want 2", m.home.Selected)
	}
}
