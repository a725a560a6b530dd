package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestAHandoutHasNoAnswers, and works all the same: its starters are judged, and a
// program that is right passes.
func TestAHandoutHasNoAnswers(t *testing.T) {
	root := clone(t)
	solution := get(t, filepath.Join(root, "solutions/00-warm-up/main.go"))
	put(t, filepath.Join(root, "exercises/00-warm-up/main.go"), solution)
	put(t, filepath.Join(root, "exercises/00-warm-up/more.go"), "package main\n")
	status, out := call(t, root, "", "handout", filepath.Join(root, "class"))
	want(t, status, misuse, out, "is in the clone")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(root, "exercises"), link); err != nil {
		t.Fatal(err)
	}
	status, out = call(t, root, "", "handout", filepath.Join(link, "new", "class"))
	want(t, status, misuse, out, "is in the clone")
	class := filepath.Join(t.TempDir(), "class")
	status, out = call(t, root, "", "handout", class)
	want(t, status, fine, out, "without solutions")
	status, out = call(t, root, "", "handout", class)
	want(t, status, misuse, out, "is there already")

	for _, pattern := range []string{"solutions/*/*", "exercises/*/testdata/wrong-*", "exercises/*/testdata/right-*", "exercises/*/more.go", ".fdlab", ".git"} {
		if found, _ := filepath.Glob(filepath.Join(class, pattern)); len(found) > 0 {
			t.Errorf("%q was handed out", found)
		}
	}
	status, out = call(t, class, "", "verify")
	want(t, status, fine, out)
	status, out = call(t, class, "", "check")
	want(t, status, notPassed, out, "(never-added)")
	mine := filepath.Join(class, "exercises/00-warm-up/main.go")
	if err := os.WriteFile(mine, []byte(solution), 0o644); err != nil {
		t.Fatal(err)
	}
	status, out = call(t, class, "", "check")
	want(t, status, fine, out, "passed", "next:    01")
	status, out = call(t, class, "", "solution", "0")
	want(t, status, notPassed, out, "without solutions")
}
