package event

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/rawcall"
)

// lookFirst: before it sleeps, the loop looks with a timeout of 0. Such a call
// cannot block, so it can be made behind the Go scheduler's back, which saves
// a busy loop 0.4 us a turn.
const lookFirst = true

// pollNow is poll(2) with a timeout of 0. Not every Linux has poll itself as a
// system call; all have ppoll.
func pollNow(list []unix.PollFd) (int, error) {
	var none unix.Timespec
	n, errno := rawcall.Call(unix.SYS_PPOLL, uintptr(unsafe.Pointer(unsafe.SliceData(list))),
		uintptr(len(list)), uintptr(unsafe.Pointer(&none)), 0, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return n, nil
}

// selectNow is select(2) with a timeout of 0, by way of pselect6.
func selectNow(limit int, r, w *unix.FdSet) (int, error) {
	var none unix.Timespec
	n, errno := rawcall.Call(unix.SYS_PSELECT6, uintptr(limit), uintptr(unsafe.Pointer(r)),
		uintptr(unsafe.Pointer(w)), 0, uintptr(unsafe.Pointer(&none)), 0)
	if errno != 0 {
		return 0, errno
	}
	return n, nil
}
