package stage

import (
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// drawFeed draws the latest happenings, the newest at the bottom.
func drawFeed(r grid.Region, v *scene) {
	lines := v.World.Feed.Lines
	n := min(r.H, len(lines))
	lines = lines[len(lines)-n:]
	for i := range lines {
		row := r.Sub(0, i, r.W, 1)
		drawHappening(row, v, &lines[i])
		v.weigh(row, v.fdMatters(lines[i].FD) || lines[i].FD == trace.NoFD && v.baseMatters(lines[i].Base))
	}
}

// drawHappening draws one line: when, and what the phrasebook says of it.
func drawHappening(r grid.Region, v *scene, h *world.Happening) {
	p := r.At(0, 0)
	if r.W >= 46 {
		p = p.Clock(v.Theme.Faint, h.At).Text(v.Theme.Faint, " ")
	}
	words := phrase.AppendHappening(v.words[:0], h)
	for i := range words {
		p = segment(r, p, v, &words[i])
	}
}

// mostBytes is how many columns the bytes that a call moved may take.
const mostBytes = 24

// segment draws a piece of a phrase in its colour, and a check's outcome with its
// sign.
func segment(r grid.Region, p grid.Pen, v *scene, s *phrase.Segment) grid.Pen {
	th, g := v.Theme, v.Theme.Glyphs
	st := roleStyle(th, s.Role)
	switch s.Role {
	case phrase.Passed:
		p = p.Rune(st, g.Yes).Text(st, " ")
	case phrase.Failed:
		p = p.Rune(st, g.No).Text(st, " ")
	case phrase.NotJudged:
		p = p.Rune(st, g.Open).Text(st, " ")
	}
	switch s.Form {
	case phrase.Prose:
		return cut(r, p, st, s.Text)
	case phrase.Number:
		return p.Int(st, s.N)
	case phrase.Count:
		return p.Count(st, s.N)
	case phrase.Duration:
		return p.Duration(st, s.N)
	case phrase.Bytes:
		return p.Quote(st, mostBytes, s.Data[:s.N])
	}
	return p.Text(st, s.Text)
}

func roleStyle(th *ink, r phrase.Role) grid.Style {
	switch r {
	case phrase.Aside:
		return th.Faint
	case phrase.Heading:
		return th.Title
	case phrase.Key:
		return th.Key
	case phrase.Callback:
		return th.Callback
	case phrase.Wait:
		return th.Waiting
	case phrase.Warning:
		return th.Alarm
	case phrase.Passed:
		return th.Strong
	case phrase.Failed:
		return th.Alarm
	case phrase.NotJudged:
		return th.Strong
	}
	return th.Text
}

// cut draws the text in what is left of the row, and marks what is missing.
func cut(r grid.Region, p grid.Pen, st grid.Style, text string) grid.Pen {
	p.X = r.Cut(p.X, 0, r.W-p.X, st, text)
	return p
}
