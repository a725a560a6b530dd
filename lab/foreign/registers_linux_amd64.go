package foreign

import "golang.org/x/sys/unix"

// interrupted returns the call from which a stopped thread comes back, and its result.
func interrupted(tid int) (nr int, result int64, ok bool) {
	var regs unix.PtraceRegs
	if unix.PtraceGetRegs(tid, &regs) != nil {
		return 0, 0, false
	}
	return int(int64(regs.Orig_rax)), int64(regs.Rax), int64(regs.Orig_rax) >= 0
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
