package stage

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// TestTheGlossaryHasEveryTerm: the states of a connection, and the lints.
func TestTheGlossaryHasEveryTerm(t *testing.T) {
	page, err := os.ReadFile("../../docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	var terms []string
	for _, s := range stations {
		if s.state != world.NoState {
			terms = append(terms, s.state.String())
		}
	}
	for _, e := range explanations {
		if e.name != "" {
			terms = append(terms, e.name)
		}
	}
	for _, term := range terms {
		if !strings.Contains(string(page), "\n**"+term+"**") {
			t.Errorf("docs/glossary.md does not explain %q", term)
		}
	}
}

// TestSignsDoNotRelyOnColour: in the time panel, and in the tables, no two
// states have the same sign.
func TestSignsDoNotRelyOnColour(t *testing.T) {
	for name, g := range map[string]*glyphs{"Unicode": &unicode, "ASCII": &ascii} {
		heights := g.Bars[:] // in ASCII, some are alike
		lanes := append([]rune{g.LaneCallback, g.LaneLeft, g.LaneRight, g.LaneMany, g.LaneHandled, g.LaneBriefly, g.Full, g.Half, g.LaneTook, g.LaneGate, g.LaneBlocked,
			g.LaneWait, g.LaneWatched, g.LaneRun, g.LaneSleep, g.LaneIdle, g.Noticed}, slices.Compact(slices.Clone(heights))...)
		table := []rune{g.Idle, g.Ready, g.Unseen, g.Noticed, g.Callback, g.Took, g.Wait, g.Blocked, g.Gate}
		for _, signs := range [][]rune{lanes, table} {
			seen := map[rune]bool{}
			for _, c := range signs {
				if seen[c] {
					t.Errorf("%s: %q stands for two states", name, c)
				}
				seen[c] = true
			}
		}
	}
}

// TestTheGlossaryExplainsEverySign holds docs/glossary.md to the legend.
func TestTheGlossaryExplainsEverySign(t *testing.T) {
	page, err := os.ReadFile("../../docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	page = bytes.ReplaceAll(page, []byte(`\|`), []byte("|")) // as Markdown writes it in a table
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
