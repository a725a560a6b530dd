//go:build linux

package differential

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/skip"
)

// limit is how long a scenario may take. None needs more than three seconds;
// the rest is for a machine that has other things to do.
const limit = 2 * time.Minute

func TestMain(m *testing.M) {
	if name := os.Getenv("FDLAB_SCENARIO"); name != "" {
		play(name, os.Getenv("FDLAB_BACKEND"))
	}
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == fmt.Sprint(runtime.GOMAXPROCS(0)) {
		f.Value.Set("12") // scenarios sleep far more than they compute
	}
	os.Exit(skip.Slow(m))
}

// scenarios returns all of them. Each has a twin of the same name in C.
func scenarios() []func() {
	return slices.Concat(reads, callbacks, timers, timeouts, loops, ends, limits)
}

func nameOf(scenario func()) string {
	name := runtime.FuncForPC(reflect.ValueOf(scenario).Pointer()).Name()
	return name[strings.LastIndexByte(name, '.')+1:]
}

func TestSameTraceAsLibevent(t *testing.T) {
	program := compile(t)
	var names []string
	for _, s := range scenarios() {
		names = append(names, nameOf(s))
	}
	inC := strings.Fields(trace(t, exec.Command(program)))
	slices.Sort(inC)
	if sorted := slices.Sorted(slices.Values(names)); !slices.Equal(sorted, inC) {
		t.Fatalf("the scenarios have no twins:\nGo %q\nC  %q", sorted, inC)
	}
	for _, backend := range event.Backends() {
		if inLibevent[backend] == "" {
			t.Fatalf("the backend %q has no row in inLibevent: with which of libevent's is it to be compared?", backend)
		}
	}
	for _, name := range names {
		for _, backend := range event.Backends() {
			t.Run(name+"/"+backend, func(t *testing.T) {
				t.Parallel()
				libevent := make(chan string, 1)
				go func() {
					libevent <- trace(t, exec.Command(program, name, inLibevent[backend]))
				}()
				lab := trace(t, child(t, name, backend))
				compare(t, name, backend, <-libevent, lab)
			})
		}
	}
}

// inLibevent is what libevent calls each backend: a row for every one. A backend
// that libevent has not got is held against the nearest that it has.
var inLibevent = map[string]string{"epoll": "epoll", "poll": "poll", "select": "select"}

// compare judges one scenario on one backend.
func compare(t *testing.T, name, backend, libevent, lab string) {
	d := declared(name, backend)
	if d == nil {
		if libevent != lab {
			t.Errorf("libevent and lab/event differ:\n%s", sideBySide(libevent, lab))
		}
		return
	}
	if !matches(d.libevent, libevent) || !matches(d.lab, lab) {
		t.Errorf("not the difference that is declared:\n%s\ndeclared:\n%s",
			sideBySide(libevent, lab), sideBySide(d.libevent, d.lab))
	}
}

// matches reports whether each line of the trace is as declared: as a regular
// expression, for what even one implementation leaves open.
func matches(pattern, trace string) bool {
	return regexp.MustCompile(`^(?:` + strings.TrimSpace(pattern) + `)$`).MatchString(strings.TrimSpace(trace))
}

func sideBySide(libevent, lab string) string {
	var s strings.Builder
	l, r := strings.Split(strings.TrimSpace(libevent), "\n"), strings.Split(strings.TrimSpace(lab), "\n")
	fmt.Fprintf(&s, "    %-40s | %s\n", "LIBEVENT", "LAB/EVENT")
	for i := range max(len(l), len(r)) {
		var a, b string
		if i < len(l) {
			a = l[i]
		}
		if i < len(r) {
			b = r[i]
		}
		mark := " "
		if a != b {
			mark = "*"
		}
		fmt.Fprintf(&s, "  %s %-40s | %s\n", mark, a, b)
	}
	return s.String()
}

// child is the Go side: this test binary, run once more.
func child(t *testing.T, name, backend string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "FDLAB_SCENARIO="+name, "FDLAB_BACKEND="+backend,
		"GORACE=atexit_sleep_ms=0") // else the race detector adds a second to each
	return cmd
}

// trace runs one side of a scenario in a folder of its own, and returns what it
// printed. An unhappy end is a line of its own.
func trace(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	limited := exec.CommandContext(ctx, cmd.Path, cmd.Args[1:]...)
	var said, complained bytes.Buffer
	limited.Env, limited.Dir, limited.Stdout, limited.Stderr = cmd.Env, t.TempDir(), &said, &complained
	limited.WaitDelay = 10 * time.Second
	limited.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	// Pdeathsig is about the thread that started the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := limited.Run()
	var exit *exec.ExitError
	switch status, died := syscall.WaitStatus(0), errors.As(err, &exit); {
	case ctx.Err() != nil:
		fmt.Fprintf(&said, "still running after %v\n", limit)
	case died:
		status = exit.Sys().(syscall.WaitStatus)
		if status.Signaled() {
			fmt.Fprintf(&said, "ended by %v\n", status.Signal())
		} else {
			fmt.Fprintf(&said, "exit status %d\n", status.ExitStatus())
		}
	case err != nil:
		fmt.Fprintf(&said, "could not be run: %v\n", err)
	}
	if complained.Len() > 0 {
		t.Logf("%s said:\n%s", filepath.Base(limited.Path), complained.String())
	}
	return said.String()
}

// compile builds the C side, all scenarios in one program.
func compile(t *testing.T) string {
	cc, err := exec.LookPath("cc")
	if err != nil {
		skip.Missing(t, "lab/event was not held against libevent: %v", "there is no C compiler (cc) on PATH")
	}
	probe := exec.Command(cc, "-xc", "-", "-o", os.DevNull, "-levent_core", "-levent_pthreads")
	probe.Stdin = strings.NewReader("#include <event2/event.h>\nint main(void) { return !event_get_version(); }\n")
	if out, err := probe.CombinedOutput(); err != nil {
		skip.Missing(t, "lab/event was not held against libevent: %v", "libevent's headers and library are missing (Debian: apt-get install libevent-dev): "+string(out))
	}
	sources, err := filepath.Glob("testdata/*.c")
	if err != nil || len(sources) == 0 {
		t.Fatalf("no C sources: %v", err)
	}
	program := filepath.Join(t.TempDir(), "libevent")
	args := append([]string{"-std=gnu11", "-O1", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-pthread", "-o", program}, sources...)
	out, err := exec.Command(cc, append(args, "-levent_core", "-levent_pthreads")...).CombinedOutput()
	if err != nil {
		t.Fatalf("the C side does not compile: %v\n%s", err, out)
	}
	return program
}
