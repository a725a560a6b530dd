package stage

import (
	"strconv"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// labelWidth is the width of a lane's name in the time panel: "fd 10 listen :18871".
const labelWidth = 20

// lanesOf returns the lanes to show, appended to dst, or just their number
// when dst is nil: those that live in the window, threads before the fds that
// the program reads, and what has ended below what lives.
func lanesOf(v *scene, width int, dst *[]*world.Lane) int {
	n := 0
	from, _, _ := v.axis().span(v.axis().at(v.Now) - int64(width-labelWidth))
	for _, ended := range []bool{false, true} {
		for _, threads := range []bool{true, false} {
			for i := range v.Run.Timeline.Lanes {
				l := &v.Run.Timeline.Lanes[i]
				over := l.Ended != 0 && l.Ended <= v.Now
				if over != ended || over && l.Ended < from || l.Begun > v.Now || (l.Thread != 0) != threads || !threads && !l.Input {
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

// drawTime draws a lane for each thread and each fd that is read. A column is
// a stretch of time; it shows the most telling thing that happened in it, so
// that a microsecond leaves its mark. plot is the part of r that the layout
// gives to the columns.
func drawTime(r, plot grid.Region, v *scene) {
	th := v.Theme
	if plot.H == 0 {
		return
	}
	var store [32]*world.Lane
	lanes := store[:0]
	lanesOf(v, r.W, &lanes)
	rows := r.H - 1
	more := 0
	if len(lanes) > rows {
		more = len(lanes) - rows + 1
		lanes = lanes[:max(rows-1, 0)]
	}
	// Columns are laid on whole multiples of their length, so that what is
	// past keeps its column and scrolls instead of flickering.
	ax := v.axis()
	first := ax.first(v.Now, plot.W)
	for y, l := range lanes {
		drawLaneName(r.Sub(0, y, labelWidth-1, 1), v, l)
		for x := range plot.W {
			from, to, gap := ax.span(first + int64(x))
			if from < 0 {
				continue
			}
			piece := l.Piece(from, min(to, v.Now+1))
			states, queued := piece.States, max(piece.MostUnseen, piece.MostSeen)
			if gap && states&^world.Gone != 0 {
				states, queued = world.Gate, 0
			}
			if c, st := laneGlyph(v, l.Thread != 0, states, queued); c != 0 {
				plot.Set(x, y, c, st)
			}
		}
	}
	for y, l := range lanes {
		v.weigh(r.Sub(0, y, r.W, 1), v.laneMatters(l))
		v.mark(r, y, 1, v.followsLane(l), false)
	}
	if more > 0 {
		r.At(0, len(lanes)).Int(th.Faint, int64(more)).Text(th.Faint, " more lanes")
	}
	drawAxis(r.Sub(0, r.H-1, r.W, 1), v, first, plot.W)
}

// DrawWhole draws the whole run of a view on its lanes.
func DrawWhole(r grid.Region, view *View) {
	v := &scene{View: view, Theme: inkOf(view.Theme)}
	w := r.W - labelWidth
	if w <= 0 {
		return
	}
	v.Now = v.Live
	v.Column = v.Live/int64(w) + 1
	r.H = min(r.H, lanesOf(v, r.W, nil)+1) // and the axis
	drawTime(r, r.Sub(labelWidth, 0, w, r.H), v)
}

func drawLaneName(r grid.Region, v *scene, l *world.Lane) {
	th := v.Theme
	st := th.Text
	if l.Ended != 0 && l.Ended <= v.Now {
		st = th.Faint
	}
	if l.FD != trace.NoFD {
		p := r.At(0, 0).Text(th.Faint, "fd ").Int(st, int64(l.FD)).Text(st, " ")
		r.Cut(p.X, 0, r.W-p.X, st, l.Name)
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

// laneGlyph returns the glyph for what happened in one column: the most
// telling state wins.
func laneGlyph(v *scene, thread bool, s world.States, queued int64) (rune, grid.Style) {
	th, g := v.Theme, v.Theme.Glyphs
	has := func(state world.States) bool { return s&state != 0 }
	switch {
	case s == 0 || s&^(world.Gone|world.Unknown) == 0:
		return 0, grid.Style{}
	case has(world.Piling) && queued > 0:
		return g.Bars[barHeight(queued)], th.Unseen
	case has(world.Callback | world.Dozes | world.Spins | world.Began):
		return g.LaneCallback, th.Callback
	case has(world.Unseen):
		return g.Bars[barHeight(queued)], th.Unseen
	case has(world.Took):
		return g.LaneTook, th.Callback
	case has(world.Noticed | world.Left):
		return g.Noticed, th.Noticed
	case has(world.Gate):
		return g.LaneGate, th.Held
	case has(world.Block) && thread:
		return g.LaneBlocked, th.Blocked
	case has(world.Await) && thread:
		return g.LaneWait, th.Waiting
	case has(world.Sleeps) && s&world.Idle == 0:
		return g.LaneSleep, th.Faint
	case has(world.Block) || has(world.Await):
		return g.LaneWatched, th.Watched
	case thread:
		return g.LaneRun, th.Text
	}
	return g.LaneIdle, th.Faint
}

// barHeight turns queued bytes into one of seven heights: one more for each
// four times as many.
func barHeight(queued int64) int {
	h := 0
	for ; queued > 1 && h < len(unicode.Bars)-1; queued /= 4 {
		h++
	}
	return h
}

// drawAxis draws the times under the columns, and where the steps began.
func drawAxis(r grid.Region, v *scene, first int64, w int) {
	th := v.Theme
	r.At(0, 0).Text(th.Faint, "1 column ").Duration(th.Faint, v.Column)
	const every, tick, held = 20, 10, 19 // columns from one tick to the next, of one, and of the longest hold
	ax := v.axis()
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
		p := r.At(labelWidth+x, 0)
		switch {
		case gap:
			p = p.Rune(th.Held, v.Theme.Glyphs.LaneGate)
			if x+held <= w {
				p = p.Text(th.Held, " held ").Duration(th.Held, to-from).Skip(1)
			}
		case n >= 0 && n%every == 0 && x+tick <= w && !gapSoon(n):
			p = p.Rune(th.Faint, v.Theme.Glyphs.Tick).Clock(th.Faint, from)
		default:
			p = p.Skip(1)
		}
		x = p.X - labelWidth
	}
}
