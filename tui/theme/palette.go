package theme

import "fdlab/tui/grid"

// hue is one of the few colours of the screen. A hue means that something is
// watched, ready, noticed, or an alarm, and nothing else: never decoration, a
// heading or a key. What is no hue is ink, quiet, or a hairline.
type hue uint8

const (
	ink      hue = iota // what is lit, and what may be read next: the terminal's own colour
	quiet               // the rest
	wish                // watched: the program's wish
	fact                // ready, queued: the kernel's fact
	loop                // noticed, callback: the loop's knowledge, and its doing
	alarm               // late, blocked, a warning, wrong
	hairline            // lines and tracks, never text

	hues int = iota
)

// tone is a hue's colour where the terminal takes any, and else its place among
// xterm's 256 or the student's sixteen. The nearest of the 256 would not do: it
// makes an orange of the fact's yellow, beside that of an alarm.
type tone struct {
	color   int // 0xRRGGBB, or none
	indexed int // 16 to 255, or none
	sixteen int // 0 to 15, or none
}

const none = -1

// A palette has a tone for each hue.
//
// The hues are those of Okabe and Ito (Color Universal Design, 2008), which
// people with any kind of colour blindness tell apart. They were made lighter
// for dark backgrounds and darker for light ones; TestContrast and
// TestColourBlind hold them to it. Ink and the background are the student's
// own.
type palette [hues]tone

var (
	dark = palette{
		ink: {none, none, none}, quiet: {0x8E979F, 246, 8}, hairline: {0x4A535C, 240, 8},
		wish: {0x56B4E9, 74, 6}, fact: {0xF0C030, 220, 3}, loop: {0x2FC79A, 43, 2}, alarm: {0xFF7A45, 209, 1},
	}
	light = palette{
		ink: {none, none, none}, quiet: {0x5F666D, 242, 8}, hairline: {0xB9C0C6, 250, 8},
		wish: {0x006BA8, 25, 4}, fact: {0x8A6400, 94, 1}, loop: {0x00704F, 23, 2}, alarm: {0x8F1600, 88, 1},
	}
	// either is for a background that nobody told us: tones of middle lightness,
	// readable on black and on white, at their best on neither.
	either = palette{
		ink: {none, none, none}, quiet: {0x767D84, 102, 8}, hairline: {0x767D84, 102, 8},
		wish: {0x1B80BE, 32, 6}, fact: {0xB58400, 136, 3}, loop: {0x008A62, 29, 2}, alarm: {0xC93400, 160, 1},
	}
)

// raised are the grounds of what stands out of the page: a band, the selected
// row. On an unknown background no colour would suit.
var raised = map[Background]int{Dark: 0x20272E, Light: 0xE9EEF2}

// looks says which hue each role has, and what it has besides: what is left of it
// without colour. Most roles need nothing then: a glyph and a word say the same.
var looks = [roles]struct {
	hue  hue
	attr grid.Attr
}{
	Text:  {ink, 0},
	Faint: {quiet, 0},
	Title: {ink, grid.Bold},
	Frame: {hairline, 0},
	Key:   {ink, grid.Bold},
	Held:  {ink, grid.Bold | grid.Reverse},

	Idle:     {quiet, 0},
	Watched:  {wish, 0},
	Ready:    {fact, grid.Bold},
	Noticed:  {loop, 0},
	Callback: {loop, grid.Bold},
	Waiting:  {quiet, 0},
	Blocked:  {alarm, grid.Bold},
	Late:     {alarm, 0},
	Alarm:    {alarm, grid.Bold},

	Code:   {ink, grid.Bold},
	Link:   {ink, grid.Underline},
	Strong: {ink, grid.Bold},
}

// style is the tone as a terminal of profile p shows it.
func (t tone) style(p grid.Profile, attr grid.Attr) grid.Style {
	st := grid.Style{Attr: attr}
	switch {
	case p == grid.Plain:
		return grid.Style{}
	case p == grid.ANSI16 && t.sixteen != none:
		st.FG = grid.Index(uint8(t.sixteen))
	case p == grid.ANSI256 && t.indexed != none:
		st.FG = grid.Index(uint8(t.indexed))
	case p == grid.TrueColor && t.color != none:
		st.FG = grid.RGB(uint8(t.color>>16), uint8(t.color>>8), uint8(t.color))
	}
	return st
}
