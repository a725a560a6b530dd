package launch

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Problem is one objection of the compiler. Its strings are quoted already:
// they may be drawn as they are.
type Problem struct {
	File   string // from the root, with slashes; the whole name where it lies elsewhere
	Line   int    // from 1
	Column int    // in bytes, from 1; 0: not said
	Text   string // the following lines that belong to it are parted by "\n"
}

// Path is the name by which the file can be read; root is that of the build.
func (p Problem) Path(root string) string {
	if file := filepath.FromSlash(p.File); filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(root, filepath.FromSlash(p.File))
}

func (p Problem) String() string {
	at := fmt.Sprintf("%s:%d", p.File, p.Line)
	if p.Column > 0 {
		at += ":" + strconv.Itoa(p.Column)
	}
	return at + ": " + p.Text
}

// BuildError says why a program does not compile.
type BuildError struct {
	Package  string
	Problems []Problem // may be empty: the linker, a missing module, an old Go
	Output   string    // all that the go command said, raw: quote it to draw it
	Status   string    // how the go command ended
}

func (e *BuildError) Error() string {
	if len(e.Problems) == 0 {
		return fmt.Sprintf("%s does not build: %s", e.Package, e.said())
	}
	return fmt.Sprintf("%s does not compile: %s%s", e.Package, e.Problems[0], more(len(e.Problems)-1))
}

// said returns the beginning of the go command's words, quoted line by line.
func (e *BuildError) said() string {
	const most = 10
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(e.Output)) {
		if len(lines) == most {
			lines = append(lines, "...")
			break
		}
		lines = append(lines, short(strings.TrimRight(line, "\r\n")))
	}
	if lines == nil {
		return "the go command said nothing (" + e.Status + ")"
	}
	return strings.Join(lines, "\n")
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", n)
}

// objection is a line like "lessons/01-x/main.go:12:3: undefined: foo".
var objection = regexp.MustCompile(`^(.+?\.go):(\d+)(?::(\d+))?: (.*)$`)

// buildFailure reads what the go command said: a *BuildError if it is about the
// program, an *EnvironmentError if it is about the machine.
func buildFailure(root, pkg, output, status string) error {
	e := newBuildError(root, pkg, output, status)
	if cause := e.environment(); cause != nil {
		return cause
	}
	return e
}

func newBuildError(root, pkg, output, status string) *BuildError {
	e := &BuildError{Package: pkg, Output: output, Status: status}
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if m := objection.FindStringSubmatch(line); m != nil {
			p := Problem{File: Quote([]byte(relative(root, m[1]))), Text: Quote([]byte(m[4]))}
			p.Line, _ = strconv.Atoi(m[2])
			p.Column, _ = strconv.Atoi(m[3])
			e.Problems = append(e.Problems, p)
		} else if n := len(e.Problems); n > 0 && strings.HasPrefix(line, "\t") {
			e.Problems[n-1].Text += "\n" + Quote([]byte(strings.TrimLeft(line, "\t")))
		}
	}
	return e
}

// relative names a file from root. A file that lies elsewhere (Go's own) keeps
// its name.
func relative(root, file string) string {
	if filepath.IsAbs(file) {
		rel, err := filepath.Rel(root, file)
		if err != nil || strings.HasPrefix(rel, "..") {
			return file
		}
		file = rel
	}
	return filepath.ToSlash(filepath.Clean(file))
}
