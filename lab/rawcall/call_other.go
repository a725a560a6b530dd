//go:build linux && !amd64 && !arm64

package rawcall

import "syscall"

// Call makes system call number trap. n is -1 if errno is not 0. EINTR is the
// caller's business. A pointer is converted in the argument list itself.
//
//go:uintptrescapes
func Call(trap, a1, a2, a3, a4, a5, a6 uintptr) (n int, errno syscall.Errno) {
	r, _, errno := syscall.RawSyscall6(trap, a1, a2, a3, a4, a5, a6)
	if errno != 0 {
		return -1, errno
	}
	return int(r), 0
}
