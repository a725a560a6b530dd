package stage

import (
	"cmp"
	"slices"

	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// The wall shows all fds at once, one a cell, in the order of their numbers: among
// hundreds the eye finds the few that are other than their neighbours.

// dealing is what the program has to do with an fd at the moment, as the wall has it.
type dealing uint8

const (
	callingBack dealing = iota // its callback runs
	blockedOn                  // a thread is blocked on it
	lateFor                    // it is ready, and nobody was told
	toldOf                     // it is ready, and a loop was told
	lately                     // its callback has just run, and nothing is there
	waitingFor                 // it is watched, and nothing is there
	nothingWith
	dealings
)

// dealingOf says which of them holds, the first one first.
func (v *scene) dealingOf(f *world.FD) dealing {
	since, unseen := f.Unseen()
	switch {
	case f.InCallback > 0 && !v.isLate(since, unseen):
		return callingBack
	case f.Blocked > 0:
		return blockedOn
	case unseen:
		return lateFor
	case f.Readable():
		return toldOf
	case f.CallbackDone > 0 && v.Now-f.CallbackDone < glow:
		return lately
	case len(f.Watches) > 0:
		return waitingFor
	}
	return nothingWith
}

// walled are the fds that have a cell, in the order of the cells.
func (v *scene) walled() (all []*world.FD) {
	for _, f := range v.World.FDs {
		if v.isShown(f) && v.passes(f) && f.Closed == 0 {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b *world.FD) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

const wallLabel = 7 // "12345  "

// wallRow is how many fds stand in a row of a wall that is w columns wide.
func wallRow(w int) int { return max((w-wallLabel)/10*10, 1) }

// drawWall draws the wall below a row that counts what is on it. It returns how many rows
// it has beyond those that are seen.
func drawWall(r grid.Region, v *scene) (above, below int) {
	th, g := v.Theme, v.Theme.Glyphs
	all, most := v.walled(), int64(0)
	for _, f := range all {
		most = max(most, f.Queued)
	}
	perRow := wallRow(r.W)
	rows := r.H - 1
	hidden := max((len(all)+perRow-1)/perRow-rows, 0)
	above = min(max(v.Scrolled[FDsPanel], 0), hidden)
	var count [dealings]int // of each
	for i, f := range all {
		d := v.dealingOf(f)
		count[d]++
		x, y := wallLabel+i%perRow, i/perRow-above
		if y < 0 || y >= rows {
			continue
		}
		if i%perRow == 0 {
			number := grid.AppendCount(r.Scratch(), int64(f.Number))
			r.BytesRight(wallLabel-2, y+1, th.Faint, number)
		}
		c, st := g.LaneIdle, th.Faint
		switch d {
		case callingBack:
			c, st = g.Callback, th.Callback.With(grid.Reverse)
		case lately:
			c, st = g.Callback, th.Callback
		case blockedOn:
			c, st = g.Blocked, th.Blocked
		case lateFor:
			c, st = g.Bars[height(max(f.Queued, 1), most)-1], th.Lane.Unseen
		case toldOf:
			c, st = g.Noticed, th.Noticed
		case waitingFor:
			c, st = g.LaneWatched, th.Watched
		}
		if ofFD(f) == v.Selected {
			st = th.Held
		}
		r.Set(x, y+1, c, st)
	}
	p := r.At(0, 0).Count(th.Text, int64(len(all))).Text(th.Text, " fds")
	for d, words := range [...]string{"in callback", "blocked", "unseen", "told", "just called", "watched", "else"} {
		if count[d] > 0 {
			p = p.Text(th.Faint, " · ").Count(th.Strong, int64(count[d])).Text(th.Faint, " ").Text(th.Faint, words)
		}
	}
	return above, hidden - above
}
