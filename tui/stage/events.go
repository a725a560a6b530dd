package stage

import (
	"strconv"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// The event axis: a column is not a stretch of time but one thing that happened, whatever
// time it took: an arrival, a wait, what the loop was told, a callback, a call. They
// follow each other as their records do. Equal turns are gathered, and counted.

// passages returns those that stand in w columns, and the index of the one that is shown.
func (v *View) passages(w int) (all []world.Passage, at int) {
	n := w / max(v.Wide, 1)
	after := 0
	if v.until() != v.Now {
		after = n / 4
	}
	last, known := uint32(0), false // one thread makes many passages in a row
	return v.Run.Passages(v.Now, n-after, after, func(thread uint32, fd int32) bool {
		if thread == 0 {
			return v.isOnAxis(0, fd)
		}
		if thread != last {
			last, known = thread, v.isOnAxis(thread, fd)
		}
		return known
	})
}

// isOnAxis reports whether a thread's passage is shown, or an arrival on an fd, which is no
// thread's: where there is a lane.
func (v *View) isOnAxis(thread uint32, fd int32) bool {
	for i := range v.Run.Timeline.Lanes {
		l := &v.Run.Timeline.Lanes[i]
		if thread != 0 && l.Thread == thread || thread == 0 && l.Thread == 0 && l.FD == fd && l.Input {
			return true
		}
	}
	return false
}

// drawEvents draws lanes on the event axis, from row top on. at is the index of the passage
// that is shown. How long each lasted is said above them, where there is room.
func drawEvents(r, plot grid.Region, v *scene, lanes []*world.Lane, all []world.Passage, at, label, top int) {
	th, g := v.Theme, v.Theme.Glyphs
	wide := max(v.Wide, 1)
	r.Text(0, 0, th.Faint, "phases")
	if top > 1 {
		r.Text(0, 1, th.Faint, "lasted")
	}
	if len(all) == 0 {
		return
	}
	clock := 0 // the first column where a time has room
	for i := range all {
		p := &all[i]
		x := i * wide
		if x >= clock && (i == 0 || p.At != all[i-1].At) && x+16 <= plot.W {
			pen := plot.At(x, 0).Rune(th.Faint, g.Tick).Clock(th.Faint, p.At)
			micros := strconv.AppendInt(plot.Scratch(), 1000+p.At/1000%1000, 10)
			micros[0] = ' '
			clock = pen.Bytes(th.Faint, micros).X + 2
		}
		if top > 1 && (p.Until >= 0 || p.At <= v.Now) {
			until := p.Until
			if until < 0 || until > v.until() {
				until = v.until()
			}
			plot.Fill(x, 1, wide, 1, g.Bars[decade(until-p.At)], th.Faint)
		}
	}
	number := map[uint32]int64{}
	for y, l := range lanes {
		row := plot.Sub(0, top+y, plot.W, 1)
		for i := range all {
			s := passageShape(v, l, &all[i], number)
			for dx := range wide {
				if s.glyph != 0 {
					row.Set(i*wide+dx, 0, s.glyph, s.style)
				}
				s.glyph = s.rest(v)
			}
		}
		drawGathered(row, v, l, all, wide)
	}
	if at >= 0 {
		plot.Set(at*wide, 0, g.Playhead, th.Title)
		plot.Restyle(at*wide, top, wide, plot.H-top, v.View.Theme.Raised)
	}
}

// rest is the glyph in the other columns of a passage.
func (s shape) rest(v *scene) rune {
	g := v.Theme.Glyphs
	switch s.glyph {
	case g.LaneRight:
		return g.LaneCallback
	case g.Noticed, g.LaneTook:
		return g.LaneWatched
	}
	return s.glyph
}

// decade is how long something lasted: 0 for less than a microsecond, and one more for
// each ten times as long, up to 7.
func decade(ns int64) (n int) {
	for ; ns >= 1000 && n < 7; ns /= 10 {
		n++
	}
	return n
}

// passageShape is what a lane shows of a passage. Its own ones are told by their kind, for
// the loop is told and the callback begins at one time; of others it shows what it was in.
func passageShape(v *scene, l *world.Lane, p *world.Passage, number map[uint32]int64) shape {
	k, g := v.Theme, v.Theme.Glyphs
	ink := &k.Lane
	lives := l.Begun <= p.At && (l.Ended == 0 || p.At <= l.Ended) // its number may be another one's, at other times
	if lives && l.FD == trace.NoFD && l.Thread == p.Thread {
		switch p.Kind {
		case world.Waited:
			return shape{glyph: g.LaneWait, style: k.Waiting}
		case world.Told:
			return shape{glyph: g.Noticed, style: k.Noticed}
		case world.CalledBack:
			number[l.Thread]++
			if number[l.Thread]%2 == 0 {
				return v.asSaid(shape{glyph: g.LaneRight, style: ink.Next})
			}
			return v.asSaid(shape{glyph: g.LaneRight, style: ink.Call})
		case world.Called:
			if p.Until < 0 || p.Until-p.At > int64(1e6) {
				return shape{glyph: g.LaneBlocked, style: k.Blocked}
			}
			return shape{glyph: g.LaneTook, style: k.Callback}
		case world.Many:
			return shape{glyph: g.LaneMany, style: ink.Spin}
		}
	}
	piece := l.Piece(p.At, p.At+1)
	if l.FD == trace.NoFD {
		s := threadShape(v, l, &piece, p.At, p.At+1, shape{}, 0)
		if piece.Last&calling != 0 || piece.First&calling != 0 && piece.Callbacks > 0 {
			s = v.asSaid(shape{glyph: g.LaneCallback, style: ink.Call})
		}
		return s
	}
	now := world.Piece{States: piece.Last, First: piece.Last, Last: piece.Last, MostSeen: piece.MostSeen, MostUnseen: piece.MostUnseen}
	if lives && l.FD == p.FD {
		switch p.Kind {
		case world.Told:
			return shape{glyph: g.Noticed, style: k.Noticed}
		case world.Called:
			if (p.Call == world.CallRead || p.Call == world.CallAccept) && p.Result > 0 {
				return shape{glyph: g.LaneTook, style: k.Callback}
			}
		case world.CalledBack:
			now.States = world.Callback
		case world.Many:
			now.States = world.Left
		}
	}
	if now.States&(world.Unseen|world.Piling) != 0 {
		return shape{glyph: g.Bars[height(now.MostUnseen, l.Most)-1], style: ink.Unseen}
	}
	now.First = world.Noticed // it was told before: the moment itself is a passage
	return fdShape(v, l, &now, p.At, p.At+1)
}

// drawGathered says of equal turns how many there were, before their column. Where the
// columns before it are too few, they do not say so.
func drawGathered(row grid.Region, v *scene, l *world.Lane, all []world.Passage, wide int) {
	if l.FD != trace.NoFD {
		return
	}
	st, free := v.Theme.Lane.Spin, 0
	for i := range all {
		p := &all[i]
		if p.Kind != world.Many || p.Thread != l.Thread || p.At < l.Begun || l.Ended != 0 && p.At > l.Ended {
			continue
		}
		count := grid.AppendCount(row.Scratch(), p.Turns)
		words := " equal turns "
		if x := i*wide - len(count) - len(words); x < free {
			words = " "
		}
		if x := i*wide - len(count) - len(words); x >= free {
			row.At(x, 0).Bytes(st, count).Text(st, words)
		}
		free = (i + 1) * wide
	}
}

// momentOf returns the time of the passage in a column.
func (v *View) momentOf(x, w int) int64 {
	all, _ := v.passages(w)
	if i := x / max(v.Wide, 1); i < len(all) {
		return all[i].At
	}
	return v.Now
}
