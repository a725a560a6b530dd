package app

import (
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/launch"
	"fdlab/tui/player"
	"fdlab/tui/stage"
)

// playback is what the stage of a lesson and that of an exercise have in
// common: the player, and the frames that it needs.
type playback struct {
	number int // messages that are for another one are dropped
	*player.Player
	ticking bool // a frame is under way
	look    stage.Look
}

// frameMsg says that the time of a frame has passed.
type frameMsg struct {
	playback int
	at       time.Time
}

// nextFrame waits for the next frame.
func nextFrame(playback int, last time.Time) tea.Cmd {
	return safely(func() tea.Msg {
		time.Sleep(time.Until(last.Add(frame)))
		return frameMsg{playback, time.Now()}
	})
}

// playback returns what plays on the screen; nil: nothing does.
func (m *Model) playback() *playback {
	switch {
	case m.screen == atStage && m.session != nil && m.session.pair != nil:
		return &m.session.pair.playback
	case m.screen == atStage && m.session != nil && m.session.world != nil:
		return &m.session.playback
	case m.screen == atTrials && m.trialStage != nil:
		return &m.trialStage.playback
	}
	return nil
}

// play lets a key do something to the player, and carries out what it orders.
func (m *Model) play(do func(*player.Player) player.Order) tea.Cmd {
	p := m.playback()
	if p == nil {
		return nil
	}
	before := p.IsGuided()
	return tea.Batch(m.obey(do(p.Player)), m.keepGuided(p, before), p.frames(time.Now()))
}

// obey carries out an order of the player. Only a lesson's program has a gate.
func (m *Model) obey(order player.Order) tea.Cmd {
	switch order {
	case player.Hold:
		return tell(m.session.run, (*launch.Run).Hold)
	case player.Release:
		return tell(m.session.run, (*launch.Run).Release)
	case player.Step:
		return tell(m.session.run, (*launch.Run).Step)
	case player.CannotHold:
		m.message = m.cannotHold()
	}
	return nil
}

// moves reports whether the playhead goes on by itself.
func (p *playback) moves() bool { return p.State() == player.Replay || p.State() == player.Led }

// frames begins the frames that a playhead needs which goes on by itself.
func (p *playback) frames(now time.Time) tea.Cmd {
	if p.ticking || !p.moves() {
		return nil
	}
	p.ticking = true
	return nextFrame(p.number, now)
}

// framed goes on by a frame, and asks for the next while there is something to
// go on with.
func (m *Model) framed(msg frameMsg) tea.Cmd {
	var p *playback
	goesOn := false
	switch {
	case m.trialStage != nil && m.trialStage.number == msg.playback:
		p = &m.trialStage.playback
		goesOn = m.trialStage.watch()
	case m.session != nil && m.session.pair != nil && m.session.pair.number == msg.playback:
		p = &m.session.pair.playback
	case m.session != nil && m.session.number == msg.playback:
		p = &m.session.playback
	default:
		return nil
	}
	if !m.covered() {
		p.Advance(frame)
	}
	goesOn = p.moves() || goesOn
	if p.ticking = goesOn; !goesOn {
		return nil
	}
	return nextFrame(p.number, msg.at)
}

// uncoverStage takes away all that lies over a stage, for another run to be seen.
func (m *Model) uncoverStage() {
	m.help, m.over, m.output, m.search, m.typing, m.filtering, m.scroll = false, nil, false, nil, nil, false, 0
}

// covered reports whether something lies over the stage: then its playhead waits.
func (m *Model) covered() bool {
	return m.help || m.over != nil || m.output || m.search != nil || m.screen != atStage && m.screen != atTrials
}

// seek puts the playhead where the plot of a track was clicked.
func (m *Model) seek(p *playback, track int, v *stage.View, l *stage.Layout, x, y int) tea.Cmd {
	at, ok := l.MomentAt(v, x, y)
	if !ok {
		return nil
	}
	return m.obey(p.Seek(track, at))
}

// fill says what a view shows of a track. ok is false where it has no run.
func (p *playback) fill(v *stage.View, track int) (shown player.Moment, ok bool) {
	shown, ok = p.Moment(track)
	v.Run, v.World, v.Now, v.Live = shown.Run, shown.World, shown.Now, shown.Live
	v.Column, v.Gaps, v.Look = p.Column(), p.Gaps(), p.look
	v.Events, v.Wide = p.Events()
	return shown, ok
}

// speed is how fast a replay goes, beside what it shows.
func speed(p *player.Player) string { return fmt.Sprintf("1/%d", p.Slowness()) }
