package viewer

import (
	"strings"

	"fdlab/tui/grid"
	"fdlab/tui/stage"
)

// Words are what the grid shows, for readers who do not see it. Call it after Draw. Of
// the stage it is the head, which says in words what goes on at the moment, and the
// latest line of the log.
func (v *Viewer) Words(g *grid.Grid) string {
	from, to, more := 0, g.H-1, ""
	if !v.covered() && !v.atItsEnd() && v.w >= stage.LeastWidth && v.h >= stage.LeastHeight {
		s, l := v.shown()
		from, to = l.Head.Y, l.Head.Y+l.Head.H
		if lines := s.World.Feed.Lines; l.Feed.H > 1 && len(lines) > 0 && v.look.Scrolled == [len(v.look.Scrolled)]int{} {
			more = g.Row(l.Feed.Y + l.Feed.H - 1)
			if l.Judgement.H > 0 {
				more = string([]rune(more)[:min(l.Judgement.X, len([]rune(more)))])
			}
		}
	}
	var rows []string
	for y := from; y < to; y++ {
		rows = append(rows, g.Row(y))
	}
	rows = append(rows, more)
	// Lines and blocks are for the eye.
	text := strings.Map(func(r rune) rune {
		if r >= 0x2500 && r < 0x25A0 {
			return ' '
		}
		return r
	}, strings.Join(rows, " "))
	return strings.Join(strings.Fields(text), " ")
}
