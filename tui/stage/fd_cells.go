package stage

import (
	"slices"
	"strconv"
	"strings"

	"fdlab/lab/diagnosis"
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
)

// What a row of the table says of an fd, in its three columns: what the program wishes, what the
// kernel says, what the program has noticed.

// drawWatched draws the program's wish: the events pending on the fd, or the
// call that a thread is blocked in.
func drawWatched(r grid.Region, v *scene, f *world.FD) {
	th := v.Theme
	if len(f.Watches) == 0 {
		if f.Blocked > 0 {
			word := "by call"
			if r.W < len(word) {
				word = "call"
			}
			r.Text(0, 0, th.Watched, word)
		} else if !v.World.Unwatched(f) { // the record that says so may be lost
			r.Text(0, 0, th.Faint, "?")
		}
		return
	}
	all := f.Watched()
	p := r.At(0, 0)
	word := func(bit trace.Readiness, text string) {
		if all&bit != 0 {
			if p.X > 0 {
				p = p.Text(th.Watched, " ")
			}
			p = p.Text(th.Watched, text)
		}
	}
	word(trace.Readable, "read")
	word(trace.Writable, "write")
	word(trace.EdgeTrig, "edge")
	if r.W >= len("read persist") {
		word(trace.Persist, "persist")
	} else {
		word(trace.Persist, "…")
	}
	if len(f.Watches) > 1 {
		p.Text(th.Faint, " x").Int(th.Faint, int64(len(f.Watches)))
	}
}

// drawKernel draws the kernel's fact: what a read would find.
func drawKernel(r grid.Region, v *scene, f *world.FD) {
	th, g := v.Theme, v.Theme.Glyphs
	p := r.At(0, 0)
	switch {
	case f.TCP.State == "LISTEN" && f.TCP.Backlog > 0:
		p = p.Rune(th.Ready, g.Ready).Text(th.Ready, " ").Count(th.Ready, f.TCP.Backlog)
		if f.TCP.Backlog == 1 {
			p.Text(th.Ready, " client")
		} else {
			p.Text(th.Ready, " clients")
		}
	case f.Readable() && f.Queued > 0 && strings.HasPrefix(f.What, "eventfd"):
		p.Rune(th.Ready, g.Ready).Text(th.Ready, " count ").Count(th.Ready, f.Queued)
	case f.Readable() && f.Queued > 0:
		p = p.Rune(th.Ready, g.Ready).Text(th.Ready, " ").Count(th.Ready, f.Queued)
		switch { // a narrow column keeps the number
		case f.Queued == 1:
			p.Text(th.Ready, " byte")
		case p.X+len(" bytes") <= r.W:
			p.Text(th.Ready, " bytes")
		}
	case f.Readable() && f.Readiness&(trace.HangUp|trace.EndOfFile) != 0:
		if p = p.Rune(th.Ready, g.Ready); r.W < len("  end of file") {
			p.Text(th.Ready, " EOF")
		} else {
			p.Text(th.Ready, " end of file")
		}
	case f.Readable():
		p.Rune(th.Ready, g.Ready).Text(th.Ready, " ready")
	case f.Readiness&trace.Broken != 0:
		p.Rune(th.Alarm, g.Ready).Text(th.Alarm, " error")
	case f.TCP.State == "LISTEN" || f.TCP.State == "" && f.Listens:
		p.Rune(th.Faint, g.Idle).Text(th.Faint, " no client")
	case f.TCP.State != "" && f.TCP.State != "ESTABLISHED":
		p.Rune(th.Faint, g.Idle).Text(th.Text, " ").Text(th.Text, f.TCP.State)
	case f.Unsent > 0:
		word := " unread" // a pipe or FIFO: they are sent, and nobody has read them
		if f.TCP.State != "" {
			word = " unsent" // SIOCOUTQ, tcp(7)
		}
		p = p.Rune(th.Faint, g.Idle).Text(th.Faint, " ").Count(th.Faint, f.Unsent)
		if p.X+len(word) <= r.W {
			p.Text(th.Faint, word)
		}
	case f.What == "TCP socket" && f.TCP.State == "" && !v.World.Sure(f.Opened): // it may listen
	case f.Input():
		p.Rune(th.Faint, g.Idle).Text(th.Faint, " empty")
	case f.Readiness&trace.Writable != 0:
		p.Rune(th.Faint, g.Idle).Text(th.Faint, " can write")
	}
}

// glow is how long a thing that happened stays bright.
const glow = int64(350e6)

// narrowProgram is the width below which the table's last column says in one
// word what it else says in two or three.
const narrowProgram = 20

// drawProgram draws what the program knows and does: nothing yet, told, in a
// callback, blocked, or done.
func drawProgram(r grid.Region, v *scene, f *world.FD) {
	th, g := v.Theme, v.Theme.Glyphs
	p := r.At(0, 0)
	say := func(brief, full string) string { // the table's last column is the narrow one
		if r.W < narrowProgram {
			return brief
		}
		return full
	}
	since, unseen := f.Unseen()
	switch {
	case f.InCallback > 0 && v.isLate(since, unseen): // nobody looks before the callback is back
		p = p.Rune(th.Callback, g.Callback).Text(th.Callback, " ")
		if r.W >= len("> callback 999 ms ? late 999 ms") {
			p = p.Text(th.Callback, v.callback()).Text(th.Callback, " ").Bytes(th.Callback, v.since(r, f.CallbackAt)).Text(th.Callback, " ")
		}
		v.atLeast(p.Rune(th.Late, g.Unseen).Text(th.Late, " late ")).Bytes(th.Late, v.since(r, since))
	case f.InCallback > 0:
		p.Rune(th.Callback, g.Callback).Text(th.Callback, " ").Text(th.Callback, v.callback()).Text(th.Callback, " ").Bytes(th.Callback, v.since(r, f.CallbackAt))
	case f.MistakenAt != 0 && v.Now-f.MistakenAt < glow:
		p.Rune(th.Alarm, g.Noticed).Text(th.Alarm, say(" called ", " told; called: ")).Text(th.Alarm, fdName(v.World, f.Mistaken))
	case f.Blocked > 0:
		drawBlocked(r, v, f)
	case f.InHandling > 0:
		drawHandled(r, v, f)
	case v.isLate(since, unseen):
		p = v.atLeast(p.Rune(th.Late, g.Unseen).Text(th.Late, " unseen ")).Bytes(th.Late, v.since(r, since)).Text(th.Late, " ")
		drawGrowing(r, p.X, v, th.Late, since)
	case v.World.Foreign() && f.Readable() && f.Noticed > max(f.CallbackAt, f.HandledAt):
		p.Rune(th.Noticed, g.Noticed).Text(th.Noticed, say(" noticed", " noticed, not handled yet"))
	case v.World.Foreign() && f.Readable() && f.Noticed > f.CallbackAt && v.Now-f.HandledTill >= glow:
		p.Rune(th.Noticed, g.Noticed).Text(th.Inferred, say(" not all", " handled, not all"))
	case v.World.Foreign() && f.Readable() && f.Noticed > f.CallbackAt:
		drawHandled(r, v, f)
	case f.Readable() && f.Noticed > f.CallbackAt && v.isForNobody(f):
		p.Rune(th.Alarm, g.Noticed).Text(th.Alarm, say(" calls nobody", " noticed, calls nobody"))
	case f.Readable() && f.Noticed > f.CallbackAt:
		p.Rune(th.Noticed, g.Noticed).Text(th.Noticed, say(" noticed", " noticed, callback next"))
	case f.CallbackDone != 0 && v.Now-f.CallbackDone < glow && f.CallbackDone == f.CallbackAt:
		p.Rune(th.Callback, g.Callback).Text(th.Callback, say(" calls ", " callbacks ")).Count(th.Callback, int64(f.Callbacks))
	case f.CallbackDone != 0 && v.Now-f.CallbackDone < glow:
		p.Rune(th.Callback, g.Callback).Text(th.Callback, say(" ran ", " callback ran ")).Duration(th.Callback, f.CallbackDone-f.CallbackAt)
	case f.HandledTill != 0 && v.Now-f.HandledTill < glow:
		drawHandled(r, v, f)
	case f.Untouched():
		p.Rune(th.Noticed, g.Noticed).Text(th.Noticed, say(" not read", " called, not read"))
	case f.LastRead != 0 && v.Now-f.LastRead < glow && f.ReadErrno != 0:
		p.Rune(th.Faint, g.Idle).Text(th.Faint, say(" ", " read: ")).Text(th.Faint, phrase.Errno(f.ReadErrno))
	case f.LastRead != 0 && v.Now-f.LastRead < glow:
		p.Rune(th.Callback, g.Took).Text(th.Callback, " read")
	case f.LastWrite != 0 && v.Now-f.LastWrite < glow:
		p.Rune(th.Callback, g.Took).Text(th.Callback, " wrote")
	case len(f.Watches) > 0:
		if unseen { // for less than a millisecond
			p = p.Rune(th.Late, g.Unseen)
		} else {
			p = p.Rune(th.Waiting, g.Wait)
		}
		if owner := v.owner(f); owner != nil {
			drawOwner(r, p.Text(th.Waiting, say(" in ", " waiting in ")).X, v, owner)
			break
		}
		p = p.Text(th.Waiting, " waiting")
		if f.Callbacks > 0 && r.W >= 36 {
			p.Text(th.Faint, "  callbacks ").Count(th.Text, int64(f.Callbacks)).Text(th.Faint, " reads ").Count(th.Text, int64(f.Reads))
		}
	}
}

// isLate reports whether an fd that has been unseen since a time is called late: for less than
// a millisecond none is.
func (v *scene) isLate(since int64, unseen bool) bool { return unseen && v.Now-since > 1e6 }

// owner is the loop that has all of an fd's events, where there are loops on more than
// one thread; else nil.
func (v *scene) owner(f *world.FD) *world.Base {
	b := v.World.BaseByNumber(f.Watches[0].Base)
	if b == nil || b.Thread == 0 || b.Foreign {
		return nil
	}
	for i := range f.Watches {
		if f.Watches[i].Base != b.Number {
			return nil
		}
	}
	for i := range v.World.Bases {
		if o := &v.World.Bases[i]; o.Thread != 0 && o.Thread != b.Thread {
			return b
		}
	}
	return nil
}

// drawOwner says in which loop an fd is watched, and if there is room on which thread.
func drawOwner(r grid.Region, x int, v *scene, b *world.Base) {
	th := v.Theme
	p := r.At(x, 0)
	if b.Name != "" {
		p.X = r.Cut(x, 0, r.W-x, th.Text, b.Name)
	} else {
		p = p.Text(th.Text, "base ").Int(th.Text, int64(b.Number))
	}
	if number := strconv.Itoa(int(b.Thread)); p.X+len(", thread ")+len(number) <= r.W {
		p.Text(th.Faint, ", thread ").Text(th.Text, number)
	}
}

// drawBlocked draws for how long the thread that is blocked on f has been.
func drawBlocked(r grid.Region, v *scene, f *world.FD) {
	th, g := v.Theme, v.Theme.Glyphs
	if call, _, ok := diagnosis.Blocked(v.World, f); ok {
		p := r.At(0, 0).Rune(th.Blocked, g.Blocked).Text(th.Blocked, " blocked ").Bytes(th.Blocked, v.since(r, call.Since)).Text(th.Blocked, " ")
		drawGrowing(r, p.X, v, th.Blocked, call.Since)
	}
}

// since says for how long something that began at a time has lasted: "?" where records
// were lost, and it may be over.
func (v *scene) since(r grid.Region, at int64) []byte {
	if !v.World.Sure(at) {
		return append(r.Scratch(), '?')
	}
	return grid.AppendDuration(r.Scratch(), v.Now-at)
}

// drawGrowing draws a bar that grows by a cell each tenth of a second.
func drawGrowing(r grid.Region, x int, v *scene, st grid.Style, since int64) {
	if !v.World.Sure(since) {
		return
	}
	n := int(min((v.Now-since)/100e6, int64(r.W-x)))
	r.Fill(x, 0, n, 1, v.Theme.Glyphs.Grow, st)
}

// isForNobody reports whether a loop that watches the fd is told of it again and again, and
// calls nobody.
func (v *scene) isForNobody(f *world.FD) bool {
	return slices.ContainsFunc(f.Watches, func(e world.Watch) bool {
		b := v.World.BaseByNumber(e.Base)
		if b == nil {
			return false
		}
		_, nobody := diagnosis.CallsNobody(b)
		return nobody
	})
}
