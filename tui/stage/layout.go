package stage

import (
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
)

// Layout says where everything stands on a screen. What is drawn and what is
// clicked go by the same one. A panel's Rect includes the hairline that begins it,
// and, where another panel stands left of it, the line that both share; an empty
// one is not drawn.
type Layout struct {
	Head, Now, FDs, Loops, Time, Feed, Judgement, Keys grid.Rect

	// Plot is the part of the time panel whose columns are moments: the lanes
	// without their names, and the axis above them. Empty: there is no room. Strip is the
	// whole run above it, Lens the column under the playhead, opened; both may be empty.
	Plot, Strip, Lens grid.Rect
}

// roomy is the height from which on a blank row stands above each hairline, and
// in the band above and below its text.
const roomy = 36

func gapOf(h int) int {
	if h >= roomy {
		return 1
	}
	return 0
}

// edge is the column in which the hairlines begin, and how many columns are left
// free at the right.
const edge = 1

// narrow is the width below which panels reach to the right side of the screen.
const narrow = 100

// halves are two panels side by side in a row: the line that they share is the
// first column of the right one, and before it stands a blank.
func halves(row grid.Rect, x int) (left, right grid.Rect) {
	left, right = row.Left(x - row.X)
	left.W = max(left.W-1, 0)
	return left, right
}

// inside is the part of a panel below its hairline, without the margins.
func inside(p grid.Rect) grid.Rect {
	left := chrome.Margin - edge
	if p.X > edge {
		left = chrome.Margin // the line that it shares is its first column
	}
	return grid.Rect{X: p.X + left, Y: p.Y + 1, W: max(p.W-left, 0), H: max(p.H-1, 0)}
}

// LayoutOf lays a view out on w by h cells.
func LayoutOf(w, h int, view *View) (l Layout) {
	gap := gapOf(h)
	v := &scene{View: view}
	l.Head, l.Keys = headAndKeys(grid.Rect{W: w, H: h}, headRows(view, w, h))
	rest := grid.Rect{X: edge, Y: l.Head.H + gap, W: max(w-2*edge, 0), H: max(h-1-l.Head.H-gap, 0)}
	if w < narrow {
		rest.W = max(w-edge, 0)
	}
	if p := l.panel(view.Full); p != nil {
		*p = rest
		l.placeTime(lanesOf(v, w, nil), !view.Events)
		return l
	}
	if IsSmall(w, h) {
		l.placeSmall(rest, v)
		l.placeTime(lanesOf(v, w, nil), !view.Events)
		return l
	}
	next := func(n int) (row grid.Rect) {
		row, rest = rest.Top(n)
		row.H = max(row.H-gap, 0)
		return row
	}
	if n := nowRows(view, h); n > 0 {
		l.Now = next(n + gap)
	}
	rows := split(rest.W, rest.H, gap, v)
	top, middle, bottom := next(rows.top), next(rows.middle), next(rows.bottom)
	if top.H > 0 {
		x := max(w*63/100, min(w, 52))
		l.FDs, l.Loops = halves(top, x)
	}
	l.Time = middle
	l.Feed = bottom
	if v.judges() && bottom.H > 0 {
		l.Feed, l.Judgement = halves(bottom, w*v.feedShare()/100)
	}
	l.placeTime(lanesOf(v, w, nil), !view.Events)
	return l
}

// feedShare is how much of a hundred columns the log has beside the verdict, or beside what
// there is to try.
func (v *scene) feedShare() int {
	switch {
	case v.isRead():
		return 44 // the verdict is what matters now
	case len(v.Tries) > 0:
		return 48
	}
	return 56
}

// panel is where a panel stands; nil for none.
func (l *Layout) panel(p Panel) *grid.Rect {
	return [...]*grid.Rect{nil, &l.FDs, &l.Loops, &l.Time, &l.Feed, &l.Judgement}[p]
}

// headAndKeys are the first rows of a screen, and its last.
func headAndKeys(all grid.Rect, rows int) (head, keys grid.Rect) {
	head, all = all.Top(rows)
	keys, _ = all.Bottom(1)
	return head, keys
}

// headRows is how many rows the head takes: the title, and the band or the
// sentence that stands in its place.
func headRows(v *View, w, h int) int {
	switch {
	case v.Band == nil && IsSmall(w, h):
		return 1 + smallSentence
	case v.Band == nil:
		return 2 + gapOf(h)
	}
	return 1 + bandRows(v, w, h)
}

// LayoutOfPair lays two views out side by side on w by h cells, each in a column
// of its own: the same panels, one under the other, at the same heights. The
// row of the keys is that of both.
func LayoutOfPair(w, h int, pair [2]*View) (layouts [2]Layout) {
	gap := gapOf(h)
	c := columnHeights(h, gap, pair)
	for i := range layouts {
		l := &layouts[i]
		rest := Half(w, h, i)
		l.Head, rest = rest.Top(2)
		if i == 0 {
			rest.X, rest.W = edge, max(rest.W-edge-1, 0)
		} else {
			rest.W = max(rest.W-edge, 0)
		}
		_, rest = rest.Top(gap)
		next := func(n int) (p grid.Rect) {
			p, rest = rest.Top(n)
			p.H = max(p.H-gap, 0)
			return p
		}
		l.FDs, l.Loops, l.Time, l.Feed = next(c.fds), next(c.loops), next(c.time), next(c.feed)
		if c.judged {
			l.Judgement = rest
		}
		l.Keys, _ = grid.Rect{W: w, H: h}.Bottom(1)
		if pair[i] != nil {
			l.placeTime(lanesOf(&scene{View: pair[i]}, l.Time.W, nil), !pair[i].Events)
		}
	}
	return layouts
}

// LayoutOfStack lays two views out one above the other on w by h cells: of each its
// head and its time panel. It needs less room than LayoutOfPair.
func LayoutOfStack(w, h int, pair [2]*View) (layouts [2]Layout) {
	rest := grid.Rect{W: w, H: max(h-1, 0)}
	keys := grid.Rect{Y: rest.H, W: w, H: min(h, 1)}
	for i := range layouts {
		l := &layouts[i]
		var part grid.Rect
		part, rest = rest.Top(rest.H / (2 - i))
		l.Head, part = part.Top(2)
		part.X, part.W = edge, max(part.W-edge, 0)
		l.Time, l.Keys = part, keys
		if pair[i] != nil {
			l.placeTime(lanesOf(&scene{View: pair[i]}, w, nil), !pair[i].Events)
		}
	}
	return layouts
}

// Half is the left (0) or the right (1) half of a screen of w by h cells, without
// the row of the keys. The line between them is the first column of the right one.
func Half(w, h, i int) grid.Rect {
	return grid.Rect{X: i * (w / 2), W: w/2 + i*(w%2), H: max(h-1, 0)}
}

// MomentAt says which moment of the view's run a cell of the screen stands for.
// ok is false outside of the plot and of the strip.
func (l *Layout) MomentAt(v *View, x, y int) (ns int64, ok bool) {
	switch {
	case l.Plot.Has(x, y) && v.Events:
		return v.momentOf(x-l.Plot.X, l.Plot.W), true
	case l.Plot.Has(x, y):
		ns, _, _ = v.axis().span(v.first(l.Plot.W) + int64(x-l.Plot.X))
		return ns, true
	case l.Strip.Has(x, y):
		ns, _, _ = v.whole(l.Strip.W).span(int64(x - l.Strip.X))
		return min(ns, v.seen()), true
	}
	return 0, false
}

type heights struct{ top, middle, bottom int }

// split shares the rows among the panels: each gets its least, the table of
// fds what it needs up to a limit, the lanes likewise, the feed the rest. Each has
// a hairline and a gap besides.
func split(w, h, gap int, v *scene) heights {
	over := 1 + gap
	if v.isEmpty() {
		middle := min(max(lanesOf(v, w-2, nil)+2+over, 6), h/2)
		return heights{0, middle, h - middle}
	}
	open := 0
	for _, f := range v.World.FDs {
		if f.Closed == 0 {
			open++
		}
	}
	least := h * 3 / 10
	if len(v.World.Ends) > 0 {
		least = max(least, endHeight+1+over)
	}
	top := min(max(open+1+over, least, 6), max(h*4/10, 6))
	middle := min(max(wishedRows(lanesOf(v, w, nil))+over, 6), max(h*36/100, 6))
	if v.isRead() { // the rest is one step back in time
		enough := h / 4
		if len(v.World.Ends) > 0 && h > 3*endHeight {
			enough = max(enough, endHeight+over)
		}
		top, middle = min(top, enough), min(middle, h/4)
	}
	want, floor := 0, 6 // rows that the last panels want, and that the others keep
	switch t := v.measured(); {
	case t != nil:
		want, floor = over+t.Rows(w-2*chrome.Margin), 5
	case len(v.Tries) > 0: // they are the task
		want = over
		for _, one := range v.Tries {
			want += tryRows(w-w*v.feedShare()/100-2*chrome.Margin, one)
		}
	}
	if want > 0 {
		lack := max(min(want, h/2)-(h-top-middle), 0)
		least := max(middle-lack, min(middle, floor))
		top = max(top-(lack-(middle-least)), min(top, floor))
		middle = least
	}
	return heights{top, middle, h - top - middle}
}

// column has the heights of its panels: the feed has rows only where there are many.
type column struct {
	fds, loops, time, feed int
	judged                 bool // the rest is for the checks of somebody who judges the runs
}

// columnHeights shares the rows of a column. Both columns get the same, so that
// what is compared stands in the same rows; and they go by the whole runs, not
// by the moment, so that nothing jumps while the playhead moves.
func columnHeights(h, gap int, pair [2]*View) (c column) {
	over := 1 + gap
	judgement := 0
	for _, v := range pair {
		if v == nil {
			continue
		}
		if v.Judgement != nil {
			c.judged = true
			judgement = max(judgement, 6+over, v.JudgementRows+over)
		}
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
		c.fds = max(c.fds, fds+1+over)
		c.loops = max(c.loops, 4*threads+1+over) // a thread, the circle of its loop
		c.time = max(c.time, threads+inputs+1+over)
	}
	h -= 3 + gap // the head and the keys
	c.fds = min(max(c.fds, 6), h/4)
	c.time = min(max(c.time, 7), h/4)
	c.loops = min(max(c.loops, 7), max(h-c.fds-c.time-judgement, 7))
	if !c.judged { // the strip of the run and the lens have room
		c.loops = min(c.loops, max(h/3, 7))
		c.time = min(c.time+8, h-c.fds-c.loops)
	}
	if rest := h - c.fds - c.loops - c.time - judgement; rest >= 6 {
		c.feed = rest
	}
	return c
}
