package grade

import (
	"slices"
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// TestWhatTheKernelHadSaidBeforeIsNoEvidence: its answer may be written down when the program has gone on.
func TestWhatTheKernelHadSaidBeforeIsNoEvidence(t *testing.T) {
	at := func(kind trace.Kind, fd int32, time, asked int64) world.Entry {
		return world.Entry{Record: trace.Record{Kind: kind, FD: fd, Time: time, D: asked}}
	}
	for _, c := range []struct {
		name  string
		last  world.Entry
		stale bool
	}{
		{"asked after the read", at(trace.Kernel, 7, 30, 25), false},
		{"asked before the read", at(trace.Kernel, 7, 30, 15), true},
		{"the read was of another fd", at(trace.Kernel, 8, 30, 15), false},
		{"a call is never out of date", at(trace.CallEnd, 7, 30, 15), false},
	} {
		entries := []world.Entry{at(trace.Open, 7, 10, 0), at(trace.CallEnd, 7, 20, 0), c.last}
		if got := outOfDate(entries, len(entries)-1); got != c.stale {
			t.Errorf("%s: out of date is %v, want %v", c.name, got, c.stale)
		}
	}
}

// TestAllRecordsThatDecideAreShown: one may have come long before the other.
func TestAllRecordsThatDecideAreShown(t *testing.T) {
	var entries []world.Entry
	for i := range 100 {
		entries = append(entries, world.Entry{Record: trace.Record{Kind: trace.Open, FD: int32(i), Seq: uint64(i)}})
	}
	for _, c := range []struct {
		name    string
		decides []func(*world.Entry) bool
		want    []int // -1: something is left out
		marked  []int
	}{
		{"none", nil, []int{-1, 96, 97, 98, 99}, nil},
		{"one", []func(*world.Entry) bool{Numbered(50)}, []int{-1, 48, 49, 50, -1, 56, 57}, []int{50}},
		{"two", []func(*world.Entry) bool{Numbered(50), Numbered(90)}, []int{-1, 49, 50, -1, 88, 89, 90}, []int{50, 90}},
		{"one that is not there", []func(*world.Entry) bool{Numbered(500)}, []int{-1, 96, 97, 98, 99}, nil},
	} {
		n := 0
		var want []string
		for _, i := range c.want {
			if i < 0 {
				want = append(want, "              ...")
				continue
			}
			n++
			line := "    0.000 ms  " + sentence(&entries[i])
			if slices.Contains(c.marked, i) {
				line = Mark + line
			}
			want = append(want, line)
		}
		if got := evidence(entries, n, c.decides); !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}
