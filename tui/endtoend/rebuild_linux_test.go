package endtoend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEditAndRebuild is what a student does: edit, press r, err, mend.
func TestEditAndRebuild(t *testing.T) {
	t.Parallel()
	dir := clone(t)
	file := filepath.Join(dir, lesson, "main.go")
	x := onStage(t, options{clone: dir})
	x.see("the first step", oneRow("step 1 of 3", "read in turn"))

	edit(t, file, `"read in turn", "wait`, `"one after the other", "wait`)
	x.press("r")
	x.see("the changed program", oneRow("step 1 of 3", "one after the other"))

	edit(t, file, "offer(x, bench) ", "offer(nobody, bench) ")
	x.press("r")
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(source), "offer(nobody,")
	where := fmt.Sprintf("%s/main.go:%d:", lesson, strings.Count(before, "\n")+1)
	x.see("file, line and objection", shows("does not compile", where, "undefined: nobody", "build and run again"))
	if children := x.children(); len(children) > 0 {
		t.Errorf("the old program still runs: %v", children)
	}

	edit(t, file, "offer(nobody, bench) ", "offer(x, bench) ")
	x.press("r")
	x.see("the mended program", oneRow("step 1 of 3", "one after the other"))

	if err := os.RemoveAll(filepath.Join(dir, lesson)); err != nil {
		t.Fatal(err)
	}
	x.press("r")
	x.see("that the folder is gone", func(s screen) bool {
		w := s.words()
		return strings.Contains(w, lesson) && strings.Contains(w, "is gone")
	})
	x.leave()
}

// TestBrokenReadme: home says what is wrong with a lesson, and where.
func TestBrokenReadme(t *testing.T) {
	t.Parallel()
	dir := clone(t)
	edit(t, filepath.Join(dir, lesson, "README.md"), "<!-- section: predict -->", "<!-- section: predikt -->")
	x := atHome(t, options{clone: dir})
	x.see("what is wrong", oneRow("README.md", "predikt"))
	x.press(enter)
	x.see("the lesson all the same", shows("Claim", "Explain"))
	x.press("q")
	x.see("the course", shows("a lab bench for file descriptors"))
	x.press("q")
	if status := x.finish(); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
}

// TestNoReadme: a README that is gone keeps nobody from the rest.
func TestNoReadme(t *testing.T) {
	t.Parallel()
	dir := clone(t)
	if err := os.Remove(filepath.Join(dir, lesson, "README.md")); err != nil {
		t.Fatal(err)
	}
	x := start(t, options{clone: dir})
	x.see("what is wrong", all(shows("a lab bench for file descriptors"), oneRow("README.md")))
	x.press("q")
	if status := x.finish(); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
}
