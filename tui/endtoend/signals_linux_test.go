package endtoend

import (
	"strconv"
	"syscall"
	"testing"
)

// TestAStubbornProgramEndsWithTheInstrument: what else a signal does is told by the
// rows of the fault table.
func TestAStubbornProgramEndsWithTheInstrument(t *testing.T) {
	t.Parallel()
	dir := clone(t)
	program(t, dir, stubborn)
	x := onStage(t, options{clone: dir})
	x.see("that it runs", shows("The program runs"))
	x.cmd.Process.Signal(syscall.SIGTERM)
	x.finish()
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
