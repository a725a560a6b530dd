package grid

import (
	"strconv"
	"unicode/utf8"
)

// Profile is what a terminal can show.
type Profile uint8

// The profiles. NO_COLOR asks for no colour; bold, faint, underline and
// reverse are not colour, and Mono keeps them.
const (
	Plain     Profile = iota // no escape sequence at all
	Mono                     // attributes, no colour
	ANSI16                   // the student's own sixteen colours
	ANSI256                  // xterm's cube and greys
	TrueColor                // red, green and blue
)

// Render returns the grid as rows joined by "\n". See AppendTo.
func (g *Grid) Render() string {
	g.out = g.AppendTo(g.out[:0])
	return string(g.out)
}

// AppendTo appends the grid to b as rows joined by "\n". Each row begins and
// ends in the terminal's own style, so rows can be written one by one; empty
// cells at its end are left out. Between cells only what changes is written.
func (g *Grid) AppendTo(b []byte) []byte {
	for y := range g.H {
		if y > 0 {
			b = append(b, '\n')
		}
		b = g.AppendRow(b, y)
	}
	return b
}

// AppendRow appends one row, as AppendTo does.
func (g *Grid) AppendRow(b []byte, y int) []byte {
	return g.appendRow(b, g.cells[y*g.W:(y+1)*g.W])
}

func (g *Grid) appendRow(b []byte, row []Cell) []byte {
	end := len(row)
	for end > 0 && row[end-1].blank() && !(g.Profile > Plain && row[end-1].Style.visible()) {
		end--
	}
	pen := Style{}
	for i := range row[:end] {
		c := &row[i]
		if c.Rune == tail {
			continue
		}
		if c.Style != pen && g.Profile > Plain && !(c.blank() && alike(c.Style, pen)) {
			b = appendSGR(b, pen, c.Style, g.Profile)
			pen = c.Style
		}
		switch {
		case c.Rune == 0:
			b = append(b, ' ')
		case c.Rune < utf8.RuneSelf:
			b = append(b, byte(c.Rune))
		case g.ASCII:
			b = append(b, toASCII(c.Rune))
			if i+1 < len(row) && row[i+1].Rune == tail {
				b = append(b, ' ')
			}
		default:
			b = utf8.AppendRune(b, c.Rune)
		}
	}
	if pen != (Style{}) {
		b = appendSGR(b, pen, Style{}, g.Profile)
	}
	return b
}

func (c *Cell) blank() bool { return c.Rune == 0 || c.Rune == ' ' }

// alike says that a blank looks the same in both styles.
func alike(a, b Style) bool {
	return a.BG == b.BG && a.Attr&Reverse == 0 && b.Attr&Reverse == 0 &&
		a.Attr&Underline == b.Attr&Underline
}

// appendSGR appends the sequence that turns style from into style to (Select
// Graphic Rendition, ECMA-48 8.3.117), or nothing where the profile shows no
// difference.
func appendSGR(b []byte, from, to Style, p Profile) []byte {
	from.FG, from.BG = from.FG.in(p), from.BG.in(p)
	to.FG, to.BG = to.FG.in(p), to.BG.in(p)
	if from == to {
		return b
	}
	if to == (Style{}) {
		return append(b, "\x1b[m"...)
	}
	b = append(b, "\x1b["...)
	gone, come := from.Attr&^to.Attr, to.Attr&^from.Attr
	if gone&(Bold|Faint) != 0 {
		b = append(b, "22;"...) // takes both away
		come |= to.Attr & (Bold | Faint)
	}
	if gone&Underline != 0 {
		b = append(b, "24;"...)
	}
	if gone&Reverse != 0 {
		b = append(b, "27;"...)
	}
	if come&Bold != 0 {
		b = append(b, "1;"...)
	}
	if come&Faint != 0 {
		b = append(b, "2;"...)
	}
	if come&Underline != 0 {
		b = append(b, "4;"...)
	}
	if come&Reverse != 0 {
		b = append(b, "7;"...)
	}
	if from.FG != to.FG {
		b = appendColor(b, to.FG, 30)
	}
	if from.BG != to.BG {
		b = appendColor(b, to.BG, 40)
	}
	b[len(b)-1] = 'm'
	return b
}

// appendColor appends a colour's numbers; base is 30 for the foreground, 40
// for the background.
func appendColor(b []byte, c Color, base int64) []byte {
	n := int64(c & 0xFF)
	switch {
	case c == Default:
		b = strconv.AppendInt(b, base+9, 10)
	case c&kind == direct:
		b = strconv.AppendInt(b, base+8, 10)
		b = append(b, ";2;"...)
		b = strconv.AppendInt(b, int64(c>>16&0xFF), 10)
		b = append(b, ';')
		b = strconv.AppendInt(b, int64(c>>8&0xFF), 10)
		b = append(b, ';')
		b = strconv.AppendInt(b, n, 10)
	case n < 8:
		b = strconv.AppendInt(b, base+n, 10)
	case n < 16:
		b = strconv.AppendInt(b, base+60+n-8, 10) // the bright ones
	default:
		b = strconv.AppendInt(b, base+8, 10)
		b = append(b, ";5;"...)
		b = strconv.AppendInt(b, n, 10)
	}
	return append(b, ';')
}
