//go:build linux && (amd64 || arm64)

package rawcall

import "syscall"

// Call makes system call number trap. n is -1 if errno is not 0. EINTR is the
// caller's business. A pointer is converted in the argument list itself,
// uintptr(unsafe.Pointer(&x)): so it stays valid until the call returns (rule 4
// of package unsafe, which holds for functions in assembly).
func Call(trap, a1, a2, a3, a4, a5, a6 uintptr) (n int, errno syscall.Errno)
