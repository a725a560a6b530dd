package lessontest

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/seccomp"
	"fdlab/lab/skip"
)

// Fault is one system call of a program that fails, though nothing is wrong: the
// Nth of these, from 1, counted over all its threads from where main begins.
// 0: none fails.
//
// The kernel itself says no (seccomp_unotify(2)), so it can be any call: the
// lesson's own, a loop's, the apparatus's or the Go runtime's. The program is
// the same as ever, and knows nothing of it.
type Fault struct {
	Call  string // "connect"
	Nth   int64
	Errno unix.Errno
}

// numbers are the calls that a Fault can name. C libraries and Go choose among
// those of one line.
var numbers = map[string][]uint32{
	"socket": {unix.SYS_SOCKET}, "bind": {unix.SYS_BIND}, "listen": {unix.SYS_LISTEN},
	"accept": {unix.SYS_ACCEPT4}, "connect": {unix.SYS_CONNECT}, "shutdown": {unix.SYS_SHUTDOWN},
	"setsockopt": {unix.SYS_SETSOCKOPT}, "getsockopt": {unix.SYS_GETSOCKOPT},
	"getsockname": {unix.SYS_GETSOCKNAME}, "getpeername": {unix.SYS_GETPEERNAME},
	"sendto": {unix.SYS_SENDTO}, "recvfrom": {unix.SYS_RECVFROM},
	"pipe": {unix.SYS_PIPE2}, "socketpair": {unix.SYS_SOCKETPAIR}, "eventfd": {unix.SYS_EVENTFD2},
	"mkfifo": {unix.SYS_MKNODAT}, "open": {unix.SYS_OPENAT}, "close": {unix.SYS_CLOSE},
	"read": {unix.SYS_READ}, "write": {unix.SYS_WRITE}, "fcntl": {unix.SYS_FCNTL}, "ioctl": {unix.SYS_IOCTL},
	"epoll_create": {unix.SYS_EPOLL_CREATE1}, "epoll_ctl": {unix.SYS_EPOLL_CTL},
	"epoll_wait": epollWait, "poll": poll, "select": {unix.SYS_PSELECT6},
	"rlimit": {unix.SYS_PRLIMIT64}, "getrusage": {unix.SYS_GETRUSAGE},
}

// Run runs the command, which Command has made, to its end with the fault. It
// returns the program's account, its exit status, and how many of the calls were
// made.
func (f Fault) Run(t *testing.T, cmd *exec.Cmd) (account string, status int, calls int64) {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "theirs")
	defer unix.Close(pair[0])
	cmd.ExtraFiles = append(cmd.ExtraFiles, theirs)
	var list []string
	for _, n := range numbers[f.Call] {
		list = append(list, strconv.Itoa(int(n)))
	}
	if len(list) == 0 {
		t.Fatalf("no system call %q", f.Call)
	}
	cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%d,%s", faultVariable, 2+len(cmd.ExtraFiles), strings.Join(list, ",")))
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	ended := make(chan struct{})
	s := &supervisor{fault: f, ended: ended}
	listener, err := seccomp.Receive(pair[0])
	if err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		skip.Missing(t, "this system has no seccomp_unotify(2): %v\n%s", err, out.String())
	}
	defer unix.Close(listener)
	over, began := make(chan struct{}), make(chan struct{})
	go func() { defer close(over); s.serve(listener) }()
	go func() { // where main begins
		if n, _ := unix.Read(pair[0], make([]byte, 1)); n == 1 {
			s.counting.Store(true)
			unix.Write(pair[0], []byte{0})
		}
		close(began)
	}()
	tooLong := time.AfterFunc(time.Minute, func() {
		t.Errorf("%+v: it did not end", f)
		cmd.Process.Kill()
	})
	cmd.Wait()
	tooLong.Stop()
	close(ended)
	<-over
	<-began
	return out.String(), cmd.ProcessState.ExitCode(), s.calls
}

// supervisor answers for the kernel.
type supervisor struct {
	fault    Fault
	ended    chan struct{}
	counting atomic.Bool
	calls    int64
}

// serve makes the one call fail. Calls before main begins do not count, nor those on
// eventfds: those of the lab do not block, and then EAGAIN is all that can go wrong,
// eventfd(2).
func (s *supervisor) serve(listener int) {
	var counted bool // the call in hand
	seccomp.Serve(listener, s.ended, func(c *seccomp.Call) unix.Errno {
		if counted = s.counting.Load() && !c.OfEventfd(); counted && s.calls+1 == s.fault.Nth {
			return s.fault.Errno
		}
		return 0
	}, func(*seccomp.Call) {
		if counted {
			s.calls++
		}
	})
}

const (
	faultVariable = "FDLAB_FAULT"      // the socket, and the numbers of the call: first stage
	beginVariable = "FDLAB_FAULT_MAIN" // the socket: second stage
)

// submit is the child's part, before main. It has two stages: first it makes the
// filter for its own thread and starts itself anew, so that all threads have
// it; then it says where main begins.
func submit() {
	if text, ok := os.LookupEnv(faultVariable); ok {
		var list []uint32
		for _, word := range strings.Split(text, ",") {
			n, _ := strconv.ParseUint(word, 10, 32)
			list = append(list, uint32(n))
		}
		if err := filter(int(list[0]), list[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "seccomp:", err)
			os.Exit(1)
		}
		panic("not reached")
	}
	if text, ok := os.LookupEnv(beginVariable); ok {
		os.Unsetenv(beginVariable)
		fd, _ := strconv.Atoi(text)
		unix.Write(fd, []byte{0})
		unix.Read(fd, make([]byte, 1))
		unix.Close(fd)
	}
}

func filter(socket int, calls []uint32) error {
	if err := seccomp.Submit(socket, calls); err != nil {
		return err
	}
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, faultVariable+"=") {
			env = append(env, entry)
		}
	}
	return syscall.Exec("/proc/self/exe", os.Args, append(env, fmt.Sprintf("%s=%d", beginVariable, socket)))
}
