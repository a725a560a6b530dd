package course

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// MainFile returns the student's working copy of the exercise, in the clone at
// root.
func (e *Exercise) MainFile(root string) string {
	return filepath.Join(root, filepath.FromSlash(e.Dir), "main.go")
}

// Untouched reports whether the working copy is the starter still.
func (e *Exercise) Untouched(root string) bool {
	now, err := os.ReadFile(e.MainFile(root))
	starter, err2 := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.Starter()), "main.go"))
	return err == nil && err2 == nil && bytes.Equal(now, starter)
}

// Reset puts the starter in the place of the student's main.go, and keeps what
// was there: kept is that file's path, "" if there was nothing to keep. The
// starter has a copy of its own in the exercise's testdata, so neither git nor
// its history matters. The file is replaced as a whole or not at all.
func (e *Exercise) Reset(root string, now time.Time) (kept string, err error) {
	starter, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.Starter()), "main.go"))
	if err != nil {
		return "", fmt.Errorf("the starter of %s cannot be read: %w: fetch it back (git checkout %s)", e.Slug, err, e.Starter())
	}
	name := e.MainFile(root)
	old, err := os.ReadFile(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return "", fmt.Errorf("main.go of %s cannot be kept, so it stays: %w", e.Slug, err)
	case bytes.Equal(old, starter):
		return "", nil
	default:
		if kept, err = keep(root, e.Slug, old, now); err != nil {
			return "", fmt.Errorf("main.go of %s cannot be kept, so it stays: %w", e.Slug, err)
		}
	}
	if err := replace(name, starter); err != nil {
		if errors.Is(err, os.ErrPermission) {
			err = fmt.Errorf("%w: make its folder writable (chmod u+w %s)", err, e.Dir)
		}
		return kept, fmt.Errorf("main.go of %s was not reset: %w", e.Slug, err)
	}
	return kept, nil
}

// keep writes content to a new file in .fdlab/kept, and returns its path.
func keep(root, slug string, content []byte, now time.Time) (string, error) {
	dir := filepath.Join(root, ".fdlab", "kept")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	stem := filepath.Join(dir, slug+"-"+now.Format("20060102-150405"))
	for n, name := 2, stem+".go"; ; n, name = n+1, fmt.Sprintf("%s-%d.go", stem, n) {
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = file.Write(content)
		return name, errors.Join(err, file.Sync(), file.Close())
	}
}

// replace gives the file new content: the old or the new, never half of it.
func replace(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".main-*.new")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // fails once it is renamed
	_, err = temp.Write(content)
	if err := errors.Join(err, temp.Chmod(0o644), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}
