package world

import (
	"testing"

	"fdlab/lab/trace"
)

// turns adds turns of the loop whose callbacks make a call with a result, each turn
// so many ns long.
func turns(s *script, n int, each, result int64) {
	for range n {
		from := s.now
		s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
		s.add(trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
		callback(s, func() { s.add(trace.CallEnd, 3, "read", trace.Record{A: result}) })
		for i := range s.records[len(s.records)-6:] {
			s.records[len(s.records)-6+i].Time = from + int64(i)*each/6
		}
		s.now = from + each
	}
	s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	s.now -= 1e6
	s.records[len(s.records)-1].Time = s.now
}

// gathered adds a record for equal turns of which nobody else speaks.
func gathered(s *script, n int64, fd int32, event int64) {
	s.add(trace.Turns, fd, "", trace.Record{Base: 1, A: n, C: event})
}

// TestALoopThatSpins: its turns are alike, take nothing, and are very many.
func TestALoopThatSpins(t *testing.T) {
	const end, some = 0, 7
	for name, c := range map[string]struct {
		play func(s *script)
		rate int64 // 0: it does not spin
	}{
		"it reads the end of file again and again": {func(s *script) { turns(s, 3000, 10e3, end) }, 100_000},
		"its turns are gathered": {func(s *script) {
			turns(s, 1100, 1000, end)
			for range 50 {
				gathered(s, 1000, 3, 1)
			}
		}, 1_000_000},
		"it calls nobody": {func(s *script) {
			for range 50 {
				gathered(s, 1000, trace.NoFD, 0)
			}
		}, 1_000_000},
		"a busy server":   {func(s *script) { turns(s, 3000, 10e3, some) }, 0},
		"a quick timer":   {func(s *script) { turns(s, 3000, 1e6, end) }, 0},
		"a few turns":     {func(s *script) { turns(s, 100, 1000, end) }, 0},
		"it took at last": {func(s *script) { turns(s, 3000, 10e3, end); turns(s, 1, 10e3, some) }, 0},
		"it sleeps now": {func(s *script) {
			turns(s, 3000, 10e3, end)
			s.now += 200e6
			s.add(trace.Note, trace.NoFD, "", trace.Record{})
		}, 0},
		"it is held": {func(s *script) {
			turns(s, 3000, 10e3, end)
			s.add(trace.Hold, trace.NoFD, "before wait", trace.Record{})
			s.add(trace.Release, trace.NoFD, "before wait", trace.Record{})
			turns(s, 1, 10e3, end)
		}, 0},
		"it has returned": {func(s *script) {
			turns(s, 3000, 10e3, end)
			s.add(trace.LoopEnd, trace.NoFD, "", trace.Record{Base: 1})
		}, 0},
	} {
		s := looping()
		c.play(s)
		w := s.run().Live
		spin, ok := w.BaseByNumber(1).Spins(s.now)
		if ok != (c.rate > 0) || ok && (spin.PerSecond < c.rate*9/10 || spin.PerSecond > c.rate*11/10) {
			t.Errorf("%s: spins %t, %+v; want %d turns a second", name, ok, spin, c.rate)
		}
	}
}

// TestTheLaneOfALoopThatSpins says so, and ends when the loop is heard no more: its last
// record is that it waits.
func TestTheLaneOfALoopThatSpins(t *testing.T) {
	s := looping()
	turns(s, 3000, 10e3, 0)
	lane := laneOf(s.run(), 100)
	for after, want := range map[int64]States{-10e6: Spins, 0: Spins, spinRest + 1: Await, 1e9: Await} {
		if got := lane.At(s.now + after).State; got != want {
			t.Errorf("%d ms after the last record: state %b, want %b", after/1e6, got, want)
		}
	}
	s.now += 1e9
	s.add(trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
	lane = laneOf(s.run(), 100)
	if p := lane.Piece(s.now-800e6, s.now-100e6); p.States != Await {
		t.Errorf("it waited: states %b", p.States)
	}
}

func laneOf(run *Run, thread uint32) *Lane {
	for i := range run.Timeline.Lanes {
		if l := &run.Timeline.Lanes[i]; l.Thread == thread {
			return l
		}
	}
	return nil
}
