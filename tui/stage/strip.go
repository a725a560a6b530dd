package stage

import (
	"strconv"

	"fdlab/tui/grid"
)

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

// drawMarks draws the steps by their number and name, and the moments, below the strip. Nothing
// is drawn over anything else: names stand where no moment does, and where something stands the
// playhead reverses it.
func drawMarks(r grid.Region, v *scene, ax axis) {
	th, g := v.Theme, v.Theme.Glyphs
	w := v.Run.Live
	for _, m := range w.Moments {
		if m.At <= v.seen() {
			r.Set(int(ax.at(m.At)), 0, g.Moment, th.Ready)
		}
	}
	for i, s := range w.Steps {
		if s.At > v.seen() {
			break
		}
		x, end := int(ax.at(s.At)), r.W
		if i+1 < len(w.Steps) {
			end = min(end, int(ax.at(w.Steps[i+1].At)))
		}
		part := r.Sub(x, 0, end-x, 1)
		if blank(part.Cell(0, 0)) {
			part.Set(0, 0, g.Tick, th.Faint)
		}
		number := strconv.Itoa(int(w.Dropped.Steps) + i + 1)
		at, room := free(part, 1, len(number)+1+min(grid.Width(s.Text), enough))
		if room <= len(number) {
			continue
		}
		part.Text(at, 0, th.Faint, number)
		if at, room = at+len(number)+1, room-len(number)-1; room > fewest {
			part.Cut(at, 0, room-1, th.Faint, s.Text)
		}
	}
	switch x := min(int(ax.at(v.Now)), r.W-1); {
	case x < 0:
	case blank(r.Cell(x, 0)) && (blank(r.Cell(x-1, 0)) || blank(r.Cell(x+1, 0))): // not within a name
		r.Set(x, 0, g.Playhead, th.Title)
	default:
		r.Restyle(x, 0, 1, 1, func(st grid.Style) grid.Style { return st.With(grid.Reverse) })
	}
}

// How many letters of a step's name say something, and how many are enough.
const fewest, enough = 6, 12

// free returns the first stretch of blank cells from a column on that has room for n of them and
// a blank, or else the widest.
func free(r grid.Region, from, n int) (at, room int) {
	for x := from; x < r.W && room <= n; x++ {
		end := x
		for end < r.W && blank(r.Cell(end, 0)) {
			end++
		}
		if end-x > room {
			at, room = x, end-x
		}
		x = end
	}
	return at, room
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
