package world

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"fdlab/lab/trace"
)

// words are the texts of random traces: names of calls, which a world knows, and others.
var words = []string{"read", "write", "accept", "epoll_wait", "connect", "close", "poll", "worker", "client 3", "LISTEN", "ESTABLISHED"}

type wordList struct{}

func (wordList) String(id uint32) string {
	if id == 0 || int(id) > len(words) {
		return ""
	}
	return words[id-1]
}

// randomTrace makes records of all kinds, in an order that no program would make:
// the reducer must be sound whatever it is told.
func randomTrace(random *rand.Rand, n int) []trace.Record {
	records := make([]trace.Record, n)
	now := int64(0)
	few := func(n int) int64 { return random.Int64N(int64(n)) - 1 }
	for i := range records {
		now += random.Int64N(3) * 1000 // several at one time, too
		r := trace.Record{
			Kind: trace.Kind(1 + random.IntN(trace.Kinds-1)), Seq: uint64(i + 1), Time: now, Thread: uint32(100 + random.IntN(4)),
			FD: int32(few(12)), Base: uint16(random.IntN(4)), Str: uint32(random.IntN(len(words) + 1)),
			A: few(9), B: few(9), C: few(9), D: few(9),
		}
		if random.IntN(16) == 0 {
			r.A, r.B, r.C, r.D = random.Int64(), -random.Int64(), random.Int64(), -random.Int64()
		}
		if r.Kind == trace.CallEnd && r.A > 0 {
			r.SetData([]byte("hello")[:1+random.IntN(5)])
		}
		records[i] = r
	}
	return records
}

// file is a recording of a trace, and read what it says: only fields that mean
// something are in a file.
func file(t testing.TB, records []trace.Record) []byte {
	t.Helper()
	var out bytes.Buffer
	e, err := trace.NewEncoder(&out, wordList{}, trace.Header{Program: "random"})
	if err == nil {
		e.Encode(records)
		err = e.Close(0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestTheSameLiveReplayedAndSteppedBackTo: a moment of a random trace, as it was
// seen live, as it is shown when the playhead goes back to it, and as a recording of
// the run shows it.
func TestTheSameLiveReplayedAndSteppedBackTo(t *testing.T) {
	for seed := range uint64(2) {
		random := rand.New(rand.NewPCG(seed, 1))
		recorded := file(t, randomTrace(random, chapterRecords+random.IntN(chapterRecords)))
		rec, err := trace.ReadRecording(bytes.NewReader(recorded))
		if err != nil {
			t.Fatal(err)
		}
		live := NewRun(rec)
		seen := map[int64]*World{}
		for rest := rec.Records; len(rest) > 0; {
			n := min(1+random.IntN(2000), len(rest))
			for n < len(rest) && rest[n].Time == rest[n-1].Time { // all of one time
				n++
			}
			live.Apply(rest[:n])
			rest = rest[n:]
			if random.IntN(3) == 0 || len(rest) == 0 {
				seen[live.Live.Time] = live.Live.Clone()
			}
		}
		var again *Run
		if _, err := trace.Scan(bytes.NewReader(recorded), func(rec *trace.Recording, some []trace.Record) {
			if again == nil {
				again = NewRun(rec)
			}
			again.Apply(some)
		}); err != nil {
			t.Fatal(err)
		}
		for at, want := range seen {
			for how, got := range map[string]*World{"stepped back to": live.At(at), "replayed": again.At(at)} {
				if where := difference(want, got); where != "" {
					t.Errorf("seed %d, %d ns, %s: another world than live: %s", seed, at, how, where)
				}
			}
		}
	}
}

// difference names the first field in which two worlds differ, "" if none does.
func difference(a, b *World) string {
	x, y := *a, *b
	x.names, y.names = nil, nil
	if reflect.DeepEqual(x, y) {
		return ""
	}
	vx, vy := reflect.ValueOf(x), reflect.ValueOf(y)
	for i := range vx.NumField() {
		if fx, fy := fmt.Sprintf("%+v", vx.Field(i)), fmt.Sprintf("%+v", vy.Field(i)); fx != fy {
			return fmt.Sprintf("%s: %.300s, want %.300s", vx.Type().Field(i).Name, fy, fx)
		}
	}
	return "somewhere deep"
}

// FuzzARecordingIsShown: whatever a file says, what can be read of it can be shown,
// at any moment, and stepped through.
func FuzzARecordingIsShown(f *testing.F) {
	for seed := range uint64(4) {
		whole := file(f, randomTrace(rand.New(rand.NewPCG(seed, 2)), 60))
		f.Add(whole)
		f.Add(whole[:len(whole)*2/3])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		rec, _ := trace.ReadRecording(bytes.NewReader(file))
		run := NewRun(rec)
		run.Apply(rec.Records)
		if difference(run.Live, run.Live.Clone()) != "" {
			t.Fatal("a clone is another world")
		}
		at, steps := int64(-1), 0
		for next, ok := run.Next(at); ok; next, ok = run.Next(at) {
			if next <= at {
				t.Fatalf("the step on from %d leads to %d", at, next)
			}
			at, steps = next, steps+1
			run.At(at)
			if steps > len(rec.Records) {
				t.Fatal("more steps than records")
			}
		}
		if before, ok := run.Previous(at); ok && before >= at {
			t.Fatalf("the step back from %d leads to %d", at, before)
		}
		for _, at := range []int64{-1 << 63, -1, 0, 1<<63 - 1} {
			run.At(at)
		}
	})
}
