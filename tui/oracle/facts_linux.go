package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Facts is what the kernel says of a process at one moment. Nothing here comes
// from the trace, and nothing is asked of the process itself.
type Facts struct {
	At      time.Time         // when it was begun to ask
	Threads map[uint32]Thread // without a zombie: what has ended waits only to be reaped
	Files   map[int32]File
}

// Thread is one thread: proc_pid_stat(5), /proc/PID/task/TID/{syscall,schedstat}.
type Thread struct {
	State byte // 'R' runs or could run, 'S' sleeps
	Sleep
	CPU   time.Duration // for which it has run
	Awake time.Duration // for which it has run or waited for a processor
	Runs  uint64        // how often it got a processor: unchanged, it slept all the time
}

// Sleep is the system call that a thread sleeps in.
type Sleep struct {
	Call string // "read", "futex", ...; "" if it runs
	Arg  [3]int64
	In   string // the kernel function: wchan
	On   string // the file's name when it was first seen asleep there: the number may be another's by now
}

func (t Thread) String() string {
	switch {
	case t.State == 0:
		return "no such thread"
	case t.State == 'R':
		return "it runs"
	case t.Call == "":
		return fmt.Sprintf("state %c", t.State)
	case onFD(t.Call):
		return fmt.Sprintf("it sleeps in %s(%d), %s, on %s", t.Call, t.Arg[0], t.In, t.On)
	}
	return fmt.Sprintf("it sleeps in %s, %s", t.Call, t.In)
}

// waits reports whether it sleeps in a call that waits for several fds.
func (t Thread) waits() bool {
	switch t.Call {
	case "epoll_wait", "poll", "select":
		return t.State == 'S'
	}
	return false
}

// onFD reports whether the call's first argument is an fd.
func onFD(call string) bool {
	switch call {
	case "read", "write", "readv", "writev", "accept", "connect", "recvfrom", "sendto", "recvmsg", "sendmsg", "epoll_wait":
		return true
	}
	return false
}

// File is one open fd.
type File struct {
	Name    string  // "pipe:[123]": while it is the same, it is the same file
	Watches []int32 // of an epoll instance: the fds that it watches
	Asked   bool    // the kernel was asked for what follows
	Read    bool    // a read would not block
	Write   bool
	Hangup  bool // POLLHUP or POLLRDHUP
	Error   bool
	Queued  int64 // bytes to be read, or an eventfd's count
	Unsent  int64 // TCP: not yet acknowledged
	TCP     string
	Backlog int64 // of a listener
}

func (f File) String() string {
	if f.Name == "" {
		return "no such fd"
	}
	var all []string
	say := func(is bool, word string) {
		if is {
			all = append(all, word)
		}
	}
	say(f.Asked && f.Read, "a read would not block")
	say(f.Asked && !f.Read, "a read would block")
	say(f.Hangup, "hang-up")
	say(f.Error, "error")
	say(f.Asked, fmt.Sprintf("%d queued", f.Queued))
	say(f.Unsent > 0, fmt.Sprintf("%d unsent", f.Unsent))
	say(f.TCP != "", f.TCP)
	say(f.Backlog > 0, fmt.Sprintf("%d clients", f.Backlog))
	say(f.Watches != nil, fmt.Sprintf("watches %v", f.Watches))
	return f.Name + ": " + strings.Join(all, ", ")
}

// process is a process that is looked at from outside.
type process struct {
	pid    int
	pidfd  int
	dir    string
	sleeps map[uint32]sleep // at the last look
}

// sleep is one sleep of a thread, and the file that it sleeps on.
type sleep struct {
	runs uint64
	on   string
}

func openProcess(pid int) (*process, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, fmt.Errorf("pidfd_open: %w", err)
	}
	return &process{pid: pid, pidfd: fd, dir: fmt.Sprintf("/proc/%d", pid)}, nil
}

func (p *process) close() { unix.Close(p.pidfd) }

// look asks for everything. A process that is about to be gone has nothing left.
func (p *process) look() Facts {
	f := Facts{At: time.Now(), Threads: map[uint32]Thread{}, Files: map[int32]File{}}
	tasks, _ := os.ReadDir(p.dir + "/task")
	for _, task := range tasks {
		id, err := strconv.Atoi(task.Name())
		if t := p.thread(task.Name()); err == nil && t.State != 'Z' {
			f.Threads[uint32(id)] = t
		}
	}
	sockets := p.sockets()
	fds, _ := os.ReadDir(p.dir + "/fd")
	for _, fd := range fds {
		if n, err := strconv.Atoi(fd.Name()); err == nil {
			if file := p.file(n, sockets); file.Name != "" {
				f.Files[int32(n)] = file
			}
		}
	}
	p.remember(&f)
	return f
}

// remember keeps on which file each thread sleeps, from the first look at that
// sleep on.
func (p *process) remember(f *Facts) {
	sleeps := map[uint32]sleep{}
	for id, t := range f.Threads {
		if t.State != 'S' || !onFD(t.Call) {
			continue
		}
		s, was := p.sleeps[id]
		if !was || s.runs != t.Runs {
			s = sleep{t.Runs, f.Files[int32(t.Arg[0])].Name}
		}
		sleeps[id] = s
		t.On = s.on
		f.Threads[id] = t
	}
	p.sleeps = sleeps
}

func (p *process) thread(id string) (t Thread) {
	dir := p.dir + "/task/" + id
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return Thread{}
	}
	// The name, in parentheses, may hold anything: what follows counts.
	if after := bytes.TrimLeft(stat[bytes.LastIndexByte(stat, ')')+1:], " "); len(after) > 0 {
		t.State = after[0]
	}
	var cpu, waited int64
	if text, err := os.ReadFile(dir + "/schedstat"); err == nil {
		fmt.Sscan(string(text), &cpu, &waited, &t.Runs)
		t.CPU, t.Awake = time.Duration(cpu), time.Duration(cpu+waited)
	}
	text, err := os.ReadFile(dir + "/syscall") // "0 0x4 0xc0000140 ...", or "running"
	words := strings.Fields(string(text))
	if err != nil || len(words) < 4 || t.State != 'S' {
		return t
	}
	number, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil || number < 0 {
		return t
	}
	t.Call = callNames[number]
	if t.Call == "" {
		t.Call = "call " + words[0]
	}
	for i := range t.Arg {
		n, _ := strconv.ParseUint(words[i+1], 0, 64)
		t.Arg[i] = int64(n)
	}
	where, _ := os.ReadFile(dir + "/wchan")
	t.In = string(where)
	return t
}

// callNames are the calls in which a thread may sleep, as the trace names them.
// Each machine has numbers of its own: some calls are in calls_linux_amd64.go.
var callNames = map[int64]string{
	unix.SYS_READ: "read", unix.SYS_WRITE: "write", unix.SYS_READV: "readv", unix.SYS_WRITEV: "writev",
	unix.SYS_ACCEPT: "accept", unix.SYS_ACCEPT4: "accept", unix.SYS_CONNECT: "connect",
	unix.SYS_RECVFROM: "recvfrom", unix.SYS_SENDTO: "sendto", unix.SYS_RECVMSG: "recvmsg", unix.SYS_SENDMSG: "sendmsg",
	unix.SYS_EPOLL_PWAIT: "epoll_wait", unix.SYS_EPOLL_PWAIT2: "epoll_wait",
	unix.SYS_PPOLL: "poll", unix.SYS_PSELECT6: "select",
	unix.SYS_FUTEX: "futex", unix.SYS_NANOSLEEP: "nanosleep", unix.SYS_CLOCK_NANOSLEEP: "nanosleep",
	unix.SYS_OPENAT: "open", unix.SYS_WAIT4: "wait4", unix.SYS_WAITID: "waitid", unix.SYS_RT_SIGTIMEDWAIT: "sigtimedwait",
}

// socket is a line of /proc/net/tcp.
type socket struct {
	state          string
	queued, unsent int64
}

var tcpStates = [...]string{"", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
	"TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING"}

// sockets returns the TCP sockets of the process's network, by inode: what ss(8)
// shows. They need not be copied to be asked.
func (p *process) sockets() map[string]socket {
	all := map[string]socket{}
	for _, name := range []string{"tcp", "tcp6"} {
		text, _ := os.ReadFile(filepath.Join(p.dir, "net", name))
		for _, line := range strings.Split(string(text), "\n") {
			w := strings.Fields(line)
			if len(w) < 10 || w[0] == "sl" {
				continue
			}
			state, err := strconv.ParseUint(w[3], 16, 8)
			tx, rx, ok := strings.Cut(w[4], ":")
			if err != nil || !ok || int(state) >= len(tcpStates) {
				continue
			}
			s := socket{state: tcpStates[state]}
			s.unsent, _ = strconv.ParseInt(tx, 16, 64)
			s.queued, _ = strconv.ParseInt(rx, 16, 64)
			all["socket:["+w[9]+"]"] = s
		}
	}
	return all
}

func (p *process) file(fd int, sockets map[string]socket) (f File) {
	path := p.dir + "/fd/" + strconv.Itoa(fd)
	name, err := os.Readlink(path)
	if err != nil {
		return File{}
	}
	f.Name = name
	if s, ok := sockets[name]; ok {
		f.ofTCP(s)
		return f
	}
	switch {
	case name == "anon_inode:[eventpoll]":
		f.Watches = []int32{}
		for _, v := range p.info(fd, "tfd:") {
			if n, err := strconv.Atoi(v); err == nil {
				f.Watches = append(f.Watches, int32(n))
			}
		}
		slices.Sort(f.Watches)
	case name == "anon_inode:[eventfd]":
		for _, v := range p.info(fd, "eventfd-count:") {
			f.Queued, _ = strconv.ParseInt(v, 16, 64)
		}
		f.Asked, f.Read, f.Write = true, f.Queued > 0, true
	case strings.HasPrefix(name, "pipe:") || strings.HasPrefix(name, "socket:") || isFIFO(path):
		p.ask(fd, &f)
	}
	return f
}

func isFIFO(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// info returns the values of a field of fdinfo: proc_pid_fdinfo(5).
func (p *process) info(fd int, field string) (values []string) {
	text, _ := os.ReadFile(p.dir + "/fdinfo/" + strconv.Itoa(fd))
	for _, line := range strings.Split(string(text), "\n") {
		if w := strings.Fields(line); len(w) > 1 && w[0] == field {
			values = append(values, w[1])
		}
	}
	return values
}

// ofTCP takes what the table says. The end of the stream that has arrived takes
// one place in the queue until it is read.
func (f *File) ofTCP(s socket) {
	f.Asked, f.TCP = true, s.state
	switch s.state {
	case "LISTEN":
		f.Backlog, f.Read = s.queued, s.queued > 0
		return
	case "CLOSE_WAIT", "LAST_ACK", "CLOSING":
		f.Hangup, f.Read = true, true
		s.queued = max(0, s.queued-1)
	case "CLOSE":
		f.Hangup, f.Read = true, true
	}
	f.Queued, f.Unsent = s.queued, s.unsent
	f.Read = f.Read || s.queued > 0
}

// ask copies the fd, asks poll(2) and FIONREAD, and drops the copy at once: it
// keeps the file open.
func (p *process) ask(fd int, f *File) {
	mine, err := unix.PidfdGetfd(p.pidfd, fd, 0)
	if err != nil {
		return
	}
	fds := [1]unix.PollFd{{Fd: int32(mine), Events: unix.POLLIN | unix.POLLOUT | unix.POLLRDHUP}}
	_, err = unix.Poll(fds[:], 0)
	queued, _ := unix.IoctlGetUint32(mine, unix.SIOCINQ)
	unix.Close(mine)
	if err != nil {
		return
	}
	got := fds[0].Revents
	f.Asked = true
	f.Read = got&(unix.POLLIN|unix.POLLHUP|unix.POLLERR|unix.POLLRDHUP) != 0
	f.Write = got&unix.POLLOUT != 0
	f.Hangup = got&(unix.POLLHUP|unix.POLLRDHUP) != 0
	f.Error = got&unix.POLLERR != 0
	f.Queued = int64(queued)
}
