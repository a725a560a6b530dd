//go:build linux && !race

package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/rawcall"
)

// An ordinary system call in Go tells the scheduler twice: "this thread may be
// gone for long", and "it is back". A call on a non-blocking fd is never gone
// for long, so we skip that and save a good part of its cost. The same on a
// call that blocks would stop the other goroutines of this processor.

func rawRead(fd int, p []byte) (int, unix.Errno) {
	return rawcall.Call(unix.SYS_READ,
		uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
}

func rawWrite(fd int, p []byte) (int, unix.Errno) {
	return rawcall.Call(unix.SYS_WRITE,
		uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
}
