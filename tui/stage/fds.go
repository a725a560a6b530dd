package stage

import (
	"slices"
	"strconv"
	"strings"

	"fdlab/lab/diagnosis"
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
)

// columns says where the columns of the fd table begin.
type columns struct{ fd, what, watched, kernel, program int }

func columnsFor(w int) columns {
	switch {
	case w < 54:
		return columns{0, 4, 13, 20, 32}
	case w < 64: // half of 120 columns: room for "read edge", "can write"
		return columns{0, 4, 14, 24, 36}
	}
	return columns{0, 5, w * 28 / 100, w * 47 / 100, w * 66 / 100} // room for "read persist"
}

// drawFDs draws the table: what is watched (the program's wish), what the
// kernel holds (fact), and what the program has noticed. It returns how many rows
// it has beyond those that are seen.
func drawFDs(r grid.Region, v *scene) (above, below int) {
	if v.Wall {
		return drawWall(r, v)
	}
	th, w := v.Theme, v.World
	shown, open := 0, 0
	v.quiet = 0
	for _, f := range w.FDs {
		if !v.passes(f) {
			continue
		}
		if v.isShown(f) {
			shown++
		}
		if f.Closed == 0 && v.World.Foreign() && isQuiet(f, v.Now) {
			v.quiet++
			continue
		}
		if f.Closed == 0 || f.Lingers() {
			open++
		}
	}
	rows, gathered := r.H-1, 0
	if w.Foreign() && w.Passed > 0 && v.Filter == "" {
		gathered = 1
	}
	if v.crowded = shown+gathered > rows; v.crowded {
		shown = open // the closed ones make room
	}
	if shown > 2*rows && rows > 0 && v.Full != FDsPanel {
		return drawManyFDs(r, v, shown)
	}
	shown += gathered
	c := columnsFor(r.W)
	r.TextRight(c.fd+3, 0, th.Faint, "fd")
	r.Text(c.what, 0, th.Faint, "what")
	r.Text(min(c.watched, c.kernel-len("watched ")), 0, th.Watched, "watched")
	r.Text(c.kernel, 0, th.Ready, "ready")
	r.Text(c.program, 0, th.Noticed, "noticed")

	above = min(max(v.Scrolled[FDsPanel], v.firstThatMatters(rows), 0), max(shown-rows, 0))
	y := 1 - above
	v.tabled(func(f *world.FD, main bool) {
		if y >= 1 && y <= rows {
			row := r.Sub(0, y, r.W, 1)
			drawFD(row, v, f, c, main)
			v.weigh(row, v.fileMatters(f))
			v.mark(r, y, 1, v.fileMatters(f) || v.followsFD(f), ofFD(f) == v.Selected)
			v.touch(y, 1, ofFD(f))
		}
		y++
	})
	if gathered > 0 && y >= 1 && y <= rows {
		drawGatheredFDs(r.Sub(c.what, y, r.W-c.what, 1), v)
	}
	if shown == 0 {
		word := "none is open"
		if v.Filter != "" {
			word = "none has these letters"
		}
		r.Text(c.what, 1, th.Faint, word)
	}
	return above, max(shown-rows-above, 0)
}

// firstThatMatters is how many rows of the table are scrolled away, so that the first fd that
// matters at the moment is seen in so many rows; 0: it is seen anyway, or none does.
func (v *scene) firstThatMatters(rows int) (above int) {
	if !v.singles() || v.Scrolled[FDsPanel] != 0 {
		return 0
	}
	at, first := 0, -1
	v.tabled(func(f *world.FD, _ bool) {
		if first < 0 && v.fileMatters(f) {
			first = at
		}
		at++
	})
	return max(first-rows+1, 0)
}

// closedGlow is how long a closed fd stays on the screen.
const closedGlow = int64(600e6)

// isShown reports whether an fd has a row. Those of a foreign program that do nothing are
// only counted.
func (v *scene) isShown(f *world.FD) bool {
	switch {
	case !isShown(f, v.Now):
		return false
	case v.World.Foreign() && isQuiet(f, v.Now), v.isGathered(f):
		return false
	}
	return true
}

func isShown(f *world.FD, now int64) bool {
	return f.Closed == 0 || f.Lingers() || now-f.Closed < closedGlow
}

func drawFD(r grid.Region, v *scene, f *world.FD, c columns, main bool) {
	th := v.Theme
	st := th.Text
	if !main || f.Closed != 0 {
		st = th.Faint
	}
	p := r.At(0, 0)
	if f.Number < 100 {
		p = p.Skip(1)
	}
	if f.Number < 10 {
		p = p.Skip(1)
	}
	p.Int(st, int64(f.Number))
	x := r.Cut(c.what, 0, c.watched-c.what-1, st, f.Name())
	if room := c.watched - x - 3; f.Label != "" && grid.Width(f.What) <= room {
		r.Text(x+2, 0, th.Faint, f.What)
	}
	if f.Closed != 0 {
		drawWatched(r.Sub(c.watched, 0, c.kernel-c.watched-1, 1), v, f)
		drawClosed(r.Sub(c.kernel, 0, r.W-c.kernel, 1), v, f)
		return
	}
	drawWatched(r.Sub(c.watched, 0, c.kernel-c.watched-1, 1), v, f)
	drawKernel(r.Sub(c.kernel, 0, c.program-c.kernel-1, 1), v, f)
	drawProgram(r.Sub(c.program, 0, r.W-c.program, 1), v, f)
}

// drawClosed draws what is left of an fd that is closed: nothing, or an event that is
// pending, because nobody has deleted it, or a thread that is blocked in a call on the
// file that it was.
func drawClosed(r grid.Region, v *scene, f *world.FD) {
	th, g := v.Theme, v.Theme.Glyphs
	p := r.At(0, 0)
	keeper := v.World.Keeper(f)
	switch {
	case len(f.Watches) > 0 && keeper != nil:
		long, brief := "closed, event pending, file kept by fd ", "closed, pending, file: fd "
		if number := len(strconv.Itoa(int(keeper.Number))); len(long)+number > r.W {
			long = brief
		}
		p.Text(th.Alarm, long).Int(th.Alarm, int64(keeper.Number))
	case len(f.Watches) > 0:
		p.Text(th.Alarm, "closed, event pending")
	case f.Blocked > 0:
		p = p.Text(th.Alarm, "closed ")
		if call, _, ok := diagnosis.Blocked(v.World, f); ok {
			p.Rune(th.Blocked, g.Blocked).Text(th.Blocked, " blocked ").Bytes(th.Blocked, v.since(r, call.Since))
		}
	default:
		p.Text(th.Faint, "closed")
	}
}

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
		p = p.Rune(th.Waiting, g.Wait)
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

// drawManyFDs draws more fds than the table has rows: a cell for each, its
// number and one glyph for the kernel and one for the program.
func drawManyFDs(r grid.Region, v *scene, shown int) (above, below int) {
	th, g := v.Theme, v.Theme.Glyphs
	const width = 11
	perRow := max(r.W/width, 1)
	rows := r.H - 1
	r.At(0, 0).Text(th.Faint, "fd · ").Text(th.Ready, "ready").Text(th.Faint, " · ").Text(th.Noticed, "noticed").
		Text(th.Faint, "; ").Int(th.Text, int64(shown)).Text(th.Text, " fds")
	hidden := max((shown+perRow-1)/perRow-rows, 0)
	above = min(max(v.Scrolled[FDsPanel], 0), hidden)
	at := -above * perRow
	for _, f := range v.World.FDs {
		if f.Closed != 0 && !f.Lingers() || !v.passes(f) {
			continue
		}
		x, y := at%perRow*width, at/perRow
		at++
		if at <= 0 {
			continue
		}
		if y >= rows {
			break
		}
		cell := r.Sub(x, y+1, width-1, 1)
		st := th.Text
		if !f.Input() || f.Closed != 0 {
			st = th.Faint
		}
		p := cell.At(0, 0).Int(st, int64(f.Number)).To(4)
		if ofFD(f) == v.Selected {
			defer chrome.Raise(r.Sub(x-1, y+1, width, 1), v.View.Theme) // over what is drawn there
		}
		if f.Closed != 0 {
			p.Text(th.Alarm, "closed")
			continue
		}
		if f.Readable() {
			p = p.Rune(th.Ready, g.Ready)
			if f.Queued > 999 {
				p = p.Text(th.Ready, ">1k")
			} else {
				p = p.Int(th.Ready, f.Queued)
			}
		} else {
			p = p.Rune(th.Faint, g.Idle)
		}
		p = p.To(8)
		since, unseen := f.Unseen()
		switch {
		case f.InCallback > 0 && !v.isLate(since, unseen):
			p.Rune(th.Callback, g.Callback)
		case f.Blocked > 0:
			p.Rune(th.Blocked, g.Blocked)
		case v.isLate(since, unseen):
			p.Rune(th.Late, g.Unseen)
		case v.Now-f.CallbackDone < glow && f.CallbackDone > 0:
			p.Rune(th.Callback, g.Callback)
		case f.Readable():
			p.Rune(th.Noticed, g.Noticed)
		case len(f.Watches) > 0:
			p.Rune(th.Waiting, g.Wait)
		}
	}
	return above, hidden - above
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
