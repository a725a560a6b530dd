package stage

import (
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// drawLoops draws the experiment's threads with what each is in the middle of,
// and under a thread that runs a loop the loop's circle. At the bottom stands
// what deserves a word. It returns how many rows it has beyond those that are seen.
func drawLoops(r grid.Region, v *scene) (above, below int) {
	w := v.World
	room := r.H - drawLints(r, v)
	above = max(v.Scrolled[LoopsPanel], 0)
	all := r.Sub(-1, 0, r.W+1, room).Indent(1).Down(above)
	y := 0
	for _, ended := range []bool{false, true} { // those that live come first
		for i := range w.Threads {
			t := &w.Threads[i]
			if !isShownThread(v, t) || (t.Ended != 0) != ended {
				continue
			}
			from := y
			y = drawThread(all, y, v, t)
			v.weigh(all.Sub(0, from, r.W, y-from), v.threadMatters(t.ID))
			v.mark(all, from, y-from, v.followsThread(t), ofThread(t) == v.Selected)
			v.touch(from-above, y-from, ofThread(t))
			if !ended {
				y = drawLoopsOf(all, y, v, t)
			}
		}
	}
	if y == 0 {
		r.Text(0, 0, v.Theme.Faint, "none yet")
	}
	return above, max(y-room-above, 0)
}

// drawLoopsOf draws the loops that a thread runs: the outer one first.
func drawLoopsOf(r grid.Region, y int, v *scene, t *world.Thread) int {
	w := v.World
	for j := range w.Bases {
		b := &w.Bases[j]
		if b.Thread != t.ID || b.Phase == world.Stopped {
			continue
		}
		// The circle needs three rows; where there is no room for every
		// loop's, one row each says the same in words.
		from := y
		if r.H-y >= 3*(1+loopsAfter(v, t, j)) && r.W >= 36 {
			y = drawCircle(r, y, v, b)
		} else {
			y = drawLoopLine(r, y, v, b)
		}
		if b.Sharers > 0 {
			y = drawShared(r, y, v, b)
		}
		if _, n := w.NextTimer(b); n > 0 && r.H-y > loopsAfter(v, t, j) {
			y = drawTimers(r, y, v, b)
		}
		v.weigh(r.Sub(0, from, r.W, y-from), v.baseMatters(b.Number))
		v.mark(r, from, y-from, v.followsBase(b), ofBase(b) == v.Selected)
		v.touch(from-max(v.Scrolled[LoopsPanel], 0), y-from, ofBase(b))
	}
	return y
}

// drawTimers draws in one row how many timeouts a loop has, and the next of them. Nobody
// looks at one that is late before the loop is back.
func drawTimers(r grid.Region, y int, v *scene, b *world.Base) int {
	th := v.Theme
	next, n := v.World.NextTimer(b)
	left := next.Due - v.Now
	word := " in "
	switch {
	case left <= -lateFrom:
		left, word = -left, " late "
	case r.W < 30:
		word = " "
	}
	var buf [24]byte
	took := grid.AppendDuration(buf[:0], max(left, 0))
	p := r.At(2, y).Text(th.Faint, "timers ").Count(th.Text, int64(n)).Text(th.Faint, ": ")
	p.X = r.Cut(p.X, y, r.W-p.X-len(word)-len(took), th.Text, next.Label)
	p.Text(th.Faint, word).Bytes(th.Text, took)
	return y + 1
}

// lateFrom is how late a timer is, in ns, before it is called late: the loop that wakes
// for it needs a moment.
const lateFrom = int64(2e6)

// loopsAfter counts the loops and threads that still want rows below.
func loopsAfter(v *scene, t *world.Thread, j int) int {
	w, n, below := v.World, 0, false
	for i := range w.Threads {
		o := &w.Threads[i]
		if below && v.counts(o) && o.Ended == 0 {
			n++
		}
		below = below || o == t
	}
	for ; j+1 < len(w.Bases); j++ {
		if w.Bases[j+1].Thread == t.ID {
			n++
		}
	}
	return n
}

func isShownThread(v *scene, t *world.Thread) bool {
	if !v.counts(t) && !runsLoop(t) {
		return false
	}
	return t.Ended == 0 || v.Now-t.Ended < closedGlow
}

// counts reports whether a thread is the program's own: all of them are, unless
// the program introduces those that are.
func (v *scene) counts(t *world.Thread) bool { return t.Introduced || v.Strangers }

func runsLoop(t *world.Thread) bool {
	for i := range t.Stack {
		if t.Stack[i].Kind == world.InLoop {
			return true
		}
	}
	return false
}

// drawThread draws one row: the thread's id, its name, and its stack.
func drawThread(r grid.Region, y int, v *scene, t *world.Thread) int {
	th, g := v.Theme, v.Theme.Glyphs
	row := r.Sub(0, y, r.W, 1)
	p := row.At(0, 0)
	if t.Ended == 0 || r.W >= 40 {
		p = p.Text(th.Faint, "thread ")
	}
	p = p.Int(th.Text, int64(t.ID)).Text(th.Text, " ").Text(th.Text, t.Name)
	if t.Ended != 0 {
		p.Text(th.Faint, "  ended")
		return y + 1
	}
	top, ok := t.Top()
	if !ok {
		switch {
		case v.Status == Over:
			p.Text(th.Faint, "  ended")
		case v.Now-v.World.LastSeen(t) > world.SeenFor:
			drawLastSeen(row, p.X, v, t)
		case t.Asleep != 0:
			p.Text(th.Faint, "  sleeps ").Duration(th.Faint, v.Now-t.Asleep)
		default:
			p.Text(th.Faint, "  runs")
		}
		return y + 1
	}
	switch top.Kind {
	case world.InCall:
		y++
		p = r.At(2, y).Rune(th.Blocked, g.Blocked).Text(th.Blocked, " ").Text(th.Blocked, top.Name).Text(th.Blocked, "(")
		if top.FD != trace.NoFD {
			p = p.Int(th.Blocked, int64(top.FD))
			if on := v.World.CalledOn(&top); on == nil || on.Closed != 0 {
				p = p.Text(th.Blocked, ", since closed")
			}
		}
		p = p.Text(th.Blocked, ") ").Bytes(th.Blocked, v.since(r, top.Since)).Text(th.Blocked, " ")
		drawGrowing(r.Sub(0, y, r.W, 1), p.X, v, th.Blocked, top.Since)
	case world.AtGate:
		y++
		r.At(2, y).Rune(th.Held, g.Gate).Text(th.Held, " held ").Text(th.Held, top.Name)
	}
	if i := handling(t); i >= 0 {
		y++
		drawHandling(r.Sub(2, y, r.W-2, 1), v, &t.Stack[i])
	}
	if depth := nesting(t); depth > 1 {
		return drawStack(r, y+1, v, t)
	}
	return y + 1
}

// drawLastSeen says that nobody knows what a thread does now: half of it would say
// something else.
func drawLastSeen(row grid.Region, x int, v *scene, t *world.Thread) {
	const before, after = "  last seen ", " ago"
	took := grid.AppendDuration(row.Scratch(), v.Now-v.World.LastSeen(t))
	if x+len(before)+len(took)+len(after) <= row.W {
		row.At(x, 0).Text(v.Theme.Faint, before).Bytes(v.Theme.Faint, took).Text(v.Theme.Faint, after)
	}
}

func nesting(t *world.Thread) int {
	n := 0
	for i := range t.Stack {
		if t.Stack[i].Kind == world.InLoop {
			n++
		}
	}
	return n
}

// drawStack draws nested dispatches: the outer one first, and it waits for
// everything after it. A stack that is too wide goes on in the next row. It
// returns the row after it.
func drawStack(r grid.Region, y int, v *scene, t *world.Thread) int {
	th, g := v.Theme, v.Theme.Glyphs
	p := r.At(2, y)
	for i := range t.Stack {
		f := &t.Stack[i]
		name, st := f.Name, th.Waiting
		switch f.Kind {
		case world.InLoop:
			name, st = "", th.Text
			if b := v.World.BaseByNumber(f.Base); b != nil {
				name = b.Name
			}
		case world.InCallback:
			st = th.Callback
		case world.AtGate:
			continue
		}
		if i > 0 {
			p = p.Text(th.Faint, " ").Rune(th.Faint, g.Into).Text(th.Faint, " ")
		}
		if p.X+max(grid.Width(name), 6) > r.W && i > 0 {
			y++
			p = r.At(4, y)
		}
		if name == "" && f.Kind == world.InLoop {
			p = p.Text(st, "base ").Int(st, int64(f.Base))
		} else {
			p = p.Text(st, name)
		}
	}
	return y + 1
}

type station struct {
	word  string
	phase world.Phase
}

// phases are the stations of a loop's circle, in the order of a turn.
var phases = [...]station{
	{"wait", world.Waiting}, {"ready", world.Returning}, {"callback", world.Calling},
}

// circleOf returns the stations of a loop, as far as they can be seen: a foreign program's callbacks cannot,
// but it may say which it is in.
func circleOf(b *world.Base) (all [len(phases)]station) {
	switch all = phases; {
	case b.Foreign && b.Callbacks > 0:
		all[len(all)-1] = station{`"callback"`, world.Calling}
	case b.Foreign:
		all[len(all)-1] = station{"~handling", world.Handling}
	}
	return all
}

// called chooses between what is measured, or said, and what is inferred.
func called(b *world.Base, measured, inferred string) string {
	if b.Foreign && b.Callbacks == 0 {
		return inferred
	}
	return measured
}

func calls(b *world.Base) int64 {
	if b.Foreign && b.Callbacks == 0 {
		return int64(b.Handled)
	}
	return int64(b.Callbacks)
}

// drawCircle draws a loop as the circle that it is, with the station where it
// stands lit, and its counts.
//
//	base 1 epoll  ╭─▶ wait ──▶ ready ──▶ callback ─╮
//	              ╰────────────────────────────────╯
//	turns 23  callbacks 20
func drawCircle(r grid.Region, y int, v *scene, b *world.Base) int {
	th, g := v.Theme, v.Theme.Glyphs
	p := r.At(2, y).Rune(th.Frame, g.CornerUL).Rune(th.Frame, th.Lines.Across).Rune(th.Frame, g.Arrow)
	left := 2
	for i, s := range circleOf(b) {
		if i > 0 {
			p = p.Rune(th.Frame, th.Lines.Across).Rune(th.Frame, g.Arrow)
		}
		p = p.Text(th.Frame, " ").Text(phaseStyle(v, b, s.phase), s.word).Text(th.Frame, " ")
	}
	right := p.X
	p.Rune(th.Frame, th.Lines.Across).Rune(th.Frame, g.CornerUR)
	y++
	r.Set(left, y, g.CornerLL, th.Frame)
	r.Fill(left+1, y, right-left, 1, th.Lines.Across, th.Frame)
	r.Set(right+1, y, g.CornerLR, th.Frame)
	p = r.At(left+3, y).Text(th.Faint, " base ")
	if b.Name != "" {
		p = p.Text(th.Text, b.Name)
	} else {
		p = p.Int(th.Text, int64(b.Number))
	}
	p.Text(th.Faint, " ").Text(th.Text, b.Backend).Text(th.Faint, " ")
	y++
	var store [48]byte
	numbers := grid.AppendCount(store[:0], int64(b.Turns))
	turns := len(numbers)
	numbers = grid.AppendCount(numbers, calls(b))
	p = r.At(2, y)
	if made := called(b, "callbacks ", "handled "); p.X+len("turns   ")+len(made)+len(numbers) <= r.W {
		p = p.Text(th.Faint, "turns ").Bytes(th.Text, numbers[:turns]).Text(th.Faint, "  ").Text(th.Faint, made).Bytes(th.Text, numbers[turns:])
	} else { // what the loop calls must be whole
		p = p.Text(th.Faint, made).Bytes(th.Text, numbers[turns:]).Text(th.Faint, "  turns ").Bytes(th.Text, numbers[:turns])
	}
	if spin, ok := b.Spins(v.Now); ok {
		drawSpins(r, p.X+2, y, v, spin)
	} else if b.Phase == world.Waiting {
		took := v.since(r, b.Since)
		if p.X+len("  waits ")+len(took) <= r.W {
			p.Text(th.Faint, "  ").Text(th.Waiting, "waits ").Bytes(th.Waiting, took)
		}
	}
	return y + 1
}

// drawSpins says that a loop spins, and how fast if there is room for it.
func drawSpins(r grid.Region, x, y int, v *scene, spin world.Spin) {
	th := v.Theme
	var buf [24]byte
	rate := grid.AppendCount(buf[:0], spin.PerSecond)
	switch {
	case x+len("spins ")+len(rate)+len("/s") <= r.W:
		r.At(x, y).Text(th.Alarm, "spins ").Bytes(th.Alarm, rate).Text(th.Faint, "/s")
	case x+len("spins") <= r.W:
		r.At(x, y).Text(th.Alarm, "spins")
	}
}

// drawLoopLine is drawCircle in one row, or two where the panel is narrow.
func drawLoopLine(r grid.Region, y int, v *scene, b *world.Base) int {
	th := v.Theme
	p := r.At(2, y)
	if r.W >= 30 {
		p = p.Text(th.Faint, b.Backend).Text(th.Faint, " ")
	}
	for i, s := range circleOf(b) {
		if i > 0 {
			p = p.Rune(th.Frame, v.Theme.Glyphs.Into)
		}
		p = p.Text(phaseStyle(v, b, s.phase), s.word)
	}
	const counts = 24 // columns that the counts need
	if r.W-p.X < counts {
		y++
		p = r.At(2, y)
	} else {
		p = p.Skip(2)
	}
	p = p.Text(th.Faint, "turns ").Count(th.Text, int64(b.Turns)).Text(th.Faint, called(b, " callbacks ", " handled ")).Count(th.Text, calls(b))
	if spin, ok := b.Spins(v.Now); ok {
		drawSpins(r, p.X+1, y, v, spin)
	}
	return y + 1
}

// phaseStyle lights the station where the loop stands, and lets the ones that
// it just left glow: a callback of a microsecond must be seen. A loop that spins is
// everywhere at once.
func phaseStyle(v *scene, b *world.Base, p world.Phase) grid.Style {
	th := v.Theme
	if _, ok := b.Spins(v.Now); ok {
		return th.Alarm
	}
	if b.Phase == p {
		switch p {
		case world.Waiting:
			return th.Waiting.With(grid.Reverse)
		case world.Returning:
			return th.Noticed.With(grid.Reverse)
		case world.Calling:
			return th.Callback.With(grid.Reverse)
		case world.Handling:
			return th.Inferred.With(grid.Reverse)
		}
	}
	switch {
	case p == world.Returning && b.LastReady != 0 && v.Now-b.LastReady < glow:
		return th.Noticed
	case p == world.Calling && b.LastCallback != 0 && v.Now-b.LastCallback < glow:
		return th.Callback
	}
	return th.Faint
}
