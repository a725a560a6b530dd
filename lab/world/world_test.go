package world

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"fdlab/lab/trace"
)

// script builds records by hand: the reducer is pure, so a hand-made history
// is as good as a real one. (That real programs make such histories is for the
// tests of lab/launch and the lessons.)
type script struct {
	records []trace.Record
	strings []string
	now     int64
	thread  uint32
}

func (s *script) String(id uint32) string { return s.strings[id-1] }

func (s *script) str(text string) uint32 {
	for i, have := range s.strings {
		if have == text {
			return uint32(i + 1)
		}
	}
	s.strings = append(s.strings, text)
	return uint32(len(s.strings))
}

// add appends a record 1 ms after the last one.
func (s *script) add(kind trace.Kind, fd int32, text string, r trace.Record) {
	s.now += 1e6
	r.Kind, r.FD, r.Time, r.Seq, r.Thread = kind, fd, s.now, uint64(len(s.records)+1), s.thread
	if text != "" {
		r.Str = s.str(text)
	}
	s.records = append(s.records, r)
}

func (s *script) run() *Run {
	run := NewRun(s)
	run.Apply(s.records)
	return run
}

// blockedOnA is lesson 01's moment: a thread is blocked in read(3) while fd 5
// stands ready in the kernel.
func blockedOnA() *script {
	s := &script{thread: 100}
	s.add(trace.ThreadBegin, trace.NoFD, "reader", trace.Record{})
	s.add(trace.Open, 3, "pipe (read end)", trace.Record{B: 4})
	s.add(trace.Open, 5, "socket", trace.Record{B: 6})
	s.add(trace.Label, 3, "a", trace.Record{})
	s.add(trace.CallBegin, 3, "read", trace.Record{})
	s.thread = 101
	s.add(trace.Kernel, 5, "", trace.Record{A: int64(trace.Readable | trace.Writable), B: 3})
	return s
}

func TestABlockedThreadWhileAnotherFDIsReady(t *testing.T) {
	s := blockedOnA()
	w := s.run().Live
	reader := w.ThreadByID(100)
	top, ok := reader.Top()
	if !ok || top.Kind != InCall || top.Name != "read" || top.FD != 3 || top.Since != 5e6 {
		t.Fatalf("the reader's top frame is %+v, want read(3) since 5 ms", top)
	}
	a, b := w.FDByNumber(3), w.FDByNumber(5)
	if a.Name() != "a" || a.Blocked != 1 || a.Readable() {
		t.Errorf("fd 3 = %+v, want a, one thread blocked on it, nothing to read", a)
	}
	since, unseen := b.Unseen()
	if !unseen || since != 6e6 || b.Queued != 3 {
		t.Errorf("fd 5: unseen %v since %d with %d bytes, want since 6 ms with 3 bytes", unseen, since, b.Queued)
	}

	s.thread = 100
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 3})
	s.add(trace.CallEnd, 5, "read", trace.Record{A: 3})
	s.add(trace.Kernel, 5, "", trace.Record{A: int64(trace.Writable)})
	w = s.run().Live
	if _, ok := w.ThreadByID(100).Top(); ok {
		t.Error("the thread still seems to be in a call")
	}
	if _, unseen := w.FDByNumber(5).Unseen(); unseen || w.FDByNumber(5).Readable() {
		t.Error("fd 5 still seems ready after it was read")
	}
	if got := w.FDByNumber(5).BytesIn; got != 3 {
		t.Errorf("fd 5: %d bytes in, want 3", got)
	}
}

func TestAStaleWordOfTheKernelIsIgnored(t *testing.T) {
	s := blockedOnA()
	s.add(trace.CallEnd, 5, "read", trace.Record{A: 3})
	s.add(trace.Kernel, 5, "", trace.Record{A: int64(trace.Writable)})
	s.add(trace.Kernel, 5, "", trace.Record{A: int64(trace.Readable), B: 3})
	s.records[len(s.records)-1].Time = 6500e3 // asked before the read, written down after it
	if f := s.run().Live.FDByNumber(5); f.Readable() {
		t.Errorf("fd 5 is shown ready on a word from before the read: %+v", f)
	}
}

// turn is one turn of a loop with one callback on fd 3.
func turn(s *script) {
	s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	s.add(trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
	s.add(trace.Ready, 3, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	s.add(trace.CallbackBegin, 3, "a", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 3})
	s.add(trace.CallbackEnd, 3, "", trace.Record{Base: 1, C: 1})
}

// callback is a turn of the loop whose callback does what body records.
func callback(s *script, body func()) {
	s.add(trace.Ready, 3, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	s.add(trace.CallbackBegin, 3, "a", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	body()
	s.add(trace.CallbackEnd, 3, "", trace.Record{Base: 1, C: 1})
}

func looping() *script {
	s := &script{thread: 100}
	s.add(trace.Open, 3, "pipe (read end)", trace.Record{B: 4})
	s.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
	s.add(trace.Add, 3, "a", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 1})
	s.add(trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
	return s
}

func TestATurnOfTheLoop(t *testing.T) {
	s := looping()
	turn(s)
	phases := []Phase{Waiting, Returning, Returning, Calling, Calling, Between}
	run := s.run()
	for i, want := range phases {
		w := run.At(int64(5+i) * 1e6)
		b := w.BaseByNumber(1)
		if b.Phase != want {
			t.Errorf("after record %d (%v) the phase is %d, want %d", 5+i, s.records[4+i].Kind, b.Phase, want)
		}
		if stack := w.ThreadByID(100).Stack; stack[0].Kind != InLoop {
			t.Errorf("the loop is not at the bottom of the stack: %+v", stack)
		}
	}
	b := run.Live.BaseByNumber(1)
	if b.Turns != 1 || b.Callbacks != 1 || b.Waited != 1e6 || b.Longest != 2e6 {
		t.Errorf("turns %d callbacks %d waited %d longest %d, want 1, 1, 1 ms, 2 ms", b.Turns, b.Callbacks, b.Waited, b.Longest)
	}
	f := run.Live.FDByNumber(3)
	if len(f.Watches) != 1 || f.Watches[0].What != trace.Readable|trace.Persist {
		t.Errorf("watches %+v, want one read|persist", f.Watches)
	}
	s.add(trace.Del, 3, "", trace.Record{Base: 1, C: 1})
	if f := s.run().Live.FDByNumber(3); len(f.Watches) != 0 {
		t.Errorf("after Del the fd is still watched: %+v", f.Watches)
	}
}

// TestALoopThatIsFasterThanTheWatcher: the loop was told, and its callback took
// everything, before the watcher looked. The watcher then says nothing.
func TestALoopThatIsFasterThanTheWatcher(t *testing.T) {
	s := looping()
	turn(s)
	run := s.run()
	if f := run.At(8e6).FDByNumber(3); !f.Readable() {
		t.Errorf("before the read the fd is not shown ready: %+v", f)
	}
	if f := run.Live.FDByNumber(3); f.Readable() {
		t.Errorf("after the read the fd is still shown ready, on hearsay: %+v", f)
	}

	// Once the kernel itself has spoken, only the kernel takes it back.
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 9})
	turn(s)
	if f := s.run().Live.FDByNumber(3); !f.Readable() {
		t.Errorf("the kernel's word was dropped without the kernel: %+v", f)
	}
}

func TestANestedDispatchStandsOnTheOuterStack(t *testing.T) {
	s := looping()
	s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	s.add(trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
	s.add(trace.CallbackBegin, 3, "a", trace.Record{Base: 1, C: 1})
	s.add(trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 2, B: 2})
	s.add(trace.WaitBegin, trace.NoFD, "poll", trace.Record{Base: 2, A: 1, B: -1})
	w := s.run().Live
	var kinds []FrameKind
	for _, f := range w.ThreadByID(100).Stack {
		kinds = append(kinds, f.Kind)
	}
	if want := []FrameKind{InLoop, InCallback, InLoop, InWait}; !reflect.DeepEqual(kinds, want) {
		t.Fatalf("stack %v, want %v", kinds, want)
	}
	if w.BaseByNumber(1).Phase != Calling || w.BaseByNumber(2).Phase != Waiting || w.BaseByNumber(2).Depth != 2 {
		t.Errorf("bases %+v", w.Bases)
	}
}

func TestAReusedNumberIsAnotherFD(t *testing.T) {
	s := blockedOnA()
	s.add(trace.Close, 5, "", trace.Record{})
	s.add(trace.Open, 5, "pipe (read end)", trace.Record{})
	run := s.run()
	f := run.Live.FDByNumber(5)
	if f.What != "pipe (read end)" || f.Readable() || f.Queued != 0 {
		t.Errorf("the new fd 5 has its predecessor's state: %+v", f)
	}
	lanes := 0
	for i := range run.Timeline.Lanes {
		if run.Timeline.Lanes[i].FD == 5 {
			lanes++
		}
	}
	if lanes != 2 {
		t.Errorf("fd 5 has %d lanes, want one for each of its two lives", lanes)
	}
}

func TestAnOSThreadThatServesTwiceIsTwoThreads(t *testing.T) {
	s := &script{thread: 100}
	s.add(trace.ThreadBegin, trace.NoFD, "select", trace.Record{})
	s.add(trace.ThreadEnd, trace.NoFD, "", trace.Record{})
	s.add(trace.ThreadBegin, trace.NoFD, "busy", trace.Record{})
	run := s.run()
	if len(run.Live.Threads) != 2 || run.Live.Threads[0].Ended == 0 || run.Live.ThreadByID(100).Name != "busy" {
		t.Errorf("threads %+v, want select, ended, and busy", run.Live.Threads)
	}
	var names []string
	for i := range run.Timeline.Lanes {
		names = append(names, run.Timeline.Lanes[i].Name)
	}
	if want := []string{"select", "busy"}; !reflect.DeepEqual(names, want) {
		t.Errorf("lanes %v, want %v", names, want)
	}
}

// TestAnyMomentIsTheSameAgain steps through a run that crosses several marks,
// and compares each moment shown again with a fresh reduction up to it.
func TestAnyMomentIsTheSameAgain(t *testing.T) {
	s := looping()
	for range 3 * chapterRecords / 6 {
		turn(s)
	}
	run := s.run()
	for _, n := range []int{0, 1, 7, chapterRecords - 1, chapterRecords, chapterRecords + 1, 2*chapterRecords + 5, len(s.records)} {
		var at int64
		if n > 0 {
			at = s.records[n-1].Time
		}
		fresh := New(s)
		for i := range s.records[:n] {
			fresh.Apply(&s.records[i])
		}
		shown := run.At(at)
		fresh.names, shown.names = nil, nil
		if !reflect.DeepEqual(shown, fresh) {
			t.Errorf("after %d records the world shown again differs:\n%+v\n%+v", n, shown, fresh)
		}
	}
	if !reflect.DeepEqual(run.At(1<<60).Bases, run.Live.Bases) {
		t.Error("the last moment is not the live edge")
	}
}

func TestThePastIsBounded(t *testing.T) {
	run := NewRun(&script{})
	batch := make([]trace.Record, 1<<16)
	var now int64
	for range 40 { // 2.6 million records
		for i := range batch {
			now++
			batch[i] = trace.Record{Kind: trace.Ready, FD: 3, Time: now, Thread: 1}
		}
		run.Apply(batch)
	}
	kept := 0
	for _, c := range run.past {
		kept += len(c.records)
	}
	if most := keepChapters * chapterRecords; kept > most {
		t.Errorf("%d records kept, want at most %d", kept, most)
	}
	early := run.Earliest()
	if w := run.At(early); w.Time != early {
		t.Errorf("the earliest moment shows %d, want %d", w.Time, early)
	}
	for _, at := range []int64{now, now - 5, now - chapterRecords, now - chapterRecords + 1, early + 1} {
		if w := run.At(at); w.Time != at || w.Records != uint64(at) {
			t.Errorf("At(%d) shows time %d after %d records", at, w.Time, w.Records)
		}
	}
	if next, ok := run.Next(now - chapterRecords); !ok || next != now-chapterRecords+1 {
		t.Errorf("Next across chapters = %d, %v", next, ok)
	}
	if previous, ok := run.Previous(now - chapterRecords + 1); !ok || previous != now-chapterRecords {
		t.Errorf("Previous across chapters = %d, %v", previous, ok)
	}
}

func TestStepping(t *testing.T) {
	s := looping()
	turn(s)
	run := s.run()
	at, ok := run.Next(4e6)
	if !ok || at != 5e6 {
		t.Errorf("Next(4 ms) = %d, %v, want the wait at 5 ms", at, ok)
	}
	at, ok = run.Previous(5e6)
	if ok {
		t.Errorf("Previous(5 ms) = %d, want nothing: no telling record is before it", at)
	}
	if _, ok := run.Next(s.now); ok {
		t.Error("there is something after the end")
	}
}

func TestTheFeedMergesWhatRepeats(t *testing.T) {
	s := looping()
	for range 50 {
		s.add(trace.CallEnd, 3, "read", trace.Record{A: -1, B: 11, C: 10})
	}
	lines := s.run().Live.Feed.Lines
	last := lines[len(lines)-1]
	if last.Times != 500 || last.Result != -1 || last.Errno != 11 {
		t.Errorf("the last line is %+v, want 500 reads that found nothing", last)
	}
}

func TestTheFeedFoldsAPattern(t *testing.T) {
	s := looping()
	for range 20 {
		turn(s)
	}
	s.add(trace.Note, trace.NoFD, "the end", trace.Record{})
	lines := s.run().Live.Feed.Lines
	n := len(lines)
	if n < 4 || lines[n-4].Times != 20 || lines[n-3].Times != 20 || lines[n-2].Times != 20 || lines[n-1].Name != "the end" {
		t.Errorf("20 turns read as %+v, want three lines, 20 times each", lines)
	}
	if took := lines[n-4].Took; took != 20e6 {
		t.Errorf("20 waits of 1 ms took %d", took)
	}
}

// TestACallbackThatClosesItsOwnFD: what the loop says afterwards is about an fd
// that is gone, and must not bring it back.
func TestACallbackThatClosesItsOwnFD(t *testing.T) {
	s := looping()
	s.add(trace.CallbackBegin, 3, "a", trace.Record{Base: 1, C: 1})
	s.add(trace.Del, 3, "", trace.Record{Base: 1, C: 1})
	s.add(trace.Close, 3, "", trace.Record{})
	s.add(trace.CallbackEnd, 3, "", trace.Record{Base: 1, C: 1})
	s.add(trace.End, trace.NoFD, "", trace.Record{})
	w := s.run().Live
	if w.FDByNumber(3) != nil || len(w.FDs) != 1 {
		t.Errorf("fds %+v, want one, closed", w.FDs)
	}
	if w.FDs[0].Orphaned {
		t.Errorf("its event was deleted first: %+v", w.FDs[0])
	}
}

func TestACallbackForAnotherFDThanTheKernelNamed(t *testing.T) {
	s := looping()
	s.add(trace.Open, 4, "socket", trace.Record{})
	s.add(trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
	s.add(trace.Ready, 3, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	s.add(trace.CallbackBegin, 4, "newest", trace.Record{Base: 1, C: 1})
	w := s.run().Live
	if f := w.FDByNumber(3); f.Mistaken != 4 || f.MistakenAt != s.now {
		t.Errorf("%+v: fd 3 was ready and fd 4's callback ran, and it is not seen", f)
	}
}

// TestACallbackThatDoesNotRead: the fd stays ready, and the loop knows it. It
// is neither unseen nor at rest.
func TestACallbackThatDoesNotRead(t *testing.T) {
	s := looping()
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 7})
	callback(s, func() {})
	f := s.run().Live.FDByNumber(3)
	if _, unseen := f.Unseen(); unseen || !f.Untouched() || f.state() != Left {
		t.Errorf("%+v: state %b, want ready, called and not read", f, f.state())
	}
	callback(s, func() { s.add(trace.CallEnd, 3, "read", trace.Record{A: 7}) })
	if f := s.run().Live.FDByNumber(3); f.Untouched() {
		t.Errorf("%+v: it was read", f)
	}
}

// TestALoopThatEndsInsideACallback: the callback has ended its goroutine, or it
// panicked, so it never returned. Nor does the call that it was in, nor a loop inside.
func TestALoopThatEndsInsideACallback(t *testing.T) {
	begin := func() *script {
		s := looping()
		turn(s)
		s.add(trace.CallbackBegin, 3, "", trace.Record{Base: 1, C: 1})
		s.add(trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 2, B: 2})
		s.add(trace.CallBegin, 3, "read", trace.Record{})
		s.add(trace.Hold, trace.NoFD, "before wait", trace.Record{})
		return s
	}
	s := begin()
	s.add(trace.LoopEnd, trace.NoFD, "failed", trace.Record{Base: 2, B: 2})
	s.add(trace.LoopEnd, trace.NoFD, "failed", trace.Record{Base: 1, B: 1})
	over := begin()
	over.add(trace.ThreadEnd, trace.NoFD, "", trace.Record{})
	for name, s := range map[string]*script{"the loops end": s, "the thread ends": over} {
		w := s.run().Live
		f := w.FDByNumber(3)
		if f.InCallback != 0 || f.Blocked != 0 || w.Held != 0 || w.Loops() != 0 || len(w.ThreadByID(s.thread).Stack) != 0 {
			t.Errorf("%s: %d callbacks run, %d threads are blocked, %d held, %d loops run; want none",
				name, f.InCallback, f.Blocked, w.Held, w.Loops())
		}
		for _, b := range w.Bases {
			if b.Phase != Stopped || b.Thread != 0 {
				t.Errorf("%s: base %d is in phase %d", name, b.Number, b.Phase)
			}
		}
	}
}

func TestTheLaneOfAnFD(t *testing.T) {
	s := blockedOnA()
	run := s.run()
	var lane *Lane
	for i := range run.Timeline.Lanes {
		if run.Timeline.Lanes[i].FD == 5 {
			lane = &run.Timeline.Lanes[i]
		}
	}
	for _, c := range []struct {
		from, to int64
		want     States
		queued   int64
	}{
		{0, 3e6, 0, 0},                  // not open yet
		{3e6, 6e6, Idle, 0},             // nobody wants it
		{6e6, 9e6, Unseen | Arrived, 3}, // ready, and the thread is blocked elsewhere
		{50e6, 60e6, Unseen, 3},
	} {
		if p := lane.Piece(c.from, c.to); p.States != c.want || p.MostUnseen != c.queued {
			t.Errorf("between %d and %d ms: states %b with %d bytes, want %b with %d", c.from/1e6, c.to/1e6, p.States, p.MostUnseen, c.want, c.queued)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	s := looping()
	for range 2000 {
		turn(s)
	}
	run := NewRun(s)
	b.ReportAllocs()
	for i := 0; i < b.N; i += len(s.records) {
		run.Apply(s.records)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func ExampleWorld() {
	s := blockedOnA()
	w := s.run().Live
	top, _ := w.ThreadByID(100).Top()
	since, _ := w.FDByNumber(5).Unseen()
	fmt.Printf("blocked in %s(%d) since %d ms; fd 5 ready and unseen since %d ms\n", top.Name, top.FD, top.Since/1e6, since/1e6)
	// Output: blocked in read(3) since 5 ms; fd 5 ready and unseen since 6 ms
}

// TestASignalsNumberIsNoFD: an event for SIGTERM (15) says nothing about the fd
// that has the number 15, nor does it make one.
func TestASignalsNumberIsNoFD(t *testing.T) {
	s := &script{thread: 100}
	s.add(trace.Open, 15, "socket", trace.Record{})
	s.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
	for _, number := range []int32{2, 15} {
		s.add(trace.Add, number, "", trace.Record{Base: 1, A: int64(trace.Signal | trace.Persist), B: -1, C: int64(number)})
		s.add(trace.CallbackBegin, number, "", trace.Record{Base: 1, A: int64(trace.Signal), C: int64(number)})
		s.add(trace.CallbackEnd, number, "", trace.Record{Base: 1, C: int64(number)})
	}
	w := s.run().Live
	if len(w.FDs) != 1 || w.FDs[0].Callbacks != 0 || w.FDs[0].CallbackDone != 0 || len(w.FDs[0].Watches) != 0 {
		t.Errorf("two signals leave the fds %+v, want the socket alone, untouched", w.FDs)
	}
	if b := w.BaseByNumber(1); b.Callbacks != 2 || len(b.Timers) != 2 {
		t.Errorf("the base has %d callbacks and %d pending events without an fd, want two and two", b.Callbacks, len(b.Timers))
	}
	var said []string
	for _, h := range w.Feed.Lines {
		if h.Kind == trace.CallbackEnd {
			said = append(said, h.Name)
		}
	}
	if want := []string{"SIGINT", "SIGTERM"}; !reflect.DeepEqual(said, want) {
		t.Errorf("the callbacks are called %q, want %q", said, want)
	}
}

// TestACallMayEndOnAnotherThread: the goroutine that made it went on there.
func TestACallMayEndOnAnotherThread(t *testing.T) {
	begun := func() *script {
		s := &script{thread: 100}
		s.add(trace.Open, 3, "pipe (read end)", trace.Record{B: 4})
		s.add(trace.CallBegin, 3, "read", trace.Record{})
		return s
	}
	over := func(t *testing.T, s *script) {
		t.Helper()
		w := s.run().Live
		f := w.FDByNumber(3)
		for i := range w.Threads {
			if top, ok := w.Threads[i].Top(); ok {
				t.Errorf("thread %d is in %+v, want in nothing", w.Threads[i].ID, top)
			}
		}
		if f.Blocked != 0 {
			t.Errorf("%d threads are blocked on the fd, want none", f.Blocked)
		}
	}
	t.Run("the end first", func(t *testing.T) {
		s := begun()
		s.thread = 101
		s.add(trace.CallEnd, 3, "read", trace.Record{A: 3})
		over(t, s)
		if f := s.run().Live.FDByNumber(3); f.BytesIn != 3 {
			t.Errorf("%d bytes in, want 3", f.BytesIn)
		}
	})
	t.Run("another goroutine's record first", func(t *testing.T) {
		s := begun()
		s.add(trace.Open, 5, "pipe (read end)", trace.Record{B: 6})
		over(t, s)
		// Another goroutine is in the same call now, on the first thread: the end
		// is not its end.
		s.add(trace.CallBegin, 3, "read", trace.Record{})
		s.thread = 101
		s.add(trace.CallEnd, 3, "read", trace.Record{A: 3})
		w := s.run().Live
		if top, ok := w.ThreadByID(100).Top(); !ok || top.Since != 4e6 || w.FDByNumber(3).Blocked != 1 {
			t.Errorf("thread 100 is in %+v, want in the read of 4 ms; %d blocked, want 1", top, w.FDByNumber(3).Blocked)
		}
		s.add(trace.CallEnd, 3, "read", trace.Record{A: 3})
		over(t, s)
	})
	t.Run("the watcher's record is not the thread's", func(t *testing.T) {
		s := begun()
		s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 1})
		w := s.run().Live
		if top, ok := w.ThreadByID(100).Top(); !ok || top.Kind != InCall || w.FDByNumber(3).Blocked != 1 {
			t.Errorf("thread 100 is in %+v, want in read", top)
		}
	})
}

// TestACallBelongsToTheFDThatItBeganOn: the number may be another's at its end.
func TestACallBelongsToTheFDThatItBeganOn(t *testing.T) {
	s := &script{thread: 100}
	s.add(trace.Open, 3, "pipe (read end)", trace.Record{B: 4})
	s.add(trace.CallBegin, 3, "read", trace.Record{})
	s.thread = 101
	s.add(trace.Close, 3, "", trace.Record{})
	s.add(trace.Open, 3, "pipe (read end)", trace.Record{B: 5})
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 14})
	s.thread = 100
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 3})
	f := s.run().Live.FDByNumber(3)
	if f.Queued != 14 || f.BytesIn != 0 || f.Reads != 0 {
		t.Errorf("%d queued, %d bytes in %d reads: the read was of the first fd", f.Queued, f.BytesIn, f.Reads)
	}
}

// TestReadsThatAreGatheredAreNotTakenTwice: the kernel may have been asked amid them, and have counted
// some already.
func TestReadsThatAreGatheredAreNotTakenTwice(t *testing.T) {
	s := &script{thread: 100}
	s.add(trace.Open, 3, "pipe (read end)", trace.Record{B: 4})
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 100})
	queued := func(after, reads, want int64) {
		t.Helper()
		s.add(trace.CallEnd, 3, "read", trace.Record{A: 1, C: reads})
		last := &s.records[len(s.records)-1]
		last.Time = s.records[len(s.records)-2].Time + after
		if f := s.run().Live.FDByNumber(3); f.Queued != want {
			t.Errorf("%d reads %d ns after the kernel was asked leave %d bytes, want %d", reads, after, f.Queued, want)
		}
	}
	queued(5e5, 40, 100)
	queued(5e6, 10, 90)
	queued(1e5, 1, 89)
}

// TestTheWatchersLastWordHolds: the kernel may be asked amid a read, before its record is made. If the watcher then says
// nothing more, all is as it said; while it may be late, what was read is believed.
func TestTheWatchersLastWordHolds(t *testing.T) {
	for _, c := range []struct {
		name       string
		asked      int64 // after the callback began, of the record that says 214; the read is at 2e6
		first      bool  // that record comes before the read's
		want, late int64 // what is queued then; and after a while without a word
		refused    bool  // the read found nothing
	}{
		{"asked amid the read, and written down before it", 1e6, true, 150, 214, false},
		{"asked amid the read, and written down after it", 1e6, false, 36, 214, false},
		{"asked before the callback, written down before the read", -1e6, true, 150, 150, false},
		{"asked after the read", 3e6, false, 214, 214, false},
		{"asked amid a read that found nothing: more came just then", 1e6, true, 0, 214, true},
	} {
		s := &script{thread: 100}
		s.add(trace.Open, 3, "socket", trace.Record{B: 4})
		s.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
		s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 100})
		began := s.records[len(s.records)-1].Time + 5e6
		at := func(time int64) *trace.Record {
			last := &s.records[len(s.records)-1]
			last.Time = began + time
			return last
		}
		says := func() {
			s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 214})
			at(max(c.asked, 0) + 1e5).D = began + c.asked
		}
		s.add(trace.CallbackBegin, 3, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
		at(0)
		if c.first {
			says()
		}
		if c.refused {
			s.add(trace.CallEnd, 3, "read", trace.Record{A: -1, B: int64(syscall.EAGAIN)})
		} else {
			s.add(trace.CallEnd, 3, "read", trace.Record{A: 64})
		}
		at(2e6)
		if !c.first {
			says()
		}
		queued := func(when string, want int64) {
			t.Helper()
			run := s.run()
			f := run.Live.FDByNumber(3)
			i := slices.IndexFunc(run.Timeline.Lanes, func(l Lane) bool { return l.FD == 3 })
			lane := run.Timeline.Lanes[i].At(run.Live.Time)
			if f.Queued != want || lane.Queued != want || (f.ReadySince != 0) != (want > 0) {
				t.Errorf("%s: %s %d are queued (the lane: %d, ready since %d), want %d", c.name, when, f.Queued, lane.Queued, f.ReadySince, want)
			}
		}
		queued("at once", c.want)
		for _, after := range []int64{10e6, 10e6 + SeenFor} {
			s.thread = 0
			s.add(trace.Sleep, trace.NoFD, "", trace.Record{})
			at(after).D = began + after
			if after < SeenFor {
				queued("a moment later", c.want)
			} else {
				queued("after a while", c.late)
			}
		}
	}
}

// TestTheKernelsWordIsOfTheFile: of two numbers for one open file the watcher may ask by one alone.
func TestTheKernelsWordIsOfTheFile(t *testing.T) {
	s := &script{thread: 100}
	s.add(trace.Open, 3, "socket pair (end a)", trace.Record{B: 4})
	s.add(trace.Open, 4, "socket pair (end b)", trace.Record{B: 3})
	s.add(trace.Open, 5, "dup", trace.Record{B: trace.NoFD, C: 4})
	for fd := int32(3); fd <= 5; fd++ {
		s.add(trace.Kernel, fd, "", trace.Record{A: int64(trace.Writable)})
	}
	s.add(trace.Kernel, 4, "", trace.Record{}) // its buffer is full
	w := s.run().Live
	for fd, want := range map[int32]trace.Readiness{3: trace.Writable, 4: 0, 5: 0} {
		if f := w.FDByNumber(fd); f.Readiness != want {
			t.Errorf("fd %d is %v, want %v", fd, f.Readiness, want)
		}
	}
}

// TestWhatALoopWasToldIsNotUnseen: the watcher's word from before an arrival may be
// written down after the loop was told of it.
func TestWhatALoopWasToldIsNotUnseen(t *testing.T) {
	watched := func() *script {
		s := &script{thread: 100}
		s.add(trace.Open, 3, "socket", trace.Record{B: 4})
		s.add(trace.BaseNew, trace.NoFD, "select", trace.Record{Base: 1})
		s.add(trace.Add, 3, "b", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 1})
		s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Writable)})
		s.add(trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
		s.add(trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 1, A: 1, B: -1})
		return s
	}
	told := func(s *script) {
		s.add(trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
		s.add(trace.Ready, 3, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	}
	says := func(s *script, ago int64, queued int64) {
		what := trace.Writable
		if queued > 0 {
			what |= trace.Readable
		}
		s.add(trace.Kernel, 3, "", trace.Record{A: int64(what), B: queued})
		last := &s.records[len(s.records)-1]
		last.D = last.Time - ago
	}
	callback := func(s *script, read bool) {
		s.add(trace.CallbackBegin, 3, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
		if read {
			s.add(trace.CallEnd, 3, "read", trace.Record{A: 3})
		}
		s.add(trace.CallbackEnd, 3, "", trace.Record{Base: 1, C: 1})
	}
	for _, c := range []struct {
		name             string
		play             func(*script)
		readable, unseen bool
	}{
		{"told, then the old word, then the new one", func(s *script) { told(s); says(s, 5e6, 0); says(s, 0, 3) }, true, false},
		{"the old word, then told, then the new one", func(s *script) { says(s, 0, 0); told(s); says(s, 0, 3) }, true, false},
		{"told, then the old word", func(s *script) { told(s); says(s, 5e6, 0) }, true, false},
		{"a callback that reads nothing, then the new word", func(s *script) { told(s); callback(s, false); says(s, 0, 3) }, true, false},
		{"a callback that reads nothing, then the old word", func(s *script) { told(s); callback(s, false); says(s, 9e6, 0) }, true, false},
		{"a callback that reads nothing", func(s *script) { told(s); callback(s, false) }, true, false},
		{"a callback that reads nothing, and nobody confirms that it is ready", func(s *script) {
			told(s)
			callback(s, false)
			s.add(trace.Sleep, trace.NoFD, "", trace.Record{})
			last := &s.records[len(s.records)-1]
			last.Time += 2 * SeenFor
		}, false, false},
		{"turns that were gathered before a read are recorded after it", func(s *script) {
			told(s)
			callback(s, true)
			says(s, 0, 0)
			s.add(trace.Turns, 3, "", trace.Record{Base: 1, A: 900, C: 1})
		}, false, false},
		{"told and read, then the old word", func(s *script) { told(s); callback(s, true); says(s, 9e6, 0) }, false, false},
		{"told and read, and more comes", func(s *script) { told(s); callback(s, true); says(s, 0, 3) }, true, true},
		{"read, told anew, and the watcher has seen the second arrival alone", func(s *script) {
			told(s)
			says(s, 0, 3)
			callback(s, true)
			told(s)
			s.add(trace.CallbackBegin, 3, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
			says(s, 0, 4)
		}, true, false},
		{"told, and the new word is written down first", func(s *script) {
			says(s, 0, 3)
			told(s)
			s.records[len(s.records)-1].Time -= 25e5 // before the kernel was asked
		}, true, false},
		{"emptied behind the lab's back, and more comes", func(s *script) { told(s); callback(s, false); says(s, 0, 0); says(s, 0, 3) }, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := watched()
			c.play(s)
			f := s.run().Live.FDByNumber(3)
			if _, unseen := f.Unseen(); unseen != c.unseen || f.Readable() != c.readable {
				t.Errorf("readable %v, unseen %v; want %v, %v (%+v)", f.Readable(), unseen, c.readable, c.unseen, f)
			}
		})
	}
}

// TestAThreadMaySleepBeforeItsFirstRecord: it has lost the processor with the record in its hands, and the
// goroutine goes on elsewhere. The watcher speaks of it once.
func TestAThreadMaySleepBeforeItsFirstRecord(t *testing.T) {
	for after, asleep := range map[int64]bool{-10: true, 10: false} {
		s := &script{thread: 1}
		s.add(trace.Sleep, trace.NoFD, "", trace.Record{A: 200, B: 1})
		asked := s.now
		s.add(trace.Sleep, trace.NoFD, "", trace.Record{A: 201, B: 1})
		s.thread = 200
		s.add(trace.Note, trace.NoFD, "late", trace.Record{})
		s.records[len(s.records)-1].Time = asked + after
		run := s.run()
		if got := run.Live.ThreadByID(200).Asleep != 0; got != asleep {
			t.Errorf("a record from %d ns after the look at it: asleep %v, want %v", after, got, asleep)
		}
		if run.Live.ThreadByID(201) != nil {
			t.Error("a thread without a record is known")
		}
	}
}

// TestASleepingThreadDoesNotRun: until it makes a record, or the kernel says so. A
// word from before that record is stale, and a record from before that word does not wake it: turns
// that are gathered are told late.
func TestASleepingThreadDoesNotRun(t *testing.T) {
	s := &script{thread: 100}
	s.add(trace.ThreadBegin, trace.NoFD, "script", trace.Record{})
	says := func(asleep int64) {
		s.thread = 1
		s.add(trace.Sleep, trace.NoFD, "", trace.Record{A: 100, B: asleep})
		s.thread = 100
	}
	wants := func(asleep bool, lane States) {
		t.Helper()
		run := s.run()
		states := run.Timeline.Lanes[0].Piece(s.now, s.now+1).States
		if got := run.Live.ThreadByID(100).Asleep != 0; got != asleep || states != lane {
			t.Errorf("asleep %v, lane %b; want %v, %b", got, states, asleep, lane)
		}
	}
	wants(false, Idle)
	says(1)
	wants(true, Sleeps)
	says(0)
	wants(false, Idle)
	says(1)
	s.add(trace.Note, trace.NoFD, "awake", trace.Record{})
	wants(false, Idle)
	says(1)
	last := &s.records[len(s.records)-1]
	last.D = last.Time - 2e6 // looked before the note, written down after it
	wants(false, Idle)
	says(1)
	s.add(trace.Note, trace.NoFD, "late", trace.Record{})
	s.records[len(s.records)-1].Time -= 15e5 // what it did before it slept
	wants(true, Sleeps)
}

// TestALaneClaimsNoMoreThanIsKnown: a thread that made no record runs, or sleeps, as far
// as the last look goes, and a little beyond. Between two looks that lie far apart nobody
// knows.
func TestALaneClaimsNoMoreThanIsKnown(t *testing.T) {
	s := &script{thread: 100}
	s.add(trace.ThreadBegin, trace.NoFD, "script", trace.Record{})
	began := s.now
	look := func() { s.add(trace.Sleep, trace.NoFD, "", trace.Record{Thread: 1}) }
	states := func(at int64) States {
		got := s.run().Timeline.Lanes[0].Piece(at, at+1).States
		return got
	}
	wants := func(at int64, want States) {
		t.Helper()
		if got := states(at); got != want {
			t.Errorf("at %d ms: %b, want %b", (at-began)/1e6, got, want)
		}
	}
	wants(began+100e6, Idle)
	wants(began+SeenFor+1, Unknown)
	s.now = began + 100e6
	look()
	wants(began+SeenFor+1, Idle)
	s.now = began + 900e6
	look()
	wants(began+200e6, Idle)
	wants(began+500e6, Unknown)
	wants(began+950e6, Idle)
	if w := s.run().Live; w.LastSeen(w.ThreadByID(100)) != w.Looked || w.Looked < began+900e6 {
		t.Errorf("last seen at %d, looked at %d", w.LastSeen(w.ThreadByID(100)), w.Looked)
	}
	s.add(trace.CallBegin, 3, "read", trace.Record{})
	wants(s.now+900e6, Block) // until its end, which makes a record
}

// TestOneLaneForAnOSThread: a thread that says its name late keeps its lane; a second name
// on the same OS thread is another thread, and the first is over.
func TestOneLaneForAnOSThread(t *testing.T) {
	s := &script{thread: 100}
	s.add(trace.Open, 3, "pipe (read end)", trace.Record{})
	s.add(trace.CallBegin, 3, "read", trace.Record{})
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 1})
	s.add(trace.ThreadBegin, trace.NoFD, "first", trace.Record{})
	s.add(trace.ThreadBegin, trace.NoFD, "second", trace.Record{})
	run := s.run()
	got := ""
	for _, l := range run.Timeline.Lanes {
		if l.Thread == 100 {
			got += fmt.Sprintf("%s %v, ", l.Name, l.Ended != 0)
		}
	}
	for _, th := range run.Live.Threads {
		got += fmt.Sprintf("%s %v, ", th.Name, th.Ended != 0)
	}
	if want := "first true, second false, first true, second false, "; got != want {
		t.Errorf("lanes and threads, and whether they have ended: %s; want %s", got, want)
	}
}

// TestAStrangersLaneGoesOn: a thread that never said its name has a lane once it was in a
// call, and the lane tells its later life, too.
func TestAStrangersLaneGoesOn(t *testing.T) {
	s := &script{thread: 100}
	s.add(trace.Open, 3, "pipe (read end)", trace.Record{})
	s.add(trace.CallBegin, 3, "read", trace.Record{})
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 1})
	s.add(trace.Sleep, trace.NoFD, "", trace.Record{Thread: 1, A: 100, B: 1})
	for _, l := range s.run().Timeline.Lanes {
		if states := l.Piece(s.now, s.now+1).States; l.Thread == 100 && states != Sleeps {
			t.Errorf("the lane of a thread that sleeps: %b", states)
		}
	}
}

// TestAThreadThatIsGoneHasEnded: the kernel says so, and the thread itself does not.
// What it was in the middle of is over. A word from before its last record is stale.
func TestAThreadThatIsGoneHasEnded(t *testing.T) {
	for _, stale := range []bool{false, true} {
		s := &script{thread: 100}
		s.add(trace.ThreadBegin, trace.NoFD, "reader", trace.Record{})
		s.add(trace.CallbackBegin, 3, "read", trace.Record{Base: 1})
		gone := trace.Record{Thread: 1, A: 100, B: trace.ThreadGone, D: s.now + 1}
		if stale {
			gone.D = s.now - 5
		}
		s.add(trace.Sleep, trace.NoFD, "", gone)
		run := s.run()
		th, lane := run.Live.ThreadByID(100), run.Timeline.Lanes[0]
		if over := th.Ended != 0 && len(th.Stack) == 0 && lane.Ended == th.Ended; over == stale {
			t.Errorf("stale %v: thread %+v, lane %+v", stale, th, lane)
		}
	}
}

// TestALongCallHasALineOfItsOwn: one call that was blocked for most of a second and
// four that returned at once are not five calls of 791 ms.
func TestALongCallHasALineOfItsOwn(t *testing.T) {
	s := &script{thread: 100}
	s.add(trace.Open, 3, "pipe (read end)", trace.Record{})
	for _, took := range []int64{790e6, 1e3, 2e3, 1e3, 1e3, 30e6, 40e6} {
		s.add(trace.CallBegin, 3, "read", trace.Record{})
		s.now += took - 1e6
		s.add(trace.CallEnd, 3, "read", trace.Record{A: 2})
	}
	got := ""
	for _, h := range s.run().Live.Feed.Lines {
		if h.Kind == trace.CallEnd {
			got += fmt.Sprintf("%dx%d ", h.Took/1e3, h.Times)
		}
	}
	if want := "790000x1 5x4 70000x2 "; got != want {
		t.Errorf("µs x calls: %s, want %s", got, want)
	}
}

// TestAClosedFDWithAPendingEvent: it was closed before its event was deleted, and a
// duplicate keeps the file. It is not done with before the event is gone.
func TestAClosedFDWithAPendingEvent(t *testing.T) {
	s := looping()
	s.add(trace.Open, 7, "dup", trace.Record{C: 3})
	s.add(trace.Close, 3, "", trace.Record{})
	w := s.run().Live
	f := w.FDOnce(3)
	if k := w.Keeper(f); !f.Lingers() || k == nil || k.Number != 7 {
		t.Fatalf("fd 3 lingers: %v, its file is kept by %+v; want fd 7", f.Lingers(), k)
	}
	for range 3 {
		callback(s, func() { s.add(trace.CallEnd, 3, "read", trace.Record{A: -1, B: 9}) }) // EBADF
	}
	s.add(trace.Open, 3, "another", trace.Record{})
	for i := range int32(2 * keepClosed) { // many come and go
		s.add(trace.Open, 100+i, "socket", trace.Record{})
		s.add(trace.Close, 100+i, "", trace.Record{})
	}
	w = s.run().Live
	at := slices.IndexFunc(w.FDs, (*FD).Lingers)
	if at < 0 || w.FDs[at].Callbacks != 3 || w.FDByNumber(3).What != "another" || w.FDByNumber(3).Callbacks != 0 {
		t.Fatalf("fds %+v; want the closed fd 3 with 3 callbacks, and another one without", w.FDs)
	}
	s.add(trace.Close, 7, "", trace.Record{})
	if w = s.run().Live; w.Keeper(w.FDs[at]) != nil {
		t.Error("the duplicate is closed, and keeps the file")
	}
	deleted := *s
	deleted.add(trace.Del, 3, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	freed := *s
	freed.add(trace.BaseFree, trace.NoFD, "", trace.Record{Base: 1})
	for name, s := range map[string]*script{"its event is deleted": &deleted, "its base is closed": &freed} {
		if slices.ContainsFunc(s.run().Live.FDs, (*FD).Lingers) {
			t.Errorf("%s, and the closed fd is not done with", name)
		}
	}
}

// TestAStrangerThatWasClosed: nobody says that it was, but for the call that the kernel
// refuses. EBADF may mean as well that the fd is not open for reading, or for writing.
func TestAStrangerThatWasClosed(t *testing.T) {
	for _, c := range []struct {
		first, then string
		gone        bool
	}{{"read", "read", true}, {"write", "write", true}, {"write", "read", false}, {"read", "write", false}, {"read write", "read", true}, {"read write", "write", true}} {
		s := &script{thread: 100}
		for call := range strings.FieldsSeq(c.first) {
			s.add(trace.CallEnd, 3, call, trace.Record{A: 2})
		}
		s.add(trace.CallEnd, 3, c.then, trace.Record{A: -1, B: 9})
		r := s.run()
		lane := r.Timeline.Lanes[slices.IndexFunc(r.Timeline.Lanes, func(l Lane) bool { return l.FD == 3 })]
		if open := r.Live.FDByNumber(3) != nil; open == c.gone || (lane.Ended != 0) != c.gone {
			t.Errorf("%s, then %s: open %v, its lane has ended at %d; gone: want %v", c.first, c.then, open, lane.Ended, c.gone)
		}
	}
}

// TestAThreadBlockedOnAnFDThatWasClosed: the thread stays where it is, and is not
// blocked on the fd that has the number now.
func TestAThreadBlockedOnAnFDThatWasClosed(t *testing.T) {
	s := blockedOnA()
	s.add(trace.Close, 3, "", trace.Record{})
	gone := *s
	gone.thread = 100
	gone.add(trace.CallEnd, 3, "read", trace.Record{A: 2})
	if f := gone.run().Live.FDByNumber(3); f != nil {
		t.Errorf("the end of the call makes an fd: %+v", f)
	}
	s.add(trace.Open, 3, "another", trace.Record{})
	w := s.run().Live
	top, _ := w.ThreadByID(100).Top()
	old, now := w.CalledOn(&top), w.FDByNumber(3)
	if old == nil || old == now || !old.Lingers() || old.Blocked != 1 || now.Blocked != 0 {
		t.Fatalf("the call is on %+v; want the closed fd, with one thread blocked on it; the new one has %d", old, now.Blocked)
	}
	s.thread = 100
	s.add(trace.CallEnd, 3, "read", trace.Record{A: 2})
	w = s.run().Live
	if now = w.FDByNumber(3); now.Reads != 0 || slices.ContainsFunc(w.FDs, (*FD).Lingers) {
		t.Errorf("the call has ended: the new fd has %d reads, want 0; or the old one is not done with", now.Reads)
	}
}

// TestWhenTimersAreDue: as in lab/event, timeouts count from the last return from the
// kernel, and a persistent one begins again when its callback does.
func TestWhenTimersAreDue(t *testing.T) {
	const ms = int64(1e6)
	s, woke := looping(), int64(0) // at 4 ms
	next := func() string {
		w := s.run().Live
		e, n := w.NextTimer(w.BaseByNumber(1))
		return fmt.Sprintf("%d, %s at %d ms", n, e.Label, e.Due/ms)
	}
	check := func(when, want string) {
		t.Helper()
		if got := next(); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	add := func(fd int32, label string, event int64, what trace.Readiness, timeout int64) {
		due := cmp.Or(woke, s.now+1e6) + timeout
		s.add(trace.Add, fd, label, trace.Record{Base: 1, A: int64(what), B: timeout, C: event, D: due})
		if woke != 0 { // a callback has added it
			last := len(s.records) - 1
			added := s.records[last]
			s.records[last].Kind = trace.CallbackBegin
			s.records[last].FD, s.records[last].C, s.records[last].Str = trace.NoFD, 99, 0
			s.records = append(s.records, added)
			s.add(trace.CallbackEnd, trace.NoFD, "", trace.Record{Base: 1, C: 99})
		}
	}
	begin := func(fd int32, event int64, why trace.Readiness) {
		s.add(trace.CallbackBegin, fd, "", trace.Record{Base: 1, A: int64(why), C: event})
		s.add(trace.CallbackEnd, fd, "", trace.Record{Base: 1, C: event})
	}
	wait := func(until int64) {
		s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
		s.now = until*ms - 1e6
		s.add(trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
		woke = s.now
	}
	check("none has a timeout", "0,  at 0 ms")
	add(trace.NoFD, "tick", 2, trace.Persist, 100*ms) // at 5 ms
	check("added before the first wait", "1, tick at 105 ms")
	add(trace.NoFD, "", 3, 0, 300*ms) // at 6 ms
	check("two", "2, tick at 105 ms")
	wait(105)
	begin(trace.NoFD, 2, trace.Timeout)
	check("in time", "2, tick at 205 ms")
	s.now += 50 * ms // a long callback
	add(trace.NoFD, "soon", 4, 0, 10*ms)
	check("counted from the return of the wait", "3, soon at 115 ms")
	s.add(trace.Del, trace.NoFD, "", trace.Record{Base: 1, C: 4})
	wait(450)
	begin(trace.NoFD, 2, trace.Timeout)
	check("late by more than a period", "2, a timer at 306 ms")
	s.add(trace.Del, trace.NoFD, "", trace.Record{Base: 1, C: 3})
	check("counted from now", "1, tick at 550 ms")
	add(3, "", 1, trace.Readable|trace.Persist, 20*ms) // fd 3 was added without a timeout
	check("an fd has a timeout", "2, a at 470 ms")
	add(3, "", 1, trace.Readable|trace.Persist, -1)
	check("added again without a timeout, it keeps its own", "2, a at 470 ms")
	wait(460)
	begin(3, 1, trace.Readable)
	check("not for its timeout", "2, a at 480 ms")
}
