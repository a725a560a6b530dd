package stage

import (
	"os"
	"strings"
	"testing"

	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// TestTheGlossaryExplainsEverySign holds docs/glossary.md to the legend.
func TestTheGlossaryExplainsEverySign(t *testing.T) {
	page, err := os.ReadFile("../../docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, ascii := range []bool{false, true} {
		for _, e := range Legend(theme.New(grid.Plain, theme.Dark, ascii)) {
			if e.Glyph == 0 || e.Word == "a digit" || e.Word == "queued" {
				continue
			}
			found := false
			for _, row := range strings.Split(string(page), "\n") {
				found = found || strings.Contains(row, "`"+string(e.Glyph)+"`") && strings.Contains(row, "| "+e.Word+" |")
			}
			if !found {
				t.Errorf("docs/glossary.md has no row for %q %s", e.Glyph, e.Word)
			}
		}
	}
}
