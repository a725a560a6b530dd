package diagnosis_test

import (
	"syscall"
	"testing"

	. "fdlab/lab/diagnosis"
	"fdlab/lab/trace"
)

// edge is the loop of a program that is not of the lab: it watches fd 3 edge-triggered, was told of
// 10 bytes, and has read 4.
func edge() *history {
	s := &history{}
	s.add(trace.ProcessOf, trace.NoFD, "server", trace.Record{A: 100})
	s.add(trace.Open, 3, "TCP socket", trace.Record{A: trace.NonBlocking})
	s.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1, B: 1})
	s.add(trace.Add, 3, "", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist | trace.EdgeTrig), B: -1, C: 1})
	s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	s.told(10)
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 4})
	return s
}

// told: bytes have come, and the loop is told.
func (s *history) told(bytes int64) {
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: bytes})
	s.add(trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
	s.add(trace.Ready, 3, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	s.add(trace.Handling, 3, "", trace.Record{Base: 1})
}

func (s *history) waits() {
	s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
}

// TestWhatLiesOnAnEdgeIsLeftBehind: the loop waits beside bytes of which it will not be told. It is
// none where it has read to the end, where it has not come to wait, or where other threads read.
func TestWhatLiesOnAnEdgeIsLeftBehind(t *testing.T) {
	const long = int64(600e6)
	left := trace.Record{A: int64(trace.Readable), B: 6}

	s := edge()
	s.add(trace.Kernel, 3, "", left)
	s.waits()
	if f := only(t, s, long, PartialDrain); f.Count != 6 || f.FD.Number != 3 || f.For < long {
		t.Errorf("%+v; want 6 bytes of fd 3", f)
	}
	none(t, s, int64(100e6))

	s = edge() // it computes: that is another warning
	s.add(trace.Kernel, 3, "", left)
	if found := warnings(s, long); found[PartialDrain].FD != nil {
		t.Errorf("before it waits: %+v", found)
	}

	s = edge() // and reads the rest
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 6})
	s.add(trace.CallEnd, 3, "read", trace.Record{A: -1, B: int64(syscall.EAGAIN)})
	s.waits()
	none(t, s, long)

	s = edge() // another thread reads on while the loop waits, as Go's goroutines do
	s.waits()
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 1})
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 5})
	none(t, s, long)
}

// TestWhatIsLeftAgainAndAgain is left behind, too, though more comes all the time.
func TestWhatIsLeftAgainAndAgain(t *testing.T) {
	for _, empty := range []bool{false, true} {
		s, bytes := edge(), int64(6)
		for range 4 {
			s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: bytes})
			s.waits()
			s.now += 100e6
			bytes += 6
			s.told(bytes)
			s.add(trace.CallEnd, 3, "read", trace.Record{A: 4})
			if bytes -= 4; empty {
				s.add(trace.CallEnd, 3, "read", trace.Record{A: bytes})
				s.add(trace.Kernel, 3, "", trace.Record{})
				bytes = 0
			}
		}
		found := warnings(s, 1e6)
		if got := found[PartialDrain].FD != nil; got == empty {
			t.Errorf("emptied each time %v: the warnings are %+v", empty, found)
		}
	}
}

// TestWhatIsNotClosedIsALeak: an fd whose end was read, after a while; and many that nobody uses,
// while there come more.
func TestWhatIsNotClosedIsALeak(t *testing.T) {
	const while = int64(11e9)
	s := edge()
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 6})
	s.add(trace.CallEnd, 3, "read", trace.Record{})
	s.add(trace.Del, 3, "", trace.Record{Base: 1, C: 1})
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable | trace.EndOfFile)})
	s.waits()
	none(t, s, int64(9e9))
	if f := only(t, s, while, Leak); f.FD == nil || f.FD.Number != 3 || f.For < int64(10e9) {
		t.Errorf("%+v; want fd 3, for 11 s", f)
	}
	s.add(trace.Close, 3, "", trace.Record{})
	none(t, s, while)

	for fd := range int32(40) {
		s.add(trace.Open, 10+fd, "TCP socket", trace.Record{})
	}
	if f := only(t, s, while, Leak); f.FD != nil || f.Count != 40 {
		t.Errorf("%+v; want 40 fds", f)
	}
	none(t, s, int64(120e9)) // no more have come: a pool
	for fd := range int32(40) {
		s.add(trace.Add, 10+fd, "", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: int64(10 + fd)})
	}
	none(t, s, while)
}

// TestALockIsNotUnseen: libuv keeps a byte in a pipe that no loop watches, for as long as it runs.
func TestALockIsNotUnseen(t *testing.T) {
	s := edge()
	s.add(trace.Open, 4, "pipe (read end)", trace.Record{})
	s.add(trace.Kernel, 4, "", trace.Record{A: int64(trace.Readable), B: 1})
	if f := LongestUnseen(s.world()); f != nil {
		t.Errorf("fd %d is called unseen", f.Number)
	}
	s.add(trace.Add, 4, "", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 2})
	if f := LongestUnseen(s.world()); f == nil || f.Number != 4 {
		t.Errorf("watched, it is not unseen: %+v", f)
	}
}

func none(t *testing.T, s *history, after int64) {
	t.Helper()
	if found := warnings(s, after); len(found) != 0 {
		t.Errorf("warnings %+v, want none", found)
	}
}
