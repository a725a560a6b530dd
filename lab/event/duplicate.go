package event

import "golang.org/x/sys/unix"

// epoll watches files, and calls them by the number that they had when they were
// added. Usually a file is forgotten when its fd is closed. But while a duplicate
// (dup, fork) keeps the file open, epoll goes on to report the number. It has been
// closed, or is another file by now, and EPOLL_CTL_DEL does not find the entry
// any more. See epoll(7), questions and answers, 6.
//
// Such a report leads to one of two storms, and neither ends by itself: a
// callback that reads and finds nothing, or turns that call nobody. Both end in an error.

// recheckEach is how many turns pass until the fds that are ready are checked
// again: a call of the kernel for each of them, once in so many.
const recheckEach = 256

// recheck looks whether the fds that are ready are still what was added. An
// edge-triggered fd is left out: asked again, epoll would tell an old edge as new,
// and it makes no storm. Nor is there anything to check in an event whose memory
// may hold another one by now.
func (b *Base) recheck() {
	for p := range b.queues {
		q := &b.queues[p]
		for seat := q.head; seat != q.tail && !b.unchecked; seat++ {
			e := q.ring[seat&uint32(len(q.ring)-1)]
			if e == nil || e.state&inserted == 0 || e.what&(Read|Write) == 0 || e.what&EdgeTriggered != 0 {
				continue
			}
			w := &b.fds[e.fd]
			switch err := b.backend.watch(e.fd, w.gen, w.told, w.told); {
			case err == unix.EBADF:
				b.fault(b.fdClosed(e.fd, "a duplicate of it (dup, fork) keeps its file open, and epoll goes on to report that; "+delAndClose))
			case forgotten(err):
				b.fault(b.fdClosed(e.fd, "the number is another file by now, but a duplicate (dup, fork) keeps the old one open, "+
					"and epoll goes on to report that; "+delAndClose))
			}
		}
	}
}

// forgotten reports whether epoll_ctl(2) did not find the file that was added: the fd is closed
// (EBADF), or another file by now, which is not watched (ENOENT), cannot be (EPERM), or is
// the epoll instance itself (EINVAL).
func forgotten(err error) bool {
	return err == unix.EBADF || err == unix.ENOENT || err == unix.EPERM || err == unix.EINVAL
}

// delAndClose is the way out: without Del epoll is right to report it, and
// without a closed duplicate it does so even after Del.
const delAndClose = "to go on, Del the event and close the duplicate; next time Del before close"

// staleLimit is how many turns of a loop may find the same stale readiness, one
// after the other and without any sleep.
const staleLimit = 1000

// stale is a readiness that nobody waits for: its event was deleted after its fd
// was closed. It is ignored, but not without end (Base.staleTurns counts).
type stale struct {
	fd   int
	turn uint64 // that found it last
}

func (b *Base) foundStale(fd int) {
	b.stats.Stale++
	s, now := &b.stale, b.stats.Turns
	switch {
	case b.staleTurns == 0 || now > s.turn+1:
		*s, b.staleTurns = stale{fd, now}, 1
	case fd == s.fd && now != s.turn: // of several, one is enough
		s.turn = now
		b.staleTurns++
	}
	if b.staleTurns == staleLimit {
		b.fault(&Error{Op: "dispatch", Base: b.name, FD: fd, Err: ErrFDClosed,
			Hint: "its event was deleted too late: a duplicate of the fd (dup, fork) keeps its file open, so epoll reports " +
				"the old fd in each turn, and cannot be told to stop; close the duplicate, and next time Del before close"})
	}
}
