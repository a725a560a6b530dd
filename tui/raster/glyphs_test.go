//go:build unix

package raster

import (
	"image"
	"path/filepath"
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/stage"
	"fdlab/tui/theme"
	"fdlab/tui/viewer"
)

// TestNoSignIsLacking: all signs that the legend explains, and all that the lessons' recordings bring
// to the stage, can be painted.
func TestNoSignIsLacking(t *testing.T) {
	th := theme.New(grid.TrueColor, theme.Dark, false)
	seen := map[rune]string{}
	note := func(g *grid.Grid, where string) {
		for y := range g.H {
			for x := range g.W {
				seen[g.At(x, y).Rune] = where
			}
		}
	}
	legend := grid.New(120, 300)
	stage.DrawLegend(legend.Region(), th, 0)
	note(legend, "the legend")
	files, err := filepath.Glob("../../lessons/*/" + trace.Shipped)
	if err != nil || len(files) < 7 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		r, err := world.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		v := viewer.New(th, viewer.Lesson{}, *r)
		g := grid.New(120, 40)
		v.Resize(g.W, g.H)
		const frames = 30
		for i := range int64(frames + 1) {
			v.ShowAt(v.LastRecord() * i / frames)
			g.Clear()
			v.Draw(g.Region())
			note(g, name)
		}
	}
	font := unpack()
	for r, where := range seen {
		_, known := font.at(r, false)
		if !known && r > ' ' && r != '▒' && !grid.Areas(r, Wide, High, line, func(_, _, _, _ float64) {}) {
			t.Errorf("%c (%U), of %s, has no glyph", r, r, where)
		}
	}
}

// TestTheGlyphsAreWhereTheyAreLookedFor: in each weight, each has ink; a bold one has more.
func TestTheGlyphsAreWhereTheyAreLookedFor(t *testing.T) {
	font := unpack()
	ink := func(at image.Point) (n int) {
		for y := range High {
			for x := range Wide {
				n += int(font.mask.AlphaAt(at.X+x, at.Y+y).A)
			}
		}
		return n
	}
	for _, r := range runes {
		plain, _ := font.at(r, false)
		bold, _ := font.at(r, true)
		if ink(plain) == 0 || ink(bold) == 0 {
			t.Errorf("%c (%U) has no ink: %d, bold %d", r, r, ink(plain), ink(bold))
		}
		if r < 0x7F && r > '9' && ink(bold) <= ink(plain) {
			t.Errorf("%c has as much ink in bold: %d, %d", r, ink(plain), ink(bold))
		}
	}
}
