package keys

import (
	"slices"
	"testing"
)

// TestOneTableServesAll: what a press does, what is offered now, what the help
// says.
func TestOneTableServesAll(t *testing.T) {
	asleep := false
	table := Table[*int, string]{
		{Names: []string{"left", "h"}, Sign: "← →", Help: "counts", Now: Always[*int]("count"), Do: func(n *int) string { *n--; return "down" }},
		{Names: []string{"right"}, Do: func(n *int) string { *n++; return "up" }},
		{Names: []string{"s"}, Sign: "s", Help: "sleeps", Do: func(*int) string { asleep = true; return "" }, Now: func(n *int) Hint {
			if *n > 0 {
				return Hint{Key: "S", Does: "sleep"}
			}
			return Hint{}
		}},
	}
	n := 0
	for _, c := range []struct{ press, want string }{{"h", "down"}, {"left", "down"}, {"right", "up"}} {
		if got, ok := table.Do(&n, c.press); !ok || got != c.want {
			t.Errorf("%s does %q (%v), want %q", c.press, got, ok, c.want)
		}
	}
	if _, ok := table.Do(&n, "x"); ok || n != -1 || asleep {
		t.Errorf("x is taken: %v; n is %d, asleep %v", ok, n, asleep)
	}
	if got := table.Now(&n); !slices.Equal(got, []Hint{{"← →", "count"}}) {
		t.Errorf("at %d there is offered %v", n, got)
	}
	n = 1
	if got := table.Now(&n); !slices.Equal(got, []Hint{{"← →", "count"}, {"S", "sleep"}}) {
		t.Errorf("at %d there is offered %v", n, got)
	}
	if got := table.Help(); !slices.Equal(got, []Hint{{"← →", "counts"}, {"s", "sleeps"}}) {
		t.Errorf("the help is %v", got)
	}
}
