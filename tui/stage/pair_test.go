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
	layouts := LayoutOfPair(w, h, pair)
	for i, v := range pair {
		x, row := layouts[i].Plot.X+layouts[i].Plot.W-1, layouts[i].Plot.Y
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

// TestTwoRunsOneAboveTheOther, at every size: of each its head and its time panel, and
// nothing of one lies in the other.
func TestTwoRunsOneAboveTheOther(t *testing.T) {
	a, b := view(blocked(), 730*ms), view(looping(), 100*ms)
	for w := 0; w <= 210; w += 13 {
		for h := 0; h <= 62; h += 5 {
			pair := [2]*View{a, b}
			g := grid.New(w, h)
			layouts := LayoutOfStack(w, h, pair)
			DrawPair(g.Region(), pair, layouts)
			DrawContrast(g.Region().Sub(0, 0, w, ContrastRows(h)), pair, &Contrast{Names: [2]string{"this run", "the run before"}})
			upper, lower := layouts[0].Time, layouts[1].Head
			if upper.Y+upper.H > lower.Y || layouts[1].Time.Y+layouts[1].Time.H > layouts[1].Keys.Y {
				t.Errorf("%dx%d: %v reaches into %v, or %v into the keys", w, h, upper, lower, layouts[1].Time)
			}
			if w >= 80 && h >= 21 && (layouts[0].Plot.H < 4 || layouts[1].Plot.H < 4) {
				t.Errorf("%dx%d: the plots are %v and %v", w, h, layouts[0].Plot, layouts[1].Plot)
			}
		}
	}
}

// TestTheContrastCountsUpToThePlayhead, and says for how long an fd was unseen.
func TestTheContrastCountsUpToThePlayhead(t *testing.T) {
	pair := [2]*View{view(blocked(), 730*ms), view(looping(), 100*ms)}
	g := grid.New(120, 3)
	DrawContrast(g.Region(), pair, &Contrast{Names: [2]string{"this run", "the run before"}, Outcome: "As before."})
	for y, want := range []string{"A  this run    B  the run before", "As before.", "an fd unseen 730 ms|"} {
		row := ""
		for x := range g.W {
			row += string(max(g.At(x, y).Rune, ' '))
		}
		if !strings.Contains(row, want) {
			t.Errorf("row %d is %q, want %q", y, row, want)
		}
	}
}
