package world

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"fdlab/lab/trace"
)

// aMillion writes a recording of a million records: loops of three threads, each
// with eight fds, as an echo server makes them.
func aMillion(b *testing.B) string {
	b.Helper()
	s := &script{thread: 100}
	for fd := int32(3); fd < 27; fd++ {
		s.add(trace.Open, fd, "socket", trace.Record{A: 1, B: -1})
	}
	for base := range uint16(3) {
		s.thread = 100 + uint32(base)
		s.add(trace.LoopBegin, trace.NoFD, "", trace.Record{Base: base + 1, B: 1})
		for fd := range int32(8) {
			s.add(trace.Add, 3+8*int32(base)+fd, "client", trace.Record{Base: base + 1, A: 0x12, B: -1, C: int64(fd + 1)})
		}
	}
	for i := 0; len(s.records) < 1_000_000; i++ {
		base := uint16(i % 3)
		fd := 3 + 8*int32(base) + int32(i/3%8)
		s.thread = 100 + uint32(base)
		one := func(kind trace.Kind, fd int32, text string, r trace.Record) {
			s.add(kind, fd, text, r)
			s.now -= 999e3 // a record each microsecond
			s.records[len(s.records)-1].Time = s.now
		}
		event := int64(i/3%8 + 1)
		one(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: base + 1, A: 8, B: -1})
		one(trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: base + 1, A: 1})
		one(trace.Ready, fd, "", trace.Record{Base: base + 1, A: 2, C: event})
		one(trace.CallbackBegin, fd, "client", trace.Record{Base: base + 1, A: 2, C: event})
		r := trace.Record{A: 5}
		r.SetData([]byte("hello"))
		one(trace.CallEnd, fd, "read", r)
		one(trace.CallEnd, fd, "write", r)
		one(trace.CallbackEnd, fd, "", trace.Record{Base: base + 1, C: event})
	}
	name := filepath.Join(b.TempDir(), "million.jsonl.gz")
	if err := trace.WriteFile(name, trace.Header{Program: "million"}, s, [][]trace.Record{s.records}, 0); err != nil {
		b.Fatal(err)
	}
	return name
}

// open is what the instrument does to show a recording.
func open(b *testing.B, name string) (run *Run) {
	b.Helper()
	if _, err := trace.ScanFile(name, func(rec *trace.Recording, some []trace.Record) {
		if run == nil {
			run = NewRun(rec)
		}
		run.Apply(some)
	}); err != nil {
		b.Fatal(err)
	}
	return run
}

// BenchmarkOpenAMillion opens a recording of a million records. MB is what the
// process has from the system afterwards, all that the garbage collector keeps
// among it.
func BenchmarkOpenAMillion(b *testing.B) {
	name := aMillion(b)
	runtime.GC()
	var run *Run
	for b.Loop() {
		run = open(b, name)
	}
	if run.Live.Records < 1_000_000 {
		b.Fatalf("%d records", run.Live.Records)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys-m.HeapReleased)/1e6, "MB")
	if info, err := os.Stat(name); err == nil {
		b.ReportMetric(float64(info.Size())/1e6, "file-MB")
	}
}

// BenchmarkAnyMoment shows moments of it, chosen by chance. ms-at-most is the slowest.
func BenchmarkAnyMoment(b *testing.B) {
	run := open(b, aMillion(b))
	random := rand.New(rand.NewPCG(1, 2))
	first, last := run.Earliest(), run.Live.Time
	var slowest time.Duration
	for b.Loop() {
		began := time.Now()
		run.At(first + random.Int64N(last-first))
		slowest = max(slowest, time.Since(began))
	}
	b.ReportMetric(float64(slowest.Microseconds())/1e3, "ms-at-most")
}
