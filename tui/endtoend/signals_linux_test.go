package endtoend

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// TestSignals ends the instrument from outside, while an experiment runs.
func TestSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			x := onStage(t, options{})
			x.see("the first step", oneRow("step 1 of 3"))
			x.cmd.Process.Signal(sig)
			x.finish()
		})
	}
	// A stubborn experiment must not outlive the instrument either.
	t.Run("stubborn", func(t *testing.T) {
		t.Parallel()
		dir := clone(t)
		program(t, dir, stubborn)
		x := onStage(t, options{clone: dir})
		x.see("that it runs", shows("The program runs"))
		x.cmd.Process.Signal(syscall.SIGTERM)
		x.finish()
	})
}

// TestClosedWindow: the terminal itself goes away.
func TestClosedWindow(t *testing.T) {
	t.Parallel()
	x := onStage(t, options{})
	x.see("the first step", oneRow("step 1 of 3"))
	x.slave.Close()
	x.master.Close()
	x.finished = true
	x.wait()
	x.nothingLeft()
}

// TestKill: nobody can clean up after SIGKILL, so nothing may need it. Only
// the terminal stays as it was.
func TestKill(t *testing.T) {
	t.Parallel()
	x := onStage(t, options{})
	x.see("the first step", oneRow("step 1 of 3"))
	x.cmd.Process.Kill()
	x.wait()
	// A lesson that compiles C just then is killed, too. Its folder goes at the next
	// start: see "SIGKILL and the next start" of the fault table.
	x.await("all processes to end", func() bool { return len(x.family()) == 0 })
	folders, _ := filepath.Glob(filepath.Join(x.temp, "fdlab-run-*"))
	for _, folder := range folders {
		os.RemoveAll(folder)
	}
	x.nothingLeft()
}

// TestControlC leaves from anywhere.
func TestControlC(t *testing.T) {
	t.Parallel()
	x := onStage(t, options{})
	x.see("the first step", oneRow("step 1 of 3"))
	x.press("\x03")
	if status := x.finish(); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
}

// TestLeaveWhileBuilding: the build is broken off, and leaves nothing.
func TestLeaveWhileBuilding(t *testing.T) {
	for _, key := range []string{"q", "\x03"} {
		t.Run(strconv.Quote(key), func(t *testing.T) {
			t.Parallel()
			// -a compiles all packages, Go's own too: it takes its time.
			x := onStage(t, options{env: []string{"GOFLAGS=-a"}})
			x.see("the build", shows("go build ./"+lesson))
			x.await("the go command", func() bool { return len(x.family()) > 2 })
			x.press(key)
			if key == "q" {
				x.see("the lesson", shows("Predict", "Recall"))
				x.await("the build's end", func() bool { return len(x.family()) == 1 })
				x.press("q")
				x.see("the course", shows("a lab bench for file descriptors"))
				x.press("q")
			}
			if status := x.finish(); status != 0 {
				t.Errorf("exit status %d, want 0", status)
			}
		})
	}
}
