package course

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// readOnly calls do in a folder that it may not write to. Root may write anywhere, so root becomes nobody for the
// file system, on this thread alone: setfsuid(2).
func readOnly(t *testing.T, dir string, do func()) {
	t.Helper()
	if os.Getuid() == 0 {
		for up := dir; up != os.TempDir() && up != "/"; up = filepath.Dir(up) {
			os.Chmod(up, 0o755) // nobody must get there
		}
		runtime.LockOSThread() // never unlocked: the thread ends with the test
		unix.Setfsuid(65534)
	} else {
		os.Chmod(dir, 0o555)
		defer os.Chmod(dir, 0o755)
	}
	do()
	if os.Getuid() == 0 {
		unix.Setfsuid(0)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, ".fdlab")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var err error
	readOnly(t, dir, func() { err = ProgressOf(root).Save("01-x", Result{}) })
	if err == nil || !strings.Contains(err.Error(), "permission denied") || !strings.Contains(err.Error(), "the lab goes on without") {
		t.Errorf("error: %v", err)
	}
}

func TestResetInAReadOnlyFolder(t *testing.T) {
	root := t.TempDir()
	e := &Exercise{Slug: "01-x", Dir: "exercises/01-x"}
	for name, content := range map[string]string{"main.go": "mine", "testdata/starter/main.go": "starter"} {
		at := filepath.Join(root, e.Dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, ".fdlab/kept"), 0o777); err != nil {
		t.Fatal(err)
	}
	os.Chmod(filepath.Join(root, ".fdlab/kept"), 0o777)
	var err error
	readOnly(t, filepath.Join(root, e.Dir), func() { _, err = e.Reset(root, time.Now()) })
	if err == nil || !strings.Contains(err.Error(), "was not reset") || !strings.Contains(err.Error(), "chmod u+w exercises/01-x") {
		t.Errorf("error: %v", err)
	}
	if now, _ := os.ReadFile(e.MainFile(root)); string(now) != "mine" {
		t.Errorf("main.go is %q", now)
	}
}
