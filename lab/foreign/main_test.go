//go:build linux && (amd64 || arm64)

package foreign

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fdlab/lab/control"
	"fdlab/lab/skip"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		if addr, ok := strings.CutPrefix(os.Args[1], echoes); ok {
			echo(addr)
		}
	}
	if len(os.Args) > 3 && strings.HasPrefix(os.Args[1], refuses) {
		refused(os.Args[1:])
	}
	if len(os.Args) > 2 && os.Args[1] == tracesToNobody {
		traceCommand(os.Args[2:])
	}
	Child() // the tests start this program again, as a trampoline
	os.Exit(skip.Slow(m))
}

// compile builds a C program of testdata.
func compile(t testing.TB, source string, flags ...string) string {
	t.Helper()
	if _, err := exec.LookPath("cc"); err != nil {
		skip.Missing(t, "no C compiler: %v", err)
	}
	out := filepath.Join(t.TempDir(), strings.TrimSuffix(filepath.Base(source), ".c"))
	args := append([]string{"-g", "-O1", "-Wno-unused-result", "-o", out, filepath.Join("testdata", source)}, flags...)
	if said, err := exec.Command("cc", args...).CombinedOutput(); err != nil {
		if strings.Contains(string(said), "event2/event.h") {
			skip.Missing(t, "no libevent: %s", said)
		}
		t.Fatalf("%v: %s", err, said)
	}
	return out
}

// traced is a program under the tracer.
type traced struct {
	t      *testing.T
	gate   control.Gate
	in     *os.File // what it reads
	out    *bufio.Reader
	errors *bufio.Reader
	reader *trace.Reader
	stop   chan struct{} // of an attached one
	done   chan struct{}
	exit   Exit
	err    error

	mu      sync.Mutex
	records []trace.Record
	run     *world.Run
	world   *world.World // of the program's own process
}

// follow begins to read the records that do makes.
func (p *traced) follow(do func(rec *trace.Recorder) (Exit, error)) {
	p.t.Helper()
	ring, err := trace.NewRing(1 << 16)
	if err != nil {
		p.t.Fatal(err)
	}
	rec := ring.Recorder()
	p.reader = ring.Reader()
	p.run = world.NewRun(p.reader)
	p.world = p.run.Live
	p.world.KeepClosed = true
	p.stop, p.done = make(chan struct{}), make(chan struct{})
	go func() {
		p.exit, p.err = do(rec)
		close(p.done)
	}()
	p.t.Cleanup(func() {
		<-p.done
		ring.Close()
	})
}

// launch starts a program under the tracer.
func launch(t *testing.T, opt Options) *traced {
	t.Helper()
	p := &traced{t: t}
	in, ours := pipe(t)
	out, theirOut := pipe(t)
	errs, theirErr := pipe(t)
	p.in, p.out, p.errors = ours, bufio.NewReader(out), bufio.NewReader(errs)
	opt.Files = [3]*os.File{in, theirOut, theirErr}
	p.follow(func(rec *trace.Recorder) (Exit, error) {
		defer in.Close()
		defer theirOut.Close()
		defer theirErr.Close()
		return Launch(rec, &p.gate, opt)
	})
	t.Cleanup(func() {
		p.gate.Release()
		p.in.Close()
		if p.world.Records > 0 && len(p.world.Threads) > 0 {
			// It ends by itself when its input does.
			select {
			case <-p.done:
			case <-time.After(20 * time.Second):
				t.Error("the program does not end with its input")
				stopProgram()
			}
		}
	})
	return p
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// read takes the records so far.
func (p *traced) read() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var batch [512]trace.Record
	for {
		n := p.reader.Read(batch[:])
		if n == 0 {
			return
		}
		p.run.Apply(batch[:n])
		p.records = append(p.records, batch[:n]...)
	}
}

// worlds returns those of all processes, the program's own first.
func (p *traced) worlds() (all []*world.World) {
	all = append(all, p.world)
	for _, one := range p.world.Processes {
		if run := p.run.OfProcess(one.ID); run != nil && run != p.run {
			all = append(all, run.Live)
		}
	}
	return all
}

// until reads records until what holds.
func (p *traced) until(what string, holds func() bool) {
	p.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		p.read()
		if holds() {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("not within 30 s: %s\n%s", what, p.tell(60))
		}
	}
}

// wait waits for the program's end, and reads all records.
func (p *traced) wait() Exit {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(60 * time.Second):
		p.t.Fatalf("the program has not ended:\n%s", p.tell(60))
	}
	p.read()
	if p.err != nil {
		p.t.Fatal(p.err)
	}
	return p.exit
}

// count returns how many records of a kind there are, of a name if there is one.
func (p *traced) count(k trace.Kind, name string) (n int) {
	for i := range p.records {
		if r := &p.records[i]; r.Kind == k && (name == "" || p.reader.String(r.Str) == name) {
			n++
		}
	}
	return n
}

// tell writes the last records.
func (p *traced) tell(last int) string {
	var b strings.Builder
	for i := max(len(p.records)-last, 0); i < len(p.records); i++ {
		r := &p.records[i]
		fmt.Fprintf(&b, "%6d %9d %d %-14v fd %d base %d %q %d %d\n", r.Seq, r.Time/1000, r.Thread, r.Kind, r.FD, r.Base, p.reader.String(r.Str), r.A, r.B)
	}
	return b.String()
}

func asRefusal(err error, r **Refusal) bool { return errors.As(err, r) }
