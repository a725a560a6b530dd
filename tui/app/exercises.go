package app

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/exercise"
)

// exercisesMsg is what lies in exercises/, and what the student has done. The
// command-line tool writes the same progress, so it is read anew each time.
type exercisesMsg struct {
	exercises []*course.Exercise
	problems  []course.Problem
	attempts  map[string]course.Attempt
	changed   map[string]bool
	err       error
}

func readExercises(root string) tea.Cmd {
	return safely(func() tea.Msg {
		var msg exercisesMsg
		msg.exercises, msg.problems = course.ReadExercises(root)
		msg.attempts, msg.err = course.ProgressOf(root).LoadAttempts()
		msg.changed = map[string]bool{}
		for _, e := range msg.exercises {
			msg.changed[e.Slug] = msg.attempts[e.Slug].Stale(e.Program(root))
		}
		return msg
	})
}

// setExercises takes what was read.
func (m *Model) setExercises(msg exercisesMsg) {
	if msg.err != nil {
		m.message = msg.err.Error()
	}
	l := &m.exercises
	l.Exercises, l.Problems, l.Attempts, l.Changed = msg.exercises, msg.problems, msg.attempts, msg.changed
	l.Move(0)
	m.home.Exercises, m.home.Solved = len(l.Exercises), l.Solved()
	if p := &m.exercise; p.Exercise != nil {
		for _, e := range l.Exercises {
			if e.Slug == p.Exercise.Slug {
				hints := p.Attempt.Hints // that may be on their way to the file
				p.Exercise, p.Attempt, p.Changed = e, l.Attempts[e.Slug], l.Changed[e.Slug]
				p.Attempt.Hints = max(p.Attempt.Hints, hints)
				p.Resize(m.grid.W, m.grid.H)
			}
		}
	}
}

// openExercises shows the list.
func (m *Model) openExercises() tea.Cmd {
	m.screen = atExercises
	m.exercises.Typed = ""
	return readExercises(m.course.Root)
}

// openExercisesOf shows the list, at the first exercise of a lesson that is not
// solved, or else at its first.
func (m *Model) openExercisesOf(lesson string) tea.Cmd {
	l := &m.exercises
	found := -1
	for i, e := range l.Exercises {
		if e.Lesson == lesson && (found < 0 || l.Attempts[l.Exercises[found].Slug].Solved && !l.Attempts[e.Slug].Solved) {
			found = i
		}
	}
	l.Selected = max(found, 0)
	return m.openExercises()
}

// openExercise shows the page of the n-th exercise.
func (m *Model) openExercise(n int) {
	l := &m.exercises
	if n < 0 || n >= len(l.Exercises) {
		return
	}
	l.Selected, l.Typed = n, ""
	e := l.Exercises[n]
	m.exercise = exercise.Page{Theme: m.theme, Exercise: e, Attempt: l.Attempts[e.Slug], Changed: l.Changed[e.Slug]}
	m.exercise.Resize(m.grid.W, m.grid.H)
	m.screen = atExercise
}

// uncover shows one hint more, and keeps that it was read.
func (m *Model) uncover() tea.Cmd {
	p := &m.exercise
	if p.Attempt.Hints >= len(p.Exercise.Hints) {
		return nil
	}
	n, slug, root := p.Uncover(), p.Exercise.Slug, m.course.Root
	m.exercises.Attempts[slug] = p.Attempt
	return safely(func() tea.Msg {
		if err := course.ProgressOf(root).SaveHint(slug, n, time.Now().UTC().Truncate(time.Second)); err != nil {
			return failedMsg{err.Error()}
		}
		return nil
	})
}
