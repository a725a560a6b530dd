package app

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/chrome"
	"fdlab/tui/ending"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/player"
	"fdlab/tui/theme"
)

// change is one of the lesson's changes, over its page: where in the program it
// begins, and the question what will be other in the next run. The answer is held
// beside what was.
type change struct {
	lesson  *course.Lesson
	number  int // from 1
	file    *sourceFile
	line    int      // from 1; 0: the place was not found
	before  *outcome // the run that the next one is held beside, or nil
	expects difference
}

// expected is what the student has said of the next run of a lesson.
type expected struct {
	lesson *course.Lesson
	before *outcome // of a recording, where no run of this sitting came before; or nil
	what   difference
}

// changeMsg is a change whose place was looked up.
type changeMsg struct {
	change *change
	err    error
}

func changeKeys() table {
	return digits(row{Sign: "1-3", Now: when(func(m *Model) bool { return len(m.lesson.Changes()) > 0 }, "make a change"),
		Help: "on the page of changes: shows where in the program the change begins, asks what you expect, and opens your editor there"},
		(*Model).openChange)
}

// openChange looks the place of a change up.
func (m *Model) openChange(digit string) tea.Cmd {
	l := m.lesson.Lesson
	n, _ := strconv.Atoi(digit)
	if all := m.lesson.Changes(); n < 1 || n > len(all) {
		m.tellUnknown(digit)
		return nil
	}
	c := &change{lesson: l, number: n, before: m.lastOutcome(l)}
	dir, recording := filepath.Join(m.course.Root, filepath.FromSlash(l.Dir)), shipped(m.course.Root, l)
	return safely(func() tea.Msg {
		files, err := readSource(dir)
		if err != nil {
			return changeMsg{nil, err}
		}
		c.file, c.line = begins(files, l.Changes[n-1].At)
		if c.before == nil { // a recording that cannot be read is none
			if recorded, err := Load(recording); err == nil {
				c.before = outcomeOf(ofRecording(recorded, l, player.New(1, 1)), "the recorded run")
			}
		}
		return changeMsg{c, nil}
	})
}

// lastOutcome is what the latest judged run of a lesson said in this sitting, or nil.
func (m *Model) lastOutcome(l *course.Lesson) *outcome {
	if s := m.session; s != nil && s.lesson == l && s.own == nil {
		return s.outcomes()
	}
	return nil
}

// begins finds the line with a piece of text: the first one, in main.go if it has one.
func begins(files []sourceFile, piece string) (file *sourceFile, line int) {
	for i := range files {
		for n, text := range files[i].lines {
			if piece != "" && strings.Contains(text, piece) {
				return &files[i], n + 1
			}
		}
	}
	return &files[0], 0
}

func (m *Model) showChange(msg changeMsg) {
	switch {
	case msg.err != nil:
		m.message = "The program's text cannot be read: " + msg.err.Error()
	case m.screen == atLesson && m.lesson.Lesson == msg.change.lesson:
		m.over = msg.change
	}
}

func (c *change) key(m *Model, key string) tea.Cmd {
	switch key {
	case "1":
		c.expects.answer = !c.expects.answer
	case "2":
		c.expects.verdict = !c.expects.verdict
	case "3":
		c.expects.checks = !c.expects.checks
	case "enter":
		m.over = nil
		m.expected = &expected{c.lesson, c.before, c.expects}
		return m.openEditor(filepath.Join(m.course.Root, filepath.FromSlash(c.lesson.Dir), c.file.name), max(c.line, 1))
	default:
		m.over = nil
	}
	return nil
}

// draw draws the change, its place, and the question.
func (c *change) draw(m *Model, r grid.Region) {
	th := m.theme
	text, faint, strong := th.Style(theme.Text), th.Style(theme.Faint), th.Style(theme.Strong)
	in := chrome.Over(r, th, fmt.Sprintf("change %d of %d", c.number, len(c.lesson.Changes)),
		"1-3 choose   enter edit   any other key closes", r.H)
	y := page.Wrap(in, 0, text, c.lesson.Changes[c.number-1].Text) + 1

	const question = 9 // rows, of the question at most
	where := fmt.Sprintf("%s/%s:%d", c.lesson.Dir, c.file.name, max(c.line, 1))
	if c.line == 0 {
		where += " (the line itself is not there: has it been edited?)"
	}
	y = page.Wrap(in, y, faint, where)
	first := max(c.line-3, 1)
	for n := first; n <= len(c.file.lines) && y < in.H-question; n++ {
		st := faint
		if n == c.line {
			st = th.Style(theme.Code)
			in.Set(0, y, th.Glyphs.Arrow, th.Style(theme.Key))
		}
		in.TextRight(6, y, faint, strconv.Itoa(n))
		in.Cut(8, y, in.W-8, st, c.file.lines[n-1])
		y++
	}

	y = page.Wrap(in, y+1, strong, "Say first what you expect: what will be different from "+c.beforeIs()+"?")
	for i, chosen := range c.expects.all() {
		sign, st := ' ', text
		if chosen {
			sign, st = th.Glyphs.Yes, strong
		}
		in.At(0, y).Text(th.Style(theme.Key), strconv.Itoa(i+1))
		in.Set(2, y, sign, st)
		in.Text(4, y, st, differences[i])
		y++
	}
	page.Wrap(in, y, faint, "You expect: "+c.expects.words()+". Save the change, press r, and the end of the run compares this with what happened.")
}

// beforeIs names the run that the next one is held beside.
func (c *change) beforeIs() string {
	if c.before == nil {
		return "a run before the change"
	}
	return fmt.Sprintf("%s (%s)", c.before.of, c.before.said())
}

// compare holds a run that is over beside the one before it, and beside what the
// student has expected.
func (m *Model) compare(s *session) {
	now, before := outcomeOf(s, theRunBefore), s.before
	e := m.expected
	if e == nil || e.lesson != s.lesson || s.own != nil || now == nil {
		if now != nil && before != nil && s.State() == player.Ended {
			m.message = now.differs(before)
		}
		return
	}
	m.expected = nil
	if before == nil {
		before = e.before
	}
	if before == nil {
		return
	}
	s.changed = &ending.Changed{
		Expected: e.what.words() + ".", Was: now.differs(before), Right: now.from(before) == e.what,
	}
}
