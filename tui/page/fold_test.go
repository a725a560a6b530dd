package page

import (
	"slices"
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	for _, c := range []struct {
		line  string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"short", 10, []string{"short"}},
		{"  kept as it  is", 20, []string{"  kept as it  is"}},
		{"one two three four", 10, []string{"one two", "  three", "  four"}},
		{"   in one two", 9, []string{"   in", "     one", "     two"}},
		{strings.Repeat("x", 12), 8, []string{"xxxxxx", "  xxxxxx"}},
	} {
		if got := Fold(c.line, c.width); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d cells is %q, want %q", c.line, c.width, got, c.want)
		}
	}
}
