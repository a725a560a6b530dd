package app

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/tui/keys"
	"fdlab/tui/player"
)

// The keys of the exercises: the list, one of them, its trials.

func exercisesKeys() table {
	open := do(func(m *Model) { m.openExercise(m.exercises.Selected) })
	return slices.Concat(
		table{{Names: []string{"enter", "right", "l", " "}, Sign: "enter", Now: always("open"), Help: "opens the exercise", Do: open}},
		choosing(func(m *Model, by int) { m.exercises.Move(by) }),
		digits(row{Sign: "01..", Now: always("a number"), Help: "digits open by number: 0 1 is exercise 01, 1 2 is 12"}, func(m *Model, digit string) tea.Cmd {
			if m.exercises.Type(digit) {
				m.openExercise(m.exercises.Selected)
			}
			return nil
		}),
		table{
			{Names: []string{"left", "h"}, Do: do(func(m *Model) { m.screen = atHome })},
			searchKey(),
			mouseKey(),
			helpKey(),
			out(words("home"), "goes home", do(func(m *Model) { m.screen = atHome })),
		},
	)
}

// trying are the keys that put programs of an exercise on its stage; pair says
// when that for both is offered.
func trying(pair func(*Model) keys.Hint) table {
	try := func(which ...whose) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd { return m.try(which...) }
	}
	return table{
		{Names: []string{"P"}, Sign: "P", Now: pair, Do: try(mine, solution),
			Help: "runs the pair, yours and the solution: side by side from 120x32 cells, else tab goes from one to the other"},
		{Names: []string{"M"}, Sign: "M", Do: try(mine), Help: "runs yours alone"},
	}
}

func exerciseKeys() table {
	return slices.Concat(
		table{
			{Names: []string{"enter", "r"}, Sign: "enter", Now: always("run mine"), Do: func(m *Model) tea.Cmd { return m.try(mine) },
				Help: "builds your program, runs it and grades it, on the stage (r, too)"},
			solutionKey(always("the solution")),
		},
		trying(always("both")),
		table{{
			Names: []string{"h"}, Sign: "h", Do: (*Model).uncover,
			Now:  when(func(m *Model) bool { return m.exercise.Attempt.Hints < len(m.exercise.Exercise.Hints) }, "hint"),
			Help: "uncovers a hint: a question first, then the idea, then almost the code",
		}},
		scrolling(func(m *Model, by int) { m.exercise.Scroll(by) }, func(m *Model) int { return m.exercise.Rows() }),
		table{
			{Names: []string{"left"}, Do: (*Model).openExercises},
			searchKey(),
			mouseKey(),
			helpKey(),
			out(words("back"), "back to the list", (*Model).openExercises),
		},
	)
}

func solutionKey(now func(*Model) keys.Hint) row {
	return row{
		Names: []string{"S"}, Sign: "S", Now: now, Do: func(m *Model) tea.Cmd { return m.try(solution) },
		Help: "runs the solution. You see what it does, not its text (that is shown once you have passed: go run ./exercises solution NN)",
	}
}

func trialKeys() table {
	return slices.Concat(
		table{
			{Names: []string{"enter"}, Sign: "enter", Help: "the whole result: expected, seen, the misconception, the lesson",
				Now: when(func(m *Model) bool { return m.trialStage.State() == player.Ended && m.trialStage.readable() }, "result"),
				Do:  do(func(m *Model) { m.trialStage.read(m) })},
			{Names: []string{"tab"}, Sign: "tab", Help: "the other program", Now: (*Model).nowOther,
				Do: do(func(m *Model) { m.trialStage.Turn() })},
		},
		played(player.Keys),
		trying(when(func(m *Model) bool { return len(m.trialStage.trials) == 1 }, "both")),
		table{
			solutionKey(nil),
			{Names: []string{"r"}, Sign: "r", Now: always("rebuild"), Help: "builds and runs again, after an edit", Do: (*Model).tryAgain},
			outputKey(
				func(m *Model) bool {
					out := m.trialStage.output()
					if out == nil {
						return false
					}
					total, _ := out.Size()
					return total > 0
				},
				func(m *Model) bool { return m.trialStage.output() != nil }),
		},
		lookKeys(),
		explained(),
		table{
			searchKey(),
			mouseKey(),
			helpKey(),
			notEsc(out(func(m *Model) string {
				if m.trialStage.over() {
					return "back"
				}
				return "break off"
			}, "back to the exercise; breaks off what still runs", do((*Model).leaveTrials))),
		},
	)
}

// nowOther says which program tab leads to.
func (m *Model) nowOther() (h keys.Hint) {
	switch s := m.trialStage; {
	case len(s.trials) == 1:
	case s.paired(m.grid.W, m.grid.H):
		h.Does = "read " + s.trials[1-s.Front].whose.words()
	case s.Front == 0:
		h.Does = "solution"
	default:
		h.Does = "mine"
	}
	return h
}

// keyReport is what the keys do while the result is read.
func (m *Model) keyReport(key string) tea.Cmd {
	s := m.trialStage
	w, h := m.grid.W, m.grid.H
	switch key {
	case "q", "esc", "enter":
		s.report = nil
	case "up", "k":
		s.report.Scroll(-1, w, h)
	case "down", "j":
		s.report.Scroll(1, w, h)
	case "pgup", "ctrl+u":
		s.report.Scroll(-h/2, w, h)
	case "pgdown", "ctrl+d", " ":
		s.report.Scroll(h/2, w, h)
	case "tab":
		if t := s.trials[(s.Front+1)%len(s.trials)]; t.result != nil {
			s.Turn()
			s.report = s.readReport(m, t)
		}
	case "r":
		return m.tryAgain()
	case "l":
		m.openTold()
	}
	return nil
}

// openTold opens the lesson where it treats what the trial was told.
func (m *Model) openTold() {
	f := m.trialStage.report.Result.Feedback
	if f == nil {
		return
	}
	for i, l := range m.course.Lessons {
		if l.Slug == f.Lesson {
			m.openLesson(i)
			m.lesson.Open(f.Section)
			m.lesson.Out, m.back = "back to the result", atTrials
		}
	}
}
