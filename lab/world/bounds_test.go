package world

import (
	"runtime"
	"strconv"
	"testing"

	"fdlab/lab/trace"
)

// flood applies n records that one function makes, in batches as the instrument
// does.
func flood(run *Run, n int, record func(i int, r *trace.Record)) {
	batch := make([]trace.Record, 0, 1<<12)
	for i := range n {
		r := trace.Record{FD: trace.NoFD, Thread: 100, Time: int64(i+1) * 1000, Seq: uint64(i + 1)}
		record(i, &r)
		if batch = append(batch, r); len(batch) == cap(batch) || i == n-1 {
			run.Apply(batch)
			batch = batch[:0]
		}
	}
}

// heap is how many MiB of live memory something takes.
func heap(make func() any) (mib int64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	kept := make()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(kept)
	return (int64(after.HeapAlloc) - int64(before.HeapAlloc)) >> 20
}

// TestANewThreadForEachRecord: a search through all of them made the instrument
// deaf to its keys.
func TestANewThreadForEachRecord(t *testing.T) {
	const n = 1 << 18
	run := NewRun(&script{strings: []string{"worker"}})
	took := heap(func() any {
		flood(run, n, func(i int, r *trace.Record) { r.Kind, r.Thread, r.Str = trace.ThreadBegin, uint32(i+1), 1 })
		return run
	})
	w := run.Live
	if got := len(w.Threads); got > mostThreads || uint64(got)+w.Dropped.Threads != n {
		t.Errorf("%d threads kept, %d dropped, of %d", got, w.Dropped.Threads, n)
	}
	for i := range w.Threads {
		if got := w.ThreadByID(w.Threads[i].ID); got != &w.Threads[i] {
			t.Fatalf("thread %d is found as %+v", w.Threads[i].ID, got)
		}
	}
	if last := w.ThreadByID(n); last == nil || last.Name != "worker" {
		t.Errorf("the last thread is %+v", last)
	}
	if got := len(run.Timeline.Lanes); got > mostLanes {
		t.Errorf("%d lanes", got)
	}
	// The records are 16 MiB of past.
	t.Logf("%d MiB live", took)
	if took > 80 {
		t.Errorf("%d MiB live, want at most 80", took)
	}
}

// TestTheThreadThatGoesOnIsKept while others come and go.
func TestTheThreadThatGoesOnIsKept(t *testing.T) {
	run := NewRun(&script{strings: []string{"loop", "worker"}})
	flood(run, 1<<16, func(i int, r *trace.Record) {
		switch {
		case i == 0:
			r.Kind, r.Str = trace.ThreadBegin, 1
		case i == 1:
			r.Kind, r.Base = trace.LoopBegin, 1
		case i%2 == 0:
			r.Kind, r.Thread, r.Str = trace.ThreadBegin, uint32(1000+i), 2
		default:
			r.Kind, r.Thread = trace.ThreadEnd, uint32(1000+i-1)
		}
	})
	loop := run.Live.ThreadByID(100)
	if loop == nil || loop.Name != "loop" || len(loop.Stack) != 1 || run.Live.Loops() != 1 {
		t.Fatalf("the loop's thread is %+v", loop)
	}
	found := 0
	for i := range run.Timeline.Lanes {
		if run.Timeline.Lanes[i].Name == "loop" {
			found++
		}
	}
	if found != 1 {
		t.Errorf("%d lanes of the loop", found)
	}
}

// TestLostEndsDoNotPileUp: a callback that begins says that the one before is over.
func TestLostEndsDoNotPileUp(t *testing.T) {
	kinds := []trace.Kind{trace.CallbackBegin, trace.CallBegin, trace.Hold, trace.WaitBegin}
	run := NewRun(&script{strings: []string{"read"}})
	took := heap(func() any {
		flood(run, 5<<18, func(i int, r *trace.Record) {
			r.Kind, r.Str, r.Base, r.FD = kinds[i%len(kinds)], 1, 1, int32(5+i/len(kinds)%8)
			if r.Kind == trace.Hold || r.Kind == trace.WaitBegin {
				r.FD = trace.NoFD
			}
		})
		return run
	})
	w := run.Live
	if n := len(w.ThreadByID(100).Stack); n > 4 {
		t.Errorf("%d frames on the stack", n)
	}
	if w.Held > 1 {
		t.Errorf("%d threads are held, of one", w.Held)
	}
	for _, f := range w.FDs {
		if f.Blocked > 1 || f.InCallback > 1 {
			t.Errorf("fd %d: %d blocked on it, %d of its callbacks run; there is one thread", f.Number, f.Blocked, f.InCallback)
		}
	}
	t.Logf("%d MiB live", took) // 64 of them are the past's records
	if took > 160 {
		t.Errorf("%d MiB live, want at most 160", took)
	}
}

// TestADeepStackIsBounded: loops inside each other's callbacks, without an end.
func TestADeepStackIsBounded(t *testing.T) {
	run := NewRun(&script{})
	flood(run, 1<<14, func(i int, r *trace.Record) {
		r.Kind, r.Base = []trace.Kind{trace.LoopBegin, trace.CallbackBegin}[i%2], uint16(1+i/2)
	})
	if n := len(run.Live.ThreadByID(100).Stack); n > mostFrames {
		t.Errorf("%d frames", n)
	}
	if w := run.Live; w.Dropped.Frames == 0 || w.Dropped.Bases == 0 || len(w.Bases) > mostBases {
		t.Errorf("%d bases, dropped: %+v", len(w.Bases), w.Dropped)
	}
}

// TestWhatIsSaidIsBounded, and what is dropped is counted.
func TestWhatIsSaidIsBounded(t *testing.T) {
	const n = 10_000
	for kind, kept := range map[trace.Kind]func(*World) (int, uint64){
		trace.Step:    func(w *World) (int, uint64) { return len(w.Steps), w.Dropped.Steps },
		trace.Check:   func(w *World) (int, uint64) { return len(w.Checks), w.Dropped.Checks },
		trace.Measure: func(w *World) (int, uint64) { return len(w.Measures), w.Dropped.Measures },
		trace.Table:   func(w *World) (int, uint64) { return len(w.Tables), w.Dropped.Tables },
		trace.Cell:    func(w *World) (int, uint64) { return len(w.Cells), w.Dropped.Tables },
		trace.Moment:  func(w *World) (int, uint64) { return len(w.Moments), w.Dropped.Moments },
		trace.Offer:   func(w *World) (int, uint64) { return len(w.Offers), w.Dropped.Offers },
		trace.Add:     func(w *World) (int, uint64) { return len(w.FDByNumber(3).Watches), w.Dropped.Events },
	} {
		words := make([]string, n) // a table that is stated again is no other one
		for i := range words {
			words[i] = strconv.Itoa(i)
		}
		run := NewRun(&script{strings: words})
		flood(run, n, func(i int, r *trace.Record) {
			r.Kind, r.Str, r.A, r.C = kind, uint32(i+1), int64(i+1), int64(i+1)
			if kind == trace.Add {
				r.Base, r.FD, r.A = 1, 3, int64(trace.Readable)
			}
		})
		have, dropped := kept(run.Live)
		if have > mostSaid || uint64(have)+dropped != n || run.Live.Dropped.All() != dropped {
			t.Errorf("%v: %d kept, %d dropped, of %d; all: %d", kind, have, dropped, n, run.Live.Dropped.All())
		}
		if _, number := run.Live.Step(); kind == trace.Step && number != n {
			t.Errorf("the current step is number %d, want %d", number, n)
		}
	}
}

// TestManyFDsDoNotFillThePast: each chapter begins from a copy of the world.
func TestManyFDsDoNotFillThePast(t *testing.T) {
	run := NewRun(&script{strings: []string{"pipe (read end)"}})
	took := heap(func() any {
		flood(run, 24*chapterRecords, func(i int, r *trace.Record) {
			r.Kind, r.FD, r.Str = trace.Kernel, int32(3+i%20_000), 1
			if i < 20_000 {
				r.Kind = trace.Open
			}
		})
		return run
	})
	t.Logf("%d MiB live", took)
	if took > 160 {
		t.Errorf("%d MiB live, want at most 160", took)
	}
	if run.worlds > keepWorlds || len(run.past) < 2 {
		t.Errorf("%d bytes of worlds in %d chapters", run.worlds, len(run.past))
	}
	if at := run.Earliest(); run.At(at).Time != at {
		t.Errorf("the earliest moment shows %d, want %d", run.At(at).Time, at)
	}
}
