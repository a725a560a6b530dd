package stage

import "fdlab/tui/grid"

// DrawPair draws two runs side by side, each in a column of its own: the same
// panels as the stage's, one under the other, at the same heights. A nil view
// leaves its half empty. The last row is the keys', of the first view.
func DrawPair(r grid.Region, pair [2]*View) {
	scenes := scenesOf(pair)
	for i, v := range scenes {
		if v != nil {
			drawColumn(Half(r, i), v, columnHeights(r.W, r.H, scenes))
		}
	}
	for _, v := range scenes {
		if v != nil {
			keys, _ := r.Bottom(1)
			drawKeys(keys, v)
			return
		}
	}
}

// Half returns the left (0) or the right (1) half of a region, without the row
// of the keys.
func Half(r grid.Region, i int) grid.Region {
	w := (r.W - 1) / 2
	return r.Sub(i*(r.W-w), 0, w, r.H-1)
}

func scenesOf(pair [2]*View) (scenes [2]*scene) {
	for i, v := range pair {
		if v != nil {
			scenes[i] = &scene{View: v, Theme: inkOf(v.Theme)}
		}
	}
	return scenes
}

// column has the heights of its panels: the feed has rows only where there are many.
type column struct{ fds, loops, time, feed int }

// columnHeights shares the rows of a column. Both columns get the same, so that
// what is compared stands in the same rows; and they go by the whole runs, not
// by the moment, so that nothing jumps while the playhead moves.
func columnHeights(w, h int, scenes [2]*scene) (c column) {
	judgement := 8 // rows, frame included
	for _, v := range scenes {
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

func drawColumn(r grid.Region, v *scene, c column) {
	head, rest := r.Top(2)
	drawHead(head, v)
	fds, rest := rest.Top(c.fds)
	drawFDs(panel(fds, v, "file descriptors"), v)
	loops, rest := rest.Top(c.loops)
	drawLoops(panel(loops, v, "threads and loops"), v)
	time, rest := rest.Top(c.time)
	drawTime(panel(time, v, "time"), v)
	if c.feed > 0 {
		var feed grid.Region
		feed, rest = rest.Top(c.feed)
		drawFeed(panel(feed, v, "what happened"), v)
	}
	drawJudgement(rest, v)
}

// TimeAtPair says which run's which moment a cell of the screen stands for,
// when a pair is drawn in w by h cells. ok is false outside the time panels.
func TimeAtPair(pair [2]*View, w, h, x, y int) (i int, ns int64, ok bool) {
	half := (w - 1) / 2
	if x >= w-half {
		i, x = 1, x-(w-half)
	}
	v := pair[i]
	if v == nil {
		return i, 0, false
	}
	c := columnHeights(w, h, scenesOf(pair))
	top := 2 + c.fds + c.loops
	plot, at := half-2-labelWidth, x-1-labelWidth
	if y < top || y >= top+c.time || at < 0 || at >= plot {
		return i, 0, false
	}
	return i, (v.Now/v.Column - int64(plot) + 1 + int64(at)) * v.Column, true
}
