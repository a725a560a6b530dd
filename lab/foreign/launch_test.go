//go:build linux && (amd64 || arm64)

package foreign

import (
	"fmt"
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// TestEveryCallIsThere: a program says how many reads it has made, and the trace has as
// many; each wait that begins ends; and each line has been read before the next is
// written, so a wait has named the fd for each.
func TestEveryCallIsThere(t *testing.T) {
	for _, c := range []struct {
		backend, source string
		flags, args     []string
	}{
		{"epoll", "pipe_libevent.c", []string{"-levent"}, nil},
		{"poll", "pipe_poll.c", nil, nil},
		{"select", "pipe_poll.c", nil, []string{"select"}},
	} {
		t.Run(c.backend, func(t *testing.T) {
			p := launch(t, Options{Args: append([]string{compile(t, c.source, c.flags...)}, c.args...)})
			const lines = 20
			for i := range lines {
				line := fmt.Sprintf("line %d\n", i)
				p.in.WriteString(line)
				if got, err := p.out.ReadString('\n'); got != line {
					t.Fatalf("it printed %q (%v), want %q", got, err, line)
				}
			}
			p.in.Close()
			if exit := p.wait(); exit.Code != 3 {
				t.Errorf("it ended with %+v, want status 3", exit)
			}
			said, _ := p.errors.ReadString('\n')
			var reads int
			fmt.Sscanf(said, "reads %d", &reads)

			traced, named := 0, 0
			for i := range p.records {
				switch r := &p.records[i]; {
				case r.Kind == trace.CallEnd && r.FD == 0 && p.reader.String(r.Str) == "read":
					traced++
				case r.Kind == trace.Ready && r.FD == 0:
					named++
				}
			}
			if traced != reads || reads != lines+1 {
				t.Errorf("the program says %q, the trace has %d reads, want %d", said, traced, lines+1)
			}
			begins, ends := p.count(trace.WaitBegin, ""), p.count(trace.WaitEnd, "")
			if begins != ends || named != lines+1 {
				t.Errorf("%d waits began, %d ended, %d have named fd 0; want as many ends as beginnings, and %d\n%s", begins, ends, named, lines+1, p.tell(40))
			}
			if n := len(p.world.Bases); n != 1 || p.world.Bases[0].Backend != c.backend || !p.world.Bases[0].Foreign {
				t.Errorf("the loops are %+v, want one, on %s", p.world.Bases, c.backend)
			}
		})
	}
}

// TestTheRecordBeginsWithTheProgram: neither the threads of the trampoline, which is Go,
// nor the files that the loader opens are the program's.
func TestTheRecordBeginsWithTheProgram(t *testing.T) {
	p := launch(t, Options{Args: []string{compile(t, "pipe_poll.c")}})
	p.in.Close()
	p.wait()
	if n := len(p.world.Threads); n != 1 {
		t.Errorf("%d threads, want one:\n%s", n, p.tell(60))
	}
	for _, f := range p.world.FDs {
		if f.Number > 2 && !f.Before {
			t.Errorf("fd %d %s is none of the program's", f.Number, f.Name())
		}
	}
}

// TestHandlingIsInferred: a callback of a foreign program cannot be seen. What can be
// is the first call on the fd that the wait has named; the stack says in which function.
func TestHandlingIsInferred(t *testing.T) {
	p := launch(t, Options{Args: []string{compile(t, "pipe_libevent.c", "-levent")}})
	p.in.WriteString("hello\n")
	p.out.ReadString('\n')
	p.in.Close()
	p.wait()
	if n := p.count(trace.Handling, "read_cb"); n != 2 {
		t.Errorf("%d handlings in read_cb, want 2\n%s", n, p.tell(40))
	}
	if n := p.count(trace.CallbackBegin, ""); n != 0 {
		t.Errorf("%d callbacks: nobody can know", n)
	}
	b := &p.world.Bases[0]
	if b.Handled != 2 || b.Callbacks != 0 || b.Vain != 0 {
		t.Errorf("handled %d, callbacks %d, vain %d; want 2, 0, 0", b.Handled, b.Callbacks, b.Vain)
	}
}

// TestTheFunctionIsFoundFarUpTheStack: a buffer of 20 KB lies between the call and the callback.
func TestTheFunctionIsFoundFarUpTheStack(t *testing.T) {
	p := launch(t, Options{Args: []string{compile(t, "deep.c")}})
	p.in.WriteString("hello\n")
	p.out.ReadString('\n')
	p.in.Close()
	p.wait()
	if n := p.count(trace.Handling, "callback"); n != 2 {
		t.Errorf("%d handlings in callback, want 2\n%s", n, p.tell(40))
	}
}

// TestAFunctionThatIsOverIsNotNamed: its return addresses lie on the stack still, between the loop and the call. Which calls
// are in progress the program's file says; without that, a name is a guess, and has a question mark.
func TestAFunctionThatIsOverIsNotNamed(t *testing.T) {
	for _, c := range []struct {
		what  string
		flags []string
		named func(name string) bool
	}{
		{"the file says", nil, func(name string) bool { return name == "callback" }},
		{"of the names only those that others may call are left: not the callback's", []string{"-rdynamic", "-s"}, func(name string) bool { return name == "" }},
		{"it says nothing", []string{"-fno-asynchronous-unwind-tables"}, func(name string) bool { return strings.HasSuffix(name, "?") }},
	} {
		p := launch(t, Options{Args: []string{compile(t, "stale.c", c.flags...)}})
		p.in.WriteString("hello\n")
		p.out.ReadString('\n')
		p.in.Close()
		p.wait()
		handled := 0
		for i := range p.records {
			if r := &p.records[i]; r.Kind == trace.Handling {
				if handled++; !c.named(p.reader.String(r.Str)) {
					t.Errorf("%s: it is named %q", c.what, p.reader.String(r.Str))
				}
			}
		}
		if handled != 2 {
			t.Errorf("%s: %d handlings, want 2\n%s", c.what, handled, p.tell(40))
		}
	}
}

// TestTheKernelIsAsked: bytes that wait while nobody looks are seen, without a call of
// the program.
func TestTheKernelIsAsked(t *testing.T) {
	p := launch(t, Options{Args: []string{compile(t, "pipe_poll.c")}})
	waiting := func() bool { return len(p.world.Bases) == 1 && p.world.Bases[0].Phase == world.Waiting }
	p.until("it waits", waiting)
	p.gate.Close()
	p.in.WriteString("a\n")
	p.until("it is held before its next wait", func() bool { return p.world.Held == 1 })
	p.in.WriteString("four")
	p.until("4 bytes are seen in the kernel", func() bool {
		f := p.world.FDByNumber(0)
		_, unseen := f.Unseen()
		return f.Queued == 4 && unseen
	})
	p.gate.Release()
}

// TestOnePhase: a thread that is held goes on by one wait, and stands again.
func TestOnePhase(t *testing.T) {
	p := launch(t, Options{Args: []string{compile(t, "pipe_poll.c")}})
	p.until("it waits", func() bool { return p.count(trace.WaitBegin, "") == 1 })
	p.gate.Close()
	p.in.WriteString("a\n")
	p.until("it is held", func() bool { return p.world.Held == 1 })
	before := p.count(trace.WaitBegin, "")
	p.in.WriteString("b\n")
	p.gate.Step()
	p.until("it has waited once and is held again", func() bool { return p.count(trace.Release, "") == 1 && p.world.Held == 1 })
	if n := p.count(trace.WaitBegin, "") - before; n != 1 {
		t.Errorf("one phase let %d waits pass, want one", n)
	}
	p.gate.Release()
	p.until("it is released", func() bool { return p.world.Held == 0 })
}

// TestTheRefusalsSayWhatToDo: what cannot be started is told in a sentence.
func TestTheRefusalsSayWhatToDo(t *testing.T) {
	for _, args := range [][]string{{"/no/such/program"}, {"no-such-program"}, {t.TempDir()}} {
		_, err := Launch(nil, nil, Options{Args: args})
		var refusal *Refusal
		if !asRefusal(err, &refusal) || refusal.Cure == "" {
			t.Errorf("%q: %v; want a sentence and a cure", args, err)
		}
	}
}

// TestAClosedFDIsClosed: the tracer's copy of an fd keeps the file open, so it must be gone
// when the program closes its own: or the peer is never told.
func TestAClosedFDIsClosed(t *testing.T) {
	p := launch(t, Options{Args: []string{compile(t, "hang_up.c")}})
	const ways = 5 // close, close_range, dup2, exec, exit
	for i := range ways {
		got, err := p.out.ReadString('\n')
		if want := fmt.Sprintf("%d: the peer was told\n", i); got != want {
			t.Fatalf("it printed %q (%v), want %q", got, err, want)
		}
	}
	p.in.Close()
	p.wait()
}
