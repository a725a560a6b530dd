package sys

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/kernel"
	"fdlab/lab/thread"
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

// log is the trace of a test, as a reader sees it.
type log struct {
	reader *trace.Reader
	seen   []trace.Record
}

// recorded makes everything in this package leave its records in a ring.
func recorded(t *testing.T) *log {
	t.Helper()
	ring, err := trace.NewRing(1 << 12)
	if err != nil {
		t.Fatal(err)
	}
	rec := ring.Recorder()
	watcher, err := kernel.NewWatcher(rec)
	if err != nil {
		t.Fatal(err)
	}
	before := observed()
	current.Store(newObserver(rec, watcher))
	t.Cleanup(func() {
		current.Store(before)
		watcher.Close()
		ring.Close()
	})
	return &log{reader: ring.Reader()}
}

// of returns the records about fd of the given kinds.
func (l *log) of(fd int, kinds ...trace.Kind) []trace.Record {
	var batch [64]trace.Record
	for n := l.reader.Read(batch[:]); n > 0; n = l.reader.Read(batch[:]) {
		l.seen = append(l.seen, batch[:n]...)
	}
	var found []trace.Record
	for _, r := range l.seen {
		for _, k := range kinds {
			if r.Kind == k && r.FD == int32(fd) {
				found = append(found, r)
			}
		}
	}
	return found
}

// call fails unless the newest CallEnd of fd says this.
func (l *log) call(t *testing.T, fd int, name string, result int64, errno unix.Errno, data string) {
	t.Helper()
	ends := l.of(fd, trace.CallEnd)
	if len(ends) == 0 {
		t.Fatalf("no CallEnd of fd %d", fd)
	}
	r := ends[len(ends)-1]
	if got := l.reader.String(r.Str); got != name || r.A != result || r.B != int64(errno) || string(r.Data(nil)) != data {
		t.Errorf("the trace says %s(%d) = %d, errno %d, data %q; want %s = %d, errno %d, data %q",
			got, fd, r.A, r.B, r.Data(nil), name, result, errno, data)
	}
}

func closeAll(fds ...int) {
	for _, fd := range fds {
		Close(fd)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPipeLeavesItsLife(t *testing.T) {
	l := recorded(t)
	r, w, err := Pipe("notify")
	must(t, err)
	must(t, SetNonblock(r, true))
	must(t, SetNonblock(w, true))

	buf := make([]byte, 100)
	if n, err := Read(r, buf); n != -1 || err != unix.EAGAIN {
		t.Errorf("Read of an empty non-blocking pipe = %d, %v; want -1, EAGAIN", n, err)
	}
	l.call(t, r, "read", -1, unix.EAGAIN, "")
	if n, err := Write(w, []byte("0123456789abcdefXYZ")); n != 19 || err != nil {
		t.Errorf("Write = %d, %v", n, err)
	}
	l.call(t, w, "write", 19, 0, "0123456789abcdef")
	if n, err := Read(r, buf); n != 19 || err != nil || string(buf[:n]) != "0123456789abcdefXYZ" {
		t.Errorf("Read = %d, %v, %q", n, err, buf[:n])
	}
	l.call(t, r, "read", 19, 0, "0123456789abcdef")
	if got := l.of(r, trace.CallBegin); len(got) != 0 {
		t.Errorf("a call that cannot block left a CallBegin: %+v", got)
	}
	must(t, Close(w))
	if n, err := Read(r, buf); n != 0 || err != nil {
		t.Errorf("Read at the end of file = %d, %v", n, err)
	}
	l.call(t, r, "read", 0, 0, "")
	must(t, Close(r))

	life := l.of(r, trace.Open, trace.Label, trace.Close)
	if len(life) != 3 || life[0].Kind != trace.Open || life[1].Kind != trace.Label || life[2].Kind != trace.Close {
		t.Fatalf("the life of the read end: %+v", life)
	}
	if what := l.reader.String(life[0].Str); what != "pipe (read end)" || life[0].B != int64(w) {
		t.Errorf("Open says %q with peer %d; want a pipe's read end with peer %d", what, life[0].B, w)
	}
	if label := l.reader.String(life[1].Str); label != "notify (r)" {
		t.Errorf("Label says %q", label)
	}
}

// The trace must show a blocked call while it blocks.
func TestBlockedReadIsSeenWhileItBlocks(t *testing.T) {
	l := recorded(t)
	r, w, err := Pipe("")
	must(t, err)
	defer closeAll(r, w)
	done := make(chan string)
	id := make(chan uint32, 1)
	go func() {
		me, unlock := thread.Lock()
		defer unlock()
		id <- me
		buf := make([]byte, 10)
		n, err := Read(r, buf)
		if err != nil {
			n = 0
		}
		done <- string(buf[:n])
	}()
	until(t, "the read to begin", func() bool { return len(l.of(r, trace.CallBegin)) == 1 })
	begin := l.of(r, trace.CallBegin)[0]
	if me := <-id; begin.Thread != me || begin.A != 10 || l.reader.String(begin.Str) != "read" {
		t.Errorf("CallBegin = %+v of %q; want read of 10 bytes on thread %d", begin, l.reader.String(begin.Str), me)
	}
	if ends := l.of(r, trace.CallEnd); len(ends) != 0 {
		t.Fatalf("nothing was written, but the read is over: %+v", ends)
	}
	if _, err := Write(w, []byte("hei")); err != nil {
		t.Fatal(err)
	}
	if got := <-done; got != "hei" {
		t.Errorf("the blocked read gave %q", got)
	}
	l.call(t, r, "read", 3, 0, "hei")
}

// Threads that are blocked in a call must not stop the others: Go's scheduler
// has to know that they are gone.
func TestBlockedReadsDoNotStopOthers(t *testing.T) {
	const blocked = 8 // more than there are processors
	var fds []int
	results := make(chan error, blocked)
	for range max(blocked, 2*runtime.GOMAXPROCS(0)) {
		r, w, err := Pipe("")
		must(t, err)
		fds = append(fds, r, w)
		go func() {
			_, err := Read(r, make([]byte, 1))
			results <- err
		}()
	}
	for i := 1; i < len(fds); i += 2 {
		if _, err := Write(fds[i], []byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	closeAll(fds...)
}

func TestKernelViewOfOpenedFDs(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("macOS and FreeBSD know fewer facts")
	}
	l := recorded(t)
	r, w, err := Pipe("")
	must(t, err)
	_, err = Write(w, []byte("12345"))
	must(t, err)
	until(t, "the kernel to say 5 bytes", func() bool {
		k := l.of(r, trace.Kernel)
		return len(k) > 0 && k[len(k)-1].B == 5 && k[len(k)-1].What() == trace.Readable
	})
	closeAll(r, w)
	var closed bool
	l.of(r)
	for _, rec := range l.seen {
		closed = closed || rec.Kind == trace.Close && rec.FD == int32(r)
		if closed && rec.Kind == trace.Kernel && rec.FD == int32(r) {
			t.Errorf("a Kernel record after the Close: %+v", rec)
		}
	}
}

func TestCloseOfNothing(t *testing.T) {
	l := recorded(t)
	r, w, err := Pipe("")
	must(t, err)
	closeAll(r, w)
	before := Generation(r)
	if err := Close(r); err != unix.EBADF {
		t.Errorf("the second Close = %v; want EBADF", err)
	}
	closes := l.of(r, trace.Close)
	if len(closes) != 2 || closes[1].A != int64(unix.EBADF) {
		t.Errorf("the trace says %+v; want a second Close with EBADF", closes)
	}
	if _, err := Read(r, make([]byte, 1)); err != unix.EBADF {
		t.Errorf("Read of a closed fd = %v; want EBADF", err)
	}
	r2, w2, err := Pipe("")
	must(t, err)
	defer closeAll(r2, w2)
	if r2 == r && Generation(r) == before {
		t.Error("a reused number has the generation of the old fd")
	}
}

func TestNonblockingIsForgottenWithTheNumber(t *testing.T) {
	r, w, err := Pipe("")
	must(t, err)
	must(t, SetNonblock(r, true))
	if !Nonblocking(r) {
		t.Fatal("not non-blocking after SetNonblock")
	}
	closeAll(r, w)
	r2, w2, err := Pipe("")
	must(t, err)
	defer closeAll(r2, w2)
	if Nonblocking(r2) || Nonblocking(w2) {
		t.Error("a new pipe is taken for non-blocking")
	}
	flags, err := unix.FcntlInt(uintptr(r2), unix.F_GETFD, 0)
	if err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("the new pipe is not close-on-exec: %#x, %v", flags, err)
	}
}

func TestAdoptAndRelease(t *testing.T) {
	l := recorded(t)
	r, w, err := os.Pipe() // os makes them non-blocking
	must(t, err)
	defer r.Close()
	defer w.Close()
	fd := int(r.Fd()) // Fd makes it blocking again
	must(t, unix.SetNonblock(fd, true))
	must(t, Adopt(fd, "pipe of os", "mine"))
	if _, err := Read(fd, make([]byte, 1)); err != unix.EAGAIN {
		t.Errorf("Read of the adopted fd = %v; want EAGAIN", err)
	}
	open := l.of(fd, trace.Open)
	if len(open) != 1 || open[0].A != trace.NonBlocking || open[0].B != trace.NoFD {
		t.Errorf("Open of the adopted fd: %+v; want non-blocking, no peer", open)
	}
	Release(fd)
	if len(l.of(fd, trace.Close)) != 1 || Nonblocking(fd) {
		t.Error("Release left it known")
	}
	if err := Adopt(1<<19, "", ""); err != unix.EBADF {
		t.Errorf("Adopt of no fd = %v; want EBADF", err)
	}
}

func TestFIFO(t *testing.T) {
	l := recorded(t)
	path := filepath.Join(t.TempDir(), "event.fifo")
	must(t, Mkfifo(path, 0o600))
	if err := Mkfifo(path, 0o600); err != unix.EEXIST {
		t.Errorf("the second Mkfifo = %v; want EEXIST", err)
	}
	if _, err := OpenFIFO(path, unix.O_WRONLY|unix.O_NONBLOCK, ""); err != unix.ENXIO {
		t.Errorf("opening for writing without a reader = %v; want ENXIO", err)
	}
	fd, err := OpenFIFO(path, unix.O_RDWR|unix.O_NONBLOCK, "")
	must(t, err)
	defer Close(fd)
	if open := l.of(fd, trace.Open); l.reader.String(open[0].Str) != "FIFO event.fifo" {
		t.Errorf("Open says %q", l.reader.String(open[0].Str))
	}
	must(t, os.WriteFile(path, []byte("heihei\n"), 0))
	buf := make([]byte, 100)
	n, err := Read(fd, buf)
	if err != nil || string(buf[:n]) != "heihei\n" {
		t.Errorf("Read = %d, %v", n, err)
	}
	if _, err := Read(fd, buf); err != unix.EAGAIN { // no end of file: we are a writer too
		t.Errorf("Read after the writer left = %v; want EAGAIN", err)
	}
}

func TestEventfdAddsUp(t *testing.T) {
	fd, err := Eventfd(0, "doorbell")
	if runtime.GOOS != "linux" {
		if err != unix.ENOSYS {
			t.Errorf("Eventfd = %v; want ENOSYS", err)
		}
		return
	}
	must(t, err)
	defer Close(fd)
	one := []byte{1, 0, 0, 0, 0, 0, 0, 0}
	for range 5 {
		if _, err := Write(fd, one); err != nil {
			t.Fatal(err)
		}
	}
	buf := make([]byte, 8)
	if n, err := Read(fd, buf); n != 8 || err != nil || !bytes.Equal(buf, []byte{5, 0, 0, 0, 0, 0, 0, 0}) {
		t.Errorf("Read = %d, %v, %v; want the sum, 5", n, err, buf)
	}
}

func TestCallsCountsEachCall(t *testing.T) {
	r, w, err := Pipe("")
	must(t, err)
	defer closeAll(r, w)
	must(t, SetNonblock(r, true))
	before := Calls()
	Read(r, make([]byte, 1))
	Write(w, []byte("x"))
	Read(r, make([]byte, 1))
	if got := Calls() - before; got != 3 {
		t.Errorf("three calls were counted as %d", got)
	}
}

func TestNoCallAllocates(t *testing.T) {
	for _, recording := range []bool{false, true} {
		if recording {
			recorded(t)
		}
		r, w, err := Pipe("")
		must(t, err)
		defer closeAll(r, w)
		must(t, SetNonblock(r, true))
		buf := make([]byte, 4)
		if n := testing.AllocsPerRun(100, func() {
			Read(r, buf) // EAGAIN
			Write(w, buf)
			Read(r, buf)
		}); n != 0 {
			t.Errorf("recording %v: %v allocations", recording, n)
		}
	}
}

// TestABlockingCallStaysOnItsThread from the record of its beginning to that of its end, though many goroutines
// want the threads: the one that the record names is the one that sleeps in the call.
func TestABlockingCallStaysOnItsThread(t *testing.T) {
	trail := recorded(t)
	done := make(chan struct{})
	var busy sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		busy.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					runtime.Gosched()
				}
			}
		})
	}
	defer busy.Wait()
	defer close(done)
	r, w, err := Pipe("p")
	if err != nil {
		t.Fatal(err)
	}
	defer Close(r)
	defer Close(w)
	for n := range 200 {
		got := make(chan error, 1)
		go func() {
			_, err := Read(r, make([]byte, 1))
			got <- err
		}()
		var begins []trace.Record
		until(t, "a read that has begun", func() bool { begins = trail.of(r, trace.CallBegin); return len(begins) > n })
		if _, err := unix.Write(w, []byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := <-got; err != nil {
			t.Fatal(err)
		}
		var ends []trace.Record
		until(t, "its end", func() bool { ends = trail.of(r, trace.CallEnd); return len(ends) > n })
		if from, to := begins[n].Thread, ends[n].Thread; from != to {
			t.Fatalf("read %d began on thread %d and ended on thread %d", n, from, to)
		}
	}
}
