//go:build linux && !race

package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An ordinary system call in Go tells the scheduler twice: "this thread may be
// gone for long", and "it is back". A call on a non-blocking fd is never gone
// for long, so we skip that and save a good part of its cost. The same on a
// call that blocks would stop the other goroutines of this processor. (unix has
// these functions, too, as stubs around the ones used here that cost 15 ns.)

func rawRead(fd int, p []byte) (int, unix.Errno) {
	n, _, errno := syscall.RawSyscall6(unix.SYS_READ,
		uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
	return int(n), errno
}

func rawWrite(fd int, p []byte) (int, unix.Errno) {
	n, _, errno := syscall.RawSyscall6(unix.SYS_WRITE,
		uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
	return int(n), errno
}
