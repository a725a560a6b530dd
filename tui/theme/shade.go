package theme

import "fdlab/tui/grid"

// Shade is a colour of the lanes of the time panel. What waits and was not noticed yet is
// solid on them, and what the program knows is striped on a ground; so they need fills and
// grounds, beside the colours of words. Without colour the shapes say the same.
type Shade uint8

// The shades. A ground lies under a glyph; the others are glyphs' own.
const (
	UnseenFill   Shade = iota // waits, and nobody has been told
	LeftFill                  // waits, and the program knows
	CallbackFill              // a callback
	NextFill                  // the callback beside it
	OnCallback                // text on a callback
	UnseenGround
	NoticedGround  // under what the loop was told
	CallbackGround // under an fd whose callback runs, and a thread that sleeps in one
	SpinGround     // under a loop that spins

	shades int = iota
)

// shadesOf are the shades on each background: tints of the hues, which mean the same. On
// an unknown one there are no grounds.
var shadesOf = map[Background][shades]tone{
	Dark: {
		{0xF0C030, 220, 3}, {0xB08A20, 136, 3}, {0x2FC79A, 43, 2}, {0x1C8A69, 29, 2}, {0x06231A, 16, 0},
		{0x5A4300, 58, none}, {0x0A3328, 22, none}, {0x0F4A39, 23, none}, {0x3A1A10, 52, none},
	},
	Light: {
		{0xC98A00, 136, 3}, {0x9A7200, 94, 3}, {0x00704F, 23, 2}, {0x3C9A7C, 35, 2}, {0xFFFFFF, 231, 15},
		{0xFFE9AE, 229, none}, {0xE3F3EC, 195, none}, {0xCDEBDF, 194, none}, {0xFFDCCB, 224, none},
	},
	Unknown: {
		{0xB58400, 136, 3}, {0xA07400, 94, 3}, {0x008A62, 29, 2}, {0x2FA87F, 35, 2}, {0xFFFFFF, 231, 15},
		{none, none, none}, {none, none, none}, {none, none, none}, {none, none, none},
	},
}

// Shade is the style of what is drawn in a shade.
func (t *Theme) Shade(s Shade) grid.Style {
	attr := grid.Attr(0)
	if s == UnseenFill {
		attr = grid.Bold
	}
	return shadesOf[t.Background][s].style(t.Profile, attr)
}

// OnGround returns a style on the ground of a shade; the style itself, where the terminal
// has no such ground.
func (t *Theme) OnGround(st grid.Style, s Shade) grid.Style {
	if ground := t.Shade(s).FG; ground != grid.Default {
		return st.On(ground)
	}
	return st
}
