package player

import (
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// TestTwoRunsMeetAtAMoment, however long each took to come there; and each is shown as
// it was at its own time.
func TestTwoRunsMeetAtAMoment(t *testing.T) {
	moments := [2][]int64{{100 * ms, 300 * ms, 400 * ms}, {150 * ms, 200 * ms}}
	p := New(2, ms)
	for i, track := range p.Tracks {
		track.Begin(world.NewRun(noStrings{}))
		p.Apply(track, waits(10*ms))
		for _, at := range moments[i] {
			p.Apply(track, waits(at-ms))
			p.Apply(track, []trace.Record{{Kind: trace.Moment, FD: trace.NoFD, A: trace.NoFD, B: trace.NoFD, C: trace.NoFD, Time: at}})
		}
		p.Apply(track, waits(500*ms))
		track.EndAt(0)
	}
	p.End()
	meet := func(key string, aligned int, a, b int64) {
		t.Helper()
		Meet.Do(p, key)
		first, _ := p.Moment(0)
		second, _ := p.Moment(1)
		if p.State() != Past || p.Aligned() != aligned || first.Now != a || second.Now != b || len(second.World.Moments) != momentsBy(moments[1], b) {
			t.Errorf("%s: aligned at %d, the runs are at %d and %d, want %d: %d and %d", key, p.Aligned(), first.Now, second.Now, aligned, a, b)
		}
	}
	meet("tab", 0, 100*ms, 150*ms)
	meet("tab", 1, 300*ms, 200*ms)
	meet("shift+tab", 0, 100*ms, 150*ms)
	meet("tab", 1, 300*ms, 200*ms)
	meet("tab", -1, 400*ms, 400*ms) // the second has not marked it
	p.Align(1)
	p.ToStart() // the second has not begun here
	if second, ok := p.Moment(1); !ok || second.Now != 0 || second.World.Records != 0 {
		t.Errorf("before its beginning the second run is at %d, with %d records", second.Now, second.World.Records)
	}
	p.ToEnd()
	if p.Now() != 600*ms { // 100 ms later than the first
		t.Errorf("the end is at %d", p.Now())
	}
	if Meet.Do(p, "tab"); p.Aligned() != 0 {
		t.Errorf("from the end tab leads to moment %d", p.Aligned())
	}
}

func momentsBy(all []int64, at int64) (n int) {
	for _, m := range all {
		if m <= at {
			n++
		}
	}
	return n
}
