package stage

import (
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// lensSteps are what a column of the lens may stand for, in ns.
var lensSteps = [...]int64{500, 1e3, 2e3, 5e3, 10e3, 20e3, 50e3, 100e3, 200e3, 500e3, 1e6, 2e6, 5e6, 10e6, 20e6, 50e6, 100e6, 200e6, 500e6,
	1e9, 2e9, 5e9, 10e9}

// lensStep is the least step at which what lies between two times fits w columns; column,
// if none is less.
func lensStep(column, first, last int64, w int) int64 {
	for _, s := range lensSteps {
		if s < column && (last-first)/s+3 <= int64(w) {
			return s
		}
	}
	return column
}

// Lens returns what a column of the time panel would stand for if the window showed what
// the lens does. ok is false where nothing began in the column under the playhead, or where
// it is as far apart as can be.
func (v *View) Lens(l *Layout) (column int64, ok bool) {
	s := sceneOf(v)
	ax := v.axis()
	from, to, gap := ax.span(ax.at(v.Now))
	if l.Plot.W <= 0 || gap || v.Events {
		return 0, false
	}
	first, last := to, from
	var lanes []*world.Lane
	lanesOf(s, l.Plot.W, &lanes)
	for _, lane := range lanes {
		if a, b, ok := lane.Changes(from, min(v.until(), to-1)+1); ok {
			first, last = min(first, a), max(last, b)
		}
	}
	if first > last {
		return 0, false
	}
	column = lensStep(v.Column, first, last, l.Plot.W)
	return column, column < v.Column
}

// drawLens opens the one column under the playhead, until what began in it is apart: a
// minute and a microsecond are on the screen together. r has the names of the lanes, too.
func drawLens(r, plot grid.Region, v *scene, lanes []*world.Lane, label int) {
	th := v.Theme
	ax := v.axis()
	from, to, gap := ax.span(ax.at(v.Now))
	until := min(v.until(), to-1)
	r.Text(0, 0, th.Title, "lens")
	var store [16]*world.Lane
	shown := store[:0]
	first, last := to, from
	for _, l := range lanes {
		a, b, ok := l.Changes(from, until+1)
		if !ok {
			continue
		}
		first, last = min(first, a), max(last, b)
		if len(shown) < min(plot.H-1, cap(shown)) {
			shown = append(shown, l)
		}
	}
	p := plot.At(0, 0)
	if len(shown) == 0 || gap {
		p.Text(th.Faint, "nothing began in the ").Duration(th.Faint, v.Column).Text(th.Faint, " under ").Rune(th.Faint, th.Glyphs.Playhead)
		return
	}
	step := lensStep(v.Column, first, last, plot.W)
	if plot.W >= 60 {
		p = p.Text(th.Faint, "the ").Duration(th.Faint, v.Column).Text(th.Faint, " under ").Rune(th.Faint, th.Glyphs.Playhead).Text(th.Faint, ", opened: ")
	}
	p.Text(th.Faint, "from ").Clock(th.Faint, first).Text(th.Faint, ", a column ").Duration(th.Faint, step)
	w := window{ax: axis{step, nil}, first: max(floor(first, step)-1, 0), until: until}
	for y, l := range shown {
		drawLaneName(r.Sub(0, 1+y, label-1, 1), v, l)
		drawLane(plot.Sub(0, 1+y, plot.W, 1), v, l, w)
	}
}
