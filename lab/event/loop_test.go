package event

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/thread"
)

func TestReasons(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		loop(t, b, 0, NoEvents)
		loop(t, b, NonBlock|NoExitOnEmpty, Done)
		add(t, b.NewTimer(func(int, What) {}), time.Hour)
		loop(t, b, NonBlock, Done)
		loop(t, b, NonBlock|Once, Done)
		// A timer without a timeout waits for nothing.
		if e := add(t, b.NewTimer(func(int, What) {}), NoTimeout); e.Pending() != 0 {
			t.Fatal("a timer without a timeout is pending")
		}
	})
	for reason, code := range map[Reason]int{NoEvents: 1, Broken: 0, Exited: 0, Done: 0, Failed: -1} {
		if reason.Code() != code {
			t.Errorf("%v is %d in libevent, not %d", reason, code, reason.Code())
		}
	}
}

func TestBreakLeavesTheRestForTheNextLoop(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		b.Break() // before the loop: ignored
		breaker := b.NewEvent(-1, 0, func(fd int, what What) {
			c.log("break")(fd, what)
			b.Break()
		})
		breaker.Active(Read)
		b.NewEvent(-1, 0, c.log("rest")).Active(Read)
		loop(t, b, 0, Broken)
		c.want(t, "break read")
		loop(t, b, 0, NoEvents)
		c.want(t, "rest read")
	})
}

func TestExitLetsActiveEventsRun(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		a, _ := pair(t)
		add(t, b.NewEvent(a, Read, c.log("never")), NoTimeout)
		b.NewEvent(-1, 0, func(fd int, what What) {
			c.log("exit")(fd, what)
			b.Exit(0)
		}).Active(Read)
		b.NewEvent(-1, 0, c.log("rest")).Active(Read)
		loop(t, b, 0, Exited)
		c.want(t, "exit read", "rest read")

		began := time.Now()
		b.Exit(30 * time.Millisecond)
		loop(t, b, 0, Exited)
		if took := time.Since(began); took < 30*time.Millisecond {
			t.Fatalf("it left after %v", took)
		}
	})
}

func TestContinueLooksForNewEventsFirst(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		a, z := pair(t)
		urgent := b.NewEvent(a, Read, c.log("urgent"))
		urgent.SetPriority(0)
		add(t, urgent, NoTimeout)
		b.NewEvent(-1, 0, func(fd int, what What) {
			c.log("continue")(fd, what)
			write(t, z, "x")
			b.Continue()
		}).Active(Read)
		b.NewEvent(-1, 0, c.log("rest")).Active(Read)
		loop(t, b, 0, NoEvents)
		c.want(t, "continue read", "urgent read", "rest read")
	})
}

func TestNonBlockGoesOnWhileSomethingIsReady(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		write(t, z, "abc")
		n := 0
		add(t, b.NewEvent(a, Read|Persist, func(fd int, _ What) {
			var one [1]byte
			unix.Read(fd, one[:])
			n++
		}), NoTimeout)
		loop(t, b, NonBlock, Done)
		if n != 3 {
			t.Fatalf("%d callbacks for three bytes", n)
		}
	})
}

func TestOnce(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		a, z := pair(t)
		write(t, z, "x")
		for _, err := range []error{
			b.Once(a, Read, NoTimeout, c.log("fd")),
			b.Once(-1, Timeout, NoTimeout, c.log("now")),
			b.Once(-1, Timeout, 0, c.log("zero")),
			b.Once(-1, Timeout, 10*time.Millisecond, c.log("later")),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		loop(t, b, 0, NoEvents)
		c.want(t, "now timeout", "zero timeout", "fd read", "later timeout")
		for _, what := range []What{Signal, Read | Persist, 0} {
			if err := b.Once(a, what, 0, c.log("x")); !errors.Is(err, ErrBadWhat) {
				t.Errorf("Once for %v: %v", what, err)
			}
		}
	})
}

func TestTwoBasesInOneThread(t *testing.T) {
	onEach(t, func(t *testing.T, outer *Base) {
		inner := newBase(t, outer.Backend())
		var c calls
		a, z := pair(t)
		write(t, z, "x")
		add(t, outer.NewEvent(a, Read, func(fd int, what What) {
			c.log("outer")(fd, what)
			if reason, err := outer.Dispatch(); reason != Failed || !errors.Is(err, ErrRunning) ||
				!strings.Contains(err.Error(), "one of its callbacks") {
				t.Errorf("the base inside itself: %v, %v", reason, err)
			}
			add(t, inner.NewTimer(c.log("inner")), 0)
			loop(t, inner, 0, NoEvents)
		}), NoTimeout)
		outer.NewEvent(-1, 0, c.log("outer goes on")).Active(Read)
		loop(t, outer, 0, NoEvents)
		c.want(t, "outer goes on read", "outer read", "inner timeout")
	})
}

func TestPostFromManyThreads(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		const threads, posts = 8, 200
		var at, last [threads]int
		home := uint32(0)
		b.Post(func() { home = thread.ID() }) // before the loop: mail keeps it alive
		var all sync.WaitGroup
		for i := range threads {
			all.Add(1)
			go func() {
				defer all.Done()
				for n := 1; n <= posts; n++ {
					b.Post(func() {
						if thread.ID() != home {
							t.Error("a posted function ran on another thread")
						}
						if at[i]++; n != last[i]+1 {
							t.Errorf("thread %d: post %d came after %d", i, n, last[i])
						}
						last[i] = n
					})
				}
			}()
		}
		go func() {
			all.Wait()
			b.Post(func() { b.Post(b.Break) }) // from the loop's own thread too
		}()
		loop(t, b, NoExitOnEmpty, Broken)
		for i, n := range at {
			if n != posts {
				t.Errorf("thread %d: %d of %d posts came", i, n, posts)
			}
		}
		if s := b.Stats(); s.Callbacks != threads*posts+3 || s.Wakeups == 0 || s.Wakeups > s.Callbacks {
			t.Errorf("%+v", s)
		}
	})
}

// TestAHeldPostIsAnotherThreads: a loop that posts to itself must go on, or nobody would
// hear what the other thread is held for.
func TestAHeldPostIsAnotherThreads(t *testing.T) {
	b := newBase(t, "")
	var held control.CallGate
	b.calls = &held
	held.Hold(control.BeforePost, 0)
	defer held.Release()
	var came []string
	other := make(chan struct{})
	b.NewTimer(func(int, What) {
		b.Post(func() { came = append(came, "own") })
		go func() {
			b.Post(func() { came = append(came, "another's"); b.Break() })
			close(other)
		}()
		b.NewTimer(func(int, What) { held.Release() }).Add(50 * time.Millisecond)
	}).Add(0)
	loop(t, b, NoExitOnEmpty, Broken)
	<-other
	if !slices.Equal(came, []string{"own", "another's"}) {
		t.Errorf("posts came in the order %q", came)
	}
}

func TestPostedFunctionsSurviveABreak(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		b.Post(b.Break)
		b.Post(func() { c = append(c, "second") })
		loop(t, b, 0, Broken)
		c.want(t)
		loop(t, b, 0, NoEvents)
		c.want(t, "second")
	})
}

// awaitLoop runs the base's loop on a thread of its own and returns when it is
// under way; the function ends it.
func awaitLoop(t *testing.T, b *Base) (stop func()) {
	begun, ended := make(chan struct{}), make(chan struct{})
	b.Post(func() { close(begun) })
	go func() {
		defer close(ended)
		b.Loop(NoExitOnEmpty)
	}()
	<-begun
	return sync.OnceFunc(func() {
		b.Break()
		<-ended
	})
}

func TestOtherThreadsAreToldSo(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		fired := make(chan string, 1)
		e := b.NewEvent(a, Read, func(fd int, _ What) { fired <- read(fd) }).Named("telnet")
		stop := awaitLoop(t, b)
		defer stop()
		for op, err := range map[string]error{"add": e.Add(NoTimeout), "delete": e.Del(), "activate": e.Active(Read)} {
			if !errors.Is(err, ErrOtherThread) || !strings.Contains(err.Error(), "Base.Post") ||
				!strings.Contains(err.Error(), op+` read "telnet" on fd`) {
				t.Errorf("%s: %v", op, err)
			}
		}
		if _, err := b.Dispatch(); !errors.Is(err, ErrRunning) || !strings.Contains(err.Error(), "another thread") {
			t.Errorf("dispatch of a base that runs: %v", err)
		}
		if err := b.Close(); !errors.Is(err, ErrRunning) {
			t.Errorf("close of a base that runs: %v", err)
		}
		b.Post(func() { e.Add(NoTimeout) }) // the way that the error shows
		write(t, z, "hello")
		if got := <-fired; got != "hello" {
			t.Errorf("read %q", got)
		}
		stop()
	})
}

func TestExitFromAnotherThread(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		begun := make(chan struct{})
		b.Post(func() { close(begun) })
		go func() { <-begun; b.Exit(0) }()
		loop(t, b, NoExitOnEmpty, Exited)
	})
}

// interrupted is a backend whose first wait ends in EINTR.
type interrupted struct {
	backend
	waits int
}

func (i *interrupted) wait(timeout time.Duration) (int, error) {
	if i.waits++; i.waits == 1 {
		return 0, unix.EINTR
	}
	return i.backend.wait(timeout)
}

func TestAnInterruptedLookIsRepeated(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		var c calls
		add(t, b.NewEvent(a, Read, c.log("e")), NoTimeout)
		write(t, z, "x")
		b.backend = &interrupted{backend: b.backend}
		loop(t, b, NonBlock|Once, Done)
		c.want(t, "e read")
	})
}

// elsewhere does something on another thread, and waits until it is done.
func elsewhere(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	<-done
}

func TestBreakFromAnotherThreadSkipsTheRest(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		b.NewTimer(func(int, What) {
			c.log("first")(-1, Read)
			elsewhere(b.Break)
		}).Active(Read)
		b.NewTimer(c.log("second")).Active(Read)
		loop(t, b, 0, Broken)
		c.want(t, "first read")
		loop(t, b, 0, NoEvents)
		c.want(t, "second read")
	})
}

func TestBreakFromAnotherThreadEndsAWait(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		begun := make(chan struct{})
		b.Post(func() { close(begun) })
		go func() { <-begun; b.Break() }()
		loop(t, b, NoExitOnEmpty, Broken)
		loop(t, b, 0, NoEvents)
	})
}

func TestContinueFromAnotherThreadLooksFirst(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		var c calls
		urgent := b.NewEvent(a, Read, c.log("urgent"))
		urgent.SetPriority(0)
		add(t, urgent, NoTimeout)
		b.NewTimer(func(int, What) {
			c.log("first")(-1, Read)
			write(t, z, "x")
			elsewhere(b.Continue)
		}).Active(Read)
		b.NewTimer(c.log("second")).Active(Read)
		loop(t, b, 0, NoEvents)
		c.want(t, "first read", "urgent read", "second read")
	})
}

func TestSignals(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		raise := func() { syscall.Kill(syscall.Getpid(), syscall.SIGUSR1) }
		var c calls
		first := b.NewSignal(syscall.SIGUSR1, c.log("first"))
		last := b.NewEvent(int(syscall.SIGUSR1), Signal, c.log("last"))
		add(t, first, NoTimeout)
		add(t, last, NoTimeout)
		if first.Pending() != Signal {
			t.Fatalf("pending %v", first.Pending())
		}
		raise()
		loop(t, b, Once, Done)
		c.want(t, "last signal", "first signal")
		raise()
		loop(t, b, Once, Done)
		c.want(t, "first signal") // the other was one-shot
		first.Del()
		loop(t, b, 0, NoEvents)

		// Several raises are several calls, of a one-shot too. How many of them
		// the Go runtime passes on is not ours to say.
		if !first.base.empty() {
			t.Fatal("not empty")
		}
		add(t, last, NoTimeout)
		b.activate(last, Signal, 3)
		loop(t, b, 0, NoEvents)
		c.want(t, "last signal", "last signal", "last signal")

		// Deleted in the first call, it has no second.
		var self *Event
		self = b.NewSignal(syscall.SIGUSR1, func(fd int, what What) {
			c.log("self")(fd, what)
			self.Del()
		})
		add(t, self, NoTimeout)
		b.activate(self, Signal, 3)
		loop(t, b, 0, NoEvents)
		c.want(t, "self signal")

		for _, number := range []int{-1, 0, 65, int(syscall.SIGKILL)} {
			if err := b.NewEvent(number, Signal, c.log("x")).Add(NoTimeout); err == nil {
				t.Errorf("signal %d was accepted", number)
			}
		}
	})
}

func TestASignalEndsALongWait(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		add(t, b.NewEvent(int(syscall.SIGUSR2), Signal, c.log("signal")), time.Hour)
		stop := make(chan struct{})
		go func() {
			<-stop
			syscall.Kill(syscall.Getpid(), syscall.SIGUSR2)
		}()
		b.Post(func() { close(stop) })
		loop(t, b, 0, NoEvents)
		c.want(t, "signal signal")
	})
}

func TestBackendByName(t *testing.T) {
	_, err := New(Config{Backend: "devpoll"})
	if !errors.Is(err, ErrBackend) || !strings.Contains(err.Error(), `"devpoll"`) ||
		!strings.Contains(err.Error(), strings.Join(Backends(), ", ")) {
		t.Errorf("New(devpoll): %v", err)
	}
	if b := newBase(t, ""); b.Backend() != Backends()[0] {
		t.Errorf("the best backend is %s, not %s", Backends()[0], b.Backend())
	}
	for _, want := range []string{"poll", "select"} {
		if !slices.Contains(Backends(), want) {
			t.Errorf("no %s", want)
		}
	}
	if _, err := New(Config{Priorities: 257}); !errors.Is(err, ErrPriority) {
		t.Errorf("257 priorities: %v", err)
	}
}

// Whether the kernel tells of the loop's own fd before or after the program's.
func TestPostComesBeforeReadyFDs(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		for range 3 {
			a, z := pair(t)
			add(t, b.NewEvent(a, Read, c.log("fd")), NoTimeout)
			unix.Write(z, []byte("x"))
		}
		b.Post(func() { c.log("posted")(-1, 0) })
		loop(t, b, 0, NoEvents)
		if len(c) != 4 || !strings.HasPrefix(c[0], "posted") {
			t.Fatalf("%d calls, the first is %q", len(c), c[0])
		}
	})
}

func TestAQueueTakesAnEventAtItsFront(t *testing.T) {
	var q queue
	first, others := &Event{}, make([]Event, 100)
	for i := range others { // at some of them the ring is full
		q.pushFirst(first)
		if got := q.pop(); got != first {
			t.Fatalf("the first of %d is another", i)
		}
		q.push(&others[i])
		q.pushFirst(first)
		q.take(first)
	}
	for i := range others {
		if q.pop() != &others[i] {
			t.Fatalf("number %d is lost or out of order", i)
		}
	}
	if q.pop() != nil {
		t.Fatal("the queue is not empty")
	}
}
