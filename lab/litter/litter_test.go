package litter

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// Only what belongs to a process that is gone is litter: not what belongs to
// somebody who lives, nor what is named otherwise, nor a link.
func TestOrphansAreTheFoldersOfProcessesThatAreGone(t *testing.T) {
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	orphan := fmt.Sprintf("fdlab-trial-%d-1", gone.Process.Pid)
	for _, name := range []string{orphan, fmt.Sprintf("fdlab-trial-%d-2", os.Getpid()),
		"fdlab-trial-notes-3", "fdlab-4", fmt.Sprintf("other-trial-%d-5", gone.Process.Pid)} {
		if err := os.Mkdir(filepath.Join(temp, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	mine, err := TempDir(temp, "build")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(mine, filepath.Join(temp, fmt.Sprintf("fdlab-trial-%d-6", gone.Process.Pid))); err != nil {
		t.Fatal(err)
	}
	if got, want := Orphans(temp), []string{filepath.Join(temp, orphan)}; !slices.Equal(got, want) {
		t.Errorf("orphans: %q, want %q", got, want)
	}
	if got := Living(temp, "build"); !slices.Equal(got, []string{mine}) {
		t.Errorf("living folders for a build: %q, want %q", got, mine)
	}
	if pid, ok := owner(filepath.Base(mine)); !ok || pid != os.Getpid() {
		t.Errorf("the owner of %s is %d, %t", mine, pid, ok)
	}
}

func TestOnlyAFIFOThatNobodyReadsIsAbandoned(t *testing.T) {
	dir := t.TempDir()
	name := func(s string) string { return filepath.Join(dir, s) }
	if err := os.WriteFile(name("file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, fifo := range []string{"left", "read"} {
		if err := unix.Mkfifo(name(fifo), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	reader, err := unix.Open(name("read"), unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(reader)
	for file, want := range map[string]bool{"left": true, "read": false, "file": false, "missing": false} {
		if got := Abandoned(name(file)); got != want {
			t.Errorf("Abandoned(%s) = %v, want %v", file, got, want)
		}
	}
}

// TestOnlyAMarkedFIFOOfTheSameUserIsOurs: all others stay as they are.
func TestOnlyAMarkedFIFOOfTheSameUserIsOurs(t *testing.T) {
	dir := t.TempDir()
	make := func(name string, mode os.FileMode, fifo bool) string {
		path := filepath.Join(dir, name)
		err := os.WriteFile(path, nil, 0o600)
		if fifo {
			os.Remove(path)
			err = unix.Mkfifo(path, 0o600)
		}
		if err == nil {
			err = os.Chmod(path, mode)
		}
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	ours := make("ours", Marked, true)
	for path, want := range map[string]bool{
		ours:                             true,
		make("plain", Private, true):     false,
		make("mode", Marked|0o044, true): false,
		make("file", Marked, false):      false,
		filepath.Join(dir, "none"):       false,
	} {
		if got := OurFIFO(path); got != want {
			t.Errorf("OurFIFO(%s) = %t, want %t", path, got, want)
		}
	}
	if os.Chown(ours, 65534, 65534) == nil && OurFIFO(ours) { // only root may give files away
		t.Error("another user's FIFO is taken for ours")
	}
}
