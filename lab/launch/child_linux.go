package launch

import (
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
