package launch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/skip"
)

// instrument tells the test binary to play the instrument, for the test that
// kills it.
const instrument = "LAUNCH_TEST_INSTRUMENT"

func TestMain(m *testing.M) {
	if what := os.Getenv(instrument); what != "" {
		playInstrument(what)
	}
	code := skip.Slow(m)
	for _, b := range programs {
		b.Remove()
	}
	os.Exit(code)
}

// playInstrument is an instrument that gets killed: while a child runs, or
// while it builds.
func playInstrument(what string) {
	dir, err := FindRoot("")
	if err == nil {
		var b *Binary
		fmt.Println("building")
		if b, err = Build(context.Background(), dir, "./lab/launch/testdata/"+what); err == nil {
			var r *Run
			if r, err = Start(b, Options{}); err == nil {
				fmt.Println(r.Pid())
				time.Sleep(time.Hour)
			}
		}
	}
	fmt.Println(err)
	os.Exit(1)
}

var (
	programsMu sync.Mutex
	programs   = map[string]*Binary{}
)

// program returns the built program of testdata/name. It is built once.
func program(t testing.TB, name string) *Binary {
	t.Helper()
	programsMu.Lock()
	defer programsMu.Unlock()
	if b := programs[name]; b != nil {
		return b
	}
	b, err := Build(context.Background(), root(t), "./lab/launch/testdata/"+name)
	if err != nil {
		t.Fatal(err)
	}
	programs[name] = b
	return b
}

func root(t testing.TB) string {
	t.Helper()
	dir, err := FindRoot("")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// start starts a program that is ended with the test.
func start(t testing.TB, name string, opt Options) *Run {
	t.Helper()
	if opt.RingSlots == 0 {
		opt.RingSlots = 1 << 12
	}
	r, err := Start(program(t, name), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Kill(); r.Close() })
	return r
}

// within waits for a condition; the minute is for a machine that is loaded.
func within(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited for a minute: %s", what)
		}
	}
}

func ended(t testing.TB, r *Run) Exit {
	t.Helper()
	select {
	case <-r.Done():
	case <-time.After(time.Minute):
		t.Fatalf("the program did not end; its output: %v", texts(r))
	}
	return r.Exit()
}

func texts(r *Run) (all []string) {
	for _, l := range r.Output().Lines() {
		all = append(all, string(l.Bytes))
	}
	return all
}

func saysReady(t testing.TB, r *Run) {
	t.Helper()
	within(t, "the program is ready", func() bool { return len(texts(r)) > 0 })
}

// gone reports whether a process runs no more. A zombie that nobody has
// reaped is gone too.
func gone(pid int) bool {
	if unix.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return os.IsNotExist(err)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(after, "Z") || strings.HasPrefix(after, "X")
}

// write makes a module of its own with the given files.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
