package launch

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// records reads until the program has ended, and returns what it recorded.
func records(t *testing.T, r *Run) (all []trace.Record) {
	t.Helper()
	buf := make([]trace.Record, 100)
	within(t, "the trace ends", func() bool {
		n, more := r.Read(buf)
		all = append(all, buf[:n]...)
		return !more
	})
	return all
}

func TestRunStreamsTraceAndObeys(t *testing.T) {
	r := start(t, "obedient", Options{})
	saysReady(t, r)
	if err := r.Poke('w'); err != nil {
		t.Error(err)
	}
	within(t, "the poke is seen", func() bool { return len(texts(r)) == 2 })
	r.Stop()
	if e := ended(t, r); e.Code != 0 || e.By != Asked || !e.Attached || e.Err != nil || e.After <= 0 || e.Clock <= 0 {
		t.Errorf("exit: %+v", e)
	}
	seen := map[trace.Kind]int{}
	all := records(t, r)
	for i, rec := range all {
		seen[rec.Kind]++
		if rec.Seq != uint64(i+1) {
			t.Fatalf("record %d has number %d", i, rec.Seq)
		}
		r.Reader().String(rec.Str)
	}
	if seen[trace.Offer] != 1 || seen[trace.Poke] != 1 || seen[trace.End] != 1 || r.Reader().Lost() != 0 {
		t.Errorf("records: %v, lost %d", seen, r.Reader().Lost())
	}
	if got := texts(r); got[0] != "ready" || got[1] != "poked" {
		t.Errorf("output: %q", got)
	}
	if err := r.Hold(); err == nil || !strings.Contains(err.Error(), "obedient has ended") {
		t.Errorf("holding a program that has ended: %v", err)
	}
	r.Close()
	r.Close()
	if n, more := r.Read(make([]trace.Record, 1)); n != 0 || more {
		t.Errorf("read after Close: %d, %v", n, more)
	}
	if got := r.Reader().String(all[0].Str); r.Reader().Now() == 0 || got != "write" {
		t.Errorf("after Close the clock or the string %q is lost", got)
	}
	if len(texts(r)) != 2 || r.Exit().By != Asked {
		t.Error("Close took the output or the exit away")
	}
}

func TestHoldStepRelease(t *testing.T) {
	r := start(t, "obedient", Options{})
	buf := make([]trace.Record, 100)
	await := func(what string, want func(trace.Record) bool) {
		t.Helper()
		within(t, what, func() bool {
			for {
				n, _ := r.Read(buf[:1])
				if n == 0 {
					return false
				}
				if want(buf[0]) {
					return true
				}
			}
		})
	}
	is := func(k trace.Kind) func(trace.Record) bool {
		return func(rec trace.Record) bool { return rec.Kind == k }
	}
	await("a phase", is(trace.Note))
	if err := r.Poke('\n'); err == nil {
		t.Error("a line end was sent as a key")
	}
	if err := r.Hold(); err != nil {
		t.Error(err)
	}
	await("the gate holds", is(trace.Hold))
	if err := r.Step(); err != nil {
		t.Error(err)
	}
	await("one phase passes", is(trace.Release))
	if err := r.Release(); err != nil {
		t.Error(err)
	}
	await("time goes on", is(trace.Note))
	await("and on", is(trace.Note))

	// A program that is held still stops when it is asked.
	if err := r.Hold(); err != nil {
		t.Error(err)
	}
	r.Stop()
	if e := ended(t, r); e.By != Asked {
		t.Errorf("exit: %+v", e)
	}
}

func TestStopAndKillAProgramThatNeverEnds(t *testing.T) {
	r := start(t, "stubborn", Options{Grace: 50 * time.Millisecond})
	saysReady(t, r)
	r.Stop()
	if e := ended(t, r); e.By != Killed || e.Signal != "SIGKILL" || e.Code != -1 {
		t.Errorf("stubborn: %v", e)
	}

	r = start(t, "crash", Options{Args: []string{"linger"}, Grace: 50 * time.Millisecond})
	saysReady(t, r)
	r.Stop()
	if e := ended(t, r); e.By != Terminated || e.Code != 3 {
		t.Errorf("linger: %v", e)
	}

	// Nobody to ask: SIGTERM comes at once, long before the grace time is over.
	r = start(t, "plain", Options{Args: []string{"stay"}, Grace: time.Hour})
	saysReady(t, r)
	r.Stop()
	if e := ended(t, r); e.By != Terminated || e.Signal != "SIGTERM" || e.Attached {
		t.Errorf("plain: %v", e)
	}
}

func TestCloseEndsTheRun(t *testing.T) {
	r := start(t, "obedient", Options{})
	saysReady(t, r)
	r.Close()
	if e := r.Exit(); e.By != Asked {
		t.Errorf("exit: %v", e)
	}
}

func TestEndings(t *testing.T) {
	for _, c := range []struct {
		how, signal string
		code        int
		by          Ender
		says        string
	}{
		{"panic", "", 2, Itself, "failed: panic: assignment to entry in nil map (exit status 2, after "},
		{"exit", "", 7, Itself, "failed: no port is free (exit status 7, after "},
		{"segv", "SIGSEGV", -1, Outside, "died of SIGSEGV"},
		{"kill", "SIGKILL", -1, Outside, "died of SIGKILL"},
	} {
		r := start(t, "crash", Options{Args: []string{c.how}})
		e := ended(t, r)
		if e.Signal != c.signal || e.Code != c.code || e.By != c.by || !strings.Contains(e.String(), c.says) {
			t.Errorf("%s: %+v: %v", c.how, e, e)
		}
		switch c.how {
		case "panic":
			if all := strings.Join(texts(r), "\n"); !strings.Contains(all, "assignment to entry in nil map") {
				t.Errorf("the panic's words are lost: %s", all)
			}
		case "kill":
			if all := records(t, r); len(all) != 1 || r.Reader().String(all[0].Str) != "the last record" {
				t.Errorf("the last record is lost: %v", all)
			}
		}
	}
}

func TestProgramThatDoesNotReadItsCommands(t *testing.T) {
	r := start(t, "crash", Options{Args: []string{"deaf"}, Grace: 50 * time.Millisecond})
	saysReady(t, r)
	var err error
	for range 1 << 20 { // far more than a socket can hold
		if err = r.Step(); err != nil {
			break
		}
	}
	if err == nil || !strings.Contains(err.Error(), "does not read its commands") {
		t.Errorf("the socket is full, and Step says %v", err)
	}
	r.Stop()
	if e := ended(t, r); e.By != Killed {
		t.Errorf("exit: %v", e)
	}
}

// TestWhoEndedIt: the strongest signal is not always the one that it died of.
func TestWhoEndedIt(t *testing.T) {
	for _, c := range []struct {
		asked, terminated, killed bool
		exit                      Exit
		want                      Ender
	}{
		{false, false, false, Exit{}, Itself},
		{false, false, false, Exit{Code: -1, Signal: "SIGSEGV"}, Outside},
		{true, false, false, Exit{}, Asked},
		{true, true, false, Exit{Code: 3}, Terminated},
		{true, true, true, Exit{Code: 3}, Terminated}, // it heeded SIGTERM while SIGKILL was on its way
		{true, true, true, Exit{Code: -1, Signal: "SIGKILL"}, Killed},
		{false, false, true, Exit{}, Itself}, // it had just ended
	} {
		if got := endedBy(c.asked, c.terminated, c.killed, c.exit); got != c.want {
			t.Errorf("asked %v, SIGTERM %v, SIGKILL %v, %+v: %v, want %v", c.asked, c.terminated, c.killed, c.exit, got, c.want)
		}
	}
}

func TestChildrenOfTheChild(t *testing.T) {
	r := start(t, "family", Options{})
	e := ended(t, r) // although both children hold its output open
	if e.Code != 0 || e.By != Itself || e.Err != nil {
		t.Errorf("exit: %+v", e)
	}
	lines := texts(r)
	if len(lines) != 3 || lines[2] != "the last words" {
		t.Fatalf("output: %q", lines)
	}
	group, _ := strconv.Atoi(lines[0])
	away, _ := strconv.Atoi(lines[1])
	defer unix.Kill(away, unix.SIGKILL)
	within(t, "the child in the group is gone", func() bool { return gone(group) })
	if runtime.GOOS == "linux" {
		within(t, "the child that got away is gone", func() bool { return gone(away) })
	}
}

// TestAProgramThatWritesOverItsTrace: no impossible number is told, and the end
// says what was done.
func TestAProgramThatWritesOverItsTrace(t *testing.T) {
	r := start(t, "crash", Options{Args: []string{"overwrite"}})
	saysReady(t, r)
	within(t, "it is attached", func() bool { return r.Reader().Attached() })
	r.Signal(unix.SIGUSR1)
	for {
		if lost, now := r.Reader().Lost(), r.Reader().Now(); lost > 1000 || now < 0 || now > int64(time.Hour) {
			t.Fatalf("%d records lost, the time is %d", lost, now)
		}
		if _, more := r.Read(make([]trace.Record, 10)); !more {
			break
		}
	}
	if e := r.Exit(); e.Err == nil || !strings.Contains(e.String(), "wrote over the memory of its trace") {
		t.Errorf("exit: %v", e)
	}
}

func TestRubbishIsKeptBoundedAndQuoted(t *testing.T) {
	r := start(t, "rubbish", Options{})
	if e := ended(t, r); e.Code != 0 || e.Err != nil {
		t.Fatalf("exit: %+v", e)
	}
	held := int64(0)
	for _, l := range r.Output().Lines() {
		held += int64(len(l.Bytes))
		for _, b := range []byte(l.Quoted()) {
			if b < ' ' || b >= 0x7f {
				t.Fatalf("line %q is drawn as %q", l.Bytes, l.Quoted())
			}
		}
	}
	total, cut := r.Output().Size()
	if want := int64(100 * (1000*len("\x1b[2J\x1b]0;title\a\xff\x00 rubbish\n") + 10_000)); total != want+int64(len("\x1b[31mthe end\n")) {
		t.Errorf("total %d, printed %d", total, want)
	}
	// What is not held and not cut are the line ends of what is held.
	if ends := total - cut - held; held > kept || held < kept/8 || ends < 0 || ends > int64(len(r.Output().Lines())) {
		t.Errorf("total %d, cut %d, held %d", total, cut, held)
	}
	var newest []byte // of stdout: what stderr said before may be read after it
	for _, l := range r.Output().Lines() {
		if l.Stream == Stdout {
			newest = l.Bytes
		}
	}
	if want := "\x1b[31mthe end"; string(newest) != want {
		t.Errorf("the newest output that is kept is %q, want %q", newest, want)
	}
}

func TestSurroundings(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("X", "old")
	r := start(t, "plain", Options{Args: []string{"a", "b c"}, Dir: dir, Env: []string{"X=new"}})
	ended(t, r)
	want := fmt.Sprintf("args %q input %q <nil> tty false dir %s x new", []string{"plain", "a", "b c"}, "", dir)
	if got := texts(r); len(got) != 1 || got[0] != want {
		t.Errorf("have %q, want %q", got, want)
	}
	_, err := Start(program(t, "plain"), Options{Dir: dir + "/gone"})
	if err == nil || !strings.Contains(err.Error(), "working folder") {
		t.Errorf("a working folder that is not there: %v", err)
	}
	if _, err := Start(program(t, "plain"), Options{RingSlots: 3}); err == nil {
		t.Error("a ring of 3 slots was made")
	}
}

func TestOutputKeepsOrderAndCutsLongLines(t *testing.T) {
	var o Output
	o.write(Stdout, []byte("one\ntw"))
	o.write(Stderr, []byte("three"))
	o.write(Stdout, []byte("o\n"))
	var got []string
	for _, l := range o.Lines() {
		got = append(got, fmt.Sprint(l.Number, l.Stream, l.Open, l.Quoted()))
	}
	if want := "[0stdoutfalseone 1stdoutfalsetwo 2stderrtruethree]"; strings.ReplaceAll(fmt.Sprint(got), " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("lines: %v", got)
	}
	if last := o.Tail(1); len(last) != 1 || string(last[0].Bytes) != "three" {
		t.Errorf("tail: %v", last)
	}
	if o.Tail(0) != nil && len(o.Tail(0)) != 0 {
		t.Error("a tail of nothing")
	}
	o.write(Stdout, bytes.Repeat([]byte("x"), longest*2+1))
	lines := o.Lines()
	if len(lines) != 6 || len(lines[2].Bytes) != longest || !lines[2].Open || len(lines[4].Bytes) != 1 {
		t.Errorf("a long line became %d", len(lines))
	}
}

func TestQuote(t *testing.T) {
	for raw, want := range map[string]string{
		"plain, 世界 é":       "plain, 世界 é",
		"\ta\"\\":           "    a\"\\",
		"\x1b[2J\a":         `\x1b[2J\a`,
		"\xff\xc3":          `\xff\xc3`,
		"\u202eright":       `\u202eright`,
		"\u009bcsi\u200bzw": `\u009bcsi\u200bzw`,
	} {
		if got := Quote([]byte(raw)); got != want {
			t.Errorf("Quote(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestTwoRunsDoNotDisturbEachOther(t *testing.T) {
	first := start(t, "obedient", Options{})
	second := start(t, "obedient", Options{})
	saysReady(t, first)
	saysReady(t, second)
	first.Stop()
	ended(t, first)
	if err := second.Poke('w'); err != nil {
		t.Error(err)
	}
	within(t, "the second run obeys", func() bool { return len(texts(second)) == 2 })
	if got := texts(first); len(got) != 1 {
		t.Errorf("the first run printed %q", got)
	}
}

func TestNothingIsLeftOpen(t *testing.T) {
	once := func() {
		r := start(t, "obedient", Options{})
		saysReady(t, r)
		r.Close()
	}
	once() // the Go runtime opens its poller at the first use
	before := len(entries(t, "/dev/fd"))
	for range 3 {
		once()
	}
	if after := len(entries(t, "/dev/fd")); after > before {
		t.Errorf("%d file descriptors before, %d after", before, after)
	}
}

func TestPanicInAGoroutineIsReported(t *testing.T) {
	r := start(t, "obedient", Options{})
	saysReady(t, r)
	func() {
		defer r.recovered("test", nil)
		panic("a fault")
	}()
	e := ended(t, r)
	if e.Err == nil || !strings.Contains(e.Err.Error(), "a fault of fdlab (test): a fault") || e.By != Killed {
		t.Errorf("exit: %+v", e)
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", r.Pid())); err == nil && !gone(r.Pid()) {
		t.Error("the child lives on")
	}
}

// TestHeldOutputStaysInItsPipe: what a program prints meanwhile is read when it is released, and a
// program that prints much is blocked.
func TestHeldOutputStaysInItsPipe(t *testing.T) {
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var o Output
	release := o.Hold()
	drained := make(chan error, 1)
	go func() { drained <- o.drain(Stdout, from) }()
	to.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	n, err := to.Write(make([]byte, 2<<20)) // more than a pipe holds
	if total, _ := o.Size(); !os.IsTimeout(err) || total != 0 {
		t.Errorf("held, and of %d bytes %d were read (%v)", n, total, err)
	}
	release()
	to.Close()
	if err := <-drained; err != nil {
		t.Error(err)
	}
	if total, _ := o.Size(); total != int64(n) {
		t.Errorf("released, and of %d bytes %d were read", n, total)
	}
}
