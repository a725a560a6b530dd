package stage

import (
	"strconv"

	"fdlab/tui/grid"
)

// Panel is one of the stage's panels.
type Panel uint8

// The panels, in the order in which they are seen one by one.
const (
	NoPanel Panel = iota
	FDsPanel
	LoopsPanel
	TimePanel
	FeedPanel
	JudgementPanel

	panels int = iota
)

// NextFull is the panel that has the screen after this one; NoPanel comes last.
// What is not there is left out.
func (v *View) NextFull() Panel {
	next := v.Full + 1
	if next == JudgementPanel && !(&scene{View: v}).judges() || int(next) >= panels {
		return NoPanel
	}
	return next
}

// PanelAt returns the panel that a cell of the screen lies in.
func (l *Layout) PanelAt(x, y int) Panel {
	for p := FDsPanel; int(p) < panels; p++ {
		if l.panel(p).Has(x, y) {
			return p
		}
	}
	return NoPanel
}

// ScrollBy scrolls a panel down. What has room is not scrolled.
func (v *View) ScrollBy(p Panel, rows int, l *Layout) {
	if p == FeedPanel {
		rows = -rows // it is seen from its newest line, at the bottom
	}
	most := 0
	s := sceneOf(v)
	switch p {
	case FDsPanel:
		in := inside(l.FDs)
		above, below := drawFDs(grid.New(in.W, in.H).Region(), s)
		most = above + below
	case LoopsPanel:
		if len(v.World.Ends) > 0 {
			break
		}
		in := inside(l.Loops)
		above, below := drawLoops(grid.New(in.W, in.H).Region(), s)
		most = above + below
	case FeedPanel:
		in := inside(l.Feed)
		above, below := drawFeed(grid.New(in.W, in.H).Region(), s)
		most = above + below
	case JudgementPanel:
		in := inside(l.Judgement)
		most = max(s.verdictRows(in.W)-in.H, 0)
	}
	v.Scrolled[p] = min(max(v.Scrolled[p]+rows, 0), most)
}

// drawMore says in a panel's hairline how many rows it has beyond those that are
// seen.
func (v *scene) drawMore(r grid.Region, p grid.Rect, above, below int) {
	if above <= 0 && below <= 0 {
		return
	}
	th := v.Theme
	b := append(r.Scratch(), ' ')
	if above > 0 {
		b = append(strconv.AppendInt(b, int64(above), 10), " more ↑ "...)
	}
	if below > 0 {
		b = append(strconv.AppendInt(b, int64(below), 10), " more ↓ "...)
	}
	line := p.In(r)
	n := grid.Width(string(b))
	line.Bytes(line.W-1-n, 0, th.Faint, b)
}
