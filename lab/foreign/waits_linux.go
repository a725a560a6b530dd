//go:build amd64 || arm64

package foreign

import (
	"encoding/binary"
	"slices"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// A wait of a loop: what it asks for, and what it is told. epoll keeps its set in the kernel; poll and
// select bring theirs along each time, in the program's memory.

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
