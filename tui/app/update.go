package app

import (
	tea "github.com/charmbracelet/bubbletea"

	"fdlab/tui/lesson"
)

// Update takes one message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.update(msg)
	m.tellShown()
	return m, cmd
}

func (m *Model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.grid.Resize(msg.Width, msg.Height)
		m.lesson.Resize(msg.Width, msg.Height)
		m.exercise.Resize(msg.Width, msg.Height)
	case tea.KeyMsg:
		return m.keys(msg)
	case tea.MouseMsg:
		return m.mouse(msg)
	case exercisesMsg:
		m.setExercises(msg)
	case startedMsg:
		return m.started(msg)
	case tickMsg:
		return m.ticked(msg)
	case gradedMsg:
		return m.graded(msg)
	case frameMsg:
		return m.framed(msg)
	case editPlaceMsg:
		return m.editPlace(msg)
	case editedMsg:
		return m.edited(msg)
	case codeMsg:
		m.showCode(msg)
	case changeMsg:
		m.showChange(msg)
	case openedMsg:
		m.opened(msg)
	case runsMsg:
		m.setRuns(msg)
	case besideMsg:
		m.beside(msg)
	case builtMsg:
		return m.built(msg)
	case accountMsg:
		m.accounted(msg)
	case keptMsg:
		m.kept(msg)
	case exportedMsg:
		m.exported(msg)
	case failedMsg:
		m.tellFailed(msg.text)
	case onlookMsg:
		return nextLook()
	}
	return nil
}

// key routes a key to the overlay or the screen that has it.
func (m *Model) key(key string) tea.Cmd {
	switch {
	case key == "ctrl+c":
		return m.leave()
	case m.typing != nil:
		return m.keyTyping(key)
	case m.filtering:
		m.keyFilter(key)
		return nil
	case m.search != nil:
		return m.keySearch(key)
	case key == "T":
		return m.switchMouse()
	}
	switch {
	case otherScript(key) && (m.screen != atStage || m.help || m.over != nil || m.output):
		m.tellUnknown(key)
		return nil
	case m.help:
		m.keyHelp(key)
		return nil
	case key == "?":
		m.openHelp()
		return nil
	case m.over != nil:
		return m.over.key(m, key)
	}
	if cmd, ok := m.keyOverlay(key); ok {
		return cmd
	}
	if len(key) != 1 || key[0] < '0' || key[0] > '9' {
		m.exercises.Typed = ""
	}
	if cmd, ok := m.tables[m.place()].Do(m, key); ok {
		return cmd
	}
	// The letters that are not the instrument's belong to the lesson.
	switch m.screen {
	case atLesson:
		if m.lesson.Choose(key) {
			return m.predict(key)
		}
	case atStage:
		if cmd, ok := m.session.poke(m, key); ok {
			return cmd
		}
	}
	m.tellUnknown(key)
	return nil
}

func (m *Model) openHelp() { m.help, m.helpTop = true, 0 }

func (m *Model) leave() tea.Cmd {
	m.quit = true
	return tea.Quit
}

// openLesson shows the n-th lesson of the course.
func (m *Model) openLesson(n int) {
	if n < 0 || n >= len(m.course.Lessons) {
		return
	}
	l := m.course.Lessons[n]
	m.home.Selected = n
	m.lesson = lesson.New(m.theme, l, m.progress[l.Slug].On(l.Question).Prediction)
	m.lesson.Told = m.progress[l.Slug].Verdict != ""
	m.lesson.Account = m.accounts[l.Slug]
	m.lesson.Resize(m.grid.W, m.grid.H)
	m.screen, m.back = atLesson, atHome
}

func (m *Model) mouse(msg tea.MouseMsg) tea.Cmd {
	rows := 0
	switch msg.Button {
	case tea.MouseButtonWheelUp:
		rows = -3
	case tea.MouseButtonWheelDown:
		rows = 3
	}
	switch {
	case m.help:
		m.scrollHelp(rows)
		return nil
	case m.search != nil:
		m.search.move(rows / 3)
		return nil
	case m.over != nil:
		return nil // what lies below is not pressed unseen
	}
	click := msg.Button == tea.MouseButtonLeft && msg.Action == tea.MouseActionPress
	switch m.screen {
	case atHome:
		m.home.Move(rows / 3)
		if click {
			if n, ok := m.home.At(msg.Y, m.grid.H); ok {
				m.openLesson(n)
			} else if m.home.OnExercises(msg.Y, m.grid.H) {
				return m.openExercises()
			}
		}
	case atRuns:
		m.runs.Move(rows / 3)
		if n, ok := m.runs.At(msg.Y, m.grid.H); click && ok {
			m.runs.Selected = n
			return m.openRun()
		}
	case atExercises:
		m.exercises.Move(rows / 3)
		if click {
			if n, ok := m.exercises.At(msg.Y, m.grid.H); ok {
				m.openExercise(n)
			}
		}
	case atExercise:
		m.exercise.Scroll(rows)
	case atTrials:
		return m.mouseTrials(rows, click, msg.X, msg.Y)
	case atLesson:
		m.lesson.Scroll(rows)
		if click {
			m.lesson.Click(msg.X, msg.Y)
		}
	case atStage:
		switch {
		case m.output:
			m.scroll = max(m.scroll-rows, 0)
		case m.place() == atPair:
			return m.session.pair.mouse(m, rows/3, click, msg.X, msg.Y)
		case m.place() == atEnding:
			m.mouseEnding(rows, click, msg.X, msg.Y)
		case click:
			return m.session.click(m, msg.X, msg.Y)
		default:
			m.wheelLook(rows/3, msg.X, msg.Y)
		}
	}
	return nil
}
