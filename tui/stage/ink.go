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
	quiet   int                   // fds of a foreign program that have no row
	crowded bool                  // there is no room for fds that are closed
	small   bool                  // one panel is seen at a time
	hits    *[]hit                // where what can be selected stands, for whoever asks; or nil
}

// ink is what the stage draws with, by the names that it uses.
type ink struct {
	Lines                                                       *grid.Lines
	Text, Faint, Title, Strong, Frame, Key                      grid.Style
	Watched, Ready, Noticed, Callback, Waiting, Blocked, Unseen grid.Style // Unseen: what is queued, in a lane
	Inferred                                                    grid.Style // what nobody has measured
	Held, Late, Alarm                                           grid.Style
	Lane                                                        laneInk
	Glyphs                                                      *glyphs
}

// laneInk is what lanes are drawn with.
type laneInk struct {
	Unseen, Left, Noticed, InCallback, Calm grid.Style // of an fd; Calm: its callback runs, and nothing waits
	Call, Next, Digit, NextDigit, Asleep    grid.Style // of a thread
	Spin                                    grid.Style
	Label                                   grid.Style // words on what is unseen
}

func laneInkOf(th *theme.Theme) laneInk {
	call, next, known := th.Shade(theme.CallbackFill), th.Shade(theme.NextFill), th.Shade(theme.UnseenFill)
	known.Attr = 0
	return laneInk{
		Unseen:     th.OnGround(th.Shade(theme.UnseenFill), theme.UnseenGround),
		Left:       th.Shade(theme.LeftFill),
		Noticed:    th.OnGround(known, theme.NoticedGround),
		InCallback: th.OnGround(known, theme.CallbackGround),
		Calm:       th.OnGround(th.Style(theme.Watched), theme.CallbackGround),
		Call:       call, Next: next,
		Digit: on(th, call), NextDigit: on(th, next),
		Asleep: th.OnGround(th.Style(theme.Blocked), theme.CallbackGround),
		Spin:   th.OnGround(th.Style(theme.Blocked), theme.SpinGround),
		Label:  th.OnGround(th.Style(theme.Text).With(grid.Bold), theme.UnseenGround),
	}
}

// on is text on a callback. Without colour it is bold.
func on(th *theme.Theme, fill grid.Style) grid.Style {
	if fill.FG == grid.Default {
		return grid.Style{Attr: grid.Bold}
	}
	return th.Shade(theme.OnCallback).On(fill.FG)
}

// glyphs are the shapes of the stage: each state has one of its own, so that
// nothing relies on colour alone.
type glyphs struct {
	Idle, Ready, Unseen, Noticed, Callback, Took, Wait, Blocked, Gate rune
	Yes, No, Open, Band                                               rune

	Grow         rune    // a waiting time, a cell each tenth of a second
	Bars         [8]rune // what waits unseen, by height
	Half, Full   rune    // what waits, and the program knows: up to half of the height, and more
	LaneCallback rune
	LaneLeft     rune // a callback in the left half of a column
	LaneRight    rune // and in the right half
	LaneMany     rune // too many to be told apart
	LaneSaid     rune // a callback, as the program itself says
	LaneHandled  rune // what a thread does with an fd, inferred
	LaneBriefly  rune // the same, for less than half of the column
	Inferred     rune // before what is inferred
	AtLeast      rune // before a lower bound
	LaneTook     rune
	LaneGate     rune
	LaneBlocked  rune
	LaneWait     rune
	LaneWatched  rune
	LaneRun      rune
	LaneSleep    rune
	LaneIdle     rune
	Tick         rune
	Playhead     rune
	Moment       rune
	Below, Both  rune // in the strip of the whole run: something was unseen; and a callback ran

	Arrow, Into                            rune
	CornerUL, CornerUR, CornerLL, CornerLR rune
}

var unicode = glyphs{
	Idle: '·', Ready: '■', Unseen: '◌', Noticed: '●', Callback: '▶', Took: '▾', Wait: '╌', Blocked: '▐', Gate: '‖',
	Yes: '✓', No: '✗', Open: '○', Band: '▌',
	Grow: '▪', Bars: [8]rune{'▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'}, Half: '▖', Full: '▌',
	LaneCallback: '▀', LaneLeft: '▘', LaneRight: '▝', LaneMany: '▒', LaneSaid: '"', LaneHandled: '▚', LaneBriefly: '▗', Inferred: '~', AtLeast: '≥',
	LaneTook: '▾', LaneGate: '‖', LaneBlocked: '━', LaneWait: '╌', LaneWatched: '─', LaneRun: '═', LaneSleep: 'z', LaneIdle: '·',
	Playhead: '▼', Moment: '◆', Below: '▄', Both: '█',
	Tick: '╵', Arrow: '▶', Into: '▸',
	CornerUL: '╭', CornerUR: '╮', CornerLL: '╰', CornerLR: '╯',
}

var ascii = glyphs{
	Idle: '.', Ready: '#', Unseen: 'o', Noticed: '!', Callback: '>', Took: 'v', Wait: '~', Blocked: 'X', Gate: '"',
	Yes: 'y', No: 'n', Open: '?', Band: '[',
	Grow: '*', Bars: [8]rune{'_', '_', '=', '=', '=', '#', '#', '#'}, Half: ';', Full: ':',
	LaneCallback: '@', LaneLeft: ']', LaneRight: '[', LaneMany: '%', LaneSaid: 'S', LaneHandled: '/', LaneBriefly: ',', Inferred: '~', AtLeast: '>',
	LaneTook: 'v', LaneGate: 'H', LaneBlocked: 'X', LaneWait: '~', LaneWatched: '-', LaneRun: '"', LaneSleep: 'z', LaneIdle: '.',
	Playhead: 'V', Moment: '*', Below: '=', Both: '#',
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
	k.Lane = laneInkOf(th)
	k.Inferred = k.Callback
	if th.ASCII {
		k.Glyphs = &ascii
	}
	return k
}
