package world

import (
	"math/rand/v2"
	"testing"

	"fdlab/lab/trace"
)

// asked is what Piece should say, found out from all that was noted.
func asked(events []event, from, to int64) (p Piece) {
	for i, e := range events {
		end := to
		if i+1 < len(events) {
			end = min(to, events[i+1].at)
		}
		inside := e.at >= from && e.at < to
		if e.at < from {
			p.Before += e.began
		}
		if inside {
			p.Callbacks += e.began
			p.States |= e.marks
			if e.began > 0 {
				p.States |= Began
			}
			if e.marks&Took != 0 {
				p.Reads++
			}
			if e.marks&Arrived != 0 {
				p.Arrivals++
			}
		}
		lasted := end - max(e.at, from)
		if inside || lasted > 0 && e.at < to {
			p.States |= e.state
			if e.state&(Unseen|Piling) != 0 {
				p.MostUnseen = max(p.MostUnseen, e.queued)
			} else {
				p.MostSeen = max(p.MostSeen, e.queued)
			}
		}
		if lasted > 0 {
			p.lasted[e.state.number()] += lasted
		}
		if e.at <= from {
			p.First = e.state
		}
		if e.at < to {
			p.Last = e.state
		}
	}
	return p
}

// history notes random events on a lane: bursts of nanoseconds, and pauses.
func history(rng *rand.Rand, n int, room keep) (*Lane, []event) {
	l, events, at := &Lane{}, []event{}, int64(0)
	for range n {
		switch rng.IntN(4) {
		case 0:
			at += rng.Int64N(3)
		case 1, 2:
			at += rng.Int64N(1000)
		case 3:
			at += rng.Int64N(1e6)
		}
		e := event{at: at, state: 1 << rng.IntN(lasting), queued: rng.Int64N(8)}
		e.marks = States(rng.IntN(4)) << marksFrom
		if rng.IntN(2) == 0 {
			e.began = rng.Int64N(3)
		}
		l.note(e, room)
		events = append(events, e)
	}
	return l, events
}

// TestAPieceOfALane is exactly what happened in it, however short and however long.
func TestAPieceOfALane(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		l, events := history(rng, 1+rng.IntN(500), keep{1 << 20, 1 << 20})
		end := events[len(events)-1].at
		for range 300 {
			from := rng.Int64N(end+1000) - 500
			to := from + 1 + rng.Int64N([]int64{3, 1000, 1e6, end + 1}[rng.IntN(4)])
			if rng.IntN(2) == 0 { // just where something happened
				from = events[rng.IntN(len(events))].at
				to = from + 1 + rng.Int64N(2000)
			}
			got, want := l.Piece(from, to), asked(events, from, to)
			if got != want {
				t.Fatalf("from %d to %d:\n got %+v\nwant %+v", from, to, got, want)
			}
		}
	}
}

// TestThePastBecomesCoarse, where a lane may keep little: its sums stay, nothing that
// happened is missing in the set of its states, and what is an estimate says so.
func TestThePastBecomesCoarse(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	l, events := history(rng, 20_000, keep{200, 40})
	if l.n-l.gone > 200 || len(l.blocks) > 40 {
		t.Fatalf("%d spans, %d blocks are kept", l.n-l.gone, len(l.blocks))
	}
	end := events[len(events)-1].at
	all, want := l.Piece(0, end+10), asked(events, 0, end+10)
	if all.lasted != want.lasted || all.Callbacks != want.Callbacks || all.Reads != want.Reads || all.States != want.States || all.MostUnseen != want.MostUnseen {
		t.Errorf("of the whole run:\n got %+v\nwant %+v", all, want)
	}
	coarse := 0
	for range 500 {
		from := rng.Int64N(end)
		to := from + 1 + rng.Int64N(end/3)
		got, want := l.Piece(from, to), asked(events, from, to)
		if missing := want.States &^ got.States; missing != 0 {
			t.Errorf("from %d to %d: states %b are missing", from, to, missing)
		}
		if got.Coarse {
			coarse++
		} else if got.Callbacks != want.Callbacks || got.lasted != want.lasted {
			t.Errorf("from %d to %d, %d of %d callbacks, and it is not called an estimate", from, to, got.Callbacks, want.Callbacks)
		}
	}
	if coarse == 0 {
		t.Error("nothing is coarse")
	}
	last := events[len(events)-20].at // what is near is exact
	if got, want := l.Piece(last, end+1), asked(events, last, end+1); got != want {
		t.Errorf("the latest:\n got %+v\nwant %+v", got, want)
	}
}

// TestTheOverview says of any stretch how long something was unseen, and a callback ran,
// however often its pieces were joined.
func TestTheOverview(t *testing.T) {
	for _, scale := range []int64{100, 10_000, 1_000_000} {
		tl := NewTimeline()
		lanes := []Lane{{Thread: 1}, {FD: 5}, {FD: 6}}
		note := func(i int, at int64, s States) { tl.note(&lanes[i], event{at: at * scale, state: s}) }
		tl.each = keep{1000, 1000}
		note(0, 0, Await)
		note(1, 10_000, Unseen)
		note(2, 20_000, Unseen)
		note(1, 30_000, Noticed)
		note(0, 40_000, Callback)
		note(2, 50_000, Await)
		note(0, 90_000, Await)
		all := tl.Overview.Between(0, 100_000*scale, 100_000*scale)
		if near(all.Unseen, 40_000*scale, scale) || near(all.Callback, 50_000*scale, scale) || all.Late != (40_000*scale > late) {
			t.Errorf("scale %d: %+v", scale, all)
		}
		if o := &tl.Overview; len(o.stretches) > mostStretches {
			t.Errorf("scale %d: %d stretches", scale, len(o.stretches))
		}
		note(1, 95_000, Unseen) // and it stays so
		if s := tl.Overview.Between(95_000*scale, 195_000*scale, 195_000*scale); near(s.Unseen, 100_000*scale, scale) {
			t.Errorf("scale %d: %+v", scale, s)
		}
	}
}

func near(got, want, scale int64) bool { return max(got-want, want-got) > max(want/100, scale) }

// BenchmarkAWindowOfAMillionRecords reads 160 cells of each lane: of the whole run, and of
// its last millisecond.
func BenchmarkAWindowOfAMillionRecords(b *testing.B) {
	s := looping()
	s.add(trace.ThreadBegin, trace.NoFD, "loop", trace.Record{})
	for len(s.records) < 1_000_000 {
		turns(s, 1, 6000, 3)
	}
	run := s.run()
	end := s.now
	for name, from := range map[string]int64{"whole": 0, "10ms": end - 10e6, "160us": end - 160e3} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for i := range run.Timeline.Lanes {
					for x := range int64(160) {
						run.Timeline.Lanes[i].Piece(from+x*(end-from)/160, from+(x+1)*(end-from)/160)
					}
				}
			}
		})
	}
}
