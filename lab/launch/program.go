package launch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Program says which program is to be built, and how the go command is asked for it.
type Program struct {
	Root    string   // the module's folder; the go command runs there
	Package string   // the program's folder from Root: "./lessons/02-ev-persist"
	Files   []string // in place of Package: Go files that lie anywhere, by their whole names
	Name    string   // "02-ev-persist"
	Races   bool     // with Go's race detector, which needs cgo and a C compiler

	itself  bool // see ThisProgram
	browser bool // see BuildForBrowser
}

// BuildArgs is what is given to go build.
func (p Program) BuildArgs() []string {
	switch {
	case p.itself:
		return []string{p.Name}
	case p.Files != nil:
		return p.Files
	}
	return []string{p.Package}
}

// namesFdlab finds fdlab's module in another module's go.mod.
var namesFdlab = regexp.MustCompile(`(?m)^\s*(require\s+|replace\s+)?fdlab\b`)

// Find returns the program that a path names: its folder, or a Go file. main.go
// stands for its folder, as a program may have further files; any other file is a
// program alone, as with "go run". root is the clone of fdlab.
//
// A program of the clone, or of another module that knows fdlab, is built as a
// package of it. Any other is built from its files, as if it belonged to the clone:
// so it may import fdlab's packages, and none of its own.
func Find(root, path string) (Program, error) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return Program{}, fmt.Errorf("the current folder is gone (%w): cd into a folder that is there", err)
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return Program{}, fmt.Errorf("%q is not there: name the folder of a Go program, or its main.go", path)
	case err != nil:
		return Program{}, fmt.Errorf("%q cannot be read: %w", path, err)
	}
	alone := ""
	if !info.IsDir() {
		if !IsSource(dir) {
			return Program{}, fmt.Errorf("%q is no Go program: name a folder that has a main.go, or the main.go itself", path)
		}
		if filepath.Base(dir) != "main.go" {
			alone = filepath.Base(dir)
		}
		dir = filepath.Dir(dir)
	}
	// By whatever links it is reached: the go command asks where a folder really lies.
	if dir, err = filepath.EvalSymlinks(dir); err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	if err != nil {
		return Program{}, fmt.Errorf("%q cannot be read: %w", path, err)
	}
	if alone != "" {
		return Program{Root: root, Files: []string{filepath.Join(dir, alone)}, Name: strings.TrimSuffix(alone, ".go")}, nil
	}
	files, err := sources(dir)
	if err != nil {
		return Program{}, fmt.Errorf("%q cannot be read: %w", path, err)
	}
	if len(files) == 0 {
		return Program{}, fmt.Errorf("the folder %q has no Go file: %s", path, programsIn(dir))
	}
	p := Program{Root: root, Files: files, Name: filepath.Base(dir)}
	module, knows := moduleOf(dir)
	if rel, err := filepath.Rel(module, dir); err == nil && (module == root || knows) {
		p.Root, p.Package, p.Files = module, "./"+filepath.ToSlash(rel), nil
	}
	return p, nil
}

// IsSource reports whether the go command builds a file of that name into a program. It
// leaves out tests, and names that begin with a dot or an underscore, as those of an
// editor's locks and backups do.
func IsSource(name string) bool {
	base := filepath.Base(name)
	return strings.HasSuffix(base, ".go") && !strings.HasSuffix(base, "_test.go") && base[0] != '.' && base[0] != '_'
}

// sources returns the Go files of a folder, by their whole names.
func sources(dir string) (files []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if !e.IsDir() && IsSource(e.Name()) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, err
}

// programsIn says which of a folder's folders could have been meant.
func programsIn(dir string) string {
	const most = 3
	var found []string
	all, _ := filepath.Glob(filepath.Join(dir, "*", "main.go"))
	for _, name := range all {
		if len(found) == most {
			found = append(found, "...")
			break
		}
		found = append(found, fmt.Sprintf("%q", filepath.Base(filepath.Dir(name))))
	}
	if found == nil {
		return "name the folder that main.go lies in"
	}
	return "name one of its folders: " + strings.Join(found, ", ")
}

// moduleOf returns the folder of the module that dir lies in, "" for none, and
// whether it knows fdlab.
func moduleOf(dir string) (module string, knows bool) {
	for at := dir; ; at = filepath.Dir(at) {
		if content, err := os.ReadFile(filepath.Join(at, "go.mod")); err == nil {
			return at, namesFdlab.Match(content)
		}
		if at == filepath.Dir(at) {
			return "", false
		}
	}
}
