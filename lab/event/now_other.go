//go:build !linux

package event

import "golang.org/x/sys/unix"

// lookFirst gains nothing here: system calls go through libc or the scheduler.
const lookFirst = false

func pollNow(list []unix.PollFd) (int, error) { return unix.Poll(list, 0) }

func selectNow(limit int, r, w *unix.FdSet) (int, error) {
	return unix.Select(limit, r, w, nil, &unix.Timeval{})
}
