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

// interruptWaits makes wakeUp interrupt wait4(2). Go's handlers ask the kernel to begin an
// interrupted call again (SA_RESTART): that wish is taken away for this signal alone.
var interruptWaits = sync.OnceFunc(func() {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, wakeUp)
	go func() {
		for range heard {
		}
	}()
	changeFlags(wakeUp, func(flags *uint64) { *flags &^= saRestart })
})

// noStopSignals keeps the kernel from sending the tracer a signal at each stop, beside what
// wait4(2) tells: Go handles SIGCHLD as any other, and each costs as much as a stop itself.
// The end of a child is still signalled. (sigaction(2), SA_NOCLDSTOP)
var noStopSignals = sync.OnceFunc(func() {
	changeFlags(unix.SIGCHLD, func(flags *uint64) { *flags |= saNoChildStop })
})

// changeFlags changes how the kernel calls the handler that Go has for a signal: sa_flags of sigaction(2).
func changeFlags(sig unix.Signal, change func(flags *uint64)) {
	var action struct { // the kernel's struct sigaction
		handler, flags, restorer, mask uint64
	}
	const size = 8 // of the mask
	p := uintptr(unsafe.Pointer(&action))
	if _, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), 0, p, size, 0, 0); errno != 0 {
		return
	}
	change(&action.flags)
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), p, 0, size, 0, 0)
}

const (
	saRestart     = 0x10000000 // SA_RESTART
	saNoChildStop = 1          // SA_NOCLDSTOP
)
