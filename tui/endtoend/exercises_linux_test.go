package endtoend

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"fdlab/lab/course"
)

// workbook is a clone with the exercises, each with its starter as the student's
// program: in the clone that is tested it may be half solved.
func workbook(t testing.TB) string {
	t.Helper()
	dir := clone(t)
	for _, folder := range []string{"exercises", "solutions", "tui"} {
		if err := os.CopyFS(filepath.Join(dir, folder), os.DirFS(filepath.Join(root, folder))); err != nil {
			t.Fatal(err)
		}
	}
	// The warm-up is for the terminal (exercises): the walks begin at 01.
	if err := os.RemoveAll(filepath.Join(dir, "exercises", warmUp)); err != nil {
		t.Fatal(err)
	}
	all, _ := course.ReadExercises(dir)
	for _, e := range all {
		copyFile(t, filepath.Join(dir, e.Starter(), "main.go"), e.MainFile(dir))
	}
	return dir
}

const (
	warmUp   = "00-warm-up"
	twoPipes = "01-two-pipes"
)

// atExercise walks from home to the page of the first exercise.
func atExercise(t *testing.T, o options) *terminal {
	t.Helper()
	x := atHome(t, o)
	x.see("the way to the exercises", oneRow("tab exercises", solved(0)))
	x.press("\t")
	x.see("the list", all(oneRow("→ 01", "a select loop that serves two pipes", "not tried"), oneRow(solved(0))))
	x.press(enter)
	x.see("the task", shows("exercise 01", "not tried", "Two FIFOs speak when they like", "run mine"))
	return x
}

// solved is what the screens say of n solved exercises.
func solved(n int) string {
	all, _ := course.ReadExercises(root) // without the warm-up
	return fmt.Sprintf("%d of %d solved", n, len(all)-1)
}

// leaveExercise goes from the stage home, and out.
func (x *terminal) leaveExercise() {
	x.t.Helper()
	x.press("q")
	x.see("the page", shows("exercise 01", "run mine"))
	x.press("q")
	x.see("the list", shows("solved", "01.. a number"))
	x.press("q")
	x.see("the course", shows("a lab bench for file descriptors"))
	x.press("q")
	if status := x.finish(); status != 0 {
		x.t.Errorf("exit status %d, want 0", status)
	}
}

// attempt is what the progress file says of exercise 01.
func attempt(t *testing.T, dir string) course.Attempt {
	t.Helper()
	attempts, err := course.ProgressOf(dir).LoadAttempts()
	if err != nil {
		t.Error(err)
	}
	return attempts[twoPipes]
}

// TestExerciseSideBySide walks from home to an exercise: mine, which is the
// starter and fails for its declared reason; the solution, which passes; and
// both side by side, under one playhead.
func TestExerciseSideBySide(t *testing.T) {
	t.Parallel()
	dir := workbook(t)
	x := atExercise(t, options{clone: dir})
	x.press(enter)
	x.see("mine, stuck and told why", all(
		oneRow("01 mine", "check 1 of 6", "GRADED"),
		oneRow("Blocked in read on FIFO a", "FIFO b has been ready", "Nobody looks"),
		shows("✗ not passed: 0 of 6", "→ ✗ b is heard while a is silent", "enter tells why: blocked")))
	x.await("the attempt", func() bool { return attempt(t, dir).Tries == 1 })
	if a := attempt(t, dir); a.Told != "blocked" || a.Passes {
		t.Errorf("the progress file says %+v", a)
	}
	x.press(enter)
	x.see("the result", shows("expected", "seen", "a thread is blocked in read on FIFO a", "as if", "(blocked)", "lesson 01, section Explain", "This is still the starter"))
	x.press("l")
	x.see("the lesson's explanation", shows("The kernel's part", "q back to the result"))
	x.press("q")
	x.see("the result", shows("as if", "(blocked)"))
	x.press(enter)

	x.see("the stage", oneRow("01 mine", "GRADED"))
	x.press("S")
	x.see("the solution, passed", all(
		oneRow("01 the solution", "check 6 of 6", "ENDED"), shows("✓ passed: 6 of 6", "exit status 0")))
	if a := attempt(t, dir); a.Tries != 1 || a.Solved {
		t.Errorf("the solution's trial went into the student's progress: %+v", a)
	}

	x.press("P")
	both := all(oneRow("01 mine", "GRADED", "01 the solution", "ENDED"),
		oneRow("✗ not passed: 0 of 6", "✓ passed: 6 of 6"), oneRow("✗ b is heard", "✓ b is heard"))
	x.see("both, side by side", both)
	x.press("g")
	x.see("both at their beginning", func(s screen) bool { return strings.Count(s[0], "PAST   00:00.000") == 2 })
	x.press(space)
	x.see("both replayed, and mine behind", all(
		func(s screen) bool { return strings.Count(s[0], "REPLAY 1/") == 2 },
		oneRow("Blocked in read on FIFO a", "The loop waits in select")))
	x.press(end)
	x.see("the end of both", both)
	x.press("\t")
	x.see("whose result is read", oneRow("tab, enter tells why"))
	x.press("?")
	x.see("the help", shows("REPLAY 1/100", "a hundred times slower"))
	x.press("?")
	x.see("the stage", both)
	x.leaveExercise()
}

// TestExerciseOnTheSmallestScreen solves the exercise: the page with its hints,
// one stage at a time, and the same progress in both tools.
func TestExerciseOnTheSmallestScreen(t *testing.T) {
	t.Parallel()
	dir := workbook(t)
	x := atExercise(t, options{clone: dir, w: 80, h: 24})
	x.press("h")
	x.see("the first hint, and no more", all(shows("Hint 1 of 3: question", "which call would wake it", "Hint 2 of 3: concept (covered)"), not(shows("level-triggered is"))))
	x.await("that the hint was kept", func() bool { return attempt(t, dir).Hints == 1 })

	x.press("P")
	x.see("mine", all(oneRow("01 mine", "GRADED"), shows("✗ b is heard while a is silent", "tab solution")))
	x.press("\t")
	x.see("the solution", all(oneRow("01 the solution", "ENDED"), shows("✓ passed: 6 of 6", "tab mine")))
	x.press("g") // which of the two is over first, nobody knows
	x.see("the beginning", oneRow("01 the solution", "PAST"))
	x.press("\t")
	x.see("mine at that moment", oneRow("01 mine", "PAST"))
	x.press("q")
	x.see("the page", shows("not passed: blocked"))

	copyFile(t, filepath.Join(dir, "solutions", twoPipes, "main.go"), filepath.Join(dir, "exercises", twoPipes, "main.go"))
	x.press(enter)
	x.see("mine, passed", all(oneRow("01 mine", "ENDED"), shows("✓ passed: 6 of 6")))
	x.press("q")
	x.see("the page", oneRow("exercise 01", "solved"))
	x.press("q")
	x.see("the list", all(oneRow("✓ 01", "solved"), oneRow(solved(1)), oneRow("→ 02")))

	tool := exec.Command("go", "run", "./exercises")
	tool.Dir = dir
	out, err := tool.CombinedOutput()
	if said := string(out); err != nil || !strings.Contains(said, strings.Replace(solved(1), "solved", "pass", 1)) {
		t.Errorf("go run ./exercises says (%v)\n%s", err, said)
	}
	// And the other way: what the tool enters is here when the list is opened.
	if err := course.ProgressOf(dir).SaveAttempt("02-fifo", "", false, "never-drained", attempt(t, dir).At); err != nil {
		t.Fatal(err)
	}
	x.press("q")
	x.see("the course", oneRow("exercises", solved(1)))
	x.press("\t")
	x.see("what the tool entered", oneRow("✗ 02", "not passed"))
	x.press("q")
	x.see("the course", shows("a lab bench for file descriptors"))
	x.press("q")
	if status := x.finish(); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
}

// TestExerciseEditAndRebuild: an edit that does not compile, and one that does.
func TestExerciseEditAndRebuild(t *testing.T) {
	t.Parallel()
	dir := workbook(t)
	file := filepath.Join(dir, "exercises", twoPipes, "main.go")
	x := atExercise(t, options{clone: dir})
	edit(t, file, "open := len(pipes)", "open := nobody")
	x.press("P")
	x.see("file, line and objection beside the solution", all(
		shows("does not compile", "exercises/01-two-pipes/main.go:", "undefined: nobody", "build and run again"),
		oneRow("01 the solution", "ENDED")))
	edit(t, file, "open := nobody", "open := len(pipes)")
	x.press("r")
	x.see("both run", oneRow("01 mine", "GRADED", "01 the solution", "ENDED"))
	x.leaveExercise()
}

// TestExerciseBrokenOff: a program that hangs is left, by each way out, and
// nothing of its trial is left behind.
func TestExerciseBrokenOff(t *testing.T) {
	for name, out := range map[string]string{"q": "q", "Ctrl-C": "\x03", "SIGTERM": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := workbook(t)
			// It opens its FIFO, so that the trial goes on, and then hangs in a
			// way that the grader must be patient with.
			edit(t, filepath.Join(dir, "exercises", twoPipes, "main.go"), "open := len(pipes)", "for {\n}\n\topen := len(pipes)")
			x := atExercise(t, options{clone: dir})
			x.press(enter)
			x.see("the trial that goes on", all(oneRow("01 mine", "check 1 of 6", "LIVE"), shows("the trial goes on: 0 of 6")))
			x.press(left)
			x.see("the past of a trial that goes on", oneRow("01 mine", "PAST"))
			x.press(out)
			switch out {
			case "":
				x.cmd.Process.Signal(syscall.SIGTERM)
				x.finish()
				return
			case "q":
				x.see("the page", shows("exercise 01", "run mine"))
				x.await("the program's end", func() bool { return len(x.family()) == 1 })
				x.press("\x03")
			}
			if status := x.finish(); status != 0 {
				t.Errorf("exit status %d, want 0", status)
			}
			if a := attempt(t, dir); a.Tries != 0 {
				t.Errorf("a trial that was broken off counts: %+v", a)
			}
		})
	}
}

// TestExercisesByMouse: the line at home, a row of the list, the time panel.
func TestExercisesByMouse(t *testing.T) {
	t.Parallel()
	x := atHome(t, options{clone: workbook(t)})
	clickOn := func(s screen, words string) {
		for y, row := range s {
			if strings.Contains(row, words) {
				x.click(10, y)
				return
			}
		}
		t.Fatalf("no row %q in\n%v", words, s)
	}
	clickOn(x.see("the way to the exercises", oneRow("tab exercises", "solved")), "tab exercises")
	x.see("the list", oneRow("→ 01"))
	x.wheelDown()
	x.see("the next one's facts", shows("exercises/02-fifo/main.go"))
	clickOn(x.now(), "a select loop that serves")
	x.see("the page", shows("exercise 01", "run mine"))
	x.press("P")
	ended := x.see("both", oneRow("01 mine", "GRADED", "01 the solution", "ENDED"))
	for y, row := range ended {
		if strings.Contains(row, " time ─") {
			x.click(110, y+1)
		}
	}
	x.see("an earlier moment of both", func(s screen) bool { return strings.Contains(s[0], "PAST") })
	x.leaveExercise()
}

// TestExerciseInASCII: the screens of the exercises, where the terminal knows
// nothing else and no colour.
func TestExerciseInASCII(t *testing.T) {
	t.Parallel()
	x := atHome(t, options{clone: workbook(t), env: []string{"LANG=C", "NO_COLOR=1"}})
	x.see("the way to the exercises", oneRow("tab exercises", "solved"))
	x.press("\t")
	x.see("the list", oneRow("> 01", "not tried"))
	x.press(enter)
	x.see("the page", shows("exercise 01", "run mine"))
	x.press("P")
	x.see("both, with signs of ASCII", all(
		oneRow("01 mine", "GRADED", "01 the solution", "ENDED"),
		oneRow("> n b is heard", "y b is heard"), oneRow(". all is closed", "> y all is closed")))
	x.press(enter)
	x.see("the result", shows("as if", "(blocked)"))
	x.press(enter)
	x.see("the stage", oneRow("01 mine", "GRADED"))
	x.press("?")
	x.see("the help", shows("what is what", "REPLAY"))
	x.press("?")
	x.see("the stage", oneRow("01 mine", "GRADED"))
	x.leaveExercise()
	if i := bytes.IndexFunc(x.written(), func(r rune) bool { return r > 0x7e }); i >= 0 {
		raw := x.written()
		t.Errorf("not ASCII: %q", raw[max(i-20, 0):min(i+20, len(raw))])
	}
	for _, m := range sgr.FindAllSubmatch(x.written(), -1) {
		if isColour(string(m[1])) {
			t.Fatalf("%q sets a colour", m[0])
		}
	}
}
