package stage

import (
	"strconv"

	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/page"
)

// drawFeed draws the latest happenings, the newest at the bottom. It returns how many there are
// before and after those that are seen.
func drawFeed(r grid.Region, v *scene) (above, below int) {
	lines, text := v.World.Feed.Lines, r
	if r.W >= withWhen {
		text = r.Indent(whenWidth)
	}
	n := 0
	for i := range lines {
		if v.isInFeed(&lines[i]) {
			n++
		}
	}
	below = v.feedBelow(text, n)
	var store [96]int // the indices of the lines that are shown, the newest first
	shown := store[:0]
	rows, skip := 0, below
	for i := len(lines) - 1; i >= 0 && rows < r.H && len(shown) < len(store); i-- {
		switch {
		case !v.isInFeed(&lines[i]):
		case skip > 0:
			skip--
		default:
			shown = append(shown, i)
			rows += noteRows(text, &lines[i])
		}
	}
	cut := max(rows-r.H, 0) // rows of the first one that have no room
	y := 0
	for k := range shown {
		i := shown[len(shown)-1-k]
		h := noteRows(text, &lines[i]) - cut
		row := r.Sub(0, y, r.W, h)
		if r.W >= withWhen {
			drawWhen(row, v, arrival(lines, i), &lines[i])
		}
		drawLine(text.Sub(0, y, text.W, h), v, &lines[i], cut > 0)
		v.weigh(row, v.fdMatters(lines[i].FD) || lines[i].FD == trace.NoFD && v.baseMatters(lines[i].Base))
		v.mark(r, y, h, v.followsLine(&lines[i]), false)
		y, cut = y+h, 0
	}
	return n - below - len(shown), below
}

// feedBelow returns how many of n lines are scrolled away at the bottom: never so many that
// rows stay free.
func (v *scene) feedBelow(text grid.Region, n int) int {
	scrolled := v.Scrolled[FeedPanel]
	if scrolled <= 0 {
		return 0
	}
	first, rows := 0, 0 // so many lines stand on the screen when the first of all does
	for i := range v.World.Feed.Lines {
		if h := &v.World.Feed.Lines[i]; v.isInFeed(h) {
			if rows += noteRows(text, h); rows > text.H {
				break
			}
			first++
		}
	}
	return min(scrolled, max(n-max(first, 1), 0))
}

// noteRows is how many rows a line takes: what the program says is never cut where there is
// room, for it may be a command that the reader is to type.
func noteRows(r grid.Region, h *world.Happening) int {
	if h.Kind != trace.Note || grid.Width(h.Name) <= r.W {
		return 1
	}
	return min(page.Wrap(r.Sub(0, 0, r.W, 0), 0, grid.Style{}, h.Name), max(r.H, 1))
}

// drawLine draws a line into the rows that it has; cut: it would need more.
func drawLine(r grid.Region, v *scene, h *world.Happening, cut bool) {
	if r.H <= 1 {
		drawHappening(r, v, h)
		return
	}
	st := v.Theme.Faint // as phrase has it
	if y := page.Wrap(r, 0, st, h.Name); cut || y > r.H {
		r.Set(r.W-1, r.H-1, v.View.Theme.Cut, st)
	}
}

// isInFeed reports whether a line is shown: a check is not that the next panel has.
func (v *scene) isInFeed(h *world.Happening) bool {
	return (h.Kind != trace.Check || !v.judges()) && v.passesLine(h)
}

// quiet is how long nothing happens before what comes then is an arrival.
const quiet = int64(10e6)

// arrival returns when that began of which line i is a part: the first line after
// a while in which nothing happened.
func arrival(lines []world.Happening, i int) int64 {
	for ; i > 0 && lines[i].At-lines[i-1].At < quiet; i-- {
	}
	return lines[i].At
}

// whenWidth is the width of the time that stands before a line, with a blank.
const whenWidth = 10

// withWhen is the width of a log from which on the times have room.
const withWhen = 46

// drawWhen says when a line was: an arrival by the clock of the run, in seconds, and
// what followed by how much later it was.
func drawWhen(r grid.Region, v *scene, arrived int64, h *world.Happening) {
	th := v.Theme
	if after := h.At - arrived; after > 0 {
		r.BytesRight(whenWidth-2, 0, th.Faint, grid.AppendDuration(append(r.Scratch(), '+'), after))
		return
	}
	b := strconv.AppendFloat(r.Scratch(), float64(h.At/1e6)/1e3, 'f', 3, 64)
	r.BytesRight(whenWidth-2, 0, th.Faint, b)
}

// drawHappening draws one line: what the phrasebook says of it.
func drawHappening(r grid.Region, v *scene, h *world.Happening) {
	p := r.At(0, 0)
	words := phrase.AppendHappening(v.words[:0], h)
	for i := range words {
		p = segment(r, p, v, &words[i])
	}
}

// mostBytes is how many columns the bytes that a call moved may take.
const mostBytes = 24

// segment draws a piece of a phrase in its colour, and a check's outcome with its
// sign.
func segment(r grid.Region, p grid.Pen, v *scene, s *phrase.Segment) grid.Pen {
	th, g := v.Theme, v.Theme.Glyphs
	st := roleStyle(th, s.Role)
	switch s.Role {
	case phrase.Passed:
		p = p.Rune(st, g.Yes).Text(st, " ")
	case phrase.Failed:
		p = p.Rune(st, g.No).Text(st, " ")
	case phrase.NotJudged:
		p = p.Rune(st, g.Open).Text(st, " ")
	}
	switch s.Form {
	case phrase.Prose:
		return cut(r, p, st, s.Text)
	case phrase.Number:
		return p.Int(st, s.N)
	case phrase.Count:
		return p.Count(st, s.N)
	case phrase.Duration:
		return p.Duration(st, s.N)
	case phrase.Bytes:
		return p.Quote(st, mostBytes, s.Data[:s.N])
	}
	return p.Text(st, s.Text)
}

func roleStyle(th *ink, r phrase.Role) grid.Style {
	switch r {
	case phrase.Aside:
		return th.Faint
	case phrase.Heading:
		return th.Title
	case phrase.Key:
		return th.Key
	case phrase.Callback:
		return th.Callback
	case phrase.Wait:
		return th.Waiting
	case phrase.Warning:
		return th.Alarm
	case phrase.Passed:
		return th.Strong
	case phrase.Failed:
		return th.Alarm
	case phrase.NotJudged:
		return th.Strong
	}
	return th.Text
}

// cut draws the text in what is left of the row, and marks what is missing.
func cut(r grid.Region, p grid.Pen, st grid.Style, text string) grid.Pen {
	p.X = r.Cut(p.X, 0, r.W-p.X, st, text)
	return p
}
