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
		if got := abandoned(name(file), 0); got != want {
			t.Errorf("abandoned(%s) = %v, want %v", file, got, want)
		}
		why := whyNot(name(file), unix.EEXIST)
		if says := strings.Contains(why, "was killed"); says != want {
			t.Errorf("%s: %s", file, why)
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
