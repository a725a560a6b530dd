package event

import (
	"slices"
	"testing"
	"time"
)

func TestAssignMakesAnEventInOwnMemory(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		write(t, z, "x")
		var c calls
		var ev Event
		for range 2 { // when the base has let go of it, the memory is free again
			if err := b.Assign(&ev, a, Read, c.log("ev")); err != nil {
				t.Fatal(err)
			}
			add(t, &ev, NoTimeout)
			loop(t, b, 0, NoEvents)
			c.want(t, "ev read")
		}
	})
}

func TestAssignRefusesAnEventThatIsHeld(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, _ := pair(t)
		other, _ := pair(t)
		nothing := func(int, What) {}
		for name, hold := range map[string]func(*Event) error{
			"pending": func(e *Event) error { return e.Add(NoTimeout) },
			"timed":   func(e *Event) error { return e.Add(time.Hour) },
			"active":  func(e *Event) error { return e.Active(Read) },
		} {
			ev := b.NewEvent(a, Read, nothing).Named(name)
			if err := hold(ev); err != nil {
				t.Fatal(err)
			}
			explains(t, b.Assign(ev, other, Read, nothing), ErrHeld, name, "Del it first")
			if ev.FD() != a || ev.Pending() == 0 {
				t.Errorf("%s: it was overwritten all the same: fd %d, pending %v", name, ev.FD(), ev.Pending())
			}
			ev.Del()
			if err := b.Assign(ev, other, Read, nothing); err != nil {
				t.Errorf("%s: after Del: %v", name, err)
			}
		}
		loop(t, b, 0, NoEvents)
	})
}

// The memory of a pending event is used for something else, by a plain
// assignment. The loop says so when it comes across it, and does not hang.
func TestOverwrittenEventIsNamed(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		other, _ := pair(t)
		for _, with := range []*Event{{}, b.NewEvent(other, Read, func(int, What) { t.Error("called") })} {
			ev := add(t, b.NewEvent(a, Read, func(int, What) { t.Error("called") }), NoTimeout)
			*ev = *with
			write(t, z, "x")
			reason, err := b.Dispatch()
			if reason != Failed {
				t.Errorf("the loop returned %v", reason)
			}
			explains(t, err, ErrOverwritten, t.Name(), "on fd")
			b.fds[a].first = nil // so that the next one can be tried
			b.holds = 0
		}
	})
}

func TestOverwrittenTimerIsNamed(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		add(t, b.NewTimer(func(int, What) {}), time.Hour)
		ev := add(t, b.NewTimer(func(int, What) { t.Error("called") }), 0)
		*ev = Event{}
		_, err := b.Dispatch()
		explains(t, err, ErrOverwritten)
	}) // newBase closes the base: that must end too
}

// An event that stands in the queue: the loop says that its memory is gone, and
// those behind it are not lost.
func TestOverwrittenActiveEventIsNamed(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		gone := b.NewTimer(func(int, What) { t.Error("called") })
		first := b.NewTimer(func(int, What) { *gone = Event{} })
		last := b.NewTimer(c.log("last"))
		for _, e := range []*Event{first, gone, last} {
			if err := e.Active(Timeout); err != nil {
				t.Fatal(err)
			}
		}
		_, err := b.Dispatch()
		explains(t, err, ErrOverwritten)
		c.want(t, "last timeout")
		loop(t, b, 0, NoEvents)
	})
}

// Events are taken out of a queue that is long, in its middle and at its ends.
func TestActiveEventsAreTakenOutAnywhere(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var all []*Event
		var called, want []int
		for i := range 100 { // the ring grows twice
			all = append(all, b.NewTimer(func(int, What) { called = append(called, i) }))
			all[i].Active(Timeout)
		}
		for i, e := range all {
			if i%3 == 0 || i > 95 {
				e.Del()
				e.Del()
			} else {
				want = append(want, i)
			}
		}
		loop(t, b, 0, NoEvents)
		if !slices.Equal(called, want) {
			t.Errorf("called %v; want %v", called, want)
		}
	})
}

// Events that are made active and deleted again, while one that is in front of
// them waits for its turn, take no memory for ever; and nobody loses his place.
func TestTheQueueForgetsWhatWasDeleted(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		var c calls
		names := []string{"first", "a", "b"}
		events := map[string]*Event{}
		for _, name := range names {
			events[name] = b.NewTimer(c.log(name))
		}
		events["first"].Active(Timeout)
		for i := range 10_000 { // the new one comes before the old one goes
			events[names[1+i%2]].Active(Timeout)
			events[names[2-i%2]].Del()
		}
		if n := len(b.queues[events["first"].priority].ring); n > 64 {
			t.Errorf("the ring has %d places for two events", n)
		}
		loop(t, b, 0, NoEvents)
		c.want(t, "first timeout", "b timeout")
	})
}

// What libevent does outside its debug mode, on each backend: two fds are
// watched, both through the same memory, and only the newer one is served.
func TestUncheckedBaseBelievesTheMemory(t *testing.T) {
	for _, backend := range Backends() {
		t.Run(backend, func(t *testing.T) {
			b, err := New(Config{Backend: backend, Unchecked: true})
			if err != nil {
				t.Fatal(err)
			}
			old, z := pair(t)
			newer, y := pair(t)
			var ev Event
			fds := map[int]int{}
			for _, fd := range []int{old, newer} {
				if err := b.Assign(&ev, fd, Read|Persist, func(fd int, _ What) {
					fds[fd]++
					read(fd)
				}); err != nil {
					t.Fatal(err)
				}
				add(t, &ev, NoTimeout)
			}
			write(t, z, "x")
			write(t, y, "y")
			for range 3 {
				loop(t, b, NonBlock|Once, Done)
			}
			if fds[old] != 0 || fds[newer] != 3 {
				t.Errorf("callbacks by fd: %v; want 3, all with fd %d", fds, newer)
			}
			ev = Event{} // wiped: the fd stays ready, and nobody is called
			turns := b.Stats().Turns
			for range 3 {
				loop(t, b, NonBlock, Done)
			}
			if fds[newer] != 3 || b.Stats().Turns != turns+3 {
				t.Errorf("callbacks by fd: %v in %d turns", fds, b.Stats().Turns-turns)
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
