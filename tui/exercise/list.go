// Package exercise draws the exercises: the list with the student's progress,
// the page of one, and what the grader says of a trial.
//
// It draws into a region of any size. It knows no process, no file and no key:
// tui/app does. How a trial is run, lab/grade knows.
package exercise

import (
	"fmt"
	"strings"

	"fdlab/lab/course"
	"fdlab/lab/phrase"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// List is the screen with all exercises.
type List struct {
	Theme     *theme.Theme
	Exercises []*course.Exercise
	Problems  []course.Problem
	Attempts  map[string]course.Attempt // by slug
	Changed   map[string]bool           // by slug: the program has been since
	Lessons   map[string]string         // the lessons' titles, by slug
	Selected  int
	Typed     string // digits that may become a number
}

// The list begins at row listTop; below it stand the selected exercise's facts.
const listTop, listBelow = 4, 6

// Move selects another exercise.
func (l *List) Move(by int) {
	l.Selected = min(max(l.Selected+by, 0), max(len(l.Exercises)-1, 0))
}

// Type takes a digit. The number so far selects its exercise; ok says that no
// further digit can make another of it.
func (l *List) Type(digit string) (ok bool) {
	for _, typed := range []string{l.Typed + digit, digit} { // a digit that does not fit begins anew
		found, longer := -1, false
		for i, e := range l.Exercises {
			two, plain := fmt.Sprintf("%02d", e.Number), fmt.Sprint(e.Number)
			if typed == two || typed == plain {
				found = i
			} else {
				longer = longer || strings.HasPrefix(two, typed) || strings.HasPrefix(plain, typed)
			}
		}
		if found < 0 && !longer {
			continue
		}
		if l.Typed = typed; found >= 0 {
			l.Selected = found
		}
		return found >= 0 && !longer
	}
	l.Typed = ""
	return false
}

// Solved counts the solved exercises.
func (l *List) Solved() (n int) {
	for _, e := range l.Exercises {
		if l.Attempts[e.Slug].Solved {
			n++
		}
	}
	return n
}

// next returns the index of the first exercise that is not solved, or -1.
func (l *List) next() int {
	for i, e := range l.Exercises {
		if !l.Attempts[e.Slug].Solved {
			return i
		}
	}
	return -1
}

// rowsPer is how many rows an exercise takes on a screen of h rows.
func (l *List) rowsPer(h int) int {
	if 2*len(l.Exercises) <= h-listTop-listBelow {
		return 2
	}
	return 1
}

// shown returns the first exercise that is shown, and the one after the last.
func (l *List) shown(h int) (first, end int) {
	room := max((h-listTop-listBelow)/l.rowsPer(h), 1)
	first = max(l.Selected-room+1, 0)
	return first, min(first+room, len(l.Exercises))
}

// At finds the exercise that lies on a row of a screen of h rows.
func (l *List) At(row, h int) (int, bool) {
	first, end := l.shown(h)
	n := first + (row-listTop)/l.rowsPer(h)
	return n, row >= listTop && n < end
}

// Draw draws the screen, with the keys that work now.
func (l *List) Draw(r grid.Region, now []keys.Hint) {
	th := l.Theme
	text, faint := th.Style(theme.Text), th.Style(theme.Faint)
	chrome.Title(r, th, "exercises", fmt.Sprintf("%d of %d solved", l.Solved(), len(l.Exercises)))
	page.Wrap(r.Sub(2, 1, r.W-4, 2), 0, faint, "Change a program until it does its task. It is judged by what it does.")
	c := columnsFor(r.W - 4)
	chrome.Line(r.Sub(1, 3, r.W-2, 1), th, 0, "no  exercise", "", "")
	for word, x := range map[string]int{"lesson": c.lesson, "state": c.state} {
		if word == "lesson" && c.lesson == c.state {
			continue
		}
		r.At(2+x-1, 3).Text(faint, " ").Text(faint, word).Text(faint, " ")
	}

	first, end := l.shown(r.H)
	y := listTop
	for i := first; i < end; i++ {
		l.drawRow(r.Sub(2, y, r.W-4, 1), i)
		if i == l.Selected {
			chrome.Raise(r.Sub(0, y, r.W, 1), th)
		}
		y += l.rowsPer(r.H)
	}
	for _, p := range l.Problems {
		y = page.Wrap(r.Sub(2, 0, r.W-4, r.H-1), y, th.Style(theme.Alarm), p.String())
	}
	if l.Selected < len(l.Exercises) {
		l.drawFacts(r.Sub(2, r.H-listBelow+1, r.W-4, listBelow-2), l.Exercises[l.Selected])
	}
	p := drawKeys(r, th, now)
	if l.Typed != "" {
		r.At(p.X, r.H-1).Text(text, l.Typed).Text(faint, "_")
	}
}

// drawRow draws one exercise: number, title, lesson, state.
func (l *List) drawRow(r grid.Region, i int) {
	th, e := l.Theme, l.Exercises[i]
	a := l.Attempts[e.Slug]
	changed := l.Changed[e.Slug]
	st, faint, state := th.Style(theme.Strong), th.Style(theme.Faint), stateStyle(th, a, changed)
	mark := ' '
	switch {
	case changed:
	case a.Solved && a.Passes:
		mark = th.Yes
	case a.Tries > 0 && !a.Passes:
		mark = th.No
	case i == l.next():
		mark = th.Arrow
	}
	r.Set(1, 0, mark, state)
	r.Text(3, 0, st, fmt.Sprintf("%02d", e.Number))
	c := columnsFor(r.W)
	r.Cut(7, 0, c.lesson-8, st, e.Title)
	lesson, words := number(e.Lesson), a.State(changed)
	if c.narrow {
		words, _, _ = strings.Cut(words, ":") // the facts below say the rest
		if _, now, before := strings.Cut(words, ", "); before {
			words = strings.TrimPrefix(now, "and ")
		}
	} else {
		lesson += " " + l.Lessons[e.Lesson]
	}
	r.Cut(c.lesson, 0, c.state-c.lesson-1, faint, lesson)
	r.Cut(c.state, 0, r.W-c.state, state, words)
}

// columns says where the columns of the list begin.
type columns struct {
	lesson, state int
	narrow        bool
}

func columnsFor(w int) columns {
	switch {
	case w < 70: // a projector with large cells: the lesson stands among the facts below
		return columns{w - 14, w - 14, true}
	case w < 110:
		return columns{55, 62, true}
	}
	return columns{58, 58 + (w-58)*46/100, false}
}

// drawFacts says of the selected exercise where the student stands and what
// comes next.
func (l *List) drawFacts(r grid.Region, e *course.Exercise) {
	th := l.Theme
	text, faint := th.Style(theme.Text), th.Style(theme.Faint)
	if len(e.Problems) > 0 {
		page.Wrap(r, 0, th.Style(theme.Alarm), e.Problems[0].String())
		return
	}
	a := l.Attempts[e.Slug]
	r.At(0, 0).Text(faint, "lesson ").Text(text, number(e.Lesson)).Text(text, " ").Text(text, l.Lessons[e.Lesson])
	r.At(0, 1).Text(faint, "your program: ").Text(th.Style(theme.Code), e.Dir+"/main.go")
	p := r.At(0, 2)
	switch {
	case a.Tries > 0:
		p = p.Text(text, phrase.Counted(a.Tries, "trial")).Text(faint, ", last ").Text(text, a.At.Local().Format("2 January, 15:04")).Text(faint, ": ")
		p.Text(stateStyle(th, a, l.Changed[e.Slug]), a.State(l.Changed[e.Slug]))
	default:
		p.Text(faint, "Not tried. enter opens its page: the task, what is given, what is checked.")
	}
	if a.Hints > 0 {
		r.At(0, 3).Text(faint, phrase.Counted(a.Hints, "hint")).Text(faint, " of ").Int(faint, int64(len(e.Hints))).Text(faint, " read")
	}
}

// number is the number that a slug begins with.
func number(slug string) string { return slug[:min(2, len(slug))] }

func stateStyle(th *theme.Theme, a course.Attempt, changed bool) grid.Style {
	switch {
	case changed: // nobody knows
	case a.Solved && a.Passes:
		return th.Style(theme.Strong)
	case a.Tries > 0:
		return th.Style(theme.Alarm)
	}
	return th.Style(theme.Faint)
}

// drawKeys draws the keys that work in the last row of r.
func drawKeys(r grid.Region, th *theme.Theme, now []keys.Hint) grid.Pen {
	return chrome.Keys(r.Sub(0, r.H-1, r.W, 1), th, now)
}
