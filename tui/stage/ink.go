package stage

import (
	"fdlab/lab/diagnosis"
	"fdlab/lab/phrase"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// scene is a view together with the styles and glyphs that draw it.
type scene struct {
	*View
	Theme   *ink
	lints   [32]diagnosis.Finding // room to gather them in
	words   [16]phrase.Segment    // and what is said of a record
	crowded bool                  // there is no room for fds that are closed
	hits    *[]hit                // where what can be selected stands, for whoever asks; or nil
}

// ink is what the stage draws with, by the names that it uses.
type ink struct {
	Lines                                                       *grid.Lines
	Text, Faint, Title, Strong, Frame, Key                      grid.Style
	Watched, Ready, Noticed, Callback, Waiting, Blocked, Unseen grid.Style // Unseen: what is queued, in a lane
	Held, Late, Alarm                                           grid.Style
	Glyphs                                                      *glyphs
}

// glyphs are the shapes of the stage: each state has one of its own, so that
// nothing relies on colour alone.
type glyphs struct {
	Idle, Ready, Unseen, Noticed, Callback, Took, Wait, Blocked, Gate rune
	Yes, No, Open, Band                                               rune

	Grow         rune    // a waiting time, a cell each tenth of a second
	Bars         [7]rune // what is queued, by height; a full block is a callback
	LaneCallback rune
	LaneTook     rune
	LaneGate     rune
	LaneBlocked  rune
	LaneWait     rune
	LaneWatched  rune
	LaneRun      rune
	LaneSleep    rune
	LaneIdle     rune
	Tick         rune

	Arrow, Into                            rune
	CornerUL, CornerUR, CornerLL, CornerLR rune
}

var unicode = glyphs{
	Idle: '·', Ready: '■', Unseen: '◌', Noticed: '●', Callback: '▶', Took: '▾', Wait: '╌', Blocked: '▐', Gate: '‖',
	Yes: '✓', No: '✗', Open: '○', Band: '▌',
	Grow: '▪', Bars: [7]rune{'▁', '▂', '▃', '▄', '▅', '▆', '▇'},
	LaneCallback: '█', LaneTook: '▌', LaneGate: '‖', LaneBlocked: '━', LaneWait: '╌', LaneWatched: '─', LaneRun: '▔', LaneSleep: 'z', LaneIdle: '·',
	Tick: '╵', Arrow: '▶', Into: '▸',
	CornerUL: '╭', CornerUR: '╮', CornerLL: '╰', CornerLR: '╯',
}

var ascii = glyphs{
	Idle: '.', Ready: '#', Unseen: 'o', Noticed: '!', Callback: '>', Took: 'v', Wait: '~', Blocked: 'X', Gate: '"',
	Yes: 'y', No: 'n', Open: '?', Band: '[',
	Grow: '*', Bars: [7]rune{'1', '2', '3', '4', '5', '6', '7'},
	LaneCallback: '@', LaneTook: 'v', LaneGate: '"', LaneBlocked: 'X', LaneWait: '~', LaneWatched: '-', LaneRun: '^', LaneSleep: 'z', LaneIdle: '.',
	Tick: '\'', Arrow: '>', Into: '>',
	CornerUL: '+', CornerUR: '+', CornerLL: '+', CornerLR: '+',
}

func inkOf(th *theme.Theme) *ink {
	k := &ink{
		Lines: th.Lines, Glyphs: &unicode,
		Text: th.Style(theme.Text), Faint: th.Style(theme.Faint), Title: th.Style(theme.Title),
		Strong: th.Style(theme.Strong), Frame: th.Style(theme.Frame), Key: th.Style(theme.Key),
		Watched: th.Style(theme.Watched), Ready: th.Style(theme.Ready), Noticed: th.Style(theme.Noticed),
		Callback: th.Style(theme.Callback), Waiting: th.Style(theme.Waiting), Blocked: th.Style(theme.Blocked),
		Unseen: th.Style(theme.Ready), Held: th.Style(theme.Held),
		Late: th.Style(theme.Late), Alarm: th.Style(theme.Alarm),
	}
	if th.ASCII {
		k.Glyphs = &ascii
	}
	return k
}
