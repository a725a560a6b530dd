//go:build linux

// Package rawcall makes system calls that cannot block: on a non-blocking fd,
// or with a timeout of 0.
//
// An ordinary system call in Go tells the scheduler twice: "this thread may be
// gone for long", and "it is back". That often costs more than the call itself,
// and a call that cannot block is never gone for long. syscall.RawSyscall6
// leaves it out, too, but it passes through two functions and takes some 13 ns
// more than this one: a few per cent of a read(2).
//
// It knows how to enter the kernel, and no call by name. A call that blocks
// here would stop all goroutines that wait for this thread's processor, and in
// the end the whole program: Linux's manual pages say which calls can.
package rawcall
