package app

import (
	"slices"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/keys"
	"fdlab/tui/player"
	"fdlab/tui/stage"
)

// table is the keys of a screen. What a press does, the row of keys and the
// help come from it. Its letters are never those of control.Letters, which
// belong to the experiments, and a key means the same on all screens, as far as
// there is something for it to mean.
type (
	table = keys.Table[*Model, tea.Cmd]
	row   = keys.Key[*Model, tea.Cmd]
)

// tables returns those of all screens.
func tables() map[screen]table {
	return map[screen]table{
		atHome:      homeKeys(),
		atLesson:    lessonKeys(),
		atStage:     stageKeys(),
		atRuns:      runsKeys(),
		atExercises: exercisesKeys(),
		atExercise:  exerciseKeys(),
		atTrials:    trialKeys(),
		atEnding:    endingKeys(),
		atPair:      pairKeys(),
	}
}

// do makes a key of something that ends at once.
func do(what func(*Model)) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd { what(m); return nil }
}

// when offers a key with words where a condition holds.
func when(holds func(*Model) bool, does string) func(*Model) keys.Hint {
	return func(m *Model) keys.Hint {
		if holds(m) {
			return keys.Hint{Does: does}
		}
		return keys.Hint{}
	}
}

func always(does string) func(*Model) keys.Hint { return keys.Always[*Model](does) }

// helpKey is on every screen, before the way out.
func helpKey() row {
	return row{Names: []string{"?"}, Sign: "?", Now: always("help"), Help: "explains the screen", Do: do((*Model).openHelp)}
}

// out is the way out of a screen.
func out(words func(*Model) string, help string, leave func(*Model) tea.Cmd) row {
	return row{
		Names: []string{"q", "esc"}, Sign: "q", Help: help, Do: leave,
		Now: func(m *Model) keys.Hint { return keys.Hint{Does: words(m)} },
	}
}

// notEsc is the way out of a stage: esc has more to take back there.
func notEsc(k row) row {
	k.Names = []string{"q"}
	return k
}

func words(s string) func(*Model) string { return func(*Model) string { return s } }

// digits are ten keys; the first of them speaks for all.
func digits(first row, press func(m *Model, digit string) tea.Cmd) (rows table) {
	for d := range 10 {
		name := strconv.Itoa(d)
		k := row{}
		if d == 0 {
			k = first
		}
		k.Names, k.Do = []string{name}, func(m *Model) tea.Cmd { return press(m, name) }
		rows = append(rows, k)
	}
	return rows
}

// scrolling are the keys of a text that can be longer than the screen; page
// returns how many rows are seen at once.
func scrolling(scroll func(m *Model, by int), page func(*Model) int) table {
	by := func(n int) func(*Model) tea.Cmd { return do(func(m *Model) { scroll(m, n) }) }
	pages := func(n int) func(*Model) tea.Cmd { return do(func(m *Model) { scroll(m, n*page(m)) }) }
	const all = 1 << 20
	return table{
		{Names: []string{"up", "k"}, Sign: "↑↓", Now: always("scroll"), Help: "scroll (k and j, too); page up and page down, home and end go further", Do: by(-1)},
		{Names: []string{"down", "j"}, Do: by(1)},
		{Names: []string{"pgup", "ctrl+u"}, Do: pages(-1)},
		{Names: []string{"pgdown", "ctrl+d", " "}, Do: pages(1)},
		{Names: []string{"home", "g"}, Do: by(-all)},
		{Names: []string{"end", "G"}, Do: by(all)},
	}
}

// choosing are the keys of a list.
func choosing(move func(m *Model, by int)) table {
	by := func(n int) func(*Model) tea.Cmd { return do(func(m *Model) { move(m, n) }) }
	const all = 1 << 20
	return table{
		{Names: []string{"up", "k"}, Sign: "↑↓", Now: always("choose"), Help: "choose (k and j, too); home and end go to the ends", Do: by(-1)},
		{Names: []string{"down", "j"}, Do: by(1)},
		{Names: []string{"home", "g"}, Do: by(-all)},
		{Names: []string{"end", "G"}, Do: by(all)},
	}
}

func homeKeys() table {
	return slices.Concat(
		table{{
			Names: []string{"enter", "right", "l", " "}, Sign: "enter", Now: always("open"), Help: "opens the lesson",
			Do: do(func(m *Model) { m.openLesson(m.home.Selected) }),
		}},
		choosing(func(m *Model, by int) { m.home.Move(by) }),
		digits(row{Sign: "a digit", Help: "opens the lesson with that number"}, func(m *Model, digit string) tea.Cmd {
			if n, ok := m.home.ByNumber(digit); ok {
				m.openLesson(n)
			}
			return nil
		}),
		table{
			{Names: []string{"tab"}, Sign: "tab", Now: always("exercises"), Help: "opens the exercises: programs to change, run on the stage and graded", Do: (*Model).openExercises},
			{Names: []string{"K"}, Sign: "K", Now: always("recorded runs"), Help: "lists the runs that you kept, and one of each lesson that comes with fdlab; enter opens one", Do: (*Model).openRuns},
			summaryKey(),
			recallKey(),
			searchKey(),
			mouseKey(),
			helpKey(),
			out(words("quit"), "leaves fdlab", (*Model).leave),
		},
	)
}

func lessonKeys() table {
	return slices.Concat(
		table{
			{Names: []string{"enter"}, Sign: "enter", Help: "does what the page offers, or turns it", Do: (*Model).enterLesson,
				Now: func(m *Model) keys.Hint { return keys.Hint{Does: m.lesson.Offers()} }},
			{Names: []string{"i"}, Sign: "i", Now: when((*Model).isAtTry, "by hand"), Help: "on the page of things to try: runs it by hand",
				Do: (*Model).tryByHand},
			{Names: []string{"right", "l", "n", "tab"}, Sign: "→", Now: always("next"), Help: "the next section (n, too)", Do: do(func(m *Model) { m.lesson.Turn(1) })},
			{Names: []string{"left", "h", "p"}, Sign: "←", Now: always("back"), Help: "the section before (p, too)", Do: do(func(m *Model) { m.lesson.Turn(-1) })},
		},
		scrolling(func(m *Model, by int) { m.lesson.Scroll(by) }, func(m *Model) int { return m.lesson.PageRows() }),
		changeKeys(),
		table{
			{Names: []string{"r"}, Sign: "r", Now: always("run"), Help: "builds the experiment and runs it", Do: func(m *Model) tea.Cmd { return m.run(nil) }},
			{Names: []string{"K"}, Sign: "K", Now: when((*Model).hasShipped, "a recorded run"), Do: (*Model).openShipped,
				Help: "opens the run of this lesson that comes with fdlab: for where it cannot run, or not now"},
			libeventKey(),
			searchKey(),
			mouseKey(),
			{Names: []string{"?"}, Do: do((*Model).openHelp)},
			out(func(m *Model) string { return m.lesson.Out }, "back", do(func(m *Model) { m.screen = m.back })),
		},
	)
}

// enterLesson does what the shown section is there for.
func (m *Model) enterLesson() tea.Cmd {
	l := &m.lesson
	switch {
	case l.IsRun():
		return m.run(nil)
	case l.IsExercise():
		return m.openExercisesOf(l.Lesson.Slug)
	case l.Reveal():
	default:
		l.Turn(1)
	}
	return nil
}

// played are keys of the player, for the one that is on the screen.
func played(of keys.Table[*player.Player, player.Order]) table {
	return keys.Lift(of, func(m *Model) (*player.Player, bool) { p := onStage{m}.Player(); return p, p != nil },
		func(m *Model, do func(*player.Player) player.Order) tea.Cmd { return m.play(do) })
}

// playedGuided are the player's keys where it can guide, by their weight.
func playedGuided() table {
	return slices.Concat(played(player.Keys[:1]), played(player.Guide[:2]), played(player.Keys[1:]), played(player.Guide[2:]))
}

// explained are the digits at the warnings of a stage.
func explained() table {
	return digits(row{Sign: "a digit", Help: "explains the warning that it stands at"}, func(m *Model, digit string) tea.Cmd {
		if _, _, ok := stage.Explain(digit); ok && m.playback() != nil {
			m.over = explanation(digit)
		}
		return nil
	})
}

// outputKey shows what the program has printed.
func outputKey(printed func(*Model) bool, shows func(*Model) bool) row {
	return row{
		Names: []string{"o"}, Sign: "o", Now: when(printed, "output"), Help: "shows what the program printed",
		Do: do(func(m *Model) {
			if shows(m) {
				m.output, m.scroll = true, 0
			}
		}),
	}
}

// keepKey keeps a run.
func keepKey() row {
	return row{Names: []string{"K"}, Sign: "K", Do: (*Model).keepOrFallBack,
		Now: func(m *Model) keys.Hint {
			switch {
			case m.canKeep():
				return keys.Hint{Does: "keep"}
			case m.canFallBack():
				return keys.Hint{Does: "a recorded run"}
			}
			return keys.Hint{}
		},
		Help: "keeps a run that is over, as a recording in .fdlab/runs; go run ./tui open FILE shows it again. Before that: ends the run, and opens the one that comes with the lesson"}
}

// canExplain reports whether the reader has come to the end of the run: that the program has
// ended is not enough, since a guided reader is behind it, and Explain tells what is to come.
func (m *Model) canExplain() bool {
	s := m.session
	return s.over && s.State() == player.Ended && s.lesson.Section(course.KeyExplain) != nil
}

func stageKeys() table {
	return slices.Concat(
		table{{
			Names: []string{"enter"}, Sign: "enter", Help: "after the end: goes on to the lesson's Explain",
			Now: when((*Model).canExplain, "explain"),
			Do: func(m *Model) tea.Cmd {
				if !m.canExplain() {
					return nil
				}
				m.lesson.Open(course.KeyExplain)
				return m.leaveStage()
			},
		}},
		playedGuided(),
		table{
			{Names: []string{"O"}, Sign: "O", Now: when((*Model).hasOutline, "outline"), Help: "lists the steps and the moments of the run; enter goes to one", Do: do((*Model).openOutline)},
			{Names: []string{"r"}, Sign: "r", Now: always("rebuild"), Help: "builds main.go as it is now, and runs it",
				Do: func(m *Model) tea.Cmd { return m.run(m.session.args) }},
			{Names: []string{"i"}, Sign: "i", Now: (*Model).nowByHand, Do: (*Model).byHand,
				Help: "by hand: the experiment stays up and does what your keys say; or back to its script"},
			setupKey(),
			{Names: []string{"B"}, Sign: "B", Now: (*Model).nowBackend, Do: (*Model).onNextBackend,
				Help: "runs it on another backend, of those that the program says it has"},
			libeventKey(),
			codeKey(),
			editKey(),
			inputKey(),
			pairKey(),
			keepKey(),
			exportKey(),
			outputKey(
				func(m *Model) bool { return m.session.printed > 0 },
				func(m *Model) bool { return m.session.run != nil }),
		},
		lookKeys(),
		explained(),
		table{searchKey(), mouseKey(), helpKey(), notEsc(out(words("back"), "home, if the program belongs to no lesson; else back to the lesson", (*Model).leaveStage))},
	)
}

// leaveStage ends the run, and goes back to the lesson. A recording of a program
// that is no lesson of the course leads home.
func (m *Model) leaveStage() tea.Cmd {
	s := m.session
	m.remember(s)
	m.session = nil
	m.tellGone()
	if m.screen = atLesson; s.subject().Number == 0 {
		m.screen = atHome
	}
	return end(s)
}

// keyOverlay is what the keys do while something lies over the stage. ok is
// false where nothing does.
func (m *Model) keyOverlay(key string) (cmd tea.Cmd, ok bool) {
	switch {
	case m.screen == atStage && m.output:
		m.keyOutput(key, m.session.run.Output())
	case m.screen == atTrials && m.output:
		m.keyOutput(key, m.trialStage.output())
	case m.screen == atTrials && m.trialStage.report != nil:
		cmd = m.keyReport(key)
	default:
		return nil, false
	}
	return cmd, true
}
