//go:build amd64 || arm64

package foreign

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// enter is a stop at the beginning of a call. The thread goes on, unless it is held.
func (t *tracer) enter(k *task) {
	k.in, k.told = nil, false
	if !t.begun || k.info.get(k.tid) != nil {
		t.goOn(k, 0)
		return
	}
	c := byNumber[k.info.nr()]
	if k.info.arch != nativeArch {
		t.once(k.proc, "arch", "The program makes calls of another processor (32 bits): they are not shown.")
		c = nil
	}
	if c == nil || !t.counts(c, k) || !t.entered(k.proc, c) {
		t.goOn(k, 0)
		return
	}
	k.in, k.entered = c, t.rec.Now()
	if (c.op.waits() || c.op == opSleep) && t.holds() {
		t.hold(k)
		return
	}
	t.begin(k)
	t.goOn(k, 0)
}

// counts reports whether a call is of interest: the filter says so beforehand, but an
// attached program has none.
func (t *tracer) counts(c *call, k *task) bool {
	if commands := asked[c.nr]; commands != nil {
		return slices.Contains(commands, uint32(k.info.arg(1)))
	}
	return true
}

// begin records what the beginning of a call says.
func (t *tracer) begin(k *task) {
	p, c := k.proc, k.in
	if c.op.waits() {
		t.beginWait(k)
		return
	}
	number := k.info.fd(0)
	switch c.op {
	case opClose:
		t.handling(k, number)
		t.closed(p, number)
	case opCloseRange:
		t.closeRange(k)
	case opDupTo:
		if number != k.info.fd(1) {
			t.closed(p, k.info.fd(1))
		}
	case opEpollCtl:
		t.announce(k)
		k.undo = t.control(k)
	case opOpen:
		if t.mayWaitForPeer(k) {
			t.callBegins(k, trace.NoFD)
		}
	case opSleep:
		t.callBegins(k, trace.NoFD)
	case opConnect, opAccept, opRead, opWrite:
		t.onFD(k, number, k.info.arg(3)&unix.MSG_DONTWAIT != 0 && takesFlags(c.nr))
	case opSplice:
		t.onFD(k, number, k.info.arg(5)&unix.SPLICE_F_NONBLOCK != 0)
	case opSendfile:
		t.onFD(k, number, false)
	case opBind, opListen:
		t.announce(k)
		t.find(p, number)
	case opExec, opExit:
		// The kernel closes fds before the next stop.
		p.dropAll()
	case opUring:
		t.once(p, "io_uring", "The program uses io_uring: what it does through its rings is not shown.")
	}
}

// takesFlags reports whether a call's fourth argument is MSG_DONTWAIT's.
func takesFlags(nr int) bool {
	return nr == unix.SYS_RECVFROM || nr == unix.SYS_SENDTO || nr == unix.SYS_RECVMMSG || nr == unix.SYS_SENDMMSG
}

// onFD is the beginning of a call that takes from an fd, or gives to it.
func (t *tracer) onFD(k *task, number int32, dontWait bool) {
	if number == trace.NoFD && k.in.nr == unix.SYS_WRITE {
		t.said(k)
		k.in = nil
		return
	}
	f := t.used(k.proc, number)
	if f == nil {
		k.in = nil
		return
	}
	k.proc.busy = k.proc.busy || !f.regular
	t.announce(k)
	t.handling(k, number)
	if k.in.nr == unix.SYS_RECVMSG || k.in.nr == unix.SYS_SENDMSG {
		dontWait = k.info.arg(2)&unix.MSG_DONTWAIT != 0
	}
	if f.waits && !f.regular && !dontWait {
		t.callBegins(k, number)
	}
}

// used returns an fd that a call takes from or gives to; nil: it is not of interest, as
// the libraries that the loader reads before the program begins.
func (t *tracer) used(p *process, number int32) *fd {
	if f := p.fds[number]; f != nil || number < 0 {
		return f
	}
	f := t.identify(p, number)
	switch {
	case f == nil || f.regular && !p.busy:
		return nil
	case f.regular:
		t.open(p, f, 0, 0)
	default:
		t.open(p, f, trace.Inherited, 0)
	}
	return f
}

// callBegins records that a call begins that may block.
func (t *tracer) callBegins(k *task, number int32) {
	t.announce(k)
	k.told = true
	t.rec.Put(&trace.Record{Kind: trace.CallBegin, Thread: uint32(k.tid), FD: number, Str: t.str(k.in.name), A: int64(k.info.arg(2))})
}

// mayWaitForPeer reports whether an open is of a FIFO: it waits for the other end.
func (t *tracer) mayWaitForPeer(k *task) bool {
	dir, name := k.in.path()
	path := peekString(k.proc.pid, k.info.arg(name))
	if path == "" {
		return false
	}
	if !filepath.IsAbs(path) {
		if dir >= 0 && k.info.fd(dir) != unix.AT_FDCWD {
			return false
		}
		path = "/proc/" + strconv.Itoa(k.proc.pid) + "/cwd/" + path
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// closeRange follows close_range(2): all open fds from one number to another.
func (t *tracer) closeRange(k *task) {
	if k.info.arg(2)&unix.CLOSE_RANGE_CLOEXEC != 0 {
		return
	}
	first, last := uint32(k.info.arg(0)), uint32(k.info.arg(1))
	var all []int32
	for n := range k.proc.fds {
		if uint32(n) >= first && uint32(n) <= last {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	for _, n := range all {
		t.closed(k.proc, n)
	}
}

// leave is the stop at the end of a call.
func (t *tracer) leave(k *task) {
	c := k.in
	var info syscallInfo
	if c == nil || info.get(k.tid) != nil || info.op != infoExit {
		k.in = nil
		return
	}
	result, errno := info.result(), int64(0)
	if info.result() < 0 && info.result() >= -4095 {
		result, errno = -1, -info.result()
	}
	if restarts(errno) {
		// A signal has interrupted the call, and the kernel may begin it again. If a
		// handler comes between, the program is told EINTR.
		errno = int64(unix.EINTR)
	}
	k.in = nil
	t.end(k, c, result, errno)
}

// restarts reports whether an error is one of the kernel's own, which no program sees:
// ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK.
func restarts(errno int64) bool { return errno >= 512 && errno <= 516 }

// end records what the end of a call says. k.info is that of its beginning.
func (t *tracer) end(k *task, c *call, result, errno int64) {
	p, thread, number := k.proc, uint32(k.tid), k.info.fd(0)
	if c.op.waits() {
		k.in = c
		t.endWait(k, result, errno)
		k.in = nil
		return
	}
	done := func(fd int32, name string) {
		t.rec.Put(&trace.Record{Kind: trace.CallEnd, Thread: thread, FD: fd, Str: t.str(name), A: result, B: errno})
	}
	switch c.op {
	case opEpollCtl:
		if errno != 0 && k.undo != nil {
			k.undo()
		}
		k.undo = nil
	case opOpen:
		if k.told {
			done(trace.NoFD, c.name)
		}
		if errno == 0 {
			t.opened(k, int32(result))
		}
	case opNewFD, opSocket, opEpollCreate:
		if errno == 0 {
			t.opened(k, int32(result))
		}
	case opPipe, opSocketpair:
		at := 0
		if c.op == opSocketpair {
			at = 3
		}
		if pair, ok := peek64(p.pid, k.info.arg(at)); ok && errno == 0 {
			t.opened(k, int32(uint32(pair)))
			t.opened(k, int32(uint32(pair>>32)))
		}
	case opDup, opDupTo:
		if errno == 0 {
			t.duplicated(k, number, int32(result))
		}
	case opFcntl:
		switch {
		case errno != 0:
		case k.info.arg(1) == unix.F_SETFL:
			t.setWaits(p, number, k.info.arg(2)&unix.O_NONBLOCK == 0)
		default:
			t.duplicated(k, number, int32(result))
		}
	case opIoctl:
		if value, ok := peek64(p.pid, k.info.arg(2)); ok && errno == 0 {
			t.setWaits(p, number, uint32(value) == 0)
		}
	case opListen, opBind:
		done(number, c.name)
		if f := p.fds[number]; f != nil && errno == 0 {
			t.label(p, f)
		}
	case opConnect:
		done(number, c.name)
		if f := p.fds[number]; f != nil && (errno == 0 || errno == int64(unix.EINPROGRESS)) {
			t.label(p, f)
		}
	case opAccept:
		done(number, c.name)
		p.watcher.LookAgain(int(number), k.entered)
		if errno == 0 {
			t.opened(k, int32(result))
		}
	case opRead, opWrite:
		name := c.name
		if c.nr == unix.SYS_RECVFROM && k.info.arg(3)&unix.MSG_PEEK != 0 || c.nr == unix.SYS_RECVMSG && k.info.arg(2)&unix.MSG_PEEK != 0 {
			name += " (peek)" // it takes nothing
		}
		r := trace.Record{Kind: trace.CallEnd, Thread: thread, FD: number, Str: t.str(name), A: result, B: errno}
		if t.opt.Payload && result > 0 {
			r.SetData(t.payload(k, c, result))
		}
		t.rec.Put(&r)
		if c.op == opRead && result > 0 { // it may be that something is left
			p.watcher.LookAgain(int(number), k.entered)
		}
	case opSendfile:
		done(number, c.name)
	case opSplice:
		done(number, c.name)
		if errno == 0 && t.find(p, k.info.fd(2)) != nil {
			done(k.info.fd(2), "splice (to)")
		}
	case opSleep:
		done(trace.NoFD, c.name)
	case opExec:
		if errno != 0 {
			t.adoptAll(p) // it goes on as it was
		}
	}
}

// payload reads the first bytes that a call has moved, where they lie in one piece.
func (t *tracer) payload(k *task, c *call, n int64) []byte {
	addr := k.info.arg(1)
	switch c.nr {
	case unix.SYS_READ, unix.SYS_WRITE, unix.SYS_RECVFROM, unix.SYS_SENDTO:
	case unix.SYS_READV, unix.SYS_WRITEV:
		addr, _ = peek64(k.proc.pid, addr)
	case unix.SYS_RECVMSG, unix.SYS_SENDMSG:
		const iov = 16 // struct msghdr: msg_iov
		addr, _ = peek64(k.proc.pid, addr+iov)
		addr, _ = peek64(k.proc.pid, addr)
	default:
		return nil
	}
	buf := make([]byte, min(n, 16))
	return buf[:peek(k.proc.pid, addr, buf)]
}

// opened takes in a new fd.
func (t *tracer) opened(k *task, number int32) {
	f := t.identify(k.proc, number)
	if f == nil {
		return
	}
	if f.regular {
		// It is always ready, and most are the loader's: it is entered at its first use.
		return
	}
	k.proc.busy = true
	t.announce(k)
	t.open(k.proc, f, 0, 0)
}

// duplicated takes in a number that is the same open file as another.
func (t *tracer) duplicated(k *task, from, to int32) {
	f, old := t.identify(k.proc, to), t.find(k.proc, from)
	if f == nil || from == to || f.regular {
		return
	}
	same := int32(0)
	if old != nil {
		f.file, same = old.file, from
	}
	t.open(k.proc, f, 0, same)
}

func (t *tracer) setWaits(p *process, number int32, waits bool) {
	if f := p.fds[number]; f != nil {
		for _, o := range p.fds { // the flag is the open file's
			if o.file == f.file {
				o.waits = waits
			}
		}
	}
}
