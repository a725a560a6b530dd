//go:build linux && (amd64 || arm64)

package foreign

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// untraced is a program that nobody traces, and that echoes its input.
type untraced struct {
	cmd *exec.Cmd
	in  *os.File
	out *bufio.Reader

	sleepsIn op
}

func start(t *testing.T, path string) *untraced { return startWaiting(t, path, opEpollWait) }

// startWaiting starts a program, and waits until it sleeps in a wait of a kind.
func startWaiting(t *testing.T, path string, sleepsIn op) *untraced {
	t.Helper()
	p := &untraced{cmd: exec.Command(path)}
	in, ours := pipe(t)
	out, theirs := pipe(t)
	p.in, p.out = ours, bufio.NewReader(out)
	p.cmd.Stdin, p.cmd.Stdout = in, theirs
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	theirs.Close()
	t.Cleanup(func() {
		ours.Close()
		p.cmd.Process.Kill()
		p.cmd.Wait()
	})
	p.sleepsIn = sleepsIn
	p.waits(t)
	return p
}

// waits waits until the program sleeps in its wait.
func (p *untraced) waits(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		text, _ := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/syscall")
		number, _, _ := strings.Cut(string(text), " ")
		n, err := strconv.Atoi(number)
		if c := byNumber[n]; err == nil && c != nil && c.op == p.sleepsIn {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("it does not wait: %q", text)
		}
	}
}

func (p *untraced) echoes(t *testing.T, line string) {
	t.Helper()
	p.in.WriteString(line)
	if got, err := p.out.ReadString('\n'); got != line {
		t.Fatalf("it printed %q (%v), want %q", got, err, line)
	}
}

func attach(t *testing.T, pid int) *traced { return attachWith(t, pid, Options{}) }

func attachWith(t *testing.T, pid int, opt Options) *traced {
	p := &traced{t: t}
	p.follow(func(rec *trace.Recorder) (Exit, error) { return Attach(rec, &p.gate, pid, opt, p.stop) })
	return p
}

// letsGo detaches, and the program goes on.
func (p *traced) letsGo(program *untraced) {
	p.t.Helper()
	close(p.stop)
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		program.cmd.Process.Kill() // or nobody would ever come back
		p.t.Fatal("the tracer does not let go")
	}
	if !errors.Is(p.err, ErrDetached) {
		p.t.Fatalf("it ended with %+v, %v; want ErrDetached", p.exit, p.err)
	}
	program.echoes(p.t, "let go\n")
}

// TestAttachAndDetachAreNoSignals: both interrupt a wait. The program is not told, for it
// would end.
func TestAttachAndDetachAreNoSignals(t *testing.T) {
	program := start(t, compile(t, "strict.c"))
	for range 3 {
		p := attach(t, program.cmd.Process.Pid)
		p.until("the loop and its set are known", func() bool {
			f := p.world.FDByNumber(0)
			return f != nil && len(f.Watches) == 1 && len(p.world.Bases) == 1 && p.world.Bases[0].Phase == world.Waiting
		})
		program.echoes(t, "attached\n")
		p.until("the read is seen", func() bool { return p.count(trace.CallEnd, "read") == 1 })
		if n := p.count(trace.Handling, ""); n != 1 {
			t.Errorf("%d handlings, want 1:\n%s", n, p.tell(40))
		}
		program.waits(t)
		p.letsGo(program)
	}
	status, _ := os.ReadFile("/proc/" + strconv.Itoa(program.cmd.Process.Pid) + "/status")
	if !strings.Contains(string(status), "TracerPid:\t0\n") {
		t.Errorf("it is traced still:\n%s", status)
	}
}

// TestDetachAtTheBeginningOfAWait is no signal either: neither where the thread has just come there, at
// whatever moment, nor where it is held there.
func TestDetachAtTheBeginningOfAWait(t *testing.T) {
	program := start(t, compile(t, "strict.c"))
	for range 30 {
		p := attach(t, program.cmd.Process.Pid)
		p.until("it is followed", func() bool { return p.count(trace.WaitBegin, "") > 0 })
		program.echoes(t, "attached\n") // now it goes to wait
		p.letsGo(program)
	}
	p := attachWith(t, program.cmd.Process.Pid, Options{Hold: true})
	p.until("it is followed", func() bool { return p.count(trace.WaitBegin, "") > 0 })
	p.gate.Close()
	program.echoes(t, "held after this\n")
	p.until("it is held", func() bool { return p.count(trace.Hold, "") > 0 })
	p.letsGo(program)
}

// TestAThreadThatSleepsInACallOfNoFDIsLetGo: its next stop is the end of that call, in place of
// the one that was asked for (any stop takes back PTRACE_INTERRUPT's).
func TestAThreadThatSleepsInACallOfNoFDIsLetGo(t *testing.T) {
	program := start(t, compile(t, "sleeper.c", "-pthread"))
	p := attach(t, program.cmd.Process.Pid)
	p.until("all threads sleep in their calls again", func() bool {
		states, _ := filepath.Glob("/proc/" + strconv.Itoa(program.cmd.Process.Pid) + "/task/*/status")
		for _, path := range states {
			status, _ := os.ReadFile(path)
			if strings.Contains(string(status), "TracerPid:\t0\n") || !strings.Contains(string(status), "State:\tS") {
				return false
			}
		}
		return len(states) == 2 && p.count(trace.WaitBegin, "") > 0
	})
	p.letsGo(program)
}

// TestTheProgramSurvivesItsTracer, even if that is killed.
func TestTheProgramSurvivesItsTracer(t *testing.T) {
	program := start(t, compile(t, "strict.c"))
	ring, err := trace.NewRing(1 << 12)
	if err != nil {
		t.Fatal(err)
	}
	defer ring.Close()
	tracer := exec.Command("/proc/self/exe", strconv.Itoa(program.cmd.Process.Pid))
	tracer.Env = append(os.Environ(), Environment(true, Options{}), trace.Environment+"=3")
	tracer.ExtraFiles = []*os.File{ring.File()}
	if err := tracer.Start(); err != nil {
		t.Fatal(err)
	}
	reader := ring.Reader()
	batch := make([]trace.Record, 64)
	waits := func() bool {
		for _, r := range batch[:reader.Read(batch)] {
			if r.Kind == trace.WaitBegin {
				return true
			}
		}
		return false
	}
	for end := time.Now().Add(30 * time.Second); !waits(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it is not followed")
		}
	}
	tracer.Process.Signal(syscall.SIGKILL)
	tracer.Wait()
	program.echoes(t, "I live\n")
}

// TestWhatCannotBeAttachedIsSaid in a sentence.
func TestWhatCannotBeAttachedIsSaid(t *testing.T) {
	program := start(t, compile(t, "strict.c"))
	p := attach(t, program.cmd.Process.Pid)
	p.until("it is attached", func() bool { return p.count(trace.WaitBegin, "") == 1 })
	_, twice := Attach(nil, nil, program.cmd.Process.Pid, Options{}, nil)
	close(p.stop)
	<-p.done
	_, absent := Attach(nil, nil, 1<<22+1, Options{}, nil)
	type refused struct {
		err  error
		says string
	}
	cases := []refused{{twice, "has one tracer"}, {absent, "no process"},
		{refusedAttach(1<<22+1, unix.EPERM), "may not be traced"}, {refusedPtrace(unix.EPERM), "SYS_PTRACE"}}
	if nameOf(2) == "kthreadd" { // a container does not show it
		_, kernel := Attach(nil, nil, 2, Options{}, nil)
		cases = append(cases, refused{kernel, "thread of the kernel"})
	}
	for _, c := range cases {
		var refusal *Refusal
		if !errors.As(c.err, &refusal) || !strings.Contains(c.err.Error(), c.says) {
			t.Errorf("it says %v, want %q", c.err, c.says)
		}
	}
}
