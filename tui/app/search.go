package app

import (
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// search lies over a screen. Before a letter is typed it explains the terms that
// stand on that screen; then it lists what has the words. Over a stage it finds
// terms alone: a run is not left for a word.
type search struct {
	library  course.Library
	screen   []course.Found // the terms that stand on the screen below
	query    string
	found    []course.Found
	selected int
}

// searchKey is on every screen.
func searchKey() row {
	return row{Names: []string{"/"}, Sign: "/", Now: always("words"), Do: do((*Model).openSearch),
		Help: "explains the terms on the screen; and finds what you type then: in the glossary, the lessons, the exercises"}
}

func (m *Model) openSearch() {
	s := &search{library: course.Library{Terms: course.ReadGlossary(m.course.Root)}}
	if m.screen != atStage && m.screen != atTrials {
		s.library.Lessons, s.library.Exercises = m.course.Lessons, m.exercises.Exercises
		s.library.Hidden = m.notYet
	}
	s.screen = s.library.TermsIn(textOn(m.grid))
	s.find("")
	m.search = s
}

// notYet reports whether a section gives away what the student has not seen
// happen yet.
func (m *Model) notYet(l *course.Lesson, s *course.Section) bool {
	switch s.Key {
	case course.KeyObserve, course.KeyExplain, course.KeyVerdict, course.KeyRecall:
		return m.progress[l.Slug].Verdict == ""
	}
	return false
}

// textOn returns what a screen shows, row by row. Signs part words.
func textOn(g *grid.Grid) string {
	var b strings.Builder
	for y := range g.H {
		for x := range g.W {
			if r := g.At(x, y).Rune; r != 0 {
				b.WriteRune(r)
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (s *search) find(query string) {
	s.query, s.selected = query, 0
	if s.found = s.library.Search(query); query == "" {
		s.found = s.screen
	}
}

func (s *search) move(by int) {
	s.selected = max(min(s.selected+by, len(s.found)-1), 0)
}

// keySearch takes the letters of the query, and what is done with what was found.
func (m *Model) keySearch(key string) tea.Cmd {
	s := m.search
	switch key {
	case "esc":
		m.search = nil
	case "up":
		s.move(-1)
	case "down":
		s.move(1)
	case "pgup":
		s.move(-10)
	case "pgdown":
		s.move(10)
	case "enter":
		return m.openFound()
	case "backspace", "ctrl+h":
		_, n := utf8.DecodeLastRuneInString(s.query)
		s.find(s.query[:len(s.query)-n])
	case "ctrl+u":
		s.find("")
	default:
		const longest = 40
		if utf8.RuneCountInString(key) == 1 && len(s.query) < longest {
			s.find(s.query + key)
		}
	}
	return nil
}

// openFound goes to what is selected. A term is where it is shown already.
func (m *Model) openFound() tea.Cmd {
	s := m.search
	if len(s.found) == 0 {
		return nil
	}
	switch f := s.found[s.selected]; {
	case f.Lesson != nil:
		for n, l := range m.course.Lessons {
			if l == f.Lesson {
				m.openLesson(n)
				m.lesson.Open(f.Section.Key)
			}
		}
	case f.Exercise != nil:
		for n, e := range m.exercises.Exercises {
			if e == f.Exercise {
				m.openExercise(n)
			}
		}
	}
	m.search = nil
	return nil
}

// drawSearch draws the query, a row for each place, and of the one that is
// selected the text.
func (m *Model) drawSearch(r grid.Region) {
	th, s := m.theme, m.search
	quiet := th.Style(theme.Faint)
	in := chrome.Over(r, th, "words", "↑↓ choose   enter open   esc back", r.H)
	p := in.At(0, 0).Text(th.Style(theme.Key), "/ ").Text(th.Style(theme.Strong), s.query).Text(th.Style(theme.Held), " ")
	switch {
	case s.query == "":
		p.Text(quiet, "  type a word; below are the terms on this screen")
	case len(s.found) == 0:
		p.Text(th.Style(theme.Alarm), "  is nowhere here")
	default:
		p.Text(quiet, "  ").Int(quiet, int64(len(s.found))).Text(quiet, map[bool]string{true: " place", false: " places"}[len(s.found) == 1])
	}
	const text = 6 // rows for the text of the one that is selected
	list := in.Sub(0, 2, in.W, max(in.H-3-text, 1))
	first := min(max(s.selected-list.H/2, 0), max(len(s.found)-list.H, 0))
	for y := 0; y < list.H && first+y < len(s.found); y++ {
		f := &s.found[first+y]
		row := list.Sub(0, y, list.W, 1)
		st := th.Style(theme.Text)
		if f.Term != nil {
			st = th.Style(theme.Strong)
		}
		x := row.Cut(0, 0, row.W, st, f.Title)
		if x+4 < row.W {
			row.Cut(x+2, 0, row.W-x-2, quiet, f.Excerpt)
		}
		if first+y == s.selected {
			chrome.Raise(r.Sub(0, chrome.OverRect(r.W, r.H, r.H).Y+3+y, r.W, 1), th)
		}
	}
	if more := len(s.found) - first - list.H; more > 0 {
		in.At(0, 2+list.H).Int(quiet, int64(more)).Text(quiet, " more")
	}
	if s.selected < len(s.found) {
		f := &s.found[s.selected]
		box := in.Sub(0, in.H-text, in.W, text)
		if page.Wrap(box, 0, th.Style(theme.Text), f.Title+": "+f.Excerpt) > text {
			box.Set(box.W-1, text-1, th.Cut, th.Style(theme.Text))
		}
	}
}
