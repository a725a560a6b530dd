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

// TestTheHelpCanBeReadToItsEnd on the smallest screen, and a key that does not
// scroll closes it.
func TestTheHelpCanBeReadToItsEnd(t *testing.T) {
	last := map[screen]string{
		atHome: "opens the exercises", atExercises: "keep one progress", atExercise: "the same for both programs",
		atStage: "back to the lesson", atTrials: "nobody waits for this fd",
	}
	for at, want := range last {
		m := New(&course.Catalogue{}, theme.New(grid.Plain, theme.Dark, false))
		m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
		m.screen = at
		m.key("?")
		var seen strings.Builder
		for range 300 {
			m.grid.Clear()
			m.drawHelp(m.grid.Region())
			for y := range m.grid.H {
				for x := range m.grid.W {
					seen.WriteRune(max(m.grid.At(x, y).Rune, ' '))
				}
			}
			if m.scrollHelp(0) {
				m.key("down")
			}
		}
		text := strings.Join(strings.Fields(strings.ReplaceAll(seen.String(), "│", " ")), " ")
		if !m.help || !strings.Contains(text, want) {
			t.Errorf("screen %d: the help is open: %v, and never shows %q", at, m.help, want)
		}
		if m.key("x"); m.help {
			t.Errorf("screen %d: x does not close the help", at)
		}
	}
}

// TestALessonLeadsToItsExercises: to the first that is not solved.
func TestALessonLeadsToItsExercises(t *testing.T) {
	c := &course.Catalogue{Lessons: []*course.Lesson{{Slug: "02-b", Sections: []*course.Section{{Key: course.KeyExercise, Heading: "Exercise"}}}}}
	m := New(c, theme.New(grid.Plain, theme.Dark, false))
	m.Update(exercisesMsg{
		exercises: []*course.Exercise{{Slug: "01-x", Lesson: "01-a"}, {Slug: "02-y", Lesson: "02-b"}, {Slug: "03-z", Lesson: "02-b"}},
		attempts:  map[string]course.Attempt{"02-y": {Solved: true}},
	})
	m.openLesson(0)
	if m.key("enter"); m.screen != atExercises || m.exercises.Selected != 2 {
		t.Errorf("enter leads to screen %d, exercise %d; want the list at exercise 2", m.screen, m.exercises.Selected)
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
		for range 300 {
			seen += m.View()
			m.key("down")
		}
		for _, e := range stage.Legend(m.theme) {
			if last := e.Meaning[strings.LastIndexByte(e.Meaning, ' ')+1:]; !strings.Contains(seen, e.Word) || !strings.Contains(seen, last) {
				t.Errorf("at %v the legend never shows %q, %q", size, e.Word, e.Meaning)
			}
		}
		for _, k := range m.tables[atStage].Help() {
			if last := k.Does[strings.LastIndexByte(k.Does, ' ')+1:]; !strings.Contains(seen, k.Key) || !strings.Contains(seen, last) {
				t.Errorf("at %v the legend never shows %q, %q", size, k.Key, k.Does)
			}
		}
		if m.key("x"); m.help {
			t.Errorf("at %v another key does not close the legend", size)
		}
	}
}
