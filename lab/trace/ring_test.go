//go:build unix

package trace

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func newRing(t *testing.T, slots int) *Ring {
	t.Helper()
	ring, err := NewRing(slots)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ring.Close() })
	return ring
}

// Many threads write at once; the reader gets every record of each, in the
// order of that thread, and one number after the other without a gap.
func TestOneOrderForAllWriters(t *testing.T) {
	const writers, each = 8, 5000
	ring := newRing(t, 1<<16)
	rec, reader := ring.Recorder(), ring.Reader()
	var wg sync.WaitGroup
	defer wg.Wait()
	for w := range writers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 1; i <= each; i++ {
				rec.Put(&Record{Kind: Note, Thread: uint32(w + 1), A: int64(i), B: ^int64(i)})
			}
		}()
	}
	var batch [100]Record
	last := map[uint32]int64{}
	seq := uint64(0)
	for seq < writers*each {
		for _, r := range batch[:reader.Read(batch[:])] {
			if seq++; r.Seq != seq {
				t.Fatalf("record %d has the number %d", seq, r.Seq)
			}
			if r.A != last[r.Thread]+1 || r.B != ^r.A {
				t.Fatalf("thread %d: after %d comes %+v", r.Thread, last[r.Thread], r)
			}
			last[r.Thread] = r.A
		}
	}
	if lost := reader.Lost(); lost != 0 {
		t.Errorf("%d records lost in a ring that has room for all", lost)
	}
}

// A tiny ring and a slow reader: records are lost, and exactly counted.
func TestReadAndLostAreAllThatWasMade(t *testing.T) {
	const writers, each = 4, 2000
	ring := newRing(t, 8)
	rec, reader := ring.Recorder(), ring.Reader()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range each {
				rec.Put(&Record{Kind: Note, Thread: uint32(w + 1), A: int64(i)})
			}
		}()
	}
	finished := make(chan struct{})
	go func() { wg.Wait(); close(finished) }()
	var batch [3]Record
	read, seq := 0, uint64(0)
	last := map[uint32]int64{1: -1, 2: -1, 3: -1, 4: -1}
	take := func() int {
		n := reader.Read(batch[:])
		for _, r := range batch[:n] {
			if seq++; r.Seq != seq || r.A <= last[r.Thread] {
				t.Fatalf("record %d is %+v, after %d of its thread", seq, r, last[r.Thread])
			}
			last[r.Thread] = r.A
		}
		read += n
		return n
	}
	for reader.Lost() == 0 { // a slow reader: the ring is full before it begins
		time.Sleep(time.Millisecond)
	}
	for over := false; !over; {
		select {
		case <-finished:
			over = true
		default:
		}
		take()
	}
	for take() > 0 {
	}
	if got := uint64(read) + reader.Lost(); got != writers*each {
		t.Errorf("%d read + %d lost = %d, but %d were made", read, reader.Lost(), got, writers*each)
	}
}

// child is what the test binary does when it is started again as a recording
// program (see TestMain).
func child(what string) {
	rec := Process()
	switch what {
	case "four threads":
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				str := rec.String(fmt.Sprintf("writer %d", w))
				for i := 1; i <= 1000; i++ {
					rec.Put(&Record{Kind: Note, Thread: uint32(w + 1), Str: str, A: int64(i)})
				}
			}()
		}
		wg.Wait()
	case "until killed":
		for i := int64(1); ; i++ {
			rec.Put(&Record{Kind: Note, Str: rec.String("still here"), A: i})
		}
	case "off":
		if rec != nil {
			os.Exit(3)
		}
	}
}

const childVariable = "FDLAB_TEST_CHILD"

func TestMain(m *testing.M) {
	if what := os.Getenv(childVariable); what != "" {
		child(what)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// start runs this test binary as a child that records into the ring.
func start(t *testing.T, what string, ring *Ring) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+what, Environment+"=3")
	cmd.ExtraFiles = []*os.File{ring.File()}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestRecordsOfAnotherProcess(t *testing.T) {
	ring := newRing(t, 1<<10) // smaller than what comes
	reader := ring.Reader()
	if reader.Attached() || reader.Now() != 0 {
		t.Error("attached before there is a program")
	}
	cmd := start(t, "four threads", ring)
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	var batch [64]Record
	count, lastTime := uint64(0), int64(0)
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
		}
		for n := reader.Read(batch[:]); n > 0; n = reader.Read(batch[:]) {
			for _, r := range batch[:n] {
				count++
				if want := fmt.Sprintf("writer %d", r.Thread-1); reader.String(r.Str) != want {
					t.Fatalf("the string is %q; want %q", reader.String(r.Str), want)
				}
				lastTime = max(lastTime, r.Time)
			}
		}
	}
	if count+reader.Lost() != 4000 {
		t.Errorf("%d read, %d lost; 4000 were made", count, reader.Lost())
	}
	if !reader.Attached() || lastTime <= 0 || lastTime > reader.Now() {
		t.Errorf("attached %v, last record at %d, now %d", reader.Attached(), lastTime, reader.Now())
	}
}

func TestLastRecordsOfAKilledProgram(t *testing.T) {
	const slots = 256
	ring := newRing(t, slots)
	reader := ring.Reader()
	cmd := start(t, "until killed", ring)
	for reader.Lost() == 0 { // it has filled the ring
		time.Sleep(time.Millisecond)
	}
	cmd.Process.Kill()
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Sys().(interface{ Signaled() bool }).Signaled() == false {
		t.Fatalf("the child was not killed: %v", err)
	}
	var batch [100]Record
	read := int64(0)
	for n := reader.Rest(batch[:]); n > 0; n = reader.Rest(batch[:]) {
		for _, r := range batch[:n] {
			if read++; r.A != read || reader.String(r.Str) != "still here" {
				t.Fatalf("record %d is %+v %q", read, r, reader.String(r.Str))
			}
		}
	}
	if read < slots-1 { // one may be unfinished
		t.Errorf("%d records left by a full ring of %d", read, slots)
	}
}

func TestUnfinishedRecordIsSkippedAndCounted(t *testing.T) {
	ring := newRing(t, 8)
	rec, reader := ring.Recorder(), ring.Reader()
	rec.Put(&Record{Kind: Note, A: 1})
	ring.head.written.Add(1) // a thread died between claim and publish
	rec.Put(&Record{Kind: Note, A: 3})
	var batch [8]Record
	if n := reader.Read(batch[:]); n != 1 || batch[0].A != 1 {
		t.Fatalf("Read = %d, %+v; want the first record alone", n, batch[0])
	}
	if n := reader.Rest(batch[:]); n != 1 || batch[0].A != 3 || reader.Lost() != 1 {
		t.Errorf("Rest = %d, %+v, lost %d; want the third record, one lost", n, batch[0], reader.Lost())
	}
	ring.head.written.Store(1 << 60) // the program wrote rubbish before it crashed
	if n := reader.Rest(batch[:]); n != 0 {
		t.Errorf("Rest = %d in a damaged ring", n)
	}
}

func TestProcessWithoutWatcherIsOff(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("Process() is on without a ring: %v %s", err, out)
	}
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=off", Environment+"=77")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "nothing is recorded") {
		t.Errorf("a ring that is not there: %v, says %q", err, out)
	}
}

func TestRefusedFiles(t *testing.T) {
	good := newRing(t, 4)
	whole, err := os.ReadFile(fmt.Sprintf("/dev/fd/%d", good.File().Fd()))
	if err != nil {
		t.Fatal(err)
	}
	damage := func(at int, value uint32) []byte {
		b := append([]byte(nil), whole...)
		binary.NativeEndian.PutUint32(b[at:], value)
		return b
	}
	for _, c := range []struct {
		name, want string
		bytes      []byte
	}{
		{"empty", "too short", nil},
		{"short", "too short", whole[:headerSize-1]},
		{"cut off", "damaged", whole[:len(whole)-1]},
		{"another file", "not a trace ring", damage(0, 0)},
		{"version", fmt.Sprint("version 99, this program reads version ", ringVersion), damage(8, 99)},
		{"record size", "build both from the same checkout", damage(12, 32)},
		{"slots", "damaged", damage(16, 5)},
		{"no slots", "damaged", damage(16, 0)},
	} {
		path := filepath.Join(t.TempDir(), "ring")
		if err := os.WriteFile(path, c.bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		ring, err := OpenRing(file)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: OpenRing = %v; want an error with %q", c.name, err, c.want)
		}
		if ring != nil {
			ring.Close()
		}
		if err := file.Close(); err == nil {
			t.Errorf("%s: the refused file was left open", c.name)
		}
	}
	for _, slots := range []int{0, -1, 3} {
		if _, err := NewRing(slots); err == nil {
			t.Errorf("NewRing(%d) gave no error", slots)
		}
	}
}

func TestStringTable(t *testing.T) {
	ring := newRing(t, 4)
	rec, reader := ring.Recorder(), ring.Reader()
	a, b := rec.String("epoll"), rec.String("poll")
	if a == b || rec.String("epoll") != a || rec.String("") != 0 {
		t.Errorf("numbers %d, %d, then %d; %d for \"\"", a, b, rec.String("epoll"), rec.String(""))
	}
	if reader.String(a) != "epoll" || reader.String(b) != "poll" || reader.String(0) != "" {
		t.Errorf("texts %q, %q, %q", reader.String(a), reader.String(b), reader.String(0))
	}
	big := strings.Repeat("x", 100_000)
	last := uint32(0)
	for i := 0; ; i++ {
		id := rec.String(fmt.Sprint(i, big))
		if id == last {
			break
		}
		last = id
		if i > stringSpace/len(big)+1 {
			t.Fatal("the table is never full")
		}
	}
	if got := reader.String(last); got != "(the string table is full)" {
		t.Errorf("a full table gives %.40q", got)
	}
	if rec.String("poll") != b || reader.String(a) != "epoll" {
		t.Error("a full table has forgotten what it knew")
	}
	for _, damaged := range []uint32{a + 1, last + 1, 1 << 31, 1<<32 - 1} {
		_ = reader.String(damaged) // must not crash
	}
	if got := reader.String(1<<32 - 1); got != "(unknown)" {
		t.Errorf("a damaged number gives %q", got)
	}
	ring.head.strings.Store(1 << 62)
	if got := reader.String(a); got != "(unknown)" {
		t.Errorf("a damaged length gives %q", got)
	}
}

func TestNilRecorderDoesNothing(t *testing.T) {
	var rec *Recorder
	rec.Put(&Record{Kind: Note})
	if rec.On() || rec.Now() != 0 || rec.String("x") != 0 || rec.NextBase() != 0 || rec.NextEvent() != 0 {
		t.Error("a nil Recorder does something")
	}
}

func TestPutAllocatesNothing(t *testing.T) {
	ring := newRing(t, 1<<12)
	rec := ring.Recorder()
	if n := testing.AllocsPerRun(100, func() {
		r := Record{Kind: CallEnd, FD: 3, Str: rec.String("read")}
		r.SetData([]byte("0123456789"))
		rec.Put(&r)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestDataKeepsSixteenBytes(t *testing.T) {
	for n := range 40 {
		in := []byte("\x00\xff0123456789abcdefghijklmnopqrstuvwxyz0123")[:n]
		var r Record
		r.SetData(in)
		if got := string(r.Data([]byte(">"))); got != ">"+string(in[:min(n, 16)]) {
			t.Errorf("%d bytes: %q", n, got)
		}
	}
	r := Record{Bytes: 255} // damaged
	if got := len(r.Data(nil)); got != 16 {
		t.Errorf("a damaged count gives %d bytes", got)
	}
}

func TestRingLeavesNoFileBehind(t *testing.T) {
	ring := newRing(t, 4)
	var st unix.Stat_t
	if err := unix.Fstat(int(ring.File().Fd()), &st); err != nil || st.Nlink != 0 {
		t.Errorf("the ring's file has %d names, %v", st.Nlink, err)
	}
}
