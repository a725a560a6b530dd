package player

import (
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

type noNames struct{}

func (noNames) String(uint32) string { return "" }

// gate is a held player whose program has run for a second.
func gate() *Player {
	p := New(1, 20e6).Gated()
	p.Tracks[0].Begin(world.NewRun(noNames{}))
	p.Apply(p.Tracks[0], []trace.Record{{Kind: trace.LoopBegin, FD: trace.NoFD, Base: 1, Thread: 1, Time: 1e6}})
	p.Tracks[0].Grow(1e9)
	p.Toggle()
	return p
}

func (p *Player) records(from int64, kinds ...trace.Kind) {
	for i, k := range kinds {
		at := from + int64(i)*1e6
		p.Apply(p.Tracks[0], []trace.Record{{Kind: k, FD: trace.NoFD, Base: 1, Thread: 1, Time: at}})
		p.Tracks[0].Grow(at)
	}
}

func TestAProgramThatDoesNotHeedTheGate(t *testing.T) {
	turn := []trace.Kind{trace.WaitBegin, trace.WaitEnd, trace.CallbackBegin, trace.CallbackEnd}
	p := gate()
	p.records(1.1e9, turn...) // it has not heard yet
	if n := p.Defied(); n != 0 {
		t.Errorf("%d records, 0.1 s after the gate was closed", n)
	}
	p.records(4e9, turn...)
	p.records(4.1e9, turn...)
	if n := p.Defied(); n < 3 || p.State() != Held {
		t.Errorf("%d records are counted, want those of two turns", n)
	}
	p.Tracks[0].Grow(8e9) // and then it stands still
	if n := p.Defied(); n != 0 {
		t.Errorf("it stands still, and yet %d records are told", n)
	}
	p.Toggle()
	p.records(9e9, turn...)
	if n := p.Defied(); n != 0 {
		t.Errorf("time goes on, and yet %d records are told", n)
	}
}

// TestAFloodThatIsReadLate: the records of a flood are some seconds old when a busy
// machine comes to them, and no less a proof.
func TestAFloodThatIsReadLate(t *testing.T) {
	p := gate()
	p.Tracks[0].Grow(8e9)
	p.records(4e9, trace.WaitBegin, trace.WaitEnd, trace.CallbackBegin, trace.CallbackEnd, trace.WaitBegin)
	if n := p.Defied(); n < 3 {
		t.Errorf("%d records are counted", n)
	}
}

func TestWhatAHeldProgramMayDo(t *testing.T) {
	for name, play := range map[string]func(*Player){
		"a poke is carried out": func(p *Player) {
			p.records(4e9, trace.Poke, trace.CallBegin, trace.CallEnd, trace.CallBegin, trace.CallEnd)
		},
		"the kernel goes on": func(p *Player) {
			p.records(4e9, trace.Kernel, trace.Kernel, trace.Socket, trace.Endpoint, trace.Kernel)
		},
		"a wait times out": func(p *Player) { p.records(4e9, trace.WaitEnd, trace.Hold) },
		"a phase may pass": func(p *Player) {
			p.Tracks[0].Grow(4e9)
			if p.Next() != Step {
				t.Error("no step")
			}
			p.records(4.1e9, trace.Release, trace.CallbackBegin, trace.CallEnd, trace.CallEnd, trace.CallEnd, trace.CallbackEnd, trace.Hold)
		},
	} {
		p := gate()
		play(p)
		if n := p.Defied(); n != 0 {
			t.Errorf("%s: %d records are told", name, n)
		}
	}
	// A callback that began before goes on to its end.
	p := New(1, 20e6).Gated()
	p.Tracks[0].Begin(world.NewRun(noNames{}))
	p.records(1e9, trace.LoopBegin, trace.CallbackBegin)
	p.Toggle()
	p.records(5e9, trace.CallEnd, trace.CallEnd, trace.CallEnd, trace.CallEnd)
	if n := p.Defied(); n != 0 {
		t.Errorf("a long callback: %d records are told", n)
	}
}

// TestAStoppedProgramsClockStandsStill, and the stop is one gap.
func TestAStoppedProgramsClockStandsStill(t *testing.T) {
	p := New(1, 20e6).Gated()
	p.Tracks[0].Begin(world.NewRun(noNames{}))
	p.records(1e9, trace.WaitBegin)
	p.Stop()
	p.Stop()
	if p.Now() != 1e9 {
		t.Errorf("the clock is at %d", p.Now())
	}
	p.GoOn(9e9)
	p.GoOn(10e9)
	p.Tracks[0].Grow(10e9)
	if g := p.Gaps(); len(g) != 1 || g[0] != (Gap{1e9, 9e9}) {
		t.Errorf("gaps %v", g)
	}
}
