package launch

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// stoppedBy returns the signal that has stopped a child, or 0. waitid(2) leaves
// the news where it is (WNOWAIT), so that it can be asked again.
func stoppedBy(pid int) unix.Signal {
	var info [32]int32 // siginfo_t, 128 bytes: si_signo, si_errno, si_code, then si_pid, si_uid, si_status
	first := 3
	if unsafe.Sizeof(uintptr(0)) == 8 {
		first = 4 // the union is aligned
	}
	err := unix.Waitid(unix.P_PID, pid, (*unix.Siginfo)(unsafe.Pointer(&info)), unix.WSTOPPED|unix.WNOHANG|unix.WNOWAIT, nil)
	if err != nil || info[first] == 0 {
		return 0
	}
	return unix.Signal(info[first+2])
}
