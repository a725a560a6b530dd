//go:build linux && !amd64

package lessontest

import "golang.org/x/sys/unix"

var (
	epollWait = []uint32{unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2}
	poll      = []uint32{unix.SYS_PPOLL}
)
