package world

import (
	"sort"

	"fdlab/lab/trace"
)

// Run is all that an instrument keeps of a run: the world at the live edge,
// the timeline, and enough of the past to show any moment again.
type Run struct {
	Live     *World
	Timeline *Timeline

	records []trace.Record // the latest, oldest first, at most keepRecords
	dropped uint64         // records older than those
	marks   []mark         // worlds along the way, to start from
}

// mark is the world before the record with index at (counted from the run's
// first record).
type mark struct {
	at    uint64
	world *World
}

const (
	keepRecords = 1 << 20 // 64 MiB: the past that the playhead can reach
	markEvery   = 1 << 14
)

// NewRun returns a run without records.
func NewRun(strings trace.Strings) *Run {
	return &Run{Live: New(strings), Timeline: NewTimeline()}
}

// Apply adds records to the run, in order.
func (r *Run) Apply(records []trace.Record) {
	for i := range records {
		if r.Live.Records%markEvery == 0 {
			r.marks = append(r.marks, mark{r.Live.Records, r.Live.Clone()})
		}
		r.Live.Apply(&records[i])
		r.Timeline.Apply(r.Live, &records[i])
	}
	r.records = append(r.records, records...)
	if len(r.records) > keepRecords+keepRecords/4 {
		r.forget(len(r.records) - keepRecords)
	}
}

// forget drops the n oldest records, rounded up to a mark.
func (r *Run) forget(n int) {
	first := r.dropped + uint64(n)
	first += (markEvery - first%markEvery) % markEvery
	n = min(int(first-r.dropped), len(r.records))
	r.records = append(r.records[:0], r.records[n:]...)
	r.dropped = first
	for len(r.marks) > 1 && r.marks[0].at < first {
		r.marks = r.marks[1:]
	}
}

// Earliest returns the first time that At can show.
func (r *Run) Earliest() int64 {
	if r.dropped == 0 || len(r.records) == 0 {
		return 0
	}
	return r.records[0].Time
}

// At returns the world as it was at a time: after the last record that is not
// later. The result is the caller's own.
func (r *Run) At(time int64) *World {
	return r.after(sort.Search(len(r.records), func(i int) bool { return r.records[i].Time > time }))
}

// after returns the world after the first n kept records.
func (r *Run) after(n int) *World {
	count := r.dropped + uint64(n)
	i := sort.Search(len(r.marks), func(i int) bool { return r.marks[i].at > count }) - 1
	if i < 0 {
		return New(r.Live.names.strings)
	}
	w := r.marks[i].world.Clone()
	for at := r.marks[i].at; at < count; at++ {
		w.Apply(&r.records[at-r.dropped])
	}
	return w
}

// Next returns the time of the first record after a time that a person would
// step to: a wait, a callback, a call, a step of the experiment. Previous is
// the same backward. ok is false at the end of what is kept.
func (r *Run) Next(time int64) (at int64, ok bool) {
	i := sort.Search(len(r.records), func(i int) bool { return r.records[i].Time > time })
	for ; i < len(r.records); i++ {
		if telling(r.records[i].Kind) {
			return r.records[i].Time, true
		}
	}
	return 0, false
}

// Previous is Next, backward.
func (r *Run) Previous(time int64) (at int64, ok bool) {
	i := sort.Search(len(r.records), func(i int) bool { return r.records[i].Time >= time })
	for i--; i >= 0; i-- {
		if telling(r.records[i].Kind) {
			return r.records[i].Time, true
		}
	}
	return 0, false
}

func telling(k trace.Kind) bool {
	switch k {
	case trace.WaitBegin, trace.WaitEnd, trace.Ready, trace.CallbackBegin, trace.CallbackEnd,
		trace.CallBegin, trace.CallEnd, trace.Kernel, trace.Poke, trace.Step, trace.Verdict:
		return true
	}
	return false
}
