package grid

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Film is a picture that moves: an SVG that shows one grid after the other, and begins
// anew when it is over. It moves where a picture may run no script, in a README for
// example. Only rows that change cost anything; a row that comes again is painted once.
type Film struct {
	Picture

	w, h  int
	rows  [][]Cell // as they are shown now
	shown []*scene // by row
	all   []*scene
	known map[string]*scene
}

// scene is what a row shows, and when: seconds, a beginning and an end in turn.
type scene struct {
	drawing []byte
	times   []float64
}

// Add shows a grid from a time on, in seconds. All grids have one size; the first is shown
// from 0 on.
func (f *Film) Add(at float64, g *Grid) {
	if f.known == nil {
		f.w, f.h, f.known = g.W, g.H, map[string]*scene{}
		f.rows, f.shown = make([][]Cell, g.H), make([]*scene, g.H)
	}
	for y := range f.h {
		row := g.cells[y*g.W : (y+1)*g.W]
		if f.shown[y] != nil && slices.Equal(row, f.rows[y]) {
			continue
		}
		f.rows[y] = slices.Clone(row)
		if old := f.shown[y]; old != nil {
			old.times = append(old.times, at)
		}
		drawing := f.paint(g, y)
		s := f.known[string(drawing)]
		if s == nil {
			s = &scene{drawing: drawing}
			f.known[string(drawing)] = s
			f.all = append(f.all, s)
		}
		s.times = append(s.times, at)
		f.shown[y] = s
	}
}

// paint paints a row where it stands.
func (f *Film) paint(g *Grid, y int) []byte {
	var under, glyphs areas
	var words, out bytes.Buffer
	f.backgrounds(&under, g, y)
	f.row(&words, &glyphs, g, y)
	under.write(&out)
	glyphs.write(&out)
	out.Write(words.Bytes())
	return out.Bytes()
}

// Write writes the film, which lasts so many seconds, and returns w's error.
func (f *Film) Write(w io.Writer, lasts float64) error {
	out := bufio.NewWriter(w)
	f.begin(out, f.w, f.h)
	for _, s := range f.all {
		if len(s.drawing) == 0 {
			continue
		}
		shown := slices.Clone(s.times)
		if len(shown)%2 == 1 { // at the end, too
			shown = append(shown, lasts)
		}
		if len(shown) == 2 && shown[0] == 0 && shown[1] == lasts {
			out.Write(s.drawing)
			continue
		}
		values, times := []string{"hidden"}, []string{"0"}
		for i, at := range shown {
			value := [...]string{"visible", "hidden"}[i%2]
			if at == 0 {
				values[0] = value
				continue
			}
			if at < lasts {
				values, times = append(values, value), append(times, fmt.Sprintf("%.5f", at/lasts))
			}
		}
		fmt.Fprintf(out, `<g visibility="hidden"><animate attributeName="visibility" calcMode="discrete" repeatCount="indefinite" dur="%.1fs" values="%s" keyTimes="%s"/>`+"\n%s</g>\n",
			lasts, strings.Join(values, ";"), strings.Join(times, ";"), s.drawing)
	}
	fmt.Fprintln(out, "</svg>")
	return out.Flush()
}
