package experiment

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAShellTakesTheWordAsItIs(t *testing.T) {
	for _, path := range []string{"event.fifo", "/tmp/fdlab-1/event.fifo", "a b", "it's", "$(echo no)", "日本", "~", "a*"} {
		out, err := exec.Command("/bin/sh", "-c", "printf %s "+shellWord(path)).CombinedOutput()
		if err != nil || string(out) != path {
			t.Errorf("the shell reads %q as %q, %v", shellWord(path), out, err)
		}
	}
	if word := shellWord("event.fifo"); word != "event.fifo" {
		t.Errorf("a plain path is quoted: %s", word)
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
		if got := abandoned(name(file)); got != want {
			t.Errorf("abandoned(%s) = %v, want %v", file, got, want)
		}
		why := whyNot(name(file), unix.EEXIST)
		if says := strings.Contains(why, "was killed"); says != want {
			t.Errorf("%s: %s", file, why)
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
	ours := make("ours", marked, true)
	for path, want := range map[string]bool{
		ours:                             true,
		make("plain", private, true):     false,
		make("mode", marked|0o044, true): false,
		make("file", marked, false):      false,
		filepath.Join(dir, "none"):       false,
	} {
		if got := isOurs(path); got != want {
			t.Errorf("isOurs(%s) = %t, want %t", path, got, want)
		}
	}
	if os.Chown(ours, 65534, 65534) == nil && isOurs(ours) { // only root may give files away
		t.Error("another user's FIFO is taken for ours")
	}
}

func TestARemoverRemovesOnlyItsOwnFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "event.fifo")
	make := func() {
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	make()
	remove := remover(path)
	remove()
	remove() // the second time there is nothing to do
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Fatalf("the FIFO is still there: %v", err)
	}
	make()
	remove = remover(path)
	if err := os.Rename(path, path+".kept"); err != nil { // or its number could be used again
		t.Fatal(err)
	}
	make()
	remove()
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("somebody else's FIFO was removed: %v", err)
	}
}
