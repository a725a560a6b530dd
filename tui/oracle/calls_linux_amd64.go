package main

import "golang.org/x/sys/unix"

func init() {
	callNames[unix.SYS_EPOLL_WAIT] = "epoll_wait"
	callNames[unix.SYS_POLL] = "poll"
	callNames[unix.SYS_SELECT] = "select"
}
