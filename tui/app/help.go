package app

import (
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// drawExplanation lays the explanation of a lint over the stage.
func (m *Model) drawExplanation(r grid.Region) {
	th := m.theme
	title, text, _ := stage.Explain(m.explain)
	w, h := min(r.W-8, 76), min(r.H-4, 12)
	box := r.Sub((r.W-w)/2, (r.H-h)/2, w, h)
	box.Fill(0, 0, w, h, ' ', th.Style(theme.Text))
	in := box.Box(th.Lines, th.Style(theme.Focus), th.Style(theme.Warn), title+" · any key closes this").Inset(1, 1)
	page.Wrap(in, 0, th.Style(theme.Text), text)
}

// helpBox is where the legend lies.
func (m *Model) helpBox() grid.Region {
	r := m.grid.Region()
	w, h := min(r.W-4, 100), r.H-2
	return r.Sub((r.W-w)/2, 1, w, h)
}

// drawHelp lays the legend of the screen over it: each glyph in place.
func (m *Model) drawHelp() {
	th := m.theme
	box := m.helpBox()
	title := "what is what · any key closes this"
	if m.helpMost() > 0 {
		title = "what is what · ↑↓ scroll · any other key closes this"
	}
	box.Fill(0, 0, box.W, box.H, ' ', th.Style(theme.Text))
	in := box.Box(th.Lines, th.Style(theme.Focus), th.Style(theme.Title), title).Inset(1, 0)
	m.writeHelp(in, -m.helpTop)
}

// keyHelp scrolls the legend, or closes it.
func (m *Model) keyHelp(key string) {
	page, most := m.helpBox().H-3, m.helpMost()
	by := map[string]int{
		"down": 1, "j": 1, "up": -1, "k": -1,
		"pgdown": page, "ctrl+d": page, " ": page, "pgup": -page, "ctrl+u": -page,
	}[key]
	if by == 0 || most == 0 {
		m.help, m.helpTop = false, 0
		return
	}
	m.scrollHelp(by)
}

func (m *Model) scrollHelp(by int) { m.helpTop = min(max(m.helpTop+by, 0), m.helpMost()) }

// helpMost is how far the legend can be scrolled.
func (m *Model) helpMost() int {
	in := m.helpBox().Inset(2, 1)
	return max(m.writeHelp(in.Sub(0, 0, in.W, 0), 0)-in.H, 0)
}

// stageKeys are all keys of the stage. The last row of the screen shows those
// that matter most.
var stageKeys = []struct{ keys, do string }{
	{"space", "holds time, or lets it go on; in the past: back to the live edge"},
	{".  ,", "one phase of the loop on, while time is held; in the past one event on; one event back"},
	{"← →", "move through time by a column; with shift by 20; home and end go to the ends"},
	{"+  -", "zoom the time panel"},
	{"↑ ↓", "scroll the file descriptors"},
	{"a click", "in the time panel shows that moment"},
	{"r", "builds main.go as it is now, and runs it"},
	{"i", "by hand: the experiment stays up and does as you poke; or back to its script"},
	{"b", "runs it on another backend (B, where the experiment has a key b)"},
	{"o", "shows what the program printed"},
	{"n", "goes on to Explain, after the end"},
	{"q", "back to the lesson"},
}

// writeHelp writes the legend from row y on, and returns the row after it.
func (m *Model) writeHelp(in grid.Region, y int) int {
	th := m.theme
	if m.screen == atStage {
		for _, e := range stage.Legend(th) {
			if e.Glyph == 0 {
				y = page.Wrap(in, y, th.Style(theme.Heading), e.Meaning)
				continue
			}
			in.Set(1, y, e.Glyph, e.Style)
			in.Text(4, y, e.Style, e.Word)
			y = page.Wrap(in.Sub(18, 0, in.W-18, in.H), y, th.Style(theme.Text), e.Meaning)
		}
		y = page.Wrap(in, y, th.Style(theme.Heading), "Keys, besides those of the experiment itself:")
		for _, k := range stageKeys {
			in.Text(1, y, th.Style(theme.Key), k.keys)
			y = page.Wrap(in.Sub(18, 0, in.W-18, in.H), y, th.Style(theme.Text), k.do)
		}
		return y
	}
	for _, line := range []string{
		"A lesson has sections: a claim, a question, an experiment, an explanation.",
		"Read the claim. Predict what the experiment will show. Then run it, and watch.",
		"",
		"file descriptor (fd)   the number by which a program names an open file, pipe or socket",
		"ready                  the kernel has something for the program: a read would not block",
		"blocked                a thread sleeps inside a system call until the kernel wakes it",
		"event loop             wait for all fds at once, call back for the ready ones, again",
		"verdict                what the run's own measurements say about the claim",
		"",
		"enter opens and goes on · ← → turn pages · ↑ ↓ scroll · x runs the experiment · q goes back",
	} {
		y = page.Wrap(in, y, th.Style(theme.Text), line)
	}
	return y
}
