package kernel

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"fdlab/lab/thread"
	"fdlab/lab/trace"
)

// TestAThreadThatEndsIsGone: its goroutine ends while it is locked to it, and nobody
// else says so. Meanwhile each round of looks is recorded.
func TestAThreadThatEndsIsGone(t *testing.T) {
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

	ids, end, other := make(chan uint32), make(chan bool), make(chan bool)
	defer close(other)
	var lock func()
	lock = func() {
		runtime.LockOSThread()
		id := thread.ID()
		if id == uint32(os.Getpid()) { // Go never ends the first thread of a process
			go lock() // while this one has it
			<-other
			runtime.UnlockOSThread()
			return
		}
		ids <- id
		<-end // a thread that is locked ends with its goroutine
	}
	go lock()
	id := <-ids
	count := func(which, word int64) (n int) {
		for _, r := range l.read() {
			if r.Kind == trace.Sleep && r.A == which && r.B == word {
				n++
			}
		}
		return n
	}
	until(t, "it looks again and again", func() bool { return count(0, 0) > 2 })
	if count(int64(id), trace.ThreadGone) > 0 {
		t.Fatal("a thread that lives is said to be gone")
	}
	end <- true
	until(t, "the thread is gone", func() bool { return count(int64(id), trace.ThreadGone) == 1 })
	rounds := count(0, 0)
	until(t, "it is said once", func() bool { return count(0, 0) > rounds+2 })
	if n := count(int64(id), trace.ThreadGone); n != 1 {
		t.Errorf("said %d times", n)
	}
}

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

// TestAThreadThatRanAtTheLastLookCanSleepNow: how often it got a processor is the same
// number then, and yet it sleeps.
func TestAThreadThatRanAtTheLastLookCanSleepNow(t *testing.T) {
	id := make(chan int)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	fd := int(r.Fd()) // blocking from here on
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		id <- unix.Gettid()
		unix.Read(fd, make([]byte, 1))
	}()
	s := newSleeper(strconv.Itoa(<-id))
	until(t, "it sleeps in read", func() bool { return asleep(s.dir) })
	stat, err := os.ReadFile(s.dir + "/schedstat")
	if err != nil {
		t.Fatal(err)
	}
	s.runs, s.sleep = strings.Fields(string(stat))[2], false // as if it had run at the last look
	if s.look(0, false, nil) {
		t.Error("one look is enough to say that it sleeps")
	}
	if !s.look(0, false, nil) || s.said != 1 {
		t.Error("it is never said that it sleeps")
	}
	if _, err := w.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
}

// TestASleepThatFoundNoRoomIsSaidAgain: so is the end of a thread.
func TestASleepThatFoundNoRoomIsSaidAgain(t *testing.T) {
	ring, err := trace.NewRing(256)
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

	id, end := make(chan int64), make(chan bool)
	var sleeps func()
	sleeps = func() {
		runtime.LockOSThread()
		if unix.Gettid() == os.Getpid() { // Go never ends the first thread of a process
			go sleeps()
			<-end
			runtime.UnlockOSThread()
			return
		}
		thread.ID()
		id <- int64(unix.Gettid())
		<-end
	}
	full := func() (lost uint64) {
		for l.reader.Lost() == lost {
			ring.Recorder().Put(&trace.Record{Kind: trace.Note, FD: trace.NoFD})
		}
		return l.reader.Lost()
	}
	full()
	go sleeps()
	which := <-id
	said := func(word int64) bool {
		return slices.ContainsFunc(l.read(), func(r trace.Record) bool { return r.Kind == trace.Sleep && r.A == which && r.B == word })
	}
	isLost := func(what string) { // some rounds go by: a word for each thread at most, and one that it has looked
		before := l.reader.Lost()
		until(t, what, func() bool { return l.reader.Lost() > before+40 })
	}
	isLost("a sleep is lost")
	until(t, "it sleeps", func() bool { return said(1) })
	full()
	close(end)
	until(t, "it ends", func() bool { return isGone(strconv.FormatInt(which, 10)) })
	isLost("its end is lost")
	until(t, "it is gone", func() bool { return said(trace.ThreadGone) })
}

// TestALateLookSpeaksOfItsOwnMoment: the thread has made a record since this round of looks
// began, and sleeps. A word about the beginning would be void, and no other would follow.
func TestALateLookSpeaksOfItsOwnMoment(t *testing.T) {
	ring, err := trace.NewRing(256)
	if err != nil {
		t.Fatal(err)
	}
	defer ring.Close()
	rec := ring.Recorder()
	asked := rec.Now()
	id, end := make(chan int), make(chan bool)
	defer close(end)
	var made int64
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		made = rec.Now()
		id <- unix.Gettid()
		<-end
	}()
	s := newSleeper(strconv.Itoa(<-id))
	until(t, "it sleeps", func() bool { return asleep(s.dir) })
	until(t, "it is said", func() bool { s.runs = ""; return s.look(asked, true, rec.Now) && s.said == 1 })
	if s.at < made {
		t.Errorf("it is said of %d ns; at %d the thread ran", s.at, made)
	}
}
