// Package inspect has the keys by which a person looks closer at a stage: selects, filters,
// scrolls, gives one panel the screen, opens what the lens shows, turns the table of fds into the
// wall. They are the same in the instrument and in a browser.
//
// It knows no run, no program and no terminal: whoever has a stage says what is shown.
package inspect

import (
	"fdlab/lab/trace"
	"fdlab/tui/keys"
	"fdlab/tui/player"
	"fdlab/tui/stage"
)

// Stage is a stage on a screen.
type Stage interface {
	Player() *player.Player             // nil: there is no stage now, and the others are not called
	Look() *stage.Look                  // what a person has done to it so far
	Shown() (*stage.View, stage.Layout) // what is looked at, and where it stands; of two runs the one in front
	Size() (w, h int)                   // of the screen
	Shares() Sharing
	Filter()          // the keys that come next are letters of the filter
	Say(words string) // in the row of the keys, until the next one
}

// Sharing says how many runs share the screen.
type Sharing uint8

const (
	Alone   Sharing = iota
	Beside          // another run stands beside it: no panel has the screen
	Stacked         // or above it, and of both only the time panel is seen
)

// NextPanel is the key that gives the next panel the screen.
const NextPanel = "Z"

// Keys are the keys, without the one that takes all of it back, esc: it has more to do where a
// screen can be left.
var Keys = keys.Table[Stage, player.Order]{
	{Names: []string{"n"}, Sign: "n  p", Now: nowEvents, Do: event(true),
		Help: "the next event of what is selected, the one before"},
	{Names: []string{"p"}, Do: event(false)},
	{Names: []string{"up", "k"}, Sign: "↑↓", Now: when(func(Stage) bool { return true }, "select"), Do: choose(-1),
		Help: "select an fd, a thread or a base (k and j, too; or a click): all panels show what has to do with it. In a log on the whole screen they scroll; page up and page down scroll the panel on the whole screen, or the table; the wheel scrolls any panel"},
	{Names: []string{"down", "j"}, Do: choose(1)},
	{Names: []string{"pgup", "ctrl+u"}, Do: page(-1)},
	{Names: []string{"pgdown", "ctrl+d"}, Do: page(1)},
	{Names: []string{NextPanel}, Sign: NextPanel, Now: nowPanel, Do: looking(nextPanel),
		Help: "one panel gets the whole screen, then the next one; esc: all panels, or on a small screen the first one"},
	{Names: []string{"z"}, Sign: "z", Now: nowLens, Do: looking(lens),
		Help: "the time panel shows what the lens shows: its column is widened until the things that began in it are apart. Once more widens it further; at the widest, the panel is as before again"},
	{Names: []string{"W"}, Sign: "W", Now: nowWall, Do: looking(wall),
		Help: "the wall: all fds at once, one a cell, in the order of their numbers. The higher the cell, the more waits that nobody was told of; the row above counts. Z gives it the whole screen"},
	{Names: []string{"F"}, Sign: "F", Now: when(hasRows, "filter"), Do: filter,
		Help: "letters: fds and lines of the log without them are left out; esc takes them away"},
}

// hasRows reports whether the table of fds and the log are among the panels.
func hasRows(s Stage) bool { return s.Shares() != Stacked }

// when offers a key with words where there is a stage and a condition holds.
func when(holds func(Stage) bool, does string) func(Stage) keys.Hint {
	return func(s Stage) (h keys.Hint) {
		if s.Player() != nil && holds(s) {
			h.Does = does
		}
		return h
	}
}

// looking changes what is looked at.
func looking(change func(Stage, *stage.View, *stage.Layout)) func(Stage) player.Order {
	return func(s Stage) player.Order {
		if s.Player() == nil {
			return player.Nothing
		}
		if v, l := s.Shown(); v != nil {
			change(s, v, &l)
			*s.Look() = v.Look
		}
		return player.Nothing
	}
}

func choose(by int) func(Stage) player.Order {
	return looking(func(_ Stage, v *stage.View, l *stage.Layout) {
		if v.Full == stage.FeedPanel || v.Full == stage.JudgementPanel {
			v.ScrollBy(v.Full, by, l)
			return
		}
		v.Select(by, l)
	})
}

func page(by int) func(Stage) player.Order {
	return looking(func(s Stage, v *stage.View, l *stage.Layout) {
		p := v.Full
		if p == stage.NoPanel {
			p = stage.FDsPanel
		}
		_, h := s.Size()
		v.ScrollBy(p, by*h/2, l)
	})
}

func nextPanel(s Stage, v *stage.View, _ *stage.Layout) {
	if s.Shares() == Alone {
		v.Full = v.NextFull()
	}
}

func nowPanel(s Stage) (h keys.Hint) {
	switch w, rows := s.Size(); {
	case s.Player() == nil || s.Shares() != Alone:
	case stage.IsSmall(w, rows):
		h.Does = "next panel"
	default:
		h.Does = "full screen"
	}
	return h
}

// lens makes the window of the time panel what the lens shows, or takes that back.
func lens(s Stage, v *stage.View, l *stage.Layout) {
	p := s.Player()
	if column, ok := v.Lens(l); ok {
		p.ZoomTo(column)
		return
	}
	if !p.Zoomed() {
		s.Say("z zooms to what the lens shows. Here it shows nothing: go with ← or → to where something happened.")
	}
	for p.ZoomBack() {
	}
}

func nowLens(s Stage) (h keys.Hint) {
	p := s.Player()
	switch {
	case p == nil:
	case p.Zoomed():
		h.Does = "zoom, or back"
	case p.Length() > 0:
		if events, _ := p.Events(); !events {
			h.Does = "zoom to the lens"
		}
	}
	return h
}

func wall(s Stage, v *stage.View, _ *stage.Layout) {
	if hasRows(s) {
		v.Wall, v.Scrolled[stage.FDsPanel] = !v.Wall, 0
	}
}

// nowWall offers the wall where there are many fds.
func nowWall(s Stage) (h keys.Hint) {
	const many = 40
	p := s.Player()
	switch {
	case p == nil || !hasRows(s):
	case s.Look().Wall:
		h.Does = "table"
	default:
		if shown, ok := p.Moment(p.Front); ok && len(shown.World.FDs) > many {
			h.Does = "wall"
		}
	}
	return h
}

func filter(s Stage) player.Order {
	if s.Player() != nil && hasRows(s) {
		s.Filter()
	}
	return player.Nothing
}

func nowEvents(s Stage) (h keys.Hint) {
	if s.Player() != nil && s.Look().Selected.Kind != stage.Nothing {
		h.Does = "events of " + s.Look().Selected.Words()
	}
	return h
}

// event shows the next event of what is selected, or the one before.
func event(forward bool) func(Stage) player.Order {
	return func(s Stage) player.Order {
		p := s.Player()
		if p == nil {
			return player.Nothing
		}
		selected := s.Look().Selected
		if selected.Kind == stage.Nothing {
			s.Say("Nothing is selected: ↑ ↓ or a click select an fd, a thread or a base.")
			return player.Nothing
		}
		v, _ := s.Shown()
		if v == nil {
			return player.Nothing
		}
		return p.NextOf(p.Front, forward, func(r *trace.Record) bool { return selected.Has(v.Run, r) })
	}
}
