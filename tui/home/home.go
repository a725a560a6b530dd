// Package home draws the first screen: the course as a list, with each
// lesson's claim in a line and what the student predicted.
package home

import (
	"fmt"

	"fdlab/lab/course"
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

// top is the row where the list begins, below is what stands under it.
const top, below = 7, 3

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
	r.Text(2, 1, th.Style(theme.Title), "fdlab")
	r.Text(9, 1, text, "a lab bench for file descriptors")
	r.Text(2, 3, faint, "Each lesson takes a claim about event loops. You predict, then the experiment runs, and you")
	r.Text(2, 4, faint, "watch its real file descriptors. The verdict is computed from what was measured.")
	if r.W < 96 {
		r.Fill(2, 3, r.W, 2, ' ', faint)
		r.Text(2, 3, faint, "Each lesson takes a claim about event loops. You predict, then you watch")
		r.Text(2, 4, faint, "real file descriptors. The verdict is computed from what was measured.")
	}
	first, end := s.shown(r.H)
	y := top
	for i := first; i < end; i++ {
		s.drawLesson(r.Sub(2, y, r.W-4, max(s.rowsPer(r.H)-1, 2)), i)
		y += s.rowsPer(r.H)
	}
	for _, p := range s.Course.Problems {
		if y >= r.H-below {
			break
		}
		r.Cut(2, y, r.W-4, th.Style(theme.Warn), p.String())
		y++
	}
	if s.Exercises > 0 {
		r.At(2, r.H-2).Text(th.Style(theme.Key), "tab").Text(text, " exercises").Text(faint, ": change a program, and see it graded · ").
			Int(text, int64(s.Solved)).Text(faint, " of ").Int(text, int64(s.Exercises)).Text(faint, " solved")
	}
	p := r.At(2, r.H-1)
	for i, k := range now {
		if i > 0 {
			p = p.Text(faint, " · ")
		}
		p = p.Text(th.Style(theme.Key), k.Key).Text(faint, " ").Text(faint, k.Does)
	}
}

// drawLesson draws one lesson: its title and how the student fared, its claim
// or what is wrong with its files.
func (s *State) drawLesson(r grid.Region, i int) {
	th := s.Theme
	l := s.Course.Lessons[i]
	title := th.Style(theme.Strong)
	if i == s.Selected {
		title = th.Style(theme.Select)
		r.Fill(0, 0, r.W, 1, ' ', title)
	}
	mark := s.Progress[l.Slug].On(l.Question)
	room := r.W - 4 - grid.Width(s.fared(mark))
	r.Cut(1, 0, room, title, fmt.Sprintf("%02d  %s", l.Number, l.Title))
	if words := s.fared(mark); words != "" {
		st := title
		if i != s.Selected {
			st = th.Style(theme.Faint)
			if mark.Answer != "" && mark.Prediction == mark.Answer {
				st = th.Style(theme.Good)
			}
		}
		r.TextRight(r.W-1, 0, st, words)
	}
	if len(l.Problems) > 0 {
		r.Cut(5, 1, r.W-6, th.Style(theme.Warn), l.Problems[0].String())
		return
	}
	claim := "claim: " + l.Claim
	if r.H > 2 && grid.Width(claim) > r.W-6 {
		page.Wrap(r.Sub(5, 0, r.W-6, r.H), 1, th.Style(theme.Faint), claim)
		return
	}
	r.Cut(5, 1, r.W-6, th.Style(theme.Faint), claim)
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
