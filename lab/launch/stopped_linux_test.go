package launch

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestAStoppedProgramIsKnown(t *testing.T) {
	r := start(t, "plain", Options{Args: []string{"stay"}})
	saysReady(t, r)
	for range 2 {
		if s := r.Stopped(); s != "" {
			t.Fatalf("it runs, and is said to be stopped by %q", s)
		}
		unix.Kill(r.Pid(), unix.SIGSTOP)
		within(t, "the stop", func() bool { return r.Stopped() != "" })
		if s := r.Stopped(); s != "SIGSTOP" { // it can be asked again
			t.Errorf("it is said to be stopped by %q", s)
		}
		unix.Kill(r.Pid(), unix.SIGCONT)
		within(t, "it goes on", func() bool { return r.Stopped() == "" })
	}
	r.Kill()
	<-r.Done()
	if s := r.Stopped(); s != "" {
		t.Errorf("it has ended, and is said to be stopped by %q", s)
	}
}
