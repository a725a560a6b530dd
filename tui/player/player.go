// Package player shows any moment of a run: while it goes on, afterwards, and
// again. It is the same for a lesson, an exercise, two programs side by side
// and a recording.
//
// A Player has one clock, one playhead on it, and a track for each program. At
// the live edge the playhead goes with the program; where a gate can hold the
// program, holding time and moving the playhead are one control. The player
// has no clock of its own and does nothing by itself: whoever has it says how
// far the program is (Track.Grow) and how much time has passed (Advance), and
// carries out the orders that its keys give.
//
// It knows no drawing, no lesson, no exercise, no process and no terminal.
package player

import (
	"slices"
	"time"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Player is the playhead and all that moves it. It belongs to one goroutine.
type Player struct {
	Tracks []*Track // one, or two that are compared
	Front  int      // the one that is shown where there is room for one

	gated bool // the program can be held
	ended bool // nothing is added any more

	held   bool  // the gate is closed, at our wish
	heldAt int64 // since when
	gaps   []Gap

	// While time is held: what the program may still do, it was told at letAt; and
	// the records since then that no gate has let through.
	letAt    int64
	defied   int
	defiedAt int64 // when the latest of them was read

	stopped   bool  // a signal has stopped the program
	stoppedAt int64 // since when

	past      bool  // an earlier moment is shown:
	at        int64 // this one
	replaying bool  // and it moves on
	speed     int   // index in speeds

	guide   guide
	aligned int // the number of the moment, from 1, at which two tracks are aligned; 0: both begin together

	column int64  // ns that a column of the time panel stands for
	chosen bool   // a person chose it
	wider  []zoom // what it was before each ZoomTo that was not taken back
	events bool   // a column is one phase, and no stretch of time:
	wide   int    // index in widths
}

// Gap is a stretch in which time was held, nothing happened, and the clock on
// the screen stood still.
type Gap struct{ From, To int64 }

// Order is what the owner of the player has to tell the program.
type Order uint8

const (
	Nothing    Order = iota
	Hold             // close the gate
	Release          // open it
	Step             // let each thread at the gate go one phase
	CannotHold       // tell the person that this program cannot be held
)

// State says where the playhead is.
type State uint8

const (
	Live     State = iota // it goes with the program
	Held                  // it is at the live edge, and time is held
	Past                  // it stands at an earlier moment
	Replay                // it moves through the past
	Ended                 // it is at the end of a run that is over
	Led                   // it follows the run at the reader's pace
	Paused                // and waits there, at the reader's wish
	AtMoment              // it stands at a moment that the program has marked
)

var (
	// columns are the zooms of the time panel: ns to a column.
	columns = []int64{500, 1e3, 2e3, 5e3, 10e3, 20e3, 50e3, 100e3, 200e3, 500e3,
		1e6, 2e6, 5e6, 10e6, 20e6, 50e6, 100e6, 200e6, 500e6, 1e9, 2e9, 5e9, 10e9, 20e9, 60e9}

	// widths are the zooms of the event axis: how many columns a phase has.
	widths = []int{1, 2, 3, 6}

	// speeds are by how much a replay is slower than the run was.
	speeds = []int64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}
)

const (
	leap       = 20                     // columns that a long move goes
	longReplay = int64(6 * time.Second) // a replay of what happened should take so long
	afterglow  = int64(400e6)           // ns for which the clock goes on after the last event, while time is held
)

// New returns a player with a track for each program, and a zoom of so many ns
// to a column.
func New(tracks int, column int64) *Player {
	p := &Player{column: column}
	for range tracks {
		p.Tracks = append(p.Tracks, &Track{})
	}
	return p
}

// Gated says that a gate can hold the program.
func (p *Player) Gated() *Player {
	p.gated = true
	return p
}

// ZoomLike takes over the axis and the zoom that a person has chosen in another player; nil
// is fine.
func (p *Player) ZoomLike(old *Player) {
	if old != nil && old.chosen {
		p.column, p.chosen = old.column, true
	}
	if old != nil {
		p.events, p.wide = old.events, old.wide
	}
}

// Apply adds records to a track's latest run.
func (p *Player) Apply(t *Track, records []trace.Record) {
	if p.held && len(records) > 0 {
		p.stoodUntil(records[0].Time)
		p.heed(t, records)
	}
	t.Apply(records)
}

// End says that nothing is added to any track any more. It chooses a speed at
// which a replay of what happened takes some seconds.
func (p *Player) End() {
	p.ended, p.held = true, false
	last := p.LastRecord()
	for p.speed = 0; p.speed < len(speeds)-1 && last*speeds[p.speed] < longReplay; p.speed++ {
	}
}

// FitColumn chooses a zoom at which what happened fills plot columns, unless a
// person has chosen one.
func (p *Player) FitColumn(plot int) {
	if p.chosen || p.LastRecord() == 0 {
		return
	}
	p.column = columns[len(columns)-1]
	for _, c := range slices.Backward(columns) {
		if c*int64(plot) >= p.LastRecord() {
			p.column = c
		}
	}
}

// State says where the playhead is.
func (p *Player) State() State {
	switch {
	case p.guide.at > 0:
		return AtMoment
	case p.guide.paused:
		return Paused
	case p.guide.leads:
		return Led
	case p.replaying:
		return Replay
	case p.past:
		return Past
	case p.ended:
		return Ended
	case p.held:
		return Held
	}
	return Live
}

// StateOf says where the playhead is on one track: a shorter one may be at its
// end while another goes on.
func (p *Player) StateOf(n int) State {
	t := p.Tracks[n]
	if !p.past || p.at < t.Length() {
		return p.State()
	}
	if p.ended {
		return Ended
	}
	return Live
}

// Moment is what one track shows.
type Moment struct {
	Run   *world.Run
	World *world.World
	Act   int   // which of the track's runs it is of, from 0
	Clock int64 // ns on the player's clock
	Now   int64 // ns on the run's own clock
	Live  int64 // ns that the run has lasted so far
}

// Moment returns what a track shows. ok is false where it has no run.
func (p *Player) Moment(n int) (m Moment, ok bool) {
	t := p.Tracks[n]
	now := p.on(t)
	i := t.actAt(now)
	if i < 0 {
		return Moment{Clock: now}, false
	}
	a := t.acts[i]
	m = Moment{Run: a.of, World: a.of.Live, Act: i, Clock: now, Now: max(now-a.begins, 0), Live: a.length}
	if p.past && now < t.Length() {
		m.World = a.moment(m.Now)
	}
	return m, true
}

// Now is the moment that is shown, in ns on the player's clock. While time is
// held the clock stands still soon after the last thing that happened.
func (p *Player) Now() int64 {
	switch {
	case p.past:
		return p.at
	case p.held:
		return min(p.Length(), p.stands())
	}
	return p.Length()
}

// on is Now on one track, which may be shorter.
func (p *Player) on(t *Track) int64 { return min(p.Now(), t.Length()) }

// Length is that of the longest track, in ns.
func (p *Player) Length() (ns int64) {
	for _, t := range p.Tracks {
		ns = max(ns, t.Length())
	}
	return ns
}

// LastRecord is when something happened last, on any track.
func (p *Player) LastRecord() (ns int64) {
	for _, t := range p.Tracks {
		ns = max(ns, t.LastRecord())
	}
	return ns
}

// Column is how many ns a column of the time panel stands for.
func (p *Player) Column() int64 { return p.column }

// zoom is how wide a column is, and whether a person chose it.
type zoom struct {
	column int64
	chosen bool
}

// ZoomTo makes a column stand for ns, which is one of the zooms, until ZoomBack.
func (p *Player) ZoomTo(ns int64) {
	if slices.Contains(columns, ns) {
		p.wider = append(p.wider, zoom{p.column, p.chosen})
		p.column, p.chosen = ns, true
	}
}

// ZoomBack takes the last ZoomTo back, and reports whether there was one. A zoom that
// a person has chosen since then stays.
func (p *Player) ZoomBack() bool {
	n := len(p.wider)
	if n == 0 {
		return false
	}
	p.column, p.chosen, p.wider = p.wider[n-1].column, p.wider[n-1].chosen, p.wider[:n-1]
	return true
}

// Zoomed reports whether a ZoomTo can be taken back.
func (p *Player) Zoomed() bool { return len(p.wider) > 0 }

// Events reports whether a column of the time panel is one phase, and how many columns of
// the screen it is wide.
func (p *Player) Events() (on bool, wide int) { return p.events, widths[p.wide] }

// Gaps are where time was held and nothing happened, in their order.
func (p *Player) Gaps() []Gap { return p.gaps }

// stands is where the clock stands still while time is held and nothing
// happens.
func (p *Player) stands() int64 { return max(p.LastRecord(), p.heldAt) + afterglow }

// stoodUntil notes that the clock goes on from the time to.
func (p *Player) stoodUntil(to int64) {
	if from := p.stands(); to > from {
		p.gaps = append(p.gaps, Gap{from, to})
	}
}

// Zoom makes a column stand for more time, or for less. On the event axis it makes phases
// narrower, or wider.
func (p *Player) Zoom(out int) {
	if p.events {
		p.wide = min(max(p.wide-out, 0), len(widths)-1)
		return
	}
	p.wider = nil
	i := slices.Index(columns, p.column) + out
	p.column, p.chosen = columns[min(max(i, 0), len(columns)-1)], true
}
