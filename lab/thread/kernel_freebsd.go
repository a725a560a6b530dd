package thread

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernelID asks the kernel: thr_self(2).
func kernelID() uint32 {
	var id int64
	unix.RawSyscall(unix.SYS_THR_SELF, uintptr(unsafe.Pointer(&id)), 0, 0)
	return uint32(id)
}
