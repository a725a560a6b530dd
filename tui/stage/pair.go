package stage

import (
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// DrawPair draws two runs where LayoutOfPair or LayoutOfStack says. A nil view
// leaves its half empty. The row of the keys is the first view's.
func DrawPair(r grid.Region, pair [2]*View, layouts [2]Layout) {
	keys := false
	for i, view := range pair {
		if view == nil {
			continue
		}
		v := &scene{View: view, Theme: inkOf(view.Theme)}
		drawPanels(r, v, &layouts[i])
		if !keys {
			drawKeys(layouts[i].Keys.In(r), v)
		}
		keys = true
	}
	drawBetween(r, pair, layouts)
}

// drawBetween draws the line between two runs, through the hairlines of both.
func drawBetween(r grid.Region, pair [2]*View, layouts [2]Layout) {
	if pair[0] == nil || pair[1] == nil || layouts[1].Head.X == 0 { // or one stands above the other
		return
	}
	l, th := &layouts[1], pair[1].Theme
	frame := th.Style(theme.Frame)
	x := l.Head.X
	r.Fill(x, 0, 1, l.Keys.Y, th.Lines.Down, frame)
	for _, p := range []grid.Rect{l.FDs, l.Loops, l.Time, l.Feed, l.Judgement} {
		if p.H > 0 {
			r.Set(x-1, p.Y, th.Lines.Across, frame)
			r.Set(x, p.Y, th.Lines.Cross, frame)
		}
	}
}
