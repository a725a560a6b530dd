package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"fdlab/lab/course"
	"fdlab/lab/grade"
	"fdlab/lab/skip"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// seat is watch on a terminal, and what it has put out since the last press.
type seat struct {
	*testing.T
	cmd    *exec.Cmd
	master *os.File
	out    output
}

// sit starts watch on a terminal of 80x24.
func sit(t *testing.T, root string, env ...string) *seat {
	s := &seat{T: t}
	s.cmd = exec.Command(os.Args[0], "-C", root, "watch", "01")
	s.cmd.Env = append(append(os.Environ(), asItself+"=1", "TERM=xterm-256color", "LANG=C.UTF-8"), env...)
	var err error
	if s.master, err = pty.StartWithSize(s.cmd, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		skip.Missing(t, "no terminal to be had: %v", err)
	}
	go func() {
		buf := make([]byte, 1<<12)
		for {
			n, err := s.master.Read(buf)
			s.out.Write(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { s.cmd.Process.Kill(); s.master.Close() })
	return s
}

func (s *seat) await(parts ...string) {
	s.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		missing := ""
		for _, part := range parts {
			if !strings.Contains(s.out.String(), part) {
				missing = part
			}
		}
		if missing == "" {
			return
		}
		if time.Now().After(end) {
			s.Fatalf("%q never came:\n%q", missing, s.out.String())
		}
	}
}

// press forgets what was put out, and presses keys.
func (s *seat) press(keys string) {
	s.out.mu.Lock()
	s.out.b.Reset()
	s.out.mu.Unlock()
	s.master.WriteString(keys)
}

func (s *seat) leaves(status int) {
	s.Helper()
	s.cmd.Wait()
	if got := s.cmd.ProcessState.ExitCode(); got != status {
		s.Errorf("exit status %d, not %d", got, status)
	}
	s.await("\x1b[?1049l") // the terminal's own screen is back
}

func TestWatchOnATerminal(t *testing.T) {
	root := clone(t)
	program := func(slug string) string { return filepath.Join(root, "exercises", slug, "main.go") }
	s := sit(t, root)
	s.await("watch 01", "NOT PASSED", "(blocked)", "0 of ", "check", "quit")
	s.press("h")
	s.await("hint 1 of 3", "back")
	s.press("s")
	s.await("not passed yet")
	s.press("e\x1b") // what comes when it is not asked for any more is not shown
	s.await("NOT PASSED")
	// Whichever program is saved is the one that is tried.
	s.press("")
	put(t, program("02-fifo"), "package main\n\nfunc main() { strings.Fields() }\n")
	s.await("watch 02", "02 was saved", "does not compile", `import "strings"`)
	// What passes stays on the screen, with what there was to learn.
	s.press("")
	put(t, program("01-two-pipes"), get(t, filepath.Join(root, "solutions/01-two-pipes/main.go")))
	s.await("watch 01", "PASSED", "enter goes on", "must wait for two sources", "1 of ")
	s.press("\r")
	s.await("watch 02", "does not compile")
	s.press("r")
	s.await("r once more")
	s.press("r")
	s.await("the starter again", "NOT PASSED")
	s.press("l")
	s.await("a one-shot event", "not tried")
	s.press("q")
	s.leaves(fine)
	if attempts, err := course.ProgressOf(root).LoadAttempts(); err != nil || !attempts["01-two-pipes"].Solved || attempts["01-two-pipes"].Hints != 1 {
		t.Errorf("%v %+v", err, attempts)
	}
}

// TestCtrlCLeavesWatch, also while a program is tried: no folder of the trial stays.
func TestCtrlCLeavesWatch(t *testing.T) {
	temp := t.TempDir()
	s := sit(t, clone(t), "NO_COLOR=1", "TMPDIR="+temp)
	s.await("watch 01")
	s.press("\x03")
	s.leaves(brokenOff)
	if left, _ := filepath.Glob(filepath.Join(temp, "fdlab-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if strings.Contains(s.out.String(), "\x1b[38;5;") {
		t.Error("there are colours, in spite of NO_COLOR")
	}
}

// TestTheVerdictFitsTheScreen: what may be left out goes, and what says what was wrong stays.
func TestTheVerdictFitsTheScreen(t *testing.T) {
	r := &grade.Result{Exercise: "01-x", Outcome: grade.Failed, Feedback: &grade.Feedback{Check: "check 5", Expected: "it does",
		Saw: "it does not", Misconception: "blocked", Belief: "It will.", Truth: "It will not.", Lesson: "01-y", Section: "explain"}}
	for i := range 8 {
		c := grade.Check{Name: fmt.Sprintf("check %d", i+1), Outcome: grade.Passed}
		if i == 4 {
			c.Outcome = grade.Failed
		} else if i > 4 {
			c.Outcome = grade.NotReached
		}
		r.Checks = append(r.Checks, c)
		r.Printed = append(r.Printed, "printed")
	}
	for i := range 10 {
		r.Feedback.Records = append(r.Feedback.Records, fmt.Sprintf("record %d", i+1))
	}
	s := &screen{g: grid.New(80, 24), th: theme.New(grid.Plain, theme.Unknown, false), result: r}
	for rows := 60; rows >= 14; rows-- {
		text := s.verdict(rows)
		all := strings.Join(text, "\n")
		if len(text) > rows {
			t.Errorf("%d rows in a room of %d:\n%s", len(text), rows, all)
		}
		for _, part := range []string{"NOT PASSED", "check 5", "expected  it does", "seen      it does not", "record 10", "It will.", "It will not."} {
			if !strings.Contains(all, part) {
				t.Errorf("in a room of %d rows %q is missing:\n%s", rows, part, all)
			}
		}
		if whole := strings.Contains(all, "| printed") && strings.Contains(all, "check 8") && strings.Contains(all, "record 1\n"); whole != (rows >= 33) {
			t.Errorf("in a room of %d rows, all is there: %t\n%s", rows, whole, all)
		}
	}
}

// TestRecordsThatDecideComeBeforeEmptyRows: three of them, each with others around it, are shown where there is room for no more.
func TestRecordsThatDecideComeBeforeEmptyRows(t *testing.T) {
	r := &grade.Result{Exercise: "01-x", Outcome: grade.Failed, Checks: []grade.Check{{Name: "check 1", Outcome: grade.Failed}},
		Feedback: &grade.Feedback{Expected: "it does", Saw: "it does not", Misconception: "blocked", Belief: "It will.", Truth: "It will not."}}
	for i := range 10 {
		line := fmt.Sprintf("  record %d", i+1)
		if i%4 == 1 {
			line = grade.Mark + line
		}
		r.Feedback.Records = append(r.Feedback.Records, line)
	}
	s := &screen{g: grid.New(80, 24), th: theme.New(grid.Plain, theme.Unknown, false), result: r}
	for rows := 12; rows <= 30; rows++ {
		text := s.verdict(rows)
		if all := strings.Join(text, "\n"); len(text) > rows || strings.Count(all, grade.Mark) != 3 {
			t.Errorf("in a room of %d rows:\n%s", rows, all)
		}
	}
	if all := strings.Join(s.verdict(30), "\n"); !strings.Contains(all, "it does not\n\n") {
		t.Errorf("with room for all, no row stands between the parts:\n%s", all)
	}
}

// TestATextIsForReading, as the verdict is: its lines fit the screen, and on a wide one
// they are not as long as the screen.
func TestATextIsForReading(t *testing.T) {
	all, _ := course.ReadExercises("..")
	for columns, most := range map[int]int{200: lineLength, 60: 58, 20: 40} {
		s := &screen{t: &tool{root: "..", all: all, ctx: context.Background()}, g: grid.New(columns, 24), e: all[1]}
		for line := range strings.Lines(s.show("explain")().(shownMsg).text) {
			if n := grid.Width(strings.TrimRight(line, "\n")); n > most && !strings.Contains(line, "go run ") {
				t.Errorf("%d columns: a line of %d: %s", columns, n, line)
			}
		}
	}
}

// TestWhatComesLateIsNotShown: a key has asked for a text, and before it came a save
// has begun another trial.
func TestWhatComesLateIsNotShown(t *testing.T) {
	all, _ := course.ReadExercises("..")
	s := &screen{t: &tool{root: "..", all: all, ctx: context.Background()}, g: grid.New(80, 24),
		th: theme.New(grid.Plain, theme.Unknown, false), e: all[1], busy: &sync.Mutex{}}
	first := s.trial
	s.try()
	late := s.show("list")().(shownMsg)
	s.try()
	s.Update(late)
	s.Update(judgedMsg{trial: first + 1, result: &grade.Result{Outcome: grade.Passed}})
	if view := s.View(); !strings.Contains(view, "built and tried") {
		t.Errorf("another trial goes on, and it shows\n%s", view)
	}
}
