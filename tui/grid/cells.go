package grid

import (
	"encoding/binary"
	"strings"
)

// CellBytes is how many bytes AppendCells writes for a cell.
const CellBytes = 16

// AppendCells appends all cells to b, row by row, for whoever paints them elsewhere: four
// little-endian 32-bit numbers each. They are the rune (0: none; -1: the second half of
// the wide one before), the foreground and the background (0: the reader's own; else
// 1<<24 and red, green, blue), and the attributes.
func (g *Grid) AppendCells(b []byte) []byte {
	for i := range g.cells {
		c := &g.cells[i]
		b = binary.LittleEndian.AppendUint32(b, uint32(c.Rune))
		b = binary.LittleEndian.AppendUint32(b, c.Style.FG.bits())
		b = binary.LittleEndian.AppendUint32(b, c.Style.BG.bits())
		b = binary.LittleEndian.AppendUint32(b, uint32(c.Style.Attr))
	}
	return b
}

func (c Color) bits() uint32 {
	if c == Default {
		return 0
	}
	r, g, b := c.parts()
	return 1<<24 | uint32(r)<<16 | uint32(g)<<8 | uint32(b)
}

// Row returns the text of a row, without blanks at its end.
func (g *Grid) Row(y int) string {
	var b strings.Builder
	for x := range g.W {
		switch c := g.cells[y*g.W+x]; c.Rune {
		case tail:
		case 0:
			b.WriteByte(' ')
		default:
			b.WriteRune(c.Rune)
		}
	}
	return strings.TrimRight(b.String(), " ")
}
