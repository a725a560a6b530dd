package raster

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"fdlab/tui/grid"
)

var paint = grid.Picture{Text: grid.RGB(0xD8, 0xDE, 0xE4), Background: grid.RGB(0x11, 0x15, 0x1A)}

// pixels are those of one cell.
func pixels(m *image.RGBA, x, y int) *image.RGBA {
	at := image.Pt(Margin+x*Wide, Margin+y*High)
	return m.SubImage(image.Rectangle{at, at.Add(image.Pt(Wide, High))}).(*image.RGBA)
}

// inked counts the pixels of a cell that are not its ground.
func inked(m *image.RGBA, x, y int, ground grid.Color) (n int) {
	cell := pixels(m, x, y)
	for py := cell.Rect.Min.Y; py < cell.Rect.Max.Y; py++ {
		for px := cell.Rect.Min.X; px < cell.Rect.Max.X; px++ {
			if !same(cell.At(px, py), ground) {
				n++
			}
		}
	}
	return n
}

func same(a, b color.Color) bool {
	r, g, bl, _ := a.RGBA()
	r1, g1, b1, _ := b.RGBA()
	return r>>8 == r1>>8 && g>>8 == g1>>8 && bl>>8 == b1>>8
}

// TestEachCellHasItsInk: what shows something is painted within its cell, what does not is its
// ground, and the file is the picture.
func TestEachCellHasItsInk(t *testing.T) {
	ground := grid.RGB(0, 0x72, 0xB2)
	g := grid.New(6, 3)
	g.Text(1, 1, grid.Style{}, "Ag")
	g.Text(4, 1, grid.Style{BG: ground, Attr: grid.Bold}, "W")
	g.Set(5, 2, ' ', grid.Style{BG: ground})
	g.Set(0, 2, ' ', grid.Style{Attr: grid.Reverse})
	g.Set(1, 2, ' ', grid.Style{Attr: grid.Underline})
	var file bytes.Buffer
	if err := PNG(&file, g, paint); err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(&file)
	if err != nil || m.Bounds() != image.Rect(0, 0, 6*Wide+2*Margin, 3*High+2*Margin) {
		t.Fatal(m.Bounds(), err)
	}
	painted := Paint(g, paint)
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if !same(m.At(x, y), painted.At(x, y)) {
				t.Fatalf("pixel %d, %d of the file is %v, painted was %v", x, y, m.At(x, y), painted.At(x, y))
			}
		}
	}
	for y := range g.H {
		for x := range g.W {
			fg, bg := paint.Colors(g.At(x, y).Style)
			n := inked(painted, x, y, bg)
			switch {
			case x == 1 && y == 2:
				if n != Wide*line {
					t.Errorf("a line below: %d pixels", n)
				}
			case g.At(x, y).Rune > ' ':
				if n < 30 || n > Wide*High/2 {
					t.Errorf("%c: %d pixels of ink %v", g.At(x, y).Rune, n, fg)
				}
			case n > 0:
				t.Errorf("column %d of row %d shows nothing, and has %d pixels of ink", x, y, n)
			}
		}
	}
	if !same(painted.At(0, 0), paint.Background) || !same(pixels(painted, 0, 2).At(Margin+2, Margin+2*High+2), paint.Text) {
		t.Error("the margin is not the ground, or what is reversed is not")
	}
}

// TestNeighboursMeet: what is drawn with lines and blocks has no gap between cells.
func TestNeighboursMeet(t *testing.T) {
	g := grid.New(4, 4)
	g.Region().Box(&grid.UnicodeLines, grid.Style{}, grid.Style{}, "")
	g.Set(1, 1, '█', grid.Style{})
	g.Set(2, 1, '▀', grid.Style{})
	g.Set(1, 2, '▌', grid.Style{})
	m := Paint(g, paint)
	at := func(x, y int) bool { return same(m.At(Margin+x, Margin+y), paint.Text) }
	for x := Wide / 2; x < 4*Wide-Wide/2; x++ {
		if !at(x, High/2) || !at(x, 3*High+High/2) {
			t.Fatalf("the frame has a gap at pixel %d across", x)
		}
	}
	for y := High / 2; y < 4*High-High/2; y++ {
		if !at(Wide/2, y) || !at(3*Wide+Wide/2, y) {
			t.Fatalf("the frame has a gap at pixel %d down", y)
		}
	}
	for x := Wide; x < 3*Wide; x++ {
		if !at(x, High+1) || at(x, 2*High-1) != (x < 2*Wide) {
			t.Fatalf("a block, and half of one, at pixel %d across", x)
		}
	}
	for y := High; y < 3*High; y++ {
		if !at(Wide+1, y) {
			t.Fatalf("blocks have a gap at pixel %d down", y)
		}
	}
}

// TestWhatTheFontLacks is an empty frame as wide as in a terminal, and the next cell stands where
// it should.
func TestWhatTheFontLacks(t *testing.T) {
	g := grid.New(4, 1)
	g.Text(0, 0, grid.Style{}, "件a")
	m := Paint(g, paint)
	bg := paint.Background
	if inked(m, 0, 0, bg) == 0 || inked(m, 1, 0, bg) == 0 || inked(m, 3, 0, bg) != 0 {
		t.Error("the frame is not two cells wide")
	}
	alone := grid.New(4, 1)
	alone.Text(2, 0, grid.Style{}, "a")
	if a := Paint(alone, paint); !bytes.Equal(row(m, 2), row(a, 2)) || inked(a, 2, 0, bg) == 0 {
		t.Error("the letter after it has moved")
	}
}

func row(m *image.RGBA, x int) (all []byte) {
	cell := pixels(m, x, 0)
	for y := range High {
		all = append(all, cell.Pix[y*cell.Stride:y*cell.Stride+4*Wide]...)
	}
	return all
}
