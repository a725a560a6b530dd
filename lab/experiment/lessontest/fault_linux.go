package lessontest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

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
	listener, err := receive(pair[0])
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

// What seccomp(2) calls seccomp_notif and seccomp_notif_resp.
type notice struct {
	id         uint64
	pid, flags uint32
	nr         int32
	arch       uint32
	ip         uint64
	args       [6]uint64
}

type response struct {
	id    uint64
	val   int64
	errno int32
	flags uint32
}

// ofEventfd reports whether the call reads or writes an eventfd. Those of the
// lab do not block, and then EAGAIN is all that can go wrong: eventfd(2).
func (n *notice) ofEventfd() bool {
	if n.nr != unix.SYS_READ && n.nr != unix.SYS_WRITE {
		return false
	}
	name, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", n.pid, n.args[0]))
	return err == nil && name == "anon_inode:[eventfd]"
}

const (
	receiveNotice = 0xc0502100 // SECCOMP_IOCTL_NOTIF_RECV
	sendResponse  = 0xc0182101 // SECCOMP_IOCTL_NOTIF_SEND
	goOn          = 1          // SECCOMP_USER_NOTIF_FLAG_CONTINUE
)

func (s *supervisor) serve(listener int) {
	for {
		fds := [1]unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		unix.Poll(fds[:], 100)
		if fds[0].Revents&unix.POLLIN == 0 {
			select {
			case <-s.ended:
				return
			default:
				continue
			}
		}
		var n notice
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), receiveNotice, uintptr(unsafe.Pointer(&n))); errno != 0 {
			continue // the call was broken off by a signal
		}
		r := response{id: n.id, flags: goOn}
		counted := s.counting.Load() && !n.ofEventfd()
		if counted && s.calls+1 == s.fault.Nth {
			r.flags, r.errno = 0, -int32(s.fault.Errno)
		}
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), sendResponse, uintptr(unsafe.Pointer(&r)))
		if counted && errno == 0 {
			s.calls++
		}
	}
}

// receive takes the listener's fd from the child.
func receive(from int) (fd int, err error) {
	oob := make([]byte, unix.CmsgSpace(4))
	n, control, _, _, err := unix.Recvmsg(from, make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	switch {
	case err != nil:
		return -1, err
	case n == 0 || control == 0:
		return -1, errors.New("the child has none")
	}
	messages, err := unix.ParseSocketControlMessage(oob[:control])
	if err != nil {
		return -1, err
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return -1, err
	}
	return fds[0], nil
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
	runtime.LockOSThread()
	const number, allow, notify = 0, 0x7fff0000, 0x7fc00000
	program := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number}}
	for i, call := range calls {
		program = append(program, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jt: uint8(len(calls) - i)})
	}
	program = append(program,
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: allow},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: notify})
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	// WAIT_KILLABLE_RECV: Go's signals to its own threads do not break a call off
	// that the supervisor has in hand.
	const modeFilter, newListener, waitKillable = 1, 1 << 3, 1 << 5
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, modeFilter, newListener|waitKillable, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return errno
	}
	if err := unix.Sendmsg(socket, []byte{0}, unix.UnixRights(int(fd)), nil, 0); err != nil {
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
