package app

import (
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/course"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// What has been learned is looked at again: all claims with what became of them, and
// the recall questions of lessons that were run on an earlier day.

// summaryKey shows the claims. It is offered when a first one has its verdict.
func summaryKey() row {
	return row{
		Names: []string{"V"}, Sign: "V", Now: when(func(m *Model) bool { return m.judged() > 0 }, "verdicts"),
		Do:   do(func(m *Model) { m.over = summary{} }),
		Help: "all claims, what you predicted, and what the runs said",
	}
}

// judged counts the lessons that have a verdict.
func (m *Model) judged() (n int) {
	for _, l := range m.course.Lessons {
		if m.progress[l.Slug].Verdict != "" {
			n++
		}
	}
	return n
}

// summary is the table of all claims.
type summary struct{}

func (summary) key(m *Model, _ string) tea.Cmd {
	m.over = nil
	return nil
}

// draw draws for each lesson what was said and what was so, and below it the
// claim.
func (summary) draw(m *Model, r grid.Region) {
	th := m.theme
	quiet, strong := th.Style(theme.Faint), th.Style(theme.Strong)
	rows, right := 0, 0
	for _, l := range m.course.Lessons {
		if held, judged := m.progress[l.Slug].On(l.Question).Right(); held && judged {
			right++
		}
		rows += 2
	}
	each := 2
	if r.H-2 >= rows+len(m.course.Lessons) { // a claim may have two rows, or there is a blank one
		each, rows = 3, rows+len(m.course.Lessons)
	}
	said := fmt.Sprintf("%d of %d run, %d predicted right   any key closes", m.judged(), len(m.course.Lessons), right)
	if stage.IsSmall(r.W, r.H) {
		said = fmt.Sprintf("%d right   any key closes", right)
	}
	in := chrome.Over(r, th, "claims and verdicts", said, rows)
	y := 0
	for _, l := range m.course.Lessons {
		result := m.progress[l.Slug].On(l.Question)
		p := in.At(0, y).Text(strong, fmt.Sprintf("%02d  ", l.Number))
		if result.Verdict == "" {
			p.Text(quiet, "not run yet")
		} else {
			p.Text(strong, result.Verdict).Text(quiet, "  ").Text(quiet, m.saidAndWas(result))
		}
		claim := in.Sub(4, y+1, in.W-4, each-1)
		if grid.Width(l.Claim) > claim.W && claim.H > 1 {
			page.Wrap(claim, 0, th.Style(theme.Text), l.Claim)
		} else {
			claim.Cut(0, 0, claim.W, th.Style(theme.Text), l.Claim)
		}
		y += each
	}
}

// saidAndWas says how a prediction came out.
func (m *Model) saidAndWas(r course.Result) string {
	held, judged := r.Right()
	switch {
	case r.Prediction == "":
		return "you made no prediction"
	case !judged:
		return "you predicted " + r.Prediction
	case held:
		return "you predicted " + r.Prediction + ", and that was right " + string(m.theme.Glyphs.Yes)
	}
	return "you predicted " + r.Prediction + ", and it was " + r.Answer
}

// recall asks a question of a lesson that was run on an earlier day: what is asked for
// again some days later stays known for longer.
type recall struct {
	questions []recalled
	at        int
	told      bool // its answer is shown
}

type recalled struct {
	lesson *course.Lesson
	course.Recall
}

// recallKey asks. It is offered where there is something to ask.
func recallKey() row {
	return row{
		Names: []string{"Q"}, Sign: "Q", Now: when(func(m *Model) bool { return len(m.toRecall(time.Now())) > 0 }, "recall"),
		Do:   do((*Model).openRecall),
		Help: "a question of a lesson that you ran on an earlier day; space shows the answer, and then the next question",
	}
}

// toRecall returns what can be asked on a day: the questions of the lessons that were
// run before it. Each day another one is the first.
func (m *Model) toRecall(now time.Time) (all []recalled) {
	year, month, day := now.Date()
	today := time.Date(year, month, day, 0, 0, 0, 0, now.Location())
	for _, l := range m.course.Lessons {
		if result := m.progress[l.Slug]; result.Verdict == "" || !result.At.Before(today) {
			continue
		}
		for _, q := range l.Recall {
			all = append(all, recalled{l, q})
		}
	}
	if len(all) == 0 {
		return nil
	}
	first := int(today.Unix()/(24*3600)) % len(all)
	return append(all[first:len(all):len(all)], all[:first]...)
}

func (m *Model) openRecall() {
	if all := m.toRecall(time.Now()); len(all) > 0 {
		m.over = &recall{questions: all}
		return
	}
	m.message = "Nothing to recall yet: questions come from lessons that you ran on an earlier day."
}

func (q *recall) key(m *Model, key string) tea.Cmd {
	switch {
	case key != " " && key != "enter":
		m.over = nil
	case !q.told:
		q.told = true
	case q.at+1 == len(q.questions):
		m.over = nil
		m.message = "That was the last one for today."
	default:
		q.at, q.told = q.at+1, false
	}
	return nil
}

// draw draws the question and, when it is asked for, the answer.
func (q *recall) draw(m *Model, r grid.Region) {
	th := m.theme
	one := &q.questions[q.at]
	does := "space the answer   any other key closes this"
	if q.told {
		does = "space the next one   any other key closes this"
	}
	draw := func(in grid.Region, told bool) (y int) {
		in.Cut(0, 0, in.W, th.Style(theme.Faint), fmt.Sprintf("lesson %02d %s", one.lesson.Number, one.lesson.Title))
		y = page.Wrap(in, 2, th.Style(theme.Strong), one.Question)
		if told {
			y = page.Wrap(in, y+1, th.Style(theme.Text), one.Answer)
		}
		return y
	}
	// There is room for the answer from the beginning, so that nothing moves.
	rows := draw(grid.New(chrome.OverWidth(r.W), 0).Region(), true)
	draw(chrome.Over(r, th, fmt.Sprintf("recall %d of %d", q.at+1, len(q.questions)), does, max(rows, 10)), q.told)
}
