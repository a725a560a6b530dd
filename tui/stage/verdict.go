package stage

import (
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/tui/grid"
	"fdlab/tui/page"
)

// drawVerdict draws the student's prediction, what the run says, the verdict
// and the checks that it rests on.
func drawVerdict(r grid.Region, v *scene) {
	th, w := v.Theme, v.World
	y := 0
	asks := len(v.Options) > 0 || w.Answer != "" || w.Verdict.Given
	if !asks { // a program of the student's own, or its recording
		r.Text(0, y, th.Faint, "this program asks no question")
		y++
	} else if v.Predicted == "" {
		r.Text(0, y, th.Faint, "you made no prediction")
		y++
	} else {
		y = page.Wrap(r, y, th.Text, "you predicted "+v.Predicted+") "+v.Options[v.Predicted])
	}
	switch {
	case !asks:
	case w.Answer == "" && w.Verdict.Given:
		r.Text(0, y, th.Strong, "this run gives no answer")
		y++
	case w.Answer == "":
		r.Text(0, y, th.Faint, "the run has not answered yet")
		y++
	case w.Answer == v.Predicted:
		y = page.Wrap(r, y, th.Strong, string(th.Glyphs.Yes)+" the run says "+w.Answer+" too: you were right")
	case v.Predicted == "":
		y = page.Wrap(r, y, th.Strong, "the run says "+w.Answer+") "+v.Options[w.Answer])
	default:
		y = page.Wrap(r, y, th.Strong, string(th.Glyphs.No)+" the run says "+w.Answer+") "+v.Options[w.Answer])
	}
	if w.Verdict.Given {
		y = page.Wrap(r, y, th.Strong, "the claim is "+phrase.Ruling(w.Verdict.Ruling)+": "+w.Verdict.Text)
	}
	if v.Status == Over && !w.Verdict.Given && v.Words != "" { // the head has room for a part
		y = page.Wrap(r, y, th.Text, v.Words)
	}
	if y > r.H && r.H > 0 { // there is no room for all of it
		r.Set(r.W-1, r.H-1, '…', th.Text)
	}
	drawChecks(r.Sub(0, y, r.W, r.H-y), v)
}

// verdictRows is how many rows all of it takes in w columns.
func (v *scene) verdictRows(w int) (rows int) {
	const enough = 1000
	g := grid.New(w, enough)
	drawVerdict(g.Region(), v)
	for y := range enough {
		for x := range w {
			if g.At(x, y).Rune != 0 {
				rows = y + 1
				break
			}
		}
	}
	return rows
}

// drawChecks draws the checks, those that decide first: each whole where there is
// room for that, else in one row. How many find no room at all is said.
func drawChecks(r grid.Region, v *scene) {
	th := v.Theme
	checks := v.World.ByWeight()
	draw := func(r grid.Region, y, i int) int {
		p := outcome(r, y, v, checks[i].Outcome).Text(th.Text, " ")
		return page.Wrap(r.Sub(p.X, 0, r.W-p.X, r.H), y, th.Text, checks[i].Text)
	}
	rows := 0
	for i := range checks {
		rows += draw(r.Sub(0, 0, r.W, 0), 0, i)
	}
	more := 0
	if len(checks) > r.H {
		more = len(checks) - max(r.H-1, 0)
		checks = checks[:len(checks)-more]
	}
	y := 0
	for i := range checks {
		if rows <= r.H {
			y = draw(r, y, i)
			continue
		}
		p := outcome(r, y, v, checks[i].Outcome).Text(th.Text, " ")
		r.Cut(p.X, y, r.W-p.X, th.Text, checks[i].Text)
		y++
	}
	if more > 0 {
		r.At(0, y).Int(th.Faint, int64(more)).Text(th.Faint, " more checks: the end has them all")
	}
}

// outcome draws the sign of a check and its word, at the beginning of row y.
func outcome(r grid.Region, y int, v *scene, o trace.Outcome) grid.Pen {
	s := phrase.Outcome(o)
	return segment(r, r.At(0, y), v, &s)
}
