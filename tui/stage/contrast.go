package stage

import (
	"fdlab/lab/trace"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
)

// Contrast is what stands above two runs of one program: which they are, and what
// differs.
type Contrast struct {
	Names   [2]string // "this run", "the run before"
	Aligned string    // where both are at the same moment
	Outcome string    // what differs in what came of them, in a sentence
}

// ContrastRows is how many rows it takes on a screen of h rows.
func ContrastRows(h int) int { return 3 + 2*gapOf(h) }

// DrawContrast draws it in rows of its own.
func DrawContrast(r grid.Region, pair [2]*View, c *Contrast) {
	th := inkOf(pair[0].Theme)
	in := r.Sub(chrome.Margin, (r.H-3)/2, r.W-2*chrome.Margin, 3)
	p := in.At(0, 0)
	for i, name := range c.Names {
		p = p.Text(th.Held, [...]string{" A ", " B "}[i]).Text(th.Text, " ").Text(th.Key, name).Skip(3)
	}
	if p.X < in.W {
		in.Cut(p.X, 0, in.W-p.X, th.Faint, c.Aligned)
	}
	in.Cut(0, 1, in.W, th.Text, c.Outcome)
	drawCounts(in.At(0, 2), pair, th)
	chrome.Raise(r, pair[0].Theme)
}

// drawCounts says what both programs have done up to the moment that is shown. What
// differs is lit, if all of both runs is known.
func drawCounts(p grid.Pen, pair [2]*View, th *ink) {
	a, b := pair[0].World.Work(), pair[1].World.Work()
	lost, left := pair[0].Lost+pair[1].Lost, pair[0].LeftOut+pair[1].LeftOut
	whole := a.Complete && b.Complete && lost == 0
	p = p.Text(th.Faint, "up to ").Rune(th.Title, th.Glyphs.Playhead).Text(th.Faint, " A|B")
	count := func(words string, a, b int) {
		p = p.Skip(2).Text(th.Faint, words).Text(th.Faint, " ")
		st := th.Text
		if a != b && whole {
			st = th.Strong
		}
		p = p.Count(st, int64(a)).Text(th.Faint, "|").Count(st, int64(b))
	}
	count("waits", a.Waits, b.Waits)
	count("callbacks", a.Callbacks, b.Callbacks)
	count("calls", a.Calls, b.Calls)
	st := th.Text
	ua, ub := pair[0].unseen(), pair[1].unseen()
	if whole && max(ua, ub) > 2*min(ua, ub) && max(ua, ub) > worthAWord {
		st = th.Unseen.With(grid.Bold)
	}
	p = p.Skip(2).Text(th.Faint, "an fd unseen ").Duration(st, ua).Text(th.Faint, "|").Duration(st, ub)
	switch {
	case !whole && lost != left:
		p.Skip(2).Text(th.Alarm, "at least: records were lost")
	case !whole:
		p.Skip(2).Text(th.Faint, "at least: some is left out")
	}
}

// unseen is for how long, in all, an fd was ready and nobody had been told, up to the
// moment that is shown: of the fd for which it was the most.
func (v *View) unseen() (most int64) {
	for i := range v.Run.Timeline.Lanes {
		l := &v.Run.Timeline.Lanes[i]
		if l.FD != trace.NoFD && l.Input {
			piece := l.Piece(0, v.Now+1)
			most = max(most, piece.Lasted(late))
		}
	}
	return most
}
