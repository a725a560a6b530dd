package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fdlab/lab/course"
)

// A half-solved exercise may not compile, and it is no fault of the lab's. So
// go.mod keeps the exercises and their solutions, and nothing else, out of
// patterns like ./...
func TestPatternsLeaveOutTheExercisesAndTheirSolutions(t *testing.T) {
	var mod struct{ Ignore []struct{ Path string } }
	if err := json.Unmarshal([]byte(command(t, "..", "go", "mod", "edit", "-json")), &mod); err != nil {
		t.Fatal(err)
	}
	var ignored, folders []string
	for _, i := range mod.Ignore {
		ignored = append(ignored, i.Path)
	}
	all, _ := course.ReadExercises("..")
	for _, e := range all {
		folders = append(folders, "./"+e.Dir)
	}
	if folders = append(folders, "./solutions"); !slices.Equal(ignored, folders) {
		t.Errorf("go.mod ignores\n%q\nand it should\n%q\n(a folder a line, as exercises new adds it)", ignored, folders)
	}
}

func TestHalfSolvedExercisesFailNoPattern(t *testing.T) {
	root := clone(t)
	one := filepath.Join(root, "exercises/01-two-pipes/main.go")
	put(t, one, strings.Replace(get(t, one), "func main() {", "func main() {\n\tunused := 1", 1))
	put(t, filepath.Join(root, "exercises/02-fifo/main.go"), "package main\n\nfunc main() {\n")
	put(t, filepath.Join(root, "exercises/03-one-shot/main.go"), "")

	command(t, root, "go", "list", "./...")
	command(t, root, "go", "test", "-run", "TestDiff", "./exercises/...")
	for _, broken := range []string{"01-two-pipes", "02-fifo", "03-one-shot"} {
		vet := exec.Command("go", "vet", "./exercises/"+broken)
		vet.Dir = root
		if out, err := vet.CombinedOutput(); err == nil {
			t.Errorf("%s was to be broken, and is not: %s", broken, out)
		}
	}
}

// command runs one in dir, which must succeed, and returns what it put out.
func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
