package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"fdlab/lab/control"
	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/lessontest"
	"fdlab/lab/skip"
	"fdlab/lab/trace"
)

// broken are the ways to break the lesson: what is called an event of its own,
// and what is called one variable, and so on.
type broken struct {
	links                                 int
	own, one, wiped, refused, overwritten plan
}

func sound() broken {
	return broken{links: links,
		one:         plan{oneVariable: true, unchecked: true},
		wiped:       plan{oneVariable: true, wiped: true, unchecked: true},
		refused:     plan{oneVariable: true},
		overwritten: plan{oneVariable: true, wiped: true},
	}
}

func lesson(change func(*broken)) func() {
	return func() {
		b := sound()
		change(&b)
		experiment.Main(experiment.Lesson{
			Name: "06-broken", Steps: []string{"all"}, Keys: keys,
			Run: func(x *experiment.X) {
				offer(x)
				x.Step(1)
				judge(x, results{
					chain: chain(x, b.links), own: serve(x, b.own), one: serve(x, b.one), wiped: serve(x, b.wiped),
					refused: serve(x, b.refused), overwritten: serve(x, b.overwritten), visit: fromOutside(x),
				})
			},
		})
	}
}

func TestMain(m *testing.M) {
	lessontest.Lesson(m, map[string]func(){
		"":                     main,
		"one has its own":      lesson(func(b *broken) { b.one.oneVariable = false }),
		"own is one variable":  lesson(func(b *broken) { b.own = b.one }),
		"own is caught":        lesson(func(b *broken) { b.one = b.refused; b.own = b.refused }),
		"one is wiped":         lesson(func(b *broken) { b.one = b.wiped }),
		"wiped has its own":    lesson(func(b *broken) { b.wiped = plan{} }),
		"wiped is caught":      lesson(func(b *broken) { b.wiped = b.refused }),
		"wiped is shared":      lesson(func(b *broken) { b.wiped = b.one }),
		"a short chain, wiped": lesson(func(b *broken) { b.links, b.own = 10, b.wiped }),
		"nothing is checked":   lesson(func(b *broken) { b.refused, b.overwritten = b.one, b.wiped }),
	})
}

func TestTheLessonAlone(t *testing.T) {
	for _, backend := range []string{"epoll", "poll", "select"} {
		if !available(backend) {
			continue
		}
		t.Run(backend, func(t *testing.T) {
			t.Parallel()
			out, status := lessontest.Run(t, "", "-backend", backend)
			if status != 0 {
				t.Errorf("exit status %d", status)
			}
			lessontest.Says(t, out, "passed: chain: 1,000 of 1,000", "passed: own memory: answered: 3 of 3",
				"passed: one variable: answered: client 3; the newest is client 3",
				"passed: wiped: all was well until a client spoke, and then nobody was answered", "passed: caught: Assign", "passed: caught: Dispatch",
				"passed: another thread: Add", "passed: another thread: after Add",
				"answer to Predict: c", "verdict: false.")
		})
	}
}

func TestAnswerAndVerdictFollowFromWhatHappens(t *testing.T) {
	for name, want := range map[string][]string{
		"one has its own":      {"failed: one variable: answered: client 1, client 2, client 3; the newest is client 3", "verdict: false."},
		"own is one variable":  {"failed: own memory: answered: 1 of 3", "answer to Predict: c", "verdict: half true."},
		"own is caught":        {"failed: own memory", "answer to Predict: c", "verdict: half true."},
		"one is wiped":         {"failed: one variable: answered: nobody", "verdict: false."},
		"wiped has its own":    {"failed: wiped: it never went wrong", "answer to Predict: d", "verdict: false."},
		"wiped is caught":      {"failed: wiped: the add itself was refused", "answer to Predict: a", "verdict: false."},
		"wiped is shared":      {"failed: wiped: answered: client 3", "verdict: false."},
		"a short chain, wiped": {"failed: chain: 10 of 1,000", "failed: own memory: answered: 0 of 3", "verdict: true."},
		"nothing is checked":   {"failed: caught: Assign says <nil>", "failed: caught: Dispatch says <nil>", "verdict: false."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, status := lessontest.Run(t, name, "-nowait")
			if status != 0 {
				t.Errorf("exit status %d", status)
			}
			lessontest.Says(t, out, want...)
		})
	}
}

// A server whose loop ends, spins or calls a client's callback before anybody
// has said anything goes wrong then, whoever is answered later.
func TestWrongBeforeAnybodySpoke(t *testing.T) {
	if when := (&server{calm: false}).wrong(); letters[when] != "b" {
		t.Errorf("%s: %q", when, letters[when])
	}
}

// What the instrument needs to show step 3: the loop is told of one fd and
// calls the event's callback with another.
func TestReadyAndCallbackDiffer(t *testing.T) {
	t.Parallel()
	a := lessontest.Record(t, lessontest.Command(t, ""))
	out, status := a.End()
	if status != 0 {
		t.Errorf("exit status %d", status)
	}
	lessontest.Says(t, out, "verdict: false.")
	if open := a.OpenFDs(); len(open) > 0 {
		t.Errorf("fds %v were left open", open)
	}
	ready, differ := map[int64]int32{}, false
	for _, r := range a.Records {
		switch r.Kind {
		case trace.Ready:
			ready[r.C] = r.FD
		case trace.CallbackBegin:
			if fd, ok := ready[r.C]; ok && fd != r.FD {
				differ = true
			}
		}
	}
	if !differ {
		t.Error("no callback got another fd than the one that was ready")
	}
}

func TestHeldAndPoked(t *testing.T) {
	t.Parallel()
	a := lessontest.Record(t, lessontest.Command(t, ""))
	a.Await("step 3 of 6")
	a.Await("client 1 says hello")
	a.Send(control.Hold)
	a.Key('s')
	a.Await("you: client 1 says a line")
	a.Key('c')
	a.Await("you: client 4 says a line")
	a.Send(control.Release)
	out, status := a.End()
	if status != 0 {
		t.Errorf("exit status %d", status)
	}
	lessontest.Says(t, out, "verdict: false.")
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	a := lessontest.Record(t, lessontest.Command(t, ""))
	a.Await("step 4 of 6")
	a.Await("client 3 says hello") // the loop spins
	a.Cmd.Process.Signal(syscall.SIGINT)
	out, status := a.End()
	if status != 130 {
		t.Errorf("exit status %d", status)
	}
	lessontest.Says(t, out, "stopped by interrupt; cleaned up")
	if open := a.OpenFDs(); len(open) > 0 {
		t.Errorf("fds %v were left open", open)
	}
}

func TestInteractive(t *testing.T) {
	first := `client 1: answered "by hand from client 1\n"`
	for memory, want := range map[string][2]string{
		"own":    {first, `client 2: answered "by hand from client 2\n"`},
		"one":    {first, `client 2: answered "by hand from client 2\n"`},
		"caught": {first, "client 2: disconnected: the server has no event for it"},
		"wiped":  {"you: client 1 says a line", "you: client 2 says a line"},
	} {
		t.Run(memory, func(t *testing.T) {
			t.Parallel()
			a := lessontest.Start(t, lessontest.Command(t, "", "-interactive", "-memory", memory))
			a.Await("type a key")
			a.Key('s')
			a.Await("no client has come yet")
			// The second client comes when the first was served: else its
			// accept may overwrite an event that is active in the same pass.
			a.Key('c')
			a.Await(want[0])
			a.Key('c')
			a.Await(want[1])
			a.Cmd.Process.Signal(syscall.SIGTERM)
			out, status := a.End()
			if status != 143 {
				t.Errorf("exit status %d", status)
			}
			lessontest.Says(t, out, "cleaned up")
		})
	}
}

// Without a compiler the C program is not built, and nothing else changes.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, path := range []string{os.Getenv("PATH"), t.TempDir()} {
		cmd, temp := lessontest.Command(t, "", "-nowait", "-crash"), t.TempDir()
		cmd.Env = append(cmd.Env, "PATH="+path, "TMPDIR="+temp)
		out, status := lessontest.Finish(t, cmd)
		if status != 0 {
			t.Errorf("exit status %d", status)
		}
		lessontest.Says(t, out, "crash.c: ", "verdict: false.")
		if path != os.Getenv("PATH") {
			lessontest.Says(t, out, "not built: there is no C compiler")
		}
		for _, dir := range []string{temp, cmd.Dir} {
			if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		}
	}
}

func TestUnknownMemory(t *testing.T) {
	out, status := lessontest.Run(t, "", "-interactive", "-memory", "magic")
	if status != 2 {
		t.Errorf("exit status %d", status)
	}
	lessontest.Says(t, out, `"magic"`, "own, one, wiped, caught")
}

func available(backend string) bool {
	return slices.Contains(event.Backends(), backend)
}

// builtCrash is c/crash.c, compiled.
func builtCrash(t *testing.T) string {
	program := filepath.Join(t.TempDir(), "crash")
	out, err := exec.Command("cc", "-O0", "c/crash.c", "-o", program, "-levent").CombinedOutput()
	if err != nil {
		skip.Missing(t, "no C compiler or no libevent: %v: %.200s", err, out)
	}
	return program
}

// TestDebugMode: libevent's debug mode ends the program at the first event whose
// fd blocks, before it has come to the mistake.
func TestDebugMode(t *testing.T) {
	t.Parallel()
	out, err := exec.Command(builtCrash(t), "debug").CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGABRT {
		t.Errorf("ended by %v, want SIGABRT", err)
	}
	if !strings.Contains(string(out), "Assertion flags & O_NONBLOCK failed") || strings.Contains(string(out), "added") {
		t.Errorf("it said %q", out)
	}
}

// TestTheCrashInTheREADME holds the README's words on -crash to a real run: the
// same lines, whatever the times. How the program ends is chance.
func TestTheCrashInTheREADME(t *testing.T) {
	t.Parallel()
	builtCrash(t)
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`(?m)^ +[0-9.]+ s  (crash\.c says .*)$`)
	account, _ := lessontest.Run(t, "", "-nowait", "-crash")
	var want, got []string
	for _, line := range said.FindAllStringSubmatch(account, -1) {
		want = append(want, line[1])
	}
	for _, line := range said.FindAllStringSubmatch(string(readme), -1) {
		got = append(got, line[1])
	}
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("the README says\n%q\nthe run says\n%q", got, want)
	}
}

// TestTheRunComesToItsMoments: each that the README has words for.
func TestTheRunComesToItsMoments(t *testing.T) { lessontest.Moments(t) }

// TestWhatToTryByHandIsTickedOff, each by doing it.
func TestWhatToTryByHandIsTickedOff(t *testing.T) {
	lessontest.Tries(t,
		lessontest.Hand{Does: "c"},
		// Client 1 has its answer before client 2 comes: else the loop would spin at once, and
		// the trace loses what this waits for.
		lessontest.Hand{Args: "-memory=one", Does: `c :read_"client_1"_1 c :watched_"client_2" s`},
		lessontest.Hand{Args: "-memory=wiped", Does: "c"},
	)
}
