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

// drawTries draws what is left to do, and then what is done, each whole. How many find no room is
// said.
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
	all, y := v.leftToTry(), 0
	for i, one := range all {
		st, sign := th.Text, grid.Cell{Rune: th.Glyphs.Idle, Style: th.Faint}
		if one.Done {
			st, sign = th.Faint, grid.Cell{Rune: th.Glyphs.Yes, Style: th.Text}
		}
		room, more := r.H-y, len(all)-i
		if more > 1 {
			room-- // how many more there are
		}
		if i > 0 && tryRows(r.W, one) > room {
			r.At(0, y).Int(th.Faint, int64(more)).Text(th.Faint, " more: Z, for the whole screen")
			return
		}
		in := r.Sub(2, 0, r.W-2, y+room)
		r.Set(0, y, sign.Rune, sign.Style)
		if y = page.Wrap(in, y, st, one.Text); y > in.H && in.H > 0 {
			in.Set(in.W-1, in.H-1, v.View.Theme.Cut, st)
			y = in.H
		}
	}
}

// leftToTry are the tries, those first that are not done.
func (v *scene) leftToTry() (all []Try) {
	for _, done := range []bool{false, true} {
		for _, one := range v.Tries {
			if one.Done == done {
				all = append(all, one)
			}
		}
	}
	return all
}

// tryRows is how many rows a try takes in a panel that is w columns wide.
func tryRows(w int, one Try) int {
	return page.Wrap(grid.New(max(w-2, 0), 0).Region(), 0, grid.Style{}, one.Text)
}
