package stage

import "fdlab/tui/grid"

// Layout says where everything stands on a screen. What is drawn and what is
// clicked go by the same one. A panel's Rect includes its frame; an empty one
// is not drawn.
type Layout struct {
	Head, FDs, Loops, Time, Feed, Judgement, Keys grid.Rect

	// Plot is the part of the time panel whose columns are moments: the lanes
	// without their names, and the axis below them. Empty: there is no room.
	Plot grid.Rect
}

// LayoutOf lays a view out on w by h cells.
func LayoutOf(w, h int, view *View) (l Layout) {
	var rest, top, bottom grid.Rect
	l.Head, rest = grid.Rect{W: w, H: h}.Top(1 + max(bandRows(view, h), 1))
	l.Keys, rest = rest.Bottom(1)
	v := &scene{View: view}
	rows := split(rest.W, rest.H, v)
	top, rest = rest.Top(rows.top)
	l.Time, bottom = rest.Top(rows.middle)
	l.FDs, l.Loops = top.Left(max(top.W*64/100, min(top.W, 52)))
	share := 56
	if v.isRead() {
		share = 100 - share // the verdict is what matters now
	}
	l.Feed, l.Judgement = bottom.Left(bottom.W * share / 100)
	l.Plot = plotOf(l.Time)
	return l
}

// LayoutOfPair lays two views out side by side on w by h cells, each in a column
// of its own: the same panels, one under the other, at the same heights. The
// row of the keys is that of both.
func LayoutOfPair(w, h int, pair [2]*View) (layouts [2]Layout) {
	c := columnHeights(w, h, pair)
	for i := range layouts {
		l := &layouts[i]
		rest := Half(w, h, i)
		l.Head, rest = rest.Top(2)
		l.FDs, rest = rest.Top(c.fds)
		l.Loops, rest = rest.Top(c.loops)
		l.Time, rest = rest.Top(c.time)
		l.Feed, l.Judgement = rest.Top(c.feed)
		l.Keys, _ = grid.Rect{W: w, H: h}.Bottom(1)
		l.Plot = plotOf(l.Time)
	}
	return layouts
}

// Half is the left (0) or the right (1) half of a screen of w by h cells, without
// the row of the keys.
func Half(w, h, i int) grid.Rect {
	half := (w - 1) / 2
	return grid.Rect{X: i * (w - half), W: half, H: h - 1}
}

func plotOf(time grid.Rect) grid.Rect {
	in := time.Inset(1, 1)
	if in.H < 2 || in.W < labelWidth+10 {
		return grid.Rect{}
	}
	_, plot := in.Left(labelWidth)
	return plot
}

// MomentAt says which moment of the view's run a cell of the screen stands for.
// ok is false outside the plot.
func (l *Layout) MomentAt(v *View, x, y int) (ns int64, ok bool) {
	if !l.Plot.Has(x, y) {
		return 0, false
	}
	ax := v.axis()
	ns, _, _ = ax.span(ax.first(v.Now, l.Plot.W) + int64(x-l.Plot.X))
	return ns, true
}

type heights struct{ top, middle, bottom int }

// split shares the rows among the panels: each gets its least, the table of
// fds what it needs up to a limit, the lanes likewise, the feed the rest.
func split(w, h int, v *scene) heights {
	open := 0
	for _, f := range v.World.FDs {
		if f.Closed == 0 {
			open++
		}
	}
	least := h * 3 / 10
	if len(v.World.Ends) > 0 {
		least = max(least, endHeight+3)
	}
	top := min(max(open+3, least, 7), max(h*4/10, 7))
	middle := min(max(lanesOf(v, w-2, nil)+4, 6), max(h*36/100, 6))
	if v.isRead() { // the rest is one step back in time
		enough := h / 4
		if len(v.World.Ends) > 0 && h > 3*endHeight {
			enough = max(enough, endHeight+2)
		}
		top, middle = min(top, enough), min(middle, h/4)
	}
	return heights{top, middle, h - top - middle}
}

// column has the heights of its panels: the feed has rows only where there are many.
type column struct{ fds, loops, time, feed int }

// columnHeights shares the rows of a column. Both columns get the same, so that
// what is compared stands in the same rows; and they go by the whole runs, not
// by the moment, so that nothing jumps while the playhead moves.
func columnHeights(w, h int, pair [2]*View) (c column) {
	judgement := 8 // rows, frame included
	for _, v := range pair {
		if v == nil {
			continue
		}
		judgement = max(judgement, v.JudgementRows+2)
		fds, inputs, threads := 0, 0, 0
		for i := range v.Run.Timeline.Lanes {
			switch l := &v.Run.Timeline.Lanes[i]; {
			case l.Thread != 0:
				threads++
			case l.Input:
				inputs++
				fds++
			default:
				fds++
			}
		}
		c.fds = max(c.fds, fds+3)
		c.loops = max(c.loops, 4*threads+3) // a thread, the circle of its loop
		c.time = max(c.time, threads+inputs+3)
	}
	h -= 3 // the head and the keys
	c.fds = min(max(c.fds, 6), h/4)
	c.time = min(max(c.time, 7), h/4)
	c.loops = min(max(c.loops, 7), max(h-c.fds-c.time-judgement, 7))
	if rest := h - c.fds - c.loops - c.time - judgement; rest >= 6 {
		c.feed = rest
	}
	return c
}
