package stage

import (
	"strconv"

	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/table"
)

// Try is a thing to do in a run by hand.
type Try struct {
	Text string
	Done bool // the trace has shown it
}

// tried says how many of them are done.
func (v *scene) tried() string {
	done := 0
	for _, one := range v.Tries {
		if one.Done {
			done++
		}
	}
	return strconv.Itoa(done) + " of " + strconv.Itoa(len(v.Tries))
}

// drawTries draws what is left to do, and then what is done: the first ones whole, the rest
// in one row each where there is no more room. How many find no room at all is said.
//
// What the run has measured so far stands above, if that leaves half of the rows.
func drawTries(r grid.Region, v *scene) {
	th := v.Theme
	if all := table.Of(v.World); len(all) > 0 {
		t := &all[len(all)-1]
		switch rows := t.Rows(r.W); {
		case 2*(rows+1) <= r.H:
			t.Draw(r, 0, v.View.Theme)
			_, r = r.Top(rows + 1)
		case r.H > 1:
			r.Cut(0, 0, r.W, th.Faint, "Z shows the table: "+t.Title)
			_, r = r.Top(1)
		}
	}
	draw := func(r grid.Region, y int, one Try, whole bool) int {
		st := th.Text
		if one.Done {
			st = th.Faint
			r.Set(0, y, th.Glyphs.Yes, th.Text)
		} else {
			r.Set(0, y, th.Glyphs.Idle, th.Faint)
		}
		in := r.Sub(2, 0, r.W-2, r.H)
		if whole {
			return page.Wrap(in, y, st, one.Text)
		}
		in.Cut(0, y, in.W, st, one.Text)
		return y + 1
	}
	var all []Try
	for _, done := range []bool{false, true} {
		for _, one := range v.Tries {
			if one.Done == done {
				all = append(all, one)
			}
		}
	}
	more := 0
	if len(all) > r.H {
		more = len(all) - max(r.H-1, 0)
	}
	// Each has a row. What rows are left are for the next ones to try: those are read first.
	shown := all[:len(all)-more]
	spare, y := r.H-len(shown)-min(more, 1), 0
	for _, one := range shown {
		besides := draw(r.Sub(0, 0, r.W, 0), 0, one, true) - 1
		whole := besides <= spare
		if whole {
			spare -= besides
		}
		y = draw(r, y, one, whole)
	}
	if more > 0 {
		r.At(0, y).Int(th.Faint, int64(more)).Text(th.Faint, " more: Z, for the whole screen")
	}
}
