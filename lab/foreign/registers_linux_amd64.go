package foreign

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// interrupted returns the call from which a stopped thread comes back, and its result.
func interrupted(tid int) (nr int, result int64, ok bool) {
	var regs unix.PtraceRegs
	if unix.PtraceGetRegs(tid, &regs) != nil {
		return 0, 0, false
	}
	nr, result = native.back((*[unsafe.Sizeof(regs)]byte)(unsafe.Pointer(&regs))[:])
	return nr, result, nr >= 0
}

// canRestart: see restart.
const canRestart = true

// restart makes the thread make its call again: back to the instruction `syscall`, of two
// bytes, with the call's number in its place.
func restart(tid int) {
	var regs unix.PtraceRegs
	if unix.PtraceGetRegs(tid, &regs) != nil {
		return
	}
	regs.Rax, regs.Rip = regs.Orig_rax, regs.Rip-2
	unix.PtraceSetRegs(tid, &regs)
}

// callee returns the function that the call before an address calls, if that names it: the
// instruction call rel32, of five bytes. 0: it does not.
func callee(pid int, after uint64) uint64 {
	var code [5]byte
	if peek(pid, after-uint64(len(code)), code[:]) != len(code) || code[0] != 0xe8 {
		return 0
	}
	return after + uint64(int64(int32(binary.LittleEndian.Uint32(code[1:]))))
}
