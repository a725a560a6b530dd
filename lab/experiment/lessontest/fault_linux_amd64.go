package lessontest

import "golang.org/x/sys/unix"

var (
	epollWait = []uint32{unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_WAIT, unix.SYS_EPOLL_PWAIT2}
	poll      = []uint32{unix.SYS_POLL, unix.SYS_PPOLL}
)
