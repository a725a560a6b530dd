//go:build linux && !amd64

package event

import "golang.org/x/sys/unix"

// waitCall is epoll_pwait(2): newer machines have no plain epoll_wait(2).
const waitCall = unix.SYS_EPOLL_PWAIT
