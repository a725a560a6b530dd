//go:build amd64 || arm64

package foreign

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// Attach follows a process that runs already, until its end or until stop is closed:
// then it is detached, and the error is ErrDetached. It goes on when this process ends,
// in whatever way: the kernel then detaches it.
func Attach(rec *trace.Recorder, gate *control.Gate, pid int, opt Options, stop <-chan struct{}) (Exit, error) {
	if err := mayAttach(pid); err != nil {
		return Exit{}, err
	}
	return onThread(func() (Exit, error) {
		t := newTracer(rec, gate, opt)
		t.attached = true
		t.main = t.newProcess(pid)
		if err := t.seizeAll(t.main); err != nil {
			return Exit{}, err
		}
		t.begun = true
		t.restore(t.main)
		t.seizeChildren()
		go func() {
			<-stop
			t.bell.leave.Store(true)
			t.bell.ring()
		}()
		if err := t.run(); err != nil {
			return Exit{}, err
		}
		if t.leaving && !t.over {
			return Exit{}, ErrDetached
		}
		return t.exit, nil
	})
}

// seizeAll seizes all threads of a process, and those that they make meanwhile.
func (t *tracer) seizeAll(p *process) error {
	for more := true; more; {
		more = false
		tasks, err := os.ReadDir("/proc/" + strconv.Itoa(p.pid) + "/task")
		if err != nil {
			return &Refusal{Why: fmt.Sprintf("The process %d has just ended.", p.pid), err: err}
		}
		for _, e := range tasks {
			tid, err := strconv.Atoi(e.Name())
			if err != nil || t.tasks[tid] != nil {
				continue
			}
			if err := ptrace(unix.PTRACE_SEIZE, tid, 0, follow); err != nil {
				if gone(err) && tid != p.pid {
					continue
				}
				if t.threads(p) > 0 && errors.Is(err, unix.EPERM) { // its maker was seized: so is it
					continue
				}
				return refusedAttach(p.pid, err)
			}
			more = true
			t.tasks[tid] = &task{tid: tid, proc: p, handles: trace.NoFD, slept: sleepsIn(p.pid, tid)}
			ptrace(unix.PTRACE_INTERRUPT, tid, 0, 0)
		}
	}
	return nil
}

// letGo begins to detach: each thread is interrupted, and detached where it stops.
func (t *tracer) letGo() {
	t.leaving = true
	for _, p := range t.procs {
		p.dropAll()
	}
	for _, k := range t.tasks {
		if k.held != 0 { // it stands before its wait
			k.held = 0
			t.interruptCall(k)
			continue
		}
		ptrace(unix.PTRACE_INTERRUPT, k.tid, 0, 0)
	}
}

// interruptCall lets a thread go on that stands at the beginning of a call, and stops it at the call's
// end. If it were detached here, what the kernel has of the interrupt would end the call with
// EINTR, and nobody would be there to mend that.
func (t *tracer) interruptCall(k *task) {
	ptrace(unix.PTRACE_INTERRUPT, k.tid, 0, 0)
	t.goOn(k, 0)
}

// detach lets a thread go that is stopped, not at the beginning of a call.
func (t *tracer) detach(k *task) { t.detachWith(k, 0) }

func (t *tracer) detachWith(k *task, sig unix.Signal) {
	t.mend(k)
	ptrace(unix.PTRACE_DETACH, k.tid, 0, uintptr(sig))
	delete(t.tasks, k.tid)
}

// mend begins a wait again that the stop itself has interrupted: to be traced must not
// look like a signal to the program. The kernel does that for most calls, but
// epoll_wait(2) gives EINTR even where no handler ran, signal(7).
//
// It is the one thing that is ever written into a foreign program: two registers.
func (t *tracer) mend(k *task) {
	nr, result, ok := interrupted(k.tid)
	if !ok || result != -int64(unix.EINTR) {
		return
	}
	if c := byNumber[nr]; c != nil && c.op == opEpollWait {
		restart(k, nr)
	}
}

// asleep is the call in which a thread slept before it was interrupted.
type asleep struct {
	nr            int
	first, sp, pc uint64 // its first argument, and two registers
}

// sleepsIn asks /proc for the call that a thread is in: proc(5), /proc/pid/syscall. nr is -1 where it runs.
func sleepsIn(pid, tid int) asleep {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/task/" + strconv.Itoa(tid) + "/syscall")
	word := strings.Fields(string(text)) // the number, six arguments, the stack pointer, the program counter
	if err != nil || len(word) != 9 {
		return asleep{nr: -1}
	}
	number := func(at int) uint64 {
		n, err := strconv.ParseUint(word[at], 0, 64)
		if err != nil {
			return 0
		}
		return n
	}
	return asleep{int(number(0)), number(1), number(7), number(8)}
}

// mayAttach says why a process cannot be attached to, as far as that can be known
// beforehand.
func mayAttach(pid int) error {
	dir := "/proc/" + strconv.Itoa(pid)
	text, err := os.ReadFile(dir + "/status")
	if err != nil {
		return &Refusal{Why: fmt.Sprintf("There is no process %d.", pid), Cure: "See `ps -e`, or `pgrep NAME`.", err: err}
	}
	field := func(name string) string {
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, name+":"); ok {
				return strings.TrimSpace(rest)
			}
		}
		return ""
	}
	if tgid := field("Tgid"); tgid != strconv.Itoa(pid) {
		return &Refusal{Why: fmt.Sprintf("%d is a thread of the process %s.", pid, tgid), Cure: "Attach to that: go run ./tui attach " + tgid}
	}
	if pid == os.Getpid() || pid == os.Getppid() {
		return &Refusal{Why: "That is fdlab itself."}
	}
	if state := field("State"); strings.HasPrefix(state, "Z") {
		return &Refusal{Why: fmt.Sprintf("The process %d has ended, and its parent has not taken notice of it.", pid)}
	}
	if tracer := field("TracerPid"); tracer != "0" && tracer != "" {
		n, _ := strconv.Atoi(tracer)
		return &Refusal{Why: fmt.Sprintf("The process %d is traced already, by %q (process %s), and a process has one tracer.", pid, nameOf(n), tracer),
			Cure: "End that one first: a debugger, strace, or another fdlab."}
	}
	if _, err := os.Readlink(dir + "/exe"); errors.Is(err, os.ErrNotExist) {
		return &Refusal{Why: fmt.Sprintf("The process %d is a thread of the kernel: it has no fds.", pid), err: err}
	}
	return nil
}

// refusedAttach explains why the kernel does not let a process be traced.
func refusedAttach(pid int, err error) error {
	if !errors.Is(err, unix.EPERM) {
		return &Refusal{Why: notTraced(pid, err), err: err}
	}
	var st unix.Stat_t
	if unix.Stat("/proc/"+strconv.Itoa(pid), &st) == nil && int(st.Uid) != os.Getuid() {
		name := strconv.Itoa(int(st.Uid))
		if u, err := user.LookupId(name); err == nil {
			name = u.Username
		}
		return &Refusal{Why: fmt.Sprintf("The process %d belongs to %s, and may not be traced by you.", pid, name),
			Cure: "Only its owner or root may. Or it is set-uid: then only root.", err: err}
	}
	scope, _ := os.ReadFile("/proc/sys/kernel/yama/ptrace_scope")
	return refusedByRule(pid, string(scope), err)
}

// refusedByRule explains why a process of one's own may not be traced. scope is Yama's, "" where
// the kernel has none.
func refusedByRule(pid int, scope string, err error) error {
	switch strings.TrimSpace(scope) {
	case "1":
		return &Refusal{Why: fmt.Sprintf("The process %d is not a child of fdlab, and this machine allows only those to be traced (Yama, ptrace_scope 1).", pid),
			Cure: "Start it with: go run ./tui trace -- PROGRAM. Or lift the limit until the next boot: sudo sysctl kernel.yama.ptrace_scope=0", err: err}
	case "2":
		return &Refusal{Why: fmt.Sprintf("The process %d may be traced by root alone (Yama, ptrace_scope 2).", pid), Cure: "sudo sysctl kernel.yama.ptrace_scope=0, until the next boot.", err: err}
	case "3":
		return &Refusal{Why: "This machine forbids tracing any process until the next boot (Yama, ptrace_scope 3).", err: err}
	}
	return &Refusal{Why: notTraced(pid, err), Cure: "It has changed its rights (set-uid, or a server that gave up root), or this container forbids it: docker run --cap-add=SYS_PTRACE", err: err}
}

func notTraced(pid int, err error) string {
	return fmt.Sprintf("The process %d may not be traced (ptrace: %v).", pid, err)
}
