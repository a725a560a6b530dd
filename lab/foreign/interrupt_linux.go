//go:build amd64 || arm64

package foreign

import (
	"os"
	"os/signal"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// wakeUp is the signal that interrupts a wait.
const wakeUp = unix.SIGUSR1

// interrupting makes wakeUp interrupt wait4(2). Go's handlers ask the kernel to begin an
// interrupted call again (SA_RESTART): that wish is taken away for this signal alone.
var interrupting = sync.OnceFunc(func() {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, wakeUp)
	go func() {
		for range heard {
		}
	}()
	var action struct { // the kernel's struct sigaction
		handler, flags, restorer, mask uint64
	}
	const size = 8 // of the mask
	p := uintptr(unsafe.Pointer(&action))
	if _, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(wakeUp), 0, p, size, 0, 0); errno != 0 {
		return
	}
	action.flags &^= saRestart
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(wakeUp), p, 0, size, 0, 0)
})

const saRestart = 0x10000000 // SA_RESTART
