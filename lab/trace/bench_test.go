//go:build unix

package trace

import (
	"runtime"
	"sync/atomic"
	"testing"

	"fdlab/lab/thread"
)

// The targets (docs/benchmarks.md): a record whose time is given 8 ns, with its
// own clock 45 ns, nothing allocated; switched off 2 ns; a reader 1 M/s.

// recording runs write, which writes n records, with a recorder whose ring is
// emptied from time to time, as it is in life: the clock stands still meanwhile.
func recording(b *testing.B, write func(rec *Recorder, n int)) {
	ring, err := NewRing(1 << 16)
	if err != nil {
		b.Fatal(err)
	}
	defer ring.Close()
	_, unlock := thread.Lock()
	defer unlock()
	rec, reader := ring.Recorder(), ring.Reader()
	batch := make([]Record, 1<<15)
	b.ReportAllocs()
	b.ResetTimer()
	for left := b.N; left > 0; left -= len(batch) {
		write(rec, min(left, len(batch)))
		b.StopTimer()
		for reader.Read(batch) > 0 {
		}
		b.StartTimer()
	}
	if reader.Lost() > 0 {
		b.Fatal("records were lost")
	}
}

func BenchmarkPutTimeGiven(b *testing.B) {
	id := thread.ID()
	recording(b, func(rec *Recorder, n int) {
		for now := int64(1); n > 0; n-- {
			rec.Put(&Record{Kind: Ready, FD: 5, Time: now, Thread: id, A: int64(Readable)})
		}
	})
}

// BenchmarkWrite is a loop's record: it goes from registers into the ring.
func BenchmarkWrite(b *testing.B) {
	recording(b, func(rec *Recorder, n int) {
		w := rec.Writer(1)
		for w.Thread = 1; n > 0; n-- {
			w.Ready(1, 5, 7, Readable)
		}
	})
}

// BenchmarkWriteBundle is one slot that holds three records.
func BenchmarkWriteBundle(b *testing.B) {
	recording(b, func(rec *Recorder, n int) {
		w := rec.Writer(1)
		for w.Thread = 1; n > 0; n-- {
			w.WokenThenBegin(1, 2, 5, 7, 3, Readable, Readable)
		}
	})
	b.ReportMetric(3, "records/op")
}

func BenchmarkPutTimeGivenThreadFound(b *testing.B) {
	recording(b, func(rec *Recorder, n int) {
		for now := int64(1); n > 0; n-- {
			rec.Put(&Record{Kind: Ready, FD: 5, Time: now, A: int64(Readable)})
		}
	})
}

func BenchmarkPutOwnClock(b *testing.B) {
	recording(b, func(rec *Recorder, n int) {
		for ; n > 0; n-- {
			rec.Put(&Record{Kind: Ready, FD: 5, A: int64(Readable)})
		}
	})
}

func BenchmarkPutOff(b *testing.B) {
	var rec *Recorder
	for b.Loop() {
		rec.Put(&Record{Kind: Ready, FD: 5, A: int64(Readable)})
	}
}

func BenchmarkStringKnown(b *testing.B) {
	recording(b, func(rec *Recorder, n int) {
		for ; n > 0; n-- {
			rec.String("read")
		}
	})
}

// BenchmarkReader is a writer and a reader at once, through the ring.
func BenchmarkReader(b *testing.B) {
	ring, err := NewRing(Slots)
	if err != nil {
		b.Fatal(err)
	}
	defer ring.Close()
	rec, reader := ring.Recorder(), ring.Reader()
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := int64(1); !stop.Load(); i++ {
			rec.Put(&Record{Kind: Ready, FD: 5, Time: i, Thread: 1, A: int64(Readable)})
		}
	}()
	batch := make([]Record, 4096)
	read := 0
	for b.Loop() {
		for n := 0; n < len(batch); {
			got := reader.Read(batch[n:])
			if n += got; got == 0 {
				runtime.Gosched()
			}
		}
		read += len(batch)
	}
	b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "records/s")
	stop.Store(true)
	<-done
}
