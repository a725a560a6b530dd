package stage

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// Look is what a person does to the stage itself, whatever run it shows: what is
// selected, which rows are left out, which panel has the screen, how far each is
// scrolled.
type Look struct {
	Selected Selection
	Filter   string // fds and lines of the log without these letters are left out; "": none is
	Full     Panel  // this panel has the screen; NoPanel: all are seen
	Wall     bool   // the table of fds has one cell an fd
	Scrolled [panels]int
}

// StepBack takes back what was done last: full screen, filter, selection. false:
// there is nothing to take back.
func (l *Look) StepBack() bool {
	switch {
	case l.Full != NoPanel:
		l.Full = NoPanel
	case l.Filter != "":
		l.Filter = ""
	case l.Selected != Selection{}:
		l.Selected = Selection{}
	default:
		return false
	}
	return true
}

// TypeFilter takes a key while the filter is typed, and reports whether it goes on.
func (l *Look) TypeFilter(key string) (goesOn bool) {
	goesOn = true
	switch key {
	case "enter":
		goesOn = false
	case "esc":
		l.Filter, goesOn = "", false
	case "backspace", "ctrl+h":
		_, n := utf8.DecodeLastRuneInString(l.Filter)
		l.Filter = l.Filter[:len(l.Filter)-n]
	default:
		const longest = 20
		if utf8.RuneCountInString(key) == 1 && len(l.Filter) < longest {
			l.Filter += key
		}
	}
	l.Scrolled = Look{}.Scrolled
	return goesOn
}

// DrawFilter draws the letters as they are typed, in the place of the keys.
func DrawFilter(r grid.Region, th *theme.Theme, filter string) {
	row, _ := r.Bottom(1)
	row.Fill(0, 0, row.W, 1, ' ', th.Style(theme.Text))
	p := row.At(chrome.Margin, 0).Text(th.Style(theme.Faint), "filter ").Text(th.Style(theme.Key), filter).
		Text(th.Style(theme.Held), " ").Skip(3)
	p.Text(th.Style(theme.Key), "enter").Text(th.Style(theme.Faint), " keeps it   ").
		Text(th.Style(theme.Key), "esc").Text(th.Style(theme.Faint), " takes it away")
}

// passes reports whether an fd is not filtered out.
func (v *View) passes(f *world.FD) bool {
	return v.Filter == "" || has(f.Name(), v.Filter) || has(f.What, v.Filter) || has("fd "+strconv.Itoa(int(f.Number)), v.Filter)
}

// passesLine is passes for a line of the log. What the experiment says itself
// passes: it is what the rest hangs on.
func (v *View) passesLine(h *world.Happening) bool {
	if v.Filter == "" || h.Kind == trace.Step || has(h.Name, v.Filter) || has(h.On, v.Filter) {
		return true
	}
	return h.FD != trace.NoFD && has("fd "+strconv.Itoa(int(h.FD)), v.Filter)
}

func has(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
