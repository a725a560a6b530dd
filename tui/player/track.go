package player

import (
	"cmp"
	"slices"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Track is what one program did, on the player's clock. A program may have been
// started more than once: then its runs, the acts, follow each other on the
// track.
type Track struct {
	acts   []*act
	offset int64 // ns by which it begins later than the player's clock; see Align
}

type act struct {
	run    *world.Run
	of     *world.Run // what is shown: run, or that of another process of the program
	begins int64      // ns on the player's clock
	length int64      // ns so far

	shown *world.World // an earlier moment, and
	at    int64        // which, on the run's own clock; see moment
}

// Begin adds a run to the track. It begins where the one before has ended.
func (t *Track) Begin(run *world.Run) {
	t.EndAt(0)
	t.acts = append(t.acts, &act{run: run, of: run, begins: t.Length()})
}

// Apply adds records to the latest run.
func (t *Track) Apply(records []trace.Record) { t.last().run.Apply(records) }

// Grow makes the track as long as the latest run's clock says. A record may be
// later than the time that was read last.
func (t *Track) Grow(now int64) {
	if a := t.last(); a != nil {
		a.length = max(a.length, now, a.run.Live.Time)
	}
}

// EndAt says that the latest run has ended at a time of its own clock, or with
// its last record, if that is later. EndAt(0) is for a program that has ended
// at an unknown time: what its clock says after the last record is no part of the run.
func (t *Track) EndAt(now int64) {
	if a := t.last(); a != nil {
		a.length = max(now, a.run.Live.Time)
	}
}

func (t *Track) last() *act {
	if len(t.acts) == 0 {
		return nil
	}
	return t.acts[len(t.acts)-1]
}

// Runs returns how many runs the track has.
func (t *Track) Runs() int { return len(t.acts) }

// Run returns the latest run; nil: there is none yet.
func (t *Track) Run() *world.Run {
	if a := t.last(); a != nil {
		return a.run
	}
	return nil
}

// Show shows another process of the latest run's program; its number is one of those that
// the live world has.
func (t *Track) Show(process uint32) {
	a := t.last()
	if of := a.run.OfProcess(process); of != nil {
		a.of, a.shown = of, nil
	}
}

// Process returns the process of the latest run that is shown; nil: there is only one.
func (t *Track) Process() *world.Process {
	if a := t.last(); a != nil && len(a.run.Live.Processes) > 1 {
		return a.of.Live.Process()
	}
	return nil
}

// nextProcess is the number of the process that is shown after this one: those that live,
// in the order of their beginning, then those that have ended, the latest first.
func (t *Track) nextProcess() (id uint32, ok bool) {
	now := t.Process()
	if now == nil {
		return 0, false
	}
	all := slices.Clone(t.last().run.Live.Processes)
	slices.SortStableFunc(all, func(a, b world.Process) int {
		if a.Ended == 0 || b.Ended == 0 {
			return cmp.Compare(min(a.Ended, 1), min(b.Ended, 1))
		}
		return cmp.Compare(b.Ended, a.Ended)
	})
	i := slices.IndexFunc(all, func(p world.Process) bool { return p.ID == now.ID })
	return all[(i+1)%len(all)].ID, true
}

// Length is how long the track is, in ns.
func (t *Track) Length() int64 {
	if a := t.last(); a != nil {
		return a.begins + a.length
	}
	return 0
}

// LastRecord is when something happened last, on the player's clock.
func (t *Track) LastRecord() int64 {
	if a := t.last(); a != nil {
		return a.begins + a.run.Live.Time
	}
	return 0
}

// Begins returns when the n-th run began, on the player's clock.
func (t *Track) Begins(n int) int64 { return t.acts[n].begins }

// earliest is the first moment that can still be shown. Before its beginning a run is
// empty, and can be shown.
func (t *Track) earliest() int64 {
	if len(t.acts) == 0 || t.acts[0].run.Earliest() == 0 {
		return 0
	}
	return t.acts[0].begins + t.acts[0].run.Earliest()
}

// actAt returns the number of the run to which a moment belongs, or -1.
func (t *Track) actAt(at int64) int {
	for i := len(t.acts) - 1; i > 0; i-- {
		if t.acts[i].begins <= at {
			return i
		}
	}
	return min(0, len(t.acts)-1)
}

// moment returns the world as it was at a time of the run's own clock.
func (a *act) moment(at int64) *world.World {
	if a.shown == nil || a.at != at {
		a.shown, a.at = a.of.At(at), at
	}
	return a.shown
}

// neighbour returns the time of the event after (or before) a moment.
func (t *Track) neighbour(at int64, forward bool) (int64, bool) {
	i := t.actAt(at)
	if i < 0 {
		return 0, false
	}
	a := t.acts[i]
	if forward {
		if next, ok := a.of.Next(at - a.begins); ok {
			return a.begins + next, true
		}
		if i+1 < len(t.acts) {
			return t.acts[i+1].begins, true
		}
		return 0, false
	}
	if before, ok := a.of.Previous(at - a.begins); ok {
		return a.begins + before, true
	}
	if i > 0 {
		return a.begins - 1, true // the end of the run before
	}
	return 0, false
}
