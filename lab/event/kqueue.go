//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package event

import (
	"time"

	"golang.org/x/sys/unix"
)

// kqueue keeps the set of fds in the kernel, like epoll, but knows reading and
// writing as two things. See kqueue(2). It compiles; it is untested.
type kqueue struct {
	fd     int
	events []unix.Kevent_t // where the kernel puts what is ready
	stats  *Stats
}

func openKqueue(stats *Stats) (backend, error) {
	fd, err := unix.Kqueue()
	if err != nil {
		return nil, err
	}
	unix.CloseOnExec(fd)
	return &kqueue{fd: fd, events: make([]unix.Kevent_t, 32), stats: stats}, nil
}

func (p *kqueue) watch(fd int, gen uint32, old, want What) error {
	if err := p.change(fd, unix.EVFILT_READ, old, want, Read); err != nil {
		return err
	}
	return p.change(fd, unix.EVFILT_WRITE, old, want, Write)
}

// change adds or deletes one of an fd's two filters.
func (p *kqueue) change(fd, filter int, old, want, bit What) error {
	flags := unix.EV_ADD
	switch {
	case want&bit == 0 && old&bit == 0:
		return nil
	case want&bit == 0:
		flags = unix.EV_DELETE
	case want&EdgeTriggered != 0:
		flags |= unix.EV_CLEAR
	}
	var changes [1]unix.Kevent_t
	unix.SetKevent(&changes[0], fd, filter, flags)
	p.stats.SystemCalls++
	_, err := unix.Kevent(p.fd, changes[:], nil, nil)
	if err == unix.EPIPE {
		return nil // the other end of a pipe is gone: the filter was added, and fires
	}
	return err
}

func (p *kqueue) wait(timeout time.Duration) (int, error) {
	p.stats.SystemCalls++
	var left *unix.Timespec
	if timeout >= 0 {
		ts := unix.NsecToTimespec(int64(timeout))
		left = &ts
	}
	return unix.Kevent(p.fd, nil, p.events, left)
}

func (p *kqueue) collect(b *Base, n int) {
	for i := range p.events[:n] {
		ev := &p.events[i]
		what := EdgeTriggered // as libevent: kept where the event asked for it
		switch int(ev.Filter) {
		case unix.EVFILT_READ:
			what |= Read
		case unix.EVFILT_WRITE:
			what |= Write
		}
		// A closed fd takes its filters along: the kernel means no older one.
		b.ready(int(ev.Ident), sure, what)
	}
	if n == len(p.events) && n < 4096 {
		p.events = make([]unix.Kevent_t, 2*n) // it was full: there may be more
	}
}

func (p *kqueue) close() error { return unix.Close(p.fd) }
