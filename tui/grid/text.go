package grid

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// ellipsis ends a text that was cut. The ASCII form is '~'.
const ellipsis = '…'

// Text draws s from column x of row y, and returns the column after it (any
// column beyond the right side, if the text goes on there).
func (r Region) Text(x, y int, st Style, s string) int {
	x, rest := r.text(x, y, st, s)
	if rest != "" && r.grid.Spilt != nil {
		r.tellSpilt(y, s, rest)
	}
	return x
}

// text is Text. It returns what begins beyond the right side, too.
func (r Region) text(x, y int, st Style, s string) (end int, rest string) {
	for i, c := range s {
		if r.x+x >= r.right {
			return x, s[i:]
		}
		if c, w := Printable(c); w > 0 {
			r.set(x, y, c, w, st)
			x += w
		}
	}
	return x, ""
}

// tellSpilt calls Spilt for a text of which a rest is not seen, in a
// row that is.
func (r Region) tellSpilt(y int, s, rest string) {
	if y += r.y; strings.TrimSpace(rest) != "" && y >= r.top && y < r.bottom {
		r.grid.Spilt(s)
	}
}

// Bytes is Text for bytes. It neither keeps nor changes b.
func (r Region) Bytes(x, y int, st Style, b []byte) int {
	end := r.bytes(x, y, st, b)
	if over := r.x + end - r.right; over > 0 && r.grid.Spilt != nil {
		r.tellSpilt(y, string(b), string(b[max(len(b)-over, 0):]))
	}
	return end
}

func (r Region) bytes(x, y int, st Style, b []byte) int {
	for len(b) > 0 {
		c, n := utf8.DecodeRune(b)
		b = b[n:]
		if c, w := Printable(c); w > 0 {
			r.set(x, y, c, w, st)
			x += w
		}
	}
	return x
}

// Cut draws s in at most w cells from column x of row y. A longer text ends
// in an ellipsis. It returns the column after what was drawn.
func (r Region) Cut(x, y, w int, st Style, s string) int {
	if Width(s) <= w {
		return r.Text(x, y, st, s)
	}
	if w < 1 {
		return x
	}
	part := r.Sub(x, y, w-1, 1)
	part.text(0, 0, st, s)
	r.Set(x+w-1, y, ellipsis, st)
	return x + w
}

// TextRight draws s so that it ends before column end of row y.
func (r Region) TextRight(end, y int, st Style, s string) {
	r.Text(end-Width(s), y, st, s)
}

// BytesRight draws b so that it ends before column end of row y.
func (r Region) BytesRight(end, y int, st Style, b []byte) {
	n := 0
	for rest := b; len(rest) > 0; {
		c, size := utf8.DecodeRune(rest)
		rest = rest[size:]
		_, w := Printable(c)
		n += w
	}
	r.Bytes(end-n, y, st, b)
}

// Quote draws bytes of outside as strconv.Quote writes them, in at most w
// cells: a line end is \n, an escape is \x1b. It returns the column after.
func (r Region) Quote(x, y, w int, st Style, b []byte) int {
	// A byte takes one cell at least: what cannot fit needs no quoting.
	more := len(b) > 4*w
	if more {
		b = b[:max(4*w, 0)]
	}
	q := r.Scratch()
	q = append(q, '"')
	for rest := b; len(rest) > 0; {
		c, n := utf8.DecodeRune(rest)
		if c == utf8.RuneError && n == 1 {
			q = append(q, '\\', 'x', hex[rest[0]>>4], hex[rest[0]&15])
		} else {
			// AppendQuoteRune knows the escapes; its quotes are taken off.
			at := len(q)
			q = strconv.AppendQuoteRune(q, c)
			q = append(q[:at], q[at+1:len(q)-1]...)
			if c == '\'' {
				q = append(q[:at], '\'')
			} else if c == '"' {
				q = append(q[:at], '\\', '"')
			}
		}
		rest = rest[n:]
	}
	q = append(q, '"')
	r.grid.scratch = q
	part := r.Sub(x, y, w, 1)
	n := part.bytes(0, 0, st, q)
	if n > w || more {
		if w > 0 {
			r.Set(x+w-1, y, ellipsis, st)
		}
		n = max(w, 0)
	}
	return x + n
}

const hex = "0123456789abcdef"

// Scratch returns an empty slice to append to, so that a number can be drawn
// without an allocation. It is the grid's: draw it before the next call.
//
//	b := append(r.Scratch(), "turns "...)
//	r.Bytes(x, y, st, grid.AppendCount(b, turns))
func (r Region) Scratch() []byte {
	if r.grid.scratch == nil {
		r.grid.scratch = make([]byte, 0, 1024)
	}
	return r.grid.scratch[:0]
}
