package stage

import (
	"unicode/utf8"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// drawReadout says in words what a lane is in at the moment that is shown, so that no sign
// need be known. It goes by the lane alone: a moment has the same words, however the
// panel is laid out.
func drawReadout(r grid.Region, v *scene, l *world.Lane) {
	n := l.At(v.Now)
	if l.FD == trace.NoFD {
		readThread(r, v, l, n)
		return
	}
	th, ink := v.Theme, &v.Theme.Lane
	p := r.At(0, 0)
	number := func(before string, after string) {
		p := p.Text(ink.Left, before)
		if n.Queued > 0 {
			p = p.Count(ink.Left, n.Queued).Text(ink.Left, " ")
		}
		p.Text(ink.Left, after)
	}
	switch n.State {
	case world.Unseen, world.Piling:
		st := th.Unseen.With(grid.Bold)
		p = p.Text(st, "unseen ")
		if n.Sure && v.Now > n.Since {
			p = p.Bytes(st, v.since(r, n.Since))
		}
		if n.Queued > 0 && r.W-p.X > len(", 1,234") {
			p.Text(st, ", ").Count(st, n.Queued)
		}
	case world.Noticed:
		number("noticed ", "")
	case world.Callback:
		p = p.Text(th.Callback, "in ").Text(th.Callback, v.callback())
		if n.Queued > 0 {
			p.Text(th.Callback, " ").Count(th.Callback, n.Queued)
		}
	case world.Handled:
		r.Cut(0, 0, r.W, ink.Left, "handling (inferred)")
	case world.Left:
		if n.Queued == 0 { // an end of file, room to write: no callback takes that
			p.Text(ink.Left, "still ready")
			break
		}
		number("", "left, known")
	case world.Block, world.Await:
		p.Text(th.Watched, "watched")
	case world.Idle:
		if f := v.World.FDByNumber(l.FD); f == nil || v.World.Unwatched(f) {
			p.Text(th.Faint, "not watched")
		} else { // the record that says so may be lost
			p.Text(th.Faint, "watched ?")
		}
	case world.Gone:
		p.Text(th.Faint, "closed")
	}
}

func readThread(r grid.Region, v *scene, l *world.Lane, n world.Now) {
	th := v.Theme
	word, st := "", th.Faint
	switch n.State {
	case world.Await:
		word, st = "waits", th.Waiting
	case world.Callback:
		word, st = v.callback(), th.Callback
	case world.SleepsInCallback:
		word, st = "asleep inside", th.Blocked
	case world.Block:
		word, st = "blocked", th.Blocked
	case world.Sleeps:
		word = "sleeps"
	case world.Gate:
		r.At(0, 0).Text(th.Held, "held")
		return
	case world.Spins:
		readSpin(r, v, l)
		return
	case world.Handled:
		r.Cut(0, 0, r.W, th.Lane.Call, "handling (inferred)")
		return
	case world.Idle:
		if v.Status != Over {
			r.At(0, 0).Text(th.Text, "runs")
			return
		}
		fallthrough // it ended with the program, without a word: see drawThread
	case world.Gone:
		r.At(0, 0).Text(th.Faint, "ended")
		return
	default:
		return
	}
	p := r.At(0, 0).Text(st, word)
	since := n.Since
	if t := v.World.ThreadByID(l.Thread); t != nil && n.State == world.Callback {
		since = t.CalledSince(since) // the lane begins anew after each call inside
	}
	if !n.Sure || v.Now <= since {
		return
	}
	if took := v.since(r, since); p.X+1+utf8.RuneCount(took) <= r.W { // a number without its unit is none
		p.Text(st, " ").Bytes(st, took)
	}
}

// readSpin says how many turns a second a thread's loop makes.
func readSpin(r grid.Region, v *scene, l *world.Lane) {
	st := v.Theme.Blocked
	p := r.At(0, 0).Text(st, "spins")
	for i := range v.World.Bases {
		if b := &v.World.Bases[i]; b.Thread == l.Thread {
			if spin, ok := b.Spins(v.World.Time); ok {
				p.Text(st, " ").Count(st, spin.PerSecond/1000).Text(st, ",000/s")
				return
			}
		}
	}
}
