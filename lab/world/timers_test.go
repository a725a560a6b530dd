//go:build unix

package world_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/sys"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// process is where real programs of these tests are recorded. The ring is not closed: the
// kernel's watcher, which sys.Pipe starts, writes to it for as long as the process lives.
var process = sync.OnceValue(func() *trace.Reader {
	ring, err := trace.NewRing(1 << 16)
	if err != nil {
		panic(err)
	}
	trace.SetProcess(ring.Recorder())
	return ring.Reader()
})

// TestTheNextTimerOfARealLoop: what a loop tells the kernel, how long to wait at most, is
// what the world knows of its next timer, to the ns. Its events come and go at random.
func TestTheNextTimerOfARealLoop(t *testing.T) {
	reader := process()
	b, err := event.New(event.Config{Name: "loop"})
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := sys.Pipe("p")
	if err != nil {
		t.Fatal(err)
	}
	defer sys.Close(r)
	defer sys.Close(w)

	random := rand.New(rand.NewPCG(1, 2))
	some := func() time.Duration { return time.Duration(random.IntN(3000)) * time.Microsecond }
	var all []*event.Event
	calls := 0
	act := func(int, event.What) {
		if calls++; calls > 300 {
			b.Break()
			return
		}
		e := all[random.IntN(len(all))]
		switch random.IntN(6) {
		case 0:
			e.Del()
		case 1, 2:
			e.Add(some())
		case 4:
			e.Active(event.Timeout)
		case 5:
			time.Sleep(some()) // a long callback
		}
		all[0].Add(some()) // one is always there
	}
	for range 4 {
		all = append(all, b.NewTimer(act), b.NewEvent(-1, event.Persist, act))
	}
	all = append(all, b.NewEvent(r, event.Read|event.Persist, act))
	all[0].Add(some())
	all[8].Add(some())
	if _, err := b.Dispatch(); err != nil {
		t.Fatal(err)
	}
	b.Close()

	state := world.New(reader)
	waits, woke := 0, int64(0)
	var batch [64]trace.Record
	for n := reader.Read(batch[:]); n > 0; n = reader.Read(batch[:]) {
		for i := range batch[:n] {
			rec := &batch[i]
			if rec.Kind == trace.WaitBegin && woke != 0 {
				next, timers := state.NextTimer(state.BaseByNumber(rec.Base))
				if want := max(next.Due-woke, 0); rec.B > 0 && (timers == 0 || want != rec.B) {
					t.Fatalf("wait %d: the loop waits for %v at most; of %d timers the next is due %v after the last wait", waits, time.Duration(rec.B), timers, time.Duration(want))
				}
				waits++
			}
			if rec.Kind == trace.WaitEnd {
				woke = rec.Time
			}
			state.Apply(rec)
		}
	}
	if waits < 50 {
		t.Errorf("%d waits: too few to say anything", waits)
	}
}
