package app

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
)

// readProgress reads what the student did so far. It is done before the first
// frame, as reading the course is: else a key could be quicker, and a run would go
// at the reader's pace though the student has switched that off.
func (m *Model) readProgress() {
	kept := course.ProgressOf(m.course.Root)
	results, err := kept.Load()
	if err != nil {
		m.message = err.Error()
	}
	m.guided = kept.Guided()
	for slug, result := range results {
		m.progress[slug] = result
	}
}

// predict keeps the student's letter: at once, for the student may leave before
// the run has ended.
func (m *Model) predict(letter string) tea.Cmd {
	l := m.lesson.Lesson
	result := m.progress[l.Slug].On(l.Question)
	result.Prediction = letter
	m.progress[l.Slug] = result
	return safely(func() tea.Msg {
		if err := course.ProgressOf(m.course.Root).Predict(l.Slug, result); err != nil {
			return failedMsg{err.Error()}
		}
		return nil
	})
}

// keep puts the verdict of the run into the student's progress, once. A run that
// could not be judged, or was broken off, adds nothing and takes nothing away.
func (m *Model) keep() tea.Cmd {
	s := m.session
	w := s.world.Live
	if s.own != nil || s.saved || !w.Verdict.Given {
		return nil
	}
	s.saved = true
	if w.Verdict.Ruling == trace.Undecided {
		return nil
	}
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

// isGuided reports whether a run of a lesson goes at the reader's pace: as the
// student has chosen, or else the first time. By hand the keys act on what is
// shown, so that is live.
func (m *Model) isGuided(l *course.Lesson, args []string) bool {
	switch {
	case slices.Contains(args, interactive):
		return false
	case m.guided != nil:
		return *m.guided
	}
	result := m.progress[l.Slug]
	return result.Runs == 0 && result.Verdict == ""
}

// keepGuided keeps the student's choice, if the last key has changed it.
func (m *Model) keepGuided(p *playback, before bool) tea.Cmd {
	on := p.IsGuided()
	if on == before {
		return nil
	}
	m.guided = &on
	return safely(func() tea.Msg {
		if err := course.ProgressOf(m.course.Root).SaveGuided(on); err != nil {
			return failedMsg{err.Error()}
		}
		return nil
	})
}
