package abi

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The tables say what x/sys says of the kernel this test runs on. (EAGAIN and
// EWOULDBLOCK are one number; both have the first name here.)
func TestTheTablesAreTheKernels(t *testing.T) {
	for n := int64(-1); n < 256; n++ {
		if got, want := Errno(n), unix.ErrnoName(syscall.Errno(n)); got != want {
			t.Errorf("errno %d: %q, the kernel's is %q", n, got, want)
		}
		if got, want := Signal(n), unix.SignalName(syscall.Signal(n)); got != want {
			t.Errorf("signal %d: %q, the kernel's is %q", n, got, want)
		}
	}
}
