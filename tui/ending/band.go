package ending

import (
	"fmt"

	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// longestLine keeps text readable on a wide screen.
const longestLine = 100

// drawTitle draws the first row.
func (v *View) drawTitle(r grid.Region) {
	th := v.Theme
	quiet, bold := th.Style(theme.Faint), th.Style(theme.Title)
	clock := grid.AppendClock(nil, v.Last)
	end := r.W - 1
	r.BytesRight(end, 0, quiet, clock)
	end -= len(clock) + 2
	r.TextRight(end, 0, bold, "ENDED")
	end -= len("ENDED") + 2
	if v.Lost > 0 {
		lost := number(int(v.Lost), "record") + " lost"
		r.TextRight(end, 0, th.Style(theme.Held), lost)
		end -= len(lost) + 2
	}
	p := r.At(1, 0).Text(bold, "fdlab  ")
	r.Cut(p.X, 0, max(end-p.X, 0), bold, v.Lesson)
}

// line is one thing that the band says: a word at the left, the rest wrapped.
type line struct {
	word  string
	sign  rune // 0: none
	style grid.Style
	text  string
}

// drawBand draws what was said beside what it was, and the claim beside the
// verdict. It returns how many rows that takes.
func (v *View) drawBand(r grid.Region) int {
	th, w := v.Theme, v.World
	text, quiet := th.Style(theme.Text), th.Style(theme.Faint)
	bold, wrong := th.Style(theme.Strong), th.Style(theme.Alarm)
	var lines []line
	option := func(letter string) string { return letter + "  " + v.Options[letter] }

	switch {
	case w.Answer == "" && v.Said != "":
		lines = append(lines, line{"you said", 0, text, option(v.Said)}, line{"it was", 0, bold, "This run gives no answer."})
	case w.Answer == "":
	case v.Said == "":
		lines = append(lines, line{"you said", 0, quiet, "You made no prediction."}, line{"it was", th.Yes, bold, option(w.Answer)})
	case v.Said == w.Answer:
		lines = append(lines, line{"you said", th.Yes, bold, option(v.Said)}, line{"it was", th.Yes, bold, w.Answer + ", as you said."})
	default:
		lines = append(lines, line{"you said", th.No, wrong, option(v.Said)}, line{"it was", th.Yes, bold, option(w.Answer)})
	}
	if v.Class != "" {
		lines = append(lines, line{"the class", 0, text, v.Class})
	}
	if v.Claim != "" {
		lines = append(lines, line{"the claim", 0, quiet, "\"" + v.Claim + "\""})
	}
	if b := v.Beside; b != nil {
		lines = append(lines, line{"libevent", 0, bold, b.says()})
	}
	switch {
	case v.Beside != nil && v.Beside.Theirs: // it judges nothing
	case w.Verdict.Given:
		lines = append(lines, line{phrase.Ruling(w.Verdict.Ruling), 0, bold, w.Verdict.Text})
	case v.lastWord() != "":
		lines = append(lines, line{"no verdict", 0, bold, v.lastWord()})
	default:
		lines = append(lines, line{"no verdict", 0, bold, "The program ended before it had judged anything."})
	}
	if c := v.Changed; c != nil {
		said := line{"expected", th.No, wrong, "other will be: " + c.Expected}
		if c.Right {
			said.sign, said.style = th.Yes, bold
		}
		lines = append(lines, said, line{"measured", 0, bold, c.Was})
	}
	if n := v.count(trace.NotJudged); n > 0 {
		lines = append(lines, line{"left open", 0, quiet, number(n, "check") + " of this run could not be judged. Why stands in brackets below."})
	}
	if v.Exit != "" {
		lines = append(lines, line{"it ended", 0, wrong, v.Exit + " o shows what it printed."})
	}

	const word, sign = 2, 13
	ground := func(from, to int) {
		r.Fill(0, from, r.W, to-from, ' ', th.Raised(text))
		for y := from; y < to; y++ {
			r.Set(0, y, th.Band, th.Raised(bold))
		}
	}
	y := 0
	for _, l := range lines {
		if l.word == "the claim" && y > 0 && r.W >= 110 {
			ground(y, y+1)
			y++
		}
		x := sign
		if l.sign != 0 {
			x += 2
		}
		in := r.Sub(x, 0, min(r.W-x-2, longestLine), r.H)
		ground(y, page.Wrap(grid.New(in.W, 0).Region(), y, text, l.text))
		r.Text(word, y, th.Raised(quiet), l.word)
		if l.word == phrase.Ruling(w.Verdict.Ruling) {
			r.Text(word, y, th.Raised(bold), l.word)
		}
		if l.sign != 0 {
			r.Set(sign, y, l.sign, th.Raised(l.style))
		}
		y = page.Wrap(in, y, th.Raised(l.style), l.text)
	}
	return y
}

// Changed is what was expected of a change to the program, beside what was.
type Changed struct {
	Expected string // "the answer, the verdict."
	Was      string // what differs from the run before, in a sentence
	Right    bool
}

// lastWord is the last note of the program: why there is no verdict.
func (v *View) lastWord() string {
	lines := v.World.Feed.Lines
	for i := len(lines) - 1; i >= 0 && lines[i].Kind != trace.Step; i-- {
		if lines[i].Kind == trace.Note {
			return lines[i].Name
		}
	}
	return ""
}

func (v *View) count(o trace.Outcome) (n int) {
	for i := range v.World.Checks {
		if v.World.Checks[i].Outcome == o {
			n++
		}
	}
	return n
}

// number is a count with its noun: "1 check", "2 checks".
func number(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
