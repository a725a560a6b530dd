package world

import (
	"testing"

	"fdlab/lab/trace"
)

// TestALoopThatCallsNobodyWasToldAllTheSame: where a wait found as many fds ready as there
// are, it named each of them. Where it found fewer, nobody knows which.
func TestALoopThatCallsNobodyWasToldAllTheSame(t *testing.T) {
	for _, c := range []struct {
		found  int64
		gather bool
		told   bool
	}{{2, false, true}, {1, false, false}, {1, true, false}} {
		s := &script{thread: 100}
		s.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
		s.add(trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
		for _, fd := range []int32{5, 6} {
			s.add(trace.Open, fd, "socket", trace.Record{B: -1})
			s.add(trace.Add, fd, "echo", trace.Record{Base: 1, A: int64(trace.Readable), B: -1, C: int64(fd)})
			s.add(trace.Kernel, fd, "", trace.Record{A: int64(trace.Readable), B: 7})
		}
		s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 2, B: -1})
		s.add(trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: c.found})
		if c.gather {
			s.add(trace.Turns, trace.NoFD, "", trace.Record{Base: 1, A: 500})
		} else {
			s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 2, B: -1})
		}
		run := s.run()
		w := run.Live
		for _, fd := range []int32{5, 6} {
			if _, unseen := w.FDByNumber(fd).Unseen(); unseen == c.told {
				t.Errorf("found %d of 2 (gathered: %v): fd %d is unseen: %v", c.found, c.gather, fd, unseen)
			}
		}
		for i := range run.Timeline.Lanes {
			if l := &run.Timeline.Lanes[i]; l.FD >= 0 {
				if state, _ := l.span(l.n - 1).states(); (state == Unseen) == c.told {
					t.Errorf("found %d of 2 (gathered: %v): the lane of fd %d ends in state %d", c.found, c.gather, l.FD, state)
				}
			}
		}
		if w.Bases[0].Vain == 0 {
			t.Errorf("found %d: it called nobody, and that is not counted", c.found)
		}
	}
}
