package app

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// TestNothingIsCutWithoutASign: on the smallest screen, that of a projector with large
// cells, and on the smallest that shows all panels, each screen is drawn as it comes
// up in a class. A text that does not fit is wrapped, can be scrolled, or ends in a sign.
func TestNothingIsCutWithoutASign(t *testing.T) {
	for _, size := range [][2]int{{stage.LeastWidth, stage.LeastHeight}, {80, 24}} {
		for _, ascii := range []bool{false, true} {
			t.Run(fmt.Sprint(size, ascii), func(t *testing.T) {
				m := New(course.Read(root), theme.New(grid.Plain, theme.Dark, ascii))
				m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
				m.Update(readExercises(root)())
				walk(t, m)
			})
		}
	}
}

// walk goes through all screens.
func walk(t *testing.T, m *Model) {
	look := func(name string) string {
		var spilt []string
		m.grid.Spilt = func(text string) { spilt = append(spilt, text) }
		text := m.View()
		m.grid.Spilt = nil
		if len(spilt) > 0 || os.Getenv("LOOK") != "" {
			t.Logf("%s:\n%s", name, text)
		}
		if text == "" {
			t.Fatalf("%s: nothing is drawn", name)
		}
		for _, s := range slices.Compact(spilt) {
			t.Errorf("%s: %q is cut without a sign", name, s)
		}
		return text
	}
	overlay := func(name, key, close string) {
		m.does(key)
		look(name + ", " + key)
		m.types(close)
	}

	look("home")
	overlay("home", "?", "q")
	overlay("home", "/", "esc")
	m.does("K")
	look("the recorded runs")
	m.types("q")
	m.does("tab")
	look("the exercises")
	overlay("the exercises", "?", "q")
	m.types("enter")
	look("an exercise")
	overlay("an exercise", "?", "q")
	for n, l := range m.course.Lessons {
		m.openLesson(n)
		for _, s := range l.Sections {
			look(l.Slug + ", " + s.Key)
			m.types("down")
			look(l.Slug + ", " + s.Key + ", scrolled")
			m.types("tab")
		}
		overlay(l.Slug, "?", "q")
		m.Update(m.openShipped()())
		look("the end of " + l.Slug)
		overlay("the end of "+l.Slug, "?", "esc")
		m.types("g")
		for _, key := range []string{"?", "X", "v", "O"} {
			overlay("the stage of "+l.Slug, key, "esc")
		}
		for moment := 1; ; moment++ {
			at := m.session.Now()
			if m.types("tab"); m.session.Now() == at {
				break
			}
			name := fmt.Sprintf("%s, moment %d", l.Slug, moment)
			m.types(" ")
			for range 6 {
				if text := look(name); !strings.Contains(text, "MOMENT") {
					t.Errorf("%s is not there:\n%s", name, text)
				}
				m.types("Z")
			}
			m.types("esc")
		}
		m.leaveStage()
	}
	m.grid.Resize(stage.LeastWidth, stage.LeastHeight-1)
	if text := m.View(); !strings.Contains(text, "fdlab needs 60x20.") || !strings.Contains(text, "This is 60x19.") {
		t.Errorf("what is too small is not told:\n%s", text)
	}
}

// TestATrialOnASmallScreen: the checks are what is seen first, and the report is read.
func TestATrialOnASmallScreen(t *testing.T) {
	m, _ := tried(t, "01-two-pipes", "./exercises/01-two-pipes/testdata/starter")
	m.exercise.Theme = m.theme
	m.Update(tea.WindowSizeMsg{Width: stage.LeastWidth, Height: stage.LeastHeight})
	var spilt []string
	m.grid.Spilt = func(text string) { spilt = append(spilt, text) }
	if text := m.types(); !strings.Contains(text, "checks ─") || !strings.Contains(text, "tells why") {
		t.Errorf("the checks are not seen:\n%s", text)
	}
	for range 6 {
		m.types("Z")
	}
	if text := m.types("enter"); !strings.Contains(text, "expected") {
		t.Errorf("no report:\n%s", text)
	}
	if len(spilt) > 0 {
		t.Errorf("%q is cut without a sign", spilt)
	}
}
