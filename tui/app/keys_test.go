package app

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/stage"
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

// TestAllOfTheLegendCanBeRead: at 80x24 it has more rows than the screen.
func TestAllOfTheLegendCanBeRead(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		m := New(&course.Catalogue{}, theme.New(grid.Plain, theme.Dark, false))
		m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		m.screen = atStage
		m.session = &session{lesson: &course.Lesson{}, cancel: func() {}}
		m.key("?")
		seen := ""
		for range 100 {
			seen += m.View()
			m.key("down")
		}
		for _, e := range stage.Legend(m.theme) {
			if last := e.Meaning[strings.LastIndexByte(e.Meaning, ' ')+1:]; !strings.Contains(seen, e.Word) || !strings.Contains(seen, last) {
				t.Errorf("at %v the legend never shows %q, %q", size, e.Word, e.Meaning)
			}
		}
		for _, k := range stageKeys {
			if last := k.do[strings.LastIndexByte(k.do, ' ')+1:]; !strings.Contains(seen, last) {
				t.Errorf("at %v the legend never shows %q, %q", size, k.keys, k.do)
			}
		}
		if m.key("x"); m.help {
			t.Errorf("at %v another key does not close the legend", size)
		}
	}
}
