//go:build amd64 || arm64

package foreign

import (
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"fdlab/lab/kernel"
	"fdlab/lab/trace"
)

// A program may be several processes: a server and its workers, a shell and what it
// starts. Each has fds and loops of its own, and its records are told from the others' by
// their threads (trace.ProcessOf).

// process is one that is traced: the program's own, or one that it has made.
type process struct {
	pid     int
	pidfd   int // -1: it is not followed
	watcher *kernel.Watcher
	fds     map[int32]*fd
	epolls  map[int32]*loop
	lost    map[string]bool // what was said already of what cannot be seen
	symbols *symbols
	busy    bool // it has used an fd that is no file: its libraries are loaded

	// inherited says of a child which open files the fds are that its parent had when it
	// made it.
	inherited map[int32]int32
}

// mostFollowed is how many processes are followed at a time: each costs a thread and a copy of all its fds.
const mostFollowed = 32

// newProcess enters a process that begins, or that is attached to.
func (t *tracer) newProcess(pid int) *process {
	p := &process{pid: pid, pidfd: -1, fds: map[int32]*fd{}, epolls: map[int32]*loop{}, lost: map[string]bool{}}
	if parent := t.procs[parentOf(pid)]; parent != nil {
		p.symbols, p.busy, p.inherited = parent.symbols, parent.busy, map[int32]int32{}
		for n, f := range parent.fds {
			p.inherited[n] = f.file
		}
	}
	t.procs[pid] = p
	return p
}

// entered reports whether a process is followed; a call of it is about to be made. A child is
// followed from the first call on that a program would make for its own sake. Before that
// come those by which it gets its files into place, mostly to execute another program.
func (t *tracer) entered(p *process, c *call) bool {
	if p.pidfd >= 0 {
		return true
	}
	switch c.op {
	case opOpen, opClose, opCloseRange, opDup, opDupTo, opFcntl, opIoctl, opPipe, opExec, opExit:
		return false
	}
	if !t.follow(p) {
		return false
	}
	t.restore(p)
	return true
}

// restore makes records of what a process has already.
func (t *tracer) restore(p *process) {
	if t.follow(p) {
		t.introduce(p)
		t.adoptAll(p)
	}
}

// follow begins to follow a process; false: it cannot be, or there are too many.
func (t *tracer) follow(p *process) bool {
	if p.pidfd >= 0 {
		return true
	}
	followed := 0
	for _, o := range t.procs {
		if o.pidfd >= 0 {
			followed++
		}
	}
	if followed >= mostFollowed {
		t.once(t.main, "many", "More than %d processes live at a time: the child process %d is not shown, nor are others that come now.", mostFollowed, p.pid)
		return false
	}
	pidfd, err := unix.PidfdOpen(p.pid, 0)
	if err != nil { // it is gone
		return false
	}
	watcher, err := kernel.NewWatcherOf(uint32(p.pid), t.rec)
	if err != nil {
		unix.Close(pidfd)
		t.once(t.main, "watcher", "The child process %d is not shown: %v", p.pid, err)
		return false
	}
	p.pidfd, p.watcher = pidfd, watcher
	return true
}

// introduce tells the trace of a process, and which program it runs.
func (t *tracer) introduce(p *process) {
	parent := 0
	if p != t.main {
		parent = parentOf(p.pid)
		t.owners[p.pid] = p
		t.note(t.main, "the child process %d runs %s", p.pid, plain(nameOf(p.pid)))
	}
	t.rec.Put(&trace.Record{Kind: trace.ProcessOf, Thread: uint32(p.pid), FD: trace.NoFD, Str: t.str(plain(nameOf(p.pid))), A: int64(p.pid), B: int64(parent)})
}

// belongs tells the trace of which process a thread is, unless it knows.
func (t *tracer) belongs(tid int, p *process) {
	if t.owners[tid] == p || t.owners[tid] == nil && p == t.main {
		return
	}
	t.owners[tid] = p
	t.rec.Put(&trace.Record{Kind: trace.ProcessOf, Thread: uint32(tid), FD: trace.NoFD, Str: t.str(plain(nameOf(p.pid))), A: int64(p.pid)})
}

// forsake gives back all that the tracer holds of a process.
func (t *tracer) forsake(p *process) {
	p.dropAll()
	for _, l := range p.epolls {
		t.unshare(l)
	}
	if p.pidfd < 0 {
		return
	}
	unix.Close(p.pidfd)
	p.pidfd = -1
	t.closing.Go(p.watcher.Close) // it may just rest
}

// seizeChildren seizes the processes that main has made already, and what those have made.
// This process and those that have made it are left alone.
func (t *tracer) seizeChildren() {
	children := map[int][]int{}
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			parent := parentOf(pid)
			children[parent] = append(children[parent], pid)
		}
	}
	ours := map[int]bool{}
	for pid := os.Getpid(); pid > 1 && !ours[pid]; pid = parentOf(pid) {
		ours[pid] = true
	}
	for next := slices.Clone(children[t.main.pid]); len(next) > 0; next = next[1:] {
		pid := next[0]
		if ours[pid] || t.procs[pid] != nil {
			continue
		}
		if len(t.procs) >= mostFollowed {
			t.once(t.main, "many", "It has more than %d processes: the others are not shown.", mostFollowed)
			return
		}
		p := t.newProcess(pid)
		if err := t.seizeAll(p); err != nil {
			delete(t.procs, pid)
			t.note(t.main, "the child process %d is not shown: %v", pid, err)
			continue
		}
		p.inherited = nil // it is long ago
		t.restore(p)
		next = append(next, children[pid]...)
	}
}
