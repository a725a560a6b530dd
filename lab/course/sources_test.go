package course

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A source is a file of a version, a section of the manual, or a test that measures.
var (
	ofVersion = regexp.MustCompile("(memcached|nginx|redis|libevent|Go) \\d[\\w.]*( and [\\d.]+)?, `[\\w/]+\\.(c|h|go)`")
	ofManual  = regexp.MustCompile("`[a-z_]+\\([2-8]\\)`")
	ofTest    = regexp.MustCompile(`\bTest[A-Z]\w+`)
)

// TestWhatIsSaidOfOtherProgramsHasASource: each bullet of "In C, in production", and each
// row of docs/claims.md, says where to look. A test that is named is there.
func TestWhatIsSaidOfOtherProgramsHasASource(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, l := range Read(root).Lessons {
		text := read(t, filepath.Join(root, l.Dir, "README.md"))
		_, text, found := strings.Cut(text, "<!-- section: production -->")
		text, _, _ = strings.Cut(text, "<!-- section:")
		if !found {
			t.Errorf("%s/README.md has no section production", l.Dir)
		}
		for _, item := range bullets(text) {
			hasSource(t, l.Dir+"/README.md", item, filepath.Join(root, l.Dir))
		}
		for _, row := range strings.Split(read(t, filepath.Join(root, "docs", "claims.md")), "\n") {
			if strings.Contains(row, "(../"+l.Dir+"/)") {
				hasSource(t, "docs/claims.md", row, filepath.Join(root, l.Dir))
			}
		}
	}
}

// bullets returns the items of the lists in a text, each on one line.
func bullets(text string) (items []string) {
	inside := false
	for _, line := range strings.Split(text, "\n") {
		item, begins := strings.CutPrefix(line, "- ")
		switch {
		case begins:
			items = append(items, item)
		case inside && strings.HasPrefix(line, "  "):
			items[len(items)-1] += " " + strings.TrimSpace(line)
		}
		inside = begins || inside && strings.HasPrefix(line, "  ")
	}
	return items
}

func hasSource(t *testing.T, where, text, folder string) {
	t.Helper()
	if !ofVersion.MatchString(text) && !ofManual.MatchString(text) && !ofTest.MatchString(text) {
		t.Errorf("%s: no source: %s", where, text)
	}
	tests, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range ofTest.FindAllString(text, -1) {
		there := false
		for _, file := range tests {
			there = there || strings.Contains(read(t, file), "func "+name+"(")
		}
		if !there {
			t.Errorf("%s: no test %s in %s", where, name, folder)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
