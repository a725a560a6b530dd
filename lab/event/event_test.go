package event

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/thread"
)

// The conformance suite: each test runs on each backend that this OS has.

// onEach runs the test on each backend.
func onEach(t *testing.T, test func(t *testing.T, b *Base)) {
	for _, backend := range Backends() {
		t.Run(backend, func(t *testing.T) { test(t, newBase(t, backend)) })
	}
}

// newBase makes a base with the given backend ("" is the best), which is closed
// when the test ends.
func newBase(tb testing.TB, backend string) *Base {
	tb.Helper()
	b, err := New(Config{Backend: backend, Name: tb.Name(), Priorities: 3})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := b.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return b
}

// pair returns the two ends of a socket pair; close gives one back early.
func pair(t *testing.T) (a, z int) {
	t.Helper()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range ends {
		unix.SetNonblock(fd, true)
		t.Cleanup(func() { unix.Close(fd) })
	}
	return ends[0], ends[1]
}

func write(t *testing.T, fd int, text string) {
	t.Helper()
	if n, err := unix.Write(fd, []byte(text)); n != len(text) {
		t.Fatalf("write to fd %d: %d, %v", fd, n, err)
	}
}

func read(fd int) string {
	var buf [4096]byte
	n, _ := unix.Read(fd, buf[:])
	return string(buf[:max(0, n)])
}

func add(t *testing.T, e *Event, timeout time.Duration) *Event {
	t.Helper()
	if err := e.Add(timeout); err != nil {
		t.Fatal(err)
	}
	return e
}

func loop(t *testing.T, b *Base, flags Flags, want Reason) {
	t.Helper()
	reason, err := b.Loop(flags)
	if err != nil || reason != want {
		t.Fatalf("the loop returned %v, %v; want %v", reason, err, want)
	}
}

// calls is a log of callbacks.
type calls []string

func (c *calls) log(name string) Callback {
	return func(_ int, what What) { *c = append(*c, name+" "+what.String()) }
}

func (c *calls) want(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(*c, want) {
		t.Fatalf("callbacks:\n got %q\nwant %q", *c, want)
	}
	*c = nil
}

func TestOneShotReadFiresOnceAndIsGone(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		write(t, z, "x")
		var c calls
		var e *Event
		e = b.NewEvent(a, Read, func(fd int, what What) {
			if e.Pending() != 0 {
				t.Errorf("pending %v in its own callback", e.Pending())
			}
			c.log("e")(fd, what)
		})
		add(t, e, NoTimeout)
		if e.Pending() != Read {
			t.Fatalf("pending %v after Add", e.Pending())
		}
		loop(t, b, 0, NoEvents)
		c.want(t, "e read") // the byte was never read, and nobody is told again
	})
}

func TestPersistentReadFiresWhileThereIsData(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		write(t, z, "x")
		n := 0
		var e *Event
		e = b.NewEvent(a, Read|Persist, func(fd int, what What) {
			if n++; n == 20 {
				read(fd)
				e.Del()
			}
		})
		add(t, e, NoTimeout)
		loop(t, b, 0, NoEvents)
		if n != 20 {
			t.Fatalf("%d callbacks", n)
		}
	})
}

func TestReadAndWrite(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		var c calls
		w := add(t, b.NewEvent(a, Write|Persist, c.log("w")), NoTimeout)
		loop(t, b, NonBlock|Once, Done)
		c.want(t, "w write")
		w.Del()

		both := add(t, b.NewEvent(a, Read|Write|Persist, c.log("both")), NoTimeout)
		write(t, z, "x")
		loop(t, b, Once, Done)
		c.want(t, "both read|write") // one call for both
		both.Del()

		// With the buffer full there is only the reading left.
		for {
			if _, err := unix.Write(a, make([]byte, 4096)); err != nil {
				break
			}
		}
		add(t, both, NoTimeout)
		loop(t, b, Once, Done)
		c.want(t, "both read")
	})
}

func TestLastAddedOnAnFDRunsFirst(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		var c calls
		first := add(t, b.NewEvent(a, Read, c.log("first")), NoTimeout)
		add(t, b.NewEvent(a, Write, c.log("write")), NoTimeout)
		add(t, b.NewEvent(a, Read, c.log("last")), NoTimeout)
		write(t, z, "x")
		loop(t, b, Once, Done)
		c.want(t, "last read", "write write", "first read")
		add(t, first, NoTimeout) // the fd was watched by nobody for a moment
		loop(t, b, Once, Done)
		c.want(t, "first read")
	})
}

func TestAddAndDeleteInCallbacks(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		write(t, z, "x")
		var c calls
		victim := b.NewEvent(a, Read, c.log("victim"))
		killer := b.NewEvent(a, Read, func(fd int, what What) {
			c.log("killer")(fd, what)
			if victim.Pending() != Read {
				t.Errorf("the victim is pending for %v", victim.Pending())
			}
			victim.Del() // it is active in this very pass
			b.NewEvent(a, Read, c.log("child")).Add(NoTimeout)
		})
		add(t, victim, NoTimeout)
		add(t, killer, NoTimeout)
		loop(t, b, 0, NoEvents)
		c.want(t, "killer read", "child read")

		chain := 0
		var grow func(int, What)
		grow = func(int, What) {
			if chain++; chain < 1000 {
				b.NewEvent(a, Read, grow).Add(NoTimeout)
			}
		}
		add(t, b.NewEvent(a, Read, grow), NoTimeout)
		loop(t, b, 0, NoEvents)
		if chain != 1000 {
			t.Fatalf("a chain of %d", chain)
		}
	})
}

func TestDeleteIsIdempotentAndAddTwiceIsOne(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		write(t, z, "x")
		var c calls
		e := b.NewEvent(a, Read, c.log("e"))
		if err := e.Del(); err != nil {
			t.Fatal(err)
		}
		add(t, e, NoTimeout)
		add(t, e, NoTimeout)
		loop(t, b, 0, NoEvents)
		c.want(t, "e read")
		add(t, e, NoTimeout)
		for range 2 {
			if err := e.Del(); err != nil {
				t.Fatal(err)
			}
		}
		loop(t, b, 0, NoEvents)
		c.want(t)
	})
}

func TestEndOfFileAndHangUpAreReadable(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		a, z := pair(t)
		unix.Shutdown(z, unix.SHUT_WR)
		add(t, b.NewEvent(a, Read, c.log("socket")), NoTimeout)
		loop(t, b, 0, NoEvents)
		c.want(t, "socket read")

		var ends [2]int
		if err := unix.Pipe(ends[:]); err != nil {
			t.Fatal(err)
		}
		defer unix.Close(ends[0])
		unix.Close(ends[1])
		add(t, b.NewEvent(ends[0], Read, c.log("no writer")), NoTimeout)
		loop(t, b, 0, NoEvents)
		c.want(t, "no writer read")

		if err := unix.Pipe(ends[:]); err != nil {
			t.Fatal(err)
		}
		defer unix.Close(ends[1])
		unix.Close(ends[0])
		add(t, b.NewEvent(ends[1], Write, c.log("no reader")), NoTimeout)
		loop(t, b, 0, NoEvents)
		c.want(t, "no reader write")
	})
}

func TestEdgeTriggered(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		var c calls
		e := add(t, b.NewEvent(a, Read|Persist|EdgeTriggered, c.log("e")), NoTimeout)
		write(t, z, "xx")
		loop(t, b, Once, Done)
		if natureOf(b).edges {
			c.want(t, "e read|edge-triggered")
			loop(t, b, NonBlock, Done) // there is data, but no news
			c.want(t)
			write(t, z, "x")
			loop(t, b, NonBlock, Done)
			c.want(t, "e read|edge-triggered")
		} else {
			c.want(t, "e read")
			loop(t, b, NonBlock|Once, Done) // level-triggered, silently
			c.want(t, "e read")
		}
		e.Del()
	})
}

func TestASecondAddTellsNoOldEdge(t *testing.T) {
	b := newBase(t, "")
	a, z := pair(t)
	var c calls
	add(t, b.NewEvent(a, Read|Persist|EdgeTriggered, c.log("first")), NoTimeout)
	write(t, z, "x")
	loop(t, b, Once, Done)
	c.want(t, "first read|edge-triggered")
	add(t, b.NewEvent(a, Read|Persist|EdgeTriggered, c.log("second")), NoTimeout)
	loop(t, b, NonBlock|Once, Done)
	c.want(t) // the fd was watched for that already: there is no news
}

func TestManyReadyAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		// More than the 32 that epoll asks for at first.
		const n = 200
		ready := map[int]int{}
		for range n {
			a, z := pair(t)
			write(t, z, "x")
			add(t, b.NewEvent(a, Read, func(fd int, _ What) { ready[fd]++ }), NoTimeout)
		}
		loop(t, b, 0, NoEvents)
		if len(ready) != n {
			t.Fatalf("%d of %d fds were reported", len(ready), n)
		}
		for fd, times := range ready {
			if times != 1 {
				t.Fatalf("fd %d: %d callbacks", fd, times)
			}
		}
	})
}

func TestPriorities(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		named := func(name string, priority int, then func()) *Event {
			e := b.NewEvent(-1, 0, func(fd int, what What) {
				c = append(c, name)
				if then != nil {
					then()
				}
			})
			if err := e.SetPriority(priority); err != nil {
				t.Fatal(err)
			}
			return e
		}
		urgent := named("urgent", 0, nil)
		low := named("low", 2, nil)
		first := named("first", 1, func() { urgent.Active(Read) })
		second := named("second", 1, nil)
		low.Active(Read)
		first.Active(Read)
		second.Active(Read)
		loop(t, b, Once, Done) // Once drains all the queues
		c.want(t, "first", "urgent", "second", "low")

		// An urgent fd that becomes ready during the pass has to wait.
		a, z := pair(t)
		fd := b.NewEvent(a, Read, c.log("fd"))
		fd.SetPriority(0)
		add(t, fd, NoTimeout)
		first = named("first", 1, func() { write(t, z, "x") })
		first.Active(Read)
		second.Active(Read)
		low.Active(Read)
		loop(t, b, 0, NoEvents)
		c.want(t, "first", "second", "fd read", "low")

		if first.Active(Read); first.SetPriority(0) == nil {
			t.Fatal("the priority of an active event was changed")
		}
		if err := second.SetPriority(3); err == nil || !strings.Contains(err.Error(), "0 to 2") {
			t.Fatalf("priority 3 of 3: %v", err)
		}
	})
}

func TestActiveByHand(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		e := b.NewEvent(-1, 0, c.log("e"))
		e.Active(Read)
		e.Active(Write)
		if e.Pending() != Read|Write {
			t.Fatalf("pending %v", e.Pending())
		}
		loop(t, b, 0, NoEvents)
		c.want(t, "e read|write")

		// Activated before its first Add, an event is not watched by that Add.
		// libevent does the same.
		a, _ := pair(t)
		u := b.NewEvent(a, Read|Persist, c.log("u"))
		u.Active(Read)
		add(t, u, NoTimeout)
		loop(t, b, 0, NoEvents)
		c.want(t, "u read")

		// Activating oneself starves everybody else; a zero timeout does not.
		n := 0
		var self *Event
		io := b.NewEvent(a, Write, func(int, What) { c = append(c, fmt.Sprint("write after ", n)) })
		self = b.NewEvent(-1, 0, func(int, What) {
			if n++; n == 1 {
				add(t, io, NoTimeout)
			}
			if n < 50 {
				self.Active(Timeout)
			}
		})
		self.Active(Timeout)
		loop(t, b, 0, NoEvents)
		c.want(t, "write after 50")
		n = 0
		self = b.NewTimer(func(int, What) {
			if n++; n < 50 {
				self.Add(0)
			}
		})
		add(t, self, 0)
		w := add(t, b.NewEvent(a, Write|Persist, func(int, What) {
			if n > 0 && n < 50 {
				c = append(c, "write")
				b.Break()
			}
		}), NoTimeout)
		loop(t, b, 0, Broken)
		c.want(t, "write")
		w.Del()
		self.Del()
	})
}

func TestNothingPerEventIsAllocated(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	onEach(t, func(t *testing.T, b *Base) {
		_, unlock := thread.Lock() // once, not at each Dispatch below
		defer unlock()
		a, z := pair(t)
		n := 0
		var buf [8]byte
		add(t, b.NewEvent(a, Read|Persist, func(fd int, _ What) {
			unix.Read(fd, buf[:])
			if n++; n%200 == 0 {
				b.Break()
				return
			}
			unix.Write(z, buf[:1])
		}), NoTimeout)
		var timer *Event
		timer = b.NewTimer(func(int, What) { timer.Add(0) })
		add(t, timer, 0)
		once := 0
		var shot *Event
		shot = b.NewEvent(a, Write, func(int, What) {
			once++
			shot.Add(time.Hour)
		})
		add(t, shot, time.Hour)
		perRun := testing.AllocsPerRun(20, func() {
			unix.Write(z, buf[:1])
			b.Dispatch()
		})
		if perRun > 0 {
			t.Fatalf("%v allocations in 200 turns", perRun)
		}
		if once < n {
			t.Fatalf("only %d writes beside %d reads", once, n)
		}
	})
}
