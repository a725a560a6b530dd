package stage

import "fdlab/tui/grid"

// drawStrip draws the whole run in one row: where callbacks ran, where something was ready
// and unseen, and which part the lanes show. Below it stand the steps and the moments, if
// there is a row for them.
func drawStrip(r grid.Region, v *scene, plot int) {
	th, g := v.Theme, v.Theme.Glyphs
	ax := v.whole(r.W)
	win := v.axis()
	first := v.first(plot)
	left, _, _ := win.span(first)
	_, right, _ := win.span(first + int64(plot) - 1)
	o := &v.Run.Timeline.Overview
	for x := range r.W {
		from, to, gap := ax.span(int64(x))
		if from > v.seen() {
			break
		}
		s := o.Between(from, to, v.seen())
		share := (to - from) / 4
		c, st := th.Lines.Across, th.Frame
		call, unseen := s.Callback >= share && s.Callback > 0, s.Unseen >= share && s.Unseen > 0 || s.Late
		switch {
		case gap:
			c, st = g.LaneGate, th.Held
		case call && unseen:
			c, st = g.Both, th.Lane.Call
			if over := th.Lane.Unseen.FG; over != grid.Default && !v.View.Theme.ASCII {
				c, st = g.LaneCallback, th.Lane.Call.On(over)
			}
		case call:
			c, st = g.LaneCallback, th.Lane.Call
		case unseen:
			c, st = g.Below, th.Lane.Unseen
			st.BG = grid.Default
		case s.Began:
			c, st = g.LaneLeft, th.Lane.Call
		}
		if from < right && to > left && st.BG == grid.Default {
			st = v.View.Theme.Raised(st)
		}
		r.Set(x, 0, c, st)
	}
	if r.H > 1 {
		drawMarks(r.Sub(0, 1, r.W, 1), v, ax)
		return
	}
	if x := int(ax.at(v.Now)); x >= 0 && x < r.W {
		r.Restyle(x, 0, 1, 1, func(st grid.Style) grid.Style { return st.With(grid.Reverse) })
	}
}

// drawMarks draws the steps by their number and name, and the moments, below the strip.
func drawMarks(r grid.Region, v *scene, ax axis) {
	th, g := v.Theme, v.Theme.Glyphs
	w := v.Run.Live
	last := int(w.Dropped.Steps)
	for i, s := range w.Steps {
		if s.At > v.seen() {
			break
		}
		x, end := int(ax.at(s.At)), r.W
		if i+1 < len(w.Steps) {
			end = min(end, int(ax.at(w.Steps[i+1].At)))
		}
		part := r.Sub(x, 0, end-x, 1)
		p := part.At(0, 0).Rune(th.Faint, g.Tick)
		if end-x >= 3 {
			p = p.Int(th.Faint, int64(last+i+1)).Text(th.Faint, " ")
			if end-x >= 8 {
				part.Cut(p.X, 0, end-x-p.X-1, th.Faint, s.Text)
			}
		}
	}
	for _, m := range w.Moments {
		if m.At <= v.seen() {
			r.Set(int(ax.at(m.At)), 0, g.Moment, th.Ready)
		}
	}
	if x := int(ax.at(v.Now)); x >= 0 {
		r.Set(min(x, r.W-1), 0, g.Playhead, th.Title)
	}
}

// seen is how far the strip goes: as far as the run has come, and at the reader's pace as
// far as the reader has.
func (v *View) seen() int64 {
	switch v.Status {
	case Led, Paused, AtMoment:
		return v.Now
	}
	return max(v.Live, v.Now)
}

// whole lays the run out on w columns.
func (v *View) whole(w int) axis {
	length := max(v.Live, v.Now) + 1
	ax := axis{length/int64(w) + 1, v.Gaps}
	for ax.column > 1 { // a long hold takes one column
		less := axis{ax.column * 7 / 8, v.Gaps}
		if less.column == ax.column || less.at(length) >= int64(w) {
			break
		}
		ax = less
	}
	return ax
}
