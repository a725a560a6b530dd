package control

import (
	"testing"

	"fdlab/lab/trace"
)

func TestCallsOnOneFDAreHeldAtOnePlace(t *testing.T) {
	l := recorded()
	c := &Control{}
	c.Obey(HoldCall(BeforeRead, 7))
	c.Calls.Pass(AfterWrite, 7) // neither of them is held
	c.Calls.Pass(BeforeRead, 8)
	c.Gate.Pass("before wait")
	if n := l.count(trace.Hold, "before read"); n != 0 {
		t.Fatalf("held %d times too often", n)
	}
	passed := make(chan bool)
	go func() {
		c.Calls.Pass(BeforeRead, 7)
		close(passed)
	}()
	until(t, "the read of fd 7 is held", func() bool { return l.count(trace.Hold, "before read") == 1 })
	select {
	case <-passed:
		t.Fatal("it was let go")
	default:
	}
	c.Obey(HoldCall(AfterWrite, 7)) // at once: it has no time to notice that it may go
	<-passed
	c.Calls.Pass(BeforeRead, 7)
	c.Obey(Release)
	c.Calls.Pass(AfterWrite, 7)
}

func TestWhatCannotBeHeldIsNoted(t *testing.T) {
	for _, command := range []string{"hold before read", "hold before read x", "hold before lunch 7", "hold after write -1"} {
		l := recorded()
		c := &Control{}
		c.Obey(command)
		if l.count(trace.Note, `control: unknown command "`+command+`"`) != 1 || c.Gate.Closed() || c.Calls.held.Load() != nil {
			t.Errorf("%s: it was not refused, or there is no note of it", command)
		}
	}
}
