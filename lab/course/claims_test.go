package course

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheTableOfClaimsAgreesWithTheLessons: docs/claims.md has a row for each
// lesson, with the verdict of the lesson's README. (That README is held to a
// real run by the lesson's own tests.)
func TestTheTableOfClaimsAgreesWithTheLessons(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "claims.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range Read(root).Lessons {
		found := false
		for _, row := range strings.Split(string(page), "\n") {
			if strings.Contains(row, "(../"+l.Dir+"/)") {
				found = true
				if !strings.Contains(row, "| "+l.Verdict+" |") {
					t.Errorf("docs/claims.md says another verdict than %s/README.md (%q): %s", l.Dir, l.Verdict, row)
				}
			}
		}
		if !found {
			t.Errorf("docs/claims.md has no row for %s", l.Dir)
		}
	}
}
