// Package home draws the first screen: the course as a list, with each
// lesson's claim in a line and what the student predicted.
package home

import (
	"fmt"

	"fdlab/lab/course"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// State is what the screen shows.
type State struct {
	Theme    *theme.Theme
	Course   *course.Catalogue
	Progress map[string]course.Result // by slug
	Selected int

	Exercises, Solved int // how many there are, and how many the student has solved
}

// narrow is the width below which the screen says less.
const narrow = 80

// top is the row where the list begins, below is what stands under it.
const top, below = 6, 3

// rowsPer is how many rows a lesson takes on a screen of h rows: its title, a
// row of its claim and, where there is room for all lessons, a blank and a
// second row of the claim.
func (s *State) rowsPer(h int) int {
	return min(max((h-top-below)/max(len(s.Course.Lessons), 1), 2), 4)
}

// shown returns the first lesson that is shown, and the one after the last.
func (s *State) shown(h int) (first, end int) {
	room := max((h-top-below)/s.rowsPer(h), 1)
	first = max(s.Selected-room+1, 0)
	return first, min(first+room, len(s.Course.Lessons))
}

// Move selects another lesson.
func (s *State) Move(by int) {
	s.Selected = min(max(s.Selected+by, 0), max(len(s.Course.Lessons)-1, 0))
}

// ByNumber finds the lesson that a digit key names.
func (s *State) ByNumber(key string) (int, bool) {
	for i, l := range s.Course.Lessons {
		if fmt.Sprint(l.Number) == key {
			return i, true
		}
	}
	return 0, false
}

// At finds the lesson that lies on a row of a screen of h rows.
func (s *State) At(row, h int) (int, bool) {
	first, end := s.shown(h)
	n := first + (row-top)/s.rowsPer(h)
	return n, row >= top && n < end
}

// OnExercises reports whether a row of a screen of h rows is that of the
// exercises.
func (s *State) OnExercises(row, h int) bool { return s.Exercises > 0 && row == h-2 }

// Draw draws the screen, with the keys that work now.
func (s *State) Draw(r grid.Region, now []keys.Hint) {
	th := s.Theme
	text, faint := th.Style(theme.Text), th.Style(theme.Faint)
	chrome.Title(r, th, "a lab bench for file descriptors", s.tried())
	about := "Each lesson takes a claim about event loops. You predict, then the experiment runs, and you watch its real file descriptors. The verdict is computed from what was measured."
	switch {
	case r.W < narrow:
		about = "You predict, then you watch real file descriptors. The verdict is computed from what was measured."
	case r.W < 96:
		about = "Each lesson takes a claim about event loops. You predict, then you watch real file descriptors. The verdict is computed from what was measured."
	}
	page.Wrap(r.Sub(2, 2, r.W-4, 2), 0, faint, about)
	first, end := s.shown(r.H)
	columns := "you predicted, it was, the verdict"
	if more := len(s.Course.Lessons) - end; more > 0 {
		columns = fmt.Sprintf("%d more below", more)
	}
	chrome.Line(r.Sub(1, top-1, r.W-2, 1), th, 0, "claims", "", columns)
	y := top
	for i := first; i < end; i++ {
		rows := s.drawLesson(r.Sub(2, y, r.W-4, max(s.rowsPer(r.H)-1, 2)), i)
		if i == s.Selected {
			chrome.Raise(r.Sub(0, y, r.W, rows), th)
		}
		y += s.rowsPer(r.H)
	}
	for _, p := range s.Course.Problems {
		if y >= r.H-below {
			break
		}
		r.Cut(2, y, r.W-4, th.Style(theme.Alarm), p.String())
		y++
	}
	if s.Exercises > 0 {
		p := r.At(2, r.H-2).Text(th.Style(theme.Key), "tab").Text(text, " exercises")
		if r.W >= narrow {
			p = p.Text(faint, ": change a program, and see it graded")
		}
		p.Text(faint, " · ").Int(text, int64(s.Solved)).Text(faint, " of ").Int(text, int64(s.Exercises)).Text(faint, " solved")
	}
	chrome.Keys(r.Sub(0, r.H-1, r.W, 1), th, now)
}

// tried says how many claims were tried, and in how many the prediction held.
func (s *State) tried() string {
	tried, held := 0, 0
	for _, l := range s.Course.Lessons {
		mark := s.Progress[l.Slug].On(l.Question)
		if mark.Verdict == "" {
			continue
		}
		tried++
		if right, judged := mark.Right(); right && judged {
			held++
		}
	}
	if tried == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d tried, %d predicted right", tried, len(s.Course.Lessons), held)
}

// drawLesson draws one lesson: its title and how the student fared, its claim
// or what is wrong with its files. It returns how many rows that takes.
func (s *State) drawLesson(r grid.Region, i int) int {
	th := s.Theme
	l := s.Course.Lessons[i]
	title := th.Style(theme.Strong)
	mark := s.Progress[l.Slug].On(l.Question)
	room := r.W - 3 - grid.Width(s.fared(mark))
	r.Cut(0, 0, room, title, fmt.Sprintf("%02d  %s", l.Number, l.Title))
	if words := s.fared(mark); words != "" {
		st := th.Style(theme.Text)
		if mark.Answer == "" {
			st = th.Style(theme.Faint)
		}
		r.TextRight(r.W-1, 0, st, words)
	}
	const indent = 4
	if len(l.Problems) > 0 {
		r.Cut(indent, 1, r.W-indent-1, th.Style(theme.Alarm), l.Problems[0].String())
		return 2
	}
	claim := "claim: " + l.Claim
	if r.H > 2 && grid.Width(claim) > r.W-indent-1 {
		return page.Wrap(r.Sub(indent, 0, r.W-indent-1, r.H), 1, th.Style(theme.Faint), claim)
	}
	r.Cut(indent, 1, r.W-indent-1, th.Style(theme.Faint), claim)
	return 2
}

// fared says how the student's prediction came out, in a few words: it shares
// the row with the title.
func (s *State) fared(m course.Result) string {
	yes, no := string(s.Theme.Glyphs.Yes), string(s.Theme.Glyphs.No)
	switch {
	case m.Prediction == "" && m.Verdict == "":
		return ""
	case m.Prediction == "":
		return "run · " + m.Verdict
	case m.Answer == "":
		return "predicted " + m.Prediction
	case m.Prediction == m.Answer:
		return "predicted " + m.Prediction + " " + yes + " · " + m.Verdict
	}
	return "predicted " + m.Prediction + " " + no + " it was " + m.Answer + " · " + m.Verdict
}
