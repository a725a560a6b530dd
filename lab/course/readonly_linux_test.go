package course

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestReadOnlyFolder. Root may write anywhere, so root becomes nobody for the
// file system, on this thread alone: setfsuid(2).
func TestReadOnlyFolder(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, ".fdlab")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
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
	err := ProgressOf(root).Save("01-x", Result{})
	if os.Getuid() == 0 {
		unix.Setfsuid(0)
	}
	if err == nil || !strings.Contains(err.Error(), "permission denied") || !strings.Contains(err.Error(), "the lab goes on without") {
		t.Errorf("error: %v", err)
	}
}
