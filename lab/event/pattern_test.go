package event

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/thread"
	"fdlab/lab/trace"
)

// wrote leaves the record of a call in a callback, as package sys does: of a byte, eight
// times.
func wrote(fd int, data byte) {
	r := trace.Record{Kind: trace.CallEnd, FD: int32(fd), Str: trace.Process().String("write"), A: 8}
	r.SetData([]byte{data, data, data, data, data, data, data, data})
	trace.Process().Put(&r)
}

// ofCalls takes a line of the trace apart: for how many calls it stands, and the byte
// that they wrote, if the line has it.
func ofCalls(line string) (times int, data byte) {
	var fd, a, errno int
	var str string
	kind, rest, _ := strings.Cut(line, " ")
	if kind != "call-end" {
		return 0, 0
	}
	fmt.Sscanf(rest, "fd=%d %q %d %d %d", &fd, &str, &a, &errno, &times)
	if times > 1<<32 { // its data
		return 1, byte(times)
	}
	return times, 0
}

// busy is a loop with two fds that can always be written to. Once its turns are gathered,
// and there were so many at least, the second callback calls act, once, and the loop is
// broken off there, or in the next turn.
func busy(t *testing.T, b *Base, records func() []string, wrotes bool, least int, act func(a int), later bool) (all []string) {
	a, _ := pair(t)
	z, _ := pair(t)
	n, acted := 0, false
	one := func(fd int, what What) {
		if wrotes {
			wrote(fd, 'x')
		}
	}
	add(t, b.NewEvent(a, Write|Persist, one).Named("a"), NoTimeout)
	add(t, b.NewEvent(z, Write|Persist, func(fd int, what What) {
		one(fd, what)
		if acted {
			b.Break()
		}
		if n++; n%100 != 0 { // the ring is small
			return
		}
		lines := records()
		all = append(all, lines...)
		gathers := len(lines) > 0 && strings.HasPrefix(lines[len(lines)-1], "turns") // this turn, too
		if gathers && n > least && !acted {
			act(a)
			acted = true
			if !later {
				b.Break()
			}
		}
	}).Named("z"), NoTimeout)
	loop(t, b, 0, Broken)
	return append(all, records()...)
}

// TestTurnsOfSeveralEventsAreGathered, with the calls of their callbacks: not one may be
// missing from the counts, and how many records there are does not depend on how many
// turns.
func TestTurnsOfSeveralEventsAreGathered(t *testing.T) {
	for _, wrotes := range []bool{false, true} {
		t.Run(fmt.Sprintf("wrote=%v", wrotes), func(t *testing.T) {
			recorded(t, func(t *testing.T, b *Base, records func() []string) {
				began := time.Now()
				all := busy(t, b, records, wrotes, 10*gatherAfter, func(int) {}, false)
				ms := int(time.Since(began).Milliseconds())
				waits, callbacks, gathered, _ := counted(all)
				if turns := int(b.Stats().Turns); waits != turns || callbacks != 2*turns || gathered == 0 {
					t.Errorf("the trace counts %d waits and %d callbacks in %d turns; %d gathered", waits, callbacks, turns, gathered)
				}
				calls, flushes := 0, 0
				for _, line := range all {
					if strings.HasPrefix(line, "turns") {
						flushes++
					}
					times, _ := ofCalls(line)
					calls += times
				}
				if wrotes && calls != callbacks || !wrotes && calls != 0 {
					t.Errorf("the trace counts %d calls in %d callbacks", calls, callbacks)
				}
				if most := 2 * (ms + 2 + (waits-gathered/2)/gatherAfter); flushes > most {
					t.Errorf("%d records of gathered turns in %d ms: want %d at most", flushes, ms, most)
				}
			})
		})
	}
}

// TestWhatIsUnlikeEndsTheGathering: the turn that differs is recorded in full, from its
// beginning on, and after those that were gathered.
func TestWhatIsUnlikeEndsTheGathering(t *testing.T) {
	const before = "turns1 turns2 wait-begin wait-end ready ready callback-begin call-end callback-end callback-begin call-end "
	for name, c := range map[string]struct {
		act   func(b *Base, a int)
		later bool
		want  string
	}{
		"it is broken off": {func(*Base, int) {}, false, before + "callback-end loop-end"},
		"another call":     {func(_ *Base, a int) { wrote(a, 'y') }, false, before + "call-end callback-end loop-end"},
		"the same call, again": {func(_ *Base, a int) { wrote(a, 'x') }, false,
			before + "call-end callback-end loop-end"},
		"a note": {func(*Base, int) {
			trace.Process().Put(&trace.Record{Kind: trace.Note, FD: trace.NoFD, Str: trace.Process().String("hm")})
		}, false, before + "note callback-end loop-end"},
		"an event is added": {func(b *Base, _ int) { b.NewTimer(func(int, What) {}).Add(time.Hour) }, false,
			before + "add callback-end loop-end"},
		"a loop inside it": {func(b *Base, _ int) {
			other, _ := New(Config{Backend: b.Backend()})
			other.Post(other.Break)
			other.Dispatch()
			other.Close()
		}, false, before + "base-new loop-begin wait-begin wait-end callback-begin callback-end loop-end base-free callback-end loop-end"},
		"a long callback": {func(*Base, int) {
			for began := time.Now(); time.Since(began) <= time.Duration(longCallback); {
			}
		}, false, before + "callback-end loop-end"},
		"another fd is ready no more": {func(_ *Base, a int) {
			for full := make([]byte, 1<<16); ; {
				if _, err := unix.Write(a, full); err == unix.EAGAIN {
					return
				}
			}
		}, true, "wait-begin wait-end ready callback-begin call-end callback-end loop-end"},
		"a posted function": {func(b *Base, _ int) { b.Post(func() {}) }, true,
			"wait-begin wait-end ready ready callback-begin callback-end wait-begin wait-end ready ready callback-begin call-end callback-end callback-begin call-end callback-end loop-end"},
	} {
		t.Run(name, func(t *testing.T) {
			recorded(t, func(t *testing.T, b *Base, records func() []string) {
				all := busy(t, b, records, true, 0, func(a int) { c.act(b, a) }, c.later)
				var kinds []string
				for i, line := range all {
					kind, rest, _ := strings.Cut(line, " ")
					switch {
					case kind == "turns":
						kind += strings.Fields(rest)[3]
					case kind == "call-end" && (strings.HasPrefix(all[min(i+1, len(all)-1)], "turns")):
						continue // of the turns
					}
					kinds = append(kinds, kind)
				}
				if got := strings.Join(kinds, " "); !strings.HasSuffix(got, c.want) {
					t.Errorf("the last records are\n%s\nwant them to end in\n%s", got[max(0, len(got)-300):], c.want)
				}
				waits, callbacks, _, _ := counted(all)
				own := int(b.Stats().Turns)
				if name != "a loop inside it" && (waits != own || callbacks != int(b.Stats().Callbacks)) {
					t.Errorf("the trace counts %d waits and %d callbacks, want %+v", waits, callbacks, b.Stats())
				}
			})
		})
	}
}

// TestTheBytesOfGatheredCallsStandInTheTrace: the record of many calls has no bytes; they are
// those of the last one before it, also if the calls changed just when the gathering began.
func TestTheBytesOfGatheredCallsStandInTheTrace(t *testing.T) {
	recorded(t, func(t *testing.T, b *Base, records func() []string) {
		for change := gatherAfter; change < gatherAfter+5; change++ {
			a, _ := pair(t)
			n := 0
			var all []string
			var e *Event
			e = b.NewEvent(a, Write|Persist, func(fd int, _ What) {
				if n++; n <= change {
					wrote(fd, 'x')
				} else {
					wrote(fd, 'y')
				}
				if n%100 == 0 {
					all = append(all, records()...)
				}
				if n == 2*gatherAfter {
					e.Del()
				}
			})
			add(t, e, NoTimeout)
			loop(t, b, 0, NoEvents)
			calls, data := 0, byte(0)
			for _, line := range append(all, records()...) {
				times, some := ofCalls(line)
				if some != 0 {
					data = some
				}
				before := calls
				if calls += times; before < change && data == 'y' || calls > change && data == 'x' {
					t.Fatalf("changed at %d: calls %d to %d, all of %q", change, before+1, calls, data)
				}
			}
			if calls != 2*gatherAfter {
				t.Errorf("changed at %d: %d calls, want %d", change, calls, 2*gatherAfter)
			}
		}
	})
}

// TestGatheredTurnsAllocateNothing: not for the turns, nor for the calls in them.
func TestGatheredTurnsAllocateNothing(t *testing.T) {
	ring, err := trace.NewRing(1 << 12) // what finds no room is lost
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ring.Close() })
	trace.SetProcess(ring.Recorder())
	t.Cleanup(func() { trace.SetProcess(nil) })
	b := newBase(t, "")
	a, _ := pair(t)
	z, _ := pair(t)
	n := 0
	for _, fd := range []int{a, z} {
		add(t, b.NewEvent(fd, Write|Persist, func(fd int, _ What) {
			wrote(fd, 'x')
			if n++; n%(6*gatherAfter) == 0 {
				b.Break()
			}
		}), NoTimeout)
	}
	_, unlock := thread.Lock()
	defer unlock()
	if perRun := testing.AllocsPerRun(2, func() { b.Dispatch() }); !raceEnabled && perRun > 0 {
		t.Errorf("%v allocations in %d callbacks", perRun, 6*gatherAfter)
	}
}
