package stage

import (
	"strconv"

	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/page"
)

// On a small screen, a projector with large cells, one panel is seen at a time. The
// first one is what the moment is about, in numbers that the last row of a classroom
// can read, and the lanes below it. The question of the moment stands above all of them.

// The smallest screen that the stage is made for, and the smallest on which all panels
// are seen at once.
const (
	LeastWidth, LeastHeight = 60, 20
	allWidth, allHeight     = 80, 24
)

// IsSmall reports whether a screen has room for one panel at a time.
func IsSmall(w, h int) bool { return w < allWidth || h < allHeight }

const (
	smallBand     = 5 // rows of the band: two of the question, two of the answer, the key
	smallSentence = 3 // rows of the sentence that stands in its place
	cardRows      = 8 // of the moment's numbers: a hairline, five of digits, two of words
)

// placeSmall lays out what is seen below the head of a small screen, where no panel was asked
// for.
func (l *Layout) placeSmall(rest grid.Rect, v *scene) {
	top, below := rest.Top(cardRows)
	switch {
	case v.measured() != nil:
		l.Feed = rest
		return
	case v.isEmpty() && v.judges():
		l.Judgement = rest
		return
	case len(v.World.Ends) > 0: // their states need all the room
		l.Loops = rest
		return
	case v.View.Judgement != nil: // the checks are what is looked at
		l.Judgement = top
	default:
		l.Now = top
	}
	l.Time = below
}

// drawSmallHead is drawHead on a small screen.
func drawSmallHead(r grid.Region, v *scene) {
	drawTitle(r, v)
	band := r.Sub(0, 1, r.W, r.H-1)
	in := band.Sub(chrome.Margin, 0, r.W-2*chrome.Margin, band.H)
	if v.Band == nil {
		flow(in, func(r grid.Region) { drawNow(r, v) })
	} else {
		drawSmallBand(in, v)
	}
	chrome.Raise(band, v.View.Theme)
}

// drawSmallBand draws what the band says, with the key to press in its last row.
func drawSmallBand(r grid.Region, v *scene) {
	th, b := v.Theme, v.Band
	words, last := r.Top(r.H - 1)
	if b.Number == 0 {
		flow(words.Sub(0, 0, r.W, 3), func(r grid.Region) { drawNow(r, v) })
		if lines := v.World.Feed.Lines; len(lines) > 0 {
			drawHappening(words.Sub(0, 3, r.W, 1), v, &lines[len(lines)-1])
		}
		drawWay(last.At(0, 0), v)
		return
	}
	y := page.Wrap(words, 0, th.Key, b.Question)
	if b.Answer != "" {
		y = page.Wrap(words, y, th.Text, b.Answer)
	}
	if y > words.H && words.H > 0 {
		words.Set(words.W-1, words.H-1, v.View.Theme.Cut, th.Text)
	}
	p := drawPress(last.At(0, 0), v).Skip(3)
	p = p.Text(th.Faint, "moment ").Int(th.Faint, int64(b.Number)).Text(th.Faint, " of ").Int(th.Faint, int64(max(b.Of, b.Number)))
	if b.Behind > 0 {
		p.Skip(3).Duration(th.Faint, b.Behind).Text(th.Faint, " behind")
	}
}

// longestSentence is how many cells a sentence has at most that flow draws.
const longestSentence = 240

// flow draws a sentence, which draw draws into one row, in as many rows as the region
// has. What finds no room is marked.
func flow(r grid.Region, draw func(grid.Region)) {
	g := grid.New(longestSentence, 1)
	row := g.Region()
	draw(row)
	end := longestSentence
	for end > 0 && blank(row.Cell(end-1, 0)) {
		end--
	}
	from := 0
	for y := 0; y < r.H && from < end; y++ {
		to := min(from+r.W, end)
		if to < end { // back to the last blank, if the row has one
			for at := to; at > from; at-- {
				if blank(row.Cell(at, 0)) {
					to = at
					break
				}
			}
		}
		for x := from; x < to; x++ {
			c := row.Cell(x, 0)
			r.Set(x-from, y, c.Rune, c.Style)
		}
		for from = to; from < end && blank(row.Cell(from, 0)); {
			from++
		}
	}
	if from < end && r.H > 0 {
		r.Set(r.W-1, r.H-1, '…', row.Cell(from, 0).Style)
	}
}

func blank(c grid.Cell) bool { return c.Rune == ' ' || c.Rune == 0 }

// cardOn is the fd that the numbers are about: the selected one, or that of the moment.
func (v *scene) cardOn() (f *world.FD, others int) {
	if f := v.selectedFD(); f != nil && f.Closed == 0 {
		return f, 0
	}
	return v.subject()
}

// drawCard draws what the moment is about: its numbers, as large as they can be. p is the panel
// with its hairline.
func drawCard(r grid.Region, v *scene, p grid.Rect) {
	th, g := v.Theme, v.Theme.Glyphs
	f, others := v.cardOn()
	if f == nil {
		in := v.panel(r, p, "now", "", "")
		if said := v.lastWord(); said != "" {
			in.Text(0, 1, th.Faint, "the program says")
			page.Wrap(in, 2, th.Strong, said)
		} else {
			in.Text(0, 1, th.Faint, "no fd is open")
		}
		return
	}
	more := ""
	if others > 0 {
		more = "and " + strconv.Itoa(others) + " more"
	}
	wish := "watched by nobody"
	if words, _, _ := FDWords(v.View, f); words != "" {
		wish = "watched: " + words
	}
	in := v.panel(r, p, "fd "+strconv.Itoa(int(f.Number))+"  "+f.Name(), wish, more)

	ready, noticed, twist := numbersOf(f)
	readyStyle, noticedStyle := ready.style(th, th.Ready), noticed.style(th, th.Callback)
	const digits, gap = 5, 2
	columns := 2
	if twist.unit != "" {
		columns = 3
	}
	part := func(i int) grid.Region {
		from, to := i*in.W/columns, (i+1)*in.W/columns
		return in.Sub(from, 0, to-from-gap, in.H)
	}
	a, b := part(0), part(1)
	if ready.unit != "" {
		drawHuge(a, v, readyStyle, ready.n)
	}
	a.At(0, digits).Rune(th.Ready, g.Ready).Text(th.Ready, " ready").Skip(1).Text(th.Faint, "kernel")
	drawKernel(a.Sub(0, digits+1, a.W, 1), v, f)
	drawHuge(b, v, noticedStyle, noticed.n)
	q := b.At(0, digits).Rune(th.Noticed, g.Noticed).Text(th.Noticed, " ").Text(th.Noticed, noticed.unit)
	if isFromBefore(f) && columns == 2 {
		q.Text(th.Faint, " in this step")
	}
	drawProgram(b.Sub(0, digits+1, b.W, 1), v, f)
	if twist.unit != "" {
		c := part(2)
		drawHuge(c, v, th.Text, twist.n)
		c.At(0, digits).Text(th.Strong, twist.unit)
		if isFromBefore(f) {
			c.At(0, digits+1).Text(th.Faint, "in this step")
		}
	}
}
