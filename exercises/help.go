package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"fdlab/lab/course"
	"fdlab/lab/launch"
)

// hint shows the next hint, or the one that is asked for.
func (t *tool) hint(words []string) int {
	e := t.one(words)
	if e == nil {
		return misuse
	}
	if len(e.Hints) == 0 {
		fmt.Fprintf(t.err, "the hints of %s cannot be read: see its README.md\n", e.Slug)
		return notJudged
	}
	n := min(t.attempts[e.Slug].Hints+1, len(e.Hints))
	if len(words) > 1 {
		var err error
		if n, err = strconv.Atoi(words[1]); err != nil || n < 1 || n > len(e.Hints) {
			return t.misused("no hint %q: there are 1 to %d", words[1], len(e.Hints))
		}
	}
	h := e.Hints[n-1]
	fmt.Fprintf(t.out, "%02d %s: hint %d of %d (%s)\n\n", e.Number, e.Title, n, len(e.Hints), strings.ToLower(h.Kind))
	for _, line := range t.markdown(h.Text) {
		fmt.Fprintln(t.out, line)
	}
	if err := t.progress.SaveHint(e.Slug, n, time.Now().UTC().Truncate(time.Second)); err != nil {
		fmt.Fprintln(t.err, err)
	}
	return fine
}

// reset puts the starter in the place of the student's main.go.
func (t *tool) reset(words []string) int {
	e := t.one(words)
	if e == nil {
		return misuse
	}
	if e.Untouched(t.root) {
		fmt.Fprintf(t.out, "exercises/%s/main.go is the starter already\n", e.Slug)
		return fine
	}
	if !t.yes {
		fmt.Fprintf(t.out, "exercises/%s/main.go goes back to the starter; yours is kept in .fdlab/kept. Sure? [y/N] ", e.Slug)
		answer, _ := bufio.NewReader(t.in).ReadString('\n')
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "y", "yes":
		default:
			fmt.Fprintln(t.out, "\nnothing was changed (-y does not ask)")
			return notPassed
		}
	}
	kept, err := e.Reset(t.root, time.Now())
	if err != nil {
		fmt.Fprintln(t.err, err)
		return notJudged
	}
	fmt.Fprintf(t.out, "exercises/%s/main.go is the starter again", e.Slug)
	if kept != "" {
		if rel, err := filepath.Rel(t.root, kept); err == nil {
			kept = rel
		}
		fmt.Fprintf(t.out, "; what was there is in %s", kept)
	}
	fmt.Fprintln(t.out)
	if others := t.others(e); len(others) > 0 {
		fmt.Fprintf(t.out, "left as they are: %s. All .go files of the folder are one program: "+
			"remove what does not belong to the starter\n", strings.Join(others, ", "))
	}
	return fine
}

// others returns the Go files beside main.go that are built with it.
func (t *tool) others(e *course.Exercise) (names []string) {
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(e.MainFile(t.root)), "*.go"))
	for _, name := range files {
		if base := filepath.Base(name); course.Built(base) && base != "main.go" {
			names = append(names, "exercises/"+e.Slug+"/"+base)
		}
	}
	return names
}

// solution shows how the solution differs from the student's program.
func (t *tool) solution(words []string) int {
	e := t.one(words)
	if e == nil {
		return misuse
	}
	if !t.attempts[e.Slug].Solved && !t.show {
		fmt.Fprintf(t.out, "%02d %s: shown when you have passed. A hint: go run ./exercises hint %02d. "+
			"To see it now: -show\n", e.Number, e.Title, e.Number)
		return notPassed
	}
	if _, err := os.Stat(filepath.Join(t.root, filepath.FromSlash(e.Solution()))); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(t.out, "this clone is without solutions: ask whoever gave it to you")
		return notPassed
	}
	yours, err := os.ReadFile(e.MainFile(t.root))
	theirs, err2 := os.ReadFile(filepath.Join(t.root, filepath.FromSlash(e.Solution()), "main.go"))
	if err != nil || err2 != nil {
		fmt.Fprintf(t.err, "the two programs cannot be compared: %v\n", firstOf(err, err2))
		return notJudged
	}
	fmt.Fprintf(t.out, "--- exercises/%s/main.go (yours)\n+++ %s/main.go\n", e.Slug, e.Solution())
	for _, line := range diff(split(string(yours)), split(string(theirs))) {
		fmt.Fprintln(t.out, launch.Quote([]byte(line)))
	}
	fmt.Fprintf(t.out, "\nwhy, and an alternative: %s/README.md\n", e.Solution())
	return fine
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func split(s string) []string { return strings.Split(strings.TrimSuffix(s, "\n"), "\n") }
