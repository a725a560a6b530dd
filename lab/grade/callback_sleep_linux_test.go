package grade

import (
	"os/exec"
	"testing"
	"time"

	"fdlab/lab/skip"
)

// TestSleepIsMeasuredHoweverRarelyOneLooks: on a busy machine the grader looks
// seldom, and a second of sleep in a callback once passed for it.
func TestSleepIsMeasuredHoweverRarelyOneLooks(t *testing.T) {
	if busy(1) == nil {
		skip.Missing(t, "this kernel does not count how long threads wait for a processor")
	}
	for _, c := range []struct {
		script      string
		least, most time.Duration // of a whole second
	}{
		{"exec sleep 60", 900 * time.Millisecond, 2 * time.Second},
		{"while :; do :; done", 0, 50 * time.Millisecond},
	} {
		cmd := exec.Command("sh", "-c", c.script)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer cmd.Wait()
		defer cmd.Process.Kill()
		var i idleness
		if first := i.look(cmd.Process.Pid); first != 0 {
			t.Errorf("%s: the first look vouches for %v", c.script, first)
		}
		began := i.looked
		var idle time.Duration
		for range 2 { // two looks, half a second apart
			time.Sleep(500 * time.Millisecond)
			idle += i.look(cmd.Process.Pid)
		}
		if lasted := i.looked.Sub(began); idle < c.least || idle > c.most && idle > lasted/20 {
			t.Errorf("%s: idle for %v of %v", c.script, idle, lasted)
		}
	}
}
