// Package launch builds a lesson, an exercise or any Go program of the module,
// runs it as a child, streams its trace, holds and releases it, and ends it
// with nothing left behind: no process, no file, no file descriptor.
//
//	binary, err := launch.Build(ctx, root, "./lessons/02-ev-persist")
//	run, err := launch.Start(binary, launch.Options{})
//	for { n, more := run.Read(records); ... }
//	run.Stop(); <-run.Done(); run.Close(); binary.Remove()
//
// The child is a process of its own, so it may block, spin, crash or print
// rubbish, and the instrument survives it. The package knows how a program is
// built, fed and ended. It does not know what records mean, or drawing.
package launch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Module is the name of the module that fdlab's programs belong to.
const Module = "fdlab"

var moduleLine = regexp.MustCompile(`(?m)^module[ \t]+"?([^\s"]+)"?`)

// FindRoot returns the clone that dir lies in: the nearest folder, from dir
// upward, whose go.mod is that of module fdlab. An empty dir is the current
// folder.
func FindRoot(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("the current folder is gone (%w): cd into your clone of fdlab", err)
	}
	if info, err := os.Stat(start); err != nil || !info.IsDir() {
		return "", fmt.Errorf("%q is not a folder: name your clone of fdlab with -C", start)
	}
	seen := ""
	for at := start; ; at = filepath.Dir(at) {
		name := filepath.Join(at, "go.mod")
		content, err := os.ReadFile(name)
		if m := moduleLine.FindSubmatch(content); m != nil {
			if string(m[1]) == Module {
				return at, nil
			}
			seen += fmt.Sprintf("; %q is of module %q", name, m[1])
		} else if err != nil && !errors.Is(err, os.ErrNotExist) {
			seen += "; " + err.Error()
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	return "", fmt.Errorf("no clone of fdlab here: looked for a go.mod of module %s in %q and in every folder above it%s: "+
		"cd into your clone, or name it with -C", Module, start, seen)
}

// inside returns the folder of pkg, a path from root: "./lessons/01-x".
func inside(root, pkg string) (string, error) {
	dir := filepath.Join(root, filepath.FromSlash(pkg))
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", fmt.Errorf("the folder %q is gone: fetch it back (git checkout %s), or choose another", pkg, pkg)
	case err != nil:
		return "", fmt.Errorf("the folder %q cannot be read: %w", pkg, err)
	case !info.IsDir():
		return "", fmt.Errorf("%q is not a folder: name the folder that main.go lies in", pkg)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("the folder %q cannot be read: %w", pkg, err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			return dir, nil
		}
	}
	return "", fmt.Errorf("the folder %q has no main.go: fetch it back (git checkout %s), or choose another", pkg, pkg)
}
