package event

import (
	"fmt"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/thread"
	"fdlab/lab/trace"
)

// cascade is libevent's classic workload (its test/bench.c): pipes pipes, each
// with a persistent read event; at once active of them hold a byte; a callback
// reads its byte and writes one to a neighbour, until writes bytes were written.
type cascade struct {
	base          *Base
	ends          [][2]int
	events        []*Event
	active        int
	writes        int // that are left in this round
	fired, wanted int
	buf           [1]byte
}

func newCascade(tb testing.TB, backend string, pipes, active int) *cascade {
	c := &cascade{base: newBase(tb, backend), active: active}
	for i := range pipes {
		var ends [2]int
		if err := unix.Pipe(ends[:]); err != nil {
			tb.Fatal(err)
		}
		unix.SetNonblock(ends[0], true)
		unix.SetNonblock(ends[1], true)
		c.ends = append(c.ends, ends)
		next := (i + 1) % pipes
		e := c.base.NewEvent(ends[0], Read|Persist, func(fd int, _ What) {
			c.fired += rawRead(fd, &c.buf)
			if c.writes > 0 {
				c.writes--
				rawWrite(c.ends[next][1], &c.buf)
			}
		})
		c.events = append(c.events, e)
		if err := e.Add(NoTimeout); err != nil {
			tb.Fatal(err)
		}
	}
	tb.Cleanup(func() {
		for i, e := range c.events {
			e.Del()
			unix.Close(c.ends[i][0])
			unix.Close(c.ends[i][1])
		}
	})
	return c
}

func (c *cascade) round(writes int) {
	c.fired, c.writes, c.wanted = 0, writes, c.active+writes
	space := len(c.ends) / c.active
	for i := range c.active {
		rawWrite(c.ends[i*space][1], &c.buf)
	}
	for c.fired < c.wanted {
		c.base.Loop(Once | NonBlock)
	}
}

func rawRead(fd int, buf *[1]byte) int {
	n, _, errno := syscall.RawSyscall6(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(buf)), 1, 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

func rawWrite(fd int, buf *[1]byte) {
	syscall.RawSyscall6(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(buf)), 1, 0, 0, 0)
}

func BenchmarkCascade(b *testing.B) {
	for _, backend := range Backends() {
		for _, size := range [][2]int{{100, 1}, {100, 100}, {1000, 1}, {1000, 100}, {4000, 100}} {
			if backend == "select" && 2*size[0] > setSize {
				continue // every fd must be below FD_SETSIZE
			}
			b.Run(fmt.Sprintf("%s/pipes=%d/active=%d", backend, size[0], size[1]), func(b *testing.B) {
				benchCascade(b, backend, size[0], size[1])
			})
		}
	}
}

// The cost of being watched: the same work with recording off and on.
func BenchmarkCascadeRecorded(b *testing.B) {
	record(b)
	for _, active := range []int{1, 100} {
		b.Run(fmt.Sprintf("epoll/pipes=100/active=%d", active), func(b *testing.B) {
			benchCascade(b, Backends()[0], 100, active)
		})
	}
}

// benchCascade reports the time of one event: wait, callback, read, write.
func benchCascade(b *testing.B, backend string, pipes, active int) {
	_, unlock := thread.Lock()
	defer unlock()
	c := newCascade(b, backend, pipes, active)
	c.round(1000)
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += active + 1000 {
		c.round(1000)
	}
}

func BenchmarkActive(b *testing.B) {
	bench := func(b *testing.B) {
		base := newBase(b, "")
		n := 0
		var e *Event
		e = base.NewEvent(-1, 0, func(int, What) {
			if n++; n < b.N {
				e.Active(Read)
			}
		})
		b.ReportAllocs()
		b.ResetTimer()
		e.Active(Read)
		base.Dispatch()
		if n != b.N {
			b.Fatalf("%d calls for %d activations", n, b.N)
		}
	}
	b.Run("recording=off", bench)
	b.Run("recording=on", func(b *testing.B) {
		record(b)
		bench(b)
	})
}

func BenchmarkTimer(b *testing.B) {
	const n = 10_000
	timers := func(b *testing.B) (*Base, []*Event) {
		base := newBase(b, "")
		events := make([]*Event, n)
		for i := range events {
			events[i] = base.NewTimer(func(int, What) {})
			events[i].Add(1e12 + 1e6*time.Duration(i*7919%n))
		}
		b.ReportAllocs()
		b.ResetTimer()
		return base, events
	}
	b.Run("del-add/10000", func(b *testing.B) {
		_, events := timers(b)
		for i := range b.N {
			e := events[i%n]
			e.Del()
			e.Add(1e12 + 1e6*time.Duration(i*104729%n))
		}
	})
	b.Run("expire/1000", func(b *testing.B) {
		base, events := timers(b)
		for done := 0; done < b.N; done += 1000 {
			for i, e := range events[:1000] {
				e.Add(time.Duration(i * 7919 % 1000))
			}
			base.Loop(Once)
		}
	})
}

func BenchmarkPost(b *testing.B) {
	b.Run("pending", func(b *testing.B) { // one was posted before and the loop has not come yet
		base := newBase(b, "")
		do := func() {}
		b.ReportAllocs()
		for i := range b.N {
			base.Post(do)
			if i%10_000 == 9_999 {
				b.StopTimer()
				base.Dispatch()
				b.StartTimer()
			}
		}
	})
	b.Run("round-trip", func(b *testing.B) { // wake a sleeping loop and hear back
		base := newBase(b, "")
		done := make(chan struct{})
		go func() {
			defer close(done)
			base.Loop(NoExitOnEmpty)
		}()
		heard := make(chan struct{}, 1)
		do := func() { heard <- struct{}{} }
		b.ReportAllocs()
		b.ResetTimer()
		for range b.N {
			base.Post(do)
			<-heard
		}
		b.StopTimer()
		base.Break()
		<-done
	})
}

// record makes a ring the recorder of this process while the benchmark runs,
// and reads it empty, as an instrument would.
func record(b *testing.B) {
	ring, err := trace.NewRing(trace.Slots)
	if err != nil {
		b.Fatal(err)
	}
	trace.SetProcess(ring.Recorder())
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		reader, batch := ring.Reader(), make([]trace.Record, 4096)
		for {
			for reader.Read(batch) > 0 {
			}
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	b.Cleanup(func() {
		close(stop)
		<-stopped
		trace.SetProcess(nil)
		ring.Close()
	})
}
