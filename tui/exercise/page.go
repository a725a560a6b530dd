package exercise

import (
	"fmt"
	"strings"

	"fdlab/lab/course"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// Page is the screen of one exercise: the sections of its README in one text,
// the hints covered until they are asked for.
type Page struct {
	Theme    *theme.Theme
	Exercise *course.Exercise
	Attempt  course.Attempt // its Hints says how many are uncovered
	Changed  bool           // the program has been, since the last trial

	top  int // the first row of the text that is shown
	w, h int
	text []page.Line
	hint int // the row where the latest hint that was uncovered begins
}

// longestLine keeps text readable on a wide screen.
const longestLine = 92

// head is how many rows stand above the text.
const head = 3

// Resize lays the text out for a screen of w by h cells.
func (p *Page) Resize(w, h int) {
	p.w, p.h = w, h
	p.layout()
	p.Scroll(0)
}

func (p *Page) layout() {
	p.text = nil
	if p.Exercise == nil {
		return
	}
	for _, s := range p.Exercise.Sections {
		if s.Heading == "Hints" {
			continue
		}
		p.heading(s.Heading)
		p.add(page.BlocksWide(p.Exercise.Source, s.Nodes, min(p.w-4, longestLine), p.w-4, p.Theme))
	}
	p.hint = len(p.text)
	for i, h := range p.Exercise.Hints {
		words := fmt.Sprintf("Hint %d of %d: %s", i+1, len(p.Exercise.Hints), strings.ToLower(h.Kind))
		if i >= p.Attempt.Hints {
			words = fmt.Sprintf("%s (covered)", words)
			p.text = append(p.text, page.Line{{Style: p.Theme.Style(theme.Faint), Text: words}})
			continue
		}
		p.hint = len(p.text)
		p.heading(words)
		source := []byte(h.Text)
		p.add(page.Render(source, course.Markdown(source), min(p.w-4, longestLine), p.Theme))
	}
}

func (p *Page) heading(words string) {
	p.text = append(p.text, page.Line{{Style: p.Theme.Style(theme.Title), Text: words}})
}

// add appends a rendered text and a blank line.
func (p *Page) add(text *page.Page) {
	p.text = append(append(p.text, text.Lines...), page.Line{})
}

// Rows is how many rows of text are seen at once.
func (p *Page) Rows() int { return max(p.h-head-1, 1) }

// Scroll moves the text.
func (p *Page) Scroll(by int) {
	p.top = min(max(p.top+by, 0), max(len(p.text)-p.Rows(), 0))
}

// Uncover shows one hint more, and returns how many are shown now.
func (p *Page) Uncover() int {
	p.Attempt.Hints = min(p.Attempt.Hints+1, len(p.Exercise.Hints))
	p.layout()
	p.top = p.hint
	p.Scroll(0)
	return p.Attempt.Hints
}

// Draw draws the screen, with the keys that work now.
func (p *Page) Draw(r grid.Region, now []keys.Hint) {
	th, e := p.Theme, p.Exercise
	faint := th.Style(theme.Faint)
	chrome.Title(r, th, fmt.Sprintf("exercise %02d %s", e.Number, e.Title), p.Attempt.State(p.Changed))
	r.At(2, 1).Text(faint, "Edit ").Text(th.Style(theme.Code), e.Dir+"/main.go").Text(faint, ", then enter runs and grades it.")

	y := head
	for _, problem := range e.Problems {
		y = page.Wrap(r.Sub(2, 0, r.W-4, r.H-1), y, th.Style(theme.Alarm), problem.String())
	}
	body := page.Page{Lines: p.text}
	body.Draw(r.Sub(2, y, r.W-2, r.H-1-y), p.top)
	if more := len(p.text) - p.top - p.Rows(); more > 0 {
		r.TextRight(r.W-1, 2, faint, fmt.Sprintf("%d more below", more))
	}
	drawKeys(r, th, now)
}
