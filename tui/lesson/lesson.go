// Package lesson draws a lesson's text: the sections of its README as pages,
// the question with its options, the recall questions with their answers
// covered.
package lesson

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/yuin/goldmark/ast"

	"fdlab/lab/course"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// State is what the screen shows.
type State struct {
	Theme  *theme.Theme
	Lesson *course.Lesson
	Chosen string        // the student's letter, or ""
	Out    string        // where the way out leads: "course"
	Votes  *course.Votes // of a class, for the question; nil: there are none

	// Told: the student knows the verdict, from a run today or earlier.
	Told    bool
	Account []string // what the student's last run printed; nil: there was none

	at       int  // the section that is shown
	top      int  // its first row that is shown
	revealed int  // answers of Recall that are uncovered
	opened   bool // the verdict is read before the run
	w, h     int
	body     *page.Page // the section's text at this width
}

// listWidth is the width of the list of sections at the left. A narrow screen
// has one row for it instead, so that the diagrams of the lessons fit.
const listWidth = 24

// narrow says whether that is so.
func (s *State) narrow() bool { return s.w < 100 }

// left is where the text begins.
func (s *State) left() int {
	if s.narrow() {
		return chrome.Margin
	}
	return listWidth + chrome.Margin
}

// New shows a lesson from its first section.
func New(th *theme.Theme, l *course.Lesson, chosen string) State {
	return State{Theme: th, Lesson: l, Chosen: chosen, Out: "course"}
}

// Resize lays the text out for a screen of w by h cells.
func (s *State) Resize(w, h int) {
	if s.Lesson == nil {
		return
	}
	s.w, s.h = w, h
	s.layout()
}

// Key is that of the section that is shown, or "".
func (s *State) Key() string {
	if sec := s.section(); sec != nil {
		return sec.Key
	}
	return ""
}

// section returns the section that is shown, or nil where the README has none.
func (s *State) section() *course.Section {
	if s.at >= len(s.Lesson.Sections) {
		return nil
	}
	return s.Lesson.Sections[s.at]
}

// longestLine keeps text readable on a wide screen.
const longestLine = 92

func (s *State) layout() {
	s.body = nil
	sec := s.section()
	if sec == nil {
		return
	}
	room := s.w - s.left() - 2
	switch {
	case sec.Key == course.KeyPredict && len(s.Lesson.Question.Options) > 0:
	case sec.Key == course.KeyRecall && len(s.Lesson.Recall) > 0:
	case s.covered():
	case sec.Key == course.KeyVerdict && s.Account != nil:
		s.body = s.ownVerdict(sec, room)
	default:
		s.body = page.BlocksWide(s.Lesson.Source, sec.Nodes, min(room, longestLine), room, s.Theme)
	}
	s.Scroll(0)
}

// covered reports whether the shown section would say the verdict before the run
// has.
func (s *State) covered() bool {
	sec := s.section()
	return sec != nil && sec.Key == course.KeyVerdict && !s.Told && !s.opened
}

// Ran takes what the student's run of the lesson printed.
func (s *State) Ran(account []string) {
	s.Told, s.Account = true, account
	s.layout()
}

// ownVerdict is the section Verdict with the student's own run in the place of the
// README's.
func (s *State) ownVerdict(sec *course.Section, room int) *page.Page {
	th := s.Theme
	words := slices.DeleteFunc(slices.Clone(sec.Nodes), func(n ast.Node) bool { return n.Kind() == ast.KindFencedCodeBlock })
	p := page.BlocksWide(s.Lesson.Source, words, min(room, longestLine), room, th)
	add := func(st grid.Style, text string) {
		for _, row := range page.Fold(text, max(min(room, longestLine), 1)) {
			p.Lines = append(p.Lines, page.Line{{Style: st, Text: row}})
		}
	}
	add(th.Style(theme.Text), "")
	add(th.Style(theme.Strong), "What your last run said:")
	add(th.Style(theme.Text), "")
	for _, line := range s.Account {
		add(th.Style(theme.Text), line)
	}
	return p
}

// Turn goes to another section.
func (s *State) Turn(by int) {
	s.at = min(max(s.at+by, 0), max(len(s.Lesson.Sections)-1, 0))
	s.top = 0
	s.layout()
}

// Open goes to the section of a key.
func (s *State) Open(key string) {
	for i, sec := range s.Lesson.Sections {
		if sec.Key == key {
			s.Turn(i - s.at)
		}
	}
}

// PageRows is how many rows of text are seen at once.
func (s *State) PageRows() int { return max(s.h-5, 1) }

// Scroll moves the text.
func (s *State) Scroll(by int) {
	s.top = min(max(s.top+by, 0), max(s.rows()-s.PageRows(), 0))
}

// rows is how many rows the shown section has.
func (s *State) rows() int {
	switch own := s.own(); {
	case s.body != nil:
		return len(s.body.Lines)
	case own != nil: // it is drawn on a grid without any
		return own(grid.New(s.w-s.left()-1, 0).Region())
	}
	return 0
}

// own draws the shown section, if that is more than text, and returns its rows; nil: it
// is text.
func (s *State) own() func(grid.Region) int {
	switch sec := s.section(); {
	case sec == nil || s.body != nil:
		return nil
	case sec.Key == course.KeyPredict:
		return s.drawQuestion
	case s.covered():
		return s.drawCovered
	}
	return func(r grid.Region) int { return s.drawRecall(r, len(s.Lesson.Recall)) }
}

// IsRun reports whether the shown section is the one to start the run from.
func (s *State) IsRun() bool {
	sec := s.section()
	return sec != nil && (sec.Key == course.KeyRun || sec.Key == course.KeyObserve)
}

// IsExercise reports whether the shown section is the one that leads to the
// exercises.
func (s *State) IsExercise() bool {
	sec := s.section()
	return sec != nil && sec.Key == course.KeyExercise
}

// Changes returns the changes that can be chosen in the shown section: none, unless it is
// the section of changes.
func (s *State) Changes() []course.Change {
	if sec := s.section(); sec == nil || sec.Key != course.KeyChange {
		return nil
	}
	return s.Lesson.Changes
}

// Offers says what enter does in the shown section, besides going on; "": nothing.
func (s *State) Offers() string {
	switch sec := s.section(); {
	case s.IsRun():
		return "run the experiment"
	case s.IsExercise():
		return "open the exercises"
	case s.covered():
		return "read it all the same"
	case sec != nil && sec.Key == course.KeyRecall && s.revealed < len(s.Lesson.Recall):
		return "uncover an answer"
	}
	return ""
}

// Choose takes a letter as the student's prediction.
func (s *State) Choose(letter string) bool {
	sec := s.section()
	if sec == nil || sec.Key != course.KeyPredict {
		return false
	}
	for _, o := range s.Lesson.Question.Options {
		if o.Letter == letter {
			s.Chosen = letter
			return true
		}
	}
	return false
}

// Reveal uncovers the verdict, or the next answer of Recall. false: there was none.
func (s *State) Reveal() bool {
	sec := s.section()
	if s.covered() {
		s.opened = true
		s.layout()
		return true
	}
	if sec == nil || sec.Key != course.KeyRecall || s.revealed >= len(s.Lesson.Recall) {
		return false
	}
	s.revealed++
	end := s.drawRecall(grid.New(s.w-s.left()-1, 0).Region(), s.revealed)
	s.top = max(s.top, end-s.PageRows()) // the answer is seen
	s.Scroll(0)
	return true
}

// Click goes to the section whose name was clicked.
func (s *State) Click(x, y int) {
	if n := y - 3; !s.narrow() && x < listWidth && n >= 0 && n < len(s.Lesson.Sections) {
		s.Turn(n - s.at)
	}
}

// Draw draws the screen, with the keys that work now.
func (s *State) Draw(r grid.Region, now []keys.Hint) {
	th := s.Theme
	faint := th.Style(theme.Faint)
	chosen := ""
	if s.Chosen != "" {
		chosen = "you predicted " + s.Chosen
	}
	chrome.Title(r, th, fmt.Sprintf("%02d %s", s.Lesson.Number, s.Lesson.Title), chosen)

	if s.narrow() {
		s.drawWhere(r.Sub(s.left(), 1, r.W-s.left()-1, 1))
	} else {
		s.drawList(r.Sub(0, 2, listWidth, r.H-3))
		chrome.Line(r.Sub(1, 1, r.W-2, 1), th, 0, "", "", "")
		chrome.Split(r, th, listWidth, 1, r.H-1, false)
	}
	body := r.Sub(s.left(), 2, r.W-s.left()-1, r.H-3)
	sec := s.section()
	if sec == nil {
		s.drawProblems(body, 1)
		s.drawKeys(r, now)
		return
	}
	body.Text(0, 0, th.Style(theme.Title), sec.Heading)
	in := body.Sub(0, 2, body.W, s.PageRows())
	if own := s.own(); own != nil {
		own(in.Sub(0, -s.top, in.W, in.H+s.top))
	} else {
		s.body.Draw(in, s.top)
	}
	if more := s.rows() - s.top - s.PageRows(); more > 0 {
		body.TextRight(body.W, 0, faint, fmt.Sprintf("%d more below", more))
	}
	s.drawKeys(r, now)
}

// drawList draws the sections' names, the shown one marked.
func (s *State) drawList(r grid.Region) {
	th := s.Theme
	for i, sec := range s.Lesson.Sections {
		st := th.Style(theme.Faint)
		if i == s.at {
			st = th.Style(theme.Strong)
			r.Set(1, i+1, th.Glyphs.Arrow, th.Style(theme.Key))
		}
		x := r.Text(3, i+1, st, sec.Heading)
		if sec.Key == course.KeyPredict && s.Chosen != "" {
			r.Text(x+1, i+1, th.Style(theme.Strong), s.Chosen)
		}
	}
}

// drawWhere draws in one row which section is shown, and what stands beside it.
func (s *State) drawWhere(r grid.Region) {
	th := s.Theme
	faint := th.Style(theme.Faint)
	p := r.At(0, 0).Text(faint, "section ").Int(faint, int64(s.at+1)).Text(faint, " of ").Int(faint, int64(len(s.Lesson.Sections)))
	if s.at > 0 {
		p = p.Text(faint, " · before: ").Text(faint, s.Lesson.Sections[s.at-1].Heading)
	}
	if s.at+1 < len(s.Lesson.Sections) {
		p.Text(faint, " · next: ").Text(th.Style(theme.Text), s.Lesson.Sections[s.at+1].Heading)
	}
}

// drawKeys draws the keys; where there is a question, its letters first.
func (s *State) drawKeys(r grid.Region, now []keys.Hint) {
	th := s.Theme
	if sec := s.section(); sec != nil && sec.Key == course.KeyPredict {
		now = append([]keys.Hint{{Key: "a-d", Does: "choose"}}, now...)
	}
	chrome.Keys(r.Sub(0, r.H-1, r.W, 1), th, now)
}

// drawQuestion draws the question and its options, the chosen one marked.
func (s *State) drawQuestion(r grid.Region) (y int) {
	th := s.Theme
	text := th.Style(theme.Text)
	r = r.Sub(0, 0, min(r.W, longestLine), r.H)
	gap := 1
	if s.h < low {
		gap = 0
	}
	y = page.Wrap(r, 0, text, s.Lesson.Question.Text)
	inOneRow := s.h < low && s.Votes.Given() > 0
	if inOneRow {
		s.drawTally(r.Sub(2, y, r.W-2, 1))
	}
	y++
	for _, o := range s.Lesson.Question.Options {
		st := text
		if o.Letter == s.Chosen {
			st = th.Style(theme.Strong)
			r.Set(0, y, th.Glyphs.Arrow, st)
		}
		r.At(2, y).Text(th.Style(theme.Key), o.Letter)
		if y = page.Wrap(r.Sub(5, 0, r.W-5, r.H), y, st, o.Text); s.Votes.Given() > 0 && !inOneRow {
			s.drawVotes(r.Sub(5, y, r.W-5, 1), o.Letter)
			y++
		}
		y += gap
	}
	if v := s.Votes; v.Given() > 0 && !inOneRow {
		in := r.Sub(5, y, r.W-5, 1)
		in.Text(0, 0, th.Style(theme.Faint), fmt.Sprintf("%d of the %d who look on have voted.", v.Given(), v.Present))
		y++
	}
	y++
	if s.Chosen == "" {
		return page.Wrap(r, y, th.Style(theme.Faint), "Press a letter. A prediction that fails teaches more than none; you may also go on without one.")
	}
	return page.Wrap(r, y, th.Style(theme.Faint), "Good. You may still change it. Go on with →, and run the experiment: it computes its own answer.")
}

// low is the height below which options stand close together, and the votes in one row: on a
// projector of few rows the question, its options and the votes are seen at once.
const low = 24

// votesBar is how long the bar of all votes is.
const votesBar = 40

// drawVotes draws how many of a class have chosen an option.
func (s *State) drawVotes(r grid.Region, letter string) {
	th := s.Theme
	n := (s.Votes.By[letter]*votesBar + s.Votes.Given() - 1) / s.Votes.Given()
	r.Fill(0, 0, n, 1, th.Glyphs.Body, th.Style(theme.Strong))
	r.Text(n+min(n, 1), 0, th.Style(theme.Strong), s.Votes.Of(letter))
}

// drawTally draws in one row how many of a class have chosen each option.
func (s *State) drawTally(r grid.Region) {
	const longest = 4
	th, v := s.Theme, s.Votes
	strong, most := th.Style(theme.Strong), 1
	for _, o := range s.Lesson.Question.Options {
		most = max(most, v.By[o.Letter])
	}
	x := 0
	for _, o := range s.Lesson.Question.Options {
		votes := v.By[o.Letter]
		x = r.Text(x, 0, th.Style(theme.Key), o.Letter) + 1
		n := (votes*longest + most - 1) / most
		r.Fill(x, 0, n, 1, th.Glyphs.Body, strong)
		x = r.Text(x+n+min(n, 1), 0, strong, strconv.Itoa(votes)) + 2
	}
	r.Text(x, 0, th.Style(theme.Faint), fmt.Sprintf("%d of %d", v.Given(), v.Present))
}

// drawCovered is the section Verdict before the run.
func (s *State) drawCovered(r grid.Region) (y int) {
	th := s.Theme
	r = r.Sub(0, 0, min(r.W, longestLine), r.H)
	y = page.Wrap(r, 0, th.Style(theme.Text), "The run will tell. It computes the verdict from what it measures on this machine, and then this page has what it said.")
	r.At(0, y+1).Text(th.Style(theme.Key), "r").To(7).Text(th.Style(theme.Text), "runs the experiment")
	r.At(0, y+2).Text(th.Style(theme.Key), "enter").To(7).Text(th.Style(theme.Text), "shows the verdict of another run all the same")
	return y + 3
}

// drawRecall draws the first n recall questions, the answers covered until asked for.
func (s *State) drawRecall(r grid.Region, n int) (y int) {
	th := s.Theme
	r = r.Sub(0, 0, min(r.W, longestLine), r.H)
	y = page.Wrap(r, 0, th.Style(theme.Faint), "Answer each from memory, then uncover it.") + 1
	for i, q := range s.Lesson.Recall[:min(n, len(s.Lesson.Recall))] {
		r.At(0, y).Int(th.Style(theme.Key), int64(i+1))
		y = page.Wrap(r.Sub(3, 0, r.W-3, r.H), y, th.Style(theme.Text), q.Question)
		if i < s.revealed {
			y = page.Wrap(r.Sub(3, 0, r.W-3, r.H), y, th.Style(theme.Strong), q.Answer)
		} else {
			r.Text(3, y, th.Style(theme.Faint), "(covered)")
			y++
		}
		y++
	}
	return y - 1
}

// drawProblems says why there is no text.
func (s *State) drawProblems(r grid.Region, y int) {
	for _, p := range s.Lesson.Problems {
		y = page.Wrap(r, y, s.Theme.Style(theme.Alarm), p.String()) + 1
	}
}
