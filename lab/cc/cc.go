// Package cc builds C programs that use libevent, and says why that cannot be done on
// a machine. Without a compiler or libevent a machine is nothing unusual.
package cc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// NotBuilt is why a C program cannot be built on this machine.
type NotBuilt string

func (why NotBuilt) Error() string { return "not built: " + string(why) }

// Limit is how long a compiler may take.
const Limit = 10 * time.Second

// Build compiles a C source into a program, in the working folder dir. It does not
// optimise: the lessons' programs hold mistakes that an optimiser may turn into others.
// flags may name further folders and libraries. The error is a NotBuilt.
func Build(ctx context.Context, dir, source, program string, flags ...string) error {
	out, err := Command(ctx, dir, "cc", append([]string{"-g", "-O0", source, "-o", program}, append(flags, "-levent")...)...).CombinedOutput()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return NotBuilt("there is no C compiler (cc) on this machine (Debian: gcc libc6-dev)")
	case err == nil: // what it warns of may well name a header of libevent's
		return nil
	case noLibevent.Match(out):
		return NotBuilt("libevent is not installed with its headers (Debian: libevent-dev)")
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return NotBuilt(fmt.Sprintf("cc: %v: %.80q", err, first))
}

// noLibevent is what gcc, clang and their linkers say where it is not installed.
var noLibevent = regexp.MustCompile(`event2/[\w.]+:? (No such file|file not found)|'event2/[\w.]+' file not found|(cannot find|library not found for|unable to find library) -levent`)

// Command is a program that is killed when ctx ends. It gets none of the fds
// of this process but the three that every program has, and none of the
// variables by which libevent can be told what to use.
func Command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "EVENT_") })
	cmd.Env = append(cmd.Env, "TMPDIR="+dir) // what a compiler that was killed leaves goes with the folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	return cmd
}
