package kernel

import (
	"os"

	"golang.org/x/sys/unix"
)

// alarm rings when the state of an fd rises: an epoll(7) instance of the
// watcher's own, with every fd edge-triggered, so that each arrival rings once
// and an fd that stays ready stays silent. Being in a second epoll instance
// changes nothing for the program's own.
//
// It is tempting to wait for it in Go's poller, as for a socket. But then each
// write to a watched pipe wakes through two epoll instances, which we measured
// to double the price of the write. So a thread of its own waits here.
type alarm struct {
	fd, stop int // the epoll instance, and the eventfd that ends the wait
	rung     [64]unix.EpollEvent
}

// bell: to ring means that the state rose.
const bell = true

// ring says which fd rang.
type ring struct {
	fd  int
	gen int32
}

func (a *alarm) open() (err error) {
	if a.fd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	if a.stop, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		unix.Close(a.fd)
		return os.NewSyscallError("eventfd", err)
	}
	a.put(a.stop, unix.EPOLLIN, stopper, 0)
	return nil
}

// stopper is the number by which the eventfd rings.
const stopper = -1

// add reports whether what this process has as at can ring. It rings as fd. Regular
// files cannot: epoll refuses them with EPERM.
func (a *alarm) add(at, fd int, gen int32) bool {
	return a.put(at, unix.EPOLLIN|unix.EPOLLOUT|unix.EPOLLRDHUP|unix.EPOLLET&0xffffffff, fd, gen)
}

func (a *alarm) put(at int, events uint32, fd int, gen int32) bool {
	event := unix.EpollEvent{Events: events, Fd: int32(fd), Pad: gen}
	return unix.EpollCtl(a.fd, unix.EPOLL_CTL_ADD, at, &event) == nil
}

func (a *alarm) remove(at, _ int) { unix.EpollCtl(a.fd, unix.EPOLL_CTL_DEL, at, nil) }

// shut ends the wait; free gives the fds back when nobody waits any more.
func (a *alarm) shut() { unix.Write(a.stop, []byte{1, 0, 0, 0, 0, 0, 0, 0}) }
func (a *alarm) free() { unix.Close(a.stop); unix.Close(a.fd) }

// wait returns what has risen; if block, it waits until something has. It is
// not ok when the alarm is shut.
func (a *alarm) wait(rings []ring, block bool) (n int, ok bool) {
	timeout := 0
	if block {
		timeout = -1
	}
	n, err := unix.EpollWait(a.fd, a.rung[:len(rings)], timeout)
	if err != nil && err != unix.EINTR {
		return 0, false
	}
	n, ok = max(n, 0), true
	for i, event := range a.rung[:n] {
		rings[i] = ring{int(event.Fd), event.Pad}
		ok = ok && event.Fd != stopper
	}
	return n, ok
}
