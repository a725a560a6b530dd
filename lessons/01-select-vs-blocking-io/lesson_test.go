package main

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/engine"
	"fdlab/lab/experiment/lessontest"
	"fdlab/lab/skip"
	"fdlab/lab/trace"
)

// broken are the ways to break it: what is called blocking, what is called by
// the loop's name, what the other engines are, and what libevent says.
var broken = map[string]struct {
	blocking, loop func(*engine.Run) error
	rest           []engine.Engine
	asked          libevent
}{
	"blocking is a select loop":   {blocking: loop("select"), loop: loop("select")},
	"the loop reads in turn":      {blocking: readInTurn, loop: readInTurn, rest: engineNamed("poll", readInTurn)},
	"first all of a":              {blocking: oneAfterAnother, loop: loop("select")},
	"nobody reads b":              {blocking: onlyA, loop: loop("select")},
	"a thread panics":             {blocking: func(*engine.Run) error { panic("a bug") }, loop: loop("select")},
	"an engine gives up":          {blocking: func(*engine.Run) error { return errors.New("no luck") }, loop: loop("select")},
	"only epoll hears":            {blocking: readInTurn, loop: readInTurn, rest: engineNamed("epoll", loop("select"))},
	"only threads hear":           {blocking: readInTurn, loop: readInTurn, rest: engineNamed("threads", threadPerFD)},
	"all but the busy one linger": {blocking: readInTurn, loop: linger, rest: append(engineNamed("poll", linger), engineNamed("busy", busyLoop)...)},
	"only select hears":           {blocking: readInTurn, loop: loop("select"), rest: engineNamed("poll", readInTurn)},
	"libevent takes select":       {blocking: readInTurn, loop: loop("select"), asked: libevent{version: "0.1", method: "select"}},
	"libevent takes poll":         {blocking: readInTurn, loop: loop("select"), asked: libevent{version: "0.2", method: "poll"}},
}

func engineNamed(name string, read func(*engine.Run) error) []engine.Engine {
	return []engine.Engine{{Name: name, Read: read}}
}

func oneAfterAnother(t *engine.Run) error {
	return errors.Join(readAll(t, t.Sources[0]), readAll(t, t.Sources[1]))
}

func onlyA(t *engine.Run) error { return readAll(t, t.Sources[0]) }

// linger hears b while a is silent, but only after twice the lead that counts.
func linger(t *engine.Run) error {
	a, b := t.Sources[0], t.Sources[1]
	second := t.Thread("second", func() error {
		for ready := []unix.PollFd{{Fd: int32(b.FD), Events: unix.POLLIN}}; ; {
			if n, err := unix.Poll(ready, -1); n > 0 {
				break
			} else if err != unix.EINTR {
				return err
			}
		}
		time.Sleep(2 * clearly)
		return readAll(t, b)
	})
	return errors.Join(readAll(t, a), second.Join())
}

func TestMain(m *testing.M) {
	programs := map[string]func(){"": main}
	for name := range broken {
		programs[name] = func() { breakIt(name) }
	}
	lessontest.Lesson(m, programs)
}

func breakIt(name string) {
	ways := broken[name]
	experiment.Main(experiment.Lesson{
		Name: "01-broken", Steps: []string{"one", "two"}, Keys: keys, Backend: "select",
		Run: func(x *experiment.X) {
			bench := engine.NewBench(x)
			offer(x, bench)
			x.Step(1)
			turns := bench.Compare(script, engine.Engine{Name: "blocking", Read: ways.blocking})
			x.Step(2)
			loops := bench.Compare(script, append([]engine.Engine{{Name: "select", Read: ways.loop}}, ways.rest...)...)
			if ways.asked == (libevent{}) {
				ways.asked.missing = "nobody asked"
			}
			judge(x, turns[0], loops[0], loops[1:], ways.asked)
		},
	})
}

// half is the verdict of the lesson as it stands: on a system whose best
// backend is select, the claim would be true.
func half() string {
	if event.Backends()[0] == "select" {
		return "verdict: true."
	}
	return "verdict: half true."
}

// TestLibeventIsAskedOrItIsSaidThatItWasNot: a machine without a compiler has no
// measurement of libevent, and the verdict does not pretend to one.
func TestLibeventIsAskedOrItIsSaidThatItWasNot(t *testing.T) {
	for name, c := range map[string]struct {
		path    string
		here    bool // the compiler is found
		verdict string
	}{
		"no compiler": {t.TempDir(), false, "by default the lab's loop takes " + event.Backends()[0] +
			". What libevent itself takes was not measured here."},
		"asked": {os.Getenv("PATH"), true, "by default libevent "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd, temp := lessontest.Command(t, ""), t.TempDir()
			cmd.Env = append(cmd.Env, "PATH="+c.path, "TMPDIR="+temp, "EVENT_NOEPOLL=1") // the last is not libevent's own choice
			out, status := lessontest.Finish(t, cmd)
			if c.here && strings.Contains(out, "not built: ") {
				skip.Missing(t, "this machine has no libevent, or no compiler")
			}
			lessontest.Expect(t, out, status, 0, half(), c.verdict)
			if c.here {
				lessontest.Expect(t, out, status, 0, "passed: by default libevent 2.")
			} else {
				lessontest.Expect(t, out, status, 0, "not judged (not measured here: not built: there is no C compiler")
			}
			if left, _ := os.ReadDir(temp); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestTheLessonAlone(t *testing.T) {
	t.Parallel()
	out, status := lessontest.Run(t, "")
	words := []string{
		"step 1 of 3: read in turn", "step 2 of 3: wait for both", "step 3 of 3: side by side",
		"passed: blocking: read b only after a had spoken",
		"passed: threads: read b while a was silent", "passed: busy: read b while a was silent",
		"passed: nothing was lost", "passed: blocking: b1 waited", "passed: busy: ",
		"answer to Predict: d", half(),
	}
	for _, backend := range event.Backends() {
		words = append(words, "passed: "+backend+": read b while a was silent")
	}
	lessontest.Expect(t, out, status, 0, words...)
	if strings.Contains(out, "failed:") {
		t.Errorf("a check failed:\n%s", out)
	}
}

func TestAnswerAndVerdictFollowFromWhatHappens(t *testing.T) {
	for name, want := range map[string]struct {
		status int
		words  []string
	}{
		"blocking is a select loop":   {0, []string{"failed: blocking: read b only after", "verdict: false."}},
		"the loop reads in turn":      {0, []string{"failed: select: read b while", "answer to Predict: d", "verdict: false."}},
		"first all of a":              {0, []string{"failed: blocking: read b only after", half()}},
		"nobody reads b":              {0, []string{"failed: nothing was lost: at the end 3 messages", half()}},
		"only epoll hears":            {0, []string{"answer to Predict: a", "failed: none of these heard b clearly sooner"}},
		"only threads hear":           {0, []string{"answer to Predict: b", "failed: none of these heard b clearly sooner"}},
		"all but the busy one linger": {0, []string{"answer to Predict: c", "failed: none of these heard b clearly sooner", "passed: select: read b while a was silent"}},
		"only select hears":           {0, []string{"failed: none of these heard b clearly sooner", "passed: select: read b while a was silent", half()}},
		"libevent takes select":       {0, []string{"failed: by default libevent 0.1 takes select", "verdict: true.", "And select is what libevent 0.1 takes"}},
		"libevent takes poll":         {0, []string{"failed: by default libevent 0.2 takes poll", "verdict: half true.", "libevent 0.2 takes poll"}},
		"a thread panics":             {2, []string{"thread blocking: panic: a bug", "cleaned up"}},
		"an engine gives up":          {3, []string{"engine blocking: no luck", "could not be judged"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, status := lessontest.Run(t, name)
			lessontest.Expect(t, out, status, want.status, want.words...)
		})
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		args   string
		status int
		words  []string
	}{
		{"-list", 0, []string{"1 read in turn", "2 wait for both", "3 side by side", "a write a line to a", "b write a line to b", "select (this lesson's choice"}},
		{"-h", 0, []string{"-backend", "-engine", "blocking", "busy", "-json"}},
		{"-backend kqueues", 2, []string{`no backend "kqueues"`, "poll"}},
		{"-interactive -engine magic", 2, []string{`"magic"`, "no such engine", "busy"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			out, status := lessontest.Run(t, "", strings.Fields(c.args)...)
			lessontest.Expect(t, out, status, c.status, c.words...)
		})
	}
}

func TestJSONIsARecording(t *testing.T) {
	t.Parallel()
	cmd := lessontest.Command(t, "", "-json", "-backend", "poll")
	var out, account bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &account
	cmd.Run()
	lessontest.Expect(t, account.String(), cmd.ProcessState.ExitCode(), 0, "poll: read b while a was silent", half())
	rec, err := trace.ReadRecording(&out)
	if err != nil {
		t.Fatal(err)
	}
	recordedRun(t, rec.Records, rec, "poll")
}

// recordedRun checks what an instrument needs of a run's records.
func recordedRun(t *testing.T, records []trace.Record, text trace.Strings, second string) {
	t.Helper()
	var steps, checks int
	var answer, verdict, ended bool
	threads, labels := map[string]bool{}, map[string]bool{}
	for _, r := range records {
		switch r.Kind {
		case trace.Step:
			steps++
			if r.A != int64(steps) || r.B != 3 {
				t.Errorf("step %d of %d, want %d of 3", r.A, r.B, steps)
			}
		case trace.Check:
			checks++
		case trace.Answer:
			answer = text.String(r.Str) == "d"
		case trace.Verdict:
			verdict = r.Ruling() == trace.HalfTrue || event.Backends()[0] == "select"
		case trace.End:
			ended = r.A == 0
		case trace.ThreadBegin:
			threads[text.String(r.Str)] = true
		case trace.Label:
			labels[text.String(r.Str)] = true
		}
	}
	if steps != 3 || checks < 9 || !answer || !verdict || !ended {
		t.Errorf("steps %d, checks %d, answer d %v, verdict %v, end %v", steps, checks, answer, verdict, ended)
	}
	for _, name := range []string{"blocking", second, "threads", "threads: b", "busy"} {
		if !threads[name] {
			t.Errorf("no thread introduces itself as %q: %v", name, threads)
		}
	}
	for _, label := range []string{"a", "b"} {
		if !labels[label] {
			t.Errorf("no fd is labelled %q: %v", label, labels)
		}
	}
}

func TestWatchedAndLeftAlone(t *testing.T) {
	t.Parallel()
	w := lessontest.Record(t, lessontest.Command(t, ""))
	out, status := w.End()
	lessontest.Expect(t, out, status, 0, "answer to Predict: d", half(), "passed: blocking: b1 waited")
	recordedRun(t, w.Records, w.Text(), "select")
	blockedWhileTheOtherIsReady(t, w)
}

// blockedWhileTheOtherIsReady looks for the picture of this lesson: a read of
// a that has begun, and before it ends the kernel says that b is readable.
func blockedWhileTheOtherIsReady(t *testing.T, w *lessontest.Alive) {
	t.Helper()
	var a, b int32 = -1, -1
	blocked, queued := false, int64(0)
	for _, r := range w.Records {
		text := w.String(&r)
		switch {
		case r.Kind == trace.Label && text == "a" && a < 0:
			a = r.FD
		case r.Kind == trace.Label && text == "b" && b < 0:
			b = r.FD
		case r.Kind == trace.CallBegin && r.FD == a:
			blocked = true
		case r.Kind == trace.Kernel && r.FD == b && blocked && r.What()&trace.Readable != 0:
			queued = max(queued, r.B)
		case r.Kind == trace.CallEnd && r.FD == a && blocked:
			if queued != 6 {
				t.Errorf("while the thread was blocked in a, b had %d bytes in the kernel, want 6", queued)
			}
			return
		}
	}
	t.Error("no blocked read of a was seen")
}

func TestHeldRunsAreJudgedByOrderNotByTime(t *testing.T) {
	t.Parallel()
	w := lessontest.Record(t, lessontest.Command(t, ""))
	w.Await(`b says "b1"`)
	w.Send(control.Hold)
	w.Send(control.Step)
	w.Send(control.Release)
	out, status := w.End()
	lessontest.Expect(t, out, status, 0,
		"This run was disturbed (held)", "not judged (held): blocking: b1 waited", "not judged (held): busy:",
		"select read b1 while a was silent, blocking read b1 only later.",
		"passed: blocking: read b only after a had spoken", "passed: select: read b while a was silent",
		"answer to Predict: d", half())
	seen, cost := false, ""
	for _, r := range w.Records {
		switch {
		case r.Kind == trace.Check && r.Outcome() == trace.NotJudged:
			seen = seen || strings.Contains(w.String(&r), "(held)")
		case r.Kind == trace.Note && strings.Contains(w.String(&r), "This run was disturbed (held)"):
			cost = w.String(&r)
		case r.Kind == trace.Verdict && !strings.Contains(cost, "not judged: (held) blocking: b1 waited"):
			t.Errorf("what holding costs is not said before the verdict: %q", cost)
		}
	}
	if !seen {
		t.Error("the trace does not say that the run was held")
	}
}

func TestPokesAreTakenForWhatTheyAre(t *testing.T) {
	t.Parallel()
	// The first frees the thread before b has spoken, so b1 finds it waiting
	// for b. b2 then finds it blocked in a again.
	w := lessontest.Record(t, lessontest.Command(t, ""))
	w.Await("blocking: go")
	w.Key('a')
	w.Await(`blocking reads a: "hand a1"`)
	w.Await("select: go")
	w.Key('b')
	out, status := w.End()
	lessontest.Expect(t, out, status, 0,
		`select reads b: "hand b1"`, "not judged (you wrote to it by hand): blocking: b",
		"This run was disturbed (you wrote to it by hand). Of ", "are not judged: (you wrote to it by hand) ",
		"passed: blocking: read b only after a had spoken", "passed: nothing was lost",
		"answer to Predict: d", half())
}

func TestInteractive(t *testing.T) {
	for _, engine := range []string{"blocking", "select", "threads", "busy"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			a := lessontest.Start(t, lessontest.Command(t, "", "-interactive", "-engine", engine))
			a.Await("type a key")
			a.Key('b')
			a.Await(`b says "hand b1"`)
			if engine != "blocking" { // that one reads b only when it has read a
				a.Await(engine + ` reads b: "hand b1"`)
			}
			a.Key('a')
			a.Await(engine + ` reads a: "hand a1"`)
			if engine == "blocking" {
				a.Await(engine + ` reads b: "hand b1"`)
			}
			a.Cmd.Process.Signal(syscall.SIGINT)
			out, status := a.End()
			lessontest.Expect(t, out, status, 130, "stopped by interrupt; cleaned up")
		})
	}
}

func TestInterruptedInTheMiddle(t *testing.T) {
	t.Parallel()
	w := lessontest.Record(t, lessontest.Command(t, ""))
	w.Await(`b says "b1"`) // the thread is blocked in read(2) now
	w.Cmd.Process.Signal(syscall.SIGINT)
	out, status := w.End()
	lessontest.Expect(t, out, status, 130, "stopped by interrupt; cleaned up")
	if open := w.OpenFDs(); len(open) > 0 {
		t.Errorf("fds %v were left open", open)
	}
}

func TestTheInstrumentGoesAway(t *testing.T) {
	t.Parallel()
	w := lessontest.Record(t, lessontest.Command(t, "", "-interactive"))
	w.Await("key b: write a line to b")
	w.Abandon()
	out, status := w.End()
	lessontest.Expect(t, out, status, 1, "stopped by the instrument")
}

// TestReadyIsNoPromise: one wait says of two fds of one pipe that they are
// ready. The first callback takes everything, and the second finds nothing: it
// would block, if its fd did.
func TestReadyIsNoPromise(t *testing.T) {
	for _, backend := range event.Backends() {
		t.Run(backend, func(t *testing.T) {
			base, err := event.New(event.Config{Backend: backend})
			if err != nil {
				t.Fatal(err)
			}
			defer base.Close()
			var p [2]int
			if err := unix.Pipe(p[:]); err != nil {
				t.Fatal(err)
			}
			other, err := unix.Dup(p[0])
			if err != nil {
				t.Fatal(err)
			}
			for _, fd := range []int{p[0], p[1], other} {
				defer unix.Close(fd)
			}
			if err := unix.SetNonblock(p[0], true); err != nil { // other shares it
				t.Fatal(err)
			}
			var got []error
			for _, fd := range []int{p[0], other} {
				ev := base.NewEvent(fd, event.Read, func(fd int, _ event.What) {
					_, err := unix.Read(fd, make([]byte, 10))
					got = append(got, err)
				})
				if err := ev.Add(event.NoTimeout); err != nil {
					t.Fatal(err)
				}
			}
			unix.Write(p[1], []byte("hello"))
			if _, err := base.Loop(event.Once); err != nil {
				t.Fatal(err)
			}
			if len(got) != 2 || got[0] != nil || got[1] != unix.EAGAIN {
				t.Errorf("the callbacks' reads gave %v; want one that takes all, and EAGAIN", got)
			}
		})
	}
}

// TestTheRunComesToItsMoments: each that the README has words for.
func TestTheRunComesToItsMoments(t *testing.T) { lessontest.Moments(t) }

// TestWhatToTryByHandIsTickedOff, each by doing it.
func TestWhatToTryByHandIsTickedOff(t *testing.T) {
	lessontest.Tries(t,
		lessontest.Hand{Args: "-engine=blocking", Does: ":watched_a b"},
		lessontest.Hand{Args: "-engine=select", Does: ":watched_b b"},
		lessontest.Hand{Args: "-engine=threads"},
		lessontest.Hand{Args: "-engine=busy"},
	)
}
