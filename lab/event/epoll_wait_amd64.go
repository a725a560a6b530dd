//go:build linux

package event

import "golang.org/x/sys/unix"

// waitCall is epoll_wait(2). epoll_pwait(2) does the same with a signal mask
// more, and even without one takes some 20 ns longer.
const waitCall = unix.SYS_EPOLL_WAIT
