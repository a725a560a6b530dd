package app

import (
	tea "github.com/charmbracelet/bubbletea"

	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/player"
	"fdlab/tui/theme"
)

// outline is the list of a run's steps and moments, as far as it has come.
type outline struct{ selected int }

// entry is a row of it.
type entry struct {
	at     int64 // on the run's clock
	moment int   // the number of the moment, from 1; 0: a step, and
	step   int   // its number, from 1
	text   string
}

func (m *Model) hasOutline() bool { return len(m.session.entries()) > 0 }

// entries are the steps and moments so far, in the order of time.
func (s *session) entries() (all []entry) {
	if s.world == nil {
		return nil
	}
	w := s.world.Live
	steps := w.Steps
	for i := range w.Moments {
		for len(steps) > 0 && steps[0].At <= w.Moments[i].At {
			all = append(all, entry{at: steps[0].At, step: len(w.Steps) - len(steps) + 1, text: steps[0].Text})
			steps = steps[1:]
		}
		all = append(all, entry{at: w.Moments[i].At, moment: i + 1, text: s.lesson.Moment(w.Moments[i].Key).Question})
	}
	for i := range steps {
		all = append(all, entry{at: steps[i].At, step: len(w.Steps) - len(steps) + i + 1, text: steps[i].Text})
	}
	return all
}

// openOutline opens the list at what is shown.
func (m *Model) openOutline() {
	if !m.hasOutline() {
		return
	}
	s := m.session
	o := &outline{}
	m.over = o
	shown, _ := s.Moment(0)
	for i, e := range s.entries() {
		if e.at <= shown.Now {
			o.selected = i
		}
	}
}

func (o *outline) key(m *Model, key string) tea.Cmd {
	all := m.session.entries()
	switch key {
	case "up", "k":
		o.selected = max(o.selected-1, 0)
	case "down", "j":
		o.selected = min(o.selected+1, len(all)-1)
	case "enter":
		m.over = nil
		e := all[o.selected]
		return m.play(func(p *player.Player) player.Order {
			if e.moment > 0 {
				return p.ToMoment(e.moment - 1)
			}
			return p.Seek(0, e.at)
		})
	default:
		m.over = nil
	}
	return nil
}

// roomForClock is the width from which on a moment's time stands before its
// question, which is not cut.
const roomForClock = 90

// draw draws the list over the stage.
func (o *outline) draw(m *Model, r grid.Region) {
	th := m.theme
	all := m.session.entries()
	in := chrome.Over(r, th, "steps and moments", "↑↓ enter   any other key closes this", len(all))
	first := min(max(o.selected-in.H/2, 0), max(len(all)-in.H, 0))
	for y := 0; y < in.H && first+y < len(all); y++ {
		e := all[first+y]
		row := in.Sub(0, y, in.W, 1)
		st := th.Style(theme.Text)
		p := row.At(0, 0)
		switch {
		case e.moment == 0:
			st = th.Style(theme.Strong)
			p = p.Clock(th.Style(theme.Faint), e.at).Text(st, "  step ").Int(st, int64(e.step)).Text(st, ": ")
		case row.W < roomForClock:
			p = p.Int(st, int64(e.moment)).Text(st, " ")
		default:
			p = p.Clock(th.Style(theme.Faint), e.at).Text(st, "  ").Int(st, int64(e.moment)).Text(st, " ")
		}
		row.Cut(p.X, 0, row.W-p.X, st, e.text)
		if first+y == o.selected {
			chrome.Raise(r.Sub(0, chrome.OverRect(r.W, r.H, len(all)).Y+1+y, r.W, 1), th)
		}
	}
}
