package viewer

import (
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/page"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
)

// drawHelp lays over the screen what is to be known about it. What is longer than the
// screen can be scrolled.
func (v *Viewer) drawHelp(r grid.Region) {
	rows := v.helpRows()
	in := chrome.Over(r, v.Theme, "what is what", "↑↓ scroll   any other key closes this", max(rows, r.H))
	v.drawHelpText(in.Sub(0, -v.helpTop, in.W, in.H+v.helpTop))
}

func (v *Viewer) drawHelpText(in grid.Region) (y int) {
	th := v.Theme
	if !v.asks && !v.atItsEnd() {
		y = stage.DrawLegend(in, th, y) // what is seen first
	}
	y = page.Wrap(in, y, th.Style(theme.Title), "Keys:")
	for _, h := range v.keys().Help() {
		in.Text(0, y, th.Style(theme.Key), h.Key)
		y = page.Wrap(in.Sub(16, 0, in.W-16, in.H), y, th.Style(theme.Text), h.Does)
	}
	return y
}

// helpRows is how many rows the text takes: it is drawn on a grid without any.
func (v *Viewer) helpRows() int {
	return v.drawHelpText(grid.New(chrome.OverWidth(v.w), 0).Region())
}

func (v *Viewer) scrollHelp(by int) {
	room := chrome.OverRect(0, v.h, v.h).H - 2
	v.helpTop = min(max(v.helpTop+by, 0), max(v.helpRows()-room, 0))
}

// keyHelp: the keys that scroll do, all others close the help.
func (v *Viewer) keyHelp(key string) {
	by := map[string]int{
		"down": 1, "j": 1, "up": -1, "k": -1, "pgdown": 10, "ctrl+d": 10, " ": 10, "pgup": -10, "ctrl+u": -10,
		"home": -1 << 10, "end": 1 << 10,
	}[key]
	if by == 0 {
		v.help = false
		return
	}
	v.scrollHelp(by)
}
