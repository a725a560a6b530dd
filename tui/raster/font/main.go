// What paints the glyphs of tui/raster, once: Go Mono in two weights, and shapes of our own for
// what it lacks.
//
//	go -C tui/raster/font run .
//
// It is a module of its own: the instrument needs the picture of the glyphs, not a library that can
// paint them. The Go fonts are by Bigelow & Holmes, under the licence of Go itself:
// https://go.dev/blog/go-fonts
package main

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log"
	"os"

	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// As tui/raster has them: the pixels of a cell, and how many glyphs stand in a row.
const (
	wide, high = 17, 36
	columns    = 32

	size     = 28 // glyphs are 0.6 of that wide
	baseline = 27
)

func main() {
	log.SetFlags(0)
	runes := known(gomono.TTF)
	rows := (len(runes) + columns - 1) / columns
	levels := make(color.Palette, 16)
	for i := range levels {
		levels[i] = color.Gray{uint8(i * 0x11)}
	}
	all := image.NewPaletted(image.Rect(0, 0, columns*wide, 2*rows*high), levels)
	for weight, ttf := range [][]byte{gomono.TTF, gomonobold.TTF} {
		f, err := opentype.Parse(ttf)
		check(err)
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
		check(err)
		for i, r := range runes {
			x, y := i%columns*wide, (weight*rows+i/columns)*high
			cell := image.NewGray(image.Rect(0, 0, wide, high))
			if outlines, own := shapes[r]; own {
				paint(cell, outlines)
			} else {
				to, mask, at, _, _ := face.Glyph(fixed.P(0, baseline), r)
				draw.DrawMask(cell, to, image.White, image.Point{}, mask, at, draw.Src)
			}
			draw.Draw(all, image.Rect(x, y, x+wide, y+high), cell, image.Point{}, draw.Src)
		}
	}
	var out bytes.Buffer
	check((&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, all))
	check(os.WriteFile("../glyphs.png", out.Bytes(), 0o644))
	check(os.WriteFile("../glyphs.txt", []byte(string(runes)), 0o644))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// known are the runes that have a glyph, in their order. Lines and blocks are left out: tui/grid
// knows them.
func known(ttf []byte) (all []rune) {
	f, err := opentype.Parse(ttf)
	check(err)
	var b sfnt.Buffer
	for r := rune('!'); r < 0xFFFF; r++ {
		i, err := f.GlyphIndex(&b, r)
		check(err)
		if _, own := shapes[r]; (i != 0 || own) && r != 0x7F && r != 0xA0 && r != 0xAD && (r < 0x2500 || r >= 0x25A0) {
			all = append(all, r)
		}
	}
	return all
}

// paint fills outlines around the middle of a cell, measured in halves of its width; y goes down. One
// that goes round the other way is a hole.
func paint(cell *image.Gray, outlines [][]point) {
	const unit, x, y = wide / 2.0, wide / 2.0, high * 0.53
	z := vector.NewRasterizer(wide, high)
	for _, o := range outlines {
		for i, at := range o {
			px, py := float32(x+at.x*unit), float32(y+at.y*unit)
			if i == 0 {
				z.MoveTo(px, py)
			} else {
				z.LineTo(px, py)
			}
		}
		z.ClosePath()
	}
	z.Draw(cell, cell.Bounds(), image.White, image.Point{})
}
