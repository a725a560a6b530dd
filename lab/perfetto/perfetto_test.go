package perfetto

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

type line struct {
	Ph, Name, Cat, Bp string
	Pid               int
	Tid               int64
	Ts, Dur           float64
	ID                int
	Args              map[string]any
}

func written(t *testing.T, strings trace.Strings, records []trace.Record) []line {
	t.Helper()
	run := world.NewRun(strings)
	run.Apply(records)
	var out bytes.Buffer
	if err := Write(&out, "p", strings, run); err != nil {
		t.Fatal(err)
	}
	var file struct{ TraceEvents []line }
	if err := json.Unmarshal(out.Bytes(), &file); err != nil {
		t.Fatalf("%v\n%.500s", err, out.String())
	}
	return file.TraceEvents
}

type texts []string

func (s texts) String(id uint32) string {
	if id == 0 || int(id) > len(s) {
		return ""
	}
	return s[id-1]
}

// TestAnArrivalLeadsToItsCallback: what the kernel says at 2 µs, the callback answers at
// 5 µs; the next callback answers no arrival.
func TestAnArrivalLeadsToItsCallback(t *testing.T) {
	words := texts{"pipe (read end)", "a", "epoll", "on a", "epoll_wait"}
	r := func(kind trace.Kind, at int64, more trace.Record) trace.Record {
		more.Kind, more.Time, more.Thread = kind, at, 7
		return more
	}
	records := []trace.Record{
		r(trace.ThreadBegin, 100, trace.Record{FD: trace.NoFD, Str: 2}),
		r(trace.Open, 200, trace.Record{FD: 3, Str: 1, B: -1}),
		r(trace.Label, 300, trace.Record{FD: 3, Str: 2}),
		r(trace.BaseNew, 400, trace.Record{FD: trace.NoFD, Base: 1, Str: 3}),
		r(trace.Add, 500, trace.Record{FD: 3, Base: 1, Str: 4, A: int64(trace.Readable | trace.Persist), B: -1, C: 1}),
		r(trace.LoopBegin, 600, trace.Record{FD: trace.NoFD, Base: 1, B: 1}),
		r(trace.WaitBegin, 700, trace.Record{FD: trace.NoFD, Base: 1, Str: 5, A: 1, B: -1}),
		r(trace.Kernel, 2000, trace.Record{FD: 3, A: int64(trace.Readable), B: 9}),
		r(trace.WaitEnd, 4000, trace.Record{FD: trace.NoFD, Base: 1, Str: 5, A: 1}),
		r(trace.Ready, 4000, trace.Record{FD: 3, Base: 1, A: int64(trace.Readable), C: 1}),
		r(trace.CallbackBegin, 5000, trace.Record{FD: 3, Base: 1, Str: 4, A: int64(trace.Readable), C: 1}),
		r(trace.CallbackEnd, 8250, trace.Record{FD: 3, Base: 1, C: 1}),
		r(trace.CallbackBegin, 9000, trace.Record{FD: 3, Base: 1, Str: 4, A: int64(trace.Readable), C: 1}),
		r(trace.CallbackEnd, 9500, trace.Record{FD: 3, Base: 1, C: 1}),
		r(trace.LoopEnd, 9900, trace.Record{FD: trace.NoFD, Base: 1, B: 1}),
	}
	for i := range records {
		records[i].Seq = uint64(i + 1)
	}
	var callbacks, waits, onBase, counters int
	var from, to []line
	for _, l := range written(t, words, records) {
		switch {
		case l.Ph == "X" && l.Pid == threads && l.Cat == "callback":
			if callbacks++; callbacks == 1 && (l.Ts != 5 || l.Dur != 3.25 || l.Name != "on a" || l.Tid != 7) {
				t.Errorf("the callback: %+v", l)
			}
		case l.Ph == "X" && l.Pid == threads && l.Cat == "wait":
			if waits++; l.Ts != 0.7 || l.Dur != 3.3 {
				t.Errorf("the wait: %+v", l)
			}
		case l.Ph == "X" && l.Pid == bases:
			onBase++
		case l.Ph == "C":
			if counters++; counters == 1 && (l.Ts != 2 || l.Args["queued"] != 9.0 || l.Name != "fd 3 a") {
				t.Errorf("the counter: %+v", l)
			}
		case l.Ph == "s":
			from = append(from, l)
		case l.Ph == "f":
			to = append(to, l)
		}
	}
	if callbacks != 2 || waits != 1 || onBase != 3 || counters == 0 {
		t.Errorf("%d callbacks, %d waits, %d slices of the base, %d counters", callbacks, waits, onBase, counters)
	}
	if len(from) != 1 || len(to) != 1 || from[0].Ts != 2 || from[0].Pid != fds || from[0].Tid != 3 ||
		to[0].Ts != 5 || to[0].Bp != "e" || to[0].Tid != 7 || from[0].ID != to[0].ID {
		t.Errorf("arrows from %+v to %+v", from, to)
	}
}

// TestSlicesNest on every track of every lesson's run, as the form demands; and each
// callback that the run has recorded by its beginning is there.
func TestSlicesNest(t *testing.T) {
	files, err := filepath.Glob("../../lessons/*/recording.jsonl.gz")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		rec, err := trace.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		begun := 0
		for i := range rec.Records {
			if rec.Records[i].Kind == trace.CallbackBegin {
				begun++
			}
		}
		tracks, callbacks := map[[2]int64][]line{}, 0
		for _, l := range written(t, rec, rec.Records) {
			if l.Ph == "X" {
				key := [2]int64{int64(l.Pid), l.Tid}
				tracks[key] = append(tracks[key], l)
				if l.Pid == threads && l.Cat == "callback" {
					callbacks++
				}
			}
		}
		if callbacks != begun {
			t.Errorf("%s: %d callbacks of %d", file, callbacks, begun)
		}
		for key, all := range tracks {
			sort.SliceStable(all, func(i, j int) bool {
				if all[i].Ts != all[j].Ts {
					return all[i].Ts < all[j].Ts
				}
				return all[i].Dur > all[j].Dur
			})
			const least = 0.0005 // half a nanosecond: what a float of so many µs loses
			var open []float64   // when the slices around this one end
			for _, l := range all {
				for len(open) > 0 && open[len(open)-1] <= l.Ts+least {
					open = open[:len(open)-1]
				}
				if end := l.Ts + l.Dur; len(open) > 0 && end > open[len(open)-1]+least {
					t.Fatalf("%s: track %v: %+v reaches beyond the slice around it, which ends at %f", strings.TrimPrefix(file, "../../"), key, l, open[len(open)-1])
				} else {
					open = append(open, end)
				}
			}
		}
	}
}
