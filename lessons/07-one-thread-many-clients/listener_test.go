//go:build linux

package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"fdlab/lab/skip"
)

// TestEvconnlistenerDoesNotBlock asks libevent: does its listener make its sockets
// non-blocking by itself, and those of its clients?
func TestEvconnlistenerDoesNotBlock(t *testing.T) {
	program := filepath.Join(t.TempDir(), "listener")
	if out, err := exec.Command("cc", "-O1", "testdata/listener.c", "-o", program, "-levent").CombinedOutput(); err != nil {
		skip.Missing(t, "needs gcc and libevent (Debian: libevent-dev): %v\n%s", err, out)
	}
	out, err := exec.Command(program).CombinedOutput()
	const want = "new_bind: listener non-blocking, client non-blocking\nnew on an fd of one's own: listener blocking\n"
	if err != nil || string(out) != want {
		t.Errorf("%v, it said\n%swant\n%s", err, out, want)
	}
}
