package world

import (
	"slices"
	"syscall"
	"testing"

	"fdlab/lab/trace"
)

// TestEveryKindHasItsUse: a new kind of record must be thought of here: what it
// changes, whether the feed says it, whether a person steps to it.
func TestEveryKindHasItsUse(t *testing.T) {
	for k := trace.None; int(k) < trace.Kinds; k++ {
		if uses[k] == 0 {
			t.Errorf("the kind %q has no row in uses", k)
		}
		if k == trace.None {
			continue
		}
		w := New(&script{})
		w.Apply(&trace.Record{Kind: k, FD: 3, Base: 1})
		if w.Unknown != 0 {
			t.Errorf("World.Apply does not name the kind %q", k)
		}
	}
}

// TestAnUnknownKindIsCounted, and does no harm: the trace may be newer than the
// instrument.
func TestAnUnknownKindIsCounted(t *testing.T) {
	run := NewRun(&script{})
	run.Apply([]trace.Record{{Kind: trace.Kind(trace.Kinds), FD: 3}})
	if run.Live.Unknown != 1 || len(run.Live.Feed.Lines) != 0 {
		t.Errorf("%d unknown records, feed %v; want one, and nothing said", run.Live.Unknown, run.Live.Feed.Lines)
	}
	if _, ok := run.Next(-1); ok {
		t.Error("a person steps to a record that nobody knows")
	}
}

// TestEachRecordKnowsItsCallback: whoever judges a record need not keep account of
// the callbacks.
func TestEachRecordKnowsItsCallback(t *testing.T) {
	s := looping()
	turn(s)
	s.add(trace.CallbackBegin, 15, "", trace.Record{Base: 1, A: int64(trace.Signal), C: 2})
	s.add(trace.CallEnd, 4, "write", trace.Record{A: 1})
	s.add(trace.CallbackEnd, 15, "", trace.Record{Base: 1, C: 2})
	s.add(trace.CallEnd, 4, "write", trace.Record{A: 1})
	w := New(s)
	var got []int64
	for i := range s.records {
		w.Apply(&s.records[i])
		e := w.Entry(&s.records[i])
		got = append(got, e.Inside.Number)
		if e.Inside.Number == 1 && (e.Inside.FD != 3 || e.Inside.Why != trace.Readable || e.On != "a" && e.On != "pipe (read end)") {
			t.Errorf("%v is inside %+v, want the callback of fd 3", e.Kind, e.Inside)
		}
		if e.Inside.Number == 2 && (e.Inside.FD != trace.NoFD || e.Inside.Name != "SIGTERM" || e.Inside.Posted()) {
			t.Errorf("%v is inside %+v, want the callback of a signal", e.Kind, e.Inside)
		}
	}
	want := []int64{0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 0}
	if !slices.Equal(got, want) {
		t.Errorf("the callbacks are %v, want %v", got, want)
	}
}

func TestClosedFDsAreKeptForAJudge(t *testing.T) {
	s := &script{}
	w := New(s)
	w.KeepClosed = true
	for range 3 * keepClosed {
		w.Apply(&trace.Record{Kind: trace.Open, FD: 3, Time: 1})
		w.Apply(&trace.Record{Kind: trace.Close, FD: 3, Time: 2})
	}
	w.Apply(&trace.Record{Kind: trace.Close, FD: 3, A: int64(syscall.EBADF), Time: 3})
	if len(w.FDs) != 3*keepClosed || w.ClosedTwice == "" {
		t.Errorf("%d fds, closed twice: %q; want %d and one", len(w.FDs), w.ClosedTwice, 3*keepClosed)
	}
}
