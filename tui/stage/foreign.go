package stage

import (
	"slices"

	"fdlab/lab/diagnosis"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/page"
)

// What is drawn of a program that is not of the lab. Its calls are measured; that a
// thread deals with an fd, and for how long an fd was unseen, is inferred: so it is
// drawn with other signs, and said in other words.

// atLeast says that a duration is a lower bound, where it is one: a foreign program is
// looked at in between, not all the time.
func (v *scene) atLeast(p grid.Pen) grid.Pen {
	if v.World.Foreign() {
		return p.Rune(v.Theme.Late, v.Theme.Glyphs.AtLeast)
	}
	return p
}

// drawProcess says which process of a program is shown, if it has several.
func drawProcess(p grid.Pen, v *scene) grid.Pen {
	th, all := v.Theme, v.World.Processes
	now := v.World.Process()
	if len(all) < 2 || now == nil {
		return p
	}
	i := slices.IndexFunc(all, func(o world.Process) bool { return o.ID == now.ID })
	p = p.Text(th.Text, "  process ").Int(th.Text, int64(now.ID)).Text(th.Text, " ").Text(th.Text, now.Name)
	if now.Ended != 0 {
		p = p.Text(th.Faint, ", ended")
	}
	return p.Text(th.Faint, "  ").Int(th.Faint, int64(i+1)).Text(th.Faint, " of ").Int(th.Faint, int64(len(all)))
}

// drawShared says of a loop that its epoll instance is not its process's alone: what the others have asked for
// is in the same set in the kernel.
func drawShared(r grid.Region, y int, v *scene, b *world.Base) int {
	th := v.Theme
	p := r.At(2, y)
	if r.W >= 48 {
		p = p.Text(th.Text, "one epoll instance, ")
	}
	p = p.Text(th.Text, "shared with ")
	if b.Sharers > 1 {
		p.Int(th.Text, int64(b.Sharers)).Text(th.Text, " processes")
	} else {
		p.Text(th.Text, "process ").Int(th.Text, int64(b.SharedWith))
	}
	return y + 1
}

// callback is the word for a callback that runs. That of a foreign program stands in quotes: nobody
// sees it, the program says so.
func (v *scene) callback() string {
	if v.World.Foreign() {
		return `"callback"`
	}
	return "callback"
}

// handling returns the index of the innermost frame in which a thread deals with an fd,
// or -1.
func handling(t *world.Thread) int {
	for i := len(t.Stack) - 1; i >= 0; i-- {
		if t.Stack[i].Kind == world.InHandling {
			return i
		}
	}
	return -1
}

// drawHandling draws what a thread seems to deal with.
func drawHandling(r grid.Region, v *scene, f *world.Frame) {
	th, g := v.Theme, v.Theme.Glyphs
	p := r.At(0, 0).Rune(th.Inferred, g.LaneHandled).Text(th.Inferred, " fd ").Int(th.Inferred, int64(f.FD)).
		Text(th.Inferred, " ").Bytes(th.Inferred, v.since(r, f.Since)).Text(th.Inferred, " ")
	if f.Name != "" {
		p = p.Rune(th.Faint, g.Inferred).Text(th.Faint, " ")
		r.Cut(p.X, 0, r.W-p.X, th.Faint, f.Name)
	}
}

// drawHandled draws in the table of fds that a thread deals with one, or just did.
func drawHandled(r grid.Region, v *scene, f *world.FD) {
	th, g := v.Theme, v.Theme.Glyphs
	p := r.At(0, 0)
	if f.InHandling > 0 {
		p = p.Rune(th.Inferred, g.LaneHandled).Text(th.Inferred, " ").Bytes(th.Inferred, v.since(r, f.HandledAt))
	} else {
		p = p.Rune(th.Noticed, g.Noticed).Text(th.Inferred, " handled")
	}
	if f.HandledIn != "" && p.X+4 < r.W {
		p = p.Text(th.Faint, " ").Rune(th.Faint, g.Inferred).Text(th.Faint, " ")
		r.Cut(p.X, 0, r.W-p.X, th.Faint, f.HandledIn)
	}
}

// quietAfter is for how long an fd of a foreign program must have done nothing before it
// gives its row to others, in ns.
const quietAfter = int64(2e9)

// isQuiet reports whether an fd is not worth a row: a server has hundreds.
func isQuiet(f *world.FD, now int64) bool {
	if len(f.Watches) > 0 || f.Blocked > 0 || f.InHandling > 0 || f.Closed != 0 {
		return false
	}
	_, unseen := f.Unseen()
	busy := unseen && !f.Before
	return !busy && now-max(f.Opened, f.LastRead, f.LastWrite, f.Noticed) > quietAfter
}

// isGathered reports whether an fd is one of those that a foreign program has opened and closed in passing, and that
// are only counted: unless a person asks for it.
func (v *scene) isGathered(f *world.FD) bool {
	return v.World.Foreign() && f.InPassing() && v.Filter == "" && !v.followsFD(f) && !v.fileMatters(f)
}

// drawGatheredFDs says how many those are.
func drawGatheredFDs(r grid.Region, v *scene) {
	th, n := v.Theme, int64(v.World.Passed)
	word := " files, each opened and closed within 0.1 s"
	if n == 1 {
		word = " file, opened and closed within 0.1 s"
	}
	r.At(0, 0).Text(th.Faint, "and ").Count(th.Text, n).Text(th.Faint, word)
}

// isQuietLane reports whether a lane is that of a foreign program's fd that does nothing, or was
// there in passing.
func (v *scene) isQuietLane(l *world.Lane) bool {
	if l.Passed && v.World.Foreign() && v.Filter == "" {
		return true
	}
	f := v.World.FDByNumber(l.FD)
	return l.Ended == 0 && f != nil && v.World.Foreign() && isQuiet(f, v.Now)
}

// drawInferred says what of a foreign program is measured and what is not.
func drawInferred(r grid.Region, v *scene) {
	th, g := v.Theme, v.Theme.Glyphs
	y := 0
	say := func(sign rune, st grid.Style, text string) {
		if y < r.H {
			r.Set(0, y, sign, st)
			y = page.Wrap(r.Sub(2, 0, r.W-2, r.H), y, th.Text, text)
		}
	}
	if slices.ContainsFunc(v.World.Bases, func(b world.Base) bool { return b.Foreign && b.Callbacks > 0 }) {
		say(g.LaneSaid, th.Callback, "said by the program itself: which callback it is in, the steps, the names")
	}
	say(g.LaneHandled, th.Inferred, "inferred, not measured: a thread deals with an fd, from its first call on it after a wait to the next ("+string(g.LaneBriefly)+": briefly); "+string(g.Inferred)+" the function that its loop has called, with ? a guess")
	say(g.AtLeast, th.Late, "a lower bound: the kernel is asked from time to time, not all the time")
	say(g.Ready, th.Ready, "measured: calls, their results, and what the kernel says of each fd. Tracing slows the program.")
	if v.quiet > 0 && y < r.H {
		r.At(0, y).Int(th.Faint, int64(v.quiet)).Text(th.Faint, " fds have been quiet for 2 s and are not shown")
	}
}

// drawNotWaited says why a foreign program's fd is not noticed: its loop has not waited
// again.
func drawNotWaited(p grid.Pen, v *scene, busy *diagnosis.Finding) {
	th := v.Theme
	p = p.Text(th.Text, "; its loop has not waited for ").Duration(th.Inferred, v.Now-busy.Base.Woke())
	for i := range v.World.FDs {
		if f := v.World.FDs[i]; f.InHandling > 0 && f.HandledBy == busy.Base.Number {
			p.Text(th.Text, ", it seems to deal with fd ").Int(th.Inferred, int64(f.Number))
			return
		}
	}
}
