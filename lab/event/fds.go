package event

import "golang.org/x/sys/unix"

// watch is what the base knows of one fd. The table of them is indexed by fd:
// the kernel gives out the lowest free number, so it stays small.
type watch struct {
	first   *Event // the events that are pending on it, the last added first
	readers int32  // how many of them want to read
	writers int32  // and to write
	gen     uint32 // goes up each time that the fd is watched anew, from 1 on
	told    What   // what the backend was last told: 0, or Read, Write or both, and EdgeTriggered
}

// insert makes the backend watch the event's fd for what the event wants.
func (b *Base) insert(e *Event) error {
	for e.fd >= len(b.fds) {
		b.fds = append(b.fds, make([]watch, max(32, len(b.fds)))...)
	}
	w := &b.fds[e.fd]
	if w.first == nil {
		w.gen = max(sure+1, w.gen+1)
	}
	if w.first != nil && (w.told^e.what)&EdgeTriggered != 0 {
		return e.fail("add", ErrMixedEdge, "the kernel has one entry for the fd, with one mode; give its events the same one")
	}
	// Even if nothing changes the backend is asked: that is the moment to
	// notice that the fd was closed since. Not so an edge-triggered one: asked
	// again, the kernel would tell an old edge as new.
	want := w.told | e.what&io
	if want != w.told || want&EdgeTriggered == 0 {
		if err := b.backend.watch(e.fd, w.gen, w.told, want); err != nil {
			return e.explain("add", err)
		}
	}
	if w.told == 0 && !e.internal {
		b.rec.watched++
	}
	w.told = want
	if e.what&Read != 0 {
		w.readers++
	}
	if e.what&Write != 0 {
		w.writers++
	}
	if w.first != e { // only an unchecked base lets it be: a list must not lead to itself
		e.sameFD, w.first = w.first, e
	}
	return nil
}

// extract takes the event from its fd and tells the backend what is left.
func (b *Base) extract(e *Event) error {
	w := &b.fds[e.fd]
	for link := &w.first; *link != nil; link = &(*link).sameFD {
		if *link == e {
			*link, e.sameFD = e.sameFD, nil
			break
		}
	}
	want := w.told & EdgeTriggered
	if e.what&Read != 0 {
		w.readers--
	}
	if e.what&Write != 0 {
		w.writers--
	}
	if w.readers > 0 {
		want |= Read
	}
	if w.writers > 0 {
		want |= Write
	}
	old := w.told
	if w.first == nil {
		want = 0
		if !e.internal {
			b.rec.watched--
		}
	}
	w.told = want
	if want == old {
		return nil
	}
	err := b.backend.watch(e.fd, w.gen, old, want)
	if forgotten(err) {
		return e.fail("delete", ErrFDClosed, "the event is deleted; next time Del it before its fd is closed")
	}
	return err
}

// ready is how a backend tells of an fd: every event that waits for one of the
// things in what becomes active.
func (b *Base) ready(fd int, gen uint32, what What) {
	w := &b.fds[fd]
	if w.first == nil || gen != w.gen && gen != sure || what&notOpen != 0 {
		b.notReady(fd, what)
		return
	}
	for e := w.first; e != nil; e = e.sameFD {
		if (e.fd != fd || e.state&inserted == 0) && !b.unchecked { //DOC:overwritten
			b.fault(b.overwritten(fd))
			return
		}
		if e.what&what&(Read|Write) == 0 {
			continue
		}
		if b.rec.On() {
			b.rec.ready(e, fd, e.what&what)
		}
		if e.internal {
			b.activateFirst(e, e.what&what)
		} else {
			b.activate(e, e.what&what, 1)
		}
	}
}

// notReady is what a backend told of an fd that nobody can wait for.
func (b *Base) notReady(fd int, what What) {
	if what&notOpen != 0 {
		b.fault(b.fdClosed(fd, delBeforeClose))
		return
	}
	b.foundStale(fd)
}

const delBeforeClose = "add an event after its fd is opened, and Del it before it is closed; Del it now to go on"

// fault keeps the first error that came up where nobody could be told. It ends
// the loop before the next wait.
func (b *Base) fault(err error) {
	if b.failure == nil {
		b.failure = err
	}
}

// findClosed looks for the fd behind an EBADF of select(2), which does not say.
func (b *Base) findClosed() error {
	for fd := range b.fds {
		if b.fds[fd].first == nil {
			continue
		}
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == unix.EBADF {
			return b.fdClosed(fd, delBeforeClose)
		}
	}
	return b.fail("dispatch", unix.EBADF, "")
}
