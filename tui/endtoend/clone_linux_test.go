package endtoend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fdlab/lab/course"
)

// lesson is the folder of lesson 01, from the root of a clone.
const lesson = "lessons/01-select-vs-blocking-io"

// clone copies what the instrument needs of the clone, so that a test may edit
// it, and the student's progress is left alone. Its student has switched guided
// mode off: most tests look at the live edge.
func clone(t testing.TB) string {
	t.Helper()
	dir := freshClone(t)
	if err := course.ProgressOf(dir).SaveGuided(false); err != nil {
		t.Fatal(err)
	}
	return dir
}

// freshClone is a clone of somebody who has not begun.
func freshClone(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "clone")
	for _, folder := range []string{"lab", "lessons"} {
		if err := os.CopyFS(filepath.Join(dir, folder), os.DirFS(filepath.Join(root, folder))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		copyFile(t, filepath.Join(root, file), filepath.Join(dir, file))
	}
	return dir
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, content, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// edit replaces old by new in a file, as a student's editor would.
func edit(t testing.TB, file, old, new string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(content), old); n != 1 {
		t.Fatalf("%q is in %s %d times, not once: mend this test", old, file, n)
	}
	content = []byte(strings.Replace(string(content), old, new, 1))
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// program puts another program in the place of lesson 01's.
func program(t testing.TB, clone, source string) {
	t.Helper()
	if err := os.Remove(filepath.Join(clone, lesson, "verdict.go")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(clone, lesson, "main.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
}
