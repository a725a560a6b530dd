package diagnosis_test

import (
	"testing"

	. "fdlab/lab/diagnosis"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// TestAThreadLeftBehindIsNobodyWhoCouldLook: a goroutine made a call on one thread, and
// is blocked on another now. The first one sleeps, or the Go runtime uses it for itself.
func TestAThreadLeftBehindIsNobodyWhoCouldLook(t *testing.T) {
	s := &history{}
	on := func(thread uint32) { s.records[len(s.records)-1].Thread = thread }
	all := func(*world.Thread) bool { return true }
	alone := func(want bool, why string) {
		t.Helper()
		found, frame := OnlyBlocked(s.world(), all)
		if got := found != nil && found.ID == 8 && frame.FD == 3; got != want {
			t.Errorf("%s: thread 8 is blocked and nobody else could look: %v, want %v", why, got, want)
		}
	}
	s.add(trace.Open, 3, "pipe", trace.Record{})
	on(7)
	s.add(trace.CallBegin, 3, "read", trace.Record{})
	on(8)
	alone(false, "thread 7 has just made a record")
	s.add(trace.Sleep, trace.NoFD, "", trace.Record{A: 7, B: 1})
	on(7)
	alone(true, "thread 7 sleeps")
	s.add(trace.Sleep, trace.NoFD, "", trace.Record{A: 7})
	on(7)
	alone(false, "thread 7 runs again")
	s.now += 200e6
	s.add(trace.Kernel, 3, "", trace.Record{})
	on(8)
	alone(true, "thread 7 has made no record for 200 ms")
}
