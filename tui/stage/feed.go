package stage

import (
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// drawFeed draws the latest happenings, the newest at the bottom.
func drawFeed(r grid.Region, v *scene) {
	lines := v.World.Feed.Lines
	n := min(r.H, len(lines))
	for i, h := range lines[len(lines)-n:] {
		drawHappening(r.Sub(0, i, r.W, 1), v, &h)
	}
}

// drawHappening draws one line: when, what, what came of it, how long it took.
func drawHappening(r grid.Region, v *scene, h *world.Happening) {
	th := v.Theme
	p := r.At(0, 0)
	if r.W >= 46 {
		p = p.Clock(th.Faint, h.At).Text(th.Faint, " ")
	}
	switch h.Kind {
	case trace.Step:
		p = cut(r, p.Text(th.Head, "step: "), th.Head, h.Name)
	case trace.Note:
		p = cut(r, p, th.Faint, h.Name)
	case trace.Poke:
		p = p.Text(th.Key, "you: ").Text(th.Text, h.Name)
	case trace.Check:
		p = cut(r, outcome(p, v, trace.Outcome(h.Result)).Text(th.Text, " "), th.Text, h.Name)
	case trace.Answer:
		p = p.Text(th.Head, "the run says ").Text(th.Head, h.Name)
	case trace.Verdict:
		p = cut(r, p.Text(th.Head, "verdict: "), th.Head, h.Name)
	case trace.End:
		p = p.Text(th.Faint, "the program ends with status ").Int(th.Faint, h.Result)
	case trace.Open:
		p = p.Text(th.Faint, "opened fd ").Int(th.Faint, int64(h.FD)).Text(th.Faint, " ").Text(th.Faint, h.Name)
	case trace.Close:
		p = p.Text(th.Faint, "closed fd ").Int(th.Faint, int64(h.FD)).Text(th.Faint, " ").Text(th.Faint, h.On)
	case trace.Endpoint:
		p = p.Text(th.Text, "TCP: ").Text(th.Text, h.Name).Text(th.Text, " ").Text(th.Warn, world.TCPState(h.Result).String())
	case trace.LoopEnd:
		p = p.Text(th.Text, "dispatch of base ").Int(th.Text, int64(h.Base)).Text(th.Text, " returned: ").Text(th.Text, h.Name)
	case trace.CallbackEnd:
		p = p.Text(th.Callback, "callback ")
		if h.Name != "" || h.FD == trace.NoFD {
			p = p.Text(th.Callback, h.Name)
		} else {
			p = p.Text(th.Callback, h.On)
		}
	case trace.Turns:
		if h.FD == trace.NoFD {
			p = p.Text(th.Warn, "turns that call nobody")
		} else {
			p = p.Text(th.Warn, "turns that call only ").Text(th.Warn, h.On)
		}
	case trace.WaitEnd:
		p = p.Text(th.Waiting, h.Name).Text(th.Text, "(").Int(th.Text, h.Limit).Text(th.Text, " fds)")
		p = result(p, v, h)
	case trace.CallEnd:
		p = p.Text(th.Text, h.Name).Text(th.Text, "(")
		if h.FD != trace.NoFD {
			p = p.Int(th.Text, int64(h.FD)).Text(th.Faint, " ").Text(th.Faint, h.On)
		}
		p = p.Text(th.Text, ")")
		p = result(p, v, h)
		if h.Bytes > 0 {
			var raw [16]byte
			p = p.Text(th.Text, " ").Quote(th.Text, 24, h.Data(raw[:0]))
		}
	}
	if h.Took > 0 {
		p = p.Text(th.Faint, "  ").Duration(th.Faint, h.Took)
	}
	if h.Times > 1 {
		p.Text(th.Faint, "  ").Text(th.Warn, "x").Count(th.Warn, int64(h.Times))
	}
}

// cut draws the text in what is left of the row, and marks what is missing.
func cut(r grid.Region, p grid.Pen, st grid.Style, text string) grid.Pen {
	p.X = r.Cut(p.X, 0, r.W-p.X, st, text)
	return p
}

// result draws what a call returned, an error by its name.
func result(p grid.Pen, v *scene, h *world.Happening) grid.Pen {
	th := v.Theme
	if h.Result < 0 {
		return p.Text(th.Text, " = -1 ").Text(th.Warn, errno(h.Errno))
	}
	return p.Text(th.Text, " = ").Count(th.Text, h.Result)
}

// outcome draws the sign of a check.
func outcome(p grid.Pen, v *scene, o trace.Outcome) grid.Pen {
	th, g := v.Theme, v.Theme.Glyphs
	switch o {
	case trace.Passed:
		return p.Rune(th.Good, g.Yes).Text(th.Good, " yes")
	case trace.Failed:
		return p.Rune(th.Bad, g.No).Text(th.Bad, " no")
	}
	return p.Rune(th.Held, g.Open).Text(th.Held, " not judged")
}
