//go:build unix

package world_test

import (
	"bytes"
	"testing"
	"time"

	"fdlab/lab/diagnosis"
	"fdlab/lab/event"
	"fdlab/lab/sys"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// TestABusyLoop: two fds can always be written to. What the world counts of the loop is
// what the loop counts itself, and there are few records, though most turns have none of
// their own. A recording of it says the same.
func TestABusyLoop(t *testing.T) {
	for name, writes := range map[string]bool{"it writes nothing": false, "it writes a byte each time": true} {
		t.Run(name, func(t *testing.T) {
			reader := process()
			b, err := event.New(event.Config{Name: "busy"})
			if err != nil {
				t.Fatal(err)
			}
			var pipes [2][2]int
			for i := range pipes {
				r, w, err := sys.Pipe("p")
				if err != nil {
					t.Fatal(err)
				}
				defer sys.Close(r)
				defer sys.Close(w)
				pipes[i] = [2]int{r, w}
				for _, fd := range pipes[i] {
					if err := sys.SetNonblock(fd, true); err != nil {
						t.Fatal(err)
					}
				}
			}
			var all []trace.Record
			var batch [1 << 12]trace.Record
			take := func() {
				for n := reader.Read(batch[:]); n > 0; n = reader.Read(batch[:]) {
					all = append(all, batch[:n]...)
				}
			}
			var buf [1]byte
			calls := [2]int{}
			began := time.Now()
			for i, p := range pipes {
				err := b.NewEvent(p[1], event.Write|event.Persist, func(int, event.What) {
					if calls[i]++; calls[i]%500 == 0 {
						take()
					}
					if writes {
						sys.Write(p[1], []byte("x"))
						sys.Read(p[0], buf[:])
					}
					if i == 1 && calls[1] == 20_000 {
						b.Break()
					}
				}).Add(event.NoTimeout)
				if err != nil {
					t.Fatal(err)
				}
			}
			if _, err := b.Dispatch(); err != nil {
				t.Fatal(err)
			}
			took, stats := time.Since(began), b.Stats()
			take()
			loops := world.NewRun(reader)
			loops.Apply(all)
			check(t, loops.Live, stats, pipes, calls, writes, "")

			gathered, of := int64(0), 0
			for i := range all {
				if r := &all[i]; r.Kind == trace.Turns {
					if gathered += r.A; r.B == 1 {
						of++
					}
				}
			}
			if most := int(took.Milliseconds()) + 2 + int(stats.Turns)/1000; gathered == 0 || of > most {
				t.Errorf("%d callbacks are gathered, in %d times within %v: want %d at most", gathered, of, took, most)
			}

			var file bytes.Buffer
			e, err := trace.NewEncoder(&file, reader, trace.Header{Program: "busy"})
			if err != nil {
				t.Fatal(err)
			}
			e.Encode(all)
			if err := e.Close(0); err != nil {
				t.Fatal(err)
			}
			rec, err := trace.ReadRecording(&file)
			if err != nil {
				t.Fatal(err)
			}
			again := world.NewRun(rec)
			again.Apply(rec.Records)
			check(t, again.Live, stats, pipes, calls, writes, "recorded: ")

			b.Close()
			take()
		})
	}
}

// check holds a world against what a loop and its callbacks have counted.
func check(t *testing.T, w *world.World, stats event.Stats, pipes [2][2]int, calls [2]int, writes bool, how string) {
	t.Helper()
	b := w.Bases[len(w.Bases)-1]
	if b.Turns != int(stats.Turns) || b.Callbacks != int(stats.Callbacks) {
		t.Errorf("%s%d turns and %d callbacks, want %d and %d", how, b.Turns, b.Callbacks, stats.Turns, stats.Callbacks)
	}
	if spin, ok := b.Spins(w.Time); ok {
		t.Errorf("%sits loop has returned, and spins: %+v", how, spin)
	}
	for i, p := range pipes {
		r, f := w.FDByNumber(int32(p[0])), w.FDByNumber(int32(p[1]))
		moved := 0
		if writes {
			moved = calls[i]
		}
		if f.Callbacks != calls[i] || f.BytesOut != int64(moved) || r.BytesIn != int64(moved) || r.Reads != moved {
			t.Errorf("%sfd %d: %d callbacks and %d bytes written, %d read in %d calls; want %d callbacks, %d bytes", how, p[1], f.Callbacks, f.BytesOut, r.BytesIn, r.Reads, calls[i], moved)
		}
		if spin, ok := diagnosis.Spins(f, diagnosis.Ever); ok == writes {
			t.Errorf("%sfd %d spins: %v, %+v", how, p[1], ok, spin)
		}
	}
}
