//go:build amd64 || arm64

package foreign

import (
	"encoding/binary"
	"slices"

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

// beginWait: the thread goes to wait.
func (t *tracer) beginWait(k *task) {
	t.announce(k)
	k.proc.busy = true
	l := t.waitsFor(k)
	k.wait = l
	if l == nil {
		return
	}
	t.settle(l)
	k.loop = l
	t.name(k, l)
	t.lookAgain(k)
	k.turn, k.handles, k.named = nil, trace.NoFD, k.named[:0]
	watched := 0
	for _, w := range l.set {
		if w.event != 0 {
			watched++
		}
	}
	t.remember(k)
	k.told = true
	t.rec.Put(&trace.Record{Kind: trace.WaitBegin, Thread: uint32(k.tid), FD: trace.NoFD, Base: l.base, Str: t.str(k.in.name), A: int64(watched), B: t.timeout(k)})
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

// mostLooks is how many fds are looked at before a wait.
const mostLooks = 8

// lookAgain looks at the fds that a thread's last wait has named, before it waits again. The
// watcher alone would miss most of what rises and falls within a millisecond.
func (t *tracer) lookAgain(k *task) {
	for _, fd := range k.named[:min(len(k.named), mostLooks)] {
		k.proc.watcher.Look(int(fd))
	}
}

// waitsFor returns the loop that a wait is of. nil: none is, as where nothing is
// asked for, or only once in passing.
func (t *tracer) waitsFor(k *task) *loop {
	p := k.proc
	switch k.in.op {
	case opEpollWait:
		t.find(p, k.info.fd(0))
		return p.epolls[k.info.fd(0)]
	case opPoll, opSelect:
		wanted, raw := t.wanted(k)
		if k.poll == nil && (len(wanted) == 0 || t.timeout(k) == 0) {
			return nil
		}
		if k.poll == nil {
			k.poll = t.newLoop(p, k.in.name, trace.NoFD)
		}
		l := k.poll
		l.asked = raw
		for fd := range l.set {
			if !slices.ContainsFunc(wanted, func(i interest) bool { return i.fd == fd }) {
				t.unwant(l, uint32(k.tid), fd)
			}
		}
		for _, i := range wanted {
			if w := l.set[i.fd]; w == nil || w.events != i.events {
				t.find(p, i.fd)
				t.want(l, uint32(k.tid), i)
			}
		}
		return l
	}
	return nil
}

// timeout returns a wait's timeout in ns, -1 for none.
func (t *tracer) timeout(k *task) int64 {
	at := 3 // the argument
	switch k.in.op {
	case opPoll:
		at = 2
	case opSelect:
		at = 4
	}
	if k.in.hasTimespec() || k.in.hasTimeval() {
		addr := k.info.arg(at)
		sec, ok := peek64(k.proc.pid, addr)
		rest, ok2 := peek64(k.proc.pid, addr+8)
		if addr == 0 || !ok || !ok2 {
			return -1
		}
		if k.in.hasTimeval() {
			rest *= 1000
		}
		return int64(sec)*1e9 + int64(rest)
	}
	if ms := int32(k.info.arg(at)); ms >= 0 {
		return int64(ms) * 1e6
	}
	return -1
}

// mostAsked bounds what is read of the program's memory for one wait: as many fds as
// anybody waits for by poll.
const mostAsked = 1 << 16

// wanted reads what a poll or a select asks for. raw is the memory as it is before.
func (t *tracer) wanted(k *task) (all []interest, raw []byte) {
	if k.in.op == opPoll {
		n := min(k.info.arg(1), mostAsked)
		raw = make([]byte, n*8)
		raw = raw[:peek(k.proc.pid, k.info.arg(0), raw)]
		for p := raw; len(p) >= 8; p = p[8:] {
			fd, events := int32(binary.NativeEndian.Uint32(p)), uint32(binary.NativeEndian.Uint16(p[4:]))
			if fd >= 0 {
				all = merge(all, interest{fd: fd, events: events})
			}
		}
		return all, raw
	}
	for i, bit := range [...]uint32{unix.EPOLLIN, unix.EPOLLOUT, unix.EPOLLPRI} {
		for _, fd := range t.fdSet(k, 1+i) {
			all = merge(all, interest{fd: fd, events: bit})
		}
	}
	return all, nil
}

// merge adds an interest to those that are there: one fd may be asked for twice.
func merge(all []interest, i interest) []interest {
	for j := range all {
		if all[j].fd == i.fd {
			all[j].events |= i.events
			return all
		}
	}
	return append(all, i)
}

// fdSet reads an fd_set of a select: an argument, for as many fds as the first one says.
func (t *tracer) fdSet(k *task, arg int) (fds []int32) {
	n := int(min(int64(int32(k.info.arg(0))), mostAsked))
	if n <= 0 || k.info.arg(arg) == 0 {
		return nil
	}
	raw := make([]byte, (n+63)/64*8)
	raw = raw[:peek(k.proc.pid, k.info.arg(arg), raw)]
	for i := range min(n, len(raw)*8) {
		if raw[i/8]&(1<<(i%8)) != 0 {
			fds = append(fds, int32(i))
		}
	}
	return fds
}

// endWait: the thread is back from its wait.
func (t *tracer) endWait(k *task, result int64, errno int64) {
	l := k.wait
	k.wait = nil
	if l == nil {
		return
	}
	thread := uint32(k.tid)
	now := t.rec.Now()
	t.rec.Put(&trace.Record{Kind: trace.WaitEnd, Time: now, Thread: thread, FD: trace.NoFD, Base: l.base, Str: t.str(k.in.name), A: result, B: errno})
	if result <= 0 {
		return
	}
	k.turn = l
	for _, a := range t.answers(k, l, int(result)) {
		w := a.watch
		if w == nil {
			continue
		}
		what := meaning(a.events)
		if a.events&(unix.EPOLLHUP|unix.EPOLLERR) != 0 {
			what |= trace.Readable // a read would tell
		}
		if l.set[w.fd] == w {
			k.named = append(k.named, w.fd)
		}
		t.rec.Put(&trace.Record{Kind: trace.Ready, Time: now, Thread: thread, FD: w.fd, Base: l.base, A: int64(what), C: int64(w.event)})
		if w.events&unix.EPOLLONESHOT != 0 && w.event != 0 {
			t.rec.Put(&trace.Record{Kind: trace.Del, Time: now, Thread: thread, FD: w.fd, Base: l.base, A: int64(meaning(w.events)), C: int64(w.event)})
			w.event, w.events = 0, 0 // it is in the set, and asks for nothing
		}
	}
}

// answer is one fd that a wait has named; nil: none that is known.
type answer struct {
	*watch
	events uint32
}

// answers reads what a wait has named.
func (t *tracer) answers(k *task, l *loop, n int) (all []answer) {
	switch k.in.op {
	case opEpollWait:
		raw := make([]byte, min(n, mostAsked)*native.eventSize)
		raw = raw[:peek(k.proc.pid, k.info.arg(1), raw)]
		for _, i := range native.events(raw) {
			all = append(all, answer{l.of(i.data, i.events), i.events})
		}
		return all
	case opPoll:
		raw := make([]byte, len(l.asked))
		raw = raw[:peek(k.proc.pid, k.info.arg(0), raw)]
		var named []interest
		for p := raw; len(p) >= 8; p = p[8:] {
			if events := uint32(binary.NativeEndian.Uint16(p[6:])); events != 0 {
				named = merge(named, interest{fd: int32(binary.NativeEndian.Uint32(p)), events: events})
			}
		}
		for _, i := range named {
			all = append(all, answer{l.set[i.fd], i.events})
		}
	case opSelect:
		named, _ := t.wanted(k)
		for _, i := range named {
			all = append(all, answer{l.set[i.fd], i.events})
		}
	}
	return all
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
