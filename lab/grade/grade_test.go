package grade

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/launch"
	"fdlab/lab/skip"
)

const root = "../.."

func TestMain(m *testing.M) {
	limit, mute = limit/2, mute/2 // for the programs that use them up
	os.Exit(skip.Slow(m))
}

// mirror is an exam that gives the program a mode and a FIFO, and wants back
// what the FIFO says.
func mirror(mode string) *Exam {
	return &Exam{
		Exercise: "00-mirror",
		Checks:   []string{"it answers", "it ends"},
		Play: func(e *Examiner) {
			f := e.FIFO("in")
			e.Start(mode, f.Path)
			e.Check("it answers")
			f.Opened()
			e.Due("hello\n")
			f.Say("hello\n")
			e.Answered("what the FIFO says comes back")
			e.Calm("and then it sleeps")
			e.Check("it ends")
			f.End()
			e.Ends("the FIFO ends, and the program with it", NoEventsLeft)
		},
	}
}

func TestProgramsThatGoWrongGetAClearWord(t *testing.T) {
	for _, c := range []struct {
		pkg, mode string
		told      *Misconception
		seen      string
	}{
		{"hostile", "silent", NoTrace, "its trace is empty"},
		{"past", "", PastTheLab, "main.go:29 calls os.Open"},
		{"past", "noise", WrongOutput, `after 0 right bytes, standard output goes on with "over...`},
		{"past", "forks", Forks, "started another program"},
		{"hostile", "exits", GaveUp, `exit status 1); its last words: I give up \x1b[2J`},
		{"hostile", "panics", Crashed, "panic: runtime error: index out of range [6] with length 0 (main.go:"},
		{"hostile", "dies", Crashed, "SIGSEGV"},
		{"hostile", "forks", Forks, "started another program"},
		{"hostile", "burns", Starved, "has not returned"},
		{"hostile", "sleeps", Starved, "has not returned: it sleeps (time.Sleep, main.go:"},
		{"hostile", "naps", Starved, "has not returned: it sleeps (time.Sleep, main.go:"},
		{"hostile", "naps-when-done", Starved, "has not returned: it sleeps (time.Sleep, main.go:"},
		{"hostile", "waits", WaitsInCallback, "has not returned: it waits (chan receive, main.go:"},
		{"hostile", "locks-twice", NeverUnlocked, "it waits for a lock (sync.Mutex.Lock, main.go:"},
		{"hostile", "exits-inside", ExitsInside, "from inside a callback"},
		{"hostile", "main-returns", MainReturned, "a loop was still running"},
		{"hostile", "noise", WrongOutput, `after 0 right bytes, standard output goes on with "over...`},
		{"hostile", "floods", Floods, "bytes"},
		{"hostile", "spins-and-shouts", NeverDrained, "took nothing"},
		{"hostile", "swallows", Unanswered, `ends before "hello\n"`},
		{"hostile", "whole-buffer", WholeBuffer, `after 6 right bytes, standard output goes on with "\x00`},
		{"hostile", "never-adds", NeverAdded, "no event was ever added"},
		{"hostile", "closes-watched", ClosedWatched, "FIFO in was closed while an event was pending on it"},
		{"hostile", "closes-unnoticed", ClosedWatched, "FIFO in was closed while an event was pending on it"},
		{"hostile", "ignores-error", ErrorIgnored, "dispatch had returned: error"},
		{"unbuildable", "", DoesNotCompile, "the compiler objects once"},
		{"execs", "", Forks, `imports "os/exec"`},
	} {
		t.Run(c.pkg+" "+c.mode, func(t *testing.T) {
			t.Parallel()
			r := Run(context.Background(), root, "./lab/grade/testdata/"+c.pkg, mirror(c.mode))
			if r.Outcome != Failed {
				t.Fatalf("%s: %s%s", r.Outcome, r.Err, r.Text(100))
			}
			if r.Feedback.Misconception != c.told.ID || !strings.Contains(r.Feedback.Saw, c.seen) {
				t.Errorf("it was told %q, %q; want %q, %q", r.Feedback.Misconception, r.Feedback.Saw, c.told.ID, c.seen)
			}
			if text := r.Text(80); strings.ContainsRune(text, '\x1b') || strings.ContainsRune(text, 0) {
				t.Errorf("raw bytes of the program reach the terminal: %q", text)
			}
			if len(r.Checks) != 2 {
				t.Errorf("not all checks are listed: %v", r.Checks)
			}
		})
	}
}

func TestAProgramThatIsRightPasses(t *testing.T) {
	for _, mode := range []string{"right", "naps-often"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := Run(context.Background(), root, "./lab/grade/testdata/hostile", mirror(mode))
			if r.Outcome != Passed || r.Feedback != nil || r.Records == 0 {
				t.Fatalf("%s %s\n%s", r.Outcome, r.Err, r.Text(100))
			}
			for _, c := range r.Checks {
				if c.Outcome != Passed {
					t.Errorf("%s: %s", c.Name, c.Outcome)
				}
			}
		})
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var child int
	exam := mirror("silent")
	play := exam.Play
	exam.Play = func(e *Examiner) {
		defer func() { child = e.run.Pid() }()
		play(e)
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(500*time.Millisecond, cancel) // in the middle of it
	r := Run(ctx, root, "./lab/grade/testdata/hostile", exam)
	if r.Outcome != NotJudged {
		t.Errorf("broken off, and %s", r.Outcome)
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %v (%v)", left, err)
	}
	if child != 0 && unix.Kill(child, 0) != unix.ESRCH {
		t.Errorf("the program %d lives on", child)
	}
}

func TestAPackageThatIsNotThere(t *testing.T) {
	r := Run(context.Background(), root, "./"+filepath.Join("exercises", "99-none"), mirror("right"))
	if r.Outcome != NotJudged || !strings.Contains(r.Err, "99-none") {
		t.Errorf("%s: %q", r.Outcome, r.Err)
	}
}

// What Go's compiler says most to somebody who has just begun is told with its
// way out: the cause first, which it need not have said first.
func TestWhatTheCompilerSaysIsExplained(t *testing.T) {
	for says, told := range map[string]string{
		"declared and not used: base\nundefined: event":                  `import "fdlab/lab/event"`,
		"undefined: strings":                                             `import "strings"`,
		"undefined: time\nundefined: log":                                `import "time"`,
		"undefined: helper":                                              "Nothing is called helper",
		"undefined: event.Foo":                                           "The package has no Foo",
		"package event is not in std (/go)":                              `import "fdlab/lab/event"`,
		"package strnigs is not in std (/go)":                            "Go has no package strnigs",
		"no required module provides package github.com/x/y; to add it:": "github.com/x/y is not part of this clone",
		"main redeclared in this block":                                  "Two files of the folder declare main",
		"assignment mismatch: 1 variable but g returns 2 values":         "1 variable but g returns 2 values",
		"t.Foo undefined (type time.Time has no field or method Foo)":    "A value of type time.Time has nothing",
		"missing return":                                                 "add a return",
		"syntax error: unexpected }, expected expression":                "a bracket",
		"undefined: unix":                                                `import "golang.org/x/sys/unix"`,
		"declared and not used: base":                                    "use base, or take it out",
		`"os" imported and not used`:                                     `take its import out`,
		"undefined: ev":                                                  `"var ev *event.Event"`,
		"undefined: unix.OPEN":                                           "The compiler names the line",
		"no new variables on left side of :=":                            "= gives it a value",
	} {
		err := &launch.BuildError{Package: "./x"}
		for line := range strings.SplitSeq(says, "\n") {
			err.Problems = append(err.Problems, launch.Problem{File: "main.go", Line: 1, Text: line})
		}
		if f := compiler(err); !strings.Contains(f.Truth, told) {
			t.Errorf("%q: %q is not in %q", says, told, f.Truth)
		}
	}
}

// A program may be tried wherever temporary files are allowed, also where their
// folder is named from the current one: the program's is another.
func TestTMPDIRNeedNotBeAWholeName(t *testing.T) {
	clone, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Mkdir("temp", 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", "temp")
	if r := Run(context.Background(), clone, "./lab/grade/testdata/hostile", mirror("right")); r.Outcome != Passed {
		t.Errorf("%s: %s", r.Outcome, r.Text(100))
	}
}

// What a result that was not judged says is the cause, the machine's words and the
// way out, and no list of checks: none was made.
func TestWhatWasNotJudgedSaysWhy(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/gone")
	r := Run(context.Background(), root, "./lab/grade/testdata/hostile", mirror("right"))
	text := r.Text(1000)
	if lines := strings.Split(strings.TrimSpace(text), "\n"); r.Outcome != NotJudged || len(lines) != 3 ||
		!strings.HasPrefix(lines[0], "because   No folder for temporary files") || !strings.Contains(lines[2], "export TMPDIR=/tmp") {
		t.Errorf("%s:\n%s", r.Outcome, text)
	}
}

// A callback that waits for what never comes is told as soon as all threads
// have slept for a while, not when the grader's patience is over. And what the
// grader learned by ending the program is not taken for its output.
func TestACallbackThatWaitsForEverIsToldSoon(t *testing.T) {
	r := Run(context.Background(), root, "./lab/grade/testdata/hostile", mirror("locks-twice"))
	if r.Lasted < longCallbackSleep || r.Lasted > limit {
		t.Errorf("it lasted %v until the verdict, want %v or a little more", r.Lasted, longCallbackSleep)
	}
	if len(r.Printed) > 0 || r.Ended {
		t.Errorf("the program had ended: %v; it had printed %q", r.Ended, r.Printed)
	}
}

// TestMeansEndsWithItsCheck, and what the exam means holds throughout. (The program
// closes a watched fd in the second check.)
func TestMeansEndsWithItsCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		exam func(*Exam)
		told *Misconception
	}{
		{"the first check's", func(exam *Exam) {
			exam.Play = func(e *Examiner) {
				f := e.FIFO("in")
				e.Start("closes-unnoticed", f.Path)
				e.Check("it answers")
				e.Means(ClosedWatched, Stuck)
				f.Opened()
				e.Check("it ends")
				f.End()
				e.Ends("the FIFO ends, and the program with it", NoEventsLeft)
			}
		}, ClosedWatched},
		{"the exam's", func(exam *Exam) { exam.Means = map[*Misconception]*Misconception{ClosedWatched: Stuck} }, Stuck},
	} {
		exam := mirror("closes-unnoticed")
		c.exam(exam)
		if r := Run(context.Background(), root, "./lab/grade/testdata/hostile", exam); r.Told() != c.told.ID {
			t.Errorf("%s: it was told %q, want %q:\n%s", c.name, r.Told(), c.told.ID, r.Text(100))
		}
	}
}

// A look that acts on a program which cannot answer any more ends, and what it
// provoked is no part of the feedback.
func TestAnAftermathEnds(t *testing.T) {
	exam, looked := mirror("swallows"), 0
	play := exam.Play
	exam.Play = func(e *Examiner) {
		e.Suspects(func() *Finding {
			looked++
			e.Aftermath(func() { e.Await("pigs fly", func() bool { return false }) })
			return Find(Stuck, "and it did not fly")
		})
		play(e)
	}
	r := Run(context.Background(), root, "./lab/grade/testdata/hostile", exam)
	if looked != 1 || r.Told() != Stuck.ID || r.Feedback.Saw != "and it did not fly" {
		t.Errorf("it looked %d times, and told %q:\n%s", looked, r.Told(), r.Text(100))
	}
}
