package grade

import (
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// TestCallbacksOfSignalsAreKept, and those of posted functions and timers, however long
// the trace is: an exam may wait for one after a server with a small buffer has read
// all day.
func TestCallbacksOfSignalsAreKept(t *testing.T) {
	e := &Examiner{world: world.New(nil), entries: make([]world.Entry, keep, keep+8)}
	e.apply(&trace.Record{Kind: trace.BaseNew, Thread: 1, Base: 1})
	for _, c := range []struct {
		name string
		fd   int32 // or the signal's number
		why  trace.Readiness
		kept int
	}{
		{"an fd's", 7, trace.Readable, 0},
		{"a signal's", 2, trace.Signal, 2},
		{"a timer's", trace.NoFD, trace.Timeout, 2},
		{"a posted function's", trace.NoFD, 0, 2},
	} {
		before := len(e.entries)
		e.apply(&trace.Record{Kind: trace.CallbackBegin, Thread: 1, Base: 1, FD: c.fd, A: int64(c.why)})
		e.apply(&trace.Record{Kind: trace.CallbackEnd, Thread: 1, Base: 1, FD: c.fd})
		if kept := len(e.entries) - before; kept != c.kept {
			t.Errorf("%s callback: %d of its records are kept, want %d", c.name, kept, c.kept)
		}
	}
}
