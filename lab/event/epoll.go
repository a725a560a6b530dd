//go:build linux

package event

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/rawcall"
)

// epoll keeps the set of fds in the kernel: adding one costs a system call,
// and a wait costs only what is ready. See epoll(7).
type epoll struct {
	fd     int
	events []unix.EpollEvent // where the kernel puts what is ready
	stats  *Stats
}

func openEpoll(stats *Stats) (backend, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return &epoll{fd: fd, events: make([]unix.EpollEvent, 32), stats: stats}, nil
}

func (p *epoll) watch(fd int, gen uint32, old, want What) error {
	// The kernel hands Fd and Pad back with each readiness: gen tells an fd
	// from an older one of the same number.
	ev := unix.EpollEvent{Fd: int32(fd), Pad: int32(gen)}
	if want&Read != 0 {
		ev.Events |= unix.EPOLLIN
	}
	if want&Write != 0 {
		ev.Events |= unix.EPOLLOUT
	}
	if want&EdgeTriggered != 0 {
		ev.Events |= 1 << 31 // EPOLLET, which is negative in unix
	}
	switch {
	case want == 0:
		return p.control(unix.EPOLL_CTL_DEL, fd, &ev)
	case old != 0:
		return p.control(unix.EPOLL_CTL_MOD, fd, &ev)
	}
	err := p.control(unix.EPOLL_CTL_ADD, fd, &ev)
	if err == unix.EEXIST {
		// A duplicate of the closed fd kept its entry alive, and now the
		// number and the file are the same again.
		err = p.control(unix.EPOLL_CTL_MOD, fd, &ev)
	}
	return err
}

func (p *epoll) control(op, fd int, ev *unix.EpollEvent) error {
	p.stats.SystemCalls++
	// epoll_ctl never blocks, so the Go scheduler need not know of it.
	_, errno := rawcall.Call(unix.SYS_EPOLL_CTL, uintptr(p.fd), uintptr(op), uintptr(fd),
		uintptr(unsafe.Pointer(ev)), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

func (p *epoll) wait(timeout time.Duration) (int, error) {
	p.stats.SystemCalls++
	if timeout != 0 {
		return unix.EpollWait(p.fd, p.events, milliseconds(timeout))
	}
	n, errno := rawcall.Call(waitCall, uintptr(p.fd),
		uintptr(unsafe.Pointer(&p.events[0])), uintptr(len(p.events)), 0, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return n, nil
}

func (p *epoll) collect(b *Base, n int) {
	for i := range p.events[:n] {
		ev := &p.events[i]
		what := EdgeTriggered // as libevent: kept where the event asked for it
		switch {
		case ev.Events&unix.EPOLLERR != 0,
			ev.Events&unix.EPOLLHUP != 0 && ev.Events&unix.EPOLLRDHUP == 0:
			what |= Read | Write
		default:
			if ev.Events&unix.EPOLLIN != 0 {
				what |= Read
			}
			if ev.Events&unix.EPOLLOUT != 0 {
				what |= Write
			}
		}
		b.ready(int(ev.Fd), uint32(ev.Pad), what)
	}
	if n == len(p.events) && n < 4096 {
		p.events = make([]unix.EpollEvent, 2*n) // it was full: there may be more
	}
}

func (p *epoll) close() error { return unix.Close(p.fd) }
