package player

import (
	"testing"
	"time"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

const ms = int64(1e6)

// noStrings: the records of these tests have no words.
type noStrings struct{}

func (noStrings) String(uint32) string { return "" }

// waits are records that a person steps to, at the given times.
func waits(at ...int64) (records []trace.Record) {
	for _, t := range at {
		records = append(records, trace.Record{Kind: trace.WaitBegin, FD: trace.NoFD, Base: 1, Thread: 7, Time: t})
	}
	return records
}

// playing is a lesson's player at the live edge, with events at the given times
// and a clock that says now.
func playing(now int64, at ...int64) *Player {
	p := New(1, 20*ms).Gated()
	p.Tracks[0].Begin(world.NewRun(noStrings{}))
	p.Apply(p.Tracks[0], waits(at...))
	p.Tracks[0].Grow(now)
	return p
}

// ended is the player of a run that is over.
func ended(at ...int64) *Player {
	p := playing(0, at...)
	p.Tracks[0].EndAt(0)
	p.End()
	return p
}

// press presses keys and returns the order of the last one.
func press(t *testing.T, p *Player, names ...string) (order Order) {
	t.Helper()
	for _, name := range names {
		var ok bool
		if order, ok = Keys.Do(p, name); !ok {
			t.Fatalf("there is no key %q", name)
		}
	}
	return order
}

func is(t *testing.T, p *Player, want State, now int64) {
	t.Helper()
	if p.State() != want || p.Now() != now {
		t.Fatalf("state %d at %d ns, want state %d at %d", p.State(), p.Now(), want, now)
	}
}

// TestSpaceIsOneControl: at the live edge it holds and lets go; in the past it
// goes back to the live edge, and lets go there.
func TestSpaceIsOneControl(t *testing.T) {
	p := playing(100*ms, 10*ms, 20*ms)
	if press(t, p, " ") != Hold || p.State() != Held {
		t.Fatal("space does not hold")
	}
	if press(t, p, " ") != Release || p.State() != Live {
		t.Fatal("space does not let go")
	}
	if press(t, p, ",") != Hold {
		t.Fatal("the way back does not hold time at the live edge")
	}
	is(t, p, Past, 20*ms)
	if press(t, p, " ") != Release {
		t.Fatal("space does not let time go on from the past")
	}
	is(t, p, Live, 100*ms)
}

// TestAStepIsAPhaseAtTheEdgeAndAnEventInThePast.
func TestAStepIsAPhaseAtTheEdgeAndAnEventInThePast(t *testing.T) {
	p := playing(100*ms, 10*ms, 20*ms, 30*ms)
	if press(t, p, ".") != Hold {
		t.Error("the first step does not hold")
	}
	if press(t, p, ".") != Step {
		t.Error("the second lets no phase pass")
	}
	press(t, p, ",", ",")
	is(t, p, Past, 20*ms)
	if press(t, p, ".") != Nothing {
		t.Error("a step in the past reaches the program")
	}
	is(t, p, Past, 30*ms)
	press(t, p, ".")
	is(t, p, Held, 100*ms)
}

// TestHeldTimeStandsStill soon after the last event, and what passed meanwhile
// is a gap that no move of the playhead ends in.
func TestHeldTimeStandsStill(t *testing.T) {
	p := playing(100*ms, 10*ms)
	press(t, p, " ")
	p.Tracks[0].Grow(60_000 * ms)
	is(t, p, Held, 500*ms) // 400 ms after the hold
	if len(p.Gaps()) != 0 {
		t.Fatal("a gap before it has an end")
	}
	// A poke while time is held: the clock goes on from there.
	p.Apply(p.Tracks[0], waits(60_000*ms))
	if want := (Gap{500 * ms, 60_000 * ms}); len(p.Gaps()) != 1 || p.Gaps()[0] != want {
		t.Fatalf("the gaps are %v, want %v", p.Gaps(), want)
	}
	is(t, p, Held, 60_000*ms)
	press(t, p, "left")
	is(t, p, Past, 500*ms)
	press(t, p, "left", "right", "right")
	is(t, p, Held, 60_000*ms)
}

// TestTheGapOfAHoldEndsWithIt, also where nothing happened in it.
func TestTheGapOfAHoldEndsWithIt(t *testing.T) {
	p := playing(100*ms, 10*ms)
	press(t, p, " ")
	p.Tracks[0].Grow(2000 * ms)
	press(t, p, " ")
	if want := (Gap{500 * ms, 2000 * ms}); len(p.Gaps()) != 1 || p.Gaps()[0] != want {
		t.Fatalf("the gaps are %v, want %v", p.Gaps(), want)
	}
	is(t, p, Live, 2000*ms)
}

// TestWhatHasNoGateIsNotHeld: a trial's program acts for its grader.
func TestWhatHasNoGateIsNotHeld(t *testing.T) {
	p := New(1, 20*ms)
	if press(t, p, " ", ",", "left", ".") != Nothing {
		t.Error("a player without a run gives orders")
	}
	p.Tracks[0].Begin(world.NewRun(noStrings{}))
	p.Tracks[0].Apply(waits(10*ms, 20*ms))
	p.Tracks[0].Grow(100 * ms)
	if press(t, p, " ") != CannotHold || p.State() != Live {
		t.Error("space does not say that it cannot hold")
	}
	if press(t, p, ",") != Nothing || press(t, p, " ") != CannotHold {
		t.Error("the past of a trial is held")
	}
	is(t, p, Past, 20*ms)
	p.Tracks[0].Grow(200 * ms)
	is(t, p, Past, 20*ms)
	press(t, p, "end")
	is(t, p, Live, 200*ms)
}

// TestAfterTheEndNothingIsOrdered: whatever is pressed.
func TestAfterTheEndNothingIsOrdered(t *testing.T) {
	p := ended(10*ms, 20*ms, 30*ms)
	for _, name := range Keys.Names() {
		for _, before := range []string{"end", "home"} {
			if order := press(t, p, before, name); order != Nothing {
				t.Errorf("after %q, %q orders %d", before, name, order)
			}
		}
	}
}

// TestAProgramThatEndsWhileHeld is over, not held.
func TestAProgramThatEndsWhileHeld(t *testing.T) {
	p := playing(100*ms, 10*ms)
	press(t, p, " ")
	p.Tracks[0].EndAt(0)
	p.End()
	is(t, p, Ended, 10*ms)
}

// TestAReplayGoesToTheEnd, from the beginning or from the moment that is shown,
// slower than the run was, and jumps over what was held.
func TestAReplayGoesToTheEnd(t *testing.T) {
	const frame = time.Second / 30
	p := ended(10*ms, 20*ms, 60*ms)
	press(t, p, " ")
	is(t, p, Replay, 0)
	took := time.Duration(0)
	for last := int64(-1); p.State() == Replay; took += frame {
		if p.Now() <= last {
			t.Fatalf("it stands at %d", last)
		}
		last = p.Now()
		if goesOn := p.Advance(frame); goesOn != (p.State() == Replay) {
			t.Fatal("Advance does not know whether it goes on")
		}
	}
	is(t, p, Ended, 60*ms)
	if took < 5*time.Second || took > 20*time.Second {
		t.Errorf("60 ms were replayed in %v", took)
	}

	press(t, p, ",", " ", " ")
	is(t, p, Past, 20*ms) // paused where it began
	far := func(keys ...string) int64 {
		press(t, p, "home", " ")
		press(t, p, keys...)
		p.Advance(time.Second)
		return p.Now()
	}
	if as, slow, fast := far(), far("["), far("]", "]"); slow >= as || as >= fast {
		t.Errorf("in a second it comes %d ns far; slower %d, faster %d", as, slow, fast)
	}
	press(t, p, "left")
	if p.State() == Replay {
		t.Error("a move does not end the replay")
	}

	p = playing(100*ms, 10*ms)
	press(t, p, " ")
	p.Apply(p.Tracks[0], waits(10_000*ms))
	p.Tracks[0].EndAt(0)
	p.End()
	press(t, p, " ")
	for p.Now() < 500*ms {
		p.Advance(frame)
	}
	if p.Advance(frame); p.State() != Ended {
		t.Errorf("the replay goes through the hold, at %d", p.Now())
	}
}

// TestThePlayheadDoesNotLeaveTheRun, however far it is moved.
func TestThePlayheadDoesNotLeaveTheRun(t *testing.T) {
	p := ended(10*ms, 2000*ms)
	press(t, p, "right", "L")
	is(t, p, Ended, 2000*ms)
	press(t, p, "H", "H", "H", "H", "H", "H")
	is(t, p, Past, 0)
	press(t, p, "L")
	is(t, p, Past, leap*p.Column())
	press(t, p, "L", "L", "L", "L", "L")
	is(t, p, Ended, 2000*ms)
	p.Seek(0, 1<<60)
	is(t, p, Ended, 2000*ms)
	p.Seek(0, -5)
	is(t, p, Past, 0)
}

// TestTheShownMomentStaysWhileTheProgramGoesOn.
func TestTheShownMomentStaysWhileTheProgramGoesOn(t *testing.T) {
	p := playing(100*ms, 10*ms, 20*ms)
	press(t, p, ",")
	p.Apply(p.Tracks[0], waits(200*ms))
	p.Tracks[0].Grow(300 * ms)
	m, ok := p.Moment(0)
	if !ok || m.Now != 20*ms || m.World.Records != 2 || m.Live != 300*ms {
		t.Errorf("at %d of %d with %d records; want 20 ms of 300 with 2", m.Now, m.Live, m.World.Records)
	}
	press(t, p, "end")
	if m, _ := p.Moment(0); m.World.Records != 3 || m.World != m.Run.Live {
		t.Errorf("the live edge has %d records", m.World.Records)
	}
}

// TestOnePlayheadForTwo: it steps through the events of both, and a track that
// is shorter says that it has ended.
func TestOnePlayheadForTwo(t *testing.T) {
	p := New(2, ms)
	for i, at := range [][]int64{{10, 30, 50}, {20, 40, 90}} {
		p.Tracks[i].Begin(world.NewRun(noStrings{}))
		p.Apply(p.Tracks[i], waits(at...))
		p.Tracks[i].EndAt(0)
	}
	p.End()
	press(t, p, "home")
	for _, want := range []int64{10, 20, 30, 40} {
		press(t, p, ".")
		is(t, p, Past, want)
	}
	press(t, p, ".") // the end of the shorter
	if p.Now() != 50 || p.StateOf(0) != Ended || p.StateOf(1) != Past {
		t.Errorf("at %d: %d and %d", p.Now(), p.StateOf(0), p.StateOf(1))
	}
	for _, want := range []int64{40, 30, 20, 10} {
		press(t, p, ",")
		is(t, p, Past, want)
	}
	p.Turn()
	if p.Front != 1 {
		t.Error("the other is not in front")
	}
}

// TestRunsFollowEachOther on a track, and a step goes from one to the other.
func TestRunsFollowEachOther(t *testing.T) {
	p := New(1, ms)
	track := p.Tracks[0]
	track.Begin(world.NewRun(noStrings{}))
	p.Apply(track, waits(10, 30))
	track.Grow(99) // its clock went on after the last record: no part of the run
	track.Begin(world.NewRun(noStrings{}))
	p.Apply(track, waits(5, 15))
	track.EndAt(20)
	p.End()
	if track.Begins(1) != 30 || track.Length() != 50 || track.LastRecord() != 45 {
		t.Fatalf("the second run begins at %d, its last record is at %d, the end at %d", track.Begins(1), track.LastRecord(), track.Length())
	}
	var acts []int
	var at []int64
	for press(t, p, ","); p.Now() > 10; press(t, p, ",") {
		m, _ := p.Moment(0)
		acts, at = append(acts, m.Act), append(at, m.Now)
	}
	if len(acts) != 3 || acts[0] != 1 || at[0] != 15 || acts[1] != 1 || at[1] != 5 || acts[2] != 0 || at[2] != 29 {
		t.Errorf("the way back shows the runs %v at %v", acts, at)
	}
}

// TestTheZoomIsThePersons: it fits what happened until a person chooses, and
// goes over to the next run.
func TestTheZoomIsThePersons(t *testing.T) {
	p := ended(10*ms, 350*ms)
	p.FitColumn(100)
	if p.Column() != 5*ms {
		t.Errorf("350 ms in 100 columns of %v", time.Duration(p.Column()))
	}
	p.ZoomTo(1 * ms) // into the lens, and back: nothing was chosen
	p.ZoomBack()
	if p.FitColumn(50); p.Column() != 10*ms {
		t.Errorf("350 ms in 50 columns of %v, after a zoom that was taken back", time.Duration(p.Column()))
	}
	p.FitColumn(100)
	press(t, p, "-", "-")
	chosen := p.Column()
	p.FitColumn(100)
	next := New(1, 20*ms)
	next.ZoomLike(p)
	if chosen != 20*ms || p.Column() != chosen || next.Column() != chosen {
		t.Errorf("chosen %d, after the fit %d, in the next run %d", chosen, p.Column(), next.Column())
	}
	for range 20 {
		press(t, p, "+")
	}
	least := p.Column()
	if press(t, p, "+"); least <= 0 || p.Column() != least {
		t.Errorf("the least zoom is %d, then %d", least, p.Column())
	}
}

// TestWhatIsOfferedWorks: a key in the row of keys is one of the table, and has
// words only where it does something.
func TestWhatIsOfferedWorks(t *testing.T) {
	for state, p := range map[string]*Player{
		"live": playing(100*ms, 10*ms), "held": func() *Player { p := playing(100*ms, 10*ms); p.Toggle(); return p }(),
		"past": func() *Player { p := playing(100*ms, 10*ms, 20*ms); p.Previous(); return p }(), "ended": ended(10 * ms),
		"replay": func() *Player { p := ended(10 * ms); p.Toggle(); return p }(),
	} {
		now := Keys.Now(p)
		if len(now) == 0 || now[0].Key != "space" {
			t.Errorf("%s: the first key is not space: %v", state, now)
		}
	}
	if now := Keys.Now(New(1, ms)); len(now) != 1 || now[0].Key != "←" {
		t.Errorf("without a gate and before the end there is offered %v", now)
	}
}
