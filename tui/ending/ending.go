// Package ending draws what stands on the screen when a lesson's run is over:
// what the student said beside what the run says, the claim with its verdict, the
// table that the lesson measured, the checks, those that decide first, and what
// to do next.
//
// It knows no process, no file, no clock and no key: tui/app does.
package ending

import (
	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// View is all that the screen shows.
type View struct {
	Theme *theme.Theme

	Lesson  string            // "01 select vs blocking I/O"
	Claim   string            // in one line
	Options map[string]string // the text of each letter of Predict
	Said    string            // the student's letter, or ""
	Class   string            // what a class has said: "12 of 30 said a, 18 b"; or ""

	World *world.World // at the end of the run
	Run   *world.Run   // for the strip of the whole run
	Last  int64        // ns: how long it was
	Exit  string       // how the program ended, if not well, in a sentence; or ""
	Lost  uint64       // records that were lost; not those that were left out of a recording on purpose

	Beside *Beside // the lesson on libevent beside ours, or nil

	Changed *Changed // what was expected of a change to the program, or nil

	Next []keys.Hint // what to do next: the key, and what for
	Keys []keys.Hint // the row of keys

	State
}

// State is what the student has done to the screen.
type State struct {
	Selected int // the check, in the order of World.ByWeight
	top      int // the first row of the body that is shown
}

// layout says where things stand on a screen.
type layout struct {
	band, body grid.Rect
	gap        int         // empty rows between them
	rows       int         // of the body, if there were room for all
	at         []grid.Rect // of the checks, in the body
}

// layout lays the screen out on w by h cells. The body's last row says how much
// more there is, if there is more.
func (v *View) layout(w, h int) (l layout) {
	if h >= 36 {
		l.gap = 1
	}
	high := min(v.drawBand(grid.New(w, 0).Region()), max(h-12, 0))
	top := 1 + l.gap
	l.band = grid.Rect{Y: top, W: w, H: high}
	top += high + l.gap
	l.body = grid.Rect{Y: top, W: w, H: max(h-top-1-l.gap, 0)}
	l.rows, l.at = v.drawBody(grid.New(w, 0).Region())
	if l.rows > l.body.H {
		l.body.H--
	}
	return l
}

// most is how far the body can be scrolled.
func (l *layout) most() int { return max(l.rows-l.body.H, 0) }

// Draw draws the screen.
func Draw(r grid.Region, v *View) {
	l := v.layout(r.W, r.H)
	v.drawTitle(r.Sub(1, 0, r.W-2, 1))
	if band := l.band.In(r); v.drawBand(band) > band.H && band.H > 0 {
		band.Set(band.W-2, band.H-1, v.Theme.Cut, v.Theme.Style(theme.Text))
	}
	v.top = min(v.top, l.most())
	body := l.body.In(r)
	v.drawBody(body.Sub(0, -v.top, body.W, body.H+v.top))
	if l.most() > 0 {
		v.drawMore(r.Sub(2, l.body.Y+l.body.H, r.W-4, 1), v.top, l.most()-v.top)
	}
	if room := l.body.H - l.rows; room >= leastStrip {
		v.drawStrip(body.Sub(0, l.rows, body.W, room), l.gap)
	}
	chrome.Keys(r.Sub(0, r.H-1, r.W, 1), v.Theme, v.Keys)
}

// leastStrip is how many rows must be left for the strip of the whole run.
const leastStrip = 8

// drawStrip draws the whole run.
func (v *View) drawStrip(r grid.Region, y int) {
	if v.Run == nil {
		return
	}
	y = v.hairline(r, y, "the whole run", "space replays it")
	stage.DrawWhole(r.Sub(2, y, r.W-4, r.H-y), &stage.View{Theme: v.Theme, Run: v.Run, World: v.World, Live: v.Last})
}

// Move selects another check on a screen of w by h cells, and brings it into view.
// Beyond the first and the last it scrolls.
func (v *View) Move(by, w, h int) {
	l := v.layout(w, h)
	seen := func() bool {
		return len(l.at) > 0 && l.at[v.Selected].Y >= v.top && l.at[v.Selected].Y+l.at[v.Selected].H <= v.top+l.body.H
	}
	to := v.Selected + by
	switch {
	case len(l.at) == 0, seen() && (to < 0 || to >= len(l.at)):
		v.top += by
	default:
		if seen() { // else it is shown where the selection stands
			v.Selected = to
		}
		s := l.at[v.Selected]
		v.top = min(max(v.top, s.Y+s.H-l.body.H), s.Y)
	}
	v.top = min(max(v.top, 0), l.most())
}

// Scroll moves the body.
func (v *View) Scroll(by, w, h int) {
	l := v.layout(w, h)
	v.top = min(max(v.top+by, 0), l.most())
}

// Click selects the check under a cell of the screen.
func (v *View) Click(x, y, w, h int) {
	l := v.layout(w, h)
	if !l.body.Has(x, y) {
		return
	}
	for i, p := range l.at {
		if p.Has(x, y-l.body.Y+v.top) {
			v.Selected = i
		}
	}
}
