package app

import (
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// drawHelp lays over the screen what is to be known about it: each glyph in
// place. What is longer than the screen can be scrolled.
func (m *Model) drawHelp(r grid.Region) {
	th := m.theme
	rows := m.helpRows(r.W)
	closes := "any key closes this"
	if rows > helpRoom(r.H) {
		closes = "↑↓ scroll   any other key closes this"
	}
	in := chrome.Over(r, th, "what is what", closes, max(rows, r.H))
	m.drawHelpText(in.Sub(0, -m.helpTop, in.W, in.H+m.helpTop))
}

// helpRoom is how many rows of the help are seen at once on a screen of h rows.
func helpRoom(h int) int { return chrome.OverRect(0, h, h).H - 2 }

// helpRows is how many rows the text takes: it is drawn on a grid without any.
func (m *Model) helpRows(w int) int {
	return m.drawHelpText(grid.New(chrome.OverWidth(w), 0).Region())
}

// scrollHelp moves the text. false: there is nothing to scroll.
func (m *Model) scrollHelp(by int) bool {
	most := m.helpRows(m.grid.W) - helpRoom(m.grid.H)
	m.helpTop = min(max(m.helpTop+by, 0), max(most, 0))
	return most > 0
}

// keyHelp: the keys that scroll do, all others close the help.
func (m *Model) keyHelp(key string) {
	by := map[string]int{
		"down": 1, "j": 1, "up": -1, "k": -1, "pgdown": 10, "ctrl+d": 10, " ": 10, "pgup": -10, "ctrl+u": -10,
		"home": -1 << 10, "end": 1 << 10,
	}[key]
	if by == 0 || !m.scrollHelp(by) {
		m.help = false
	}
}

// drawHelpText draws the text and returns how many rows it has: on a lesson's
// stage what is seen first, then what can be done; elsewhere the other way round.
func (m *Model) drawHelpText(in grid.Region) (y int) {
	text := helpOf[m.place()]
	if m.place() == atStage {
		y = stage.DrawLegend(in, m.theme, y)
	}
	y = m.drawHelpLines(in, y, text.before)
	for _, h := range m.tables[m.place()].Help() {
		y = m.drawHelpLines(in, y, []helpLine{{h.Key, h.Does}})
	}
	y = m.drawHelpLines(in, y, text.after)
	if m.screen == atTrials || m.place() == atPair {
		y = stage.DrawLegend(in, m.theme, y)
	}
	return y
}

func (m *Model) drawHelpLines(in grid.Region, y int, lines []helpLine) int {
	th := m.theme
	for _, h := range lines {
		switch h.term {
		case "":
			y = page.Wrap(in, y, th.Style(theme.Text), h.meaning)
		case heading:
			y = page.Wrap(in, y, th.Style(theme.Title), h.meaning)
		default:
			in.Text(0, y, th.Style(theme.Key), h.term)
			y = page.Wrap(in.Sub(16, 0, in.W-16, in.H), y, th.Style(theme.Text), h.meaning)
		}
	}
	return y
}

// helpLine explains a term; without one it is a sentence.
type helpLine struct{ term, meaning string }

// heading is the term of a heading.
const heading = "#"

// helpOf says of a screen what it is, before and after its keys, which are
// explained by its table. The signs of a stage are in stage.Legend.
var helpOf = map[screen]struct{ before, after []helpLine }{
	atHome:   {before: courseHelp},
	atLesson: {before: courseHelp},
	atRuns: {
		before: []helpLine{
			{"", "A recorded run is shown on the stage as it was: it can be replayed, and every moment looked at. Nothing runs, so it needs no Linux."},
			{},
		},
	},
	atExercises: {
		before: []helpLine{
			{"", "An exercise is a small program with TODOs. You change it in your editor. The grader runs it against a hostile world, and judges it by what it did."},
			{},
			{"→", "the first exercise that is not solved"},
			{"✓ solved", "the last trial passed"},
			{"✗ not passed", "the last trial did not; the word after it names what the grader said"},
			{"✗ solved before", "it passed once, and the program as it is now does not"},
			{"hints read", "not tried, but hints were uncovered"},
			{"trial", "one run of the program in the hands of the grader"},
			{},
		},
		after: []helpLine{
			{},
			{"", "go run ./exercises shows the same list in a terminal. Both keep one progress."},
		},
	},
	atExercise: {
		before: []helpLine{
			{"", "Read the task and the checks. Edit the program in your editor, and save. Then:"},
			{},
		},
		after: []helpLine{
			{},
			{"check", "one thing that the grader does to the program, and what must happen then"},
			{"trial", "all checks in order, until one fails; the same for both programs"},
		},
	},
	atStage: {
		before: []helpLine{{heading, "Keys, besides those of the experiment itself:"}},
		after: []helpLine{
			{"a click", "in the time panel shows that moment"},
			{"NOT HELD", "you hold time, but the program goes on"},
			{"STOPPED", "a signal has stopped the program"},
		},
	},
	atEnding: {
		before: []helpLine{
			{"", "The run is over. At the top are your prediction, what the run says, and the claim with its verdict: all computed from this run."},
			{},
			{"a table", "what the lesson measured; bold: ten times the column's median, or more"},
			{"what decides", "the checks that the answer or the verdict rests on"},
			{"✓ ✗ ?", "the check held, failed, could not be judged (the reason stands in brackets)"},
			{"→ 1.2 s", "when the thing that proves the check happened"},
			{"step 3", "the check is about step 3 as a whole"},
			{},
		},
		after: []helpLine{{"a click", "chooses a check"}},
	},
	atPair: {
		before: []helpLine{
			{"", "Two runs under one playhead. They begin together; at a moment that both have marked they are aligned, however long each took to come there. A click puts the playhead where it falls in that run."},
			{},
			{"A|B", "what each has done up to the playhead; what differs is bold"},
			{"an fd unseen", "how long, in all, an fd was ready and no loop had been told: of the fd for which it was the most"},
			{},
		},
		after: []helpLine{{}},
	},
	atTrials: {
		before: []helpLine{
			{"LIVE", "the trial goes on; it cannot be held, for the grader acts in time"},
			{"GRADED", "the grader had seen enough and ended the program: this is its last moment"},
			{"ENDED", "the program ended by itself"},
			{"PAST", "an earlier moment is shown"},
			{"REPLAY 1/100", "and moves on, a hundred times slower than it was"},
			{"→ at a check", "the shown moment lies under this check"},
			{"✓ ✗ ·", "the check passed, failed, was not reached"},
			{},
		},
		after: []helpLine{{"a click", "in a time panel shows that moment, and brings that run to the front"}, {}},
	},
}

var courseHelp = []helpLine{
	{"", "A lesson has sections: a claim, a question, an experiment, an explanation."},
	{"", "Read the claim. Predict what the experiment will show. Then run it, and watch."},
	{},
	{"fd", "file descriptor: the number by which a program names an open file, pipe or socket"},
	{"ready", "what the kernel says when asked: a read (or a write) would not block"},
	{"blocked", "a thread sleeps inside a system call until the kernel wakes it"},
	{"event loop", "wait for all fds at once, call back for the ready ones, again"},
	{"verdict", "what the run's own measurements say about the claim"},
	{},
}
