package main

import (
	_ "embed"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"fdlab/lab/grade/exams"
)

//go:embed allowed.txt
var allowedText string

// allowed are misconceptions that a fault may be told: by its kind ("*" is any), and by its
// exercise, from what the wrong answers there are told.
type allowed struct{ kinds, exercises map[string][]string }

var told = regexp.MustCompile(`(?m)^// told: (\S+)`)

func readAllowed(root string) allowed {
	a := allowed{map[string][]string{}, map[string][]string{}}
	_, rows, _ := strings.Cut(allowedText, "\n") // below the heading
	for row := range strings.Lines(rows) {
		kind, names, _ := strings.Cut(strings.TrimSpace(row), " | ")
		a.kinds[kind] = append(a.kinds[kind], strings.Fields(names)...)
	}
	for _, exam := range exams.All {
		a.exercises[exam.Exercise] = []string{exam.Starter.ID}
		files, _ := filepath.Glob(filepath.Join(root, "exercises", exam.Exercise, "testdata", "wrong-*", "main.go"))
		for _, file := range files {
			if source, err := os.ReadFile(file); err == nil {
				if m := told.FindSubmatch(source); m != nil {
					a.exercises[exam.Exercise] = append(a.exercises[exam.Exercise], string(m[1]))
				}
			}
		}
	}
	return a
}

func (a allowed) allows(m *mutant, told string) bool {
	if own := a.kinds[m.kind]; own != nil {
		return slices.Contains(own, told)
	}
	return slices.Contains(a.kinds["*"], told) || slices.Contains(a.exercises[m.exam.Exercise], told)
}
