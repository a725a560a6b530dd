package exercise

import (
	"fmt"
	"strings"
	"testing"

	"fdlab/lab/course"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/theme"
)

var plain = theme.New(grid.Plain, theme.Dark, false)

// rows are what a drawing puts on a screen of w by h cells.
func rows(w, h int, draw func(grid.Region)) []string {
	g := grid.New(w, h)
	draw(g.Region())
	var all []string
	for y := range h {
		var b strings.Builder
		for x := range w {
			b.WriteRune(max(g.At(x, y).Rune, ' '))
		}
		all = append(all, strings.TrimRight(b.String(), " "))
	}
	return all
}

type drawer interface {
	Draw(r grid.Region, now []keys.Hint)
}

// drawn is a screen with two keys.
func drawn(screen drawer) func(grid.Region) {
	return func(r grid.Region) {
		screen.Draw(r, []keys.Hint{{Key: "enter", Does: "run mine"}, {Key: "q", Does: "back"}})
	}
}

func list(n int) *List {
	l := &List{Theme: plain, Attempts: map[string]course.Attempt{}, Lessons: map[string]string{"01-a": "the lesson's title"}}
	for i := range n {
		slug := fmt.Sprintf("%02d-e", i+1)
		l.Exercises = append(l.Exercises, &course.Exercise{Number: i + 1, Slug: slug, Dir: "exercises/" + slug, Title: fmt.Sprintf("title %d", i+1), Lesson: "01-a"})
	}
	return l
}

// TestAllThirteenFitTheSmallestScreen, and a click finds the exercise that
// stands where it was made, also when the list is scrolled.
func TestAllThirteenFitTheSmallestScreen(t *testing.T) {
	for _, c := range []struct{ n, selected, w, h, shown int }{{13, 0, 80, 24, 13}, {13, 12, 120, 40, 13}, {40, 30, 80, 24, 14}} {
		l := list(c.n)
		l.Selected = c.selected
		shown := 0
		for y, row := range rows(c.w, c.h, drawn(l)) {
			_, after, found := strings.Cut(row, "title ")
			var n int
			if !found {
				continue
			}
			fmt.Sscan(after, &n)
			shown++
			if at, ok := l.At(y, c.h); !ok || at != n-1 {
				t.Errorf("%+v: a click on exercise %d opens %d (%v)", c, n, at+1, ok)
			}
		}
		if shown != c.shown {
			t.Errorf("%+v: %d exercises are shown", c, shown)
		}
	}
}

// TestEachStateHasItsWord: the list says the same as `go run ./exercises`.
func TestEachStateHasItsWord(t *testing.T) {
	l := list(5)
	if text := strings.Join(rows(80, 24, drawn(l)), "\n"); !strings.Contains(text, "→ 01") {
		t.Errorf("nothing says where to begin:\n%s", text)
	}
	l.Attempts["01-e"] = course.Attempt{Solved: true, Passes: true, Tries: 2}
	l.Attempts["02-e"] = course.Attempt{Told: "blocked", Tries: 1}
	l.Attempts["04-e"] = course.Attempt{Solved: true, Told: "spin", Tries: 3}
	l.Attempts["05-e"], l.Changed = course.Attempt{Solved: true, Passes: true, Tries: 1}, map[string]bool{"05-e": true}
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		text := strings.Join(rows(size[0], size[1], drawn(l)), "\n")
		for _, want := range []string{"✓ 01", "✗ 02", "✗ 04", "solved", "not passed", "not tried", "now fails", "  05", "changed since", "3 of 5 solved"} {
			if !strings.Contains(text, want) {
				t.Errorf("at %v the list lacks %q:\n%s", size, want, text)
			}
		}
	}
}

// TestDigitsOpenWhereTheyAreUnambiguous among 13 exercises.
func TestDigitsOpenWhereTheyAreUnambiguous(t *testing.T) {
	for _, c := range []struct {
		typed string
		opens bool
		at    int // the exercise that is selected
	}{
		{"2", true, 2}, {"9", true, 9},
		{"1", false, 1}, {"12", true, 12}, {"13", true, 13}, {"10", true, 10},
		{"0", false, 5}, {"01", true, 1}, {"07", true, 7},
		{"19", true, 9}, // there is no 19: the 9 begins anew
		{"00", false, 5},
	} {
		l := list(13)
		l.Selected = 4
		opens := false
		for _, digit := range c.typed {
			opens = l.Type(string(digit))
		}
		if opens != c.opens || l.Selected+1 != c.at {
			t.Errorf("%q opens: %v, and selects exercise %d; want %v, %d", c.typed, opens, l.Selected+1, c.opens, c.at)
		}
	}
}
