package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/lesson"
	"fdlab/tui/player"
)

// keptMsg says that a run was kept, or why it was not.
type keptMsg struct {
	file string // from the root of the clone
	err  error
}

// keptTexts are the strings of a run, for when its reader is gone.
type keptTexts map[uint32]string

func (t keptTexts) String(id uint32) string { return t[id] }

// canKeep reports whether the run on the stage can be kept: it is over, and no
// recording already.
func (m *Model) canKeep() bool { return m.session.over && m.session.run != nil }

// keepRun writes the run as a recording, in .fdlab/runs.
func (m *Model) keepRun() tea.Cmd {
	s := m.session
	if !m.canKeep() {
		return nil
	}
	pieces, texts := s.world.Records(), keptTexts{}
	missing := s.world.Live.Records + s.lost
	for _, records := range pieces {
		missing -= uint64(len(records))
		for i := range records {
			if id := records[i].Str; id != 0 && texts[id] == "" {
				texts[id] = s.run.Reader().String(id)
			}
		}
	}
	h := trace.Header{Program: s.lesson.Slug, Started: s.began}
	dir := filepath.Join(m.course.Root, ".fdlab", "runs")
	name := s.lesson.Slug + s.began.Format("-20060102-150405") + ".jsonl.gz"
	m.message = "Keeping the run ..."
	return safely(func() tea.Msg {
		err := os.MkdirAll(dir, 0o755)
		if err == nil {
			err = trace.WriteFile(filepath.Join(dir, name), h, texts, pieces, missing)
		}
		return keptMsg{filepath.Join(".fdlab", "runs", name), err}
	})
}

// kept tells the student where the run is now.
func (m *Model) kept(msg keptMsg) {
	switch {
	case errors.Is(msg.err, os.ErrExist):
		m.message = "This run was kept already: go run ./tui open " + msg.file
	case msg.err != nil:
		m.message = "The run was not kept: " + msg.err.Error()
	default:
		m.message = "Kept. To see it again: go run ./tui open " + msg.file
	}
}

// Open shows a recording in the place of the course. flaw is why not all of it
// could be read, or nil.
func (m *Model) Open(rec *trace.Recording, flaw error) {
	l := &course.Lesson{Slug: rec.Program, Title: rec.Program}
	for i, known := range m.course.Lessons {
		if known.Slug == rec.Program {
			l = known
			m.home.Selected = i
		}
	}
	s := &session{
		playback: playback{Player: player.New(1, 20e6)}, lesson: l, cancel: func() {},
		world: world.NewRun(rec), over: true, lost: rec.Lost, began: rec.Started,
	}
	s.Tracks[0].Begin(s.world)
	s.Apply(s.Tracks[0], rec.Records)
	s.Tracks[0].EndAt(0)
	s.End()
	m.lesson = lesson.New(m.theme, l, "")
	m.session, m.screen, m.back = s, atStage, atHome
	if flaw != nil {
		m.message = "Not all of it can be read. " + flaw.Error()
	}
}

// title is what the stage says on top.
func (s *session) title() string {
	title := fmt.Sprintf("%02d %s", s.lesson.Number, s.lesson.Title)
	if s.lesson.Number == 0 {
		title = s.lesson.Title
	}
	if s.own == nil && s.run == nil {
		title += " · recorded " + s.began.Local().Format(time.DateTime)
	}
	return title
}
