package ending

import (
	"fmt"

	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// Beside is the lesson's run on libevent beside ours.
type Beside struct {
	Facts  []Fact
	Why    string // what is not compared, and why; or ""
	Theirs bool   // the screen is at the end of libevent's run, not of ours
}

// Fact is one thing that both runs show.
type Fact struct {
	Step         int
	What         string
	Ours, Theirs string
	Same         bool
	NotJudged    string // why it is not compared, or ""
}

// says says in a sentence how the two compare.
func (b *Beside) says() string {
	same, judged, why := 0, 0, ""
	for _, l := range b.Facts {
		if l.NotJudged != "" {
			why = l.NotJudged
			continue
		}
		if judged++; l.Same {
			same++
		}
	}
	switch open := len(b.Facts) - judged; {
	case judged == 0:
		return "Not judged: " + why + "."
	case same < judged:
		return fmt.Sprintf("Its run does not answer as ours did: %d of %d facts are the same.", same, judged)
	case open > 0:
		return fmt.Sprintf("Its run answers as ours did, in %d of %d facts; %d could not be judged.", same, len(b.Facts), open)
	}
	return fmt.Sprintf("Its run answers as ours did, in all %d facts.", same)
}

// drawBeside draws the facts of both runs, from row y, and returns the row after them.
func (v *View) drawBeside(r grid.Region, y int) int {
	th, b := v.Theme, v.Beside
	quiet, text, bold := th.Style(theme.Faint), th.Style(theme.Text), th.Style(theme.Strong)
	const sign, what = 2, 4
	value := min(24, (r.W-what)/4) // the width of the two last columns
	ours := r.W - 2*value - 1
	y = v.hairline(r, y, "on libevent", "")
	r.Text(ours, y, quiet, "ours")
	r.Text(ours+value, y, quiet, "libevent's")
	y++
	for _, l := range b.Facts {
		switch {
		case l.NotJudged != "":
			r.Set(sign, y, '?', th.Style(theme.Held))
		case l.Same:
			r.Set(sign, y, th.Yes, bold)
		default:
			r.Set(sign, y, th.No, th.Style(theme.Alarm))
		}
		next := y
		column := func(x, w int, st grid.Style, words string) {
			next = max(next, page.Wrap(r.Sub(x, 0, max(w-1, 1), r.H), y, st, words))
		}
		column(what, ours-what, text, l.What)
		if l.NotJudged != "" {
			column(ours, 2*value, quiet, "not judged: "+l.NotJudged)
		} else {
			column(ours, value, text, l.Ours)
			column(ours+value, value, text, l.Theirs)
		}
		y = next
	}
	if b.Why != "" {
		y = page.Wrap(r.Sub(what, 0, r.W-what-1, r.H), y, quiet, "Not compared: "+b.Why)
	}
	return y + 1
}
