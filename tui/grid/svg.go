package grid

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
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
// areas, so that hardly any font can displace them. It returns w's error.
func SVG(w io.Writer, g *Grid, p Picture) error {
	out := bufio.NewWriter(w)
	p.begin(out, g.W, g.H)
	var under, glyphs areas
	var words bytes.Buffer
	for y := range g.H {
		p.backgrounds(&under, g, y)
		p.row(&words, &glyphs, g, y)
	}
	under.write(out)
	glyphs.write(out)
	out.Write(words.Bytes())
	fmt.Fprintln(out, "</svg>")
	return out.Flush()
}

// begin writes what stands before the rows of a grid of w by h cells.
func (p Picture) begin(out io.Writer, w, h int) {
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.1f %d" `+
		`font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`+"\n",
		float64(w)*cellWidth+2*margin, h*cellHeight+2*margin)
	if p.Title != "" {
		fmt.Fprintf(out, "<title>%s</title>\n", markup(p.Title))
	}
	fmt.Fprintf(out, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", p.Background.hex())
}

// areas are rectangles by their colours: a path for each colour takes a quarter
// of the bytes that an element for each rectangle takes.
type areas struct {
	colors []Color // in the order in which they came
	paths  map[Color]*bytes.Buffer
}

func (a *areas) add(x, y, w, h float64, c Color) {
	path := a.paths[c]
	if path == nil {
		if path = new(bytes.Buffer); a.paths == nil {
			a.paths = map[Color]*bytes.Buffer{}
		}
		a.colors, a.paths[c] = append(a.colors, c), path
	}
	fmt.Fprintf(path, "M%s %sh%sv%sh-%sz", short(x), short(y), short(w), short(h), short(w))
}

func (a *areas) write(out io.Writer) {
	for _, c := range a.colors {
		fmt.Fprintf(out, `<path fill="%s" shape-rendering="crispEdges" d="%s"/>`+"\n", c.hex(), a.paths[c].Bytes())
	}
}

// short writes a number of pixels, to a tenth.
func short(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// Colors returns a cell's two colours as they are seen.
func (p Picture) Colors(st Style) (fg, bg Color) {
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
func (p Picture) backgrounds(under *areas, g *Grid, y int) {
	for x := 0; x < g.W; {
		_, bg := p.Colors(g.cells[y*g.W+x].Style)
		from := x
		for x++; x < g.W; x++ {
			if _, next := p.Colors(g.cells[y*g.W+x].Style); next != bg {
				break
			}
		}
		if bg != p.Background {
			under.add(left(from), top(y), float64(x-from)*cellWidth, cellHeight, bg)
		}
	}
}

// row paints the glyphs of a row: areas, and one element for each word of one
// style.
func (p Picture) row(words io.Writer, glyphs *areas, g *Grid, y int) {
	row := g.cells[y*g.W : (y+1)*g.W]
	for x := 0; x < len(row); {
		st, from := row[x].Style, x
		for x++; x < len(row) && row[x].Style == st; x++ {
		}
		fg, _ := p.Colors(st)
		if st.Attr&Underline != 0 {
			glyphs.add(left(from), top(y)+cellHeight-3, float64(x-from)*cellWidth, 1, fg)
		}
		var word []byte // what is not painted yet, from column begin
		begin := 0
		flush := func() {
			if len(word) > 0 {
				fmt.Fprintf(words, `<text x="%.1f" y="%.1f" fill="%s"%s>%s</text>`+"\n",
					left(begin), top(y)+13.5, fg.hex(), look(st.Attr), word)
			}
			word = word[:0]
		}
		for i := from; i < x; i++ {
			c := row[i].Rune
			x, y := left(i), top(y)
			if c <= ' ' || Areas(c, cellWidth, cellHeight, 1, func(dx, dy, w, h float64) { glyphs.add(x+dx, y+dy, w, h, fg) }) {
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

func left(x int) float64 { return margin + float64(x)*cellWidth }
func top(y int) float64  { return float64(margin + y*cellHeight) }

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
