package app

import (
	"path/filepath"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/theme"
)

// overRun is a Model at the end of a run of a lesson: of the one that comes with it, as
// if it had just been made.
func overRun(t *testing.T, slug string, w, h int) *Model {
	t.Helper()
	m := New(course.Read(root), theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	r, err := Load(filepath.Join(root, "lessons", slug, "recording.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	r.file = ""
	m.Open(r)
	return m
}

// does presses a key and takes what its command comes back with.
func (m *Model) does(key string) string {
	if cmd := m.key(key); cmd != nil {
		m.Update(cmd())
	}
	return m.types()
}

// TestTwoRunsOfALesson: P puts the run beside the one before it, then beside the one that
// comes with the lesson, and then it stands alone again, where it stood.
func TestTwoRunsOfALesson(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		m := overRun(t, "02-ev-persist", size[0], size[1])
		m.earlier = ranOf(overRun(t, "02-ev-persist", 80, 24).session, theRunBefore)
		m.earlier.lesson = m.session.lesson
		m.earlier.outcome.answer = "a"
		for _, want := range [][]string{
			{"A  this run", "B  the run before", "aligned at moment 1", "the answer is c, it was a", "callbacks 1|1"},
			{"A  this run", "B  the recorded run", "aligned at moment 1", "As in the recorded run"},
		} {
			text := m.does("P")
			for _, w := range want {
				if m.place() != atPair || !strings.Contains(text, w) {
					t.Errorf("%v: no %q in\n%s", size, w, text)
				}
			}
		}
		p := m.session.pair
		if text := m.types("tab"); p.State() != player.Past || p.Aligned() != 1 || !strings.Contains(text, "callbacks 9|9") {
			t.Errorf("%v: tab leads to state %d, aligned at %d:\n%s", size, p.State(), p.Aligned(), text)
		}
		if m.key(" "); p.State() != player.Replay {
			t.Errorf("%v: space leads to state %d", size, p.State())
		}
		before := p.Now()
		if m.framed(frameMsg{playback: p.number}); p.Now() <= before {
			t.Errorf("%v: the replay stands still", size)
		}
		if m.does("P"); m.place() != atEnding {
			t.Errorf("%v: after the last pair comes screen %d", size, m.place())
		}
	}
}

// TestAKeyIsOfferedWhereItDoesSomething: two runs one above the other have no table of fds and no log, so
// neither the wall nor the filter.
func TestAKeyIsOfferedWhereItDoesSomething(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		m := overRun(t, "07-one-thread-many-clients", size[0], size[1])
		m.does("P") // beside the recorded run, at its first moment, with a hundred clients
		offered := map[string]bool{}
		for _, h := range m.now() {
			offered[h.Key] = true
		}
		m.types("W", "F")
		did := map[string]bool{"W": m.session.pair.look.Wall, "F": m.filtering}
		for _, key := range []string{"W", "F"} {
			if want := sideBySide(size[0], size[1]); offered[key] != want || did[key] != want {
				t.Errorf("%v: %s is offered: %v, does something: %v; want %v", size, key, offered[key], did[key], want)
			}
		}
	}
}

// TestARunThatGoesIsRemembered: its strings lie in memory that goes with it.
func TestARunThatGoesIsRemembered(t *testing.T) {
	m, s := ended(t)
	gone := false
	words := texts{"first", "second", "proved", "of a step", "of all", "so it is"}
	kept := s.world.Records()
	s.world = world.NewRun(forgetful{words, &gone})
	for _, records := range kept {
		s.world.Apply(records)
	}
	m.key("r")
	gone = true
	if m.earlier == nil || m.earlier.run != s.world || m.earlier.lesson != s.lesson || m.earlier.outcome == nil {
		t.Fatalf("remembered is %+v", m.earlier)
	}
	if step, n := s.world.At(150e6).Step(); n != 1 || step.Text != "first" {
		t.Errorf("the step is %d, %q", n, step.Text)
	}
	if got := s.world.Texts()[5]; got != "of all" {
		t.Errorf("a string is %q", got)
	}
	if m.session.over = true; m.nowPair().Does != "" {
		t.Error("a run that is not there yet is put beside another")
	}
}

// forgetful are the strings of a run until it is closed.
type forgetful struct {
	texts
	gone *bool
}

func (f forgetful) String(id uint32) string {
	if *f.gone {
		panic("the memory is gone")
	}
	return f.texts.String(id)
}

// TestAClickInAPairSeeks: in the run that was clicked, wherever it stands.
func TestAClickInAPairSeeks(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		m := overRun(t, "02-ev-persist", size[0], size[1])
		m.does("P")
		p := m.session.pair
		_, layouts, top := p.views(m, size[0], size[1])
		for i, l := range layouts {
			x, y := l.Strip.X+l.Strip.W/2, l.Strip.Y+top
			before := p.Now()
			m.mouse(tea.MouseMsg{Button: tea.MouseButtonLeft, Action: tea.MouseActionPress, X: x, Y: y})
			if p.Front != i || p.Now() == before {
				t.Errorf("%v: after a click in run %d, run %d is in front, at %d", size, i, p.Front, p.Now())
			}
			m.key("home")
		}
	}
}
