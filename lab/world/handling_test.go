package world

import (
	"syscall"
	"testing"

	"fdlab/lab/trace"
)

// foreign is a loop of a program that is not of the lab: fd 3 is watched by base 1.
func foreign() *script {
	s := &script{}
	s.add(trace.Open, 3, "TCP socket", trace.Record{B: trace.NoFD})
	s.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1, A: 1, B: 1})
	s.add(trace.Add, 3, "", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 1})
	return s
}

// named is a wait that names fd 3.
func (s *script) named() {
	s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	s.add(trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
	s.add(trace.Ready, 3, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
}

// TestEveryCallThatReadsTakes: a program that takes what came, by whatever call, does not
// spin.
func TestEveryCallThatReadsTakes(t *testing.T) {
	for _, call := range []string{"read", "readv", "recvfrom", "recvmsg", "recvmmsg", "accept", "accept4", "splice"} {
		s := foreign()
		for range 30 {
			s.named()
			s.add(trace.Handling, 3, "read_cb", trace.Record{Base: 1})
			s.add(trace.CallEnd, 3, call, trace.Record{A: 5})
		}
		w := New(s)
		for i := range s.records {
			w.Apply(&s.records[i])
		}
		f := w.FDByNumber(3)
		if f.Untaken.Most > 1 || f.Reads != 30 || f.Handled != 30 || f.HandledIn != "read_cb" {
			t.Errorf("%s: untaken %d, reads %d, handled %d in %q; want at most 1, 30, 30, read_cb", call, f.Untaken.Most, f.Reads, f.Handled, f.HandledIn)
		}
		if b := w.Bases[0]; b.Vain != 0 || b.Phase != Handling {
			t.Errorf("%s: %d vain turns, phase %d; want none, Handling: a foreign loop's callbacks cannot be seen", call, b.Vain, b.Phase)
		}
	}
}

// TestAForeignSpin: what a wait names again and again, while nothing is taken, counts,
// unless the event is edge-triggered or another thread was quicker.
func TestAForeignSpin(t *testing.T) {
	untaken := func(s *script) int64 {
		w := New(s)
		for i := range s.records {
			w.Apply(&s.records[i])
		}
		return w.FDByNumber(3).Untaken.Now
	}
	s := foreign()
	for range 30 {
		s.named()
	}
	if n := untaken(s); n != 30 {
		t.Errorf("30 waits name an fd that nobody reads: %d untaken", n)
	}
	s.add(trace.Handling, 3, "", trace.Record{Base: 1})
	s.add(trace.CallEnd, 3, "accept", trace.Record{A: -1, B: int64(syscall.EAGAIN)})
	if n := untaken(s); n != 0 {
		t.Errorf("it has tried, and another was quicker: %d untaken, want 0", n)
	}
	s = foreign()
	s.add(trace.Add, 3, "", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist | trace.EdgeTrig), B: -1, C: 1})
	for range 30 {
		s.named()
	}
	if n := untaken(s); n != 0 {
		t.Errorf("an edge-triggered event: %d untaken, want 0", n)
	}
}

// TestHandlingEndsWithTheNextWait, or with the next fd: nobody says so.
func TestHandlingEndsWithTheNextWait(t *testing.T) {
	s := foreign()
	s.add(trace.Open, 4, "TCP socket", trace.Record{B: trace.NoFD})
	s.named()
	s.add(trace.Handling, 3, "a", trace.Record{Base: 1})
	s.add(trace.Handling, 4, "b", trace.Record{Base: 1})
	w := New(s)
	for i := range s.records {
		w.Apply(&s.records[i])
	}
	if a, b := w.FDByNumber(3), w.FDByNumber(4); a.InHandling != 0 || b.InHandling != 1 {
		t.Errorf("in handling: %d and %d threads, want 0 and 1", a.InHandling, b.InHandling)
	}
	s.add(trace.Hold, trace.NoFD, "before wait", trace.Record{})
	w.Apply(&s.records[len(s.records)-1])
	if b := w.FDByNumber(4); b.InHandling != 0 {
		t.Errorf("a thread that is held before its wait still handles fd 4")
	}
	s.add(trace.Release, trace.NoFD, "before wait", trace.Record{})
	w.Apply(&s.records[len(s.records)-1])
	s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	w.Apply(&s.records[len(s.records)-1])
	if b := w.FDByNumber(4); b.InHandling != 0 || w.Bases[0].Phase != Waiting {
		t.Errorf("after the wait has begun, %d threads handle it, phase %d", b.InHandling, w.Bases[0].Phase)
	}
}

// TestALaneIsHandledNoLonger than its fd: what ends the handling is a record of another.
func TestALaneIsHandledNoLonger(t *testing.T) {
	s := foreign()
	s.named()
	s.add(trace.Handling, 3, "a", trace.Record{Base: 1})
	handled := s.now
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 1})
	s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	run := s.run()
	for i := range run.Timeline.Lanes {
		l := &run.Timeline.Lanes[i]
		during := l.Piece(handled, handled+1).States
		after := l.Piece(s.now+5e6, s.now+6e6).States
		if during&Handled == 0 || after&Handled != 0 || after == 0 {
			t.Errorf("lane of thread %d, fd %d: %b while it is handled, %b afterwards", l.Thread, l.FD, during, after)
		}
	}
}
