package control

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzServe: whatever comes through the channel, the experiment obeys, and with its
// end it is let go on and asked to stop.
func FuzzServe(f *testing.F) {
	for _, sent := range []string{"hold\nrelease\nstep\npoke a\nstop\n", "hold", "poke", "poke \xff", "hold\x00\n", "poke  a\n\n\n"} {
		f.Add([]byte(sent))
	}
	f.Add([]byte("hold\n" + strings.Repeat("x", 1<<17) + "\nrelease\n")) // longer than a line may be
	f.Fuzz(func(t *testing.T, sent []byte) {
		ours, theirs, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			theirs.Write(sent)
			theirs.Close()
		}()
		c, pressed := &Control{}, 0
		c.Offer('a', "press it", func() { pressed++ })
		c.Serve(ours)
		select {
		case <-c.Stopped():
		default:
			t.Error("it was not asked to stop")
		}
		if c.Gate.Closed() {
			t.Error("nobody can open the gate any more")
		}
		if c.Poked() != (pressed > 0) || pressed > strings.Count(string(sent), "poke a") {
			t.Errorf("pressed %d times: %q", pressed, sent)
		}
	})
}

// FuzzLitter: a program says what it likes of what it has made. Nothing goes but what
// it named by number and path, if that is a FIFO or a folder of fdlab's.
func FuzzLitter(f *testing.F) {
	for _, line := range []string{`made 1 2 "/tmp/a"`, `made 1 2 `, `made 1 2 "a`, "made", `made -1 2 "/"`, `made 1 2 "\x00/"`, `made 99999999999999999999 1 "/a"`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		l, ok := ParseLitter(line)
		if !ok {
			return
		}
		if !filepath.IsAbs(l.Path) {
			t.Errorf("%q: a path from nowhere: %q", line, l.Path)
		}
		if again, ok := ParseLitter(fmt.Sprintf("%s %d %d %q", made, l.dev, l.ino, l.Path)); !ok || again != l {
			t.Errorf("%q is read as %+v, and that as %+v", line, l, again)
		}
	})
}
