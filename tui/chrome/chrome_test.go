package chrome

import (
	"strings"
	"testing"

	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/theme"
)

var plain = theme.New(grid.Plain, theme.Dark, false)

func rows(g *grid.Grid) (all []string) {
	for y := range g.H {
		var b strings.Builder
		for x := range g.W {
			b.WriteRune(max(g.At(x, y).Rune, ' '))
		}
		all = append(all, b.String())
	}
	return all
}

// TestAHairlineCutsNothingWithoutASign: what has no room is left out whole, the
// title alone is cut, with its sign.
func TestAHairlineCutsNothingWithoutASign(t *testing.T) {
	for w := 7; w < 44; w++ {
		g := grid.New(w, 1)
		Line(g.Region(), plain, 0, "time", "of the whole run", "10 columns")
		got := rows(g)[0]
		said := strings.Split(strings.Trim(strings.ReplaceAll(got, "─", "|"), "| "), "|")
		for _, part := range said {
			switch part = strings.TrimSpace(part); part {
			case "", "time", "time  of the whole run", "10 columns":
			default:
				if w > 8 || !strings.HasSuffix(part, "…") {
					t.Errorf("%d columns: %q has %q", w, got, part)
				}
			}
		}
	}
}

// TestHelpAndTheWayOutStandAtTheRight at every width, and the first key is the one
// to press now.
func TestHelpAndTheWayOutStandAtTheRight(t *testing.T) {
	all := []keys.Hint{{Key: "space", Does: "hold"}, {Key: "r", Does: "rebuild"}, {Key: "?", Does: "help"}, {Key: "q", Does: "back"}}
	for _, ascii := range []bool{false, true} {
		th := theme.New(grid.TrueColor, theme.Dark, ascii)
		for w := 30; w < 160; w++ {
			g := grid.New(w, 1)
			Keys(g.Region(), th, all)
			row := rows(g)[0]
			if help, back := strings.Index(row, "? help"), strings.Index(row, "q back"); help < 0 || back < help || back+len("q back") != w-Margin {
				t.Fatalf("%d columns: %q", w, row)
			}
			if x := strings.Index(row, "space"); x >= 0 && (g.At(x, 0).Style.Attr&grid.Reverse == 0 || g.At(x-1, 0).Style.Attr&grid.Reverse == 0) {
				t.Fatalf("%d columns: the key to press does not stand out in %q", w, row)
			}
		}
	}
}

// TestWhatIsRaisedHasABar, also where the terminal has no ground for it.
func TestWhatIsRaisedHasABar(t *testing.T) {
	for _, b := range []theme.Background{theme.Dark, theme.Unknown} {
		th := theme.New(grid.TrueColor, b, false)
		g := grid.New(10, 1)
		g.Text(2, 0, th.Style(theme.Ready), "ready")
		Raise(g.Region(), th)
		if row := rows(g)[0]; row != "▌ ready   " || g.At(2, 0).Style != th.Raised(th.Style(theme.Ready)) {
			t.Errorf("background %d: %q", b, row)
		}
	}
}
