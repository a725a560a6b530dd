package stage

import (
	"strings"
	"testing"

	"fdlab/tui/grid"
)

// drawn is a pair on a screen of w by h cells.
func drawn(pair [2]*View, w, h int) []string {
	g := grid.New(w, h)
	DrawPair(g.Region(), pair, LayoutOfPair(w, h, pair))
	var all []string
	for y := range h {
		var b strings.Builder
		for x := range w {
			b.WriteRune(max(g.At(x, y).Rune, ' '))
		}
		all = append(all, b.String())
	}
	return all
}

// TestTwoRunsSideBySide: in one row each, the same panel of both.
func TestTwoRunsSideBySide(t *testing.T) {
	stuck, looping := view(blocked(), 730*ms), view(looping(), 100*ms)
	for _, v := range []*View{stuck, looping} {
		v.Judgement = func(r grid.Region) { r.Text(0, 0, grid.Style{}, "judged") }
		v.Lesson, v.Chapter = "01 mine", "check 1 of 2: both are heard"
	}
	for _, size := range [][2]int{{120, 40}, {200, 60}} {
		screen := drawn([2]*View{stuck, looping}, size[0], size[1])
		text := strings.Join(screen, "\n")
		for _, want := range []string{"file descriptors", "threads and loops", " time ─", "checks", "judged", "check 1 of 2"} {
			both := false
			for _, row := range screen {
				both = both || strings.Count(row, want) == 2
			}
			if !both {
				t.Errorf("at %v no row has %q twice:\n%s", size, want, text)
			}
		}
		for _, want := range []string{"Blocked in read on a", "unseen 730 ms", "callback ran 3.0 µs", "? help   q back"} {
			if !strings.Contains(text, want) {
				t.Errorf("at %v the screen lacks %q:\n%s", size, want, text)
			}
		}
	}
}

// TestOneOfTwoMayBeMissing, and no size breaks the pair.
func TestOneOfTwoMayBeMissing(t *testing.T) {
	v := view(blocked(), 730*ms)
	for w := 0; w <= 210; w += 13 {
		for h := 0; h <= 62; h += 5 {
			drawn([2]*View{nil, v}, w, h)
			drawn([2]*View{v, v}, w, h)
			drawn([2]*View{}, w, h)
		}
	}
	for y, row := range drawn([2]*View{nil, v}, 120, 40)[:39] {
		if left := strings.TrimSpace(string([]rune(row)[:60])); left != "" {
			t.Errorf("row %d of the missing half has %q", y, left)
		}
	}
}

// TestAClickFindsItsMoment: the last cell of a time panel is the shown moment,
// whichever half it is in.
func TestAClickFindsItsMoment(t *testing.T) {
	pair := [2]*View{view(blocked(), 730*ms), view(looping(), 100*ms)}
	const w, h = 120, 40
	row := -1
	for y, text := range drawn(pair, w, h) {
		if strings.Contains(text, " time ─") {
			row = y + 1
		}
	}
	layouts := LayoutOfPair(w, h, pair)
	for i, v := range pair {
		x := layouts[i].Time.X + layouts[i].Time.W - 1
		ns, ok := layouts[i].MomentAt(v, x, row)
		if !ok || ns != v.Now/v.Column*v.Column {
			t.Errorf("half %d: the moment %d (%v), want %d", i, ns, ok, v.Now)
		}
		if !Half(w, h, i).Has(x, row) || Half(w, h, 1-i).Has(x, row) {
			t.Errorf("column %d is not in half %d alone", x, i)
		}
		if _, ok := layouts[i].MomentAt(v, x, 1); ok {
			t.Error("the title row is a moment")
		}
		if _, ok := layouts[1-i].MomentAt(pair[1-i], x, row); ok {
			t.Errorf("column %d is a moment of both halves", x)
		}
	}
}
