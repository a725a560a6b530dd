package kernel

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// alarm rings when the state of an fd rises: an epoll(7) instance of the
// watcher's own, with every fd edge-triggered, so that each arrival rings once
// and an fd that stays ready stays silent. Being in a second epoll instance
// changes nothing for the program's own.
//
// The instance is itself readable when something has rung, so the goroutine
// waits for it in Go's poller, like for a socket: it holds no processor.
type alarm struct {
	file *os.File
	conn syscall.RawConn
	fd   int
	rung [64]unix.EpollEvent
}

// bell: to ring means that the state rose.
const bell = true

// ring says which fd rang.
type ring struct {
	fd  int
	gen int32
}

func (a *alarm) open() error {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // so that os takes it for pollable
		unix.Close(fd)
		return os.NewSyscallError("fcntl", err)
	}
	a.fd, a.file = fd, os.NewFile(uintptr(fd), "watcher")
	a.conn, err = a.file.SyscallConn()
	return err
}

// add reports whether fd can ring. Regular files cannot: epoll refuses them
// with EPERM.
func (a *alarm) add(fd int, gen int32) bool {
	event := unix.EpollEvent{
		Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET&0xffffffff,
		Fd:     int32(fd), Pad: gen,
	}
	return unix.EpollCtl(a.fd, unix.EPOLL_CTL_ADD, fd, &event) == nil
}

func (a *alarm) remove(fd int) { unix.EpollCtl(a.fd, unix.EPOLL_CTL_DEL, fd, nil) }

func (a *alarm) close() { a.file.Close() }

// wait blocks until something has risen, or, when sampling, for no longer than
// a rest. It is not ok when the alarm is closed.
func (a *alarm) wait(rings []ring, sampling bool) (n int, ok bool) {
	var deadline time.Time
	if sampling {
		deadline = time.Now().Add(rest)
	}
	a.file.SetReadDeadline(deadline)
	err := a.conn.Read(func(fd uintptr) bool {
		n, _ = unix.EpollWait(int(fd), a.rung[:len(rings)], 0)
		return n > 0
	})
	n = max(n, 0)
	for i, event := range a.rung[:n] {
		rings[i] = ring{int(event.Fd), event.Pad}
	}
	return n, err == nil || os.IsTimeout(err)
}
