package event

import (
	"math/bits"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// setSize is FD_SETSIZE: how many fds an fd_set has room for.
const setSize = 1024

// fdSet is an fd_set, one bit for each fd, as words of 64.
type fdSet [setSize / 64]uint64

func (s *fdSet) unix() *unix.FdSet { return (*unix.FdSet)(unsafe.Pointer(s)) }

// selectSets hands the kernel a copy of its sets at each wait, because
// select(2) overwrites them with its answer.
type selectSets struct {
	reads, writes       fdSet // what to watch for
	readable, writeable fdSet // the copies, then the answer
	limit               int   // the highest fd in the sets, plus one
	stats               *Stats
}

func openSelect(stats *Stats) (backend, error) { return &selectSets{stats: stats}, nil }

func (p *selectSets) watch(fd int, gen uint32, old, want What) error {
	if fd >= setSize {
		return ErrSetSize // FD_SET in C would write beyond the set
	}
	if old == 0 && fd >= 64 {
		// The kernel leaves out, in silence, what lies beyond the process's
		// table of fds. That has room for 64 at least; so ask.
		p.stats.SystemCalls++
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil {
			return err
		}
	}
	word, bit := fd/64, uint64(1)<<(fd%64)
	p.reads[word] &^= bit
	p.writes[word] &^= bit
	if want&Read != 0 {
		p.reads[word] |= bit
	}
	if want&Write != 0 {
		p.writes[word] |= bit
	}
	if want != 0 {
		p.limit = max(p.limit, fd+1)
		return nil
	}
	for p.limit > 0 && p.wanted(p.limit-1) == 0 {
		p.limit--
	}
	return nil
}

// wanted is not 0 if the fd is in a set.
func (p *selectSets) wanted(fd int) uint64 {
	return (p.reads[fd/64] | p.writes[fd/64]) & (1 << (fd % 64))
}

func (p *selectSets) wait(timeout time.Duration) (int, error) {
	words := (p.limit + 63) / 64
	copy(p.readable[:words], p.reads[:words])
	copy(p.writeable[:words], p.writes[:words])
	p.stats.SystemCalls++
	if timeout == 0 {
		return selectNow(p.limit, p.readable.unix(), p.writeable.unix())
	}
	var left *unix.Timeval
	if timeout > 0 {
		// Rounded up, as in milliseconds.
		tv := unix.NsecToTimeval(int64(timeout + time.Microsecond - 1))
		left = &tv
	}
	return unix.Select(p.limit, p.readable.unix(), p.writeable.unix(), nil, left)
}

func (p *selectSets) collect(b *Base, n int) {
	for word := 0; n > 0 && word < len(p.reads); word++ {
		r, w := p.readable[word], p.writeable[word]
		for both := r | w; both != 0; both &= both - 1 {
			at := bits.TrailingZeros64(both)
			var what What
			if r>>at&1 != 0 {
				what |= Read
				n-- // select counts bits, not fds
			}
			if w>>at&1 != 0 {
				what |= Write
				n--
			}
			b.ready(word*64+at, sure, what)
		}
	}
}

func (p *selectSets) close() error { return nil }
