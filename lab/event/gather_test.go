package event

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// counted adds up what the trace says of turns and callbacks, gathered or not.
func counted(lines []string) (waits, callbacks, gathered, records int) {
	for _, line := range lines {
		var fd, a, place int
		var str string
		kind, rest, _ := strings.Cut(line, " ")
		fmt.Sscanf(rest, "fd=%d %q %d %d", &fd, &str, &a, &place)
		switch kind {
		case "wait-end":
			waits++
		case "callback-end":
			callbacks++
		case "calls":
			callbacks += a
			gathered += a
		case "turns":
			callbacks += a
			if gathered += a; place <= 1 {
				waits += a
			}
		}
		records++
	}
	return waits, callbacks, gathered, records
}

// TestASpinIsGatheredAndCounted: a callback that does not read, as in the
// post's program. Not one turn may be missing from the counts.
func TestASpinIsGatheredAndCounted(t *testing.T) {
	const turns = 20 * gatherAfter
	recorded(t, func(t *testing.T, b *Base, records func() []string) {
		a, z := pair(t)
		n := 0
		var all []string
		var ev *Event
		ev = b.NewEvent(a, Read|Persist, func(fd int, _ What) {
			if n++; n%500 == 0 {
				all = append(all, records()...) // the ring is small
			}
			if n == turns {
				ev.Del()
			}
		}).Named("spin")
		add(t, ev, NoTimeout)
		write(t, z, "x")
		loop(t, b, 0, NoEvents)
		all = append(all, records()...)
		waits, callbacks, gathered, kept := counted(all)
		if waits != turns || callbacks != turns {
			t.Errorf("the trace counts %d waits and %d callbacks, want %d of each", waits, callbacks, turns)
		}
		if gathered < turns/2 || kept > 6*gatherAfter+turns/4 {
			t.Errorf("%d of %d turns gathered, %d records: the spin was not gathered", gathered, turns, kept)
		}
		var end []string
		for _, line := range all[len(all)-4:] {
			kind, _, _ := strings.Cut(line, " ")
			end = append(end, kind)
		}
		if got, want := strings.Join(end, " "), "callback-begin del callback-end loop-end"; got != want {
			t.Errorf("the spin ends in %s, want %s", got, want)
		}
	})
}

// TestATurnThatDoesNotEndIsGathered: an event makes itself active, so its queue is
// never empty. It called others before, and calls others after.
func TestATurnThatDoesNotEndIsGathered(t *testing.T) {
	const calls = 20 * gatherAfter
	recorded(t, func(t *testing.T, b *Base, records func() []string) {
		n := 0
		var all []string
		var again *Event
		again = b.NewTimer(func(int, What) {
			if n++; n%500 == 0 {
				all = append(all, records()...) // the ring is small
			}
			if n < calls {
				again.Active(Timeout)
			}
		}).Named("again")
		other := func(label string) *Event { return b.NewTimer(func(int, What) {}).Named(label) }
		other("first").Active(Timeout)
		again.Active(Timeout)
		other("second").Active(Timeout)
		loop(t, b, 0, NoEvents)
		all = append(all, records()...)
		_, callbacks, gathered, kept := counted(all)
		if callbacks != calls+2 {
			t.Errorf("the trace counts %d callbacks, want %d", callbacks, calls+2)
		}
		if gathered < calls/2 || kept > 4*gatherAfter+calls/4 {
			t.Errorf("%d of %d callbacks gathered, %d records", gathered, calls, kept)
		}
	})
}

// TestGatheredCallbacksEnd: the turn goes on with something else, or ends, or the
// callback does more than those before: all that is recorded, and in its order.
func TestGatheredCallbacksEnd(t *testing.T) {
	for name, end := range map[string]struct {
		last func(b *Base, again *Event)
		want string
	}{
		"no event is left": {func(*Base, *Event) {}, "loop-end"},
		"the turn ends":    {func(b *Base, _ *Event) { b.Post(b.Break) }, "wait-begin wait-end callback-begin callback-end loop-end"},
		"broken off":       {func(b *Base, again *Event) { again.Active(Timeout); b.Break() }, "loop-end"},
		"another event": {func(b *Base, _ *Event) { b.NewTimer(func(int, What) {}).Named("x").Active(Timeout) },
			"callback-begin callback-end loop-end"},
		"a timer is added": {func(b *Base, again *Event) { again.Add(time.Millisecond); again.Del() },
			"callback-begin add del callback-end loop-end"},
	} {
		t.Run(name, func(t *testing.T) {
			recorded(t, func(t *testing.T, b *Base, records func() []string) {
				n := 0
				var again *Event
				var lines []string
				again = b.NewTimer(func(int, What) {
					switch n++; {
					case n == 5*gatherAfter:
						lines = append(lines, records()...)
						end.last(b, again)
						return
					case n%500 == 0:
						lines = append(lines, records()...)
					}
					again.Active(Timeout)
				}).Named("again")
				again.Active(Timeout)
				if _, err := b.Dispatch(); err != nil {
					t.Fatal(err)
				}
				lines = append(lines, records()...)
				var kinds []string
				for _, line := range lines {
					kind, _, _ := strings.Cut(line, " ")
					kinds = append(kinds, kind)
				}
				if got := strings.Join(kinds, " "); !strings.HasSuffix(got, "calls "+end.want) {
					t.Errorf("the last records are %s, want them to end in calls %s", got[max(0, len(got)-150):], end.want)
				}
				want := 5 * gatherAfter
				if name == "another event" || name == "the turn ends" {
					want++
				}
				if _, callbacks, _, _ := counted(lines); callbacks != want {
					t.Errorf("the trace counts %d callbacks, want %d", callbacks, want)
				}
			})
		})
	}
}

// TestATurnThatDiffersIsRecordedInFull: the spin ends when the callback reads;
// the loop then sleeps, and that must be seen, in the right order.
func TestATurnThatDiffersIsRecordedInFull(t *testing.T) {
	recorded(t, func(t *testing.T, b *Base, records func() []string) {
		a, z := pair(t)
		n := 0
		ev := b.NewEvent(a, Read|Persist, func(fd int, _ What) {
			if n++; n%500 == 0 {
				records()
			}
			if n == 3*gatherAfter {
				read(fd)
				b.Exit(1e6) // the loop sleeps until then
			}
		}).Named("spin")
		add(t, ev, NoTimeout)
		write(t, z, "x")
		loop(t, b, 0, Exited)
		lines := records()
		var kinds []string
		for _, line := range lines {
			kind, _, _ := strings.Cut(line, " ")
			kinds = append(kinds, kind)
		}
		end := strings.Join(kinds, " ")
		if want := "wait-begin wait-end callback-begin callback-end loop-end"; !strings.HasSuffix(strings.ReplaceAll(end, " del", ""), want) {
			t.Errorf("the last records are %s, want them to end in %s", end, want)
		}
	})
}

// TestTurnsThatCallNobodyAreGathered: the memory of a pending event was wiped,
// so the loop is told of an fd for ever and calls nobody.
func TestTurnsThatCallNobodyAreGathered(t *testing.T) {
	for _, backend := range Backends() {
		t.Run(backend, func(t *testing.T) {
			ring, err := trace.NewRing(1 << 16)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { ring.Close() })
			trace.SetProcess(ring.Recorder())
			t.Cleanup(func() { trace.SetProcess(nil) })
			b, err := New(Config{Backend: backend, Unchecked: true})
			if err != nil {
				t.Fatal(err)
			}
			a, z := pair(t)
			ev := b.NewEvent(a, Read|Persist, func(int, What) { t.Error("the wiped event was called") })
			add(t, ev, NoTimeout)
			write(t, z, "x")
			*ev = Event{}
			reader, batch := ring.Reader(), make([]trace.Record, 1<<16)
			waits, gathered := 0, 0
			for gathered == 0 { // a busy machine takes longer to spin a thousand times
				b.Exit(100 * time.Millisecond)
				if _, err := b.Dispatch(); err != nil {
					t.Fatal(err)
				}
				for _, r := range batch[:reader.Read(batch)] {
					switch r.Kind {
					case trace.WaitEnd:
						waits++
					case trace.Turns:
						gathered += int(r.A)
					}
				}
			}
			if turns := int(b.Stats().Turns); waits+gathered != turns {
				t.Errorf("%d waits and %d gathered turns, want %d in all", waits, gathered, turns)
			}
		})
	}
}

// A loop that spins is held at any moment, again and again. What it did before
// stands before the hold, though its turns are being gathered.
func TestASpinThatIsHeldSaysWhatCameBefore(t *testing.T) {
	recorded(t, func(t *testing.T, b *Base, records func() []string) {
		gate := &control.Process().Gate
		defer gate.Release()
		a, z := pair(t)
		var over atomic.Bool
		add(t, b.NewEvent(a, Read|Persist, func(int, What) {
			if over.Load() {
				b.Break()
			}
		}), NoTimeout)
		write(t, z, "x")
		done := make(chan error, 1)
		go func() {
			_, err := b.Dispatch()
			done <- err
		}()
		last, spun := "", 0
		held := map[string]int{}
		for held[`"before wait"`] < 3 || held[`"before callback"`] < 3 {
			for _, line := range records() {
				switch f := strings.Fields(line); f[0] {
				case "turns":
					spun++
				case "hold":
					phase := strings.Join(f[2:4], " ")
					if held[phase]++; (phase == `"before callback"`) != (last == "ready") {
						t.Errorf("held %s after %q", phase, last)
					}
					gate.Release()
					spun = 0
				}
				last, _, _ = strings.Cut(line, " ")
			}
			if spun > 0 {
				gate.Close()
			}
		}
		over.Store(true)
		gate.Release()
		for ended := false; !ended; {
			select {
			case err := <-done:
				if ended = true; err != nil {
					t.Fatal(err)
				}
			default:
				records()
			}
		}
	})
}
