package app

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/tui/stage"
)

// keyStand is what the keys do on the stage of an exercise.
func (m *Model) keyStand(key string) tea.Cmd {
	s := m.stand
	switch {
	case m.output:
		m.keyOutput(key, s.output())
		return nil
	case s.report != nil:
		return m.keyReport(key)
	}
	switch key {
	case "q", "esc":
		m.endStand()
		m.stand = nil
		m.screen = atExercise
	case "r":
		return m.tryAgain()
	case "m":
		return m.try(mine)
	case "s":
		return m.try(solution)
	case "b":
		return m.try(mine, solution)
	case "tab":
		s.front = (s.front + 1) % len(s.trials)
	case "o":
		if s.output() != nil {
			m.output, m.scroll = true, 0
		}
	case "enter":
		if s.readable() {
			s.report = s.readReport(m, s.trials[s.front])
		}
	case " ":
		if !s.over() {
			m.message = "A trial cannot be held. Go back in time with ←, or replay it afterwards."
			return nil
		}
		return s.play()
	case "[":
		s.speed = min(s.speed+1, len(speeds)-1)
	case "]":
		s.speed = max(s.speed-1, 0)
	case ".":
		s.step(true)
	case ",":
		s.step(false)
	case "left", "h":
		s.move(-s.column)
	case "right", "l":
		s.move(s.column)
	case "shift+left", "H":
		s.move(-20 * s.column)
	case "shift+right", "L":
		s.move(20 * s.column)
	case "home", "g":
		s.show(0)
	case "end", "G":
		s.toEnd()
	case "+", "=":
		s.zoom(-1)
	case "-", "_":
		s.zoom(1)
	case "up", "k":
		s.scroll = max(s.scroll-1, 0)
	case "down", "j":
		s.scroll++
	default:
		if _, _, ok := stage.Explain(key); ok {
			m.explain = key
		}
	}
	return nil
}

// tryAgain builds and runs the same programs again, as they are now.
func (m *Model) tryAgain() tea.Cmd {
	var which []whose
	for _, t := range m.stand.trials {
		which = append(which, t.whose)
	}
	front := m.stand.front
	cmd := m.try(which...)
	m.stand.front = front
	return cmd
}

// keyReport is what the keys do while the result is read.
func (m *Model) keyReport(key string) tea.Cmd {
	s := m.stand
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
		if t := s.trials[(s.front+1)%len(s.trials)]; t.result != nil {
			s.front = (s.front + 1) % len(s.trials)
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
	f := m.stand.report.Result.Feedback
	if f == nil {
		return
	}
	for i, l := range m.course.Lessons {
		if l.Slug == f.Lesson {
			m.openLesson(i)
			m.lesson.Open(f.Section)
			m.lesson.Out, m.back = "back to the result", atStand
		}
	}
}

// play replays the trials: from the beginning, or from the moment that is
// shown; or it stops a replay there.
func (s *stand) play() tea.Cmd {
	switch {
	case s.length() == 0:
		return nil
	case s.replaying:
		s.replaying = false
		return nil
	case !s.past:
		s.show(0)
	}
	s.replaying = true
	if s.ticking {
		return nil
	}
	s.ticking = true
	return standTick(s.number, time.Now())
}

// show puts the playhead on a moment; at the end of all it is back there.
func (s *stand) show(at int64) {
	if at >= s.length() {
		s.toEnd()
		return
	}
	s.past, s.at = true, max(at, 0)
}

// toEnd puts the playhead on the end, or on the live edge.
func (s *stand) toEnd() { s.past, s.replaying = false, false }

// move moves the playhead, and stops a replay.
func (s *stand) move(by int64) {
	from := s.at
	if !s.past {
		from = s.length()
	}
	s.replaying = false
	s.show(from + by)
}

// step goes to the next event of either program, or to the one before.
func (s *stand) step(forward bool) {
	from := s.at
	if !s.past {
		from = s.length()
	}
	s.replaying = false
	to, found := int64(0), false
	for _, t := range s.trials {
		at, ok := t.neighbour(min(from, t.length()), forward)
		if ok && (!found || forward == (at < to)) {
			to, found = at, true
		}
	}
	switch {
	case found:
		s.show(to)
	case forward:
		s.toEnd()
	}
}

func (s *stand) zoom(by int) {
	i := slices.Index(columns, s.column) + by
	s.column = columns[min(max(i, 0), len(columns)-1)]
	s.zoomed = true
}

// mouseStand: a click puts the playhead where a time panel was clicked, or
// brings the other run to the front.
func (m *Model) mouseStand(rows int, click bool, x, y int) {
	s := m.stand
	switch {
	case m.output:
		m.scroll = max(m.scroll-rows, 0)
	case s.report != nil:
		s.report.Scroll(rows, m.grid.W, m.grid.H)
	case !click:
		s.scroll = max(s.scroll+rows/3, 0)
	case s.paired(m.grid.W, m.grid.H):
		i, at, ok := stage.TimeAtPair(s.pair(m), m.grid.W, m.grid.H, x, y)
		s.front = i
		if ok {
			s.moveTo(i, at)
		}
	default:
		v := s.view(m, s.front)
		if v == nil {
			return
		}
		if at, ok := stage.TimeAt(v, m.grid.W, m.grid.H, x, y); ok {
			s.moveTo(s.front, at)
		}
	}
}

// moveTo puts the playhead on a moment of the act of a trial that is shown.
func (s *stand) moveTo(i int, at int64) {
	t := s.trials[i]
	now := t.length()
	if s.past {
		now = min(s.at, now)
	}
	s.replaying = false
	s.show(t.acts[t.actAt(now)].begins + at)
}
