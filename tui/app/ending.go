package app

import (
	"fmt"
	"slices"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/lab/launch"
	"fdlab/lab/libevent"
	"fdlab/tui/ending"
	"fdlab/tui/keys"
	"fdlab/tui/player"
)

// place is the screen whose keys work: the end of a run has its own, and so have two
// runs under one playhead.
func (m *Model) place() screen {
	if m.screen == atStage && m.session != nil && m.session.pair != nil {
		return atPair
	}
	if m.screen == atStage && m.session != nil && m.session.atItsEnd() {
		return atEnding
	}
	return m.screen
}

// atItsEnd reports whether the run is over, its end is shown, and there is
// something to say about it. A program that just died is left on the stage.
func (s *session) atItsEnd() bool {
	if !s.over || s.State() != player.Ended {
		return false
	}
	w := s.world.Live
	return w.Verdict.Given || len(w.Checks) > 0 || w.Ended || s.onLibevent() != nil && s.exit.Code == 0
}

// endingView gathers what the end of the run shows.
func (m *Model) endingView() *ending.View {
	s := m.session
	v := &ending.View{
		Theme: m.theme, Lesson: s.title(), Claim: s.lesson.Claim,
		Options: map[string]string{}, Said: m.progress[s.lesson.Slug].On(s.lesson.Question).Prediction,
		World: s.world.Live, Run: s.world, Last: s.LastRecord(), Lost: s.lost - min(s.leftOut, s.lost), Keys: m.now(), State: s.ending,
	}
	for _, o := range s.lesson.Question.Options {
		v.Options[o.Letter] = o.Text
	}
	v.Class = m.votes(s.lesson.Slug).All()
	v.Beside, v.Changed = m.besideLibevent(s), s.changed
	if s.onLibevent() != nil {
		v.Claim = s.subject().Claim
	}
	if s.exit.By != launch.Itself || s.exit.Code != 0 {
		v.Exit = "The program has " + s.exit.String() + "."
	}
	for i, n := range m.nextThings() {
		v.Next = append(v.Next, keys.Hint{Key: strconv.Itoa(i + 1), Does: n.words})
	}
	return v
}

// nextThing is something to do after a run.
type nextThing struct {
	words string
	do    func(*Model) tea.Cmd
}

// nextThings are what the digits do.
func (m *Model) nextThings() (all []nextThing) {
	l := m.session.lesson
	section := func(key, words string) {
		if l.Section(key) != nil {
			all = append(all, nextThing{words, func(m *Model) tea.Cmd {
				m.lesson.Open(key)
				return m.leaveStage()
			}})
		}
	}
	section(course.KeyExplain, "why it is so: "+l.Heading(course.KeyExplain))
	if on := m.session.onLibevent(); on != nil {
		all = append(all, nextThing{"our run of this lesson: main.go, on lab/event", func(m *Model) tea.Cmd { return m.put(on, nil, nil) }})
	}
	if m.session.own == nil && libevent.Compares(l.Number) {
		all = append(all, nextThing{"the same on libevent: a program in C, beside this run (C)", (*Model).buildLibevent})
	}
	if m.nowByHand().Does == "by hand" {
		all = append(all, nextThing{"by hand: you are the world (i)", (*Model).byHand})
	}
	if s := m.session; s.IsGuided() && !m.isGuided(s.lesson, s.args) {
		all = append(all, nextThing{"the run once more: from now on it does not wait at the moments (R there brings the stops back)",
			func(m *Model) tea.Cmd { return m.run(s.args) }})
	}
	for _, a := range m.session.switches() {
		all = append(all, nextThing{"the run once more, with " + a, func(m *Model) tea.Cmd {
			return m.run(append(slices.Clone(m.session.args), a))
		}})
	}
	section(course.KeyChange, l.Heading(course.KeyChange)+": edit main.go, say first what you expect, then r")
	if slices.ContainsFunc(m.exercises.Exercises, func(e *course.Exercise) bool { return e.Lesson == l.Slug }) {
		all = append(all, nextThing{"the exercise of this lesson", func(m *Model) tea.Cmd {
			return tea.Batch(m.leaveStage(), m.openExercisesOf(l.Slug))
		}})
	}
	for i, other := range m.course.Lessons {
		if other == l && i+1 < len(m.course.Lessons) {
			next := m.course.Lessons[i+1]
			all = append(all, nextThing{fmt.Sprintf("the next lesson: %02d %s", next.Number, next.Title), func(m *Model) tea.Cmd {
				cmd := m.leaveStage()
				m.openLesson(i + 1)
				return cmd
			}})
		}
	}
	if n := len(m.course.Lessons); n > 0 && m.course.Lessons[n-1] == l {
		all = append(all, nextThing{"all claims, and their verdicts", func(m *Model) tea.Cmd {
			m.over = summary{}
			return nil
		}})
	}
	return all
}

// doNext does the n-th of what there is to do, from 1.
func (m *Model) doNext(n int) tea.Cmd {
	if all := m.nextThings(); n >= 1 && n <= len(all) {
		return all[n-1].do(m)
	}
	return nil
}

// moveEnding moves the selection among the checks.
func (m *Model) moveEnding(by int) {
	v := m.endingView()
	v.Move(by, m.grid.W, m.grid.H)
	m.session.ending = v.State
}

func (m *Model) mouseEnding(rows int, click bool, x, y int) {
	v := m.endingView()
	if click {
		v.Click(x, y, m.grid.W, m.grid.H)
	} else {
		v.Scroll(rows, m.grid.W, m.grid.H)
	}
	m.session.ending = v.State
}

// prove shows the moment that proves the selected check.
func (m *Model) prove() tea.Cmd {
	said, order := m.endingView().Prove(m.session.Player)
	m.message = said
	return m.obey(order)
}

func endingKeys() table {
	// The arrows up and down are for the checks here.
	time := slices.DeleteFunc(playedGuided(), func(k row) bool {
		return slices.ContainsFunc(k.Names, func(name string) bool { return name == "up" || name == "down" })
	})
	again := func(m *Model) tea.Cmd { return m.run(m.session.args) }
	rows := table{
		{Names: []string{"enter"}, Sign: "enter", Now: when(func(m *Model) bool { return len(m.session.world.Live.Checks) > 0 }, "show it"),
			Help: "shows the moment that proves the check; where none does, the beginning of its step", Do: (*Model).prove},
		{Names: []string{"up", "k"}, Sign: "↑↓", Now: always("checks"), Help: "choose a check, scroll (k and j, too); page up and page down go further", Do: do(func(m *Model) { m.moveEnding(-1) })},
		{Names: []string{"down", "j"}, Do: do(func(m *Model) { m.moveEnding(1) })},
		{Names: []string{"pgup", "ctrl+u"}, Do: do(func(m *Model) { m.mouseEnding(-m.grid.H/2, false, 0, 0) })},
		{Names: []string{"pgdown", "ctrl+d"}, Do: do(func(m *Model) { m.mouseEnding(m.grid.H/2, false, 0, 0) })},
	}
	for d := range 10 {
		k := row{Names: []string{strconv.Itoa(d)}, Do: func(m *Model) tea.Cmd { return m.doNext(d) }}
		if d == 0 {
			k.Sign, k.Help = "a digit", "does what stands at it under \"what next\""
			k.Now = func(m *Model) keys.Hint {
				if n := len(m.nextThings()); n > 1 {
					return keys.Hint{Key: fmt.Sprintf("1-%d", n), Does: "next"}
				}
				return keys.Hint{Key: "1", Does: "next"}
			}
		}
		rows = append(rows, k)
	}
	return slices.Concat(
		rows, time,
		table{
			{Names: []string{"r"}, Sign: "r", Now: always("run again"), Help: "builds main.go as it is now, and runs it", Do: again},
			{Names: []string{"i"}, Sign: "i", Now: (*Model).nowByHand, Do: (*Model).byHand,
				Help: "by hand: the experiment stays up and does what your keys say; or back to its script"},
			setupKey(),
			{Names: []string{"B"}, Sign: "B", Now: (*Model).nowBackend, Do: (*Model).onNextBackend,
				Help: "runs it on another backend, of those that the program says it has"},
			{Names: []string{"O"}, Sign: "O", Now: when((*Model).hasOutline, "outline"), Help: "lists the steps and the moments of the run; enter goes to one", Do: do((*Model).openOutline)},
			libeventKey(),
			codeKey(),
			editKey(),
			pairKey(),
			keepKey(),
			exportKey(),
			outputKey(
				func(m *Model) bool { return m.session.printed > 0 },
				func(m *Model) bool { return m.session.run != nil }),
			searchKey(), mouseKey(), helpKey(), out(words("back"), "back to the lesson", (*Model).leaveStage),
		},
	)
}
