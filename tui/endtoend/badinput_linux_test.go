package endtoend

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"fdlab/lab/course"
)

func TestNoGo(t *testing.T) {
	t.Parallel()
	x := onStage(t, options{env: []string{"PATH=" + t.TempDir()}})
	x.see("what is missing, and the way out", func(s screen) bool {
		w := s.words()
		return strings.Contains(w, "go command is not on PATH") && strings.Contains(w, "install Go")
	})
	x.leave()
}

func TestOutsideTheModule(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	x := start(t, options{clone: dir})
	if status := x.wait(); status == 0 {
		t.Error("exit status 0")
	}
	x.close()
	said := x.now().words()
	for _, want := range []string{"no clone of fdlab here", "-C"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%v", want, x.now())
		}
	}
	if bytes.Contains(x.written(), []byte("\x1b[?1049h")) {
		t.Error("it opened the alternate screen before it failed")
	}

	// -C names the clone from anywhere.
	x = atHome(t, options{clone: dir, args: []string{"-C", clone(t)}})
	x.press("q")
	if status := x.finish(); status != 0 {
		t.Errorf("with -C: exit status %d, want 0", status)
	}
}

// TestNoTerminal: without a terminal on either side it says what to run
// instead.
func TestNoTerminal(t *testing.T) {
	t.Parallel()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer slave.Close()
	dir := clone(t)
	for name, stdin := range map[string]*os.File{"neither": nil, "only the keyboard": slave} {
		cmd := exec.Command(binary)
		cmd.Dir = dir
		var out, errOut bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errOut
		if stdin != nil {
			cmd.Stdin = stdin
		}
		if err := cmd.Run(); cmd.ProcessState.ExitCode() < 1 {
			t.Errorf("%s is a terminal: %v, want an exit status that is not 0", name, err)
		}
		if want := "go run ./" + lesson; !strings.Contains(errOut.String(), want) {
			t.Errorf("%s is a terminal: %q is missing in %q", name, want, errOut.String())
		}
		if out.Len() > 0 {
			t.Errorf("%s is a terminal: it wrote %q", name, out.String())
		}
	}
}

// TestKilledFromOutside: the experiment is killed by somebody else.
func TestKilledFromOutside(t *testing.T) {
	t.Parallel()
	x := onStage(t, options{})
	x.see("the first step", oneRow("step 1 of 3"))
	children := x.children()
	if len(children) != 1 {
		t.Fatalf("%d experiments run, want one: %v", len(children), children)
	}
	syscall.Kill(children[0], syscall.SIGKILL)
	x.see("that it was killed", shows("ENDED", "SIGKILL"))
	x.press("r")
	x.see("the next run", oneRow("step 1 of 3", "LIVE"))
	x.leave()
}

// evil is what a program should not get onto a student's screen: a title, a
// colour, a query that the terminal answers as if it were typed, and bytes
// that are no text.
const evil = `\x1b]0;EVIL\x07\x1b[38;5;201mPINK\x1b[5n\x9b2J\xff\x00`

// TestRubbish: what a program prints is kept, and shown quoted; none of it
// reaches the terminal as it is. The same goes for its own words in the trace.
func TestRubbish(t *testing.T) {
	t.Parallel()
	dir := clone(t)
	program(t, dir, `package main

import (
	"os"

	"fdlab/lab/experiment"
)

func main() {
	os.Stdout.WriteString("to stdout: `+evil+`\n")
	os.Stderr.WriteString("to stderr: `+evil+`\n")
	experiment.Main(experiment.Lesson{
		Name: "01-select-vs-blocking-io", Title: "evil", Steps: []string{"step `+evil+`"},
		Run: func(x *experiment.X) {
			x.Step(1)
			x.Note("note `+evil+`")
			<-x.Stopped()
		},
	})
}
`)
	x := onStage(t, options{clone: dir})
	x.see("its step and its note", all(oneRow("step 1 of 1", "PINK"), oneRow("note", "PINK")))
	x.press("o")
	x.see("both streams, quoted", all(
		oneRow("stdout", `\x1b]0;EVIL\a\x1b[38;5;201mPINK\x1b[5n\x9b2J\xff\x00`),
		oneRow("stderr", `\x1b]0;EVIL\a\x1b[38;5;201mPINK`)))
	x.press("o")
	x.see("the stage", shows("what happened"))
	x.leave()
	for _, raw := range []string{"\x1b]0;", "\x1b[38;5;201m", "\x1b[5n", "\x9b2J", "\x07", "\xff", "\x00"} {
		if bytes.Contains(x.written(), []byte(raw)) {
			t.Errorf("%q reached the terminal", raw)
		}
	}
}

// stubborn is a program that never ends: it does not speak to the instrument,
// ignores what signals can be ignored, and has a child that does so too.
const stubborn = `package main

import (
	"fmt"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	child := exec.Command("/bin/sh", "-c", "trap '' TERM INT HUP; while :; do sleep 1; done")
	fmt.Println("stubborn:", child.Start())
	time.Sleep(time.Hour)
}
`

func TestNeverEnds(t *testing.T) {
	t.Parallel()
	dir := clone(t)
	program(t, dir, stubborn)
	x := onStage(t, options{clone: dir})
	x.see("that it runs", shows("The program runs"))
	x.press("o")
	x.see("what it printed", oneRow("stdout", "stubborn: <nil>"))
	x.press("o")
	x.see("the stage", shows("what happened"))
	x.press("q")
	x.see("the lesson", shows("Predict", "Recall"))
	x.await("the end of the program", func() bool { return len(x.children()) == 0 })
	x.press("r") // and once more, leaving at once this time
	x.see("that it runs", shows("The program runs"))
	x.press("o")
	x.see("what it printed", oneRow("stdout", "stubborn: <nil>"))
	x.press("o")
	x.see("the stage", shows("what happened"))
	x.leave()
}

// TestTwoInstruments: two students, one clone.
func TestTwoInstruments(t *testing.T) {
	t.Parallel()
	dir := clone(t)
	both := [2]*terminal{onStage(t, options{clone: dir}), onStage(t, options{clone: dir})}
	for _, x := range both {
		x.see("the verdict", shows("ENDED", "the claim", "what decides"))
	}
	both[0].await("both results in the progress file", func() bool {
		results, err := course.ProgressOf(dir).Load()
		return err == nil && results[slug].Runs == 2
	})
	for _, x := range both {
		x.leave()
	}
}
