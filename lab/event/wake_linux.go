package event

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/rawcall"
)

// bell is an eventfd(2): a number in the kernel that writes add to and a read
// takes away. It is readable while it is not 0.
type bell struct{ eventfd int }

func (l *bell) open() (err error) {
	l.eventfd, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	return err
}

func (l *bell) fd() int      { return l.eventfd }
func (l *bell) ring()        { l.do(unix.SYS_WRITE, 1) }
func (l *bell) drain()       { l.do(unix.SYS_READ, 0) }
func (l *bell) close() error { return unix.Close(l.eventfd) }

// do adds n, or takes all. The fd does not block, so the Go scheduler need not
// know. EAGAIN means that it has been rung, or emptied, already.
func (l *bell) do(call uintptr, n uint64) {
	rawcall.Call(call, uintptr(l.eventfd), uintptr(unsafe.Pointer(&n)), unsafe.Sizeof(n), 0, 0, 0)
}
