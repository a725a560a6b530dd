//go:build amd64 || arm64

package foreign

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// tracer is the one thread that traces, and all that it knows.
type tracer struct {
	rec   *trace.Recorder
	gate  *control.Gate // or nil
	opt   Options
	names map[string]uint32 // strings of the trace
	bell  bell

	attached bool          // no filter: every call stops
	begun    bool          // the program's own first instruction is near: record
	main     *process      // the one that was started or attached to
	tasks    map[int]*task // all threads of all processes
	procs    map[int]*process
	owners   map[int]*process // of the threads that the trace knows to be of another process than main
	closing  sync.WaitGroup   // of watchers
	steps    uint64           // of the gate, as far as they are carried out
	files    int32            // open files that have a number
	leaving  bool             // being detached
	exit     Exit
	over     bool // main has ended
}

// task is one thread.
type task struct {
	tid  int
	proc *process

	announced bool  // the trace knows it
	in        *call // the call that it is in, or nil
	entered   int64 // when that began, in ns of the run
	info      syscallInfo
	slept     asleep // the call in which it slept when it was attached to: see restart, on arm64
	undo      func() // epoll_ctl: if the kernel refuses
	told      bool   // the trace has the call's beginning
	held      int64  // since when it stands at the gate, in ns of the run; 0: it does not
	wait      *loop  // opEpollWait, opPoll, opSelect: for whom

	// What the program itself says: see said.
	loop      *loop          // for which it has last waited, or nil
	callbacks []trace.Record // that have begun, the innermost last

	// The turn: what the last wait named, and what the thread seems to deal with.
	turn    *loop
	named   []int32
	handles int32 // or trace.NoFD
	poll    *loop // the thread's own loop on poll or select, or nil
	guesses map[site]uint32
	base    waiting
}

// newTracer returns a tracer for the calling thread, which must be locked, and does all
// that follows.
func newTracer(rec *trace.Recorder, gate *control.Gate, opt Options) *tracer {
	interruptWaits()
	noStopSignals()
	return &tracer{bell: bell{tid: unix.Gettid()}, rec: rec, gate: gate, opt: opt, names: map[string]uint32{}, tasks: map[int]*task{},
		procs: map[int]*process{}, owners: map[int]*process{}}
}

// str returns the number of a string in the trace.
func (t *tracer) str(s string) uint32 {
	id, ok := t.names[s]
	if !ok {
		id = t.rec.String(s)
		if len(t.names) < 1<<14 {
			t.names[s] = id
		}
	}
	return id
}

// note says something of a process.
func (t *tracer) note(p *process, format string, args ...any) {
	t.rec.Put(&trace.Record{Kind: trace.Note, Thread: uint32(p.pid), FD: trace.NoFD, Str: t.str(fmt.Sprintf(format, args...))})
}

// once notes something that is worth a word the first time.
func (t *tracer) once(p *process, key, format string, args ...any) {
	if !p.lost[key] {
		p.lost[key] = true
		t.note(p, format, args...)
	}
}

// run follows the program until its end, or until it is let go. It stays on the thread
// that has seized it.
func (t *tracer) run() error {
	defer t.close()
	stop := t.listen()
	defer stop()
	for len(t.tasks) > 0 {
		if t.bell.rung() {
			t.obeyGate()
			if t.attached && t.bell.leave.Load() && !t.leaving {
				t.letGo()
			}
		}
		tid, status, err := wait()
		switch {
		case err == unix.EINTR:
		case err == unix.ECHILD:
			return nil
		case err != nil:
			return os.NewSyscallError("wait4", err)
		default:
			t.stopped(tid, status)
		}
	}
	return nil
}

// close gives back what the tracer holds of the program.
func (t *tracer) close() {
	for _, p := range t.procs {
		t.forsake(p)
	}
	t.closing.Wait()
}

// stopped takes the news of one thread, and lets it go on.
func (t *tracer) stopped(tid int, status unix.WaitStatus) {
	if status.Exited() || status.Signaled() {
		t.ended(tid, status)
		return
	}
	if !status.Stopped() {
		return
	}
	k := t.tasks[tid]
	if k == nil {
		if k = t.newTask(tid); k == nil {
			return
		}
	}
	sig := status.StopSignal()
	switch event := int(uint32(status) >> 16); event {
	case unix.PTRACE_EVENT_SECCOMP:
		t.enter(k)
		return
	case unix.PTRACE_EVENT_CLONE, unix.PTRACE_EVENT_FORK, unix.PTRACE_EVENT_VFORK:
		// Known before it has stopped itself: it may outlive all others.
		if made := message(tid); made != 0 && t.tasks[made] == nil {
			t.newTask(made)
		}
		t.goOn(k, 0)
	case unix.PTRACE_EVENT_EXEC:
		t.executed(k)
		t.goOn(k, 0)
	case unix.PTRACE_EVENT_EXIT:
		t.exiting(k)
		t.goOn(k, 0)
	case unix.PTRACE_EVENT_STOP:
		if t.leaving {
			t.detach(k)
			return
		}
		switch sig {
		case unix.SIGSTOP, unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU: // the program is stopped, as Ctrl-Z does
			ptrace(unix.PTRACE_LISTEN, tid, 0, 0)
			return
		}
		if t.attached {
			t.mend(k)
		}
		t.goOn(k, 0)
	case 0:
		switch sig {
		case unix.SIGTRAP | 0x80: // a call begins (attached only) or is done
			t.atCall(k)
		default: // a signal for the program
			if t.leaving {
				t.detachWith(k, sig)
				return
			}
			t.goOn(k, sig)
		}
	default:
		t.goOn(k, 0)
	}
}

// atCall is a stop at the beginning of a call, or at its end.
func (t *tracer) atCall(k *task) {
	if k.in == nil && t.attached {
		var info syscallInfo
		begins := info.get(k.tid) == nil && info.op == infoEntry
		switch {
		case begins && t.leaving:
			t.interruptCall(k)
		case begins:
			t.enter(k)
		case t.leaving: // this stop has come in place of the one that letGo asked for
			t.detach(k)
		default:
			t.goOn(k, 0)
		}
		return
	}
	t.leave(k)
	if t.leaving {
		t.detach(k)
		return
	}
	t.goOn(k, 0)
}

// goOn lets a thread run: to the end of its call, if it is in one that is followed, else
// to the next one.
func (t *tracer) goOn(k *task, sig unix.Signal) {
	request := unix.PTRACE_CONT
	if k.in != nil || t.attached {
		request = unix.PTRACE_SYSCALL
	}
	ptrace(request, k.tid, 0, uintptr(sig))
}

// newTask enters a thread that was not known: of a process that is, or the first one
// of a child.
func (t *tracer) newTask(tid int) *task {
	pid := processOf(tid)
	if pid == 0 { // it is gone already
		return nil
	}
	p := t.procs[pid]
	if p == nil {
		p = t.newProcess(pid)
	}
	k := &task{tid: tid, proc: p, handles: trace.NoFD}
	t.tasks[tid] = k
	return k
}

// processOf returns the process that a thread belongs to, 0 if it is gone.
func processOf(tid int) int { return statusOf(tid, "Tgid") }

// parentOf returns the process that has made one, or has taken it over.
func parentOf(pid int) int { return statusOf(pid, "PPid") }

// statusOf returns a number of proc_pid_status(5).
func statusOf(tid int, field string) int {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(tid) + "/status")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(rest))
			return n
		}
	}
	return 0
}

// nameOf returns what the kernel calls a thread.
func nameOf(tid int) string {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(tid) + "/comm")
	return strings.TrimSpace(string(text))
}

// announce tells the trace of a thread, when it first does something: those that never
// call anything on an fd are not worth a lane.
func (t *tracer) announce(k *task) {
	if !k.announced {
		k.announced = true
		t.belongs(k.tid, k.proc)
		t.rec.Put(&trace.Record{Kind: trace.ThreadBegin, Thread: uint32(k.tid), FD: trace.NoFD, Str: t.str(nameOf(k.tid))})
	}
}

// exiting: the thread is about to end, and its fds are still open.
func (t *tracer) exiting(k *task) {
	if t.threads(k.proc) == 1 {
		k.proc.dropAll()
	}
	k.in = nil
}

// threads returns how many of a process's threads are traced.
func (t *tracer) threads(p *process) (n int) {
	for _, k := range t.tasks {
		if k.proc == p {
			n++
		}
	}
	return n
}

// ended: a thread is gone.
func (t *tracer) ended(tid int, status unix.WaitStatus) {
	k := t.tasks[tid]
	if k == nil {
		return
	}
	delete(t.tasks, tid)
	if tid != k.proc.pid {
		t.threadEnds(k)
		return
	}
	shown := k.proc.pidfd >= 0
	t.forsake(k.proc)
	t.threadEnds(k)
	if k.proc != t.main {
		delete(t.procs, tid)
		if shown {
			t.note(t.main, "the child process %d has ended", tid)
		}
		return
	}
	t.over = true
	running.Store(0)
	t.exit = Exit{Code: status.ExitStatus()}
	if status.Signaled() {
		t.exit = Exit{Code: -1, Signal: unix.SignalName(status.Signal()), number: int(status.Signal())}
	}
}

// threadEnds: a thread that the trace knows is gone.
func (t *tracer) threadEnds(k *task) {
	if k.announced || t.owners[k.tid] != nil {
		delete(t.owners, k.tid)
		t.rec.Put(&trace.Record{Kind: trace.ThreadEnd, Thread: uint32(k.tid), FD: trace.NoFD})
	}
}

// executed: a process runs another program now. All its other threads are gone, and the
// one that did it has the process's number.
func (t *tracer) executed(k *task) {
	p := k.proc
	for tid, o := range t.tasks {
		if o.proc == p && o != k {
			delete(t.tasks, tid)
			t.threadEnds(o)
		}
	}
	k.in, k.turn, k.named, k.handles, k.poll, k.wait, k.announced = nil, nil, nil, trace.NoFD, nil, nil, false
	k.loop, k.callbacks = nil, nil
	p.symbols, p.busy = nil, false
	if p != t.main && !t.begun { // the trampoline's
		return
	}
	t.begun = true
	if !t.follow(p) {
		return
	}
	t.introduce(p)
	t.announce(k)
	t.tellSetUID(p)
	t.adoptAll(p)
}

// tellSetUID says that a set-uid program has not the rights that it has elsewhere.
func (t *tracer) tellSetUID(p *process) {
	var st unix.Stat_t
	if unix.Stat("/proc/"+strconv.Itoa(p.pid)+"/exe", &st) != nil || t.attached {
		return
	}
	if st.Mode&unix.S_ISUID != 0 && int(st.Uid) != os.Getuid() {
		t.once(p, "set-uid", "%s is set-uid: started here it has your rights alone. To watch it as it is, start it yourself, and attach as root.", nameOf(p.pid))
	}
}

// onThread runs do on a thread of its own, to its end: that thread is the tracer.
func onThread[T any](do func() (T, error)) (result T, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("a fault of fdlab while it traced: %v", r)
			}
		}()
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		result, err = do()
	}()
	<-done
	return result, err
}
