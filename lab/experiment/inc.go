package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// NotBuilt is why a C program cannot be built on this machine.
type NotBuilt string

func (why NotBuilt) Error() string { return "not built: " + string(why) }

// building is how long a compiler may take.
const building = 10 * time.Second

// RunC builds a C program that uses libevent in a temporary folder, runs it,
// and returns what it printed. The error is a NotBuilt, an *exec.ExitError, or
// context.DeadlineExceeded if the program did not end within limit. A machine
// without a compiler or libevent is nothing unusual: what the program would
// have said is then not measured.
func (x *X) RunC(source []byte, limit time.Duration) ([]byte, error) {
	dir, err := x.TempDir()
	if err != nil {
		return nil, NotBuilt(err.Error())
	}
	ctx, cancel := context.WithTimeout(context.Background(), building+limit)
	done := make(chan struct{})
	x.Cleanup(func() { cancel(); <-done }) // before the folder is removed
	defer close(done)
	defer os.RemoveAll(dir)
	defer cancel()

	program, err := build(ctx, dir, source)
	if err != nil {
		return nil, err
	}
	ctx, cancelRun := context.WithTimeout(ctx, limit)
	defer cancelRun()
	out, err := command(ctx, dir, program).CombinedOutput()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return out, err
}

// build compiles without optimising: the lessons' programs hold mistakes that an
// optimiser may turn into others.
func build(ctx context.Context, dir string, source []byte) (program string, err error) {
	name, program := filepath.Join(dir, "program.c"), filepath.Join(dir, "program")
	if err := os.WriteFile(name, source, 0o600); err != nil {
		return "", NotBuilt(err.Error())
	}
	out, err := command(ctx, dir, "cc", "-O0", name, "-o", program, "-levent").CombinedOutput()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", NotBuilt("there is no C compiler (cc) on this machine")
	case bytes.Contains(out, []byte("event2/")) || bytes.Contains(out, []byte("-levent")):
		return "", NotBuilt("libevent is not installed with its headers (Debian: libevent-dev)")
	case err != nil:
		first, _, _ := strings.Cut(string(out), "\n")
		return "", NotBuilt(fmt.Sprintf("cc: %v: %.80q", err, first))
	}
	return program, nil
}

// command is a program that is killed when ctx ends. It gets none of the fds
// of this process but the three that every program has, and none of the
// variables by which libevent can be told what to use.
func command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "EVENT_") })
	cmd.Env = append(cmd.Env, "TMPDIR="+dir) // what a compiler that was killed leaves goes with the folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	return cmd
}
