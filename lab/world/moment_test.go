package world

import (
	"testing"

	"fdlab/lab/trace"
)

// TestWhatMattersAtAMoment: the fds that it names, the loops that watch them,
// and the threads that run those or are blocked on them.
func TestWhatMattersAtAMoment(t *testing.T) {
	s := blockedOnA()
	s.thread = 101
	s.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
	s.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 2})
	s.add(trace.Add, 5, "", trace.Record{Base: 2, A: int64(trace.Readable), C: 1})
	s.add(trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 2, B: 1})
	s.thread = 102
	s.add(trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
	s.add(trace.Moment, 3, "nobody looks", trace.Record{A: trace.NoFD, B: trace.NoFD, C: trace.NoFD})
	s.add(trace.Moment, 5, "the loop looks", trace.Record{A: 6, B: trace.NoFD, C: trace.NoFD})
	w := s.run().Live

	if len(w.Moments) != 2 || w.Moments[0].Key != "nobody looks" || w.Moments[1].At != s.now {
		t.Fatalf("the moments are %+v", w.Moments)
	}
	blocked, loop := &w.Moments[0], &w.Moments[1]
	for _, c := range []struct {
		what          string
		blocked, loop bool // whether it matters at the two moments
		b, l          bool
	}{
		{"fd 3", true, false, blocked.About(3), loop.About(3)},
		{"fd 5", false, true, blocked.About(5), loop.About(5)},
		{"fd 6", false, true, blocked.About(6), loop.About(6)},
		{"no fd", false, false, blocked.About(trace.NoFD), loop.About(trace.NoFD)},
		{"base 1", false, false, blocked.OfBase(w, 1), loop.OfBase(w, 1)},
		{"base 2", false, true, blocked.OfBase(w, 2), loop.OfBase(w, 2)},
		{"the reader", true, false, blocked.OfThread(w, w.ThreadByID(100)), loop.OfThread(w, w.ThreadByID(100))},
		{"base 2's thread", false, true, blocked.OfThread(w, w.ThreadByID(101)), loop.OfThread(w, w.ThreadByID(101))},
		{"base 1's thread", false, false, blocked.OfThread(w, w.ThreadByID(102)), loop.OfThread(w, w.ThreadByID(102))},
	} {
		if c.b != c.blocked || c.l != c.loop {
			t.Errorf("%s matters: %v and %v, want %v and %v", c.what, c.b, c.l, c.blocked, c.loop)
		}
	}

	// A person steps to it, and a clone has it.
	run := s.run()
	if at, ok := run.Previous(s.now + 1); !ok || at != s.now {
		t.Errorf("the last step is at %d, want %d", at, s.now)
	}
	if n := len(run.At(s.now - 1).Moments); n != 1 {
		t.Errorf("before the second moment there are %d", n)
	}
}
