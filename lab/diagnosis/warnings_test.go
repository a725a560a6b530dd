package diagnosis_test

import (
	"testing"

	. "fdlab/lab/diagnosis"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// history is records made by hand: what a diagnosis rests on is a world, and the
// same records always make the same one.
type history struct {
	records []trace.Record
	strings []string
	now     int64
}

func (s *history) String(id uint32) string { return s.strings[id-1] }

// add appends a record 1 ms after the last one.
func (s *history) add(kind trace.Kind, fd int32, text string, r trace.Record) {
	s.now += 1e6
	r.Kind, r.FD, r.Time, r.Seq, r.Thread = kind, fd, s.now, uint64(len(s.records)+1), 100
	if text != "" {
		s.strings = append(s.strings, text)
		r.Str = uint32(len(s.strings))
	}
	s.records = append(s.records, r)
}

func (s *history) world() *world.World {
	w := world.New(s)
	for i := range s.records {
		w.Apply(&s.records[i])
	}
	return w
}

// looping is a loop on thread 100 that watches fd 3.
func looping() *history {
	s := &history{}
	s.add(trace.Open, 3, "pipe (read end)", trace.Record{B: 4})
	s.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
	s.add(trace.Add, 3, "a", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 1})
	s.add(trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
	return s
}

// warnings returns the kinds that speak up after the records of s and some time.
func warnings(s *history, after int64) map[Kind]Finding {
	found := map[Kind]Finding{}
	for _, f := range Warnings(nil, s.world(), s.now+after) {
		found[f.Kind] = f
	}
	return found
}

func only(t *testing.T, s *history, after int64, want Kind) Finding {
	t.Helper()
	found := warnings(s, after)
	if len(found) != 1 || found[want].Kind != want {
		t.Fatalf("warnings %+v, want only %d", found, want)
	}
	return found[want]
}

func TestAQuietLoopHasNoWarning(t *testing.T) {
	s := looping()
	for range 50 {
		callback(s, func() { s.add(trace.CallEnd, 3, "read", trace.Record{A: 3}) })
		s.add(trace.Kernel, 3, "", trace.Record{})
	}
	if found := warnings(s, 5e9); len(found) != 0 {
		t.Errorf("warnings %+v, want none", found)
	}
}

// callback is a turn of the loop whose callback does what body records.
func callback(s *history, body func()) {
	s.add(trace.Ready, 3, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	s.add(trace.CallbackBegin, 3, "a", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	body()
	s.add(trace.CallbackEnd, 3, "", trace.Record{Base: 1, C: 1})
}

func TestSpin(t *testing.T) {
	s := looping()
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 7})
	for range 19 {
		callback(s, func() {})
	}
	if l := only(t, s, 0, Spin); l.FD.Number != 3 || l.Count != 19 {
		t.Errorf("%+v, want 19 callbacks of fd 3", l)
	}
	callback(s, func() { s.add(trace.CallEnd, 3, "read", trace.Record{A: 7}) })
	s.add(trace.Kernel, 3, "", trace.Record{})
	if found := warnings(s, 0); len(found) != 0 {
		t.Errorf("after the read: %+v, want none", found)
	}
}

// TestAnEndOfFileReadAgainAndAgainIsASpin: the first end of file is news, the
// others are not.
func TestAnEndOfFileReadAgainAndAgainIsASpin(t *testing.T) {
	s := looping()
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable | trace.EndOfFile)})
	end := func() { s.add(trace.CallEnd, 3, "read", trace.Record{A: 0}) }
	for range Often - 1 {
		callback(s, end)
	}
	if found := warnings(s, 0); len(found) != 0 {
		t.Errorf("after %d callbacks: %+v, want none yet", Often-1, found)
	}
	callback(s, end)
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 0}) // stands for all of those turns' reads
	s.add(trace.Turns, 3, "", trace.Record{Base: 1, A: 900, C: 1})
	if l := only(t, s, 0, Spin); l.FD.Number != 3 || l.Count != Often-1+900 {
		t.Errorf("%+v, want %d callbacks of fd 3", l, Often-1+900)
	}
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 7}) // a writer has come back
	callback(s, func() { s.add(trace.CallEnd, 3, "read", trace.Record{A: 7}) })
	s.add(trace.Kernel, 3, "", trace.Record{})
	if found := warnings(s, 0); len(found) != 0 {
		t.Errorf("after bytes were read: %+v, want none", found)
	}
}

// TestGatheredTurnsCount: a spinning loop's turns come as one record, and the
// reads between them, if there are any, have records of their own.
func TestGatheredTurnsCount(t *testing.T) {
	s := looping()
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 7})
	s.add(trace.Turns, 3, "", trace.Record{Base: 1, A: 900, C: 1})
	s.add(trace.Turns, 3, "", trace.Record{Base: 1, A: 900, C: 1})
	if l := only(t, s, 0, Spin); l.Count != 1800 {
		t.Errorf("%+v, want 1800 callbacks", l)
	}
	w := s.world()
	if b := w.BaseByNumber(1); b.Turns != 1800 || b.Callbacks != 1800 || w.FDByNumber(3).Callbacks != 1800 {
		t.Errorf("turns %d, callbacks %d and %d, want 1800", b.Turns, b.Callbacks, w.FDByNumber(3).Callbacks)
	}
	for range 3 {
		s.add(trace.CallEnd, 3, "read", trace.Record{A: 1})
		s.add(trace.Turns, 3, "", trace.Record{Base: 1, A: 900, C: 1})
	}
	if found := warnings(s, 0); len(found) != 0 {
		t.Errorf("callbacks that read are called a spin: %+v", found)
	}
}

// TestRefusedCallsTakeNothing: an accept that fails for want of an fd.
func TestRefusedCallsTakeNothing(t *testing.T) {
	s := looping()
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable)})
	for range 20 {
		callback(s, func() { s.add(trace.CallEnd, 3, "accept", trace.Record{A: -1, B: 24}) })
	}
	s.add(trace.CallEnd, 3, "accept", trace.Record{A: -1, B: 24, C: 900})
	s.add(trace.Turns, 3, "", trace.Record{Base: 1, A: 900, C: 1})
	if l := only(t, s, 0, Spin); l.Count != 920 {
		t.Errorf("%+v, want 920 callbacks", l)
	}
}

// TestATimeoutIsNoSpin: a callback that is called because the time is over has
// nothing to take.
func TestATimeoutIsNoSpin(t *testing.T) {
	s := looping()
	for range 2 * Often {
		s.add(trace.CallbackBegin, 3, "a", trace.Record{Base: 1, A: int64(trace.Timeout), C: 1})
		s.add(trace.CallbackEnd, 3, "", trace.Record{Base: 1, C: 1})
	}
	if found := warnings(s, 0); len(found) != 0 {
		t.Errorf("warnings %+v, want none", found)
	}
}

// TestMadeActiveByHandIsNoSpin: an event may be called again for the rest of some work. No kernel
// has said that its fd is ready, so nobody need take anything from it.
func TestMadeActiveByHandIsNoSpin(t *testing.T) {
	s := looping()
	s.add(trace.Ready, 3, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	for range 2 * Often {
		s.add(trace.CallbackBegin, 3, "a", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
		s.add(trace.CallEnd, 3, "read", trace.Record{A: -1, B: 11})
		s.add(trace.CallbackEnd, 3, "", trace.Record{Base: 1, C: 1})
	}
	s.add(trace.Calls, 3, "a", trace.Record{Base: 1, A: 100, C: 1})
	if f := s.world().FDByNumber(3); f.Untaken.Most > 1 {
		t.Errorf("%d callbacks are called vain, and the loop was told of one", f.Untaken.Most)
	}
}

// TestWritingTakesTheRoom: a callback for writing that writes is no spin, and one
// that does not is.
func TestWritingTakesTheRoom(t *testing.T) {
	s := looping()
	writable := func(body func()) {
		s.add(trace.Ready, 3, "", trace.Record{Base: 1, A: int64(trace.Writable), C: 2})
		s.add(trace.CallbackBegin, 3, "a", trace.Record{Base: 1, A: int64(trace.Writable), C: 2})
		body()
		s.add(trace.CallbackEnd, 3, "", trace.Record{Base: 1, C: 2})
	}
	for range 2 * Often {
		writable(func() { s.add(trace.CallEnd, 3, "write", trace.Record{A: 3}) })
	}
	if found := warnings(s, 0); len(found) != 0 {
		t.Errorf("warnings %+v, want none", found)
	}
	for range Often {
		writable(func() {})
	}
	if l := only(t, s, 0, Spin); l.Cause != RoomNotUsed || l.Count != Often {
		t.Errorf("%+v, want %d callbacks that do not use the room", l, Often)
	}
	s.add(trace.CallbackBegin, 3, "a", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 0})
	if l, ok := Spins(s.world().FDByNumber(3), Ever); !ok || l.Cause != RoomNotUsed || l.Count != Often {
		t.Errorf("%+v after a callback for reading; want the %d before it for writing", l, Often)
	}
}

func TestALoopThatCallsNobodySpins(t *testing.T) {
	s := looping()
	for range 2000 {
		s.add(trace.WaitBegin, trace.NoFD, "poll", trace.Record{Base: 1, A: 1, B: -1})
		s.add(trace.WaitEnd, trace.NoFD, "poll", trace.Record{Base: 1, A: 1})
	}
	if l := only(t, s, 0, Spin); l.Base.Number != 1 || l.Count != 2000 {
		t.Errorf("%+v, want 2000 turns of base 1", l)
	}
}

func TestABusyLoopSpinsToo(t *testing.T) {
	s := &history{}
	s.add(trace.Open, 3, "pipe", trace.Record{})
	s.add(trace.CallEnd, 3, "read", trace.Record{A: -1, B: 11, C: 5000})
	if l := only(t, s, 0, Spin); l.Count != 5000 {
		t.Errorf("%+v, want 5000 reads", l)
	}
}

func TestStarveAndLongCallback(t *testing.T) {
	s := looping()
	s.add(trace.Open, 4, "socket", trace.Record{})
	s.add(trace.Add, 4, "b", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 2})
	s.add(trace.CallbackBegin, 3, "a", trace.Record{Base: 1, C: 1})
	s.add(trace.Kernel, 4, "", trace.Record{A: int64(trace.Readable), B: 1})
	if found := warnings(s, 50e6); len(found) != 0 {
		t.Errorf("after 50 ms: %+v, want none yet", found)
	}
	found := warnings(s, 300e6)
	if found[Starve].FD.Number != 4 || found[Starve].For != 300e6 || found[LongCallback].Base.Number != 1 || len(found) != 2 {
		t.Errorf("%+v, want fd 4 starving for 300 ms and base 1 in a long callback", found)
	}
}

// TestATurnThatDoesNotEndStarves: no callback is long, but an event that makes itself
// active keeps the loop from its next wait.
func TestATurnThatDoesNotEndStarves(t *testing.T) {
	s := looping()
	self := trace.Record{Base: 1, A: int64(trace.Timeout), C: 2}
	s.add(trace.CallbackBegin, trace.NoFD, "again", self)
	s.add(trace.CallbackEnd, trace.NoFD, "", self)
	for range 200 {
		s.add(trace.Calls, trace.NoFD, "again", trace.Record{Base: 1, A: 700, C: 2})
	}
	if f := only(t, s, 0, Starve); f.FD != nil || f.Cause != SameEvent || f.Count != 140001 || f.Base.Same.Name != "again" {
		t.Errorf("%+v; want 140,001 callbacks of again, and no fd", f)
	}
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 1})
	if f := only(t, s, 150e6, Starve); f.FD == nil || f.FD.Number != 3 || f.Cause != SameEvent || f.For != 150e6 {
		t.Errorf("%+v; want fd 3, ready for 150 ms, and the same event", f)
	}
	s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	if found := warnings(s, 150e6); len(found) != 0 {
		t.Errorf("the turn has ended: %+v", found)
	}
}

func TestPartialDrain(t *testing.T) {
	s := looping()
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 9})
	for left := int64(8); left > 3; left-- {
		callback(s, func() { s.add(trace.CallEnd, 3, "read", trace.Record{A: 1}) })
		s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: left})
	}
	only(t, s, 0, PartialDrain)
}

func TestNeverRead(t *testing.T) {
	s := &history{}
	s.add(trace.Open, 5, "socket", trace.Record{})
	s.add(trace.Kernel, 5, "", trace.Record{A: int64(trace.Readable), B: 3})
	if l := only(t, s, 800e6, NeverRead); l.FD.Number != 5 {
		t.Errorf("%+v, want fd 5", l)
	}
}

// TestWhoIsHeldCannotRead: a program that was held, for one phase let go and held again, has not forgotten
// its fd. After it was let go it has as long as any other.
func TestWhoIsHeldCannotRead(t *testing.T) {
	s := &history{}
	s.add(trace.Open, 5, "socket", trace.Record{})
	s.add(trace.Kernel, 5, "", trace.Record{A: int64(trace.Readable), B: 3})
	s.add(trace.Hold, trace.NoFD, "wait", trace.Record{})
	none(t, s, 800e6)
	s.now += 3e9
	s.add(trace.Release, trace.NoFD, "wait", trace.Record{})
	s.add(trace.Hold, trace.NoFD, "wait", trace.Record{})
	none(t, s, 800e6)
	s.now += 3e9
	s.add(trace.Release, trace.NoFD, "wait", trace.Record{})
	none(t, s, 400e6)
	only(t, s, 800e6, NeverRead)
}

func TestLeak(t *testing.T) {
	s := &history{}
	s.add(trace.Open, 3, "pipe", trace.Record{})
	s.add(trace.Open, 4, "pipe", trace.Record{})
	s.add(trace.Close, 3, "", trace.Record{})
	s.add(trace.End, trace.NoFD, "", trace.Record{})
	if l := only(t, s, 0, Leak); l.Count != 1 {
		t.Errorf("%+v, want one fd", l)
	}
}
