package kernel

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// benchmarkBusy is the most that a watcher can bend: a thread that does
// nothing but write to a pipe and read from it. Compare the two.
func benchmarkBusy(b *testing.B, watched bool) {
	var p [2]int
	if err := unix.Pipe(p[:]); err != nil {
		b.Fatal(err)
	}
	defer unix.Close(p[0])
	defer unix.Close(p[1])
	if watched {
		ring, err := trace.NewRing(1 << 16)
		if err != nil {
			b.Fatal(err)
		}
		w, err := NewWatcher(ring.Recorder())
		if err != nil {
			b.Fatal(err)
		}
		defer ring.Close()
		defer w.Close()
		w.Watch(p[0], p[1])
		w.Watch(p[1], p[0])
		defer w.Unwatch(p[0])
		defer w.Unwatch(p[1])
	}
	one := []byte{1}
	before, _ := ProcessUsage()
	for b.Loop() {
		unix.Write(p[1], one)
		unix.Read(p[0], one)
	}
	after, _ := ProcessUsage()
	b.ReportMetric(float64(after.Sub(before).CPU())/float64(b.N), "cpu-ns/op")
}

func BenchmarkBusyUnwatched(b *testing.B) { benchmarkBusy(b, false) }
func BenchmarkBusyWatched(b *testing.B)   { benchmarkBusy(b, true) }

// BenchmarkRise is how long after a write the record says so: the program is
// idle, the watcher has rested.
func BenchmarkRise(b *testing.B) {
	ring, err := trace.NewRing(1 << 16)
	if err != nil {
		b.Fatal(err)
	}
	defer ring.Close()
	rec := ring.Recorder()
	w, err := NewWatcher(rec)
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	var p [2]int
	if err := unix.Pipe(p[:]); err != nil {
		b.Fatal(err)
	}
	defer unix.Close(p[0])
	defer unix.Close(p[1])
	w.Watch(p[0], trace.NoFD)
	defer w.Unwatch(p[0])
	reader, batch, late := ring.Reader(), make([]trace.Record, 16), int64(0)
	await := func(readiness trace.Readiness) int64 {
		for {
			for _, r := range batch[:reader.Read(batch)] {
				if r.What() == readiness {
					return r.Time
				}
			}
			time.Sleep(50 * time.Microsecond)
		}
	}
	one := []byte{1}
	for b.Loop() {
		at := rec.Now()
		unix.Write(p[1], one)
		late += await(trace.Readable) - at
		unix.Read(p[0], one)
		await(0)
		time.Sleep(3 * time.Millisecond) // it rests, and then waits
	}
	b.ReportMetric(float64(late)/float64(b.N), "ns-late")
}
