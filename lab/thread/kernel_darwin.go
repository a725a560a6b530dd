package thread

import "sync/atomic"

var last atomic.Uint32

// kernelID counts threads on macOS, where Go has no call for the kernel's id.
// The numbers are the lab's own, and only mean "the same" or "another", and
// only on threads that called Lock.
func kernelID() uint32 { return last.Add(1) }
