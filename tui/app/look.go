package app

import (
	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/trace"
	"fdlab/tui/keys"
	"fdlab/tui/player"
	"fdlab/tui/stage"
)

// What a person does to the stage itself: selects, filters, scrolls, gives one panel
// the screen. It is the same for a lesson and for an exercise.

// shown is the view that is looked at, and where it stands; nil: there is none. Of
// two runs side by side it is the one in front.
func (m *Model) shown() (v *stage.View, l stage.Layout) {
	w, h := m.grid.W, m.grid.H
	switch {
	case m.place() == atPair:
		p := m.session.pair
		views, layouts, _ := p.views(m, w, h)
		return views[p.Front], layouts[p.Front]
	case m.screen == atStage && m.session != nil && m.session.world != nil:
		v = m.session.view(m)
	case m.screen == atTrials && m.trialStage != nil:
		s := m.trialStage
		if v = s.view(m, s.Front); v != nil && s.paired(w, h) {
			return v, stage.LayoutOfPair(w, h, s.pair(m))[s.Front]
		}
	}
	if v == nil {
		return nil, l
	}
	return v, stage.LayoutOf(w, h, v)
}

// looking changes what is looked at.
func looking(change func(m *Model, v *stage.View, l *stage.Layout)) func(*Model) tea.Cmd {
	return do(func(m *Model) {
		if v, l := m.shown(); v != nil {
			change(m, v, &l)
			m.playback().look = v.Look
		}
	})
}

// isPaired reports whether two runs stand side by side: then no panel has the screen.
func (m *Model) isPaired() bool {
	return m.place() == atPair || m.screen == atTrials && m.trialStage != nil && m.trialStage.paired(m.grid.W, m.grid.H)
}

// lookKeys are the keys for that.
func lookKeys() table {
	choose := func(by int) func(*Model) tea.Cmd {
		return looking(func(_ *Model, v *stage.View, l *stage.Layout) {
			if v.Full == stage.FeedPanel || v.Full == stage.JudgementPanel {
				v.ScrollBy(v.Full, by, l)
				return
			}
			v.Select(by, l)
		})
	}
	page := func(by int) func(*Model) tea.Cmd {
		return looking(func(m *Model, v *stage.View, l *stage.Layout) {
			p := v.Full
			if p == stage.NoPanel {
				p = stage.FDsPanel
			}
			v.ScrollBy(p, by*m.grid.H/2, l)
		})
	}
	event := func(forward bool) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd { return m.nextOfSelection(forward) }
	}
	return table{
		{Names: []string{"n"}, Sign: "n  p", Now: (*Model).nowEvents, Do: event(true),
			Help: "the next event of what is selected, the one before"},
		{Names: []string{"p"}, Do: event(false)},
		{Names: []string{"up", "k"}, Sign: "↑↓", Now: when((*Model).hasStage, "select"), Do: choose(-1),
			Help: "select an fd, a thread or a base (k and j, too; or a click): all panels show what has to do with it. In a log on the whole screen they scroll; page up and page down scroll the panel on the whole screen, or the table; the wheel scrolls any panel"},
		{Names: []string{"down", "j"}, Do: choose(1)},
		{Names: []string{"pgup", "ctrl+u"}, Do: page(-1)},
		{Names: []string{"pgdown", "ctrl+d"}, Do: page(1)},
		{Names: []string{nextPanel}, Sign: nextPanel, Now: (*Model).nowPanel,
			Help: "one panel gets the whole screen, then the next one; esc: all panels, or on a small screen the first one",
			Do: looking(func(m *Model, v *stage.View, _ *stage.Layout) {
				if !m.isPaired() {
					v.Full = v.NextFull()
				}
			})},
		{Names: []string{"z"}, Sign: "z", Now: (*Model).nowLens, Do: do((*Model).lens),
			Help: "the time panel shows what the lens shows: its column is widened until the things that began in it are apart. Once more widens it further; at the widest, the panel is as before again"},
		{Names: []string{"W"}, Sign: "W", Now: (*Model).nowWall,
			Help: "the wall: all fds at once, one a cell, in the order of their numbers. The higher the cell, the more waits that nobody was told of; the row above counts. Z gives it the whole screen",
			Do: looking(func(_ *Model, v *stage.View, _ *stage.Layout) {
				v.Wall, v.Scrolled[stage.FDsPanel] = !v.Wall, 0
			})},
		{Names: []string{"F"}, Sign: "F", Now: when((*Model).hasStage, "filter"), Help: "letters: fds and lines of the log without them are left out; esc takes them away",
			Do: do(func(m *Model) { m.filtering = m.hasStage() })},
		{Names: []string{"esc"}, Sign: "esc", Do: (*Model).stepBack,
			Help: "undoes, one after the other: full screen, filter, selection; then it leaves"},
	}
}

// nextPanel is the key that gives the next panel the screen.
const nextPanel = "Z"

func (m *Model) nowPanel() (h keys.Hint) {
	switch {
	case !m.hasStage() || m.isPaired():
	case stage.IsSmall(m.grid.W, m.grid.H):
		h.Does = "next panel"
	default:
		h.Does = "full screen"
	}
	return h
}

// lens makes the window of the time panel what the lens shows, or takes that back.
func (m *Model) lens() {
	v, l := m.shown()
	if v == nil {
		return
	}
	p := m.playback()
	if column, ok := v.Lens(&l); ok {
		p.ZoomTo(column)
		return
	}
	if !p.Zoomed() {
		m.message = "z zooms to what the lens shows. Here it shows nothing: go with ← or → to where something happened."
	}
	for p.ZoomBack() {
	}
}

func (m *Model) nowLens() (h keys.Hint) {
	if p := m.playback(); p != nil && p.Zoomed() {
		h.Does = "zoom, or back"
	} else if p != nil && p.Length() > 0 {
		if events, _ := p.Events(); !events {
			h.Does = "zoom to the lens"
		}
	}
	return h
}

// nowWall offers the wall where there are many fds.
func (m *Model) nowWall() (h keys.Hint) {
	const many = 40
	p := m.playback()
	switch {
	case p == nil:
	case p.look.Wall:
		h.Does = "table"
	default:
		if shown, ok := p.Moment(p.Front); ok && len(shown.World.FDs) > many {
			h.Does = "wall"
		}
	}
	return h
}

// hasStage reports whether there is anything to look at.
func (m *Model) hasStage() bool { return m.playback() != nil }

// stepBack takes back what was done last, or leaves the screen.
func (m *Model) stepBack() tea.Cmd {
	if p := m.playback(); p != nil && p.look.StepBack() {
		return nil
	}
	cmd, _ := m.tables[m.place()].Do(m, "q")
	return cmd
}

func (m *Model) nowEvents() (h keys.Hint) {
	if p := m.playback(); p != nil && p.look.Selected.Kind != stage.Nothing {
		h.Does = "events of " + p.look.Selected.Words()
	}
	return h
}

// nextOfSelection shows the next event of what is selected.
func (m *Model) nextOfSelection(forward bool) tea.Cmd {
	p := m.playback()
	if p == nil {
		return nil
	}
	selected := p.look.Selected
	if selected.Kind == stage.Nothing {
		m.message = "Nothing is selected: ↑ ↓ or a click select an fd, a thread or a base."
		return nil
	}
	v, _ := m.shown()
	if v == nil {
		return nil
	}
	return m.play(func(p *player.Player) player.Order {
		return p.NextOf(p.Front, forward, func(r *trace.Record) bool { return selected.Has(v.Run, r) })
	})
}

// keyFilter takes the letters of the filter.
func (m *Model) keyFilter(key string) {
	p := m.playback()
	m.filtering = p != nil && p.look.TypeFilter(key)
}

// clickLook selects what stands at a cell. false: nothing does.
func (m *Model) clickLook(p *playback, v *stage.View, l *stage.Layout, x, y int) bool {
	ok := v.SelectAt(l, x, y)
	p.look = v.Look
	return ok
}

// wheelLook scrolls the panel under a cell.
func (m *Model) wheelLook(rows, x, y int) {
	if v, l := m.shown(); v != nil {
		if p := l.PanelAt(x, y); p != stage.NoPanel {
			v.ScrollBy(p, rows, &l)
			m.playback().look = v.Look
		}
	}
}
