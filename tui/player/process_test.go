package player

import (
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// TestTheNextProcessIsShown: at the same moment, with its own world; those that live come first,
// and a program of one process has no such key.
func TestTheNextProcessIsShown(t *testing.T) {
	alone := playing(5*ms, ms)
	press(t, alone, "N")
	if shown, _ := alone.Moment(0); shown.Run != alone.Tracks[0].Run() || alone.nowProcess().Does != "" {
		t.Errorf("a program of one process offers %q", alone.nowProcess().Does)
	}

	p := New(1, 20*ms).Gated()
	p.Tracks[0].Begin(world.NewRun(noStrings{}))
	of := func(process uint32, at int64) trace.Record {
		return trace.Record{Kind: trace.ProcessOf, FD: trace.NoFD, Thread: process, A: int64(process), Time: at}
	}
	p.Apply(p.Tracks[0], []trace.Record{
		of(7, ms), {Kind: trace.Open, FD: 3, Thread: 7, Time: ms},
		of(8, 2*ms), {Kind: trace.ThreadEnd, FD: trace.NoFD, Thread: 8, Time: 3 * ms},
		of(9, 4*ms), {Kind: trace.WaitBegin, FD: trace.NoFD, Base: 1, Thread: 9, Time: 5 * ms},
		{Kind: trace.Open, FD: 4, Thread: 9, Time: 6 * ms},
	})
	p.Tracks[0].Grow(8 * ms)
	shows := func(process uint32, fd int32) {
		t.Helper()
		shown, _ := p.Moment(0)
		if now := shown.World.Process(); now == nil || now.ID != process || (shown.World.FDByNumber(fd) != nil) != (fd > 0) {
			t.Errorf("process %+v is shown, with fd %d: %+v; want process %d", now, fd, shown.World.FDByNumber(fd), process)
		}
	}
	shows(7, 3)
	press(t, p, "N")
	shows(9, 4) // lives, as 7 does
	press(t, p, "N")
	shows(8, 0)
	press(t, p, "N")
	shows(7, 3)
	press(t, p, "N", "left") // into the past, by a column: before all
	if shown, _ := p.Moment(0); len(shown.World.FDs) != 0 {
		t.Errorf("at %d there are fds: %d", p.Now(), len(shown.World.FDs))
	}
	press(t, p, ".")
	if p.Now() != 5*ms { // process 9 waits; 6 ms is no event
		t.Errorf("the next event of process 9 is at %d, want %d", p.Now(), 5*ms)
	}
	press(t, p, "N")
	if is := p.Tracks[0].Process(); is.ID != 8 || p.Now() != 5*ms {
		t.Errorf("in the past N shows process %d at %d; want 8, at the same moment", is.ID, p.Now())
	}
}
