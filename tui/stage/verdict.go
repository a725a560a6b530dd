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
	if v.Predicted == "" {
		r.Text(0, y, th.Faint, "you made no prediction")
		y++
	} else {
		y = page.Wrap(r, y, th.Text, "you predicted "+v.Predicted+") "+v.Options[v.Predicted])
	}
	switch {
	case w.Answer == "" && w.Verdict.Given:
		r.Text(0, y, th.Held, "this run gives no answer")
		y++
	case w.Answer == "":
		r.Text(0, y, th.Faint, "the run has not answered yet")
		y++
	case w.Answer == v.Predicted:
		y = page.Wrap(r, y, th.Good, string(th.Glyphs.Yes)+" the run says "+w.Answer+" too: your prediction held")
	case v.Predicted == "":
		y = page.Wrap(r, y, th.Good, "the run says "+w.Answer+") "+v.Options[w.Answer])
	default:
		y = page.Wrap(r, y, th.Warn, string(th.Glyphs.No)+" the run says "+w.Answer+") "+v.Options[w.Answer])
	}
	if w.Verdict.Given {
		y = page.Wrap(r, y, rulingStyle(v, w.Verdict.Ruling).With(grid.Bold), "the claim is "+phrase.Ruling(w.Verdict.Ruling)+": "+w.Verdict.Text)
	}
	if y > r.H && r.H > 0 { // there is no room for all of it
		r.Set(r.W-1, r.H-1, '…', th.Text)
	}
	drawChecks(r.Sub(0, y, r.W, r.H-y), v)
}

// drawChecks draws the checks, each whole where there is room for that, else
// in one row. The newest matter most where there is not even room for all.
func drawChecks(r grid.Region, v *scene) {
	th, checks := v.Theme, v.World.Checks
	if len(checks) > r.H {
		checks = checks[len(checks)-r.H:]
	}
	draw := func(r grid.Region, y, i int) int {
		p := outcome(r, y, v, checks[i].Outcome).Text(th.Text, " ")
		return page.Wrap(r.Sub(p.X, 0, r.W-p.X, r.H), y, th.Text, checks[i].Text)
	}
	rows := 0
	for i := range checks {
		rows += draw(r.Sub(0, 0, r.W, 0), 0, i)
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
}

func rulingStyle(v *scene, ruling trace.Ruling) grid.Style {
	switch ruling {
	case trace.True:
		return v.Theme.Good
	case trace.False:
		return v.Theme.Bad
	case trace.HalfTrue:
		return v.Theme.Warn
	}
	return v.Theme.Held
}

// outcome draws the sign of a check and its word, at the beginning of row y.
func outcome(r grid.Region, y int, v *scene, o trace.Outcome) grid.Pen {
	s := phrase.Outcome(o)
	return segment(r, r.At(0, y), v, &s)
}
