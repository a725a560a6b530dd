package event

import (
	"time"

	"golang.org/x/sys/unix"
)

// poll hands the kernel the whole list of fds at each wait, and walks it
// afterwards. See poll(2).
type poll struct {
	list  []unix.PollFd
	place []int32 // place[fd] - 1 is the fd's index in list; 0: it is not there
	stats *Stats
}

func openPoll(stats *Stats) (backend, error) { return &poll{stats: stats}, nil }

func (p *poll) watch(fd int, gen uint32, old, want What) error {
	for fd >= len(p.place) {
		p.place = append(p.place, make([]int32, max(32, len(p.place)))...)
	}
	at := int(p.place[fd]) - 1
	if want == 0 {
		if at >= 0 { // the last one takes its place
			last := len(p.list) - 1
			p.list[at] = p.list[last]
			p.place[p.list[at].Fd] = int32(at + 1)
			p.place[fd] = 0
			p.list = p.list[:last]
		}
		return nil
	}
	if at < 0 {
		at = len(p.list)
		p.list = append(p.list, unix.PollFd{Fd: int32(fd)})
		p.place[fd] = int32(at + 1)
	}
	var events int16
	if want&Read != 0 {
		events |= unix.POLLIN
	}
	if want&Write != 0 {
		events |= unix.POLLOUT
	}
	p.list[at].Events = events
	return nil
}

func (p *poll) wait(timeout time.Duration) (int, error) {
	p.stats.SystemCalls++
	if timeout == 0 {
		return pollNow(p.list)
	}
	return unix.Poll(p.list, milliseconds(timeout))
}

func (p *poll) collect(b *Base, n int) {
	for i := 0; i < len(p.list) && n > 0; i++ { // the rest is not ready: stop after n
		got := p.list[i].Revents
		if got == 0 {
			continue
		}
		n--
		var what What
		if got&unix.POLLNVAL != 0 {
			what = notOpen
		}
		if got&(unix.POLLIN|unix.POLLHUP|unix.POLLERR) != 0 {
			what |= Read
		}
		if got&(unix.POLLOUT|unix.POLLHUP|unix.POLLERR) != 0 {
			what |= Write
		}
		b.ready(int(p.list[i].Fd), sure, what)
	}
}

func (p *poll) close() error { return nil }
