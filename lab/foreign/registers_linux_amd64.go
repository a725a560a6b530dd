package foreign

import (
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

// restart makes the thread make its call again: back to the instruction `syscall`, of two
// bytes, with the call's number in its place. The arguments are in their registers still.
func restart(k *task, _ int) {
	var regs unix.PtraceRegs
	if unix.PtraceGetRegs(k.tid, &regs) != nil {
		return
	}
	regs.Rax, regs.Rip = regs.Orig_rax, regs.Rip-2
	unix.PtraceSetRegs(k.tid, &regs)
}

// How DWARF numbers the registers that matter here: System V ABI, AMD64, figure 3.36.
const (
	spRegister = 7
	raRegister = 16
	pcRegister = 16
)

// registersOf returns those of a stopped thread that a function leaves as they were.
func registersOf(tid int) (r registers, ok bool) {
	var regs unix.PtraceRegs
	if unix.PtraceGetRegs(tid, &regs) != nil {
		return r, false
	}
	r[3], r[6], r[spRegister] = regs.Rbx, regs.Rbp, regs.Rsp
	r[12], r[13], r[14], r[15] = regs.R12, regs.R13, regs.R14, regs.R15
	r[pcRegister] = regs.Rip
	return r, true
}

func plainAddress(addr uint64) uint64 { return addr }

// endsInCall reports whether the last of these bytes are a call: call rel32, or call of what a register or the memory
// has (ff /2), with 2 to 7 bytes. It may be another instruction whose end looks so.
func endsInCall(code [8]byte) bool {
	n := len(code)
	if code[n-5] == 0xe8 {
		return true
	}
	for size := 2; size <= 7; size++ {
		if code[n-size] == 0xff && lengthOfCall(code[n-size+1:]) == size {
			return true
		}
	}
	return false
}

// lengthOfCall returns how long the instruction ff is, by the bytes that follow; 0: it is no call.
func lengthOfCall(rest []byte) int {
	mod, op, rm := rest[0]>>6, rest[0]>>3&7, rest[0]&7
	if op != 2 {
		return 0
	}
	size := 2
	if mod != 3 && rm == 4 { // a SIB byte
		size++
		if mod == 0 && len(rest) > 1 && rest[1]&7 == 5 {
			size += 4
		}
	}
	switch {
	case mod == 1:
		size++
	case mod == 2, mod == 0 && rm == 5:
		size += 4
	}
	return size
}
