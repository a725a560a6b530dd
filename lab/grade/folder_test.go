package grade

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A grader that was killed could not clear up: the next one does, and leaves
// alone what belongs to somebody who lives, and what is no trial's.
func TestWhatAKilledGraderLeftIsRemoved(t *testing.T) {
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	remains := map[string]bool{
		fmt.Sprintf("fdlab-trial-%d-1", gone.Process.Pid): false,
		fmt.Sprintf("fdlab-trial-%d-2", os.Getpid()):      true,
		"fdlab-trial-notes-3":                             true,
		"fdlab-build-1-4":                                 true,
	}
	for name := range remains {
		if err := os.Mkdir(filepath.Join(temp, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mkfifo(filepath.Join(temp, name, "a.fifo"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sweep(temp)
	for name, want := range remains {
		if _, err := os.Stat(filepath.Join(temp, name, "a.fifo")); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
}
