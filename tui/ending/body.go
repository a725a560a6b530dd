package ending

import (
	"fmt"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/table"
	"fdlab/tui/theme"
)

// The widths from which on parts stand side by side: what to do next beside the
// checks, then the checks beside the tables.
const (
	besideNext  = 110
	besideTable = 170
)

// drawBody draws the tables, the checks and what to do next. It returns how many
// rows that takes, and where the checks stand.
func (v *View) drawBody(r grid.Region) (rows int, at []grid.Rect) {
	th := v.Theme
	split := func(x, y, rows int) { // a line down, from the hairlines of both sides in row y
		r.Fill(x+1, y, 2, 1, th.Lines.Across, th.Style(theme.Frame))
		chrome.Split(r, th, x, y, rows, false)
	}
	switch {
	case len(v.World.Checks) == 0: // the whole width is for what there is
		rows = v.drawNext(r, v.drawTables(r, 0))
	case r.W >= besideTable:
		left := r.W * 55 / 100
		y := v.drawNext(r.Sub(0, 0, left, r.H), v.drawTables(r.Sub(0, 0, left, r.H), 0))
		rows, at = v.drawChecks(r, left+2, 0, r.W-left-2)
		rows = max(rows, y)
		split(left, 0, rows)
	case r.W >= besideNext:
		y := v.drawTables(r, 0)
		left := r.W * 64 / 100
		rows, at = v.drawChecks(r, 0, y, left)
		rows = max(rows, v.drawNext(r.Sub(left+1, 0, r.W-left-1, r.H), y))
		split(left, y, rows)
	default:
		rows, at = v.drawChecks(r, 0, v.drawTables(r, 0), r.W)
		rows = v.drawNext(r, rows)
	}
	return rows, at
}

func (v *View) drawTables(r grid.Region, y int) int {
	if v.Beside != nil {
		y = v.drawBeside(r, y)
	}
	for _, t := range table.Of(v.World) {
		y = v.drawTable(r, y, &t)
		if r.W >= besideNext {
			y++
		}
	}
	return y
}

// drawTable draws a table from row y, and returns the row after it.
func (v *View) drawTable(r grid.Region, y int, t *table.Table) int {
	const indent = 2
	in, scale := r.Sub(indent, 0, r.W-indent-1, r.H), ""
	if more := t.Hidden(in.W); more > 0 {
		scale = number(more, "more column") + ": o"
	}
	return t.Draw(in, v.hairline(r, y, t.Title, scale), v.Theme)
}

// hairline draws the line that begins a part: its title at the left, a word at
// the right. It returns the row after it.
func (v *View) hairline(r grid.Region, y int, title, right string) int {
	chrome.Line(r.Sub(1, 0, r.W-2, r.H), v.Theme, y, title, "", right)
	return y + 1
}

// drawChecks draws the checks from column x and row y, w cells wide.
func (v *View) drawChecks(r grid.Region, x, y, w int) (rows int, at []grid.Rect) {
	checks := v.World.ByWeight()
	if len(checks) == 0 {
		return y, nil
	}
	part := r.Sub(x, 0, w, r.H)
	title := "what decides"
	if !checks[0].Decides {
		title = "checks"
	}
	y = v.hairline(part, y, title, v.score())
	for i := range checks {
		c := &checks[i]
		if !c.Decides && i > 0 && checks[i-1].Decides {
			part.Text(2, y, v.Theme.Style(theme.Faint), "and besides")
			y++
		}
		next := v.drawCheck(part, y, c, i == v.Selected)
		at = append(at, grid.Rect{X: x, Y: y, W: w, H: next - y})
		y = next
	}
	return y, at
}

// score says how the checks came out: "9 of 11 held".
func (v *View) score() string {
	s := fmt.Sprintf("%d of %d held", v.count(trace.Passed), len(v.World.Checks))
	if n := v.count(trace.NotJudged); n > 0 {
		s += fmt.Sprintf(", %d not judged", n)
	}
	return s
}

// drawCheck draws one check, whole, and returns the row after it.
func (v *View) drawCheck(r grid.Region, y int, c *world.Check, selected bool) int {
	th := v.Theme
	st, mark, sign := th.Style(theme.Text), th.Style(theme.Strong), th.Yes
	switch c.Outcome {
	case trace.Failed:
		mark, sign = th.Style(theme.Alarm), th.No
	case trace.NotJudged:
		mark, sign = th.Style(theme.Held), '?'
	}
	if !c.Decides {
		st = th.Style(theme.Faint)
	}
	const text, where = 4, 10
	in := r.Sub(text, 0, max(r.W-text-where-2, 10), r.H)
	if selected {
		st = th.Style(theme.Strong)
		rows := page.Wrap(grid.New(in.W, 0).Region(), 0, st, c.Text)
		defer chrome.Raise(r.Sub(0, y, r.W-1, rows), th) // what is drawn until then
	}
	r.Set(2, y, sign, mark)
	aside := th.Style(theme.Faint)
	switch {
	case c.Proof > 0:
		b := append(r.Scratch(), string(th.Arrow)+" "...)
		r.BytesRight(r.W-2, y, aside, grid.AppendDuration(b, c.Proof))
	case c.Step > 0:
		r.TextRight(r.W-2, y, aside, fmt.Sprintf("step %d", c.Step))
	}
	return page.Wrap(in, y, st, c.Text)
}

// drawNext draws what to do next.
func (v *View) drawNext(r grid.Region, y int) int {
	if len(v.Next) == 0 {
		return y
	}
	th := v.Theme
	y = v.hairline(r, y, "what next", "")
	for _, h := range v.Next {
		r.Text(2, y, th.Style(theme.Key), h.Key)
		y = page.Wrap(r.Sub(5, 0, r.W-6, r.H), y, th.Style(theme.Text), h.Does)
	}
	return y
}

// drawMore says that the body goes on.
func (v *View) drawMore(r grid.Region, above, below int) {
	st := v.Theme.Style(theme.Faint)
	p := r.At(0, 0)
	if above > 0 {
		p = p.Int(st, int64(above)).Text(st, " more above  ")
	}
	if below > 0 {
		p.Int(st, int64(below)).Text(st, " more below")
	}
}
