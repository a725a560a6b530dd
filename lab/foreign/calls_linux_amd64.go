package foreign

import "golang.org/x/sys/unix"

const nativeArch = unix.AUDIT_ARCH_X86_64

var native = amd64Layout

var oldCalls = []call{
	{unix.SYS_OPEN, "open", opOpen},
	{unix.SYS_CREAT, "open", opOpen},
	{unix.SYS_DUP2, "dup2", opDupTo},
	{unix.SYS_PIPE, "pipe", opPipe},
	{unix.SYS_EVENTFD, "eventfd", opNewFD},
	{unix.SYS_SIGNALFD, "signalfd", opNewFD},
	{unix.SYS_INOTIFY_INIT, "inotify_init", opNewFD},
	{unix.SYS_SELECT, "select", opSelect},
	{unix.SYS_POLL, "poll", opPoll},
	{unix.SYS_EPOLL_CREATE, "epoll_create", opEpollCreate},
	{unix.SYS_EPOLL_WAIT, "epoll_wait", opEpollWait},
}

// path returns the arguments of an open that are the folder and the path.
func (c *call) path() (dir, name int) {
	if c.nr == unix.SYS_OPEN || c.nr == unix.SYS_CREAT {
		return -1, 0
	}
	return 0, 1
}

// hasTimeval reports whether a wait's timeout is a struct timeval.
func (c *call) hasTimeval() bool { return c.nr == unix.SYS_SELECT }
