package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os/exec"
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

// crash builds and runs the C program, and says what happened. Where that
// cannot be done it says why. Nothing is judged by it: a C program that uses
// memory which is not its own may do anything.
func crash(x *experiment.X) {
	x.Note("crash.c: %s", crashed(x))
}

func crashed(x *experiment.X) string {
	out, err := x.RunC(crashC, 2*time.Second)
	if why := experiment.NotBuilt(""); errors.As(err, &why) {
		return why.Error()
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		x.Note("crash.c says %s", brief([]byte(line)))
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "it ended by itself: this time nobody had used its memory"
	case errors.Is(err, context.DeadlineExceeded):
		return "it was stopped after 2 s: it spins, and serves nobody"
	case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled():
		sig := exit.Sys().(syscall.WaitStatus).Signal()
		return fmt.Sprintf("killed by %s (%s)", unix.SignalName(sig), sig)
	}
	return err.Error()
}
