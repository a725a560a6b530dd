package grid

// Color is a foreground or background colour: the terminal's own (the zero
// value), an index of its palette, or red, green and blue. Colours compare
// with ==.
type Color uint32

// Default is the terminal's own colour: the one that the student chose.
const Default Color = 0

const (
	indexed Color = 1 << 24
	direct  Color = 2 << 24
	kind    Color = 3 << 24
)

// Index is colour n of the terminal's palette. 0 to 15 are the student's own
// sixteen; 16 to 255 are xterm's fixed cube and greys.
func Index(n uint8) Color { return indexed | Color(n) }

// RGB is a colour by its parts.
func RGB(r, g, b uint8) Color {
	return direct | Color(r)<<16 | Color(g)<<8 | Color(b)
}

// Attr is a set of attributes.
type Attr uint8

// The attributes. Italics and blinking are left out: too many terminals draw
// the first as reverse, and the second is not calm.
const (
	Bold Attr = 1 << iota
	Faint
	Underline
	Reverse
)

// Style is how a cell looks. It is small and compares with ==; the zero Style
// is the terminal's own.
type Style struct {
	FG, BG Color
	Attr   Attr
}

// RGBA are the parts of the colour as image/color has them. Default is not known here:
// Picture.Colors puts another one in its place.
func (c Color) RGBA() (r, g, b, a uint32) {
	x, y, z := c.parts()
	const whole = 0xFFFF
	return uint32(x) * whole / 0xFF, uint32(y) * whole / 0xFF, uint32(z) * whole / 0xFF, whole
}

// With returns the style with more attributes.
func (s Style) With(a Attr) Style {
	s.Attr |= a
	return s
}

// On returns the style on another background.
func (s Style) On(bg Color) Style {
	s.BG = bg
	return s
}

// visible says whether a blank in this style differs from an empty cell.
func (s Style) visible() bool {
	return s.BG != Default || s.Attr&(Underline|Reverse) != 0
}

// parts gives a colour's red, green and blue. The first sixteen are xterm's,
// for the terminal does not tell us its own.
func (c Color) parts() (r, g, b int) {
	n := int(c & 0xFF)
	switch {
	case c&kind == direct:
		return int(c >> 16 & 0xFF), int(c >> 8 & 0xFF), n
	case n < 16:
		v := sixteen[n]
		return v >> 16, v >> 8 & 0xFF, v & 0xFF
	case n < 232:
		n -= 16
		return cube[n/36], cube[n/6%6], cube[n%6]
	}
	v := 8 + (n-232)*10
	return v, v, v
}

var (
	cube    = [6]int{0, 95, 135, 175, 215, 255}
	sixteen = [16]int{
		0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
		0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
	}
)

// in returns the colour as a terminal of profile p can show it.
func (c Color) in(p Profile) Color {
	switch {
	case c == Default || p == TrueColor:
		return c
	case p < ANSI16:
		return Default
	case p == ANSI256 && c&kind == direct:
		return c.nearest256()
	case p == ANSI16 && (c&kind == direct || c&0xFF > 15):
		return c.nearest16()
	}
	return c
}

// nearest16 finds the closest of the sixteen. The eye sees green best, so it
// weighs most.
func (c Color) nearest16() Color {
	r, g, b := c.parts()
	best, at := 1<<30, 0
	for i := range sixteen {
		if d := distance(r, g, b, Index(uint8(i))); d < best {
			best, at = d, i
		}
	}
	return Index(uint8(at))
}

// nearest256 finds the closest of the cube and the greys. The sixteen are
// left out: the student may have changed them.
func (c Color) nearest256() Color {
	r, g, b := c.parts()
	in := Index(uint8(16 + 36*level(r) + 6*level(g) + level(b)))
	grey := Index(uint8(232 + min(max(((3*r+6*g+b)/10-3)/10, 0), 23)))
	if distance(r, g, b, grey) < distance(r, g, b, in) {
		return grey
	}
	return in
}

// level is the side of the cube that is closest to v.
func level(v int) int {
	if v < 48 {
		return 0
	}
	return max((v-35)/40, 1)
}

func distance(r, g, b int, c Color) int {
	r1, g1, b1 := c.parts()
	return 3*(r-r1)*(r-r1) + 6*(g-g1)*(g-g1) + (b-b1)*(b-b1)
}
