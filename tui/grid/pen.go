package grid

import (
	"strconv"
	"unicode/utf8"
)

// Pen draws one thing after the other on a row. It is a value: each call
// returns the pen, moved on.
//
//	r.At(0, 2).Text(faint, "turns ").Int(text, n).Text(faint, "  spun ").Duration(text, ns)
//
// What does not fit into the region ends in an ellipsis.
type Pen struct {
	X, Y int // where it stands, in the region's columns and rows
	r    Region
}

// At puts a pen at column x of row y.
func (r Region) At(x, y int) Pen { return Pen{x, y, r} }

// room is how many cells there are from where the pen stands to the right side
// of its region; negative beyond.
func (p Pen) room() int { return p.r.right - p.r.x - p.X }

// Text draws s.
func (p Pen) Text(st Style, s string) Pen {
	if len(s) <= p.room() { // no rune has more cells than bytes
		p.X = p.r.Text(p.X, p.Y, st, s)
		return p
	}
	for _, c := range s {
		p = p.Rune(st, c)
	}
	return p
}

// Bytes draws b. It neither keeps nor changes b.
func (p Pen) Bytes(st Style, b []byte) Pen {
	if len(b) <= p.room() {
		p.X = p.r.Bytes(p.X, p.Y, st, b)
		return p
	}
	for len(b) > 0 {
		c, n := utf8.DecodeRune(b)
		b = b[n:]
		p = p.Rune(st, c)
	}
	return p
}

// Rune draws one rune.
func (p Pen) Rune(st Style, c rune) Pen {
	c, w := Printable(c)
	if w == 0 {
		return p
	}
	switch room := p.room(); {
	case w <= room:
		p.r.set(p.X, p.Y, c, w, st)
	case room >= 0 && c == ' ': // what is not seen is not missed
		w = room
	case room >= 0: // the first that finds no room
		p.r.set(p.X+room-1, p.Y, ellipsis, 1, st)
		w = room + 1
	}
	p.X += w
	return p
}

// Quote draws bytes of outside, quoted, in at most w cells.
func (p Pen) Quote(st Style, w int, b []byte) Pen {
	p.X = p.r.Quote(p.X, p.Y, min(w, p.room()), st, b)
	return p
}

// Int draws n.
func (p Pen) Int(st Style, n int64) Pen {
	return p.Bytes(st, strconv.AppendInt(p.r.Scratch(), n, 10))
}

// Count draws n with a comma between thousands.
func (p Pen) Count(st Style, n int64) Pen {
	return p.Bytes(st, AppendCount(p.r.Scratch(), n))
}

// Duration draws a time of ns nanoseconds with its unit.
func (p Pen) Duration(st Style, ns int64) Pen {
	return p.Bytes(st, AppendDuration(p.r.Scratch(), ns))
}

// Clock draws a moment of a run, ns nanoseconds after its start.
func (p Pen) Clock(st Style, ns int64) Pen {
	return p.Bytes(st, AppendClock(p.r.Scratch(), ns))
}

// Skip moves n columns on and draws nothing.
func (p Pen) Skip(n int) Pen {
	p.X += n
	return p
}

// To moves to column x, if the pen is not there yet.
func (p Pen) To(x int) Pen {
	p.X = max(p.X, x)
	return p
}
