//go:build amd64 || arm64

package foreign

import (
	"bytes"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// fd is one of the program's.
type fd struct {
	number  int32
	copy    int // this process's copy, by which the kernel is asked; -1: none
	what    string
	regular bool
	waits   bool  // calls on it may block
	file    int32 // which open file it is: fds that dup made have the same
}

// find returns an fd. One that was not known is looked at: the program has it from
// before, or from a call that is not followed.
func (t *tracer) find(p *process, number int32) *fd {
	if f := p.fds[number]; f != nil || number < 0 {
		return f
	}
	return t.adopt(p, number, trace.Inherited)
}

// adopt finds out what an fd is that is there already, and begins to record it. nil: the
// process has no such fd.
func (t *tracer) adopt(p *process, number int32, flags int64) *fd {
	f := t.identify(p, number)
	if f == nil {
		return nil
	}
	t.open(p, f, flags, 0)
	return f
}

// adoptAll does that for all fds of a process.
func (t *tracer) adoptAll(p *process) {
	entries, _ := os.ReadDir("/proc/" + strconv.Itoa(p.pid) + "/fd")
	there := map[int32]bool{}
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		there[int32(n)] = true
		if f := p.fds[int32(n)]; f == nil {
			t.adopt(p, int32(n), trace.Inherited)
		} else if f.copy < 0 { // it was dropped before an exec
			if again := t.identify(p, f.number); again != nil {
				again.file = f.file
				p.fds[f.number] = again
				p.watch(again)
			}
		}
	}
	for n := range p.fds {
		if !there[n] {
			t.closed(p, n)
		}
	}
}

// identify asks the kernel what an fd is. It makes no record.
func (t *tracer) identify(p *process, number int32) *fd {
	f := &fd{number: number, copy: -1}
	t.files++
	f.file = t.files
	if file, ok := p.inherited[number]; ok {
		f.file = file
	}
	link, err := os.Readlink("/proc/" + strconv.Itoa(p.pid) + "/fd/" + strconv.Itoa(int(number)))
	if err != nil {
		return nil
	}
	copy, err := unix.PidfdGetfd(p.pidfd, int(number), 0)
	if err != nil {
		f.what, f.waits = plain(link), true
		f.regular = strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "/dev/")
		t.once(p, "getfd", "The kernel's readiness is not shown: pidfd_getfd(2) is refused (%v). In a container: docker run --cap-add=SYS_PTRACE", err)
		return f
	}
	unix.CloseOnExec(copy)
	flags, _ := unix.FcntlInt(uintptr(copy), unix.F_GETFL, 0)
	f.waits = flags&unix.O_NONBLOCK == 0
	var st unix.Stat_t
	unix.Fstat(copy, &st)
	keep := true
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG, unix.S_IFDIR:
		f.what, f.regular, keep = "file "+plain(filepath.Base(link)), true, false
	case unix.S_IFIFO:
		f.what = pipeEnd(link, flags)
	case unix.S_IFSOCK:
		f.what = socketKind(copy)
	case unix.S_IFCHR:
		f.what = "device " + plain(link)
		_, notTerminal := unix.IoctlGetTermios(copy, unix.TCGETS)
		keep = notTerminal == nil // /dev/null is always ready, and says nothing
	default:
		f.what = anonymous(link)
		// An epoll instance is a loop here, and a signalfd answers for the thread that asks.
		keep = f.what != epollInstance && f.what != "signalfd"
		if f.what == "signalfd" {
			t.once(p, "signalfd", "fd %d is a signalfd: whether a signal waits in it, the kernel tells the program alone", number)
		}
	}
	if !keep {
		unix.Close(copy)
		return f
	}
	f.copy = copy
	return f
}

const epollInstance = "epoll instance"

// anonymous names an anon_inode: "eventfd", "timerfd".
func anonymous(link string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(link, "anon_inode:"), "["), "]")
	if name == "eventpoll" {
		return epollInstance
	}
	return plain(name)
}

func pipeEnd(link string, flags int) string {
	name := "pipe"
	if !strings.HasPrefix(link, "pipe:") {
		name = "FIFO " + plain(filepath.Base(link))
	}
	switch flags & unix.O_ACCMODE {
	case unix.O_RDONLY:
		return name + " (read end)"
	case unix.O_WRONLY:
		return name + " (write end)"
	}
	return name
}

func socketKind(copy int) string {
	domain, _ := unix.GetsockoptInt(copy, unix.SOL_SOCKET, unix.SO_DOMAIN)
	kind, _ := unix.GetsockoptInt(copy, unix.SOL_SOCKET, unix.SO_TYPE)
	listens, _ := unix.GetsockoptInt(copy, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	name := "socket"
	switch {
	case domain == unix.AF_UNIX:
		name = "Unix socket"
	case domain == unix.AF_NETLINK:
		name = "netlink socket"
	case kind == unix.SOCK_STREAM:
		name = "TCP socket"
	case kind == unix.SOCK_DGRAM:
		name = "UDP socket"
	}
	if listens == 1 {
		return "listener, " + name
	}
	return name
}

// address returns a socket's name for a person: its port where it listens, else its peer's.
func address(copy int) string {
	if copy < 0 {
		return ""
	}
	listens, _ := unix.GetsockoptInt(copy, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if listens == 1 {
		if at := spell(unix.Getsockname(copy)); at != "" {
			return "listen " + at
		}
		return ""
	}
	return spell(unix.Getpeername(copy))
}

func spell(sa unix.Sockaddr, err error) string {
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port)).String()
	case *unix.SockaddrInet6:
		return net.JoinHostPort(netip.AddrFrom16(a.Addr).Unmap().String(), strconv.Itoa(a.Port))
	case *unix.SockaddrUnix:
		if a.Name != "" && a.Name != "@" { // unnamed
			return plain(filepath.Base(a.Name))
		}
	}
	return ""
}

// plain makes a name fit to be drawn.
func plain(s string) string {
	q := strconv.QuoteToGraphic(s)
	return q[1 : len(q)-1]
}

// open begins the life of an fd in the trace. same is the fd that it is a duplicate of, or 0.
func (t *tracer) open(p *process, f *fd, flags int64, same int32) {
	if old := p.fds[f.number]; old != nil { // its end was not seen
		t.closed(p, f.number)
	}
	p.fds[f.number] = f
	if !f.waits {
		flags |= trace.NonBlocking
	}
	if f.regular {
		flags |= trace.RegularFile
	}
	t.rec.Put(&trace.Record{Kind: trace.Open, Thread: uint32(p.pid), FD: f.number, Str: t.str(f.what), A: flags, B: trace.NoFD, C: int64(same)})
	t.label(p, f)
	if f.what == epollInstance {
		t.newEpoll(p, f)
	}
	p.watch(f)
}

// label names a socket by its address.
func (t *tracer) label(p *process, f *fd) {
	if name := address(f.copy); name != "" {
		t.rec.Put(&trace.Record{Kind: trace.Label, Thread: uint32(p.pid), FD: f.number, Str: t.str(name)})
	}
}

func (p *process) watch(f *fd) {
	if f.copy >= 0 {
		p.watcher.WatchCopy(int(f.number), trace.NoFD, f.copy)
	}
}

// drop gives the copy of an fd back. It must be gone before the program closes the fd:
// else the file stays open, no peer hears a hang-up, and epoll does not forget it.
func (p *process) drop(f *fd) {
	if f.copy >= 0 {
		p.watcher.Unwatch(int(f.number))
		unix.Close(f.copy)
		f.copy = -1
	}
}

func (p *process) dropAll() {
	for _, f := range p.fds {
		p.drop(f)
	}
}

// closed ends the life of an fd: the program closes it.
func (t *tracer) closed(p *process, number int32) {
	f := p.fds[number]
	if f == nil {
		return
	}
	p.drop(f)
	delete(p.fds, number)
	kept := int32(trace.NoFD) // by a duplicate
	for n, o := range p.fds {
		if o.file == f.file {
			kept = n
		}
	}
	if kept == trace.NoFD {
		t.linger(p, f)
		t.forget(p, number)
	}
	t.rec.Put(&trace.Record{Kind: trace.Close, Thread: uint32(p.pid), FD: number})
	if l := p.epolls[number]; l != nil {
		delete(p.epolls, number)
		if l.fd = kept; kept == trace.NoFD {
			t.unshare(l)
			t.rec.Put(&trace.Record{Kind: trace.BaseFree, Thread: uint32(p.pid), FD: trace.NoFD, Base: l.base})
		}
	}
}

// watchedBy reads what an epoll instance watches, from proc(5): the lines "tfd:".
func watchedBy(pid int, epoll int32) (all []interest) {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/fdinfo/" + strconv.Itoa(int(epoll)))
	for line := range bytes.Lines(text) {
		words := bytes.Fields(line)
		if len(words) < 6 || string(words[0]) != "tfd:" {
			continue
		}
		fd, err1 := strconv.Atoi(string(words[1]))
		events, err2 := strconv.ParseUint(string(words[3]), 16, 32)
		data, err3 := strconv.ParseUint(string(words[5]), 16, 64)
		if err1 == nil && err2 == nil && err3 == nil {
			all = append(all, interest{int32(fd), uint32(events), data})
		}
	}
	return all
}
