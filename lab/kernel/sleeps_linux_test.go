package kernel

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// TestASleepIsRecorded: and its end, and no more of it while it lasts.
func TestASleepIsRecorded(t *testing.T) {
	ring, err := trace.NewRing(1 << 12)
	if err != nil {
		t.Fatal(err)
	}
	l := &log{reader: ring.Reader()}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		watchThreads(ring.Recorder(), stop)
		close(stopped)
	}()
	defer func() { close(stop); <-stopped; ring.Close() }()

	var id atomic.Int64
	wake, end := make(chan bool), atomic.Bool{}
	go func() {
		runtime.LockOSThread()
		id.Store(int64(unix.Gettid()))
		<-wake
		for !end.Load() { // spins
		}
	}()
	defer end.Store(true)
	of := func() (said []int64) {
		for _, r := range l.read() {
			if r.Kind == trace.Sleep && r.A == id.Load() {
				said = append(said, r.B)
			}
		}
		return said
	}
	until(t, "the thread sleeps", func() bool { return slices.Equal(of(), []int64{1}) })
	wake <- true
	until(t, "it runs", func() bool { return slices.Equal(of(), []int64{1, 0}) })
}
