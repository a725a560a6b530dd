package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// TestHomeListsAndOpensWhatWasKept: the latest first, then what comes with the
// lessons; what is no recording is not listed, and one that cannot be read says why.
func TestHomeListsAndOpensWhatWasKept(t *testing.T) {
	clone := t.TempDir()
	whole, err := os.ReadFile(recordingFile(t, "01-x"))
	if err != nil {
		t.Fatal(err)
	}
	runs := filepath.Join(clone, ".fdlab", "runs")
	lesson := filepath.Join(clone, "lessons", "01-x")
	for name, text := range map[string][]byte{
		filepath.Join(runs, "old.jsonl"): whole, filepath.Join(runs, "new.jsonl"): whole, filepath.Join(runs, "broken.jsonl.gz"): []byte("rubbish"),
		filepath.Join(runs, "notes.txt"): []byte("x"), filepath.Join(lesson, trace.Shipped): whole,
	} {
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if err == nil {
			err = os.WriteFile(name, text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	for name, age := range map[string]time.Duration{"old.jsonl": time.Hour, "new.jsonl": time.Minute, "broken.jsonl.gz": 2 * time.Hour} {
		if err := os.Chtimes(filepath.Join(runs, name), now, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	l := &course.Lesson{Number: 1, Slug: "01-x", Dir: "lessons/01-x", Title: "x"}
	m := New(&course.Catalogue{Root: clone, Lessons: []*course.Lesson{l}}, theme.New(grid.Plain, theme.Dark, false))
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	do := func(cmd tea.Cmd) {
		t.Helper()
		if cmd == nil {
			t.Fatalf("nothing is done:\n%s", m.View())
		}
		m.Update(cmd())
	}
	do(m.key("K"))
	var titles []string
	for _, one := range m.runs.Items {
		titles = append(titles, one.Title)
	}
	if got := strings.Join(titles, " "); got != "new old broken 01-x" {
		t.Fatalf("the list is %q", got)
	}
	if view := m.View(); !strings.Contains(view, "comes with fdlab") || strings.Contains(view, "notes") {
		t.Errorf("the screen:\n%s", view)
	}
	press(m, "down", "down")
	do(m.key("enter"))
	if m.screen != atRuns || !strings.Contains(m.message, "broken.jsonl.gz") || !strings.Contains(m.message, "line 1") {
		t.Errorf("a broken one: screen %d, %q", m.screen, m.message)
	}
	press(m, "down")
	do(m.key("enter"))
	if m.screen != atStage || m.session.lesson != l || m.session.run != nil || m.session.world.Live.Records != 2 {
		t.Fatalf("the shipped one: screen %d, %+v, %q", m.screen, m.session, m.message)
	}
	press(m, "q")
	if m.screen != atLesson {
		t.Fatalf("the way out leads to screen %d", m.screen)
	}
	do(m.key("K")) // the lesson's page offers it, too
	if m.screen != atStage || m.session.world.Live.Records != 2 {
		t.Errorf("K on the lesson's page leads to screen %d", m.screen)
	}
}
