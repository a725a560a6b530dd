package grade

import (
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// TestWhatTheKernelHadSaidBeforeIsNoEvidence: its answer may be written down when the program has gone on.
func TestWhatTheKernelHadSaidBeforeIsNoEvidence(t *testing.T) {
	at := func(kind trace.Kind, fd int32, time, asked int64) world.Entry {
		return world.Entry{Record: trace.Record{Kind: kind, FD: fd, Time: time, D: asked}}
	}
	for _, c := range []struct {
		name  string
		last  world.Entry
		stale bool
	}{
		{"asked after the read", at(trace.Kernel, 7, 30, 25), false},
		{"asked before the read", at(trace.Kernel, 7, 30, 15), true},
		{"the read was of another fd", at(trace.Kernel, 8, 30, 15), false},
		{"a call is never out of date", at(trace.CallEnd, 7, 30, 15), false},
	} {
		entries := []world.Entry{at(trace.Open, 7, 10, 0), at(trace.CallEnd, 7, 20, 0), c.last}
		if got := outOfDate(entries, len(entries)-1); got != c.stale {
			t.Errorf("%s: out of date is %v, want %v", c.name, got, c.stale)
		}
	}
}
