package app

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"fdlab/lab/launch"
	"fdlab/tui/chrome"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// setup is the menu of what the program can be started with, by hand. It is the
// program's own list: see arguments.
type setup struct{ selected int }

// choice is a row of the menu.
type choice struct {
	flag, word string // "engine", "blocking"; without a word: as the program itself has it
	now        bool   // it runs so
}

// argument is what the program is given for it; "": nothing.
func (c *choice) argument() string {
	if c.word == "" {
		return ""
	}
	return "-" + c.flag + "=" + c.word
}

// choices are the rows of the menu: for each flag first the way back, then its words.
func (s *session) choices() (all []choice) {
	var flags []string
	words := map[string][]string{}
	for _, a := range s.arguments() {
		if flag, word, ok := strings.Cut(strings.TrimLeft(a, "-"), "="); ok && word != "" {
			if words[flag] == nil {
				flags = append(flags, flag)
			}
			words[flag] = append(words[flag], word)
		}
	}
	slices.SortStableFunc(flags, func(a, b string) int { // what the lesson itself has comes first
		return isBackend(a) - isBackend(b)
	})
	for _, flag := range flags {
		given := s.given(flag)
		all = append(all, choice{flag, "", given == ""})
		for _, word := range words[flag] {
			all = append(all, choice{flag, word, given == word})
		}
	}
	return all
}

// isBackend is 1 for the flag that every program has, else 0.
func isBackend(flag string) int {
	if "-"+flag+"=" == backend {
		return 1
	}
	return 0
}

// given is what the run has been given for a flag; "": nothing.
func (s *session) given(flag string) (word string) {
	for _, a := range s.args {
		if name, value, ok := strings.Cut(strings.TrimLeft(a, "-"), "="); ok && name == flag {
			word = value
		}
	}
	return word
}

// isByHand reports whether the program was started to be poked, and knows of that.
func (s *session) isByHand() bool {
	return slices.Contains(s.args, interactive) && slices.Contains(s.arguments(), interactive)
}

// startedWith says with what a run by hand was started, for the title.
func (s *session) startedWith() string {
	if !s.isByHand() {
		return ""
	}
	said := " · by hand"
	for _, a := range s.args {
		if a != interactive {
			said += " · " + launch.Quote([]byte(strings.Replace(strings.TrimLeft(a, "-"), "=", " ", 1)))
		}
	}
	return said
}

func (m *Model) hasSetup() bool {
	s := m.session
	return s.isByHand() && len(s.choices()) > 0
}

func setupKey() row {
	return row{Names: []string{"A"}, Sign: "A", Now: when((*Model).hasSetup, "set up"), Do: do((*Model).openSetup),
		Help: "by hand: what the program can be set up with (engine, step, shape, backend); enter runs it again like that"}
}

// openSetup opens the menu at what runs.
func (m *Model) openSetup() {
	if !m.hasSetup() {
		if m.nowByHand().Does == "by hand" {
			m.message = "This menu is for a run by hand: press i first."
		}
		return
	}
	menu := &setup{}
	m.over = menu
	for i, c := range m.session.choices() {
		if c.now {
			menu.selected = i
			return
		}
	}
}

func (b *setup) key(m *Model, key string) tea.Cmd {
	all := m.session.choices()
	switch key {
	case "up", "k":
		b.selected = max(b.selected-1, 0)
	case "down", "j":
		b.selected = min(b.selected+1, len(all)-1)
	case "enter":
		m.over = nil
		if b.selected >= len(all) {
			return nil
		}
		c := all[b.selected]
		args := slices.DeleteFunc(slices.Clone(m.session.args), func(a string) bool {
			return strings.HasPrefix(strings.TrimLeft(a, "-"), c.flag+"=")
		})
		if a := c.argument(); a != "" {
			args = append(args, a)
		}
		return m.run(args)
	default:
		m.over = nil
	}
	return nil
}

// draw draws the menu over the stage.
func (b *setup) draw(m *Model, r grid.Region) {
	th, all := m.theme, m.session.choices()
	in := chrome.Over(r, th, "set up, by hand", "↑↓ enter: run it again   any other key closes this", len(all))
	first := min(max(b.selected-in.H/2, 0), max(len(all)-in.H, 0))
	for y := 0; y < in.H && first+y < len(all); y++ {
		c := all[first+y]
		if c.word == "" || y == 0 {
			in.Text(2, y, th.Style(theme.Strong), launch.Quote([]byte(c.flag)))
		}
		st, word := th.Style(theme.Text), launch.Quote([]byte(c.word))
		if c.word == "" {
			st, word = th.Style(theme.Faint), "the default"
		}
		if c.now {
			in.Set(14, y, th.Glyphs.Yes, th.Style(theme.Key))
		}
		in.Cut(16, y, in.W-16, st, word)
		if first+y == b.selected {
			chrome.Raise(r.Sub(0, chrome.OverRect(r.W, r.H, len(all)).Y+1+y, r.W, 1), th)
		}
	}
}
