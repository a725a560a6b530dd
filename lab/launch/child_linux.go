package launch

import (
	"math"
	"syscall"

	"golang.org/x/sys/unix"
)

// childAttributes: Pdeathsig kills the child when the instrument dies, even of
// SIGKILL. The kernel means the *thread* that started the child: see watch.
// A session of its own (setsid(2)) is a process group of its own too, and it
// has no terminal: the child cannot open /dev/tty and write over the screen.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitEnd blocks until the child has ended, and leaves it to be reaped: until
// then nobody else can get its number, so its group can be killed safely. false: the
// kernel does not tell.
func awaitEnd(pid int) (ended bool) {
	err := unix.EINTR
	for err == unix.EINTR {
		err, _ = unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil).(unix.Errno)
	}
	return err == 0
}

// keepOwnFDs sees to it that a child has the files that it is given, and no other of the instrument's. Not all of
// those are close-on-exec: the library that reads its keys makes an epoll instance without that, and it would
// be an fd of every program on the stage.
func keepOwnFDs() { unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) }
