//go:build unix

package trace

import (
	"fmt"
	"slices"
	"testing"
)

// writeAll uses each of a Writer's ways once, and returns what must be read.
func writeAll(w *Writer, call, label uint32) []Record {
	w.WaitBegin(10, call, 5, -1)
	w.WokenThenBegin(20, call, 7, 70, label, Readable, Readable|Persist)
	w.EndThenBegin(30, 7, 70, 8, 80, label, Timeout)
	w.EndThenWait(40, 8, 80, call, 5, 1000)
	w.WaitEnd(50, call, 6, 0)
	var list Readies
	for i := range int32(6) {
		if list.Add(i, 1<<31+uint32(i), Readiness(i)<<3|EdgeTrig) {
			w.Readies(50, &list)
		}
	}
	w.Readies(50, &list)
	w.CallbackBegin(60, -1, 90, label, Signal)
	w.CallbackEnd(70, -1, 90)

	want := []Record{
		{Kind: WaitBegin, Time: 10, FD: NoFD, Str: call, A: 5, B: -1},
		{Kind: WaitEnd, Time: 20, FD: NoFD, Str: call, A: 1},
		{Kind: Ready, Time: 20, FD: 7, A: int64(Readable), C: 70},
		{Kind: CallbackBegin, Time: 20, FD: 7, Str: label, A: int64(Readable | Persist), C: 70},
		{Kind: CallbackEnd, Time: 30, FD: 7, C: 70},
		{Kind: CallbackBegin, Time: 30, FD: 8, Str: label, A: int64(Timeout), C: 80},
		{Kind: CallbackEnd, Time: 40, FD: 8, C: 80},
		{Kind: WaitBegin, Time: 40, FD: NoFD, Str: call, A: 5, B: 1000},
		{Kind: WaitEnd, Time: 50, FD: NoFD, Str: call, A: 6},
	}
	for i := range int32(6) {
		want = append(want, Record{Kind: Ready, Time: 50, FD: i, A: int64(i)<<3 | int64(EdgeTrig), C: 1<<31 + int64(i)})
	}
	want = append(want,
		Record{Kind: CallbackBegin, Time: 60, FD: -1, Str: label, A: int64(Signal), C: 90},
		Record{Kind: CallbackEnd, Time: 70, FD: -1, C: 90})
	for i := range want {
		want[i].Seq, want[i].Thread, want[i].Base = uint64(i+1), w.Thread, w.Base
	}
	return want
}

// Whatever shares a slot, and however little the reader takes at a time, it gets
// each record whole and in order.
func TestABundleIsReadAsItsRecords(t *testing.T) {
	for size := 1; size <= 20; size++ {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			ring := newRing(t, 32)
			rec, reader := ring.Recorder(), ring.Reader()
			w := rec.Writer(3)
			w.Thread = 42
			want := writeAll(&w, rec.String("call"), rec.String("label"))
			var got []Record
			batch := make([]Record, size)
			for n := reader.Read(batch); n > 0; n = reader.Read(batch) {
				got = append(got, batch[:n]...)
			}
			if !slices.Equal(got, want) {
				t.Errorf("got:\n%+v\nwant:\n%+v", got, want)
			}
			if n := reader.Rest(batch); n != 0 {
				t.Errorf("%d records are left over", n)
			}
		})
	}
}

// A bundle that is lost counts as all that it holds.
func TestALostBundleIsCountedWhole(t *testing.T) {
	ring := newRing(t, 8)
	rec, reader := ring.Recorder(), ring.Reader()
	w, made, read := rec.Writer(1), 0, 0
	for range 20 {
		made += len(writeAll(&w, 1, 1))
	}
	batch := make([]Record, 100)
	for n := reader.Rest(batch); n > 0; n = reader.Rest(batch) {
		read += n
	}
	if got := read + int(reader.Lost()); reader.Lost() == 0 || got != made {
		t.Errorf("%d read + %d lost = %d, but %d were made", read, reader.Lost(), got, made)
	}
}

// A reader knows when it has read all that was begun, also what a thread was
// just writing.
func TestAReaderKnowsWhetherItIsBehind(t *testing.T) {
	ring := newRing(t, 32)
	rec, reader := ring.Recorder(), ring.Reader()
	w, batch := rec.Writer(1), make([]Record, 8)
	w.EndThenWait(1, 3, 1, 1, 1, -1)
	begun := reader.Begun()
	if reader.Taken() >= begun {
		t.Error("it has read nothing, and is not behind")
	}
	if reader.Read(batch); reader.Taken() < begun {
		t.Error("it has read all, and is behind")
	}
	ring.head.written.Add(1) // a thread stands between claim and publish
	begun = reader.Begun()
	if reader.Read(batch); reader.Taken() >= begun {
		t.Error("a record is not whole yet, and it is not behind")
	}
}

// A slot that is taken is not yet all read: what did not fit into dst is still to
// come.
func TestTheReaderKnowsThatASlotIsNotWhole(t *testing.T) {
	ring := newRing(t, 32)
	rec, reader := ring.Recorder(), ring.Reader()
	w := rec.Writer(1)
	w.WokenThenBegin(20, rec.String("call"), 7, 70, rec.String("label"), Readable, Readable)
	for i, whole := range []bool{false, false, true} {
		if n := reader.Read(make([]Record, 1)); n != 1 || reader.Whole() != whole || reader.Taken() != reader.Begun() {
			t.Errorf("record %d: read %d, whole %v, taken %d of %d", i, n, reader.Whole(), reader.Taken(), reader.Begun())
		}
	}
}
