// Package raster paints a grid as pixels, with a font of its own: for slides, chats and whatever
// else takes no SVG. It knows no run, no file and no terminal.
//
// Its glyphs were painted once, by the program in font: to paint them anew takes libraries of
// which the download and the build would delay the first start of the instrument.
package raster

import (
	"bytes"
	_ "embed"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"fdlab/tui/grid"
)

// The size of things in the picture, in pixels: twice what SVG has, for screens that have many.
const (
	Wide, High = 17, 36 // of a cell
	Margin     = 24

	columns  = 32 // glyphs in a row of theirs
	baseline = 27
	line     = 2
)

// The glyphs, white on black, cell by cell in the order of the runes: first the plain ones, below
// them the bold ones.
var (
	//go:embed glyphs.png
	glyphs []byte
	//go:embed glyphs.txt
	runes string
)

// PNG writes the grid to w as a picture. It returns w's error.
func PNG(w io.Writer, g *grid.Grid, p grid.Picture) error {
	return png.Encode(w, Paint(g, p))
}

// Paint returns the grid as a picture.
func Paint(g *grid.Grid, p grid.Picture) *image.RGBA {
	c := canvas{RGBA: image.NewRGBA(image.Rect(0, 0, g.W*Wide+2*Margin, g.H*High+2*Margin)), font: unpack()}
	draw.Draw(c, c.Bounds(), image.NewUniform(p.Background), image.Point{}, draw.Src)
	// Grounds first: what the font lacks can be two cells wide.
	for y := range g.H {
		for x := range g.W {
			_, bg := p.Colors(g.At(x, y).Style)
			c.area(float64(Margin+x*Wide), float64(Margin+y*High), Wide, High, bg)
		}
	}
	for y := range g.H {
		for x := range g.W {
			c.cell(Margin+x*Wide, Margin+y*High, g.At(x, y), p)
		}
	}
	return c.RGBA
}

// font is the glyphs, unpacked.
type font struct {
	mask  *image.Alpha
	place map[rune]int
}

func unpack() font {
	painted, err := png.Decode(bytes.NewReader(glyphs))
	if err != nil {
		panic(err) // it is part of the program
	}
	f := font{image.NewAlpha(painted.Bounds()), map[rune]int{}}
	for y := range f.mask.Rect.Dy() {
		for x := range f.mask.Rect.Dx() {
			white, _, _, _ := painted.At(x, y).RGBA()
			f.mask.SetAlpha(x, y, color.Alpha{A: uint8(white >> 8)})
		}
	}
	for _, r := range runes {
		f.place[r] = len(f.place)
	}
	return f
}

// at is where the glyph of a rune lies. ok is false where there is none.
func (f font) at(r rune, bold bool) (_ image.Point, ok bool) {
	i, ok := f.place[r]
	at := image.Pt(i%columns*Wide, i/columns*High)
	if bold {
		at.Y += f.mask.Rect.Dy() / 2
	}
	return at, ok
}

// canvas is a picture that is painted.
type canvas struct {
	*image.RGBA
	font font
}

// cell paints the glyph of a cell whose upper left pixel is x, y.
func (c canvas) cell(x, y int, cell grid.Cell, p grid.Picture) {
	fg, bg := p.Colors(cell.Style)
	var ink color.Color = fg
	if cell.Style.Attr&grid.Faint != 0 {
		ink = mixed(fg, bg, 0.6)
	}
	if cell.Style.Attr&grid.Underline != 0 {
		c.area(float64(x), float64(y+High-6), Wide, line, ink)
	}
	r := cell.Rune
	painted := r <= ' ' || grid.Areas(r, Wide, High, line, func(dx, dy, w, h float64) {
		c.area(float64(x)+dx, float64(y)+dy, w, h, ink)
	})
	switch at, known := c.font.at(r, cell.Style.Attr&grid.Bold != 0); {
	case painted:
	case r == '▒':
		c.area(float64(x), float64(y), Wide, High, mixed(fg, bg, 0.5))
	case known:
		draw.DrawMask(c, image.Rect(x, y, x+Wide, y+High), image.NewUniform(ink), image.Point{}, c.font.mask, at, draw.Over)
	default:
		c.missing(x, y, ink, grid.Width(string(r)))
	}
}

// area fills a rectangle, whose sides it moves to whole pixels.
func (c canvas) area(x, y, w, h float64, ink color.Color) {
	px := func(v float64) int { return int(math.Round(v)) }
	draw.Draw(c, image.Rect(px(x), px(y), px(x+w), px(y+h)), image.NewUniform(ink), image.Point{}, draw.Src)
}

// missing paints an empty frame for what the font lacks, as wide as it is in a terminal.
func (c canvas) missing(x, y int, ink color.Color, cells int) {
	left, top, w, h := float64(x+2), float64(y+8), float64(cells*Wide-4), float64(baseline-8)
	c.area(left, top, w, 1, ink)
	c.area(left, top+h, w, 1, ink)
	c.area(left, top, 1, h, ink)
	c.area(left+w-1, top, 1, h, ink)
}

// mixed is so much of one colour on another.
func mixed(of, on color.Color, part float64) color.Color {
	r, g, b, _ := of.RGBA()
	r1, g1, b1, _ := on.RGBA()
	mix := func(a, b uint32) uint8 { return uint8(math.Round((float64(a)*part + float64(b)*(1-part)) / 0x101)) }
	return color.RGBA{mix(r, r1), mix(g, g1), mix(b, b1), 0xFF}
}
