package viewer

import (
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// drawQuestion draws the claim, what the lesson asks, and the options: the reader says
// what the run will show before it is seen. It returns the row of each option.
func (v *Viewer) drawQuestion(r grid.Region) (rows []grid.Rect) {
	th, asked := v.Theme, v.questioned()
	text := th.Style(theme.Text)
	chrome.Title(r.Sub(0, 0, r.W, 1), th, v.title(), "")
	in := r.Sub(chrome.Margin, 2, min(r.W-2*chrome.Margin, 100), r.H-3)
	chrome.Line(r.Sub(1, 2, r.W-2, 1), th, 0, "the claim", "", "")
	y := page.Wrap(in, 2, th.Style(theme.Strong), asked.Claim) + 1
	chrome.Line(r.Sub(1, 2+y, r.W-2, 1), th, 0, "predict", "what will the run show?", "")
	y = page.Wrap(in, y+2, text, asked.Question) + 1
	for _, o := range asked.Options {
		from := y
		in.Text(2, y, th.Style(theme.Key), o.Letter)
		y = page.Wrap(in.Sub(5, 0, in.W-5, in.H), y, text, o.Text)
		place := grid.Rect{X: 0, Y: 2 + from, W: r.W, H: y - from}
		if rows = append(rows, place); o.Letter == v.prediction() {
			chrome.Raise(place.In(r), th)
		}
	}
	chrome.Keys(r.Sub(0, r.H-1, r.W, 1), th, v.now())
	return rows
}

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
