package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/lessontest"
	"fdlab/lab/trace"
)

// broken are the lesson's programs, each changed in one place, to see that
// checks, answer and verdict follow from what happens.
var broken = map[string]struct {
	once, post rule
	onceWhat   event.What
	twice      bool // the one-shot is added again in its first call
	company    bool // another event waits beside the one-shot
}{
	"the callback always reads":   {once: never, post: always, onceWhat: event.Read},
	"the callback never reads":    {once: never, post: never, onceWhat: event.Read},
	"it reads in the 5th call":    {once: never, post: inCall(5), onceWhat: event.Read},
	"it reads in the 1st call":    {once: never, post: inCall(1), onceWhat: event.Read},
	"it reads from the 20th on":   {once: never, post: func(n int64) bool { return n >= twenty }, onceWhat: event.Read},
	"the one-shot reads":          {once: always, post: inCall(readingCall), onceWhat: event.Read},
	"the one-shot persists":       {once: never, post: inCall(readingCall), onceWhat: event.Read | event.Persist},
	"the one-shot is added again": {once: never, post: inCall(readingCall), onceWhat: event.Read, twice: true},
	"the one-shot is not alone":   {once: never, post: inCall(readingCall), onceWhat: event.Read, company: true},
}

func TestMain(m *testing.M) {
	programs := map[string]func(){"": main}
	for name := range broken {
		programs[name] = func() { breakIt(name) }
	}
	lessontest.Lesson(m, programs)
}

// breakIt is run, with the change, and without what the change makes wait.
func breakIt(name string) {
	change := broken[name]
	experiment.Main(experiment.Lesson{
		Name: "02-broken", Steps: []string{"1", "2", "3", "4", "5"}, Keys: keys, Run: func(x *experiment.X) {
			fifo := x.FIFO("event.fifo")
			fd := fifo.Open(readWrite)
			var once *program
			made := make(chan bool)
			once = start(x, "one-shot", fd, change.onceWhat, func(n int64) bool {
				<-made
				if n == 1 && change.twice {
					once.loop.Base.Once(fd, event.Read, event.NoTimeout, once.fifoRead)
				}
				return change.once(n)
			})
			close(made)
			if change.company {
				once.loop.Base.Post(func() { once.loop.Base.NewTimer(func(int, event.What) {}).Add(time.Hour) })
				patient := time.Now()
				x.Await(limit, func() bool { return time.Since(patient) > 100*time.Millisecond })
			}
			fifo.Echo(heihei)
			if change.company {
				x.Await(limit, func() bool { return once.calls.Load() == 1 })
				once.stop()
			} else {
				once.returns()
			}
			each := start(x, "persist", fd, event.Read|event.Persist, always)
			each.quiet()
			for range 3 {
				fifo.Echo(heihei)
				each.quiet()
			}
			each.stop()
			post := start(x, "the post's", fd, event.Read|event.Persist, change.post)
			fifo.Echo(heihei)
			post.quiet()
			first := post.seen()
			fifo.Echo(heihei)
			post.spins()
			fd = fifo.Open(unix.O_RDONLY | unix.O_NONBLOCK)
			storm := start(x, "read-only", fd, event.Read|event.Persist, always)
			fifo.Echo(heihei)
			storm.spins()
			judge(x, fifo, once, each, post, first, storm)
		},
	})
}

// countedOnce: what the account says of a spin in three places is one number.
func countedOnce(t *testing.T, account string) {
	t.Helper()
	const n = `([\d,]+)`
	said := regexp.MustCompile(`(?m)`+n+` callbacks in `).FindAllStringSubmatch(account, -1)
	row := regexp.MustCompile(`(?m)^ +read-only +` + n + ` +` + n).FindStringSubmatch(account)
	check := regexp.MustCompile(`after one echo, ` + n + ` reads: ` + n + ` found`).FindStringSubmatch(account)
	if len(said) != 2 || row == nil || check == nil {
		t.Fatalf("the spins are not counted in %s", account)
	}
	spun := said[1][1]
	if row[1] != spun || row[2] != spun || check[1] != spun || len(spun) > 3 && !strings.Contains(spun, ",") {
		t.Errorf("the spin has %s callbacks, in the table %s and %s reads, in the check %s", spun, row[1], row[2], check[1])
	}
}

func TestTheLessonAlone(t *testing.T) {
	for _, backend := range event.Backends() {
		t.Run(backend, func(t *testing.T) {
			t.Parallel()
			cmd := lessontest.Command(t, "", "-backend", backend)
			out, status := lessontest.Finish(t, cmd)
			lessontest.Says(t, out,
				"step 1 of 5: one-shot", "step 5 of 5: opened read-only",
				"passed: one-shot: one echo, 1 callback", "passed: one-shot: dispatch ended: no events left",
				"passed: one-shot: what nobody read stays: 7 bytes",
				"passed: persist, and read: 4 callbacks and 4 reads",
				"passed: the post's: one echo, and call 20",
				"passed: the post's, after the echo: 20 callbacks, and 0 bytes left", "passed: the post's, after a second echo:",
				"passed: opened read-only:", "answer to Predict: c", "verdict: half true.")
			if status != 0 || strings.Contains(out, "failed:") {
				t.Errorf("exit status %d; %s", status, out)
			}
			countedOnce(t, out)
			nothingLeft(t, cmd.Dir)
		})
	}
}

func nothingLeft(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind in the working directory: %v, %v", left, err)
	}
}

func TestAnswerAndVerdictFollowFromWhatHappens(t *testing.T) {
	for name, words := range map[string][]string{
		"the callback always reads":   {"failed: the post's: one echo, and call 1 of", "answer to Predict: a", "One echo gave 1 callback."},
		"the callback never reads":    {"failed: the post's: one echo, and call 0 of", "failed: the post's, after the echo", "answer to Predict: d"},
		"it reads in the 5th call":    {"failed: the post's: one echo, and call 5 of", "failed: the post's, after the echo: 5 callbacks, and 0 bytes left", "until call 5 read it"},
		"it reads in the 1st call":    {"failed: the post's: one echo, and call 1 of", "failed: the post's, after the echo: 1 callback, and 0 bytes left", "One echo gave 1 callback."},
		"it reads from the 20th on":   {"passed: the post's: one echo, and call 20 of", "failed: the post's, after a second echo: 1 callback more, and 0 bytes left", "answer to Predict: b"},
		"the one-shot reads":          {"failed: one-shot: what nobody read stays: 0 bytes", "failed: persist, and read: 3 callbacks", "verdict: half true."},
		"the one-shot persists":       {"failed: one-shot: dispatch ended: broken off", "verdict: half true. Without Persist the event did not fire once. Dispatch did not return"},
		"the one-shot is added again": {"failed: one-shot: one echo, 2 callbacks", "verdict: false."},
		"the one-shot is not alone":   {"passed: one-shot: one echo, 1 callback", "failed: one-shot: dispatch ended", "verdict: true."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, status := lessontest.Run(t, name, "-nowait")
			lessontest.Says(t, out, words...)
			if status != 0 {
				t.Errorf("exit status %d", status)
			}
		})
	}
}

func TestAnotherPlaceForTheFIFO(t *testing.T) {
	for name, prepare := range map[string]func(dir string) error{
		"event.fifo exists, so it stays as it is": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "event.fifo"), []byte("precious"), 0o644)
		},
		"a run that was killed may have left it (rm event.fifo)": func(dir string) error {
			return unix.Mkfifo(filepath.Join(dir, "event.fifo"), 0o600)
		},
		"mkfifo event.fifo: no such file or directory": os.Remove, // works as root, too
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := lessontest.Command(t, "", "-interactive")
			temp := t.TempDir()
			cmd.Env = append(cmd.Env, "TMPDIR="+temp)
			// The folder goes away after the program has started in it.
			cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `read go; exec "$@"`, "sh", cmd.Path}, cmd.Args[1:]...)
			alive := lessontest.Start(t, cmd)
			if err := prepare(cmd.Dir); err != nil {
				t.Fatal(err)
			}
			alive.Key(' ')
			line := alive.Await("Another place: echo heihei > ")
			if !strings.Contains(line, name) {
				t.Errorf("%q does not say why", line)
			}
			_, path, _ := strings.Cut(strings.TrimSpace(line), "> ")
			if out, err := exec.Command("/bin/sh", "-c", "echo telnet > "+path).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			alive.Await(`call 20 reads "telnet\n"`)
			alive.Cmd.Process.Signal(syscall.SIGTERM)
			if _, status := alive.End(); status != 128+15 {
				t.Errorf("exit status %d", status)
			}
			nothingLeft(t, temp)
		})
	}
}

// TestTheFIFOOfAKilledRunIsTakenOver: nobody has it open, and it bears our mark.
func TestTheFIFOOfAKilledRunIsTakenOver(t *testing.T) {
	t.Parallel()
	first := lessontest.Command(t, "", "-interactive")
	alive := lessontest.Start(t, first)
	alive.Await("made event.fifo")
	alive.Await("Ctrl-D ends")

	// Another run at the same time leaves it alone: it is open.
	other := lessontest.Command(t, "", "-interactive")
	other.Dir = first.Dir
	second := lessontest.Start(t, other)
	second.Await("event.fifo exists, so it stays as it is")
	second.Cmd.Process.Signal(syscall.SIGTERM)
	second.End()

	alive.Cmd.Process.Kill()
	alive.End()
	if info, err := os.Lstat(filepath.Join(first.Dir, "event.fifo")); err != nil || info.Mode().Type() != os.ModeNamedPipe {
		t.Fatalf("the killed run left no FIFO: %v, %v", info, err)
	}
	cmd := lessontest.Command(t, "")
	cmd.Dir = first.Dir
	out, status := lessontest.Finish(t, cmd)
	lessontest.Says(t, out, "took over event.fifo", "verdict: half true")
	if status != 0 {
		t.Errorf("exit status %d", status)
	}
	nothingLeft(t, first.Dir)
}

func TestNoPlaceAtAll(t *testing.T) {
	cmd := lessontest.Command(t, "")
	if err := os.Mkdir(filepath.Join(cmd.Dir, "event.fifo"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, "TMPDIR="+filepath.Join(t.TempDir(), "nowhere"))
	out, status := lessontest.Finish(t, cmd)
	lessontest.Says(t, out, "no FIFO can be made", "event.fifo exists", "/nowhere", "set TMPDIR", "could not be judged")
	if status != 3 {
		t.Errorf("exit status %d, want 3", status)
	}
}

// echo writes as a person in another terminal does.
func echo(t *testing.T, dir, text string) {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", "printf %s "+text+" > event.fifo")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestInteractive(t *testing.T) {
	for _, c := range []struct {
		step string
		play func(*lessontest.Alive)
	}{
		{"1", func(a *lessontest.Alive) {
			a.Key('w')
			a.Await("dispatch has returned: no events left")
			a.Key('a')
			a.Await("1 callback in this second, 1 in all; bytes in the FIFO: 7")
		}},
		{"2", func(a *lessontest.Alive) {
			a.Key('a')
			a.Await("pending still")
			a.Key('w')
			a.Await(`call 1 reads "heihei\n"`)
			echo(t, a.Cmd.Dir, `'\033[2J'`)
			a.Await(`call 2 reads "\\033[2J"`)
		}},
		{"3", func(a *lessontest.Alive) {
			echo(t, a.Cmd.Dir, "telnet")
			a.Await(`call 20 reads "telnet"`)
			a.Key('w')
			a.Await("bytes in the FIFO: 7")
			a.Key('d')
			a.Await(`you read "heihei\n"`)
			a.Key('d')
			a.Await("EAGAIN")
		}},
		{"5", func(a *lessontest.Alive) {
			echo(t, a.Cmd.Dir, "telnet")
			a.Await(`call 1 reads "telnet"`)
			a.Await("reads 0 bytes: the end of file")
		}},
	} {
		t.Run(c.step, func(t *testing.T) {
			t.Parallel()
			a := lessontest.Start(t, lessontest.Command(t, "", "-interactive", "-step", c.step))
			a.Await("type a key")
			c.play(a)
			a.Cmd.Process.Signal(syscall.SIGINT)
			out, status := a.End()
			lessontest.Says(t, out, "stopped by interrupt; cleaned up")
			if status != 130 {
				t.Errorf("exit status %d, want 130", status)
			}
			nothingLeft(t, a.Cmd.Dir)
		})
	}
}

func TestEscapeSequencesAreQuoted(t *testing.T) {
	t.Parallel()
	a := lessontest.Start(t, lessontest.Command(t, "", "-interactive", "-step", "2"))
	a.Await("type a key")
	fifo, err := os.OpenFile(filepath.Join(a.Cmd.Dir, "event.fifo"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer fifo.Close()
	fifo.WriteString("\x1b[2J\x07")
	if line := a.Await("call 1 reads"); !strings.Contains(line, `"\x1b[2J\a"`) {
		t.Errorf("%q", line)
	}
	if _, err := fifo.Write(make([]byte, 1<<20)); err != nil { // more than a FIFO holds
		t.Fatal(err)
	}
	a.Cmd.Process.Signal(syscall.SIGINT)
	if out, status := a.End(); status != 130 || len(out) > 1<<16 {
		t.Errorf("exit status %d, %d bytes of account", status, len(out))
	}
}

func TestWatched(t *testing.T) {
	t.Parallel()
	a := lessontest.Record(t, lessontest.Command(t, ""))
	out, status := a.End()
	lessontest.Says(t, out, "answer to Predict: c", "verdict: half true.")
	if status != 0 || strings.Contains(out, "failed:") {
		t.Errorf("exit status %d:\n%s", status, out)
	}
	if open := a.OpenFDs(); len(open) > 0 {
		t.Errorf("fds %v were left open", open)
	}
	// The picture of step 3: between the first and the last of 20 callbacks of
	// one event, one read, in the 20th.
	step, calls, reads, seen := int64(0), 0, 0, false
	for i := range a.Records {
		r := &a.Records[i]
		switch {
		case r.Kind == trace.Step:
			step = r.A
		case step == 3 && r.Kind == trace.CallbackBegin && a.String(r) == "fifo_read":
			calls++
		case step == 3 && r.Kind == trace.CallEnd && a.String(r) == "read":
			reads++
			seen = calls == readingCall
		}
	}
	if calls != readingCall || reads != 1 || !seen {
		t.Errorf("the trace of step 3 has %d callbacks and %d reads, one in the %dth: %v", calls, reads, readingCall, seen)
	}
}

func TestHeldAndPoked(t *testing.T) {
	t.Parallel()
	a := lessontest.Record(t, lessontest.Command(t, ""))
	a.Await("step 2 of 5")
	a.Send(control.Hold)
	a.Send(control.Step)
	a.Key('w')
	a.Await("you: echo heihei")
	a.Send(control.Release)
	out, status := a.End()
	lessontest.Says(t, out, "This run was disturbed (held)", "not judged (held): the spin costs CPU",
		"not judged (somebody else used the FIFO): persist, and read",
		"passed: one-shot: one echo, 1 callback", "answer to Predict: c", "verdict: half true.")
	if status != 0 || strings.Contains(out, "failed:") {
		t.Errorf("exit status %d:\n%s", status, out)
	}
}

func TestFlags(t *testing.T) {
	for args, words := range map[string][]string{
		"-list":                  {"3 read in the 20th call", "w write heihei"},
		"-interactive -step 9":   {`"9"`, "choose 1 to 5"},
		"-backend kqueues -list": {"no backend"},
	} {
		out, _ := lessontest.Run(t, "", strings.Fields(args)...)
		lessontest.Says(t, out, words...)
	}
}

// TestTheRunComesToItsMoments: each that the README has words for.
func TestTheRunComesToItsMoments(t *testing.T) { lessontest.Moments(t) }

// TestWhatToTryByHandIsTickedOff, each by doing it.
func TestWhatToTryByHandIsTickedOff(t *testing.T) {
	lessontest.Tries(t,
		lessontest.Hand{Does: "w"},
		lessontest.Hand{Does: "d"},
		lessontest.Hand{Args: "-step=1", Does: "w w"},
		lessontest.Hand{Args: "-step=2", Does: "hold w w release"},
		lessontest.Hand{Args: "-step=5", Does: "w"},
	)
}
