//go:build amd64 || arm64

package foreign

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// Launch starts a program and follows it to its end. It dies with this process. rec takes
// its records from its first instruction on; gate, if not nil, holds its threads before
// their waits. An error says why it cannot be started or followed.
func Launch(rec *trace.Recorder, gate *control.Gate, opt Options) (Exit, error) {
	path, err := exec.LookPath(opt.Args[0])
	if err != nil {
		return Exit{}, &Refusal{Why: fmt.Sprintf("The program %q is not there, or may not be run: %v.", opt.Args[0], errors.Unwrap(err)),
			Cure: "Give its path, or a name that is on PATH.", err: err}
	}
	if opt.TTY {
		end, err := opt.onTerminal()
		if err != nil {
			return Exit{}, err
		}
		defer end()
	}
	return onThread(func() (Exit, error) {
		t := newTracer(rec, gate, opt)
		said, err := t.start(path)
		if err != nil {
			return Exit{}, err
		}
		defer said.Close()
		if err := t.run(); err != nil {
			return Exit{}, err
		}
		if !t.begun {
			return Exit{}, refusedExec(path, said)
		}
		return t.exit, nil
	})
}

// start starts the trampoline and seizes it. said is where it tells why it has failed.
func (t *tracer) start(path string) (said *os.File, err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "trampoline"), os.NewFile(uintptr(pair[1]), "trampoline's end")
	defer theirs.Close()
	var files []uintptr
	for _, f := range append(t.opt.Files[:], theirs) {
		files = append(files, f.Fd())
	}
	attr := &syscall.ProcAttr{Env: append(os.Environ(), role+"="+trampolineRole), Files: files}
	if t.opt.TTY { // of a session of its own: fd 0 is its terminal
		attr.Sys = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	}
	// The thread that starts it is its tracer.
	pid, err := syscall.ForkExec("/proc/self/exe", append([]string{path}, t.opt.Args...), attr)
	if err != nil {
		ours.Close()
		return nil, fmt.Errorf("the program did not start: %w", err)
	}
	theirs.Close()
	tid, err := readNumber(ours)
	if err == nil {
		err = t.seize(pid, tid)
	}
	if err != nil {
		unix.Kill(pid, unix.SIGKILL)
		unix.Wait4(pid, nil, unix.WALL, nil)
		ours.Close()
		return nil, err
	}
	_, err = ours.Write([]byte{'\n'}) // go
	return ours, err
}

// seize begins to trace the trampoline.
func (t *tracer) seize(pid, tid int) error {
	if err := ptrace(unix.PTRACE_SEIZE, tid, 0, follow|unix.PTRACE_O_EXITKILL); err != nil {
		return refusedPtrace(err)
	}
	t.main = t.newProcess(pid)
	running.Store(int32(pid))
	t.tasks[tid] = &task{tid: tid, proc: t.main, handles: trace.NoFD}
	return nil
}

// running is the program that was launched, 0 before that.
var running atomic.Int32

// stopProgram asks it to end.
func stopProgram() {
	if pid := int(running.Load()); pid != 0 {
		unix.Kill(pid, unix.SIGTERM)
	}
}

const trampolineRole = "trampoline"

// trampolineFD is where the trampoline finds the socket to its tracer.
const trampolineFD = 3

// trampoline is what the program is before it is the program: it says which thread it is,
// waits until that thread is seized, installs the filter, and executes the program.
func trampoline() {
	runtime.LockOSThread()
	tracer := os.NewFile(trampolineFD, "tracer")
	unix.CloseOnExec(trampolineFD)
	fmt.Fprintln(tracer, unix.Gettid())
	var b [1]byte
	if n, err := tracer.Read(b[:]); n != 1 || err != nil {
		os.Exit(1)
	}
	os.Unsetenv(role)
	err := install()
	if err != nil {
		err = fmt.Errorf("seccomp: %w", err)
	} else {
		err = syscall.Exec(os.Args[0], os.Args[1:], os.Environ())
	}
	var errno syscall.Errno
	errors.As(err, &errno)
	fmt.Fprintf(tracer, "%d %v\n", int(errno), err)
	os.Exit(127)
}

// readNumber reads a line with a number.
func readNumber(f *os.File) (int, error) {
	var line []byte
	var b [1]byte
	for {
		n, err := f.Read(b[:])
		if n == 1 && b[0] != '\n' {
			line = append(line, b[0])
			continue
		}
		if n != 1 && len(line) == 0 {
			return 0, fmt.Errorf("the program's first thread said nothing: %w", err)
		}
		return strconv.Atoi(string(line))
	}
}

// refusedExec explains why the trampoline could not become the program.
func refusedExec(path string, said *os.File) error {
	text := make([]byte, 512)
	n, _ := said.Read(text)
	number, words, _ := strings.Cut(strings.TrimSpace(string(text[:n])), " ")
	errno, _ := strconv.Atoi(number)
	switch {
	case strings.HasPrefix(words, "seccomp"):
		return &Refusal{Why: "The kernel, or this container, forbids a seccomp filter (" + words + ").",
			Cure: "In a container: docker run --security-opt seccomp=unconfined. Or start the program yourself, and look at it with: go run ./tui attach PID", err: syscall.Errno(errno)}
	case syscall.Errno(errno) == syscall.ENOEXEC:
		return &Refusal{Why: fmt.Sprintf("%q is neither a program nor a script with a line #! at its beginning.", path), Cure: "Name its interpreter: trace -- sh FILE", err: syscall.Errno(errno)}
	case syscall.Errno(errno) == syscall.ENOENT:
		return &Refusal{Why: fmt.Sprintf("%q is there, but what it needs to run is not: the interpreter in its first line, or its loader.", path), err: fs.ErrNotExist}
	case words == "":
		words = "it ended before its first instruction"
	}
	return &Refusal{Why: fmt.Sprintf("%q cannot be executed: %s.", path, words), err: syscall.Errno(errno)}
}

// refusedPtrace explains why a program of one's own cannot be traced.
func refusedPtrace(err error) error {
	return &Refusal{Why: fmt.Sprintf("This machine forbids tracing programs (ptrace: %v).", err),
		Cure: "In a container: docker run --cap-add=SYS_PTRACE. Elsewhere: see what `cat /proc/sys/kernel/yama/ptrace_scope` says; 3 forbids it to everybody until the next boot.", err: err}
}
