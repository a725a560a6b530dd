package viewer

import (
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// drawQuestion draws the claim, what the lesson asks, and the options: the reader says
// what the run will show before it is seen. What is longer than the screen can be scrolled. It
// returns the row of each option.
func (v *Viewer) drawQuestion(r grid.Region) []grid.Rect {
	chrome.Title(r.Sub(0, 0, r.W, 1), v.Theme, v.title(), "")
	body := r.Sub(0, 1, r.W, r.H-2)
	options, _ := v.drawAsked(body.Down(v.asksTop))
	for i := range options {
		options[i].Y += 1 - v.asksTop
	}
	chrome.Keys(r.Sub(0, r.H-1, r.W, 1), v.Theme, v.now())
	return options
}

// drawAsked draws the text of the question. It returns the rows of each option, and of all.
func (v *Viewer) drawAsked(r grid.Region) (options []grid.Rect, rows int) {
	th, asked := v.Theme, v.questioned()
	text := th.Style(theme.Text)
	in := r.Sub(chrome.Margin, 0, min(r.W-2*chrome.Margin, 100), max(r.H, 1<<10))
	line := func(y int, title, aside string) { chrome.Line(r.Sub(1, y, r.W-2, 1), th, 0, title, aside, "") }
	line(1, "the claim", "")
	y := page.Wrap(in, 3, th.Style(theme.Strong), asked.Claim) + 1
	line(y, "predict", "what will the run show?")
	y = page.Wrap(in, y+2, text, asked.Question) + 1
	for _, o := range asked.Options {
		from := y
		in.Text(2, y, th.Style(theme.Key), o.Letter)
		y = page.Wrap(in.Sub(5, 0, in.W-5, in.H), y, text, o.Text)
		place := grid.Rect{X: 0, Y: from, W: r.W, H: y - from}
		if options = append(options, place); o.Letter == v.prediction() {
			chrome.Raise(place.In(r), th)
		}
	}
	return options, y
}

// questionBelow is how many rows of the question do not fit on the screen.
func (v *Viewer) questionBelow() int {
	_, rows := v.drawAsked(grid.New(v.w, 0).Region())
	return max(rows-(v.h-2), 0)
}

func (v *Viewer) scrollQuestion(by int) { v.asksTop = min(max(v.asksTop+by, 0), v.questionBelow()) }

// choose takes a letter of the question. false: it is none.
func (v *Viewer) choose(letter string) bool {
	for _, o := range v.questioned().Options {
		if o.Letter == letter {
			v.predict(letter)
			return true
		}
	}
	return false
}

// Begin leads from the question into the run: at the reader's pace, from its first
// moment on. A run without moments is shown as a whole.
func (v *Viewer) Begin() {
	if v.asks = false; v.class != nil || len(v.run.Live.Moments) == 0 {
		return
	}
	if !v.IsGuided() {
		v.ToggleGuide()
	}
	v.ToEnd()
	v.Toggle()
}
