package app

import (
	"slices"
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/launch"
	"fdlab/tui/stage"
)

// keyStage is what the keys do on the stage. A key that the experiment offers
// goes to the experiment.
func (m *Model) keyStage(key string) tea.Cmd {
	s := m.session
	if m.output {
		m.keyOutput(key, s.run.Output())
		return nil
	}
	switch key {
	case "q", "esc":
		m.session = nil
		m.screen = atLesson
		return end(s)
	case "r":
		return m.run(s.args)
	case "o":
		if s.run != nil {
			m.output, m.scroll = true, 0
		}
		return nil
	}
	if s.world == nil {
		return nil
	}
	if _, _, ok := stage.Explain(key); ok && !s.offers(key) {
		m.explain = key
		return nil
	}
	switch key {
	case " ":
		return s.toggle()
	case ".":
		return s.forward()
	case ",":
		s.previous()
	case "left", "h":
		return s.move(-s.column)
	case "right", "l":
		return s.move(s.column)
	case "shift+left", "H":
		return s.move(-20 * s.column)
	case "shift+right", "L":
		return s.move(20 * s.column)
	case "home", "g":
		return s.move(-1 << 40)
	case "end", "G":
		s.toLive()
	case "+", "=":
		s.zoom(-1)
	case "-", "_":
		s.zoom(1)
	case "up", "k":
		s.scroll = max(s.scroll-1, 0)
	case "down", "j":
		s.scroll++
	case "n":
		if s.over {
			m.session = nil
			m.screen = atLesson
			m.lesson.Open("Explain")
			return end(s)
		}
	case "i":
		return m.run(toggled(s.args, "-interactive"))
	case "b", "B":
		if !s.offers(key) {
			return m.run(nextBackend(s.args))
		}
		return s.poke(key)
	default:
		return s.poke(key)
	}
	return nil
}

// toggle holds time at the live edge, or lets it go on.
func (s *session) toggle() tea.Cmd {
	switch {
	case s.past && !s.over:
		s.toLive()
		return s.release()
	case s.past:
		s.toLive()
		return nil
	case s.over:
		return nil
	case s.held:
		return s.release()
	}
	return s.hold()
}

func (s *session) hold() tea.Cmd {
	if s.over || s.held {
		return nil
	}
	s.held, s.heldAt = true, s.live
	return tell(s.run, (*launch.Run).Hold)
}

func (s *session) release() tea.Cmd {
	if s.over || !s.held {
		return nil
	}
	s.held = false
	s.stoodUntil(s.live)
	return tell(s.run, (*launch.Run).Release)
}

// forward goes one event on: through the past, and at the live edge by
// letting one phase of the loop pass.
func (s *session) forward() tea.Cmd {
	if s.past {
		if at, ok := s.world.Next(s.at); ok {
			s.show(at)
		} else {
			s.toLive()
		}
		return nil
	}
	if s.over {
		return nil
	}
	if !s.held {
		return s.hold()
	}
	return tell(s.run, (*launch.Run).Step)
}

// previous shows the moment before the event that is shown.
func (s *session) previous() {
	from := s.at
	if !s.past {
		from = s.now()
	}
	if at, ok := s.world.Previous(from); ok {
		s.show(at)
	}
}

// move moves the playhead. Going back from the live edge holds time there, so
// that nothing runs away meanwhile.
func (s *session) move(by int64) tea.Cmd {
	from := s.at
	if !s.past {
		if by > 0 {
			return nil
		}
		from = s.now()
	}
	to := max(from+by, s.world.Earliest())
	for _, g := range s.gaps { // nothing happened there
		switch {
		case to <= g.From || to >= g.To:
		case by < 0:
			to = g.From
		default:
			to = g.To
		}
	}
	if to >= s.world.Live.Time && by > 0 {
		s.toLive()
		return nil
	}
	s.show(to)
	return s.hold()
}

// show puts the playhead on a moment.
func (s *session) show(at int64) {
	s.past, s.at = true, at
	s.shown = s.world.At(at)
}

// toLive puts the playhead back on the live edge.
func (s *session) toLive() { s.past, s.shown = false, nil }

func (s *session) zoom(by int) {
	i := slices.Index(columns, s.column) + by
	s.column = columns[min(max(i, 0), len(columns)-1)]
}

// offers reports whether the experiment offers the key now.
func (s *session) offers(key string) bool {
	c, _ := utf8.DecodeRuneInString(key)
	for _, o := range s.world.Live.Offers {
		if o.Key == c && utf8.RuneCountInString(key) == 1 {
			return true
		}
	}
	return false
}

// poke hands a key to the experiment. In the past it does nothing: what
// happened cannot be poked.
func (s *session) poke(key string) tea.Cmd {
	if s.over || s.past || !s.offers(key) {
		return nil
	}
	c, _ := utf8.DecodeRuneInString(key)
	return tell(s.run, func(r *launch.Run) error { return r.Poke(c) })
}

// toggled adds a flag to the arguments, or takes it away.
func toggled(args []string, flag string) []string {
	if i := slices.Index(args, flag); i >= 0 {
		return slices.Delete(slices.Clone(args), i, i+1)
	}
	return append(slices.Clone(args), flag)
}

// nextBackend asks for the next backend: the lesson's own choice, then each.
func nextBackend(args []string) []string {
	order := []string{"", "select", "poll", "epoll"}
	now := ""
	var rest []string
	for _, a := range args {
		if name, ok := strings.CutPrefix(a, "-backend="); ok {
			now = name
		} else {
			rest = append(rest, a)
		}
	}
	next := order[(slices.Index(order, now)+1)%len(order)]
	if next == "" {
		return rest
	}
	return append(rest, "-backend="+next)
}

// click puts the playhead where the time panel was clicked.
func (s *session) click(m *Model, x, y int) tea.Cmd {
	if s.world == nil || m.output {
		return nil
	}
	at, ok := stage.TimeAt(s.view(m), m.grid.W, m.grid.H, x, y)
	if !ok {
		return nil
	}
	return s.move(at - s.now())
}
