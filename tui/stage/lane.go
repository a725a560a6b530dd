package stage

import (
	"math"
	"math/bits"
	"sort"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// What a column of a lane shows: the most telling thing that happened in it, so that a
// microsecond leaves its mark.

// drawLane draws the columns of one lane. It returns the longest stretch in which
// something was ready and unseen.
func drawLane(r grid.Region, v *scene, l *world.Lane, w window) (longest mark) {
	var left shape // the column before
	var m mark
	number := queueLabel{r: r, v: v}
	for x := range r.W {
		from, to, gap, ok := w.column(x)
		if !ok {
			continue
		}
		p := l.Piece(from, to)
		var s shape
		switch {
		case gap && p.States&^world.Gone != 0:
			s = shape{v.Theme.Glyphs.LaneGate, v.Theme.Held, false}
		case l.FD == trace.NoFD:
			s = threadShape(v, l, &p, from, to, left, x)
		default:
			s = fdShape(v, l, &p, from, to)
			number.next(x, &p, s)
			if p.Arrivals > 0 && !p.Coarse && x < len(w.arrived) {
				w.arrived[x] = w.row
			}
		}
		if s.glyph != 0 {
			r.Set(x, 0, s.glyph, s.style)
		}
		if left = s; s.style != v.Theme.Lane.Unseen {
			m = mark{}
			continue
		}
		m.w++
		switch {
		case m.w > 1 && p.Lasted(late) == to-from:
			m.lasted += to - from
		case m.w > 1: // somebody looked meanwhile: there one stretch ends, and another may begin
			if m.lasted+p.Lasted(late) > longest.lasted {
				m.lasted += lateUntil(l, from, to) - from
				longest = longer(longest, m)
			}
			fallthrough
		default: // it may have begun before the window did
			m = mark{x: x, w: 1, lasted: to - lateSince(l, to-1)}
		}
		longest = longer(longest, m)
	}
	return longest
}

const late = world.Unseen | world.Piling

// lateUntil returns until when an fd that is unseen at a time stays so without a break, at most
// until another time.
func lateUntil(l *world.Lane, from, to int64) int64 {
	return from + int64(sort.Search(int(to-from), func(n int) bool {
		p := l.Piece(from, from+int64(n)+1)
		return p.Lasted(late) < int64(n)+1
	}))
}

// lateSince returns when what is unseen at a time became so.
func lateSince(l *world.Lane, at int64) int64 {
	for range 8 { // an fd may become unseen in its own callback, and stay so after it
		n := l.At(at)
		if n.State&late == 0 {
			return at + 1
		}
		if at = n.Since - 1; !n.Sure {
			break
		}
	}
	return at + 1
}

// drawArrivals draws a bar for each arrival, from the top down to its fd, behind all that
// says more: so it is seen what each thread did, and each other fd, when it came. Where there
// would be a bar in more than each fourth column it would say nothing, and hide much.
func drawArrivals(plot grid.Region, v *scene, arrived []int) {
	n := 0
	for _, row := range arrived {
		if row > 1 {
			n++
		}
	}
	if n > len(arrived)/4 {
		return
	}
	g, lines, st := v.Theme.Glyphs, v.View.Theme.Lines, v.Theme.Lane.Left
	for x, lowest := range arrived {
		for y := 1; y < lowest; y++ {
			switch plot.Cell(x, y).Rune {
			case 0, ' ', g.LaneIdle:
				plot.Set(x, y, lines.Down, st)
			case g.LaneWait, g.LaneWatched:
				plot.Set(x, y, lines.Cross, st)
			}
		}
	}
}

// shape is what stands in a column.
type shape struct {
	glyph rune
	style grid.Style
	on    bool // a callback is drawn at its right edge
}

const calling = world.Callback | world.SleepsInCallback

// threadShape draws a thread's column in two halves, so that a callback that begins or ends
// in it is seen to do so. Two callbacks are never drawn as one: between them is a gap of
// half a column, or a digit says how many began in the column.
func threadShape(v *scene, l *world.Lane, p *world.Piece, from, to int64, left shape, x int) shape {
	return v.asSaid(calledShape(v, l, p, from, to, left, x))
}

// asSaid draws a callback of a foreign program as what it is: said, not measured. A long one
// has the sign in each of its columns.
func (v *scene) asSaid(s shape) shape {
	if !v.World.Foreign() {
		return s
	}
	switch g := v.Theme.Glyphs; {
	case s.glyph == g.LaneCallback, s.glyph == g.LaneLeft, s.glyph == g.LaneRight, s.glyph == g.LaneMany:
		s.glyph, s.style = g.LaneSaid, v.Theme.Callback
	case s.glyph >= '2' && s.glyph <= '9':
		s.style = v.Theme.Callback
	}
	return s
}

func calledShape(v *scene, l *world.Lane, p *world.Piece, from, to int64, left shape, x int) shape {
	k, g := v.Theme, v.Theme.Glyphs
	ink := &k.Lane
	n := p.Callbacks
	fill, digit := ink.Call, ink.Digit
	if (p.Before+n)%2 == 0 {
		fill, digit = ink.Next, ink.NextDigit
	}
	switch {
	case p.States&^(world.Gone|world.Unknown) == 0: // it is not, or nobody knows
		return shape{}
	case p.Lasted(world.Spins)*2 >= to-from:
		return shape{g.LaneMany, ink.Spin, false}
	case n > 9 || n > 1 && (p.Coarse || p.States&world.Gathered != 0):
		return shape{g.LaneMany, ink.Call, true}
	case n > 1, n == 1 && p.First&calling != 0: // or another one ended here
		return shape{rune('0' + n), digit, true}
	case p.States&(calling|world.Began) == 0 && p.States&world.Handled != 0 && p.Lasted(world.Handled)*2 < to-from:
		return shape{glyph: g.LaneBriefly, style: ink.Call}
	case p.States&(calling|world.Began) == 0:
		return shape{glyph: restGlyph(g, p), style: restStyle(v, p)}
	case n == 0 && p.Lasted(world.SleepsInCallback)*2 >= to-from:
		if x%2 == 0 {
			return shape{g.LaneSleep, ink.Asleep, true}
		}
		return shape{g.LaneIdle, ink.Asleep, true}
	}
	mid := from + (to-from+1)/2
	a, b := l.Piece(from, mid), l.Piece(mid, to)
	inA, inB := a.States&(calling|world.Began) != 0, b.States&(calling|world.Began) != 0
	switch {
	case n == 1 && left.on, !inA:
		return shape{g.LaneRight, fill, true}
	case !inB:
		return shape{g.LaneLeft, fill, false}
	}
	return shape{g.LaneCallback, fill, true}
}

// restGlyph is the sign of a thread that is in no callback: what it did for most of
// the time.
func restGlyph(g *glyphs, p *world.Piece) rune {
	switch restOf(p) {
	case world.Block:
		return g.LaneBlocked
	case world.Gate:
		return g.LaneGate
	case world.Sleeps:
		return g.LaneSleep
	case world.Await:
		return g.LaneWait
	case world.Spins:
		return g.LaneMany
	case world.Handled:
		return g.LaneHandled
	}
	return g.LaneRun
}

func restStyle(v *scene, p *world.Piece) grid.Style {
	k := v.Theme
	switch restOf(p) {
	case world.Block:
		return k.Blocked
	case world.Gate:
		return k.Held
	case world.Sleeps:
		return k.Faint
	case world.Await:
		return k.Waiting
	case world.Spins:
		return k.Lane.Spin
	case world.Handled:
		return k.Lane.Call
	}
	return k.Text
}

func restOf(p *world.Piece) (most world.States) {
	lasted := int64(-1)
	for s := p.States & (world.Block | world.Gate | world.Sleeps | world.Await | world.Spins | world.Handled | world.Idle); s != 0; s &= s - 1 {
		state := world.States(1) << bits.TrailingZeros32(uint32(s))
		if ns := p.Lasted(state); ns > lasted {
			most, lasted = state, ns
		}
	}
	return most
}

// fdShape draws an fd's column. Solid: something waits, and nobody has been told. Striped:
// the program knows.
func fdShape(v *scene, l *world.Lane, p *world.Piece, from, to int64) shape {
	k, g := v.Theme, v.Theme.Glyphs
	ink := &k.Lane
	has := func(s world.States) bool { return p.States&s != 0 }
	stripes := func(st grid.Style) shape {
		if height(p.MostSeen, l.Most) > 4 {
			return shape{glyph: g.Full, style: st}
		}
		return shape{glyph: g.Half, style: st}
	}
	unseen := p.Lasted(late)
	told := world.Noticed | world.Callback | world.Piling | world.Left | world.Handled | world.Took
	switch {
	case p.States&^world.Gone == 0:
		return shape{}
	case unseen*8 >= to-from && unseen > 0, has(world.Unseen) && !has(told):
		return shape{glyph: g.Bars[height(p.MostUnseen, l.Most)-1], style: ink.Unseen}
	case p.Reads > 0:
		return shape{glyph: g.LaneTook, style: k.Callback}
	case has(world.Noticed) && p.First != world.Noticed:
		return shape{glyph: g.Noticed, style: k.Noticed}
	case has(world.Callback|world.Piling|world.Began) && v.World.Foreign():
		return shape{glyph: g.LaneSaid, style: k.Callback}
	case has(world.Callback|world.Piling) && p.MostSeen > 0:
		return stripes(ink.InCallback)
	case has(world.Noticed):
		return stripes(ink.Noticed)
	case has(world.Left), has(world.Handled) && p.MostSeen > 0:
		return stripes(ink.Left)
	case has(world.Callback | world.Piling | world.Began):
		return shape{glyph: g.LaneWatched, style: ink.Calm}
	case has(world.Handled):
		return shape{glyph: g.LaneHandled, style: ink.Call}
	case has(world.Block | world.Await):
		return shape{glyph: g.LaneWatched, style: k.Watched}
	}
	return shape{glyph: g.LaneIdle, style: k.Faint}
}

// height is how high a column stands for a number that waits, in eighths: 1 to 8. full is
// the most that ever waited on the lane. Up to four are an eighth each, so that one more is
// seen, whatever full is; beyond that an eighth is several times as many.
func height(n, full int64) int {
	n = max(n, 1)
	full = max(full, n)
	if full <= 8 || n <= 4 {
		return int(min(n, 8))
	}
	times := func(n int64) float64 { return math.Log2(float64(n) / 4) }
	return min(4+int(math.Ceil(4*times(n)/times(full))), 8)
}

// queueLabel writes how many wait, one column after the number has changed, where it
// stays for some columns more. It never changes a height: there is none in a column
// that carries a digit, and its neighbours keep theirs.
type queueLabel struct {
	r     grid.Region
	v     *scene
	n     int64 // how many wait
	since int   // from this column on
}

func (q *queueLabel) next(x int, p *world.Piece, s shape) {
	ink := &q.v.Theme.Lane
	n := int64(0)
	if s.style == ink.Unseen {
		n = p.MostUnseen
	}
	if n != q.n {
		q.n, q.since = n, x
	}
	if n == 0 {
		return
	}
	digits := grid.AppendCount(q.r.Scratch(), n)
	if x == q.since+len(digits)+2 {
		q.r.At(q.since+1, 0).Bytes(ink.Label, digits)
	}
}

// mark is a stretch of columns in which something was unseen.
type mark struct {
	x, y, w int
	lasted  int64
}

func longer(a, b mark) mark {
	if b.lasted > a.lasted {
		return b
	}
	return a
}

// draw says of the stretch how long nobody knew, where there is room.
func (m mark) draw(plot grid.Region, v *scene) {
	st := v.Theme.Lane.Label
	took := grid.AppendDuration(plot.Scratch(), m.lasted)
	const words = "nobody knows "
	if n := len(words) + len(took) + 2; m.w >= n+6 {
		plot.Sub(m.x+m.w-n-1, m.y, n, 1).At(0, 0).Text(st, " ").Text(st, words).Duration(st, m.lasted).Text(st, " ")
	}
}
