package check

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fdlab/lab/launch"
)

func clone(t *testing.T) string {
	t.Helper()
	root, err := launch.FindRoot("")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func row(t *testing.T, name string, all []Row) Row {
	t.Helper()
	for _, r := range all {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no row %q in %v", name, all)
	return Row{}
}

// TestEachRowSaysWellOrItsCure, within the time that is promised, and leaves
// nothing behind.
func TestEachRowSaysWellOrItsCure(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("GOTMPDIR", "")
	root := clone(t)
	before, _ := os.ReadDir(root)
	began := time.Now()
	all := Run(root, os.Environ())
	if took := time.Since(began); took > limit+3*time.Second { // a busy machine may be late
		t.Errorf("it took %v", took)
	}
	if len(all) != len(rows) {
		t.Fatalf("%d rows", len(all))
	}
	for _, r := range all {
		if r.Name == "" || r.Found == "" || (r.State != Well) != (r.Cure != "") {
			t.Errorf("%+v", r)
		}
	}
	for _, name := range []string{"FIFO here", "loopback", "TMPDIR", "open files"} {
		if r := row(t, name, all); r.State != Well {
			t.Errorf("%+v", r)
		}
	}
	after, _ := os.ReadDir(root)
	if len(after) != len(before) {
		t.Errorf("in the clone there were %d entries, now there are %d", len(before), len(after))
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) { // a build that was broken off
		left, _ := filepath.Glob(temp + "/*")
		if len(left) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("left behind: %q", left)
		}
	}
}

// TestWhatIsWrongIsSeen, one thing at a time.
func TestWhatIsWrongIsSeen(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T)
		state State
		says  string
	}{
		{"Go", func(t *testing.T) { t.Setenv("PATH", t.TempDir()) }, Wrong, "https://go.dev/dl"},
		{"toolchain", func(t *testing.T) { t.Setenv("GOTOOLCHAIN", "go1.999.0") }, Wrong, "unset GOTOOLCHAIN"},
		{"Go's settings", func(t *testing.T) { t.Setenv("GOFLAGS", "-x\x1b[31m") }, Care, `GOFLAGS=-x\x1b[31m`},
		{"modules", func(t *testing.T) { t.Setenv("GOMODCACHE", t.TempDir()); t.Setenv("GOFLAGS", "-modcacherw") }, Wrong, "go mod download"},
		{"TMPDIR", func(t *testing.T) { t.Setenv("TMPDIR", t.TempDir()+"/gone") }, Wrong, "export TMPDIR"},
		{"a lesson", func(t *testing.T) { t.Setenv("TMPDIR", t.TempDir()+"/gone"); t.Setenv("GOTMPDIR", "") }, Wrong, "TMPDIR must name a folder"},
		{"colours, letters", func(t *testing.T) { t.Setenv("TERM", "dumb") }, Wrong, "TERM"},
		{"colours, letters", func(t *testing.T) { t.Setenv("TERM", "xterm"); t.Setenv("LC_ALL", "C") }, Care, "C.UTF-8"},
		{"port 9877", func(t *testing.T) {
			if l, err := net.Listen("tcp4", "127.0.0.1:9877"); err == nil {
				t.Cleanup(func() { l.Close() })
			}
		}, Care, "taken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.spoil(t)
			m := &machine{clone(t), os.Environ()}
			for _, r := range rows {
				if r.name != c.name {
					continue
				}
				got := r.look(t.Context(), m)
				if got.State != c.state || !strings.Contains(got.Found+got.Cure, c.says) {
					t.Errorf("%+v, want %v and %q", got, c.state, c.says)
				}
				if strings.ContainsAny(got.Found+got.Cure, "\x1b\n") {
					t.Errorf("not fit to be drawn: %q", got)
				}
			}
		})
	}
}

func TestTheEndSaysWhetherTheMachineIsReady(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/gone")
	var said bytes.Buffer
	if err := Print(&said, clone(t), os.Environ()); err == nil {
		t.Error("nothing can be built, and it is no error")
	}
	for _, want := range []string{"WRONG  TMPDIR", "export TMPDIR", " wrong\n"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &said)
		}
	}
}
