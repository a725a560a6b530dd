package experiment

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
	"fdlab/lab/trace"
)

// programs are little experiments. The tests run them as real processes: this
// test binary again, with the program's name in the environment.
var programs = map[string]func(x *X){
	"good": func(x *X) {
		x.Cleanup(func() { x.Note("cleaned first made") })
		x.Cleanup(func() { x.Note("cleaned last made") })
		x.Step(1)
		x.Note("the world says %q", "\x1b[31mred")
		x.Check(true, "order")
		x.Check(false, "a failed check is no failed run")
		x.TimingCheck(true, "timing")
		x.Answer("b")
		x.Step(2)
		x.Verdict(HalfTrue, "because")
	},
	"moments": func(x *X) {
		for range 3 {
			x.Moment("again", 7, 9, 10, 11, 12)
		}
		x.Moment("at large")
		x.Verdict(True, "marked")
	},
	"evidence": func(x *X) {
		x.Step(1)
		seen := time.Now()
		x.Note("seen")
		x.Step(2)
		t := NewTable("compared", "who", "calls", "CPU", "said")
		t.Row("one", Counted(1234567), Lasted(2*time.Millisecond), Word("never"))
		x.Table(t)
		x.Check(true, "about the whole run")
		x.Of(1).At(seen).Decides().Check(true, "seen")
		x.Of(2).At(time.Time{}).NotJudged("no time", "unseen")
		x.Verdict(True, "stated")
	},
	"no verdict": func(x *X) {},
	"undecided":  func(x *X) { x.Verdict(Undecided, "too little was seen") },
	"waits": func(x *X) {
		looks := 0
		happened := x.Await(time.Second, func() bool {
			if looks++; looks == 3 {
				unix.Kill(unix.Getpid(), unix.SIGSTOP)
			}
			return looks > 6
		})
		x.TimingCheck(false, "at once")
		x.Verdict(Ruling(happened), "")
	},
	"lacks memory": func(x *X) {
		x.Invalidate(unix.ENOMEM)
		x.Check(false, "the callback was called")
		x.TimingCheck(false, "at once")
		x.Answer("b")
		x.Verdict(False, "the claim does not hold")
	},
	"out of files, unseen": func(x *X) {
		unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 20, Max: 20})
		for range 30 {
			sys.Pipe("p")
		}
		x.Check(false, "all pipes were made")
		x.Verdict(False, "the claim does not hold")
	},
	"out of files, on purpose": func(x *X) {
		x.Provokes("pipe", unix.EMFILE)
		unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 20, Max: 20})
		for range 30 {
			sys.Pipe("p")
		}
		x.Verdict(True, "there is a limit")
	},
	"fail": func(x *X) { x.Fail(errors.New("no FIFO can be made")) },
	"too many files": func(x *X) {
		unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 20, Max: 20})
		for {
			if _, _, err := sys.Pipe("p"); err != nil {
				x.Fail(err)
			}
		}
	},
	"panic": func(x *X) {
		x.Cleanup(func() { x.Note("cleaned") })
		panic("in the lesson")
	},
	"panic in a thread": func(x *X) {
		x.Cleanup(func() { x.Note("cleaned") })
		x.Thread("worker", func() error { panic("in a thread") }).Join()
		<-x.Stopped()
	},
	"sleep": func(x *X) {
		x.Cleanup(func() { x.Note("cleaned") })
		x.Note("sleeping")
		if !x.Sleep(time.Hour) {
			x.Fail(ErrStopped)
		}
	},
	"chatter": func(x *X) {
		x.Cleanup(func() { io.WriteString(os.NewFile(3, "out"), "cleaned") })
		for x.Sleep(time.Millisecond) {
			x.Note("still here")
		}
	},
	"hang": func(x *X) {
		x.Cleanup(func() { x.Note("cleaned") })
		x.Note("sleeping")
		x.Thread("stuck", func() error { select {} }).Join()
	},
}

const programVariable = "EXPERIMENT_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if name := os.Getenv(programVariable); name != "" {
		lesson := Lesson{
			Name: "00-test", Title: "a test", Steps: []string{"one", "two"},
			Keys: []Key{{Rune: 'w', Text: "knock"}}, Run: programs[name],
			Flags: func(f *flag.FlagSet) {
				f.Bool("own", false, "a flag of its own")
				ChoiceFlag(f, "shape", new(string), "the `shape`", "round", "flat")
				StepFlag(f, new(int), 2, "that runs")
				DurationFlag(f, "nap", new(time.Duration), "how long it `sleeps`", "1s")
			},
		}
		if name == "play" {
			lesson.Play = func(x *X) {
				x.Poke('w', func() { x.Note("somebody knocks") })
				x.Note("sleeping")
				x.Follow()
			}
		}
		os.Exit(Run(lesson, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func program(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), programVariable+"="+name)
	return cmd
}

// expect runs a program to its end.
func expect(t *testing.T, cmd *exec.Cmd, status int, words ...string) string {
	t.Helper()
	out, _ := cmd.CombinedOutput()
	expectText(t, cmd, string(out), status, words...)
	return string(out)
}

func expectText(t *testing.T, cmd *exec.Cmd, out string, status int, words ...string) {
	t.Helper()
	if got := cmd.ProcessState.ExitCode(); got != status {
		t.Errorf("exit status %d, want %d", got, status)
	}
	for _, word := range words {
		if !strings.Contains(out, word) {
			t.Errorf("%q is not in the output", word)
		}
	}
	if t.Failed() {
		t.Logf("output:\n%s", out)
	}
}

func TestExitStatusSaysWhetherTheRunCouldBeJudged(t *testing.T) {
	for _, c := range []struct {
		program string
		args    []string
		status  int
		words   []string
	}{
		{"good", nil, 0, []string{"step 2 of 2: two", "failed: a failed check", "answer to Predict: b", "verdict: half true. because"}},
		{"no verdict", nil, 3, []string{"could not be judged"}},
		{"undecided", nil, 3, []string{"verdict: undecided. too little was seen", "could not be judged"}},
		{"fail", nil, 3, []string{"no FIFO can be made", "could not be judged"}},
		{"too many files", nil, 3, []string{"too many open files", "ulimit -n 256", "could not be judged"}},
		{"lacks memory", nil, 3, []string{"not judged (this run cannot be judged): the callback was called", "verdict: undecided. This run could not be judged: cannot allocate memory", "close some programs"}},
		{"out of files, unseen", nil, 3, []string{"not judged", "verdict: undecided.", "pipe: too many open files", "ulimit -n 256"}},
		{"out of files, on purpose", nil, 0, []string{"verdict: true. there is a limit"}},
		{"panic", nil, 2, []string{"panic: in the lesson", "run_test.go", "cleaned"}},
		{"panic in a thread", nil, 2, []string{"thread worker: panic: in a thread", "run_test.go", "cleaned"}},
		{"good", []string{"-h"}, 0, []string{"usage: go run ./lessons/00-test", "-backend", "-interactive", "-json", "-list", "-nowait", "-own"}},
		{"good", []string{"-list"}, 0, []string{"1  one", "2  two", "w  knock", event.Backends()[0]}},
		{"good", []string{"-backend", "nosuch"}, 2, []string{`no backend "nosuch"`, strings.Join(event.Backends(), ", ")}},
		{"good", []string{"-nosuch"}, 2, []string{"-nosuch", "-h lists the flags"}},
		{"good", []string{"stray"}, 2, []string{`unexpected argument "stray"`}},
		{"good", []string{"-interactive"}, 2, []string{"no interactive mode"}},
	} {
		t.Run(c.program+strings.Join(c.args, " "), func(t *testing.T) {
			expect(t, program(c.program, c.args...), c.status, c.words...)
		})
	}
}

// TestAnExperimentSaysHowItCanBeStarted: its trace has this machine's backends,
// the best one first, the interactive mode where there is one, and in that what the
// lesson's own flags choose, in the order of their names.
func TestAnExperimentSaysHowItCanBeStarted(t *testing.T) {
	var backends []string
	for _, backend := range event.Backends() {
		backends = append(backends, "-backend="+backend)
	}
	for _, c := range []struct {
		cmd  *exec.Cmd
		want []string
	}{
		{program("good", "-json"), backends},
		{program("good", "-json", "-nap", "2s"), backends},
		{program("good", "-json", "-nap", "2m"), nil}, // more than a minute: misuse
		{program("play", "-json", "-interactive"), append(slices.Clip(backends), "-interactive", "-nap=1s", "-shape=round", "-shape=flat", "-step=1", "-step=2")}, // to the end of its empty input
	} {
		out, _ := c.cmd.Output()
		var offered []string
		for line := range strings.Lines(string(out)) {
			var r struct {
				Kind, Text string
				Key        int
			}
			if json.Unmarshal([]byte(line), &r) == nil && r.Kind == "offer" && r.Key == 0 {
				offered = append(offered, r.Text)
			}
		}
		if !slices.Equal(offered, c.want) {
			t.Errorf("%v offers %q, want %q", c.cmd.Args, offered, c.want)
		}
	}
}

// TestAMomentIsMarkedOnce, however often the program says it, with the first four
// of the fds that matter.
func TestAMomentIsMarkedOnce(t *testing.T) {
	out, _ := program("moments", "-json").Output()
	var marked []string
	for line := range strings.Lines(string(out)) {
		var r struct {
			Kind, Key             string
			FD                    *int
			Second, Third, Fourth int
		}
		if json.Unmarshal([]byte(line), &r) == nil && r.Kind == "moment" {
			if r.FD == nil {
				r.FD = new(int)
				*r.FD = -1
			}
			marked = append(marked, fmt.Sprint(r.Key, *r.FD, r.Second, r.Third, r.Fourth))
		}
	}
	if want := []string{"again7 9 10 11", "at large-1 -1 -1 -1"}; !slices.Equal(marked, want) {
		t.Errorf("marked are %q, want %q", marked, want)
	}
}

// TestTheTraceHasTheTableAndTheEvidence that the account has: the same words, and
// for each check what it is about, when that was, and whether the verdict rests
// on it.
func TestTheTraceHasTheTableAndTheEvidence(t *testing.T) {
	cmd := program("evidence", "-json")
	var account strings.Builder
	cmd.Stderr = &account
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err, account.String())
	}
	const table = "  who      calls      CPU   said\n  one  1,234,567  2.00 ms  never\n"
	if !strings.Contains(account.String(), table) {
		t.Errorf("the account lacks\n%sit has\n%s", table, &account)
	}
	var cells, checks []string
	noted := int64(0) // when
	for line := range strings.Lines(string(out)) {
		var r struct {
			Kind, Text, Title                                    string
			Row, Column, Outcome, Decides, Step, Proof, T, Value int64
			Unit                                                 trace.Unit
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		switch r.Kind {
		case "note":
			noted = r.T
		case "table":
			cells = append(cells, r.Title)
		case "cell":
			cells = append(cells, fmt.Sprint(r.Row, r.Column, " ", r.Text, " ", r.Value, r.Unit))
		case "check":
			checks = append(checks, fmt.Sprint(r.Text, " ", r.Outcome, r.Decides, r.Step, " ", r.Proof > 0 && r.Proof <= noted))
		}
	}
	if want := []string{"compared", "0 0 who 0 4", "0 1 calls 0 4", "0 2 CPU 0 4", "0 3 said 0 4",
		"1 0 one 0 4", "1 1 1,234,567 1234567 0", "1 2 2.00 ms 2000000 1", "1 3 never 0 4"}; !slices.Equal(cells, want) {
		t.Errorf("the table is %q, want %q", cells, want)
	}
	if want := []string{"about the whole run 1 0 0 false", "seen 1 1 1 true", "(no time) unseen 2 0 2 false"}; !slices.Equal(checks, want) {
		t.Errorf("the checks are %q, want %q", checks, want)
	}
}

func TestCleanupsRunOnceTheLastFirst(t *testing.T) {
	out := expect(t, program("good"), 0)
	first, last := strings.Index(out, "cleaned first made"), strings.Index(out, "cleaned last made")
	if last < 0 || first < last || strings.Count(out, "cleaned") != 2 {
		t.Errorf("the order of the cleanups is wrong:\n%s", out)
	}
}

func TestBytesFromOutsideAreQuoted(t *testing.T) {
	out := expect(t, program("good"), 0, `\x1b[31mred`)
	if strings.Contains(out, "\x1b") {
		t.Error("an escape sequence reached the terminal")
	}
}

// start runs a program until it says a word, and leaves it running.
func start(t *testing.T, cmd *exec.Cmd, word string) (rest func() string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		r.Close()
	})
	lines := bufio.NewReader(r)
	said := ""
	for !strings.Contains(said, word) {
		line, err := lines.ReadString('\n')
		if said += line; err != nil {
			t.Fatalf("the program ended before it said %q: %s", word, said)
		}
	}
	return func() string {
		all, _ := io.ReadAll(lines)
		cmd.Wait()
		return said + string(all)
	}
}

func TestSignalsStopAnyExperiment(t *testing.T) {
	for _, c := range []struct {
		program string
		signal  syscall.Signal
		words   []string
	}{
		{"sleep", syscall.SIGINT, []string{"stopped by interrupt", "cleaned", "verdict: undecided. The run was broken off before its first step", "are made after the last one"}},
		{"sleep", syscall.SIGTERM, []string{"stopped by terminated", "cleaned"}},
		{"hang", syscall.SIGINT, []string{"stopped by interrupt", "thread stuck", "cleaned"}},
	} {
		t.Run(fmt.Sprint(c.program, " ", c.signal), func(t *testing.T) {
			t.Parallel()
			cmd := program(c.program)
			rest := start(t, cmd, "sleeping")
			cmd.Process.Signal(c.signal)
			expectText(t, cmd, rest(), 128+int(c.signal), c.words...)
		})
	}
}

func TestNobodyReadsTheAccount(t *testing.T) {
	// As with "| head -1": the first line is read, then the pipe is closed.
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	done, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer done.Close()
	cmd := program("chatter")
	cmd.Stdout, cmd.ExtraFiles = w, []*os.File{out}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	out.Close()
	bufio.NewReader(r).ReadString('\n')
	r.Close()
	cleaned, _ := io.ReadAll(done)
	cmd.Wait()
	expectText(t, cmd, string(cleaned), 1, "cleaned")
}

func TestKeysComeAsLines(t *testing.T) {
	cmd := program("play", "-interactive")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	rest := start(t, cmd, "sleeping")
	io.WriteString(in, "w\n\x1b\nw\n")
	in.Close()
	out := rest()
	expectText(t, cmd, out, 0, "key w: knock", `no key "\x1b"`, "the end of the input")
	if n := strings.Count(out, "somebody knocks"); n != 2 {
		t.Errorf("2 knocks were heard as %d:\n%s", n, out)
	}
}

// TestTimeInWhichTheProgramWasStoppedDoesNotCount: Ctrl-Z, and fg later.
func TestTimeInWhichTheProgramWasStoppedDoesNotCount(t *testing.T) {
	cmd := program("waits")
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var status unix.WaitStatus
	if _, err := unix.Wait4(cmd.Process.Pid, &status, unix.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("it did not stop: %v, %v", status, err)
	}
	time.Sleep(2 * time.Second) // longer than the program would wait
	cmd.Process.Signal(syscall.SIGCONT)
	cmd.Wait()
	expectText(t, cmd, out.String(), 0, "verdict: true", "not judged (the program stood still for a while): at once")
}
