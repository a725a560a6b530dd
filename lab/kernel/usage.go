package kernel

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// Usage is what the kernel has charged to a thread or a process so far:
// getrusage(2). Subtract two of them to charge what lies between.
type Usage struct {
	User, System time.Duration // CPU time in the program, and in the kernel for it
	Waited       int64         // context switches because it had to wait
	Displaced    int64         // context switches because its turn was over
}

// CPU returns user and system time together.
func (u Usage) CPU() time.Duration { return u.User + u.System }

// Sub returns what was used since before.
func (u Usage) Sub(before Usage) Usage {
	return Usage{
		User: u.User - before.User, System: u.System - before.System,
		Waited: u.Waited - before.Waited, Displaced: u.Displaced - before.Displaced,
	}
}

// ThreadUsage returns the usage of the calling OS thread; the caller must be
// locked to it. macOS cannot tell threads apart here and gives the usage of
// the whole process: PerThread says which of the two it is.
func ThreadUsage() (Usage, error) { return usage(rusageThread) }

// PerThread reports whether ThreadUsage is about the thread alone.
const PerThread = rusageThread != unix.RUSAGE_SELF

// ProcessUsage returns the usage of all threads of this process.
func ProcessUsage() (Usage, error) { return usage(unix.RUSAGE_SELF) }

func usage(who int) (Usage, error) {
	var r unix.Rusage
	if err := unix.Getrusage(who, &r); err != nil {
		return Usage{}, fmt.Errorf("kernel: getrusage: %w", err)
	}
	return Usage{
		User: time.Duration(r.Utime.Nano()), System: time.Duration(r.Stime.Nano()),
		Waited: int64(r.Nvcsw), Displaced: int64(r.Nivcsw),
	}, nil
}

// Limits returns how many fds this process may have open now, and how far it
// may raise that itself: RLIMIT_NOFILE, getrlimit(2). Go raises the soft limit
// to the hard one when a program starts.
func Limits() (soft, hard uint64, err error) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		return 0, 0, fmt.Errorf("kernel: getrlimit: %w", err)
	}
	return uint64(r.Cur), uint64(r.Max), nil
}
