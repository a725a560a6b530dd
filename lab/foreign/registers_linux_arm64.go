package foreign

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

const ntPrstatus = 1 // the general registers

func regSet(request, tid int, regs *unix.PtraceRegsArm64) error {
	iov := unix.Iovec{Base: (*byte)(unsafe.Pointer(regs))}
	iov.SetLen(int(unsafe.Sizeof(*regs)))
	return ptrace(request, tid, ntPrstatus, uintptr(unsafe.Pointer(&iov)))
}

// interrupted returns the call from which a stopped thread comes back, and its result.
func interrupted(tid int) (nr int, result int64, ok bool) {
	var regs unix.PtraceRegsArm64
	if regSet(unix.PTRACE_GETREGSET, tid, &regs) != nil {
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

// How DWARF numbers the registers that matter here: DWARF for the Arm 64-bit Architecture.
const (
	raRegister = 30
	spRegister = 31
	pcRegister = 32
)

// registersOf returns those of a stopped thread.
func registersOf(tid int) (r registers, ok bool) {
	var regs unix.PtraceRegsArm64
	if regSet(unix.PTRACE_GETREGSET, tid, &regs) != nil {
		return r, false
	}
	copy(r[:], regs.Regs[:])
	r[spRegister], r[pcRegister] = regs.Sp, regs.Pc
	return r, true
}

// plainAddress takes the signature off a return address (pointer authentication): what is above 48 bits.
func plainAddress(addr uint64) uint64 { return addr & (1<<48 - 1) }

// endsInCall reports whether the last of these bytes are a call: bl, blr, blra*.
func endsInCall(code [8]byte) bool {
	word := binary.LittleEndian.Uint32(code[4:])
	return word>>26 == 0x25 || word&0xfffffc1f == 0xd63f0000 || word&0xfefff800 == 0xd63f0800
}
