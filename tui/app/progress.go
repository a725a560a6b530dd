package app

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/phrase"
)

// readProgress reads what the student did so far.
func readProgress(root string) tea.Cmd {
	return safely(func() tea.Msg {
		results, err := course.ProgressOf(root).Load()
		return progressMsg{results: results, err: err}
	})
}

// predict keeps the student's letter. It goes to disk with the verdict.
func (m *Model) predict(letter string) {
	l := m.lesson.Lesson
	result := m.progress[l.Slug].On(l.Question)
	result.Prediction = letter
	m.progress[l.Slug] = result
}

// keep puts the verdict of the run into the student's progress, once.
func (m *Model) keep() tea.Cmd {
	s := m.session
	w := s.world.Live
	if s.saved || !w.Verdict.Given {
		return nil
	}
	s.saved = true
	slug := s.lesson.Slug
	result := m.progress[slug].On(s.lesson.Question)
	result.Answer, result.Verdict, result.At = w.Answer, phrase.Ruling(w.Verdict.Ruling), time.Now()
	m.progress[slug] = result
	return safely(func() tea.Msg {
		if err := course.ProgressOf(m.course.Root).Save(slug, result); err != nil {
			return failedMsg{err.Error()}
		}
		return nil
	})
}
