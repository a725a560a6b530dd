// Package theme is the instrument's palette and its glyphs. Drawing code asks
// for a role and a glyph; which colour and which rune that is depends on the
// terminal, and is decided here, once, from the environment. The terminal is
// never asked: many never answer.
package theme

import "fdlab/tui/grid"

// Background is what is known of the terminal's background.
type Background uint8

// The backgrounds. Unknown has colours that do on both.
const (
	Unknown Background = iota
	Dark
	Light
)

// Theme says how the screen looks. It does not change once made, so any
// number of goroutines may read it.
type Theme struct {
	Glyphs
	Profile    grid.Profile
	ASCII      bool // nothing but ASCII may reach the terminal
	Background Background

	styles [roles]grid.Style
	raised grid.Color // Default: there is none
}

// New returns the theme for a terminal of profile p.
func New(p grid.Profile, b Background, ascii bool) *Theme {
	t := &Theme{Glyphs: unicodeGlyphs, Profile: p, ASCII: ascii, Background: b}
	if ascii {
		t.Glyphs = asciiGlyphs
	}
	from := &either
	switch b {
	case Dark:
		from = &dark
	case Light:
		from = &light
	}
	if c, ok := raised[b]; ok && p > grid.ANSI16 {
		t.raised = grid.RGB(uint8(c>>16), uint8(c>>8), uint8(c))
	}
	for role, look := range looks {
		t.styles[role] = from[look.hue].style(p, look.attr)
	}
	return t
}

// Style is the style of a role.
func (t *Theme) Style(r Role) grid.Style { return t.styles[r] }

// Raised returns a style on the background of what is highlighted: a band, the selected
// row. Not every terminal has such a background, so Band stands at its edge.
func (t *Theme) Raised(st grid.Style) grid.Style {
	if t.raised == grid.Default {
		return st
	}
	return st.On(t.raised)
}

// State is the style of a state.
func (t *Theme) State(s State) grid.Style { return t.styles[s.Role()] }

// Prepare makes a grid write what the terminal can show.
func (t *Theme) Prepare(g *grid.Grid) { g.Profile, g.ASCII = t.Profile, t.ASCII }
