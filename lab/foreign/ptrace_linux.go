//go:build amd64 || arm64

package foreign

import (
	"encoding/binary"
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The few calls of ptrace(2). They do not block, so they are raw; wait4(2) blocks,
// and must never be: the garbage collector would wait for it.

func ptrace(request, tid int, addr, data uintptr) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), addr, data, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// follow are the options of every thread: new threads and processes are traced from
// their first instruction, and each end is told before the fds are closed.
const follow = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK |
	unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_TRACEEXIT | unix.PTRACE_O_TRACESECCOMP

// wait waits for the next stop of any thread that this thread traces. EINTR: somebody
// rang (bell.ring).
func wait() (tid int, status unix.WaitStatus, err error) {
	tid, err = unix.Wait4(-1, &status, unix.WALL|unix.WNOTHREAD, nil)
	return tid, status, err
}

// message returns what belongs to an event: the new thread's id.
func message(tid int) int {
	var n uint64
	if ptrace(unix.PTRACE_GETEVENTMSG, tid, 0, uintptr(unsafe.Pointer(&n))) != nil {
		return 0
	}
	return int(n)
}

// syscallInfo is struct ptrace_syscall_info, the same on every machine.
type syscallInfo struct {
	op     uint8
	_      [3]byte
	arch   uint32
	ip, sp uint64
	// At an entry the call's number and its arguments; at an exit the result, and
	// whether it is an error.
	data [8]uint64
}

const (
	infoNone    = 0
	infoEntry   = 1
	infoExit    = 2
	infoSeccomp = 3
)

func (i *syscallInfo) nr() int          { return int(i.data[0]) }
func (i *syscallInfo) arg(n int) uint64 { return i.data[1+n] }
func (i *syscallInfo) result() int64    { return int64(i.data[0]) }

// fd returns an argument that is an fd: a C int.
func (i *syscallInfo) fd(n int) int32 { return int32(i.data[1+n]) }

func (i *syscallInfo) get(tid int) error {
	return ptrace(unix.PTRACE_GET_SYSCALL_INFO, tid, unsafe.Sizeof(*i), uintptr(unsafe.Pointer(i)))
}

// peek reads the program's memory: process_vm_readv(2). It returns how many bytes
// there are.
func peek(pid int, addr uint64, buf []byte) int {
	if addr == 0 || len(buf) == 0 {
		return 0
	}
	local := unix.Iovec{Base: &buf[0]}
	local.SetLen(len(buf))
	remote := unix.RemoteIovec{Base: uintptr(addr), Len: len(buf)}
	n, _, errno := unix.RawSyscall6(unix.SYS_PROCESS_VM_READV, uintptr(pid), uintptr(unsafe.Pointer(&local)), 1,
		uintptr(unsafe.Pointer(&remote)), 1, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// peekString reads a C string.
func peekString(pid int, addr uint64) string {
	var buf [256]byte
	n := peek(pid, addr, buf[:])
	for i, c := range buf[:n] {
		if c == 0 {
			return string(buf[:i])
		}
	}
	return string(buf[:n])
}

func peek64(pid int, addr uint64) (uint64, bool) {
	var buf [8]byte
	ok := peek(pid, addr, buf[:]) == len(buf)
	return binary.NativeEndian.Uint64(buf[:]), ok
}

// gone reports whether a call failed because the thread was killed meanwhile: it will
// tell so itself.
func gone(err error) bool { return errors.Is(err, unix.ESRCH) }
