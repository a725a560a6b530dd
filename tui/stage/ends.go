package stage

import (
	"cmp"
	"slices"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// minute is what Linux lets TIME_WAIT last (TCP_TIMEWAIT_LEN), and the full
// length of a countdown's bar.
const minute = int64(60e9)

// station is a state's place in the diagram of one end: the end that closes first goes
// down the left side, the one that closes second the right.
//
//	     ESTABLISHED
//	   ╭──────┴──────╮
//	FIN_WAIT1   CLOSE_WAIT
//	FIN_WAIT2    LAST_ACK
//	 CLOSING
//	TIME_WAIT
//	        gone
var stations = [...]struct {
	state world.TCPState
	x, y  int
}{
	{world.Established, 5, 1},
	{world.FinWait1, 0, 3}, {world.CloseWait, 10, 3},
	{world.FinWait2, 0, 4}, {world.LastAck, 11, 4},
	{world.Closing, 1, 5},
	{world.TimeWait, 0, 6},
	{world.NoState, 8, 7},
}

const (
	endWidth  = 21
	endHeight = 9
)

// drawEnds draws the two ends of the newest connection side by side, and below
// them the older ends that the kernel still keeps: the one that is gone first comes first.
// It returns how many of those have no room.
func drawEnds(r grid.Region, v *scene) (above, below int) {
	w := v.World
	newest := &w.Ends[len(w.Ends)-1]
	left, right := newest, w.Peer(newest)
	if right != nil && right.Label < left.Label {
		left, right = right, left // the client stands left, the server right
	}
	y := 0
	if r.W >= 2*endWidth-1 && r.H >= endHeight {
		drawEnd(r.Sub(0, 0, endWidth, endHeight), v, left)
		if right != nil {
			drawEnd(r.Sub(min(r.W-endWidth, 2*endWidth), 0, endWidth, endHeight), v, right)
		}
		y = endHeight
	} else {
		y = drawTrail(r.Sub(0, 0, r.W/2, r.H), v, left)
		if right != nil {
			y = max(y, drawTrail(r.Sub(r.W/2, 0, r.W-r.W/2, r.H), v, right))
		}
	}
	var store [8]*world.End
	older := store[:0]
	for i := range w.Ends {
		if e := &w.Ends[i]; e != left && e != right && e.State != world.NoState {
			older = append(older, e)
		}
	}
	slices.SortStableFunc(older, func(a, b *world.End) int { // -1, no timer, comes last
		return cmp.Compare(uint64(a.Left(v.Now)), uint64(b.Left(v.Now)))
	})
	seen := min(len(older), max(r.H-y, 0))
	for _, e := range older[:seen] {
		y = drawEndLine(r, y, v, e)
	}
	return 0, len(older) - seen
}

// drawEnd draws the diagram of one end: where it stands is lit, where it was
// is plain, the rest is faint.
func drawEnd(r grid.Region, v *scene, e *world.End) {
	th, g := v.Theme, v.Theme.Glyphs
	p := r.At(1, 0).Text(th.Title, e.Label).Text(th.Faint, " :").Int(th.Faint, int64(e.Local))
	if e.FD == trace.NoFD && e.State != world.NoState {
		p.Text(th.Faint, " ").Text(th.Strong, "no fd")
	}
	r.Set(4, 2, g.CornerUL, th.Frame)
	r.Fill(5, 2, 10, 1, th.Lines.Across, th.Frame)
	r.Set(15, 2, g.CornerUR, th.Frame)
	for _, s := range stations {
		r.Text(s.x, s.y, endStyle(v, e, s.state), s.state.String())
	}
	if left := e.Left(v.Now); left >= 0 {
		p := r.At(0, 8).Duration(th.Strong, left).Text(th.Strong, " ")
		r.Fill(p.X, 8, int(min(left, minute)*int64(r.W-p.X)/minute), 1, g.Grow, th.Strong)
	}
}

func endStyle(v *scene, e *world.End, s world.TCPState) grid.Style {
	th := v.Theme
	if e.State == s {
		return th.Held
	}
	for _, was := range e.Trail {
		if was == s {
			return th.Text
		}
	}
	return th.Faint
}

// drawTrail draws one end where there is no room for its diagram: the states
// that it has gone through, the newest lit, and the countdown. It returns the
// row after it.
func drawTrail(r grid.Region, v *scene, e *world.End) int {
	th := v.Theme
	r.At(0, 0).Text(th.Title, e.Label)
	trail, left := e.Trail, e.Left(v.Now)
	room := r.H - 2 // below the label, with a row for the countdown
	if len(trail) > room {
		trail = trail[len(trail)-max(room, 0):]
	}
	y := 1
	for _, s := range trail {
		r.At(0, y).Text(endStyle(v, e, s), s.String())
		y++
	}
	if left >= 0 {
		p := r.At(0, y).Duration(th.Strong, left).Text(th.Strong, " ")
		r.Fill(p.X, y, int(min(left, minute)*int64(r.W-1-p.X)/minute), 1, v.Theme.Glyphs.Grow, th.Strong)
		y++
	}
	return y
}

// drawEndLine draws one end in a row: its state, and the countdown.
func drawEndLine(r grid.Region, y int, v *scene, e *world.End) int {
	th := v.Theme
	st := th.Text
	if e.State == world.TimeWait {
		st = th.Strong
	}
	p := r.At(0, y)
	if r.W >= 34 {
		p = p.Text(th.Title, e.Label).Text(th.Faint, " ")
	}
	p = p.Text(th.Faint, ":").Int(th.Faint, int64(e.Local)) // which of several it is
	p = p.Text(st, " ").Text(st, e.State.String())
	if left := e.Left(v.Now); left >= 0 {
		p.Text(st, " ").Duration(st, left)
	}
	return y + 1
}
