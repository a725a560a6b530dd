package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/tui/home"
)

// runsMsg is what recordings there are.
type runsMsg struct{ items []home.Recorded }

// openRuns shows the list.
func (m *Model) openRuns() tea.Cmd {
	m.screen = atRuns
	root, lessons := m.course.Root, m.course.Lessons
	return safely(func() tea.Msg { return runsMsg{recordings(root, lessons)} })
}

// recordings finds the runs that were kept, the latest first, and then those that
// come with the lessons.
func recordings(root string, lessons []*course.Lesson) (all []home.Recorded) {
	kept, _ := os.ReadDir(filepath.Join(root, ".fdlab", "runs"))
	for _, e := range kept {
		info, err := e.Info()
		name := strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".gz"), ".jsonl")
		if err != nil || !info.Mode().IsRegular() || name == e.Name() {
			continue
		}
		all = append(all, home.Recorded{
			File: filepath.Join(root, ".fdlab", "runs", e.Name()), Title: launch.Quote([]byte(name)), Kept: info.ModTime(), Bytes: info.Size(),
		})
	}
	slices.SortStableFunc(all, func(a, b home.Recorded) int { return b.Kept.Compare(a.Kept) })
	for _, l := range lessons {
		file := shipped(root, l)
		if info, err := os.Stat(file); err == nil {
			all = append(all, home.Recorded{File: file, Title: l.Slug, Shipped: true, Bytes: info.Size()})
		}
	}
	return all
}

func (m *Model) setRuns(msg runsMsg) {
	m.runs.Items = msg.items
	m.runs.Move(0)
}

// openRun opens the selected one.
func (m *Model) openRun() tea.Cmd {
	if m.runs.Selected >= len(m.runs.Items) {
		return nil
	}
	return m.openFile(m.runs.Items[m.runs.Selected].File)
}

// shipped is the recording that comes with a lesson.
func shipped(root string, l *course.Lesson) string {
	return filepath.Join(root, filepath.FromSlash(l.Dir), trace.Shipped)
}

func (m *Model) hasShipped() bool { return m.lesson.Lesson != nil && m.lesson.Lesson.Number > 0 }

func (m *Model) openShipped() tea.Cmd {
	if !m.hasShipped() {
		return nil
	}
	return m.openFile(shipped(m.course.Root, m.lesson.Lesson))
}

func runsKeys() table {
	return slices.Concat(
		table{{Names: []string{"enter", "right", "l", " "}, Sign: "enter", Now: when(func(m *Model) bool { return len(m.runs.Items) > 0 }, "open"),
			Help: "opens the recording on the stage", Do: (*Model).openRun}},
		choosing(func(m *Model, by int) { m.runs.Move(by) }),
		table{
			{Names: []string{"left", "h"}, Do: do(func(m *Model) { m.screen = atHome })},
			searchKey(),
			mouseKey(),
			helpKey(),
			out(words("home"), "goes home", do(func(m *Model) { m.screen = atHome })),
		},
	)
}
