package sys

import (
	"testing"

	"golang.org/x/sys/unix"

	"fdlab/lab/thread"
	"fdlab/lab/trace"
)

// The pairs "plain" and "Off" tell what this package costs when nobody
// watches; "On" what a record costs, the watcher left out.

func nonblockingPipe(b *testing.B) (r, w int) {
	r, w, err := Pipe("")
	if err != nil {
		b.Fatal(err)
	}
	SetNonblock(r, true)
	SetNonblock(w, true)
	b.Cleanup(func() { closeAll(r, w) })
	return r, w
}

func BenchmarkReadEmptyPlain(b *testing.B) {
	r, _ := nonblockingPipe(b)
	buf := make([]byte, 16)
	for b.Loop() {
		rawRead(r, buf)
	}
}

func BenchmarkReadEmptyUnix(b *testing.B) {
	r, _ := nonblockingPipe(b)
	buf := make([]byte, 16)
	for b.Loop() {
		unix.Read(r, buf)
	}
}

func BenchmarkReadEmptyOff(b *testing.B) {
	r, _ := nonblockingPipe(b)
	buf := make([]byte, 16)
	b.ReportAllocs()
	for b.Loop() {
		Read(r, buf)
	}
}

func BenchmarkReadEmptyOn(b *testing.B) {
	ring, err := trace.NewRing(1 << 16)
	if err != nil {
		b.Fatal(err)
	}
	before := observed()
	current.Store(newObserver(ring.Recorder(), nil))
	defer func() { current.Store(before); ring.Close() }()
	_, unlock := thread.Lock()
	defer unlock()
	r, _ := nonblockingPipe(b)
	buf := make([]byte, 16)
	reader, batch := ring.Reader(), make([]trace.Record, 1<<16)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		Read(r, buf)
		if n++; n%(1<<15) == 0 {
			reader.Read(batch)
		}
	}
	if reader.Lost() > 0 {
		b.Fatal("records were lost")
	}
}
