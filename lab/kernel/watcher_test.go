package kernel

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// until waits for a condition, and gives up after a time that only a broken
// program needs.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited 20 s for: %s", what)
		}
	}
}

// log is a watcher with its records, as a reader sees them.
type log struct {
	*Watcher
	reader *trace.Reader
	seen   []trace.Record
}

func watching(t *testing.T) *log {
	t.Helper()
	ring, err := trace.NewRing(1 << 12)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWatcher(ring.Recorder())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(); ring.Close() })
	return &log{Watcher: w, reader: ring.Reader()}
}

func (l *log) read() []trace.Record {
	var batch [64]trace.Record
	for {
		n := l.reader.Read(batch[:])
		if n == 0 {
			return l.seen
		}
		l.seen = append(l.seen, batch[:n]...)
	}
}

// wait waits until the newest Kernel record of fd says this.
func (l *log) wait(t *testing.T, what string, fd int, want State) {
	t.Helper()
	until(t, what, func() bool {
		for i := len(l.read()) - 1; i >= 0; i-- {
			if r := l.seen[i]; r.Kind == trace.Kernel && r.FD == int32(fd) {
				return r.What() == want.Ready && r.B == want.Queued && r.C == want.Unsent
			}
		}
		return false
	})
}

func TestWatcherSeesRiseAndDrain(t *testing.T) {
	linuxOnly(t)
	l := watching(t)
	r, w := pipe(t)
	l.Watch(r, w)
	l.Watch(w, r)
	l.wait(t, "a new write end is writable", w, State{Ready: trace.Writable})
	for i := 1; i <= 3; i++ { // nobody reads: it grows, at both ends
		write(t, w, "x")
		l.wait(t, "bytes at the read end", r, State{Ready: trace.Readable, Queued: int64(i)})
		l.wait(t, "bytes at the write end", w, State{Ready: trace.Writable, Unsent: int64(i)})
	}
	unix.Read(r, make([]byte, 2))
	l.wait(t, "one byte left", r, State{Ready: trace.Readable, Queued: 1})
	unix.Read(r, make([]byte, 2))
	l.wait(t, "drained", r, State{})
	l.wait(t, "drained", w, State{Ready: trace.Writable})
	l.Unwatch(w)
	unix.Close(w)
	l.wait(t, "end of file", r, State{Ready: trace.HangUp})
}

func TestWatcherIsSilentWhenNothingChanges(t *testing.T) {
	linuxOnly(t)
	l := watching(t)
	r, w := pipe(t)
	l.Watch(r, w)
	write(t, w, "unread")
	l.wait(t, "6 bytes", r, State{Ready: trace.Readable, Queued: 6})
	n := len(l.read())
	// Another fd goes through ten changes, so the watcher has looked at all.
	r2, w2 := pipe(t)
	l.Watch(r2, trace.NoFD)
	for range 5 {
		write(t, w2, "x")
		l.wait(t, "a byte", r2, State{Ready: trace.Readable, Queued: 1})
		unix.Read(r2, make([]byte, 1))
		l.wait(t, "drained", r2, State{})
	}
	for _, rec := range l.read()[n:] {
		if rec.FD == int32(r) {
			t.Errorf("nothing changed at fd %d, but there is a record: %+v", r, rec)
		}
	}
}

func TestWatcherSeesBacklog(t *testing.T) {
	linuxOnly(t)
	l := watching(t)
	listener, name := loopback(t, 5)
	l.Watch(listener, trace.NoFD)
	backlog := func(want int64) {
		t.Helper()
		until(t, fmt.Sprint("backlog ", want), func() bool {
			for i := len(l.read()) - 1; i >= 0; i-- {
				if r := l.seen[i]; r.Kind == trace.Socket {
					return r.C == want && r.D == 5 && l.reader.String(r.Str) == "LISTEN"
				}
			}
			return false
		})
	}
	for i := range 3 {
		if err := unix.Connect(socket(t), name); err != nil {
			t.Fatal(err)
		}
		backlog(int64(i + 1))
	}
	for i := 2; i >= 0; i-- {
		conn, _, err := unix.Accept(listener)
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(conn)
		backlog(int64(i))
	}
}

// A number that comes back as another fd must not get the old one's records.
func TestReusedNumberIsAnotherFD(t *testing.T) {
	linuxOnly(t)
	l := watching(t)
	for range 200 {
		var p [2]int
		if err := unix.Pipe(p[:]); err != nil {
			t.Fatal(err)
		}
		l.Watch(p[0], p[1])
		write(t, p[1], "old")
		l.Unwatch(p[0])
		unix.Close(p[0])
		unix.Close(p[1])
		mark := len(l.read())
		if err := unix.Pipe(p[:]); err != nil { // most likely the same numbers
			t.Fatal(err)
		}
		l.Watch(p[0], p[1])
		write(t, p[1], "newer")
		l.wait(t, "5 bytes", p[0], State{Ready: trace.Readable, Queued: 5})
		for _, rec := range l.read()[mark:] {
			if rec.B == 3 {
				t.Fatalf("fd %d is a new pipe with 5 bytes, but a record says 3: %+v", p[0], rec)
			}
		}
		l.Unwatch(p[0])
		unix.Close(p[0])
		unix.Close(p[1])
	}
}

func TestClosedBehindItsBack(t *testing.T) {
	linuxOnly(t)
	l := watching(t)
	r, w := pipe(t)
	l.Watch(r, w)
	write(t, w, "x")
	l.wait(t, "a byte", r, State{Ready: trace.Readable, Queued: 1})
	unix.Close(r)
	l.wait(t, "not open", r, State{Ready: trace.NotOpen})
}

func TestWatchFromManyThreads(t *testing.T) {
	l := watching(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 200 {
				var p [2]int
				if err := unix.Pipe(p[:]); err != nil {
					t.Error(err)
					return
				}
				l.Watch(p[0], p[1])
				l.Watch(p[1], p[0])
				unix.Write(p[1], []byte("x"))
				l.Unwatch(p[0])
				l.Unwatch(p[1])
				unix.Close(p[0])
				unix.Close(p[1])
			}
		}()
	}
	wg.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.fds) != 0 || len(l.awake) != 0 {
		t.Errorf("%d fds and %d samples are left", len(l.fds), len(l.awake))
	}
}

func TestNilWatcherDoesNothing(t *testing.T) {
	w, err := NewWatcher(nil)
	if w != nil || err != nil {
		t.Fatalf("NewWatcher(nil) = %v, %v", w, err)
	}
	w.Watch(0, 1)
	w.Unwatch(0)
	w.Close()
}

func BenchmarkLookPipe(b *testing.B) {
	var p [2]int
	if err := unix.Pipe(p[:]); err != nil {
		b.Fatal(err)
	}
	defer unix.Close(p[0])
	defer unix.Close(p[1])
	b.ReportAllocs()
	for b.Loop() {
		Look(p[0])
	}
}

func TestCloseLeavesNoFDBehind(t *testing.T) {
	ring, err := trace.NewRing(16)
	if err != nil {
		t.Fatal(err)
	}
	defer ring.Close()
	open := func() (n int) {
		for fd := range 256 {
			if ready, err := readiness(fd); err == nil && ready&trace.NotOpen == 0 {
				n++
			}
		}
		return n
	}
	life := func() {
		w, err := NewWatcher(ring.Recorder())
		if err != nil {
			t.Fatal(err)
		}
		w.Close()
	}
	life() // Go's runtime may open fds of its own the first time
	before := open()
	for range 5 {
		life()
	}
	if after := open(); after != before {
		t.Errorf("%d fds are open after five watchers; %d before", after, before)
	}
}

// TestALookIsAtOnce: what has just arrived is recorded before Look returns.
func TestALookIsAtOnce(t *testing.T) {
	l := watching(t)
	var p [2]int
	if err := unix.Pipe(p[:]); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(p[0])
	defer unix.Close(p[1])
	l.Watch(p[0], trace.NoFD)
	for n := range int64(20) {
		if _, err := unix.Write(p[1], []byte("x")); err != nil {
			t.Fatal(err)
		}
		l.Look(p[0])
		seen := l.read()
		if len(seen) == 0 || seen[len(seen)-1].B != n+1 {
			t.Fatalf("after %d bytes the last of %d records is not about them", n+1, len(seen))
		}
	}
	l.Unwatch(p[0])
	l.Look(p[0]) // of an fd that is not watched it knows nothing
}

// TestWhatWasSaidWithinACallIsSaidAgain: a look may come between a read and its record, and then it says what is left
// before the record says what was taken. After the record the answer is the same, and is recorded all the same.
func TestWhatWasSaidWithinACallIsSaidAgain(t *testing.T) {
	linuxOnly(t)
	l := watching(t)
	r, w := pipe(t)
	l.Watch(r, trace.NoFD)
	write(t, w, "hello\n")
	l.wait(t, "six bytes", r, State{Ready: trace.Readable, Queued: 6})
	began := l.rec.Now()
	unix.Read(r, make([]byte, 4))
	l.wait(t, "two bytes are left", r, State{Ready: trace.Readable, Queued: 2})
	before := len(l.read())
	l.LookAgain(r, began)
	l.read()
	if n := len(l.seen); n == before || l.seen[n-1].B != 2 {
		t.Errorf("%d records before it, %d after; want one more, about two bytes", before, n)
	}
}

// TestWhatFoundNoRoomIsSaidAgain: nothing changes any more, so one lost record would
// leave the reader with the state of before for ever.
func TestWhatFoundNoRoomIsSaidAgain(t *testing.T) {
	linuxOnly(t)
	ring, err := trace.NewRing(256)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWatcher(ring.Recorder())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(); ring.Close() })
	l := &log{Watcher: w, reader: ring.Reader()}
	listener, name := loopback(t, 5)
	r, feed := pipe(t)
	for _, fd := range []int{r, listener} {
		l.Watch(fd, trace.NoFD)
	}
	loses := func(what string, change func()) {
		t.Helper()
		for before := l.reader.Lost(); l.reader.Lost() == before; {
			ring.Recorder().Put(&trace.Record{Kind: trace.Note, FD: trace.NoFD})
		}
		before := l.reader.Lost()
		change()
		until(t, what+" is lost", func() bool { return l.reader.Lost() > before })
	}
	loses("what arrives", func() { write(t, feed, "hello") })
	l.wait(t, "5 bytes", r, State{Ready: trace.Readable, Queued: 5})
	loses("what is taken", func() { unix.Read(r, make([]byte, 5)) })
	l.wait(t, "it is drained", r, State{})
	loses("a client", func() {
		if err := unix.Connect(socket(t), name); err != nil {
			t.Fatal(err)
		}
	})
	until(t, "a backlog of 1", func() bool {
		return slices.ContainsFunc(l.read(), func(r trace.Record) bool { return r.Kind == trace.Socket && r.C == 1 })
	})
}
