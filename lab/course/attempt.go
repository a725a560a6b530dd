package course

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Attempt is what the student has done with an exercise.
type Attempt struct {
	Solved bool      `json:"solved"`          // it passed once; it stays so
	Passes bool      `json:"passes"`          // the last check did
	Told   string    `json:"told,omitempty"`  // the misconception that the last check told
	Tries  int       `json:"tries"`           // how many checks there were, counted by SaveAttempt
	Hints  int       `json:"hints,omitempty"` // how many were shown
	At     time.Time `json:"at"`              // of the last check or hint

	// Program is Exercise.Program as it was at the last check: what Passes and Told
	// are about. "" in what an older fdlab wrote.
	Program string `json:"program,omitempty"`
}

// Stale reports whether the program, as Exercise.Program says it now, is another
// than the one that was checked.
func (a Attempt) Stale(program string) bool {
	return a.Tries > 0 && a.Program != "" && a.Program != program
}

// Built reports whether the go command builds a file of that name into a program.
func Built(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && name[0] != '.' && name[0] != '_'
}

// Program says what the Go files of the working copy hold, in a few letters: after
// any change they are others. Files that the go command leaves out (of tests, and
// those whose names begin with a dot or an underscore, as an editor's locks and backups
// do) do not count.
func (e *Exercise) Program(root string) string {
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(e.MainFile(root)), "*.go"))
	h := sha256.New()
	for _, name := range files {
		base := filepath.Base(name)
		if !Built(base) {
			continue
		}
		content, err := os.ReadFile(name)
		fmt.Fprintf(h, "%q %d %v ", base, len(content), err != nil)
		h.Write(content)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:12])
}

// LoadAttempts returns the attempts by the exercise's slug. Errors are as in
// Load.
func (p Progress) LoadAttempts() (map[string]Attempt, error) {
	f, err := p.read()
	return f.Exercises, p.explain(err)
}

// SaveAttempt enters a check of the exercise: of which program (Exercise.Program),
// whether it passed, and if not what it was told. Errors are as in Save.
func (p Progress) SaveAttempt(slug, program string, passes bool, told string, at time.Time) error {
	return p.change(func(f *progressFile) {
		a := f.Exercises[slug]
		a.Solved = a.Solved || passes
		a.Program, a.Passes, a.Told, a.At = program, passes, told, at
		a.Tries++
		f.Exercises[slug] = a
	})
}

// SaveHint enters that n hints of the exercise were shown so far.
func (p Progress) SaveHint(slug string, n int, at time.Time) error {
	return p.change(func(f *progressFile) {
		a := f.Exercises[slug]
		a.Hints, a.At = max(a.Hints, n), at
		f.Exercises[slug] = a
	})
}

// State says where the student stands, in a few words. changed: the program is another than the one that was checked (Stale).
func (a Attempt) State(changed bool) string {
	switch {
	case changed && a.Passes:
		return "passed, and changed since"
	case changed:
		return "failed, and changed since"
	case a.Solved && a.Passes:
		return "solved"
	case a.Solved:
		return "solved before, now fails"
	case a.Tries > 0:
		return "not passed: " + a.Told
	case a.Hints > 0:
		return "hints read"
	}
	return "not tried"
}
