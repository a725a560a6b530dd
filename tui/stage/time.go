package stage

import (
	"strconv"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// The time panel: a strip of the whole run, below it a lane for each thread and each fd
// that is read, and at the bottom, where there is room, the one column under the
// playhead, opened. At the right stands in words what each lane is in.
//
// Two things are never mixed. A glyph and its height are the kernel's fact: how much
// waits. Solid or striped is what the program knows of it. A thread has the upper
// half of its row, so that a callback never hides what waits below it.

// labelWidth is the width of a lane's name: "fd 10 listen :18871".
func labelWidth(w int) int {
	if w >= wide {
		return 20
	}
	return 14
}

// readWidth is the width of the words at the right, with the line before them: "asleep inside 504 ms",
// "callback 247 µs". 0: there is no room.
func readWidth(w int) int {
	switch {
	case w >= wide:
		return 22
	case w >= 60:
		return 16
	}
	return 0
}

const wide = 98 // columns of a panel

// placeTime says where the parts of the time panel stand. The event axis needs no lens.
func (l *Layout) placeTime(lanes int, lens bool) {
	in := inside(l.Time)
	label, read := labelWidth(in.W), readWidth(in.W)
	if in.H < 2 || in.W < label+read+10 {
		return
	}
	if in.H >= 6 {
		rows := 1
		if in.H >= 9 {
			rows = 2
		}
		var strip grid.Rect
		strip, in = in.Top(rows)
		l.Strip = grid.Rect{X: in.X + label, Y: strip.Y, W: in.W - label - read, H: rows}
	}
	if rest := in.H - 1 - lanes; rest >= 3 && lens {
		var part grid.Rect
		in, part = in.Top(in.H - min(rest, lanes+1))
		l.Lens = grid.Rect{X: in.X + label, Y: part.Y, W: in.W - label - read, H: part.H}
	}
	l.Plot = grid.Rect{X: in.X + label, Y: in.Y, W: in.W - label - read, H: in.H}
}

// wishedRows is how many rows the panel wants, without its frame.
func wishedRows(lanes int) int { return 2 + 1 + lanes + 1 + min(lanes, 5) }

// until is where the drawn run ends: the future is not shown before a person goes there.
func (v *View) until() int64 {
	if v.Status == Past || v.Status == Replay {
		return max(v.Live, v.Now)
	}
	return v.Now
}

// first returns the column at the left end of w of them. What is past keeps its column:
// columns are whole multiples of their length, and where the future is shown, too, the
// window turns by half its width.
func (v *View) first(w int) int64 {
	ax := v.axis()
	live := ax.first(v.until(), w)
	if v.until() == v.Now {
		return live
	}
	half := int64(max(w/2, 1))
	return min(live, max(floor(ax.at(v.Now), half)-1, 0)*half)
}

// lanesOf returns the lanes to show, appended to dst, or just their number
// when dst is nil: those that live in a window of w columns, threads before the fds that
// the program reads, and what has ended below what lives.
func lanesOf(v *scene, w int, dst *[]*world.Lane) int {
	ax, left := v.axis(), v.first(w)
	from, _, _ := ax.span(left)
	_, to, _ := ax.span(left + int64(w) - 1)
	return v.lanesBetween(from, min(to, v.until()), dst)
}

// lanesBetween is lanesOf for a window from a time to another.
func (v *scene) lanesBetween(from, to int64, dst *[]*world.Lane) int {
	n := 0
	for _, ended := range []bool{false, true} {
		for _, threads := range []bool{true, false} {
			for i := range v.Run.Timeline.Lanes {
				l := &v.Run.Timeline.Lanes[i]
				over := l.Ended != 0 && l.Ended <= v.Now
				if over != ended || over && l.Ended < from || l.Begun > to || (l.Thread != 0) != threads || !threads && !l.Input {
					continue
				}
				if l.FD != trace.NoFD && v.isQuietLane(l) {
					continue
				}
				n++
				if dst != nil {
					*dst = append(*dst, l)
				}
			}
		}
	}
	return n
}

// drawTime draws the panel, where the layout says. r is the inside of its frame.
func drawTime(root, r grid.Region, l *Layout, v *scene) {
	th := v.Theme
	if l.Plot.H == 0 {
		return
	}
	plot, label, read := l.Plot.In(root), labelWidth(r.W), readWidth(r.W)
	var store [32]*world.Lane
	lanes := store[:0]
	rows, more := plot.H-1, 0
	var all []world.Passage
	shown := 0
	top := 1 // rows of the plot above the lanes
	if v.Events {
		if plot.H >= 6 {
			top = 2
		}
		rows = plot.H - top
		if all, shown = v.passages(plot.W); len(all) > 0 {
			v.lanesBetween(all[0].At, all[len(all)-1].At, &lanes)
		}
	} else {
		lanesOf(v, plot.W, &lanes)
	}
	if len(lanes) > rows {
		more = len(lanes) - rows + 1
		lanes = v.foremost(lanes, max(rows-1, 0))
	}
	if l.Strip.H > 0 {
		drawStrip(l.Strip.In(root), v, plot.W)
		r.Text(0, 0, th.Faint, "run")
	}
	at := l.Plot.Y - l.Time.Y - 1 // the row of the axis, inside: below the hairline
	if v.Events {
		drawEvents(r.Sub(0, at, r.W, plot.H), plot, v, lanes, all, shown, label, top)
	} else {
		drawLanes(r.Sub(0, at, label+plot.W, plot.H), plot, v, lanes, label)
	}
	for y, lane := range lanes {
		drawLaneName(r.Sub(0, at+top+y, label-1, 1), v, lane)
		if read > 0 {
			row := r.Sub(r.W-read, at+top+y, read, 1)
			row.Set(0, 0, th.Lines.Down, th.Frame)
			drawReadout(row.Sub(1, 0, read-1, 1), v, lane)
		}
		v.weigh(r.Sub(0, at+top+y, r.W, 1), v.laneMatters(lane))
		v.mark(r, at+top+y, 1, v.followsLane(lane), false)
	}
	if more > 0 {
		r.At(0, at+top+len(lanes)).Int(th.Faint, int64(more)).Text(th.Faint, " more lanes")
	}
	if l.Lens.H > 0 && !v.Events {
		y := l.Lens.Y - l.Time.Y - 1
		drawLens(r.Sub(0, y, r.W, l.Lens.H), l.Lens.In(root), v, lanes, label)
	}
}

// foremost leaves n of the lanes, in their order: those that matter at the moment, and then
// the first.
func (v *scene) foremost(lanes []*world.Lane, n int) []*world.Lane {
	matter := 0
	for _, l := range lanes {
		if v.laneMatters(l) {
			matter++
		}
	}
	others := max(n-matter, 0)
	kept := lanes[:0]
	for _, l := range lanes {
		matters := v.laneMatters(l)
		if len(kept) == n || !matters && others == 0 {
			continue
		}
		if !matters {
			others--
		}
		kept = append(kept, l)
	}
	return kept
}

// drawLanes draws the axis and the lanes, a column for each stretch of time.
func drawLanes(r, plot grid.Region, v *scene, lanes []*world.Lane, label int) {
	var store [256]int
	arrived := store[:min(plot.W, len(store))]
	if plot.W > len(store) {
		arrived = make([]int, plot.W)
	}
	w := window{ax: v.axis(), first: v.first(plot.W), until: v.until(), arrived: arrived}
	drawAxis(r, v, w.first, label)
	longest := mark{}
	for y, lane := range lanes {
		w.row = 1 + y
		if m := drawLane(plot.Sub(0, 1+y, plot.W, 1), v, lane, w); m.lasted > longest.lasted {
			longest, longest.y = m, 1+y
		}
	}
	drawArrivals(plot, v, w.arrived)
	longest.draw(plot, v)
	drawPlayhead(plot, v, w)
}

// window is which moments the columns of a row stand for.
type window struct {
	ax    axis
	first int64
	until int64 // nothing is drawn from here on

	// By column: the row of the lowest lane on which something has arrived in it; 0: on
	// none. nil: nobody wants to know.
	arrived []int
	row     int // of the lane that is drawn
}

// column returns the moments of a column, without the last. ok is false where it has
// none.
func (w *window) column(x int) (from, to int64, gap, ok bool) {
	from, to, gap = w.ax.span(w.first + int64(x))
	to = min(to, w.until+1)
	return from, to, gap, from >= 0 && from < to
}

// DrawWhole draws the whole run of a view on its lanes.
func DrawWhole(r grid.Region, view *View) {
	v := &scene{View: view, Theme: inkOf(view.Theme)}
	label := labelWidth(r.W)
	w := r.W - label
	if w <= 0 {
		return
	}
	v.Now = v.Live
	v.Column = v.Live/int64(w) + 1
	var store [32]*world.Lane
	lanes := store[:0]
	lanesOf(v, w, &lanes)
	win := window{ax: v.axis(), first: v.first(w), until: v.Now}
	for y, lane := range lanes[:min(len(lanes), max(r.H-1, 0))] {
		drawLaneName(r.Sub(0, y, label-1, 1), v, lane)
		drawLane(r.Sub(label, y, w, 1), v, lane, win)
	}
	rows := min(r.H-1, len(lanes))
	if more := len(lanes) - rows; more > 0 && rows > 0 {
		r.Fill(0, rows-1, r.W, 1, ' ', v.Theme.Text)
		r.At(0, rows-1).Int(v.Theme.Faint, int64(more+1)).Text(v.Theme.Faint, " more lanes")
	}
	drawAxis(r.Sub(0, rows, r.W, 1), v, win.first, label)
}

func drawLaneName(r grid.Region, v *scene, l *world.Lane) {
	th := v.Theme
	st := th.Text
	if l.Ended != 0 && l.Ended <= v.Now {
		st = th.Faint
	}
	if l.FD != trace.NoFD {
		p := r.At(0, 0).Text(th.Faint, "fd ").Int(st, int64(l.FD)).Text(st, " ")
		r.Cut(p.X, 0, r.W-p.X, st, toFit(l.Name, r.W-p.X))
		return
	}
	if l.Name == "" {
		r.At(0, 0).Text(st, "thread ").Int(st, int64(l.Thread))
		return
	}
	x := r.W
	if v.isOneOfMany(l) { // the number tells them apart, so it is not cut
		number := strconv.AppendInt(r.Scratch(), int64(l.Thread), 10)
		x -= len(number)
		r.At(x, 0).Bytes(th.Faint, number)
		x--
	}
	r.Cut(0, 0, x, st, l.Name)
}

// isOneOfMany reports whether another thread's lane has the same name.
func (v *scene) isOneOfMany(l *world.Lane) bool {
	for i := range v.Run.Timeline.Lanes {
		o := &v.Run.Timeline.Lanes[i]
		if o != l && o.Thread != 0 && o.Name == l.Name && o.Begun <= v.Now {
			return true
		}
	}
	return false
}

// drawPlayhead marks the column that is shown.
func drawPlayhead(plot grid.Region, v *scene, w window) {
	x := int(w.ax.at(v.Now) - w.first)
	if x < 0 || x >= plot.W {
		return
	}
	plot.Set(x, 0, v.Theme.Glyphs.Playhead, v.Theme.Title)
	if v.until() != v.Now { // else it is the right end
		plot.Restyle(x, 1, 1, plot.H-1, v.View.Theme.Raised)
	}
}

// drawAxis draws the times of the columns, and how much time one of them is.
func drawAxis(r grid.Region, v *scene, first int64, label int) {
	th, w := v.Theme, r.W-label
	r.Sub(0, 0, label-1, 1).At(0, 0).Text(th.Faint, "column ").Duration(th.Faint, v.Column)
	fine := v.Column < 1e6          // then minutes and seconds are not enough
	every, tick, held := 20, 10, 19 // columns from one tick to the next, of one, and of the longest hold
	if fine {
		tick = 14
	}
	ax := v.axis()
	head := ax.at(v.Now) - first // the column of the playhead: no number stands under it
	gapSoon := func(n int64) bool {
		for i := range int64(tick) {
			if _, _, gap := ax.span(n + i); gap {
				return true
			}
		}
		return false
	}
	for x := 0; x < w; {
		n := first + int64(x)
		from, to, gap := ax.span(n)
		p := r.At(label+x, 0)
		switch {
		case gap:
			p = p.Rune(th.Held, v.Theme.Glyphs.LaneGate)
			if x+held <= w {
				p = p.Text(th.Held, " held ").Duration(th.Held, to-from).Skip(1)
			}
		case n >= 0 && n%int64(every) == 0 && x+tick <= w && !gapSoon(n):
			p = p.Rune(th.Faint, v.Theme.Glyphs.Tick)
			if int64(x) < head && head < int64(x+tick) {
				break
			}
			if p = p.Clock(th.Faint, from); fine {
				micros := strconv.AppendInt(r.Scratch(), 1000+from/1000%1000, 10)
				micros[0] = ' '
				p = p.Bytes(th.Faint, micros)
			}
		default:
			p = p.Skip(1)
		}
		x = p.X - label
	}
}
