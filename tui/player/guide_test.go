package player

import (
	"slices"
	"testing"
	"time"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

const frame = time.Second / 30

// busy are records of 4 s: each 100 ms something, and before each of the moments,
// at 0.5, 1.2, 1.2, 2, 3 and 3.9 s, a burst of records, 1 µs apart.
func busy() (records []trace.Record) {
	for at := 100 * ms; at <= 4000*ms; at += 100 * ms {
		records = append(records, waits(at)...)
	}
	for _, at := range busyMoments {
		for i := range int64(40) {
			records = append(records, waits(at-(40-i)*1000)...)
		}
		records = append(records, trace.Record{Kind: trace.Moment, FD: 3, A: trace.NoFD, B: trace.NoFD, C: trace.NoFD, Time: at})
	}
	slices.SortStableFunc(records, func(a, b trace.Record) int { return int(a.Time - b.Time) })
	return records
}

var busyMoments = []int64{500 * ms, 1200 * ms, 1200*ms + 5, 2000 * ms, 3000 * ms, 3900 * ms}

// reader follows a run that is going on, as the instrument lets it.
type reader struct {
	*Player
	rest []trace.Record
	took time.Duration
}

func guided(records []trace.Record) *reader {
	r := &reader{Player: New(1, 20*ms).Gated().Guided(), rest: records}
	r.Tracks[0].Begin(world.NewRun(noStrings{}))
	return r
}

// frame lets the program and the playhead go on for a frame, and reports whether
// the playhead still moves.
func (r *reader) frame() bool {
	r.took += frame
	now := int64(r.took)
	n := 0
	for n < len(r.rest) && r.rest[n].Time <= now {
		n++
	}
	if r.Apply(r.Tracks[0], r.rest[:n]); !r.ended {
		r.Tracks[0].Grow(now)
	}
	if r.rest = r.rest[n:]; len(r.rest) == 0 && !r.ended {
		r.Tracks[0].EndAt(0)
		r.End()
	}
	return r.Advance(frame)
}

// until goes on until the playhead is in a state.
func (r *reader) until(t *testing.T, want State) {
	t.Helper()
	for from := r.took; r.State() != want; r.frame() {
		if r.took > from+time.Minute {
			t.Fatalf("state %d at %d ns, and no state %d for a minute", r.State(), r.Now(), want)
		}
	}
}

// TestTheReaderSeesEachMoment, at a pace, and in a quarter of a minute; the
// program is never held.
func TestTheReaderSeesEachMoment(t *testing.T) {
	r := guided(busy())
	var seen, shown []int64
	for r.State() != Ended {
		r.frame()
		if r.State() == AtMoment {
			seen = append(seen, r.Now())
			for _, answered := range []bool{false, true} {
				if _, is, ok := r.Standing(); !ok || is != answered {
					t.Fatalf("at %d the answer is shown: %v, want %v", r.Now(), is, answered)
				}
				if order := press(t, r.Player, " "); order != Nothing {
					t.Fatalf("space orders %d", order)
				}
			}
		}
		if now := r.Now(); now > 2000*ms-12_000 && now < 2000*ms {
			shown = append(shown, now)
		}
		if r.took > time.Minute {
			t.Fatalf("after a minute it is at %d", r.Now())
		}
	}
	if !slices.Equal(seen, busyMoments) {
		t.Errorf("it stops at %d, want %d", seen, busyMoments)
	}
	if r.took < 4*time.Second || r.took > 15*time.Second {
		t.Errorf("4 s with %d moments take %v", len(busyMoments), r.took)
	}
	if n := len(slices.Compact(slices.Clone(shown))); n < closeBy-1 || len(shown) < 3*n {
		t.Errorf("of the records right before a moment %d are shown, in %d frames", n, len(shown))
	}
}

// TestItWaitsForTheReader: at a moment, and where space pauses it.
func TestItWaitsForTheReader(t *testing.T) {
	r := guided(busy())
	r.until(t, AtMoment)
	for range 300 {
		if r.frame() {
			t.Fatal("it goes on at a moment")
		}
	}
	is(t, r.Player, AtMoment, busyMoments[0])
	press(t, r.Player, " ", " ")
	r.frame()
	press(t, r.Player, " ")
	paused := r.Now()
	if r.frame(); r.State() != Paused || r.Now() != paused {
		t.Errorf("state %d: it moves from %d to %d", r.State(), paused, r.Now())
	}
	press(t, r.Player, " ")
	r.until(t, AtMoment)
	is(t, r.Player, AtMoment, busyMoments[1])
}

// TestItSaysHowFarBehindItIs, and end goes live.
func TestItSaysHowFarBehindItIs(t *testing.T) {
	r := guided(busy())
	for range 10 {
		r.frame()
	}
	if b := r.Behind(); b < lag || b > lag+int64(2*frame) {
		t.Errorf("without a moment it is %v behind", time.Duration(b))
	}
	r.until(t, AtMoment)
	for range 15 {
		r.frame()
	}
	if b := r.Behind(); b != int64(r.took)-busyMoments[0] {
		t.Errorf("at the moment it is %v behind", time.Duration(b))
	}
	press(t, r.Player, "end")
	if r.State() != Live || r.Behind() != 0 {
		t.Errorf("state %d, %d ns behind", r.State(), r.Behind())
	}
	if press(t, r.Player, " ") != Hold {
		t.Error("live, space does not hold")
	}
}

// TestAGuidedReaderHoldsNothing: the way back does not, and space goes on from
// there.
func TestAGuidedReaderHoldsNothing(t *testing.T) {
	for _, key := range []string{",", "left", "home", "."} {
		r := guided(busy())
		r.until(t, AtMoment)
		press(t, r.Player, " ", " ")
		for range 20 {
			r.frame()
		}
		if order := press(t, r.Player, key); order != Nothing || r.State() != Past {
			t.Errorf("%q orders %d, state %d", key, order, r.State())
		}
		if order := press(t, r.Player, " "); order != Nothing || r.State() != Led {
			t.Errorf("after %q space orders %d, state %d", key, order, r.State())
		}
	}
}

// TestFromMomentToMoment, live and after the end, guided or not.
func TestFromMomentToMoment(t *testing.T) {
	guide := func(t *testing.T, p *Player, name string) Order {
		t.Helper()
		order, ok := Guide.Do(p, name)
		if !ok {
			t.Fatalf("there is no key %q", name)
		}
		return order
	}
	r := guided(busy())
	if guide(t, r.Player, "tab"); r.State() != Led {
		t.Error("it stands at a moment that has not come")
	}
	r.until(t, AtMoment)
	for r.took < 3500*time.Millisecond {
		r.frame()
	}
	for _, want := range append(slices.Clone(busyMoments[1:5]), busyMoments[4]) { // the last one has not come yet
		guide(t, r.Player, "tab")
		is(t, r.Player, AtMoment, want)
	}
	guide(t, r.Player, "shift+tab")
	is(t, r.Player, AtMoment, busyMoments[3])
	for range 5 {
		guide(t, r.Player, "shift+tab")
	}
	is(t, r.Player, AtMoment, busyMoments[0])

	p := New(1, 20*ms).Gated()
	p.Tracks[0].Begin(world.NewRun(noStrings{}))
	p.Apply(p.Tracks[0], busy())
	p.Tracks[0].Grow(4000 * ms)
	if guide(t, p, "shift+tab") != Hold {
		t.Error("unguided, the way back from the live edge does not hold")
	}
	is(t, p, AtMoment, busyMoments[5])
	if order := press(t, p, " ", " "); order != Release || p.State() != Live {
		t.Errorf("unguided, the second space orders %d, state %d", order, p.State())
	}
	p.Tracks[0].EndAt(0)
	p.End()
	guide(t, p, "tab")
	is(t, p, AtMoment, busyMoments[0])
	press(t, p, "end")
	guide(t, p, "shift+tab")
	is(t, p, AtMoment, busyMoments[5])
	if press(t, p, " ", " "); p.State() != Replay {
		t.Errorf("after the end it does not replay from a moment: state %d", p.State())
	}

	guide(t, p, "R") // guided now
	press(t, p, "end", " ")
	is(t, p, Led, 0)
	for p.Advance(frame) {
	}
	is(t, p, AtMoment, busyMoments[0])
}

// TestTheGuideIsSwitched: off is live, on follows from there: what has come before
// is not shown again.
func TestTheGuideIsSwitched(t *testing.T) {
	r := guided(busy())
	r.until(t, AtMoment)
	Guide.Do(r.Player, "R")
	if r.State() != Live || r.IsGuided() {
		t.Errorf("off: state %d, guided %v", r.State(), r.IsGuided())
	}
	press(t, r.Player, " ")
	if order, _ := Guide.Do(r.Player, "R"); order != Release || r.State() != Led {
		t.Errorf("on, while time is held: order %d, state %d", order, r.State())
	}
	r.until(t, AtMoment)
	is(t, r.Player, AtMoment, busyMoments[4])
}
