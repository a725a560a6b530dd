package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
)

// The same mistake in C. It is in a folder of its own because Go would take a
// .c file beside main.go for a part of the program.
//
//go:embed c/crash.c
var crashC []byte

// crash builds the C program in a temporary folder, runs it, and says what
// happened. Where that cannot be done it says why. Nothing is judged by it: a
// C program that uses memory which is not its own may do anything.
func crash(x *experiment.X) {
	x.Note("crash.c: %s", crashed(x))
}

func crashed(x *experiment.X) string {
	dir, err := x.TempDir()
	if err != nil {
		return "not built: " + err.Error()
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	x.Cleanup(cancel)

	source, program := filepath.Join(dir, "crash.c"), filepath.Join(dir, "crash")
	if err := os.WriteFile(source, crashC, 0o600); err != nil {
		return "not built: " + err.Error()
	}
	out, err := command(ctx, dir, "cc", "-O0", source, "-o", program, "-levent").CombinedOutput()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "not built: there is no C compiler (cc) on this machine"
	case bytes.Contains(out, []byte("event2/")) || bytes.Contains(out, []byte("-levent")):
		return "not built: libevent is not installed with its headers (Debian: libevent-dev)"
	case err != nil:
		return fmt.Sprintf("not built: cc: %v: %s", err, brief(out))
	}

	ctx, cancel = context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	out, err = command(ctx, dir, program).CombinedOutput()
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		x.Note("crash.c says %s", brief([]byte(line)))
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "it ended by itself: this time nobody had used its memory"
	case ctx.Err() != nil:
		return "it was stopped after 2 s: it spins, and serves nobody"
	case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled():
		sig := exit.Sys().(syscall.WaitStatus).Signal()
		return fmt.Sprintf("killed by %s (%s)", unix.SignalName(sig), sig)
	}
	return err.Error()
}

// command is a program that is killed when ctx ends. It gets none of the fds
// of this process but the three that every program has.
func command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	return cmd
}
