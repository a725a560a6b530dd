//go:build amd64 || arm64

package foreign

import (
	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// loop is an epoll instance, or a thread that calls poll or select. In the trace it is a
// base.
type loop struct {
	base    uint16
	proc    *process
	backend string
	fd      int32 // of the epoll instance, or trace.NoFD
	set     map[int32]*watch
	byData  map[uint64]int32 // epoll: which fd was last asked for with the data
	name    string           // after the thread that waits for it
	waits   uint64           // how many there were
	asked   []byte           // poll and select: the program's memory at the entry
	same    *instance        // epoll: shared with other processes, or nil
	lingers []*watch         // epoll: of fds that are closed, whose file another process has: see linger
}

// interest is what a loop wants to know of an fd.
type interest struct {
	fd     int32
	events uint32 // EPOLLIN ...
	data   uint64 // epoll: by which the loop is told
}

// watch is an interest that the trace knows: a pending event there.
type watch struct {
	interest
	event uint32
}

func (t *tracer) newLoop(p *process, backend string, fd int32) *loop {
	l := &loop{base: t.rec.NextBase(), proc: p, backend: backend, fd: fd, set: map[int32]*watch{}, byData: map[uint64]int32{}}
	t.rec.Put(&trace.Record{Kind: trace.BaseNew, Thread: uint32(p.pid), FD: trace.NoFD, Base: l.base, Str: t.str(backend), A: 1, B: 1})
	return l
}

// newEpoll enters an epoll instance, with what it watches already.
func (t *tracer) newEpoll(p *process, f *fd) {
	for n, o := range p.fds { // a duplicate is the same loop
		if l := p.epolls[n]; l != nil && o.file == f.file && o != f {
			p.epolls[f.number] = l
			return
		}
	}
	l := t.newLoop(p, "epoll", f.number)
	p.epolls[f.number] = l
	nth := map[int32]uint32{} // of those that were added by this number
	for _, w := range watchedBy(p.pid, f.number) {
		// The number is that of the process that has added the file. Here it may be another file's, or nobody's.
		if isTarget(p.pid, w.fd, f.number, nth[w.fd]) && t.find(p, w.fd) != nil {
			t.want(l, uint32(p.pid), w)
		}
		nth[w.fd]++
	}
	t.share(l)
}

// meaning is what epoll's or poll's events are for the trace.
func meaning(events uint32) (what trace.Readiness) {
	if events&(unix.EPOLLIN|unix.EPOLLPRI|unix.EPOLLRDHUP|unix.EPOLLRDNORM) != 0 {
		what |= trace.Readable
	}
	if events&(unix.EPOLLOUT|unix.EPOLLWRNORM) != 0 {
		what |= trace.Writable
	}
	return what
}

// want says that a loop wants to know of an fd, or wants something else now.
func (t *tracer) want(l *loop, thread uint32, i interest) {
	what := meaning(i.events)
	if what == 0 { // an error or a hang-up would be told, but nothing is wished for
		t.unwant(l, thread, i.fd)
		l.set[i.fd] = &watch{i, 0}
		return
	}
	if i.events&unix.EPOLLET != 0 {
		what |= trace.EdgeTrig
	}
	if i.events&unix.EPOLLONESHOT == 0 {
		what |= trace.Persist
	}
	w := l.set[i.fd]
	if w == nil {
		w = &watch{}
		l.set[i.fd] = w
	}
	if w.event == 0 {
		w.event = t.rec.NextEvent()
	}
	w.interest = i
	l.byData[i.data] = i.fd
	t.rec.Put(&trace.Record{Kind: trace.Add, Thread: thread, FD: i.fd, Base: l.base, A: int64(what), B: -1, C: int64(w.event)})
}

// unwant ends that.
func (t *tracer) unwant(l *loop, thread uint32, fd int32) {
	w := l.set[fd]
	if w == nil {
		return
	}
	delete(l.set, fd)
	if l.byData[w.data] == fd {
		delete(l.byData, w.data)
	}
	if w.event != 0 {
		t.rec.Put(&trace.Record{Kind: trace.Del, Thread: thread, FD: fd, Base: l.base, A: int64(meaning(w.events)), C: int64(w.event)})
	}
}

// forget takes an fd out of all loops' sets: the kernel does, when the file is closed.
func (t *tracer) forget(p *process, fd int32) {
	for _, l := range p.epolls {
		t.unwant(l, uint32(p.pid), fd)
	}
	for _, k := range t.tasks {
		if k.proc == p && k.poll != nil {
			t.unwant(k.poll, uint32(k.tid), fd)
		}
	}
}

// control follows an epoll_ctl at its beginning: another thread may be told of the fd
// before the call is back. undo takes it back if the kernel refuses.
func (t *tracer) control(k *task) (undo func()) {
	p, thread := k.proc, uint32(k.tid)
	t.find(p, k.info.fd(0))
	l, fd := p.epolls[k.info.fd(0)], k.info.fd(2)
	if l == nil {
		return nil
	}
	t.find(p, fd)
	old := l.set[fd]
	op := int(int32(k.info.arg(1)))
	switch {
	case op == unix.EPOLL_CTL_DEL:
		t.unwant(l, thread, fd)
	case (op == unix.EPOLL_CTL_ADD) != (old == nil): // EEXIST, ENOENT
		return nil
	default:
		raw := make([]byte, native.eventSize)
		if peek(p.pid, k.info.arg(3), raw) != len(raw) {
			return nil
		}
		wish := native.events(raw)[0]
		wish.fd = fd
		t.want(l, thread, wish)
	}
	return func() {
		t.unwant(l, thread, fd)
		if old != nil {
			t.want(l, thread, old.interest)
		}
	}
}

// name names a loop, and its thread, as the kernel does. Threads get their names after
// their first steps, so it is asked for again: at the 1st wait, the 2nd, 4th, 8th ...
func (t *tracer) name(k *task, l *loop) {
	l.waits++
	if l.waits&(l.waits-1) != 0 {
		return
	}
	name := nameOf(k.tid)
	if name == l.name {
		return
	}
	l.name = name
	for _, base := range []uint16{l.base, 0} {
		t.rec.Put(&trace.Record{Kind: trace.Label, Thread: uint32(k.tid), FD: trace.NoFD, Base: base, Str: t.str(name)})
	}
}

// of returns whom an epoll instance tells of by its data. The data is the program's: where two fds have the
// same, the one that was asked for these events is taken.
func (l *loop) of(data uint64, events uint32) (found *watch) {
	if w := l.set[l.byData[data]]; w != nil && w.data == data && meaning(w.events)&meaning(events) != 0 {
		return w // the usual case
	}
	for _, w := range l.set {
		if w.data == data && (found == nil || w.events&events != 0) {
			found = w
		}
	}
	for _, w := range l.lingers {
		if w.data == data && (found == nil || w.events&events != 0) {
			found = w
		}
	}
	return found
}
