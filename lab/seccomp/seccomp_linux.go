// Package seccomp lets one process answer for the kernel when another makes a
// system call: seccomp_unotify(2). So any call can fail though nothing is wrong,
// and the program is the same as ever. It is for tests.
package seccomp

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Call is a system call that a process is about to make.
type Call struct {
	PID    int // of the thread
	Number uint32
	Args   [6]uint64
}

// OfEventfd reports whether the call reads or writes an eventfd.
func (c *Call) OfEventfd() bool {
	if c.Number != unix.SYS_READ && c.Number != unix.SYS_WRITE {
		return false
	}
	name, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", c.PID, c.Args[0]))
	return err == nil && name == "anon_inode:[eventfd]"
}

// Serve answers the calls that come to a listener until ended is closed. refuse
// says with which error a call fails; 0: the kernel carries it out. answered, if it is not nil,
// is called when the answer has arrived: a call may have been broken off by a signal.
func Serve(listener int, ended <-chan struct{}, refuse func(*Call) unix.Errno, answered func(*Call)) {
	for {
		fds := [1]unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		unix.Poll(fds[:], 100)
		if fds[0].Revents&unix.POLLIN == 0 {
			select {
			case <-ended:
				return
			default:
				continue
			}
		}
		var n notice
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), receiveNotice, uintptr(unsafe.Pointer(&n))); errno != 0 {
			continue // the call was broken off by a signal
		}
		c := &Call{int(n.pid), uint32(n.nr), n.args}
		r := response{id: n.id, flags: goOn}
		if no := refuse(c); no != 0 {
			r.flags, r.errno = 0, -int32(no)
		}
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), sendResponse, uintptr(unsafe.Pointer(&r)))
		if errno == 0 && answered != nil {
			answered(c)
		}
	}
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

const (
	receiveNotice = 0xc0502100 // SECCOMP_IOCTL_NOTIF_RECV
	sendResponse  = 0xc0182101 // SECCOMP_IOCTL_NOTIF_SEND
	goOn          = 1          // SECCOMP_USER_NOTIF_FLAG_CONTINUE
)

// Receive takes the listener from a socket to which Submit has sent it.
func Receive(from int) (fd int, err error) {
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

// Submit makes a filter for this thread, and for whatever it executes: the calls
// of these numbers ask the listener, which goes to the socket. The caller then
// executes a program (execve(2)), whose threads all have it.
func Submit(socket int, calls []uint32) error {
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
	// The listener is closed at execve(2) by itself, and no call may be made here before it
	// is sent: that might be one of those that ask it.
	//
	// WAIT_KILLABLE_RECV: Go's signals to its own threads do not break a call off
	// that the listener has in hand.
	const modeFilter, newListener, waitKillable = 1, 1 << 3, 1 << 5
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, modeFilter, newListener|waitKillable, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return errno
	}
	return unix.Sendmsg(socket, []byte{0}, unix.UnixRights(int(fd)), nil, 0)
}
