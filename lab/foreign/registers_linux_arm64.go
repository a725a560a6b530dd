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

// svc is the instruction that makes a system call, `svc #0`.
const svc = 0xd4000001

// restart makes the thread make its call again: back to the instruction `svc`, of four bytes. The call's first argument
// was in the register of the result, and the kernel keeps what it was for itself. So it is known only where the
// call's beginning was seen, or where /proc has told it (slept). Else nothing is changed, and the program is told EINTR.
func restart(k *task, nr int) {
	var regs unix.PtraceRegsArm64
	if regSet(unix.PTRACE_GETREGSET, k.tid, &regs) != nil {
		return
	}
	var first uint64
	switch s := &k.slept; {
	case k.info.op != infoNone && k.info.nr() == nr:
		first = k.info.arg(0)
	case s.nr == nr && s.sp == regs.Sp && s.pc == regs.Pc:
		first = s.first
	default:
		return
	}
	var code [4]byte
	if peek(k.tid, regs.Pc-4, code[:]) != len(code) || binary.LittleEndian.Uint32(code[:]) != svc {
		return // it has gone on since
	}
	regs.Regs[0], regs.Pc = first, regs.Pc-4
	regSet(unix.PTRACE_SETREGSET, k.tid, &regs)
}

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
