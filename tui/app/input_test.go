package app

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

func atHomeOf(lessons ...string) *Model {
	c := &course.Catalogue{}
	for _, slug := range lessons {
		c.Lessons = append(c.Lessons, &course.Lesson{Slug: slug})
	}
	m := New(c, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	return m
}

// TestAPasteIsNoKey: three letters q from the clipboard left fdlab.
func TestAPasteIsNoKey(t *testing.T) {
	for name, prepare := range map[string]func(*Model){
		"home": func(*Model) {}, "a lesson": func(m *Model) { m.openLesson(0) }, "the help": (*Model).openHelp,
	} {
		m := atHomeOf("01-a", "02-b")
		prepare(m)
		screen, help := m.screen, m.help
		m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("qqq\x03"), Paste: true})
		if m.quit || m.screen != screen || m.help != help || !strings.Contains(m.message, "pasted") {
			t.Errorf("%s: quit %v, screen %d, help %v, message %q", name, m.quit, m.screen, m.help, m.message)
		}
	}
}

func TestKeysOfOtherLayoutsAreTold(t *testing.T) {
	for key, want := range map[rune]string{'й': "keyboard layout", '？': "full-width form of ?", 'Z': "does nothing here"} {
		for name, prepare := range map[string]func(*Model){
			"home": func(*Model) {}, "a lesson": func(m *Model) { m.openLesson(0) }, "the exercises": func(m *Model) { m.openExercises() },
		} {
			m := atHomeOf("01-a")
			prepare(m)
			m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{key}})
			if !strings.Contains(m.message, want) || !strings.ContainsRune(m.message, key) {
				t.Errorf("%c at %s: %q", key, name, m.message)
			}
		}
	}
}

func TestEscapeTwiceAtOnceIsEscape(t *testing.T) {
	m := atHomeOf("01-a")
	m.openLesson(0)
	m.Update(tea.KeyMsg{Type: tea.KeyEscape, Alt: true})
	if m.screen != atHome {
		t.Errorf("screen %d", m.screen)
	}
}

// TestTheMouseCanBeGivenBack, on every screen, also while something lies over it.
func TestTheMouseCanBeGivenBack(t *testing.T) {
	m := atHomeOf("01-a")
	m.openHelp()
	for _, want := range []tea.Msg{tea.DisableMouse(), tea.EnableMouseCellMotion()} {
		_, cmd := m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("T")})
		if cmd == nil || cmd() != want || !m.help || m.message == "" {
			t.Errorf("T orders no %T; the help is open: %v; message %q", want, m.help, m.message)
		}
	}
	for at, table := range m.tables {
		told := false
		for _, h := range table.Help() {
			told = told || h.Key == "T" && strings.Contains(h.Does, "Shift")
		}
		if !told {
			t.Errorf("the help of screen %d says nothing of the mouse", at)
		}
	}
}
