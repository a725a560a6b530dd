//go:build unix

package trace

import (
	"math/rand"
	"testing"
	"time"
)

// A faulty program writes over the ring's counters. The reader tells no number
// that cannot be, ends, and says that the ring is damaged.
func TestReaderOfADamagedRing(t *testing.T) {
	header := func(h *header, what string) {
		switch what {
		case "lost":
			h.lost.Store(1 << 63)
		case "start early":
			h.start = 1
		case "start before time":
			h.start = -1 << 62
		case "start in the future":
			h.start = 1 << 62
		case "written":
			h.written.Store(1 << 63)
		case "slots and written": // what is left seems to fit into the ring
			h.slots = 1 << 63
			h.written.Store(1 << 62)
		}
	}
	for _, what := range []string{"lost", "start early", "start before time", "start in the future", "written", "slots and written"} {
		ring, err := NewRing(1 << 6)
		if err != nil {
			t.Fatal(err)
		}
		ring.Recorder().Put(&Record{Kind: Note, FD: NoFD})
		reader := ring.Reader()
		if reader.Damaged() {
			t.Errorf("%s: damaged before it was", what)
		}
		before := reader.Now()
		header(ring.head, what)
		if lost := reader.Lost(); lost > 1000 {
			t.Errorf("%s: %d records lost", what, lost)
		}
		if now := reader.Now(); now < before || now > before+time.Hour.Nanoseconds() {
			t.Errorf("%s: the time went from %d to %d", what, before, now)
		}
		if !reader.Damaged() {
			t.Errorf("%s: the damage is not seen", what)
		}
		ended := make(chan int)
		go func() { ended <- reader.Rest(make([]Record, 10)) + reader.Rest(make([]Record, 10)) }()
		select {
		case n := <-ended:
			if n != 1 {
				t.Errorf("%s: %d records were read, want 1", what, n)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: the reader does not end", what)
		}
		ring.Close()
	}
}

// Rubbish everywhere: whatever is read, nothing crashes and nothing hangs.
func TestReaderOfRubbish(t *testing.T) {
	rubbish := rand.New(rand.NewSource(1))
	for range 20 {
		ring, err := NewRing(1 << 6)
		if err != nil {
			t.Fatal(err)
		}
		rec := ring.Recorder()
		for range 1 << 6 {
			rec.Put(&Record{Kind: Note, FD: NoFD, Str: rec.String("a word")})
		}
		reader := ring.Reader()
		rubbish.Read(ring.mem[:headerSize+rubbish.Intn(len(ring.mem)-headerSize)])
		records := make([]Record, 10)
		for range 100 {
			for _, r := range records[:reader.Rest(records)] {
				reader.String(r.Str)
			}
		}
		if reader.Now() > time.Hour.Nanoseconds() {
			t.Errorf("the time is %d", reader.Now())
		}
		ring.Close()
	}
}
