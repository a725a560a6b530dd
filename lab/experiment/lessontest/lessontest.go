// Package lessontest runs a lesson's programs as a student and an instrument
// would: as processes of their own. A lesson's test binary is the program: it
// runs itself again, with a variable that says which of its programs it is.
//
//	func TestMain(m *testing.M) {
//		lessontest.Lesson(m, map[string]func(){"": main, "broken": broken})
//	}
package lessontest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/skip"
	"fdlab/lab/trace"
)

const variable = "FDLAB_LESSONTEST"

// Lesson is a lesson's TestMain. It is Main, but go test -short leaves the
// lesson out, for it runs for seconds.
func Lesson(m *testing.M, programs map[string]func()) {
	play(programs)
	os.Exit(skip.Slow(m))
}

// Main is the TestMain of a package that is tested by programs. They are what
// the test binary can be; "" is the lesson as it stands. A program ends with
// experiment.Main, or returns.
func Main(m *testing.M, programs map[string]func()) {
	play(programs)
	os.Exit(m.Run())
}

// play runs a program and ends, if this process is to be one.
func play(programs map[string]func()) {
	name, child := os.LookupEnv(variable)
	if !child {
		return
	}
	submit() // to a fault, if there is to be one
	do := programs[name]
	if do == nil {
		fmt.Fprintf(os.Stderr, "lessontest: no program %q\n", name)
		os.Exit(3)
	}
	do()
	os.Exit(0)
}

// Command returns the command that runs one of the programs, in a working
// directory of its own that is empty.
func Command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), variable+"="+name)
	return cmd
}

// Run runs a program alone, to its end, and returns its account.
func Run(t *testing.T, name string, args ...string) (account string, status int) {
	t.Helper()
	return Finish(t, Command(t, name, args...))
}

// Finish runs a command that Command has made.
func Finish(t *testing.T, cmd *exec.Cmd) (account string, status int) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// Says fails the test unless the account holds all the words, wherever its
// lines are broken.
func Says(t *testing.T, account string, words ...string) {
	t.Helper()
	flat := strings.Join(strings.Fields(account), " ")
	for _, word := range words {
		if !strings.Contains(flat, word) {
			t.Errorf("%q is not in the account", word)
		}
	}
	if t.Failed() {
		t.Logf("the account:\n%s", account)
	}
}

// Expect is Says for a run that has ended, and checks its exit status.
func Expect(t *testing.T, account string, status, want int, words ...string) {
	t.Helper()
	if status != want {
		t.Errorf("exit status %d, want %d", status, want)
	}
	Says(t, account, words...)
}

// Alive is a program that runs, and that is talked to.
type Alive struct {
	t       *testing.T
	Cmd     *exec.Cmd
	said    strings.Builder
	out     *os.File       // its standard output and error
	lines   *bufio.Reader  // of out
	keys    io.WriteCloser // standard input
	control *os.File       // nil: alone
	reader  *trace.Reader  // nil: alone
	Records []trace.Record // what End has read
}

// Start starts a program alone, as in a terminal.
func Start(t *testing.T, cmd *exec.Cmd) *Alive {
	t.Helper()
	a := &Alive{t: t, Cmd: cmd}
	var err error
	if a.keys, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	a.start()
	return a
}

// Record starts a program as an instrument does: with a ring for its trace, and
// a control channel.
func Record(t *testing.T, cmd *exec.Cmd) *Alive {
	t.Helper()
	ring, err := trace.NewRing(trace.Slots)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	unix.CloseOnExec(pair[0])
	unix.CloseOnExec(pair[1])
	theirs := os.NewFile(uintptr(pair[1]), "theirs")
	defer theirs.Close()
	a := &Alive{t: t, Cmd: cmd, control: os.NewFile(uintptr(pair[0]), "ours"), reader: ring.Reader()}
	cmd.ExtraFiles = []*os.File{ring.File(), theirs}
	cmd.Env = append(cmd.Env, trace.Environment+"=3", control.Environment+"=4")
	t.Cleanup(func() {
		a.control.Close()
		ring.Close()
	})
	a.start()
	return a
}

func (a *Alive) start() {
	a.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		a.t.Fatal(err)
	}
	a.Cmd.Stdout, a.Cmd.Stderr = w, w
	if err := a.Cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	w.Close()
	a.out, a.lines = r, bufio.NewReader(r)
	a.t.Cleanup(func() {
		a.Cmd.Process.Kill()
		a.Cmd.Wait()
		r.Close()
	})
}

// limit is how long Await gives a program to say something. Only a program
// that will never say it takes so long.
const limit = time.Minute

// Await reads the account until a line holds word, and returns that line.
func (a *Alive) Await(word string) string {
	a.t.Helper()
	a.out.SetReadDeadline(time.Now().Add(limit))
	defer a.out.SetReadDeadline(time.Time{})
	for {
		line, err := a.lines.ReadString('\n')
		a.said.WriteString(line)
		if strings.Contains(line, word) {
			return line
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			a.t.Fatalf("after %s the program has not said %q:\n%s", limit, word, a.said.String())
		}
		if err != nil {
			a.t.Fatalf("the program ended before it said %q:\n%s", word, a.said.String())
		}
	}
}

// Key types a key, or lets the instrument press it.
func (a *Alive) Key(key rune) {
	a.t.Helper()
	if a.control != nil {
		a.Send(control.Poke + " " + string(key))
	} else if _, err := fmt.Fprintf(a.keys, "%c\n", key); err != nil {
		a.t.Fatal(err)
	}
}

// Send sends a command of package control.
func (a *Alive) Send(command string) {
	a.t.Helper()
	if _, err := fmt.Fprintln(a.control, command); err != nil {
		a.t.Fatal(err)
	}
}

// Abandon closes the control channel, as the end of the instrument does.
func (a *Alive) Abandon() { a.control.Close() }

// Text resolves the strings of Records.
func (a *Alive) Text() trace.Strings { return a.reader }

// End reads the account and the trace to their ends, and returns the account
// and the exit status. EAGAIN records are left out: a busy loop makes millions.
func (a *Alive) End() (account string, status int) {
	done := make(chan struct{})
	var rest bytes.Buffer
	go func() {
		defer close(done)
		io.Copy(&rest, a.lines)
		a.Cmd.Wait()
	}()
	batch := make([]trace.Record, 4096)
	for finished := a.reader == nil; !finished; {
		select {
		case <-done:
			finished = true
		default:
		}
		for n := a.reader.Read(batch); n > 0; n = a.reader.Read(batch) {
			a.keep(batch[:n])
		}
	}
	<-done
	a.said.Write(rest.Bytes())
	return a.said.String(), a.Cmd.ProcessState.ExitCode()
}

// enough is how many records a test can want: a spin makes millions.
const enough = 200_000

func (a *Alive) keep(batch []trace.Record) {
	for _, r := range batch {
		words := r.Kind >= trace.Step || r.Kind <= trace.Del
		if words || len(a.Records) < enough && r.B != int64(unix.EAGAIN) {
			a.Records = append(a.Records, r)
		}
	}
}

// String resolves a record's string.
func (a *Alive) String(r *trace.Record) string { return a.reader.String(r.Str) }

// OpenFDs returns what the trace says is open at its end.
func (a *Alive) OpenFDs() []int32 {
	open := map[int32]bool{}
	for _, r := range a.Records {
		switch r.Kind {
		case trace.Open:
			open[r.FD] = true
		case trace.Close:
			delete(open, r.FD)
		}
	}
	var all []int32
	for fd := range open {
		all = append(all, fd)
	}
	return all
}
