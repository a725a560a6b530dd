package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/launch"
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

// canKeep reports whether the run on the stage can be kept: it is over, and no
// recording already.
func (m *Model) canKeep() bool { return m.session.over && m.session.run != nil }

// canFallBack reports whether the lesson's own recording can take the place of the run on the
// stage: of one that builds, goes on, or could not be started.
func (m *Model) canFallBack() bool {
	s := m.session
	return !s.over && s.own == nil && s.subject().Number > 0
}

// keepOrFallBack keeps a run that is over. In the place of another it opens the one
// that comes with the lesson: a class does not wait for a program that fails.
func (m *Model) keepOrFallBack() tea.Cmd {
	if !m.canFallBack() {
		return m.keepRun()
	}
	file := shipped(m.course.Root, m.session.subject())
	return tea.Batch(m.leaveStage(), m.openFile(file))
}

// keepRun writes the run as a recording, in .fdlab/runs.
func (m *Model) keepRun() tea.Cmd {
	s := m.session
	if !m.canKeep() {
		return nil
	}
	pieces, texts, missing := s.world.Records(), s.world.Texts(), s.world.Missing(s.lost)
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

// Recorded is a recording that has been read.
type Recorded struct {
	*world.Recorded
	file string
}

// Load reads a recording. Of a broken one it returns what is readable; an error means
// that nothing is.
func Load(name string) (*Recorded, error) {
	r, err := world.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%q cannot be opened: %w", name, err)
	}
	return &Recorded{r, name}, nil
}

// Open shows a recording in the place of the course.
func (m *Model) Open(r *Recorded) {
	l := &course.Lesson{Slug: r.Program, Title: launch.Quote([]byte(r.Program))}
	for i, known := range m.course.Lessons {
		if known.Slug == r.Program {
			l = known
			m.home.Selected = i
		}
	}
	s := ofRecording(r, l, player.New(1, 20e6))
	m.lesson = lesson.New(m.theme, l, m.progress[l.Slug].On(l.Question).Prediction)
	m.lesson.Resize(m.grid.W, m.grid.H)
	m.serial++
	s.number = m.serial
	m.session, m.screen, m.back = s, atStage, atHome
	m.uncoverStage()
	m.tellBegan(s)
	if r.Flaw != nil {
		m.message = "Not all of it can be read. " + r.Flaw.Error()
	}
}

// ofRecording is a session that shows a recording of a lesson.
func ofRecording(r *Recorded, l *course.Lesson, p *player.Player) *session {
	s := &session{
		playback: playback{Player: p}, lesson: l, cancel: func() {}, file: r.file,
		world: r.Run, strings: r.Strings, over: true, lost: r.Lost, leftOut: r.LeftOut, began: r.Started,
	}
	p.Tracks[0].Begin(s.world)
	p.Tracks[0].EndAt(0)
	p.End()
	return s
}

// openedMsg is a recording that was read while the instrument runs.
type openedMsg struct {
	recorded *Recorded
	err      error
}

// openFile reads a recording and shows it.
func (m *Model) openFile(name string) tea.Cmd {
	m.message = "Opening the recording ..."
	return safely(func() tea.Msg {
		recorded, err := Load(name)
		return openedMsg{recorded, err}
	})
}

// opened takes a recording that was read. If the person has begun something else
// meanwhile, nothing changes.
func (m *Model) opened(msg openedMsg) {
	m.message = ""
	switch {
	case msg.err != nil:
		m.message = msg.err.Error()
	case m.session == nil && m.trialStage == nil:
		m.Open(msg.recorded)
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
	return title + s.startedWith()
}
