package event

import (
	"math"
	"math/rand"
	"slices"
	"testing"
	"time"
)

func TestTimersFireInOrder(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		began := time.Now()
		add(t, b.NewTimer(c.log("c")), 30*time.Millisecond)
		add(t, b.NewTimer(c.log("a")), 10*time.Millisecond)
		gone := add(t, b.NewTimer(c.log("gone")), time.Hour)
		add(t, b.NewTimer(c.log("b")), 20*time.Millisecond)
		if left := gone.TimeLeft(); left <= 0 || left > time.Hour {
			t.Fatalf("%v left of an hour", left)
		}
		gone.Del()
		if gone.TimeLeft() != NoTimeout {
			t.Fatal("a deleted timer has time left")
		}
		loop(t, b, 0, NoEvents)
		c.want(t, "a timeout", "b timeout", "c timeout")
		if took := time.Since(began); took < 30*time.Millisecond {
			t.Fatalf("30 ms were over after %v", took)
		}
	})
}

func TestAddAgainReplacesTheTimeout(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		a, _ := pair(t)
		e := add(t, b.NewEvent(a, Read, c.log("e")), time.Hour)
		add(t, e, 0)
		loop(t, b, 0, NoEvents)
		c.want(t, "e timeout")
		add(t, e, time.Hour)
		add(t, e, NoTimeout) // keeps the old one
		if e.Pending() != Read|Timeout {
			t.Fatalf("pending %v", e.Pending())
		}
		// Active because of its timeout, a new one takes it out of the queue.
		add(t, e, 0)
		b.NewEvent(-1, 0, func(int, What) {
			if e.Pending() != Timeout {
				t.Errorf("pending %v", e.Pending())
			}
			add(t, e, time.Hour)
			b.Exit(0)
		}).Active(Read)
		b.Loop(0)
		c.want(t)
	})
}

func TestReadableAndExpiredReportsTheTimeoutAlone(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		write(t, z, "x")
		var c calls
		add(t, b.NewEvent(a, Read, c.log("e")), 0)
		loop(t, b, 0, NoEvents)
		c.want(t, "e timeout")
	})
}

// The moments below are read from the events, not from a clock on the wall.
func TestPersistentTimersAreRearmedFromTheirSchedule(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		const period = 20 * time.Millisecond
		var due []int64
		var e *Event
		e = b.NewEvent(-1, Persist, func(int, What) {
			if e.Pending() != Timeout {
				t.Errorf("pending %v in the callback", e.Pending())
			}
			if due = append(due, e.deadline); len(due) == 4 {
				e.Del()
			}
		})
		add(t, e, period)
		first := e.deadline
		loop(t, b, 0, NoEvents)
		for i, at := range due {
			late := at - first - int64(i+1)*int64(period)
			if late != 0 && late < int64(period) {
				// A loaded machine may miss a whole period: then it counts from now.
				t.Errorf("call %d: due %v off its schedule", i, time.Duration(late))
			}
		}
	})
}

func TestTheClockStandsStillDuringCallbacks(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		const busy = 50 * time.Millisecond
		late := b.NewTimer(func(int, What) {})
		var e *Event
		e = b.NewEvent(-1, Persist, func(int, What) {
			// The next call is scheduled from now; now is the end of the wait.
			if next := e.deadline - b.cached; next > int64(10*time.Millisecond) {
				t.Errorf("the next call is %v away", time.Duration(next))
			}
			for began := time.Now(); time.Since(began) < busy; {
			}
			add(t, late, time.Second)
			if late.deadline != b.cached+int64(time.Second) || b.clock()-b.cached < int64(busy) {
				t.Errorf("a timeout does not count from the last return of the kernel")
			}
			e.Del()
			late.Del()
		})
		add(t, e, 10*time.Millisecond)
		loop(t, b, 0, NoEvents)
	})
}

func TestReadWithTimeout(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		a, z := pair(t)
		// Persistent: each read starts the timeout anew.
		var e *Event
		e = b.NewEvent(a, Read|Persist, func(fd int, what What) {
			c.log("e")(fd, what)
			if e.Pending() != Read|Timeout {
				t.Errorf("pending %v", e.Pending())
			}
			if e.deadline != b.cached+int64(e.period) {
				t.Errorf("the timeout did not start anew")
			}
			if len(c) == 3 {
				read(fd)
				b.Break()
			}
		})
		write(t, z, "x")
		add(t, e, time.Hour)
		loop(t, b, 0, Broken)
		c.want(t, "e read", "e read", "e read")

		// And so does each timeout.
		e.Del()
		e = b.NewEvent(a, Read|Persist, func(fd int, what What) {
			c.log("e")(fd, what)
			if e.Pending() != Read|Timeout {
				t.Errorf("pending %v", e.Pending())
			}
			if len(c) == 2 {
				e.Del()
			}
		})
		add(t, e, 10*time.Millisecond)
		loop(t, b, 0, NoEvents)
		c.want(t, "e timeout", "e timeout")

		// One-shot: a read takes the timeout along.
		write(t, z, "x")
		e = add(t, b.NewEvent(a, Read, c.log("one")), time.Hour)
		loop(t, b, 0, NoEvents)
		c.want(t, "one read")

		// A zero timeout is not re-armed, and takes a persistent event away.
		e = add(t, b.NewEvent(a, Read|Persist, c.log("zero")), 0)
		loop(t, b, 0, NoEvents)
		c.want(t, "zero timeout")
		if e.Pending() != 0 {
			t.Errorf("pending %v", e.Pending())
		}
	})
}

// The heap against a sorted slice.
func TestHeap(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	var h timers
	var model []*Event
	for step := range 20_000 {
		switch op := random.Intn(4); {
		case op <= 1 || len(model) == 0:
			e := &Event{deadline: random.Int63n(1000)}
			h.push(e, e.deadline)
			model = append(model, e)
		case op == 2:
			i := random.Intn(len(model))
			h.remove(model[i])
			model = slices.Delete(model, i, i+1)
		default:
			e := model[random.Intn(len(model))]
			e.deadline = random.Int63n(1000)
			h.move(e, e.deadline)
		}
		if len(h) != len(model) {
			t.Fatalf("step %d: %d timers, want %d", step, len(h), len(model))
		}
		for i := range h {
			if int(h[i].event.place) != i || h[i].at != h[i].event.deadline || i > 0 && h[(i-1)/4].at > h[i].at {
				t.Fatalf("step %d: place %d is wrong", step, i)
			}
		}
		if random.Intn(1000) == 0 {
			for len(h) > 0 { // and out they come, in order
				least := slices.MinFunc(model, func(a, b *Event) int { return int(a.deadline - b.deadline) })
				if h[0].at != least.deadline {
					t.Fatalf("step %d: %d on top, want %d", step, h[0].at, least.deadline)
				}
				model = slices.DeleteFunc(model, func(e *Event) bool { return e == h[0].event })
				h.remove(h[0].event)
			}
		}
	}
}

func TestATimeoutThatIsOverFiresAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		for name, timeout := range map[string]time.Duration{
			"a ns ago":      -1,
			"an hour ago":   time.Until(time.Now().Add(-time.Hour)),
			"the zero time": time.Until(time.Time{}),
			"the least":     math.MinInt64,
		} {
			e := add(t, b.NewTimer(c.log(name)), timeout)
			if e.Pending() != Timeout || e.TimeLeft() != 0 {
				t.Errorf("%s: pending for %v, %v left", name, e.Pending(), e.TimeLeft())
			}
			loop(t, b, 0, NoEvents)
			c.want(t, name+" timeout")
		}
		e := add(t, b.NewTimer(c.log("never")), math.MaxInt64)
		loop(t, b, NonBlock, Done)
		c.want(t)
		e.Del()
		if got := e.TimeLeft(); got != NoTimeout {
			t.Errorf("%v left of no timeout", got)
		}
	})
}
