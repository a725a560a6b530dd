package exercise

import (
	"cmp"
	"fmt"
	"strings"

	"fdlab/lab/grade"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// Trial is what is known of a trial: its checks, and the result once there is
// one.
type Trial struct {
	Theme  *theme.Theme
	Checks []string
	At     int           // the check under which the shown moment lies; -1: none
	Result *grade.Result // nil while the trial goes on
	Read   string        // the keys that open the report
}

// outcome returns what came of the n-th check. Of a trial that goes on, those
// before the current one are passed.
func (t *Trial) outcome(n int) grade.Outcome {
	switch {
	case t.Result != nil && n < len(t.Result.Checks):
		return t.Result.Checks[n].Outcome
	case t.Result == nil && n < t.At:
		return grade.Passed
	}
	return grade.NotReached
}

// passed counts the checks that are passed.
func (t *Trial) passed() (n int) {
	for i := range t.Checks {
		if t.outcome(i) == grade.Passed {
			n++
		}
	}
	return n
}

// Rows is how many rows the panel takes at its best: the headline, the checks,
// and what the grader says.
func (t *Trial) Rows() int { return 1 + len(t.Checks) + 4 }

// DrawPanel draws the checks and the grader's word, for a panel beside the
// run. Where there is no room for all checks, those around the current one stay.
func (t *Trial) DrawPanel(r grid.Region) {
	th := t.Theme
	y := t.drawHeadline(r, 0)
	first, n := 0, len(t.Checks)
	said := 0
	if t.Result != nil && t.Result.Feedback != nil {
		said = 3 // rows, at least
	}
	if y+n+said > r.H {
		n = min(n, max(r.H-y-said, 1))
		first = min(max(t.At-n/2, 0), len(t.Checks)-n)
	}
	for i := first; i < first+n; i++ {
		t.drawCheck(r, y, i)
		y++
	}
	if t.Result == nil || t.Result.Feedback == nil || y >= r.H {
		return
	}
	f := t.Result.Feedback
	p := r.At(0, y).Text(th.Style(theme.Key), t.Read).Text(th.Style(theme.Faint), " tells why: ")
	p.Text(th.Style(theme.Alarm), f.Misconception)
	page.Wrap(r.Sub(0, 0, r.W, r.H), y+1, th.Style(theme.Text), f.Saw)
}

// drawHeadline says how the trial stands, in one row.
func (t *Trial) drawHeadline(r grid.Region, y int) int {
	th := t.Theme
	of := func(p grid.Pen, st grid.Style) {
		p.Text(st, ": ").Int(st, int64(t.passed())).Text(st, " of ").Int(st, int64(len(t.Checks))).Text(st, " checks")
	}
	switch {
	case t.Result == nil:
		of(r.At(0, y).Text(th.Style(theme.Text), "the trial goes on"), th.Style(theme.Faint))
	case t.Result.Outcome == grade.Passed:
		st := th.Style(theme.Strong)
		of(r.At(0, y).Rune(st, th.Yes).Text(st, " passed"), st)
	case t.Result.Outcome == grade.Failed:
		st := th.Style(theme.Alarm)
		of(r.At(0, y).Rune(st, th.No).Text(st, " not passed"), st)
	default:
		return page.Wrap(r, y, th.Style(theme.Alarm), "not judged: "+t.Result.Err)
	}
	return y + 1
}

// drawCheck draws one check: what came of it, its name. An arrow stands at the
// one under which the shown moment lies.
func (t *Trial) drawCheck(r grid.Region, y, i int) {
	th := t.Theme
	mark, st := '·', th.Style(theme.Faint)
	name := th.Style(theme.Text)
	if th.ASCII {
		mark = '.'
	}
	switch t.outcome(i) {
	case grade.Passed:
		mark, st = th.Yes, th.Style(theme.Strong)
	case grade.Failed:
		mark, st = th.No, th.Style(theme.Alarm)
		name = th.Style(theme.Strong)
	default:
		name = st
	}
	if i == t.At {
		name = th.Style(theme.Strong)
		r.Set(0, y, th.Arrow, th.Style(theme.Key))
	}
	r.Set(2, y, mark, st)
	r.Cut(4, y, r.W-4, name, t.Checks[i])
}

// Report is the whole result, to be read.
type Report struct {
	Trial
	Title     string // "01 a select loop that serves two pipes"
	Mine      bool   // the student's program was tried, not the solution
	Untouched bool   // and it is the starter still
	Number    int
	Top       int // rows that the text is scrolled
}

// Scroll moves the text by rows, on a screen of w by h cells.
func (p *Report) Scroll(by, w, h int) { p.Top = min(max(p.Top+by, 0), max(p.rows(w)-(h-2), 0)) }

// rows is how many rows the text takes on a screen of w columns: it is drawn on
// a grid without any.
func (p *Report) rows(w int) int { return p.draw(grid.New(textWidth(w), 0).Region()) }

// textWidth keeps the report readable on a wide screen.
func textWidth(w int) int { return min(w-4, 100) }

// Draw draws the report.
func (p *Report) Draw(r grid.Region) {
	th := p.Theme
	whose := "the solution"
	if p.Mine {
		whose = "mine"
	}
	chrome.Line(r.Inset(1, 0), th, 0, p.Title, whose, "")
	in := r.Sub(chrome.Margin, 1, r.W-2*chrome.Margin, r.H-2)
	p.draw(in.Sub(0, -p.Top, textWidth(r.W), in.H+p.Top))
	drawKeys(r, th, p.keys(p.rows(r.W) > in.H))
}

func (p *Report) keys(longer bool) (now []keys.Hint) {
	if longer {
		now = append(now, keys.Hint{Key: "↑↓", Does: "scroll"})
	}
	if f := p.Result.Feedback; f != nil && f.Lesson != "" {
		now = append(now, keys.Hint{Key: "l", Does: "open the lesson"})
	}
	return append(now, keys.Hint{Key: "r", Does: "rebuild"}, keys.Hint{Key: "enter", Does: "back to the stage"})
}

// draw draws the text and returns how many rows it has.
func (p *Report) draw(r grid.Region) int {
	th, text := p.Theme, p.Theme.Style(theme.Text)
	y := p.drawHeadline(r, 0)
	for i := range p.Checks {
		t := p.Trial
		t.At = -1
		t.drawCheck(r, y, i)
		y++
	}
	y++
	if p.Result.Note != "" {
		y = p.field(r, y, "note", text, p.Result.Note) + 1
	}
	f := p.Result.Feedback
	if f == nil {
		return p.drawNext(r, y)
	}
	y = p.field(r, y, "expected", text, f.Expected)
	y = p.field(r, y, "seen", th.Style(theme.Strong), f.Saw)
	for i, line := range f.Records {
		if i == 0 {
			r.Text(0, y, th.Style(theme.Faint), "records")
		}
		margin := indent
		if strings.HasPrefix(line, grade.Mark) {
			margin -= len(grade.Mark)
		}
		r.Cut(margin, y, r.W-margin, text, line)
		y++
	}
	name, why := f.Why()
	y = p.field(r, y+1, name, th.Style(theme.Alarm), why)
	y = p.field(r, y, f.But(), text, f.Truth)
	if f.Lesson != "" {
		y = p.field(r, y, "read", text, fmt.Sprintf("lesson %s, section %s", number(f.Lesson), cmp.Or(f.Heading, f.Section)))
	}
	if p.Mine && p.Untouched {
		y = page.Wrap(r, y+1, th.Style(theme.Faint), "This is still the starter. Read the task, edit main.go, and press r.")
	}
	for i, line := range p.Result.Printed {
		if i == 0 {
			r.Text(0, y+1, th.Style(theme.Faint), "the program's last lines")
			y += 2
		}
		r.Cut(2, y, r.W-2, text, line)
		y++
	}
	return y
}

// drawNext says what there is to do after a trial that did not fail.
func (p *Report) drawNext(r grid.Region, y int) int {
	switch {
	case p.Result.Outcome != grade.Passed:
		return y
	case p.Mine:
		return page.Wrap(r, y, p.Theme.Style(theme.Text), fmt.Sprintf(
			"Compare it with the solution. On the stage, P shows both side by side; go run ./exercises solution %02d shows how the texts differ.", p.Number))
	}
	return page.Wrap(r, y, p.Theme.Style(theme.Text), fmt.Sprintf(
		"On the stage, space replays what it did. You can read its text once you have passed: go run ./exercises solution %02d", p.Number))
}

// indent is the width of a field's name.
const indent = 10

// field draws a named paragraph.
func (p *Report) field(r grid.Region, y int, name string, st grid.Style, text string) int {
	r.Text(0, y, p.Theme.Style(theme.Faint), name)
	return page.Wrap(r.Sub(indent, 0, r.W-indent, r.H), y, st, text)
}
