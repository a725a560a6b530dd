package app

import (
	tea "github.com/charmbracelet/bubbletea"

	"fdlab/tui/inspect"
	"fdlab/tui/keys"
	"fdlab/tui/player"
	"fdlab/tui/stage"
)

// What a person does to the stage itself, by keys (package inspect) and by the mouse. It is the
// same for a lesson and for an exercise.

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

// onStage is the stage that is on the screen, for the keys that look closer at it.
type onStage struct{ *Model }

func (m onStage) Player() *player.Player {
	if p := m.playback(); p != nil {
		return p.Player
	}
	return nil
}

func (m onStage) Look() *stage.Look                  { return &m.playback().look }
func (m onStage) Shown() (*stage.View, stage.Layout) { return m.shown() }
func (m onStage) Size() (w, h int)                   { return m.grid.W, m.grid.H }
func (m onStage) Filter()                            { m.filtering = true }
func (m onStage) Say(words string)                   { m.message = words }

func (m onStage) Shares() inspect.Sharing {
	switch w, h := m.Size(); {
	case m.place() == atPair && sideBySide(w, h), m.screen == atTrials && m.trialStage != nil && m.trialStage.paired(w, h):
		return inspect.Beside
	case m.place() == atPair:
		return inspect.Stacked
	}
	return inspect.Alone
}

// lookKeys are the keys for that.
func lookKeys() table {
	return append(keys.Lift(inspect.Keys, func(m *Model) (inspect.Stage, bool) { return onStage{m}, true },
		func(m *Model, do func(inspect.Stage) player.Order) tea.Cmd {
			return m.play(func(*player.Player) player.Order { return do(onStage{m}) })
		}),
		row{Names: []string{"esc"}, Sign: "esc", Do: (*Model).stepBack,
			Help: "undoes, one after the other: full screen, filter, selection; then it leaves"})
}

// stepBack takes back what was done last, or leaves the screen.
func (m *Model) stepBack() tea.Cmd {
	if p := m.playback(); p != nil && p.look.StepBack() {
		return nil
	}
	cmd, _ := m.tables[m.place()].Do(m, "q")
	return cmd
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
