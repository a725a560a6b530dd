package foreign

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const ntPrstatus = 1 // the general registers

func registers(request, tid int, regs *unix.PtraceRegsArm64) error {
	iov := unix.Iovec{Base: (*byte)(unsafe.Pointer(regs))}
	iov.SetLen(int(unsafe.Sizeof(*regs)))
	return ptrace(request, tid, ntPrstatus, uintptr(unsafe.Pointer(&iov)))
}

// interrupted returns the call from which a stopped thread comes back, and its result.
func interrupted(tid int) (nr int, result int64, ok bool) {
	var regs unix.PtraceRegsArm64
	if registers(unix.PTRACE_GETREGSET, tid, &regs) != nil {
		return 0, 0, false
	}
	nr, result = native.back((*[unsafe.Sizeof(regs)]byte)(unsafe.Pointer(&regs))[:])
	return nr, result, true
}

// canRestart: see restart.
const canRestart = false

// restart would make the thread make its call again: back to the instruction `svc`, of four
// bytes. Its first argument, an fd, was in the register of the result, and is lost: the
// kernel keeps it for itself. So the restart is left to the program, which is told EINTR.
func restart(int) {}

// callee: see amd64. Here a function keeps its return address where it likes, so the place
// says nothing.
func callee(pid int, after uint64) uint64 { return 0 }
