package sys

import (
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/thread"
	"fdlab/lab/trace"
)

// TestARunOfRefusalsIsGatheredAndCounted asks an empty pipe many times: few
// records, and not one call missing from their counts.
func TestARunOfRefusalsIsGatheredAndCounted(t *testing.T) {
	trail := recorded(t)
	r, w, err := Pipe("empty")
	if err != nil {
		t.Fatal(err)
	}
	SetNonblock(r, true)
	const asked = 50_000
	buf := make([]byte, 8)
	for range asked {
		if n, err := Read(r, buf); n != -1 || err != unix.EAGAIN {
			t.Fatalf("read of an empty pipe = %d, %v, want -1, EAGAIN", n, err)
		}
	}
	if _, err := Write(w, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if n, err := Read(r, buf); n != 1 || err != nil {
		t.Fatalf("read = %d, %v, want 1 byte", n, err)
	}
	Read(r, buf) // a refusal after a success is a run of its own
	closeAll(r, w)

	var counts, records int64
	var order []int64 // of the results of the reads
	for _, rec := range trail.of(r, trace.CallEnd) {
		if trail.reader.String(rec.Str) != "read" {
			continue
		}
		if rec.A < 0 {
			counts += rec.C
			records++
		}
		order = append(order, rec.A)
	}
	if counts != asked+1 {
		t.Errorf("the records stand for %d refusals, want %d", counts, asked+1)
	}
	if records > asked/10 {
		t.Errorf("%d records for %d refusals: they were not gathered", records, asked)
	}
	if n := len(order); n < 3 || order[n-1] != -1 || order[n-2] != 1 || order[n-3] != -1 {
		t.Errorf("the last results are %v, want refusals, 1 byte, a refusal", order[max(n-3, 0):])
	}
}

// TestGatheredCallsComeBeforeALaterOne: the second end of one pipe, and then the close of another.
func TestGatheredCallsComeBeforeALaterOne(t *testing.T) {
	trail := recorded(t)
	r, w, err := Pipe("ended")
	if err != nil {
		t.Fatal(err)
	}
	other, more, err := Pipe("other")
	if err != nil {
		t.Fatal(err)
	}
	Close(w)
	for range 3 { // within less than it takes for the next record of a run
		if n, err := Read(r, make([]byte, 8)); n != 0 || err != nil {
			t.Fatalf("read = %d, %v, want 0", n, err)
		}
	}
	Close(more)
	closeAll(other, r)

	ends := trail.of(r, trace.CallEnd)
	closed := trail.of(more, trace.Close)
	if len(closed) != 1 {
		t.Fatalf("%d records say that the other pipe was closed, want 1", len(closed))
	}
	for _, rec := range ends {
		if trail.reader.String(rec.Str) == "read" && rec.Seq > closed[0].Seq {
			t.Errorf("record %d is of a read that was made before the close, record %d", rec.Seq, closed[0].Seq)
		}
	}
}

// TestGatheredCallsAreTheirThreads: another thread's call may be the reason to record them.
func TestGatheredCallsAreTheirThreads(t *testing.T) {
	trail := recorded(t)
	r, w, err := Pipe("empty")
	if err != nil {
		t.Fatal(err)
	}
	SetNonblock(r, true)
	_, unlock := thread.Lock()
	defer unlock()
	for range 3 {
		Read(r, make([]byte, 8))
	}
	done := make(chan uint32)
	go func() {
		_, unlock := thread.Lock()
		defer unlock()
		Write(w, []byte("x"))
		done <- thread.ID()
	}()
	other := <-done
	closeAll(r, w)

	for _, rec := range trail.of(r, trace.CallEnd) {
		if trail.reader.String(rec.Str) == "read" && rec.Thread == other {
			t.Errorf("record %d says that thread %d has read, and it has only written", rec.Seq, other)
		}
	}
}

// TestARunOfEqualCallsIsGathered, whatever it is that moves nothing, and also where
// the fd was made non-blocking by other means than this package's.
func TestARunOfEqualCallsIsGathered(t *testing.T) {
	const asked = 20_000
	for name, prepare := range map[string]func(r, w int) (fd int){
		"the end of file":         func(r, w int) int { SetNonblock(r, true); Close(w); return r },
		"the end, may block":      func(r, w int) int { Close(w); return r },
		"refused, made elsewhere": func(r, w int) int { unix.SetNonblock(r, true); return r },
		"an error":                func(r, w int) int { SetNonblock(w, true); return w }, // EBADF: w is for writing
	} {
		t.Run(name, func(t *testing.T) {
			trail, buf := recorded(t), make([]byte, 8)
			r, w, err := Pipe("p")
			if err != nil {
				t.Fatal(err)
			}
			fd := prepare(r, w)
			for range asked {
				if n, _ := Read(fd, buf); n > 0 {
					t.Fatalf("read %d bytes", n)
				}
			}
			Close(fd)
			var stand int64
			records := trail.of(fd, trace.CallBegin, trace.CallEnd)
			for _, rec := range records {
				if rec.Kind == trace.CallEnd && trail.reader.String(rec.Str) == "read" {
					stand += rec.C
				}
			}
			if stand != asked {
				t.Errorf("the records stand for %d calls, want %d", stand, asked)
			}
			if len(records) > asked/10 {
				t.Errorf("%d records for %d calls", len(records), asked)
			}
			for _, fd := range []int{r, w} {
				if lookUp(fd).has(isOpen) {
					Close(fd)
				}
			}
		})
	}
}

// TestBytesMayBeTakenByAnotherThread: after calls that moved nothing, a read that may block is seen to begin
// though there are bytes. Only an end stays.
func TestBytesMayBeTakenByAnotherThread(t *testing.T) {
	recorded(t)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer Settle(pair[0]) // the number is used again
	again := func() bool {
		observed().again(callRead, pair[0], unix.EAGAIN)
		return observed().wouldRepeat(callRead, pair[0])
	}
	unix.Write(pair[1], []byte("x"))
	if again() {
		t.Error("with a byte in it, a read could not block")
	}
	unix.Close(pair[1])
	if ended != 0 && !again() {
		t.Error("at the end of file a read could block")
	}
}

// TestWhatIsGatheredCanBeSettled: after that, each call stands in a record.
func TestWhatIsGatheredCanBeSettled(t *testing.T) {
	trail := recorded(t)
	r, w, err := Pipe("empty")
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(r, w)
	SetNonblock(r, true)
	for range 3 {
		Read(r, make([]byte, 8))
	}
	Settle(r)
	var stand int64
	for _, rec := range trail.of(r, trace.CallEnd) {
		if trail.reader.String(rec.Str) == "read" {
			stand += rec.C
		}
	}
	if stand != 3 {
		t.Errorf("the records stand for %d reads, want 3", stand)
	}
}

// TestACallThatMayBlockIsSeenToBegin, also after a run of calls that moved nothing:
// a FIFO that had no writer reads the end of file, and with a writer it blocks.
func TestACallThatMayBlockIsSeenToBegin(t *testing.T) {
	trail, buf := recorded(t), make([]byte, 8)
	name := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := unix.Open(name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(r, false); err != nil {
		t.Fatal(err)
	}
	if err := Adopt(r, "FIFO", "f"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if n, err := Read(r, buf); n != 0 || err != nil {
			t.Fatalf("read = %d, %v, want the end of file", n, err)
		}
	}
	w, err := unix.Open(name, unix.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	before := len(trail.of(r, trace.CallBegin))
	read := make(chan int)
	go func() { n, _ := Read(r, buf); read <- n }()
	for end := time.Now().Add(time.Minute); len(trail.of(r, trace.CallBegin)) == before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it blocks, and no record says that it began")
		}
	}
	unix.Write(w, []byte("x"))
	if n := <-read; n != 1 {
		t.Errorf("read = %d", n)
	}
	closeAll(r)
	unix.Close(w)
}

// TestWhatHasBegunEnds: two threads make the same blocking call in vain, within the time
// for which equal calls are gathered. No call that was said to begin may stay without its
// end, though nothing else happens on its fd.
func TestWhatHasBegunEnds(t *testing.T) {
	trail := recorded(t)
	r, w, err := Pipe("broken")
	if err != nil {
		t.Fatal(err)
	}
	o := observed()
	first, second := o.begin(callWrite, w, 1), o.begin(callWrite, w, 1)
	o.ended(first, callWrite, w, -1, unix.EPIPE, nil)
	o.ended(second, callWrite, w, -1, unix.EPIPE, nil)
	var begun, ended int64
	for _, rec := range trail.of(w, trace.CallBegin) {
		if trail.reader.String(rec.Str) == "write" {
			begun++
		}
	}
	for _, rec := range trail.of(w, trace.CallEnd) {
		if trail.reader.String(rec.Str) == "write" {
			ended += max(rec.C, 1)
		}
	}
	if begun != 2 || ended != 2 {
		t.Errorf("%d calls have begun in the records, and %d ended", begun, ended)
	}
	closeAll(r, w)
}
