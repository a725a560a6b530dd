//go:build amd64 || arm64

package foreign

import "golang.org/x/sys/unix"

// op says how a call is read: which argument is an fd, what its result means.
type op uint8

const (
	opNone op = iota
	opOpen
	opClose
	opCloseRange
	opDup
	opDupTo
	opFcntl
	opIoctl
	opPipe
	opSocket
	opSocketpair
	opNewFD
	opBind // and shutdown: a call on an fd that moves nothing and does not block
	opListen
	opConnect
	opAccept
	opRead
	opWrite
	opSendfile
	opSplice
	opSelect
	opPoll
	opEpollCreate
	opEpollCtl
	opEpollWait
	opSleep
	opExec
	opExit
	opRestart
	opUring
)

// waits reports whether a loop waits in such a call.
func (o op) waits() bool { return o == opSelect || o == opPoll || o == opEpollWait }

// call is one of the calls that are followed. All others run at full speed when the
// program was launched: the filter lets them pass.
type call struct {
	nr   int
	name string
	op   op
}

// calls are those that every machine has; oldCalls, of calls_linux_amd64.go, have a
// newer form that other machines use alone.
var calls = append([]call{
	{unix.SYS_OPENAT, "open", opOpen},
	{unix.SYS_OPENAT2, "open", opOpen},
	{unix.SYS_CLOSE, "close", opClose},
	{unix.SYS_CLOSE_RANGE, "close_range", opCloseRange},
	{unix.SYS_DUP, "dup", opDup},
	{unix.SYS_DUP3, "dup3", opDupTo},
	{unix.SYS_FCNTL, "fcntl", opFcntl},
	{unix.SYS_IOCTL, "ioctl", opIoctl},
	{unix.SYS_PIPE2, "pipe", opPipe},
	{unix.SYS_SOCKET, "socket", opSocket},
	{unix.SYS_SOCKETPAIR, "socketpair", opSocketpair},
	{unix.SYS_EVENTFD2, "eventfd", opNewFD},
	{unix.SYS_TIMERFD_CREATE, "timerfd_create", opNewFD},
	{unix.SYS_SIGNALFD4, "signalfd", opNewFD},
	{unix.SYS_INOTIFY_INIT1, "inotify_init", opNewFD},
	{unix.SYS_PIDFD_OPEN, "pidfd_open", opNewFD},
	{unix.SYS_BIND, "bind", opBind},
	{unix.SYS_SHUTDOWN, "shutdown", opBind},
	{unix.SYS_LISTEN, "listen", opListen},
	{unix.SYS_CONNECT, "connect", opConnect},
	{unix.SYS_ACCEPT, "accept", opAccept},
	{unix.SYS_ACCEPT4, "accept", opAccept},
	{unix.SYS_READ, "read", opRead},
	{unix.SYS_READV, "readv", opRead},
	{unix.SYS_RECVFROM, "recvfrom", opRead},
	{unix.SYS_RECVMSG, "recvmsg", opRead},
	{unix.SYS_RECVMMSG, "recvmmsg", opRead},
	{unix.SYS_WRITE, "write", opWrite},
	{unix.SYS_WRITEV, "writev", opWrite},
	{unix.SYS_SENDTO, "sendto", opWrite},
	{unix.SYS_SENDMSG, "sendmsg", opWrite},
	{unix.SYS_SENDMMSG, "sendmmsg", opWrite},
	{unix.SYS_SENDFILE, "sendfile", opSendfile},
	{unix.SYS_SPLICE, "splice", opSplice},
	{unix.SYS_PSELECT6, "select", opSelect},
	{unix.SYS_PPOLL, "poll", opPoll},
	{unix.SYS_EPOLL_CREATE1, "epoll_create", opEpollCreate},
	{unix.SYS_EPOLL_CTL, "epoll_ctl", opEpollCtl},
	{unix.SYS_EPOLL_PWAIT, "epoll_wait", opEpollWait},
	{unix.SYS_EPOLL_PWAIT2, "epoll_wait", opEpollWait},
	{unix.SYS_NANOSLEEP, "nanosleep", opSleep},
	{unix.SYS_CLOCK_NANOSLEEP, "nanosleep", opSleep},
	{unix.SYS_EXECVE, "execve", opExec},
	{unix.SYS_EXECVEAT, "execve", opExec},
	{unix.SYS_EXIT_GROUP, "exit_group", opExit},
	{unix.SYS_RESTART_SYSCALL, "restart", opRestart},
	{unix.SYS_IO_URING_SETUP, "io_uring_setup", opUring},
}, oldCalls...)

// byNumber finds a call.
var byNumber = func() map[int]*call {
	m := map[int]*call{}
	for i := range calls {
		m[calls[i].nr] = &calls[i]
	}
	return m
}()

// hasTimespec reports whether a wait's timeout is a struct timespec, not ms.
func (c *call) hasTimespec() bool {
	return c.nr == unix.SYS_PPOLL || c.nr == unix.SYS_PSELECT6 || c.nr == unix.SYS_EPOLL_PWAIT2
}
