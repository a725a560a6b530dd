package stage

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"fdlab/lab/diagnosis"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
)

// drawHead draws the title row and below it the band, which says in words what is
// going on now, or what the moment asks.
func drawHead(r grid.Region, v *scene) {
	if v.small {
		drawSmallHead(r, v)
		return
	}
	x := drawTitle(r, v)
	if v.Band != nil {
		band := r.Sub(0, 1, r.W, r.H-1)
		drawBand(band, v)
		chrome.Raise(band, v.View.Theme)
		return
	}
	band := r.Sub(0, r.H-1, r.W, 1)
	drawNow(band.Sub(x, 0, r.W-2*x, 1), v)
	chrome.Raise(band, v.View.Theme)
}

// drawTitle draws the title row (lesson, step, state, clock), and returns its margin.
func drawTitle(r grid.Region, v *scene) (x int) {
	th := v.Theme
	if r.W > 2*chrome.Margin {
		x = chrome.Margin
	}
	b := grid.AppendClock(r.Scratch(), v.Now)
	end := r.W - x
	r.BytesRight(end, 0, th.Text, b)
	end = v.drawStatus(r, end-len(b)-2) - 2
	if n := v.World.Dropped.All(); n > 0 {
		b := append(grid.AppendCount(r.Scratch(), int64(n)), " not kept"...)
		r.BytesRight(end, 0, th.Alarm, b)
		end -= len(b) + 2
	}
	if n := v.Lost - min(v.LeftOut, v.Lost); n > 0 {
		b := append(grid.AppendCount(r.Scratch(), int64(n)), " record"...)
		if n != 1 {
			b = append(b, 's')
		}
		b = append(b, " lost"...)
		r.BytesRight(end, 0, th.Alarm, b)
		end -= len(b) + 2
	}
	if v.LeftOut > 0 && !v.small {
		b := append(grid.AppendCount(r.Scratch(), int64(v.LeftOut)), " left out"...)
		r.BytesRight(end, 0, th.Faint, b)
		end -= len(b) + 2
	}

	left := r.Sub(0, 0, end, 1)
	p := left.At(x, 0)
	if !v.small {
		p = p.Text(th.Title, "fdlab  ")
	}
	p = p.Text(th.Title, v.Lesson)
	p = drawProcess(p, v)
	if v.Chapter != "" {
		p = p.Skip(2)
		left.Cut(p.X, 0, end-p.X, th.Text, v.Chapter)
	} else if step, n := v.World.Step(); n > 0 {
		p = p.Text(th.Faint, "  step ").Int(th.Faint, int64(n))
		if v.World.Of > 0 {
			p = p.Text(th.Faint, " of ").Int(th.Faint, int64(v.World.Of))
		}
		if room := end - p.X - len(": "); room >= 6 { // fewer letters say nothing
			p = p.Text(th.Faint, ": ")
			left.Cut(p.X, 0, room, th.Text, step.Text)
		}
	}
	return x
}

// drawStatus draws the state of the run, and returns where it begins.
func (v *scene) drawStatus(r grid.Region, end int) int {
	th := v.Theme
	word, st := statusWords[v.Status], th.Title
	switch v.Status {
	case Running:
		st = th.Callback
	case Held, Past, Paused, AtMoment, Unheld, Stopped, Replay:
		if st = th.Held; v.Status == Replay {
			word += " " + v.Words
		}
		r.Set(end-1, 0, ' ', st)
		r.TextRight(end-1, 0, st, word)
		end -= grid.Width(word) + 2
		r.Set(end, 0, ' ', st)
		return end
	}
	r.TextRight(end, 0, st, word)
	return end - grid.Width(word)
}

// drawKeys draws the keys that work now: what is to be pressed first, then the
// experiment's own.
func drawKeys(r grid.Region, v *scene) {
	n := 1
	if v.small {
		n = 2 // and the way to the other panels
	}
	n = min(n, len(v.Keys))
	all := v.Keys[:n]
	if v.Status == Running || v.Status == Held || v.Status == Unheld {
		all = slices.Clone(all)
		for _, o := range v.World.Offers {
			all = append(all, keys.Hint{Key: string(o.Key), Does: o.Text})
		}
	}
	chrome.Keys(r, v.View.Theme, append(all[:len(all):len(all)], v.Keys[n:]...))
}

// worded are the states of which Words say what is going on.
var worded = []Status{Building, Starting, Over, Unheld, Stopped}

// worthAWord is how long something must last, in ns, before the sentence speaks of it.
const worthAWord = int64(2e6)

// drawNow says in one sentence what is going on at the moment that is shown.
// Every word of it is read from the world.
func drawNow(r grid.Region, v *scene) {
	th, w := v.Theme, v.World
	p := r.At(0, 0)
	if v.Words != "" && slices.Contains(worded, v.Status) {
		r.Cut(0, 0, r.W, th.Text, v.Words)
		return
	}
	unseen := diagnosis.LongestUnseen(w)
	if unseen != nil && v.Now-unseen.ReadySince < worthAWord && v.Status != Held {
		unseen = nil
	}
	if drawSpin(p, v, unseen) {
		return
	}
	if b := diagnosis.Uncertain(w); b != nil && v.Status != Over {
		p = p.Text(th.Alarm, "Records were lost").Text(th.Text, ": what the loop ")
		if !alone(w) {
			p = p.Text(th.Text, "of ").Text(th.Text, baseName(w, b)).Text(th.Text, " ")
		}
		p = p.Text(th.Text, "has done since ")
		p.Clock(th.Text, b.Since).Text(th.Text, " is not known.")
		return
	}
	blocked, frame := diagnosis.OnlyBlocked(w, v.counts)
	var busy diagnosis.Finding
	switch {
	case w.Held > 0:
		p = p.Text(th.Held, "Held").Text(th.Text, " ")
		const few = 2 // more would not fit
		if w.Held > few {
			p = p.Int(th.Text, int64(w.Held)).Text(th.Text, " threads, each before its next phase ")
		}
		for i := range w.Threads {
			if top, ok := w.Threads[i].Top(); ok && top.Kind == world.AtGate && w.Held <= few {
				p = p.Text(th.Text, top.Name).Text(th.Faint, " (").Text(th.Text, threadName(&w.Threads[i])).Text(th.Faint, ") ")
			}
		}
		if unseen != nil {
			nameFD(p.Text(th.Faint, "· "), th.Ready, unseen).Text(th.Text, " stands ready; no loop has looked.")
		}
	case blocked != nil && unseen != nil && unseen.Number != frame.FD && r.W < 70:
		p = p.Text(th.Blocked, "Blocked").Text(th.Text, " in ").Text(th.Text, frame.Name).Text(th.Text, " on ")
		p = p.Text(th.Text, calledName(w, &frame)).Text(th.Text, ". ").Text(th.Ready, unseen.Name()).Text(th.Text, ": ")
		p.Text(th.Ready, "ready").Text(th.Text, ", unseen ").Duration(th.Ready, v.Now-unseen.ReadySince)
	case blocked != nil && unseen != nil && unseen.Number != frame.FD:
		p = p.Text(th.Blocked, "Blocked").Text(th.Text, " in ").Text(th.Text, frame.Name).Text(th.Text, " on ")
		p = p.Text(th.Text, calledName(w, &frame)).Text(th.Text, ", while ")
		p = p.Text(th.Ready, unseen.Name()).Text(th.Text, " has been ").Text(th.Ready, "ready").Text(th.Text, " for ")
		p.Duration(th.Ready, v.Now-unseen.ReadySince).Text(th.Text, ". Nobody looks.")
	case v.Status == Held:
		drawHeldNow(p, v)
	case unseen != nil && v.isBusy(unseen, &busy):
		p = p.Text(th.Ready, unseen.Name()).Text(th.Ready, " ready").Text(th.Text, " for ").Duration(th.Ready, v.Now-unseen.ReadySince)
		if busy.Cause == diagnosis.NotWaited {
			drawNotWaited(p, v, &busy)
			break
		}
		if busy.Cause == diagnosis.SameEvent {
			drawSame(p.Text(th.Text, "; its loop calls only "), v, busy.Base)
			break
		}
		p = p.Text(th.Text, "; its loop is still inside ").Text(th.Callback, "a ").Text(th.Callback, v.callback()).Text(th.Text, " (")
		p.Duration(th.Callback, v.Now-busy.Base.Since).Text(th.Text, ")")
	case unseen != nil && r.W < 70:
		p.Text(th.Ready, unseen.Name()).Text(th.Text, ": ready, unseen for ").Duration(th.Ready, v.Now-unseen.ReadySince)
	case unseen != nil:
		nameFD(p, th.Ready, unseen).Text(th.Text, " is ready in the kernel, and nobody has looked for ").Duration(th.Ready, v.Now-unseen.ReadySince)
	case blocked != nil:
		p = p.Text(th.Text, threadName(blocked)).Text(th.Text, " is ").Text(th.Blocked, "blocked").Text(th.Text, " in ")
		p = p.Text(th.Text, frame.Name).Text(th.Text, " on ").Text(th.Text, calledName(w, &frame))
		if frame.Since < v.Now {
			p.Text(th.Text, " for ").Bytes(th.Blocked, v.since(r, frame.Since))
		}
	default:
		drawLoopNow(p, v, r.W < 70)
	}
}

// isBusy reports whether a loop that watches the fd has no time to look, and why.
func (v *scene) isBusy(f *world.FD, why *diagnosis.Finding) (ok bool) {
	*why, ok = diagnosis.Busy(v.World, f)
	return ok
}

// drawSame says what a loop calls again and again in a turn that does not end.
func drawSame(p grid.Pen, v *scene, b *world.Base) grid.Pen {
	th := v.Theme
	p = p.Text(th.Callback, sameName(v.World, b)).Text(th.Text, ": ")
	return p.Count(th.Alarm, b.Same.Count).Text(th.Text, " callbacks in one turn.")
}

func sameName(w *world.World, b *world.Base) string {
	name := b.Same.Name
	if f := w.FDByNumber(b.Same.FD); f != nil && name == "" {
		name = f.Name()
	}
	return cmp.Or(name, "a timer")
}

// drawSpin says that something spins, if it does just now.
func drawSpin(p grid.Pen, v *scene, unseen *world.FD) bool {
	th, w := v.Theme, v.World
	for _, f := range w.FDs {
		if f.Closed != 0 && !f.Lingers() || f.Untaken.Now < diagnosis.Often || v.Now-f.CallbackDone >= glow {
			continue
		}
		p = theLoop(p, v, w.BaseByNumber(f.CalledBy)).Text(th.Alarm, " spins").Text(th.Text, ": ")
		if f.Closed != 0 {
			p.Count(th.Alarm, f.Untaken.Now).Text(th.Text, " callbacks of ").Text(th.Text, f.Name()).Text(th.Text, ", which is closed, have taken nothing.")
			return true
		}
		if !f.Readable() { // the loop was told another fd, or a callback was made active by hand
			p.Count(th.Alarm, f.Untaken.Now).Text(th.Text, " callbacks of ").Text(th.Text, f.Name()).Text(th.Text, " have taken nothing.")
			return true
		}
		p = p.Text(th.Ready, f.Name()).Text(th.Text, " is ready, and ")
		p.Count(th.Alarm, f.Untaken.Now).Text(th.Text, " callbacks have taken nothing from it.")
		return true
	}
	for i := range w.Bases {
		spin, ok := diagnosis.CallsNobody(&w.Bases[i])
		if !ok {
			continue
		}
		p = theLoop(p, v, spin.Base).Text(th.Alarm, " spins").Text(th.Text, ": ").Count(th.Alarm, spin.Count).Text(th.Text, " turns have called nobody.")
		if unseen != nil {
			p.Text(th.Text, " ").Text(th.Ready, unseen.Name()).Text(th.Text, " has been ready for ").
				Duration(th.Ready, v.Now-unseen.ReadySince).Text(th.Text, ".")
		}
		return true
	}
	return false
}

// drawHeldNow says why time is held and yet no thread stands at the gate.
func drawHeldNow(p grid.Pen, v *scene) {
	th := v.Theme
	p = p.Text(th.Held, "Time is held.").Text(th.Text, " ")
	waiting, calling := loopsNow(v.World)
	switch {
	case waiting == nil && calling == nil:
		p.Text(th.Text, "The loops stop at their next phase. A call that is blocked stays blocked.")
	case calling == nil:
		theLoop(p, v, waiting).Text(th.Text, " is inside ").Text(th.Waiting, waiting.Call).
			Text(th.Text, ", and stops when it comes back. Make an fd ready by a key.")
	default:
		p = theLoop(p, v, calling).Text(th.Text, " is inside ").Text(th.Callback, "a ").Text(th.Callback, v.callback())
		if waiting != nil {
			p = p.Text(th.Text, ", ").Text(th.Text, baseName(v.World, waiting)).Text(th.Text, " inside ").Text(th.Waiting, waiting.Call)
		}
		p.Text(th.Text, ". It stops when that is over.")
	}
}

// drawLoopNow says where the loop is, when nothing more remarkable goes on. Where
// several run, those that are in a callback come first.
func drawLoopNow(p grid.Pen, v *scene, short bool) {
	th := v.Theme
	for i := range v.World.Bases {
		if b := &v.World.Bases[i]; isSame(b) {
			drawSame(theLoop(p, v, b).Text(th.Text, " calls only "), v, b).Text(th.Text, " It hears nothing else.")
			return
		}
	}
	b, calling := loopsNow(v.World)
	switch n := v.World.Loops(); {
	case calling != nil && v.Now-calling.Since > worthAWord:
		p = theLoop(p, v, calling).Text(th.Text, " has been inside ").Text(th.Callback, "a ").Text(th.Callback, v.callback()).Text(th.Text, " for ")
		p.Duration(th.Callback, v.Now-calling.Since).Text(th.Text, ". It looks at nothing else.")
	case b == nil:
	case n > 1 && calling == nil && waits(v.World) == n:
		if n == 2 {
			p = p.Text(th.Text, "Both loops ")
		} else {
			p = p.Text(th.Text, "All ").Int(th.Text, int64(n)).Text(th.Text, " loops ")
		}
		p.Text(th.Waiting, "wait").Text(th.Text, ".")
	default:
		fds := " fds"
		if b.Watched == 1 {
			fds = " fd"
		} else if !short {
			fds = " fds at once"
		}
		p = theLoop(p, v, b).Text(th.Text, " ").Text(th.Waiting, "waits").Text(th.Text, " in ").Text(th.Text, b.Call)
		if b.Watched == 0 { // for a timer, or for what another thread posts
			p = p.Text(th.Text, ", and watches no fd")
		} else {
			p = p.Text(th.Text, " for ").Int(th.Text, int64(b.Watched)).Text(th.Text, fds)
		}
		if b.Since < v.Now { // it has just begun
			p = p.Text(th.Text, ", for ").Duration(th.Waiting, v.Now-b.Since)
		}
		p.Text(th.Text, ".")
	}
}

// loopsNow returns a loop that waits and one that is inside a callback: the one that
// has been for the longest. A loop whose callback runs another loop is not asked: the
// inner one says more.
func loopsNow(w *world.World) (waiting, calling *world.Base) {
	for i := range w.Bases {
		b := &w.Bases[i]
		switch {
		case b.Phase == world.Waiting && (waiting == nil || b.Since < waiting.Since):
			waiting = b
		case b.Phase == world.Calling && !runsInside(w, b) && (calling == nil || b.Since < calling.Since):
			calling = b
		}
	}
	return waiting, calling
}

// runsInside reports whether a callback of the loop runs another loop.
func runsInside(w *world.World, b *world.Base) bool {
	for i := range w.Bases {
		if o := &w.Bases[i]; b.Thread != 0 && o.Thread == b.Thread && o.Depth > b.Depth {
			return true
		}
	}
	return false
}

// waits returns how many loops wait.
func waits(w *world.World) (n int) {
	for i := range w.Bases {
		if w.Bases[i].Phase == world.Waiting {
			n++
		}
	}
	return n
}

func isSame(b *world.Base) bool {
	_, ok := diagnosis.SameAgain(b)
	return ok
}

// theLoop begins a sentence: "The loop", or "The loop of base worker" where there
// are several.
func theLoop(p grid.Pen, v *scene, b *world.Base) grid.Pen {
	p = p.Text(v.Theme.Text, "The loop")
	if b == nil || alone(v.World) {
		return p
	}
	return p.Text(v.Theme.Text, " of ").Text(v.Theme.Text, baseName(v.World, b))
}

// alone reports whether there is one base, and so one loop.
func alone(w *world.World) bool {
	n := 0
	for i := range w.Bases {
		if w.Bases[i].Freed == 0 {
			n++
		}
	}
	return n <= 1
}

// baseName names a base so that it can be told from the others: "base worker", or
// "base 2" if it has no name, or "base 2 worker" if another has the same.
func baseName(w *world.World, b *world.Base) string {
	if b.Name == "" {
		return "base " + strconv.Itoa(int(b.Number))
	}
	for i := range w.Bases {
		if o := &w.Bases[i]; o.Freed == 0 && o.Number != b.Number && o.Name == b.Name {
			return "base " + strconv.Itoa(int(b.Number)) + " " + b.Name
		}
	}
	return "base " + b.Name
}

func nameFD(p grid.Pen, st grid.Style, f *world.FD) grid.Pen {
	return p.Text(st, "fd ").Int(st, int64(f.Number)).Text(st, " ").Text(st, f.Name())
}

// toFit is a name as it is to be cut where it does not fit: of a connection the peer, which tells it from the others.
func toFit(name string, width int) string {
	if grid.Width(name) > width {
		if _, peer, from := strings.Cut(name, " from "); from {
			return peer
		}
	}
	return name
}

func fdName(w *world.World, fd int32) string {
	if fd == trace.NoFD {
		return "nothing"
	}
	if f := w.FDByNumber(fd); f != nil {
		return f.Name()
	}
	return "a closed fd"
}

// calledName names the fd that a call is about, which may have been closed since.
func calledName(w *world.World, call *world.Frame) string {
	f := w.CalledOn(call)
	switch {
	case call.FD == trace.NoFD || f == nil:
		return fdName(w, call.FD)
	case f.Closed != 0:
		return f.Name() + " (since closed)"
	}
	return f.Name()
}

func threadName(t *world.Thread) string {
	if t.Name != "" {
		return t.Name
	}
	return "a thread"
}
