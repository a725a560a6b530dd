//go:build linux && (amd64 || arm64)

package foreign

import (
	"strings"
	"testing"
)

// TestATerminalOfItsOwn: with TTY the program's three files are one terminal, which is its
// controlling one; what is typed arrives, and what it prints comes out, to the last byte.
func TestATerminalOfItsOwn(t *testing.T) {
	const script = `tty && stty size && echo to the tty > /dev/tty && read line && echo "got $line"; cat; printf end`
	p := launch(t, Options{Args: []string{"/bin/sh", "-c", script}, TTY: true})
	var printed strings.Builder
	line := func(want string) {
		t.Helper()
		for !strings.Contains(printed.String(), want) {
			got, err := p.out.ReadString('\n')
			printed.WriteString(got)
			if err != nil {
				t.Fatalf("it printed %q, then %v; want %q", printed.String(), err, want)
			}
		}
	}
	line("/dev/pts/")
	line("24 80\r\n")
	line("to the tty\r\n")
	p.in.WriteString("hello\n")
	line("got hello\r\n")
	p.in.Close() // cat is told the end of file
	p.wait()
	rest := make([]byte, 64)
	n, _ := p.out.Read(rest)
	if got := string(rest[:n]); !strings.HasSuffix(got, "end") {
		t.Errorf("at the end it printed %q, want end", got)
	}
}
