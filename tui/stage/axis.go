package stage

import "fdlab/tui/player"

// axis lays the moments of a run on columns, counted from its start. A long gap
// has one column, or it would push what was there before off the screen.
type axis struct {
	column int64        // ns to a column
	gaps   []player.Gap // in their order
}

func (v *View) axis() axis { return axis{v.Column, v.Gaps} }

// first returns the column at the left end of w of them, when the last one shows
// the moment now.
func (a axis) first(now int64, w int) int64 { return a.at(now) - int64(w) + 1 }

// worthFolding is how many columns a gap is longer than, or it stays as it is.
const worthFolding = 5

// at returns the column that shows the moment t.
func (a axis) at(t int64) int64 {
	var left int64 // ns that the gaps so far have left out
	for _, g := range a.gaps {
		if t < g.From {
			break
		}
		if own, after, ok := a.fold(g, left); ok {
			if t < g.To {
				return own
			}
			left = after
		}
	}
	return floor(t-left, a.column)
}

// span returns which moments column n shows, without the last, and whether they
// are a gap.
func (a axis) span(n int64) (from, to int64, gap bool) {
	var left int64
	for _, g := range a.gaps {
		own, after, ok := a.fold(g, left)
		if !ok {
			continue
		}
		if n < own {
			from = n*a.column + left
			return from, min(from+a.column, g.From), false
		}
		if n == own {
			return g.From, g.To, true
		}
		left = after
	}
	from = n*a.column + left
	return from, from + a.column, false
}

// fold gives a gap a column of its own, the first that begins in it, and says
// how much has been left out after it.
func (a axis) fold(g player.Gap, left int64) (own, after int64, ok bool) {
	if g.To-g.From <= worthFolding*a.column {
		return 0, left, false
	}
	own = floor(g.From-left+a.column-1, a.column)
	return own, g.To - (own+1)*a.column, true
}

// floor divides downward, below 0 too.
func floor(n, by int64) int64 {
	if n < 0 {
		return (n - by + 1) / by
	}
	return n / by
}
