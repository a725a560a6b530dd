package experiment

import (
	"errors"
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

func TestAFIFOThatIsInTheWayIsExplained(t *testing.T) {
	left, file := filepath.Join(t.TempDir(), "left"), filepath.Join(t.TempDir(), "file")
	if err := errors.Join(unix.Mkfifo(left, 0o600), os.WriteFile(file, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{left: true, file: false} {
		why := whyNot(path, unix.EEXIST)
		if says := strings.Contains(why, "was killed"); says != want {
			t.Errorf("%s: %s", path, why)
		}
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
