package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"fdlab/lab/course"
)

// handout copies the clone for a class, without what gives an answer away: the
// solutions, and the other right and wrong programs that the grader is tested with.
// The students' programs are the starters.
func (t *tool) handout(words []string) int {
	if len(words) != 1 {
		return t.misused("hand out where? Name a new folder outside the clone")
	}
	to, err := filepath.Abs(words[0])
	if err != nil {
		return t.misused("%v", err)
	}
	if rel, err := filepath.Rel(really(t.root), really(to)); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return t.misused("%s is in the clone: name a folder outside it", words[0])
	}
	if _, err := os.Lstat(to); !errors.Is(err, os.ErrNotExist) {
		return t.misused("%s is there already: name a new folder", words[0])
	}
	if err = copyWithout(os.DirFS(t.root), to, answers); err == nil {
		err = starters(t.all, to)
	}
	if err != nil {
		fmt.Fprintln(t.err, err)
		return notJudged
	}
	fmt.Fprintf(t.out, "%s is the course without solutions: make it the repository of your class\n", words[0])
	return fine
}

// really is where a path leads, by whatever links; the end of it need not be there yet.
func really(name string) string {
	real, err := filepath.EvalSymlinks(name)
	if parent := filepath.Dir(name); err != nil && parent != name {
		return filepath.Join(really(parent), filepath.Base(name))
	}
	return real
}

// answers reports whether a path of the clone is not for students, or not the clone's.
func answers(name string) bool {
	base := path.Base(name)
	program := strings.HasPrefix(base, "right-") || strings.HasPrefix(base, "wrong-")
	return name == ".git" || name == ".fdlab" || path.Dir(name) == "solutions" && base != "README.md" ||
		strings.HasPrefix(name, "exercises/") && path.Base(path.Dir(name)) == "testdata" && program
}

// copyWithout copies all folders and ordinary files but those that are left out.
func copyWithout(from fs.FS, to string, left func(name string) bool) error {
	return fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		target := filepath.Join(to, filepath.FromSlash(name))
		switch {
		case err != nil:
			return err
		case left(name) && d.IsDir():
			return fs.SkipDir
		case left(name):
			return nil
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case !d.Type().IsRegular(): // a FIFO of a run by hand, an editor's lock
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, info.Mode().Perm())
	})
}

// starters puts each exercise's starter in the place of the program, and takes away
// what lies beside it.
func starters(all []*course.Exercise, root string) error {
	for _, e := range all {
		starter, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.Starter()), "main.go"))
		if err != nil {
			return err
		}
		others, _ := filepath.Glob(filepath.Join(filepath.Dir(e.MainFile(root)), "*.go"))
		for _, name := range others {
			err = errors.Join(err, os.Remove(name))
		}
		if err := errors.Join(err, os.WriteFile(e.MainFile(root), starter, 0o644)); err != nil {
			return err
		}
	}
	return nil
}
