package app

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

func atHomeOfTheCourse(t *testing.T, w, h int) *Model {
	t.Helper()
	c := course.Read("../..")
	c.Root = t.TempDir() // no student's progress
	m := New(c, theme.New(grid.Plain, theme.Dark, false))
	c.Root = "../.."
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	m.View()
	return m
}

func (m *Model) types(keys ...string) string {
	for _, k := range keys {
		m.key(k)
	}
	m.View()
	return textOn(m.grid)
}

// TestTheSearchExplainsWhatStandsOnTheScreen, finds a lesson's section, and goes
// there.
func TestTheSearchExplainsWhatStandsOnTheScreen(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		m := atHomeOfTheCourse(t, size[0], size[1])
		if text := m.types("/"); !strings.Contains(text, "type a word") || !strings.Contains(text, "fd, file descriptor") {
			t.Errorf("%v: the terms on the first screen are not explained:\n%s", size, text)
		}
		text := m.types(strings.Split("backlog", "")...)
		if !strings.Contains(text, "/ backlog") || !strings.Contains(text, "have not been accepted yet") {
			t.Errorf("%v: backlog is not explained:\n%s", size, text)
		}
		for range m.search.found {
			if m.search.found[m.search.selected].Section != nil {
				break
			}
			m.types("down")
		}
		f := m.search.found[m.search.selected]
		if f.Section == nil {
			t.Fatal("no lesson was found")
		}
		m.types("enter")
		if m.screen != atLesson || m.lesson.Lesson != f.Lesson || m.search != nil {
			t.Errorf("%v: enter leads to screen %d", size, m.screen)
		}
	}
}

// TestNothingIsToldBeforeTheRun: the sections after it are found when the lesson
// has been run.
func TestNothingIsToldBeforeTheRun(t *testing.T) {
	m := atHomeOfTheCourse(t, 120, 40)
	after := func() (n int) {
		m.types("/")
		m.search.find("the")
		for _, f := range m.search.found {
			if f.Section != nil && f.Section.Key == course.KeyVerdict {
				n++
			}
		}
		m.types("esc")
		return n
	}
	if n := after(); n != 0 {
		t.Errorf("%d verdicts are told before their runs", n)
	}
	l := m.course.Lessons[0]
	m.progress[l.Slug] = course.Result{Verdict: "half true"}
	if n := after(); n != 1 {
		t.Errorf("after the run of one lesson %d verdicts are found, want its own", n)
	}
}

// TestOverAStageOnlyTermsAreFound, its playhead waits meanwhile, and letters are no
// keys.
func TestOverAStageOnlyTermsAreFound(t *testing.T) {
	m := twoPipes()
	m.course.Root = "../.."
	m.View()
	m.types("/", "q")
	if m.quit || m.session == nil || m.search == nil || m.search.query != "q" {
		t.Fatalf("q was taken for a key: %+v", m.search)
	}
	if !m.covered() {
		t.Error("the playhead goes on below the search")
	}
	m.search.find("blocked")
	for _, f := range m.search.found {
		if f.Term == nil {
			t.Errorf("found: %s", f.Title)
		}
	}
	if len(m.search.found) == 0 {
		t.Error("the term is not found")
	}
	if m.types("enter"); m.screen != atStage || m.search != nil {
		t.Errorf("enter leads to screen %d", m.screen)
	}
}
