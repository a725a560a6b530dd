//go:build amd64 || arm64

package foreign

import (
	"errors"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// The kernel's epoll instance is an open file. fork(2) gives it to the child, SCM_RIGHTS to anybody: then
// several processes have one set, and what one of them adds is told to whoever waits. Here it is a loop in
// each of them, with what that process has asked for, and each is told of the others.

// instance is an epoll instance that is a loop in several processes.
type instance struct{ loops []*loop }

// share finds out whether a new loop's epoll instance is another process's, too.
func (t *tracer) share(l *loop) {
	for _, p := range t.procs {
		for _, o := range p.epolls {
			if p == l.proc || o.same != nil && o.same == l.same {
				continue
			}
			same, err := sameFile(l.proc.pid, l.fd, p.pid, o.fd)
			if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) {
				t.once(t.main, "kcmp", "Whether two processes share an epoll instance is not known: kcmp(2) is refused (%v). In a container: docker run --cap-add=SYS_PTRACE", err)
			}
			if !same {
				continue
			}
			if o.same == nil {
				o.same = &instance{loops: []*loop{o}}
			}
			l.same = o.same
			l.same.loops = append(l.same.loops, l)
			t.note(l.proc, "its epoll instance (fd %d) is the same one in the kernel as fd %d of the process %d: here is what this process has asked for", l.fd, o.fd, p.pid)
			l.same.tell(t)
		}
	}
}

// unshare takes a loop out that its process has no more.
func (t *tracer) unshare(l *loop) {
	if i := l.same; i != nil {
		i.loops = slices.DeleteFunc(i.loops, func(o *loop) bool { return o == l })
		l.same = nil
		i.tell(t)
	}
}

// tell makes a record for each of the processes.
func (i *instance) tell(t *tracer) {
	for n, l := range i.loops {
		other := 0 // the last one that is not this one
		if last := len(i.loops) - 1; last > 0 {
			if last == n {
				last--
			}
			other = i.loops[last].proc.pid
		}
		t.rec.Put(&trace.Record{Kind: trace.Shared, Thread: uint32(l.proc.pid), FD: trace.NoFD, Base: l.base, A: int64(other), B: int64(len(i.loops) - 1)})
	}
}

// What kcmp(2) compares: linux/kcmp.h.
const (
	kcmpFile   = 0 // two fds: are they one open file?
	kcmpTarget = 7 // KCMP_EPOLL_TFD: an fd, and what an epoll instance watches
)

func sameFile(pid1 int, fd1 int32, pid2 int, fd2 int32) (bool, error) {
	order, _, errno := unix.RawSyscall6(unix.SYS_KCMP, uintptr(pid1), uintptr(pid2), kcmpFile, uintptr(fd1), uintptr(fd2), 0)
	if errno != 0 {
		return false, errno
	}
	return order == 0, nil
}

// isTarget reports whether an fd is the file that a process's epoll instance watches by this number: the
// nth of those that were added by it. Where the kernel does not tell, it is believed.
func isTarget(pid int, fd, epoll int32, nth uint32) bool {
	slot := struct{ epoll, fd, nth uint32 }{uint32(epoll), uint32(fd), nth} // struct kcmp_epoll_slot
	order, _, errno := unix.RawSyscall6(unix.SYS_KCMP, uintptr(pid), uintptr(pid), kcmpTarget, uintptr(fd), uintptr(unsafe.Pointer(&slot)), 0)
	return errno != 0 && errno != unix.EBADF || errno == 0 && order == 0
}

// linger is for an fd that is about to be closed while another process has the same open file, as after a fork: the
// kernel forgets it only with the last of them. Its epoll instances watch it still, by a number that
// is nobody's any more, or soon another file's.
func (t *tracer) linger(p *process, f *fd) {
	for _, l := range p.epolls {
		w := l.set[f.number]
		if w == nil || slices.Contains(l.lingers, w) { // a duplicate of the instance is the same loop
			continue
		}
		other := t.holder(p, f)
		if other == nil {
			return
		}
		t.note(p, "fd %d is closed, and the epoll instance fd %d watches it still: the process %d has the same open file", f.number, l.fd, other.pid)
		delete(l.set, f.number)
		l.lingers = append(l.lingers, w)
	}
}

// holder returns another process that has an fd's open file, or nil.
func (t *tracer) holder(p *process, f *fd) *process {
	has := func(o *process, number, file int32) bool {
		if file != f.file {
			return false
		}
		same, _ := sameFile(p.pid, f.number, o.pid, number)
		return same
	}
	for _, o := range t.procs {
		if o == p {
			continue
		}
		for n, of := range o.fds {
			if has(o, n, of.file) {
				return o
			}
		}
		if o.pidfd < 0 { // it is not followed yet: what it has it had from its beginning
			for n, file := range o.inherited {
				if has(o, n, file) {
					return o
				}
			}
		}
	}
	return nil
}

// settle asks the kernel which of those it has forgotten by now.
func (t *tracer) settle(l *loop) {
	if len(l.lingers) == 0 {
		return
	}
	there := watchedBy(l.proc.pid, l.fd)
	l.lingers = slices.DeleteFunc(l.lingers, func(w *watch) bool {
		if slices.ContainsFunc(there, func(i interest) bool { return i.fd == w.fd && i.data == w.data }) {
			return false
		}
		if w.event != 0 {
			t.rec.Put(&trace.Record{Kind: trace.Del, Thread: uint32(l.proc.pid), FD: w.fd, Base: l.base, A: int64(meaning(w.events)), C: int64(w.event)})
		}
		return true
	})
}
