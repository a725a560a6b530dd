package firstframe_test

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/creack/pty"
)

// query is how a program asks a terminal for its background colour.
const query = "\x1b]11;?"

// TestTheTerminalIsNotAsked runs the smallest bubbletea program in a terminal
// that never answers. All that it wrote up to its first frame is examined.
func TestTheTerminalIsNotAsked(t *testing.T) {
	wrote := run(t, "the first frame")
	if bytes.Contains(wrote, []byte(query)) {
		t.Errorf("the terminal was asked for its background: %q", wrote)
	}
}

// TestTheTrapIsThere shows that the test above can fail: without the import,
// the same program asks. When it no longer does, this package can go.
func TestTheTrapIsThere(t *testing.T) {
	run(t, query, "-tags=trap")
}

// run builds testdata/silent, runs it in a pseudo-terminal, and returns what
// it has written as soon as that contains want.
func run(t *testing.T, want string, flags ...string) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "silent")
	build := exec.Command("go", append(append([]string{"build", "-o", program}, flags...), "./testdata/silent")...)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	cmd := exec.Command(program)
	// Lip Gloss asks nobody in tmux, in screen or in CI: none of that here.
	cmd.Env = []string{"TERM=xterm-256color", "HOME=" + t.TempDir()}
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		terminal.Close()
	})
	// The limit ends a hanging test; it is no measure of speed.
	terminal.SetReadDeadline(time.Now().Add(time.Minute))
	var wrote []byte
	buf := make([]byte, 4096)
	for !bytes.Contains(wrote, []byte(want)) {
		n, err := terminal.Read(buf)
		wrote = append(wrote, buf[:n]...)
		if err != nil {
			t.Fatalf("%v after %q, want %q", err, wrote, want)
		}
	}
	return wrote
}
