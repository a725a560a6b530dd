// Package alone runs a lesson as from a shell: its program, and nobody who looks on. It
// knows where the lessons are, and not what they print.
package alone

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Lessons returns the folders of the lessons whose numbers are given; of all
// without any.
func Lessons(root string, numbers []string) ([]string, error) {
	if len(numbers) == 0 {
		return filepath.Glob(filepath.Join(root, "lessons", "[0-9][0-9]-*"))
	}
	var all []string
	for _, number := range numbers {
		found, err := filepath.Glob(filepath.Join(root, "lessons", number+"-*"))
		if err != nil || len(found) != 1 {
			return nil, fmt.Errorf("no lesson %q: give its number, like 01", number)
		}
		all = append(all, found[0])
	}
	return all, nil
}

// Run builds the lesson in the folder dir of the clone at root, runs it with args and
// returns what it wrote to its standard output. The error of a lesson that failed has all
// that it wrote.
//
// It runs in a folder of its own: what lies in the course stays as it is, and two runs at
// the same time do not meet at one FIFO.
func Run(root, dir string, args ...string) ([]byte, error) {
	name := filepath.Base(dir)
	place, err := os.MkdirTemp("", "fdlab-alone-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(place)
	binary := filepath.Join(place, name)
	build := exec.Command("go", "build", "-o", binary, "./lessons/"+name)
	build.Dir = root
	if said, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("lesson %s: go build: %w:\n%s", name, err, said)
	}
	var out, said bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = place, &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("lesson %s: %w:\n%s%s", name, err, out.Bytes(), said.Bytes())
	}
	return out.Bytes(), nil
}
