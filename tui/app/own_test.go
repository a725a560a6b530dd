//go:build unix

package app

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/launch"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// driver carries out the commands of a model, as Bubble Tea does.
type driver struct {
	*Model
	t    *testing.T
	news chan tea.Msg
}

func drive(t *testing.T, m *Model) *driver {
	d := &driver{m, t, make(chan tea.Msg, 1000)}
	t.Cleanup(m.Close)
	return d
}

func (d *driver) do(cmd tea.Cmd) {
	if cmd != nil {
		go func() { d.news <- cmd() }()
	}
}

func (d *driver) press(names ...string) {
	for _, name := range names {
		msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
		switch name {
		case "enter":
			msg = tea.KeyMsg{Type: tea.KeyEnter}
		case "ctrl+d":
			msg = tea.KeyMsg{Type: tea.KeyCtrlD}
		case "backspace":
			msg = tea.KeyMsg{Type: tea.KeyBackspace}
		}
		_, cmd := d.Update(msg)
		d.do(cmd)
	}
}

// until takes messages until something holds; the minute is for a loaded machine.
func (d *driver) until(what string, holds func() bool) {
	d.t.Helper()
	end := time.After(time.Minute)
	for !holds() {
		select {
		case msg := <-d.news:
			if all, ok := msg.(tea.BatchMsg); ok {
				for _, cmd := range all {
					d.do(cmd)
				}
				continue
			}
			_, cmd := d.Update(msg)
			d.do(cmd)
		case <-end:
			d.t.Fatalf("waited for a minute: %s\n%s", what, d.View())
		}
	}
}

func (d *driver) shows(words string) func() bool {
	return func() bool { return strings.Contains(d.View(), words) }
}

// TestAProgramOfOnesOwn is built, gets its arguments and what is typed, is built
// again by r, and leaves nothing in the student's progress.
func TestAProgramOfOnesOwn(t *testing.T) {
	clone, err := launch.FindRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	// No progress may go into the clone's own file.
	m := New(&course.Catalogue{Root: t.TempDir()}, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	d := drive(t, m)
	p, err := launch.Find(clone, filepath.Join("testdata", "reads", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	m.Run(p, clone, []string{"-one", "two"})
	d.do(m.first)
	live := func() bool { return m.session.world != nil && len(m.session.world.Live.Bases) == 1 }
	printed := func() bool {
		return slices.ContainsFunc(m.session.run.Output().Lines(), func(l launch.Line) bool { return l.Quoted() == "arguments [-one two]" })
	}
	for _, again := range []string{"", "r"} {
		if again != "" {
			d.press(again)
		}
		d.until("the loop runs", live)
		d.until("its arguments", printed)
		d.press("I", "hellx", "backspace", "o q", "enter")
		d.until("the line is read", d.shows(`"hello q\n"`))
		d.press("ctrl+d")
		d.until("it ends", func() bool { return m.session.over })
		if m.session.exit.Code != 0 || m.typing != nil {
			t.Errorf("exit %v, typing %v", m.session.exit, m.typing)
		}
		if !d.shows("this program asks no question")() {
			t.Errorf("the stage speaks of a question:\n%s", d.View())
		}
		if d.press("I"); m.typing != nil || m.message == "" {
			t.Errorf("a program that has ended is typed for: %q", m.message)
		}
	}
	if len(m.progress) != 0 {
		t.Errorf("progress: %v", m.progress)
	}
	if d.press("q"); m.screen != atHome {
		t.Errorf("q leads to screen %d", m.screen)
	}
}

// TestRunOfALessonIsTheLesson, with its text, its question and its progress.
func TestRunOfALessonIsTheLesson(t *testing.T) {
	clone, err := launch.FindRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	m := New(course.Read(clone), theme.New(grid.Plain, theme.Dark, false))
	p, err := launch.Find(clone, filepath.Join(clone, "lessons", "02-ev-persist"))
	if err != nil {
		t.Fatal(err)
	}
	m.Run(p, clone, []string{"-backend=poll"})
	if s := m.session; s == nil || s.own != nil || s.lesson.Number != 2 || !slices.Equal(s.args, []string{"-backend=poll"}) {
		t.Errorf("the session is %+v", s)
	}
	m.Close()
}
