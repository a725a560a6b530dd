package home

import (
	"time"

	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// Runs is the list of recorded runs: those that were kept, the latest first, and
// those that come with the lessons.
type Runs struct {
	Theme    *theme.Theme
	Items    []Recorded
	Selected int
}

// Recorded is one recorded run.
type Recorded struct {
	File    string // by its whole name
	Title   string // what ran
	Kept    time.Time
	Shipped bool // it comes with fdlab
	Bytes   int64
}

const runsTop, runsBelow = 4, 2

// Move selects another run.
func (l *Runs) Move(by int) { l.Selected = min(max(l.Selected+by, 0), max(len(l.Items)-1, 0)) }

// shown returns the first run that is shown, and the one after the last.
func (l *Runs) shown(h int) (first, end int) {
	room := max(h-runsTop-runsBelow, 1)
	first = max(l.Selected-room+1, 0)
	return first, min(first+room, len(l.Items))
}

// At finds the run that lies on a row of a screen of h rows.
func (l *Runs) At(row, h int) (int, bool) {
	first, end := l.shown(h)
	n := first + row - runsTop
	return n, row >= runsTop && n < end
}

// Draw draws the screen, with the keys that work now.
func (l *Runs) Draw(r grid.Region, now []keys.Hint) {
	th := l.Theme
	faint := th.Style(theme.Faint)
	chrome.Title(r, th, "recorded runs", "")
	page.Wrap(r.Sub(2, 1, r.W-4, 2), 0, faint, "K on the stage keeps a run that is over. Each lesson comes with one.")
	first, end := l.shown(r.H)
	for i := first; i < end; i++ {
		l.drawRow(r.Sub(2, runsTop+i-first, r.W-4, 1), i)
		if i == l.Selected {
			chrome.Raise(r.Sub(0, runsTop+i-first, r.W, 1), th)
		}
	}
	if len(l.Items) == 0 {
		r.Text(2, runsTop, th.Style(theme.Text), "There is none here.")
	}
	if more := len(l.Items) - end; more > 0 {
		r.At(2, r.H-2).Int(faint, int64(more)).Text(faint, " more below")
	}
	chrome.Keys(r.Sub(0, r.H-1, r.W, 1), th, now)
}

// drawRow draws one run: when it was kept, what ran, how large its file is.
func (l *Runs) drawRow(r grid.Region, i int) {
	th, one := l.Theme, &l.Items[i]
	st, faint := th.Style(theme.Strong), th.Style(theme.Faint)
	const title, size = 22, 10
	when := "comes with fdlab"
	if !one.Shipped {
		when = one.Kept.Local().Format("2006-01-02 15:04")
	}
	r.Text(0, 0, faint, when)
	r.Cut(title, 0, max(r.W-title-size-1, 0), st, one.Title)
	p := r.At(r.W-size, 0)
	p.Int(faint, (one.Bytes+999)/1000).Text(faint, " kB")
}
