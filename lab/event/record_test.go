package event

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"fdlab/lab/control"
	"fdlab/lab/thread"
	"fdlab/lab/trace"
)

// recorded runs a test while its bases are recorded, on each backend. records
// returns what was recorded since, one line a record, and checks that time
// never runs backward.
func recorded(t *testing.T, test func(t *testing.T, b *Base, records func() []string)) {
	for _, backend := range Backends() {
		t.Run(backend, func(t *testing.T) {
			ring, err := trace.NewRing(1 << 12)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { ring.Close() })
			trace.SetProcess(ring.Recorder())
			t.Cleanup(func() { trace.SetProcess(nil) })
			reader := ring.Reader()
			var last int64
			test(t, newBase(t, backend), func() (lines []string) {
				batch := make([]trace.Record, 1<<12)
				for _, r := range batch[:reader.Read(batch)] {
					if r.Time < last {
						t.Errorf("%v is %d ns before the record before it", r.Kind, last-r.Time)
					}
					last = r.Time
					lines = append(lines, fmt.Sprintf("%v fd=%d %q %d %d %d", r.Kind, r.FD, reader.String(r.Str), r.A, r.B, r.C))
				}
				return lines
			})
		})
	}
}

func TestTraceOfAOneShotAndAPersistentRead(t *testing.T) {
	recorded(t, func(t *testing.T, b *Base, records func() []string) {
		a, z := pair(t)
		once := b.NewEvent(a, Read, func(int, What) {}).Named("once")
		n := 0
		var keep *Event
		keep = b.NewEvent(a, Read|Persist, func(int, What) {
			if n++; n == 2 {
				keep.Del()
			}
		}).Named("keep")
		add(t, once, NoTimeout)
		add(t, keep, time.Hour)
		write(t, z, "x")
		loop(t, b, 0, NoEvents)
		b.Post(func() {})
		loop(t, b, 0, NoEvents)
		b.Close()

		call := b.kind.call
		want := []string{
			fmt.Sprintf("base-new fd=-1 %q 3 0 0", b.Backend()),
			fmt.Sprintf("label fd=-1 %q 0 0 0", b.Name()),
			fmt.Sprintf("add fd=%d %q 2 -1 1", a, "once"),
			fmt.Sprintf("add fd=%d %q 18 3600000000000 2", a, "keep"),
			`loop-begin fd=-1 "" 0 1 0`,
			fmt.Sprintf("wait-begin fd=-1 %q 1 TIMEOUT 0", call),
			fmt.Sprintf("wait-end fd=-1 %q 1 0 0", call),
			fmt.Sprintf("ready fd=%d \"\" 2 0 2", a),
			fmt.Sprintf("ready fd=%d \"\" 2 0 1", a),
			fmt.Sprintf("callback-begin fd=%d %q 2 0 2", a, "keep"),
			fmt.Sprintf("callback-end fd=%d \"\" 0 0 2", a),
			fmt.Sprintf("del fd=%d \"\" 2 0 1", a),
			fmt.Sprintf("callback-begin fd=%d %q 2 0 1", a, "once"),
			fmt.Sprintf("callback-end fd=%d \"\" 0 0 1", a),
			fmt.Sprintf("wait-begin fd=-1 %q 1 TIMEOUT 0", call),
			fmt.Sprintf("wait-end fd=-1 %q 1 0 0", call),
			fmt.Sprintf("ready fd=%d \"\" 2 0 2", a),
			fmt.Sprintf("callback-begin fd=%d %q 2 0 2", a, "keep"),
			fmt.Sprintf("del fd=%d \"\" 18 0 2", a),
			fmt.Sprintf("callback-end fd=%d \"\" 0 0 2", a),
			`loop-end fd=-1 "no events left" 1 1 1`,
			`loop-begin fd=-1 "" 0 1 0`,
			fmt.Sprintf("wait-begin fd=-1 %q 0 -1 0", call),
			fmt.Sprintf("wait-end fd=-1 %q 1 0 0", call),
			`callback-begin fd=-1 "posted function" 0 0 0`,
			`callback-end fd=-1 "" 0 0 0`,
			`loop-end fd=-1 "no events left" 1 1 1`,
			`base-free fd=-1 "" 0 0 0`,
		}
		got := records()
		for i := range got { // a timeout that is nearly an hour
			if f := strings.Fields(got[i]); f[0] == "wait-begin" && len(f[4]) > 12 {
				f[4] = "TIMEOUT"
				got[i] = strings.Join(f, " ")
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestTraceOfNestedLoopsAndTimers(t *testing.T) {
	recorded(t, func(t *testing.T, b *Base, records func() []string) {
		inner := newBase(t, b.Backend())
		add(t, b.NewTimer(func(int, What) {
			add(t, inner.NewTimer(func(int, What) {}), 0)
			loop(t, inner, 0, NoEvents)
		}), 0)
		loop(t, b, 0, NoEvents)
		var kinds []string
		for _, line := range records() {
			f := strings.Fields(line)
			if f[0] == "loop-begin" {
				f[0] += f[4]
			}
			kinds = append(kinds, f[0])
		}
		want := "base-new label base-new label add loop-begin1 wait-begin wait-end del callback-begin " +
			"add loop-begin2 wait-begin wait-end del callback-begin callback-end loop-end callback-end loop-end"
		if got := strings.Join(kinds, " "); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func TestRecordingAllocatesNothing(t *testing.T) {
	recorded(t, func(t *testing.T, b *Base, records func() []string) {
		_, unlock := thread.Lock()
		defer unlock()
		a, _ := pair(t)
		n := 0
		e := add(t, b.NewEvent(a, Write|Persist, func(int, What) {
			if n++; n%100 == 0 {
				b.Break()
			}
		}).Named("e"), NoTimeout)
		perRun := testing.AllocsPerRun(5, func() { b.Dispatch() })
		if !raceEnabled && perRun > 0 {
			t.Fatalf("%v allocations in 100 recorded events", perRun)
		}
		e.Del()
	})
}

func TestGateHoldsAndSteps(t *testing.T) {
	recorded(t, func(t *testing.T, b *Base, records func() []string) {
		gate := &control.Process().Gate
		b.NewEvent(-1, 0, func(int, What) {}).Named("held").Active(Read)
		var seen []string
		look := func() {
			for _, line := range records() {
				seen = append(seen, strings.Fields(line)[0]+" "+strings.Split(line, `"`)[1])
			}
		}
		// await repeats a deed until the trace has the record.
		await := func(want string, deed func()) {
			t.Helper()
			for end := time.Now().Add(20 * time.Second); !slices.Contains(seen, want); time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("no %q in %q", want, seen)
				}
				deed()
				look()
			}
		}
		gate.Close()
		defer gate.Release()
		done := make(chan error, 1)
		go func() {
			_, err := b.Dispatch()
			done <- err
		}()
		await("hold before wait", func() {})
		if last := seen[len(seen)-1]; last != "hold before wait" {
			t.Fatalf("the loop was held, but went on: %q", seen)
		}
		// A thread says Hold a moment before it counts as standing there, so
		// a step may come too early for it, and the next one does it.
		await("callback-end ", gate.Step)
		gate.Release()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		call := b.kind.call
		at := slices.Index(seen, "hold before wait")
		want := []string{"hold before wait", "release before wait", "wait-begin " + call, "wait-end " + call,
			"hold before callback", "release before callback", "callback-begin held", "callback-end "}
		if got := seen[at:min(at+len(want), len(seen))]; !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestEachRecordNamesItsThread(t *testing.T) {
	ring, err := trace.NewRing(1 << 8)
	if err != nil {
		t.Fatal(err)
	}
	defer ring.Close()
	trace.SetProcess(ring.Recorder())
	defer trace.SetProcess(nil)
	here, unlock := thread.Lock()
	defer unlock()

	b := newBase(t, "")
	e := b.NewTimer(func(int, What) {})
	add(t, e, 0)
	there := make(chan uint32)
	go func() { // any thread may run a base
		id, unlock := thread.Lock()
		defer unlock()
		b.Dispatch()
		there <- id
	}()
	other := <-there
	add(t, e, time.Hour)
	b.Close()

	batch := make([]trace.Record, 1<<8)
	batch = batch[:ring.Reader().Read(batch)]
	want, kinds := here, ""
	for _, r := range batch {
		if r.Kind == trace.LoopBegin {
			want = other
		}
		if r.Thread != want {
			t.Errorf("%v is of thread %d; want %d", r.Kind, r.Thread, want)
		}
		if r.Kind == trace.LoopEnd {
			want = here
		}
		kinds += fmt.Sprint(r.Kind, " ")
	}
	if !strings.Contains(kinds, "loop-end add del base-free") {
		t.Errorf("recorded: %s", kinds)
	}
}

// A callback holds time. Its own end, and who else was ready, was before that,
// and the trace says so.
func TestWhatHasHappenedIsSaidBeforeTimeIsHeld(t *testing.T) {
	recorded(t, func(t *testing.T, b *Base, records func() []string) {
		gate := &control.Process().Gate
		defer gate.Release()
		const fds = 6
		for range fds {
			a, z := pair(t)
			add(t, b.NewEvent(a, Read|Persist, func(fd int, _ What) {
				read(fd)
				if b.Stats().Callbacks == fds {
					b.Break()
				}
				gate.Close()
			}), NoTimeout)
			write(t, z, "x")
		}
		records()
		done := make(chan error, 1)
		go func() {
			_, err := b.Dispatch()
			done <- err
		}()
		var kinds, want []string
		for running := true; running; runtime.Gosched() {
			select {
			case err := <-done:
				if err != nil {
					t.Fatal(err)
				}
				running = false
			default:
			}
			for _, line := range records() {
				kind := strings.Fields(line)[0]
				kinds = append(kinds, kind)
				if kind == "hold" {
					gate.Release()
				}
			}
		}
		want = append(want, "loop-begin", "wait-begin", "wait-end")
		want = append(want, slices.Repeat([]string{"ready"}, fds)...)
		for range fds {
			want = append(want, "callback-begin", "callback-end", "hold", "release")
		}
		want = append(want[:len(want)-2], "loop-end")
		if !slices.Equal(kinds, want) {
			t.Fatalf("got  %q\nwant %q", kinds, want)
		}
	})
}
