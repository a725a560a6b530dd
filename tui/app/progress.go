package app

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/stage"
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
	slug := m.lesson.Lesson.Slug
	result := m.progress[slug]
	result.Prediction = letter
	m.progress[slug] = result
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
	result := course.Result{
		Prediction: m.progress[slug].Prediction, Answer: w.Answer,
		Verdict: stage.Ruling(w.Verdict.Ruling), At: time.Now(),
	}
	m.progress[slug] = result
	return safely(func() tea.Msg {
		if err := course.ProgressOf(m.course.Root).Save(slug, result); err != nil {
			return failedMsg{err.Error()}
		}
		return nil
	})
}
