package stage

import (
	"strconv"

	"fdlab/lab/diagnosis"
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
	x := r.Cut(c.what, 0, c.watched-c.what-1, st, toFit(f.Name(), c.watched-c.what-1))
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
