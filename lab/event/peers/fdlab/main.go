//go:build linux

// The workloads on the course's own loop, fdlab/lab/event.
package main

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/event/peers/child"
	"fdlab/lab/rawcall"
	"fdlab/lab/thread"
)

func main() {
	_, unlock := thread.Lock()
	defer unlock()
	workloads := map[string]func(){"cascade": cascade, "active": active, "timers": timers,
		"expire": expire, "echo": echo, "wake": wake, "post": post}
	if len(os.Args) < 2 || workloads[os.Args[1]] == nil {
		child.Die("no such workload")
	}
	workloads[os.Args[1]]()
}

func newBase(backend string) *event.Base {
	base, err := event.New(event.Config{Backend: backend})
	child.Must(err)
	return base
}

// The fds are non-blocking, so the Go scheduler need not know of the calls.

func read(fd int, p []byte) int {
	n, _ := rawcall.Call(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), 0, 0, 0)
	return n
}

func write(fd int, p []byte) int {
	n, _ := rawcall.Call(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), 0, 0, 0)
	return n
}
