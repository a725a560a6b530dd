package theme

import "fdlab/tui/grid"

// tone is a role's look: its colour where the terminal takes any, its place
// among the student's sixteen where it does not, and what is left without
// colour. Most roles need nothing then: a glyph and a word say the same.
type tone struct {
	color   int // 0xRRGGBB, or none
	sixteen int // 0 to 15, or none
	attr    grid.Attr
}

const none = -1

// A palette has a tone for each role.
//
// The hues are those of Okabe and Ito (Color Universal Design, 2008), which
// people with any kind of colour blindness tell apart: orange for the kernel's
// fact, blue for the program's wish, green for the program at work, purple for
// what the loop was told, vermilion for what is stuck. They were made lighter
// for dark backgrounds and darker for light ones; TestContrast and
// TestColourBlind hold them to it. No tone sets the text's own colour or the
// background: those are the student's.
type palette [roles]tone

// dark is for dark backgrounds.
var dark = palette{
	Text:   {none, none, 0},
	Faint:  {0x8E979F, 8, 0},
	Title:  {none, none, grid.Bold},
	Frame:  {0x7A848D, 8, 0},
	Focus:  {0x56B4E9, 6, grid.Bold},
	Key:    {none, none, grid.Bold},
	Select: {none, none, grid.Reverse},
	Held:   {none, none, grid.Bold | grid.Reverse},

	Idle:     {0x8E979F, 8, 0},
	Watched:  {0x56B4E9, 6, 0},
	Ready:    {0xF0C030, 3, grid.Bold},
	Noticed:  {0xDB9BC4, 5, 0},
	Callback: {0x2FC79A, 2, grid.Bold},
	Waiting:  {0x8E979F, 8, 0},
	Blocked:  {0xFF7A45, 1, grid.Bold},
	Late:     {0xF0C030, 3, 0},

	Good: {0x2FC79A, 2, grid.Bold},
	Bad:  {0xFF7A45, 1, grid.Bold},
	Warn: {0xF0C030, 3, grid.Bold},

	Heading: {0x56B4E9, 6, grid.Bold},
	Code:    {0xD9C89A, 3, 0},
	Link:    {0x56B4E9, 6, grid.Underline},
	Strong:  {none, none, grid.Bold},
}

// light is for light backgrounds.
var light = dark.recolored(map[Role]tone{
	Faint: {0x5F666D, 8, 0}, Frame: {0x70787F, 8, 0}, Focus: {0x006BA8, 4, grid.Bold},
	Idle: {0x5F666D, 8, 0}, Watched: {0x006BA8, 4, 0}, Ready: {0x8A6400, 1, grid.Bold},
	Noticed: {0x8A1F78, 5, 0}, Callback: {0x00704F, 2, grid.Bold}, Waiting: {0x5F666D, 8, 0},
	Blocked: {0x8F1600, 1, grid.Bold}, Late: {0x8A6400, 1, 0},
	Good: {0x00704F, 2, grid.Bold}, Bad: {0x8F1600, 1, grid.Bold}, Warn: {0x8A6400, 1, grid.Bold},
	Heading: {0x006BA8, 4, grid.Bold}, Code: {0x6A5200, 4, 0}, Link: {0x006BA8, 4, grid.Underline},
})

// either is for a background that nobody told us: tones of middle lightness,
// readable on black and on white, at their best on neither.
var either = dark.recolored(map[Role]tone{
	Faint: {0x767D84, 8, 0}, Frame: {0x767D84, 8, 0}, Focus: {0x1B80BE, 6, grid.Bold},
	Idle: {0x767D84, 8, 0}, Watched: {0x1B80BE, 6, 0}, Ready: {0xB58400, 3, grid.Bold},
	Noticed: {0xB945A6, 5, 0}, Callback: {0x008A62, 2, grid.Bold}, Waiting: {0x767D84, 8, 0},
	Blocked: {0xC93400, 1, grid.Bold}, Late: {0xB58400, 3, 0},
	Good: {0x008A62, 2, grid.Bold}, Bad: {0xC93400, 1, grid.Bold}, Warn: {0xB58400, 3, grid.Bold},
	Heading: {0x1B80BE, 6, grid.Bold}, Code: {0x937020, 3, 0}, Link: {0x1B80BE, 6, grid.Underline},
})

// raised are the grounds of what stands out of the page. On a background that
// nobody told us none would do.
var raised = map[Background]int{Dark: 0x20272E, Light: 0xE9EEF2}

// recolored returns the palette with some tones replaced.
func (p palette) recolored(tones map[Role]tone) palette {
	for role, t := range tones {
		p[role] = t
	}
	return p
}

// style is the tone as a terminal of profile p shows it.
func (t tone) style(p grid.Profile) grid.Style {
	st := grid.Style{Attr: t.attr}
	switch {
	case p == grid.Plain:
		return grid.Style{}
	case p == grid.ANSI16 && t.sixteen != none:
		st.FG = grid.Index(uint8(t.sixteen))
	case p > grid.ANSI16 && t.color != none:
		st.FG = grid.RGB(uint8(t.color>>16), uint8(t.color>>8), uint8(t.color))
	}
	return st
}
