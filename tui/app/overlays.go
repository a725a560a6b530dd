package app

import (
	"fmt"
	"slices"
	"strings"

	"fdlab/lab/launch"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/theme"
)

// drawBuilding is what the stage shows while the program is compiled.
func drawBuilding(r grid.Region, m *Model, words string) {
	th := m.theme
	r.Text(2, 1, th.Style(theme.Text), words)
	r.Text(2, 3, th.Style(theme.Faint), "The first build compiles the lab, too. Later ones take a moment.")
}

// drawPart draws the hairline of a part that has the whole screen, and returns its
// inside.
func drawPart(r grid.Region, m *Model, title string) grid.Region {
	chrome.Line(r.Inset(1, 0), m.theme, 0, title, "", "")
	return r.Sub(chrome.Margin, 1, r.W-2*chrome.Margin, r.H-1)
}

// drawFault says why there is no run, and the way out.
func drawFault(r grid.Region, m *Model, title, why, back string) {
	th := m.theme
	in := drawPart(r, m, title)
	y := 1
	for _, line := range strings.Split(why, "\n") {
		y = page.Wrap(in, y, th.Style(theme.Text), line)
	}
	in.At(0, y+1).Text(th.Style(theme.Key), "r").Text(th.Style(theme.Faint), " try again · ").
		Text(th.Style(theme.Key), "q").Text(th.Style(theme.Faint), back)
}

// drawBuildError shows what the compiler objects to, with the lines of code.
func drawBuildError(r grid.Region, m *Model, e *launch.BuildError, source []string, back string) {
	th := m.theme
	text, faint := th.Style(theme.Text), th.Style(theme.Faint)
	in := drawPart(r, m, "this program does not compile").Inset(0, 1)
	y := 0
	for i, p := range e.Problems {
		if y > in.H-6 {
			break
		}
		where := fmt.Sprintf("%s:%d", p.File, p.Line)
		if p.Column > 0 {
			where += fmt.Sprintf(":%d", p.Column)
		}
		in.Text(0, y, th.Style(theme.Strong), where)
		y++
		for _, line := range strings.Split(p.Text, "\n") {
			y = page.Wrap(in.Sub(2, 0, in.W-2, in.H), y, th.Style(theme.Alarm), line)
		}
		if i < len(source) && source[i] != "" {
			in.At(2, y).Int(faint, int64(p.Line)).Text(faint, " ").Text(th.Style(theme.Code), source[i])
			y++
		}
		y++
	}
	if len(e.Problems) == 0 {
		for _, line := range strings.Split(e.Error(), "\n") {
			y = page.Wrap(in, y, text, line)
		}
		y++
	}
	y = min(y, in.H-2)
	in.Text(0, y, text, "Correct it in your editor and save. Then:")
	in.At(0, y+1).Text(th.Style(theme.Key), "r").Text(faint, " build and run again · ").
		Text(th.Style(theme.Key), "q").Text(faint, back)
}

// drawOutput shows what the program printed, quoted, the latest at the bottom.
func drawOutput(r grid.Region, m *Model, out *launch.Output) {
	th := m.theme
	total, cut := out.Size()
	in := drawPart(r, m, "what the program printed")
	keys, in := in.Bottom(1)
	rows := outputRows(out, in.W, m.scroll+in.H)
	rows = rows[:max(len(rows)-m.scroll, 0)]
	for i, row := range rows[max(len(rows)-in.H, 0):] {
		st := th.Style(theme.Text)
		if row.stream == launch.Stderr {
			st = th.Style(theme.Alarm)
		}
		if row.first {
			in.Text(0, i, th.Style(theme.Faint), row.stream.String())
		}
		in.Text(streamWidth, i, st, row.text)
	}
	p := keys.At(0, 0).Count(th.Style(theme.Faint), total).Text(th.Style(theme.Faint), " bytes")
	if cut > 0 {
		p = p.Text(th.Style(theme.Faint), ", the first ").Count(th.Style(theme.Faint), cut).Text(th.Style(theme.Faint), " not kept")
	}
	p.Text(th.Style(theme.Faint), " · ").Text(th.Style(theme.Key), "↑↓").Text(th.Style(theme.Faint), " scroll · ").
		Text(th.Style(theme.Key), "o").Text(th.Style(theme.Faint), " back to the stage")
}

// streamWidth is what the name of a stream takes, with a blank.
const streamWidth = 7

// outputRow is a row of the output: a line, or where it is long a part of it.
type outputRow struct {
	stream launch.Stream
	first  bool // of its line
	text   string
}

// outputRows returns the last rows of what a program printed, at least as many as
// asked for if there are so many, quoted, each at most width cells wide.
func outputRows(out *launch.Output, width, want int) (rows []outputRow) {
	lines := out.Lines()
	for i := len(lines) - 1; i >= 0 && len(rows) < want; i-- {
		parts := page.Fold(lines[i].Quoted(), max(width-streamWidth, 1))
		for k, part := range slices.Backward(parts) {
			rows = append(rows, outputRow{lines[i].Stream, k == 0, part})
		}
	}
	slices.Reverse(rows)
	return rows
}

func (m *Model) keyOutput(key string, out *launch.Output) {
	switch key {
	case "o", "q", "esc":
		m.output = false
	case "up", "k":
		m.scroll++
	case "down", "j":
		m.scroll = max(m.scroll-1, 0)
	case "pgup", "ctrl+u":
		m.scroll += m.grid.H / 2
	case "pgdown", "ctrl+d":
		m.scroll = max(m.scroll-m.grid.H/2, 0)
	}
	h := m.grid.H - 2 // the hairline and the row of keys
	m.scroll = min(m.scroll, max(len(outputRows(out, m.grid.W-2*chrome.Margin, m.scroll+h))-h, 0))
}
