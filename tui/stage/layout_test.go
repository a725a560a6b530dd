package stage

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fdlab/tui/grid"
	"fdlab/tui/keys"
)

// TestAKeyThatDoesNotFitMakesRoomForOthers: it alone is left out.
func TestAKeyThatDoesNotFitMakesRoomForOthers(t *testing.T) {
	v := view(looping(), 100*ms)
	v.Keys = []keys.Hint{
		{Key: "space", Does: "hold"}, {Key: "x", Does: strings.Repeat("long ", 14)}, {Key: "r", Does: "rebuild"},
		{Key: "?", Does: "help"}, {Key: "q", Does: "back"},
	}
	text, _ := screen(v, 80, 24)
	rows := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if row := strings.TrimSpace(rows[23]); strings.Join(strings.Fields(row), " ") != "space hold r rebuild ? help q back" {
		t.Errorf("the row of keys is %q", row)
	}
}

// TestTheLayoutIsWhatIsDrawn: each panel begins with its hairline where the layout
// says, what stands beside another shares a line with it, and in the plot, and only
// there, a click is a moment.
func TestTheLayoutIsWhatIsDrawn(t *testing.T) {
	v, other := view(blocked(), 730*ms), view(looping(), 100*ms)
	for _, size := range [][2]int{{LeastWidth, LeastHeight}, {80, 24}, {120, 40}, {200, 60}} {
		w, h := size[0], size[1]
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			g := grid.New(w, h)
			l := LayoutOf(w, h, v)
			Draw(g.Region(), v, l)
			hasLines(t, g, &l, w)
			hits(t, v, &l, w, h)
			if IsSmall(w, h) { // each panel in its turn
				if l.Now.H == 0 || l.Time.H == 0 || l.FDs.H+l.Loops.H+l.Feed.H+l.Judgement.H > 0 {
					t.Errorf("the first panel is not alone: %+v", l)
				}
				full := *v
				for full.Full = full.NextFull(); full.Full != NoPanel; full.Full = full.NextFull() {
					g.Clear()
					l := LayoutOf(w, h, &full)
					Draw(g.Region(), &full, l)
					hasLines(t, g, &l, w)
					hits(t, &full, &l, w, h)
				}
				return
			}

			pair := [2]*View{v, other}
			g.Clear()
			layouts := LayoutOfPair(w, h, pair)
			DrawPair(g.Region(), pair, layouts)
			for i := range layouts {
				hasLines(t, g, &layouts[i], w)
				hits(t, pair[i], &layouts[i], w, h)
			}
		})
	}
}

func hasLines(t *testing.T, g *grid.Grid, l *Layout, w int) {
	t.Helper()
	rects := reflect.ValueOf(*l)
	for i := range rects.NumField() {
		name, p := rects.Type().Field(i).Name, rects.Field(i).Interface().(grid.Rect)
		switch {
		case slices.Contains([]string{"Head", "Keys", "Plot", "Strip", "Lens"}, name): // these have no hairline
			continue
		case p.H == 0 && (IsSmall(g.W, g.H) || !slices.Contains([]string{"FDs", "Loops", "Time"}, name)):
			continue // it is not always there: a pair has a feed only where there are many rows, and a run no checks yet
		}
		begins, ends := g.At(p.X, p.Y).Rune, g.At(p.X+p.W-1, p.Y).Rune
		if shared := strings.ContainsRune("┬┼", begins); ends != '─' || shared != (p.X > 1) || !shared && begins != '─' {
			t.Errorf("%s: the hairline of %+v is from %q to %q", name, p, begins, ends)
		}
		if p.X > 1 && g.At(p.X, p.Y+p.H-1).Rune != '│' {
			t.Errorf("%s: no line down the side of %+v", name, p)
		}
		if x := p.X + p.W; x < w-1 && (g.At(x, p.Y+1).Rune != ' ' && g.At(x, p.Y+1).Rune != 0 || g.At(x+1, p.Y+1).Rune != '│') {
			t.Errorf("%s: no blank and line at the right side of %+v", name, p)
		}
	}
}

func hits(t *testing.T, v *View, l *Layout, w, h int) {
	t.Helper()
	n := 0
	for y := range h {
		for x := range w {
			if _, ok := l.MomentAt(v, x, y); ok {
				n++
				if !inside(l.Time).Has(x, y) {
					t.Fatalf("%d, %d is a moment, and not inside the time panel %+v", x, y, l.Time)
				}
			}
		}
	}
	if want := l.Plot.W*l.Plot.H + l.Strip.W*l.Strip.H; n != want {
		t.Errorf("%d cells are moments, the plot and the strip have %d", n, want)
	}
}

// TestTheNumbersAreLarge: on a small screen each digit has five rows, as wide as there is
// room for; and what is too long even so stands there in plain digits.
func TestTheNumbersAreLarge(t *testing.T) {
	for _, c := range []struct {
		n    int64
		w    int
		want string // the middle row
	}{
		{7, 16, "    ██"}, {20, 16, "██████  ██  ██"}, {1234567, 27, " █  ███ ███ ███ ███ ███   █"}, {1234567, 26, "1,234,567"}, {0, 2, "0"},
	} {
		g := grid.New(c.w, 5)
		drawHuge(g.Region(), sceneOf(view(looping(), 0)), grid.Style{}, c.n)
		if got := lines(g)[2]; got != c.want {
			t.Errorf("%d in %d cells: %q, want %q", c.n, c.w, got, c.want)
		}
	}
}

// TestASmallScreenAsksInItsTopRows: the question, its answer and the key are there, and on the
// way to a moment the whole sentence of what goes on.
func TestASmallScreenAsksInItsTopRows(t *testing.T) {
	v := view(blocked(), 730*ms)
	v.Band = &Band{Of: 2, Space: "the answer", Behind: ms}
	if text, _ := screen(v, LeastWidth, LeastHeight); !strings.Contains(text, "Blocked in read on a, while b has been ready for") || !strings.Contains(text, "Nobody looks.") {
		t.Errorf("on the way:\n%s", text)
	}
	v.Keys = []keys.Hint{{Key: "space", Does: "hold"}, {Key: "Z", Does: "next panel"}, {Key: "?", Does: "help"}, {Key: "q", Does: "back"}}
	if text, _ := screen(v, LeastWidth, LeastHeight); !strings.Contains(text, "space  hold  Z next panel  a write to a") {
		t.Errorf("the next panel does not come before the experiment's keys:\n%s", text)
	}
	v.Band = &Band{Number: 1, Of: 2, Question: "Who knows that b has spoken?", Answer: "The kernel.", Space: "go on"}
	text, _ := screen(v, LeastWidth, LeastHeight)
	for _, want := range []string{"Who knows that b has spoken?", "The kernel.", "space  go on   moment 1 of 2"} {
		if !strings.Contains(text, want) {
			t.Errorf("the screen lacks %q:\n%s", want, text)
		}
	}
}
