package grid

import (
	"bufio"
	"fmt"
	"io"
)

// Picture says how SVG paints a grid.
type Picture struct {
	Text, Background Color  // in place of the terminal's own; set both with RGB
	Title            string // for readers who do not see the picture
}

// The size of a cell in the picture, in pixels.
const (
	cellWidth, cellHeight = 8.4, 18
	margin                = 12
)

// SVG writes the grid to w as a picture. Each word, and each glyph that is not
// ASCII, has a position of its own; frames and blocks are painted as lines and
// areas. So hardly any font can move them. It returns w's error.
func SVG(w io.Writer, g *Grid, p Picture) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.1f %d" `+
		`font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`+"\n",
		float64(g.W)*cellWidth+2*margin, g.H*cellHeight+2*margin)
	if p.Title != "" {
		fmt.Fprintf(out, "<title>%s</title>\n", markup(p.Title))
	}
	fmt.Fprintf(out, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", p.Background.hex())
	for y := range g.H {
		p.backgrounds(out, g, y)
		p.row(out, g, y)
	}
	fmt.Fprintln(out, "</svg>")
	return out.Flush()
}

// colors returns a cell's two colours as they are seen.
func (p Picture) colors(st Style) (fg, bg Color) {
	fg, bg = st.FG, st.BG
	if fg == Default {
		fg = p.Text
	}
	if bg == Default {
		bg = p.Background
	}
	if st.Attr&Reverse != 0 {
		fg, bg = bg, fg
	}
	return fg, bg
}

// backgrounds paints one area for each run of cells that share a background.
func (p Picture) backgrounds(out io.Writer, g *Grid, y int) {
	for x := 0; x < g.W; {
		_, bg := p.colors(g.cells[y*g.W+x].Style)
		from := x
		for x++; x < g.W; x++ {
			if _, next := p.colors(g.cells[y*g.W+x].Style); next != bg {
				break
			}
		}
		if bg != p.Background {
			area(out, left(from), top(y), float64(x-from)*cellWidth, cellHeight, bg)
		}
	}
}

// row paints the glyphs of a row, one element for each word of one style.
func (p Picture) row(out io.Writer, g *Grid, y int) {
	row := g.cells[y*g.W : (y+1)*g.W]
	for x := 0; x < len(row); {
		st, from := row[x].Style, x
		for x++; x < len(row) && row[x].Style == st; x++ {
		}
		fg, _ := p.colors(st)
		if st.Attr&Underline != 0 {
			area(out, left(from), top(y)+cellHeight-3, float64(x-from)*cellWidth, 1, fg)
		}
		var word []byte // what is not painted yet, from column begin
		begin := 0
		flush := func() {
			if len(word) > 0 {
				fmt.Fprintf(out, `<text x="%.1f" y="%.1f" fill="%s"%s>%s</text>`+"\n",
					left(begin), top(y)+13.5, fg.hex(), look(st.Attr), word)
			}
			word = word[:0]
		}
		for i := from; i < x; i++ {
			c := row[i].Rune
			if c <= ' ' || painted(out, c, left(i), top(y), fg) {
				flush()
				continue
			}
			if c > 0x7E { // perhaps from another font, of another width
				flush()
			}
			if len(word) == 0 {
				begin = i
			}
			word = append(word, markup(string(c))...)
			if c > 0x7E {
				flush()
			}
		}
		flush()
	}
}

func look(a Attr) (s string) {
	if a&Bold != 0 {
		s = ` font-weight="bold"`
	}
	if a&Faint != 0 {
		s += ` opacity="0.6"`
	}
	return s
}

// painted paints what must meet its neighbours, and says whether c is such.
func painted(out io.Writer, c rune, x, y float64, fg Color) bool {
	const w, h = cellWidth, float64(cellHeight)
	switch {
	case '▁' <= c && c <= '█': // lower eighths
		part := h * float64(c-'▁'+1) / 8
		area(out, x, y+h-part, w, part, fg)
		return true
	case c == '▌':
		area(out, x, y, w/2, h, fg)
		return true
	case c == '▐':
		area(out, x+w/2, y, w/2, h, fg)
		return true
	case c == '╌':
		area(out, x+w/8, y+h/2-0.5, w/4, 1, fg)
		area(out, x+w*5/8, y+h/2-0.5, w/4, 1, fg)
		return true
	}
	arms, ok := boxes[c]
	if !ok {
		return false
	}
	if arms&west != 0 {
		area(out, x, y+h/2-0.5, w/2+0.5, 1, fg)
	}
	if arms&east != 0 {
		area(out, x+w/2-0.5, y+h/2-0.5, w/2+0.5, 1, fg)
	}
	if arms&north != 0 {
		area(out, x+w/2-0.5, y, 1, h/2+0.5, fg)
	}
	if arms&south != 0 {
		area(out, x+w/2-0.5, y+h/2-0.5, 1, h/2+0.5, fg)
	}
	return true
}

// The arms of a box-drawing rune. Round corners are painted square.
const (
	north = 1 << iota
	east
	south
	west
)

var boxes = map[rune]int{
	'─': east | west, '│': north | south,
	'┌': east | south, '┐': west | south, '└': north | east, '┘': north | west,
	'╭': east | south, '╮': west | south, '╰': north | east, '╯': north | west,
	'├': north | south | east, '┤': north | south | west,
	'┬': east | west | south, '┴': east | west | north, '┼': north | south | east | west,
}

func left(x int) float64 { return margin + float64(x)*cellWidth }
func top(y int) float64  { return float64(margin + y*cellHeight) }

func area(out io.Writer, x, y, w, h float64, c Color) {
	fmt.Fprintf(out, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" shape-rendering="crispEdges"/>`+"\n",
		x, y, w, h, c.hex())
}

// hex is the colour as #rrggbb.
func (c Color) hex() string {
	r, g, b := c.parts()
	return fmt.Sprintf("#%02x%02x%02x", r, g, b)
}

// markup makes s safe to stand in XML: no control character, no markup.
func markup(s string) []byte {
	var b []byte
	for _, c := range s {
		switch c, w := Printable(c); {
		case w == 0:
		case c == '<':
			b = append(b, "&lt;"...)
		case c == '&':
			b = append(b, "&amp;"...)
		default:
			b = append(b, string(c)...)
		}
	}
	return b
}
