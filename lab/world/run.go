package world

import (
	"slices"
	"sort"

	"fdlab/lab/trace"
)

// Run is all that an instrument keeps of a run: the world at the live edge,
// the timeline, and enough of the past to show any moment again.
type Run struct {
	Live     *World
	Timeline *Timeline

	// Each sees every record right after it was applied to Live; nil: nobody does.
	Each func(*World, *trace.Record)

	// A foreign program's processes have a run each. What is kept of the past they share:
	// it is the first one's.
	first   *Run              // of the program's own process, if that is another one
	process uint32            // of another one: which
	others  []*Run            // of the first: those that the live world knows
	owners  map[uint32]uint32 // of the first: which thread is of which of those, also when it has ended

	lost   uint64 // records that were lost so far
	losses []loss // when, in their order
	asked  int64  // when the number was last heard

	past   []*chapter // the latest records, the oldest chapter first
	spare  *chapter   // one that was dropped, to be written again
	worlds int        // bytes of their worlds, about
}

// chapter is a stretch of the run's records, with the world that they begin
// from: to show a moment, its chapter is reduced again from there.
type chapter struct {
	before  *World
	others  map[uint32]*World // those of the other processes
	size    int               // bytes, about, of these worlds
	records []trace.Record
}

const (
	chapterRecords = 1 << 14
	keepChapters   = 64       // a million records, 64 MiB: the past that can be shown
	keepWorlds     = 64 << 20 // bytes, about, of the worlds that they begin from
)

// loss is a stretch of time in which records were lost: when the number that counts
// them was heard before it had grown, and after.
type loss struct{ from, to int64 }

// Lost tells the run how many records were lost up to the time now of its clock. Call it
// before the records that were read then are applied.
func (r *Run) Lost(total uint64, now int64) {
	if total > r.lost {
		r.lost = total
		if n := len(r.losses); n > 0 && r.losses[n-1].to == r.asked {
			r.losses[n-1].to = now
		} else {
			r.losses = append(r.losses, loss{r.asked, now})
		}
		r.Live.LostAt = now
		for _, o := range r.others {
			o.Live.LostAt = now
		}
	}
	r.asked = now
}

// whole is the run of the program's own process, which has what is kept.
func (r *Run) whole() *Run {
	if r.first != nil {
		return r.first
	}
	return r
}

// OfProcess returns the run of another process of the program; nil: there is none.
func (r *Run) OfProcess(id uint32) *Run {
	r = r.whole()
	if p := r.Live.Process(); p != nil && p.ID == id {
		return r
	}
	for _, o := range r.others {
		if o.process == id {
			return o
		}
	}
	return nil
}

// lostAt returns World.LostAt at a time.
func (r *Run) lostAt(time int64) int64 {
	i := sort.Search(len(r.losses), func(i int) bool { return r.losses[i].from > time })
	if i == 0 {
		return 0
	}
	return r.losses[i-1].to
}

// NewRun returns a run without records.
func NewRun(strings trace.Strings) *Run {
	return &Run{Live: New(strings), Timeline: NewTimeline()}
}

// Apply adds records to the run, in order.
func (r *Run) Apply(records []trace.Record) {
	for len(records) > 0 {
		c := r.open()
		n := min(len(records), chapterRecords-len(c.records))
		for i := range records[:n] {
			r.apply(&records[i])
		}
		c.records = append(c.records, records[:n]...)
		records = records[n:]
	}
}

// apply adds one record, to the process that has made it.
func (r *Run) apply(rec *trace.Record) {
	owner := r.Live.owner(rec.Thread)
	if r.Live.Apply(rec) {
		r.Timeline.Apply(r.Live, rec)
		if r.Each != nil {
			r.Each(r.Live, rec)
		}
	}
	for _, o := range r.others {
		// All hear of processes that begin and end.
		if o.process == owner || rec.Kind == trace.ProcessOf || rec.Kind == trace.ThreadEnd {
			if o.Live.Apply(rec) {
				o.Timeline.Apply(o.Live, rec)
			}
		}
	}
	if rec.Kind == trace.ProcessOf {
		r.meet(rec)
	}
}

// meet begins the runs of processes that are new, and ends those that are not kept.
func (r *Run) meet(rec *trace.Record) {
	r.others = slices.DeleteFunc(r.others, func(o *Run) bool { return r.Live.processByID(o.process) == nil })
	owner := r.Live.owner(rec.Thread)
	if owner == r.Live.first {
		delete(r.owners, rec.Thread)
		return
	}
	if r.owners == nil || len(r.owners) >= mostOwners {
		r.owners = map[uint32]uint32{}
	}
	r.owners[rec.Thread] = owner
	switch p := r.Live.processByID(owner); {
	case p == nil:
	case p.Records == 0 && rec.Thread == owner: // it begins, perhaps with a number that was another's
		r.others = slices.DeleteFunc(r.others, func(o *Run) bool { return o.process == owner })
		fallthrough
	case r.OfProcess(owner) == nil:
		r.others = append(r.others, &Run{Live: r.Live.of(owner), Timeline: newTimeline(shareOfOne), process: owner, first: r})
	}
}

// mostOwners is of how many threads it is remembered of which process they were.
const mostOwners = 1 << 16

// has reports whether a record is of the run's own process.
func (r *Run) has(rec *trace.Record) bool {
	owners := r.whole().owners
	return len(owners) == 0 && r.process == 0 || owners[rec.Thread] == r.process
}

// before returns the world of the run's process at the beginning of a chapter.
func (r *Run) before(c *chapter) *World {
	if r.process == 0 {
		return c.before
	}
	if w := c.others[r.process]; w != nil {
		return w
	}
	return c.before.of(r.process)
}

// open returns the last chapter, or a new one when that is full. Where there
// are too many, the oldest is forgotten.
func (r *Run) open() *chapter {
	if n := len(r.past); n > 0 && len(r.past[n-1].records) < chapterRecords {
		return r.past[n-1]
	}
	if len(r.past) == keepChapters {
		r.forget()
	}
	c := r.spare
	r.spare = nil
	if c == nil {
		c = &chapter{records: make([]trace.Record, 0, chapterRecords)}
	}
	c.before, c.records, c.size = r.Live.Clone(), c.records[:0], r.Live.size()
	for _, o := range r.others {
		if c.others == nil {
			c.others = map[uint32]*World{}
		}
		c.others[o.process] = o.Live.Clone()
		c.size += o.Live.size()
	}
	r.past = append(r.past, c)
	for r.worlds += c.size; r.worlds > keepWorlds && len(r.past) > 1; {
		r.forget()
	}
	return c
}

// forget lets the oldest chapter go.
func (r *Run) forget() {
	r.spare = r.past[0]
	r.worlds -= r.spare.size
	r.spare.before, r.spare.others = nil, nil
	r.past = append(r.past[:0], r.past[1:]...)
}

// Records returns the records that are kept, the oldest first, in pieces that
// nobody may change. They are valid until the next Apply.
func (r *Run) Records() (pieces [][]trace.Record) {
	for _, c := range r.whole().past {
		pieces = append(pieces, c.records)
	}
	return pieces
}

// Earliest returns the first time that At can show.
func (r *Run) Earliest() int64 {
	past := r.whole().past
	if len(past) == 0 {
		return 0
	}
	return past[0].before.Time
}

// At returns the world as it was at a time: after the last record that is not
// later. The result is the caller's own.
func (r *Run) At(time int64) *World {
	i, whole := r.chapterAt(time), r.whole()
	if i < 0 {
		return New(r.Live.names.strings)
	}
	c := whole.past[i]
	w := r.before(c).Clone()
	for k := range c.after(time) {
		if len(whole.losses) > 0 {
			w.LostAt = whole.lostAt(c.records[k].Time)
		}
		w.Apply(&c.records[k])
	}
	w.LostAt = whole.lostAt(time)
	return w
}

// chapterAt returns the index of the chapter that holds the last record which
// is not later than a time; the first one for times before it, -1 for none.
func (r *Run) chapterAt(time int64) int {
	past := r.whole().past
	i := sort.Search(len(past), func(i int) bool {
		c := past[i]
		return len(c.records) == 0 || c.records[0].Time > time
	})
	return min(max(i-1, 0), len(past)-1)
}

// after returns how many of the chapter's records are not later than a time.
func (c *chapter) after(time int64) int {
	return sort.Search(len(c.records), func(i int) bool { return c.records[i].Time > time })
}

// Next returns the time of the first record after a time that a person would
// step to: a wait, a callback, a call, a step of the experiment. ok is false
// at the end.
func (r *Run) Next(time int64) (at int64, ok bool) { return r.NextOf(time, nil) }

// NextOf is Next for the records that is says yes to; nil: for all.
func (r *Run) NextOf(time int64, is func(*trace.Record) bool) (at int64, ok bool) {
	i, past := r.chapterAt(time), r.whole().past
	if i < 0 {
		return 0, false
	}
	for k := past[i].after(time); i < len(past); i, k = i+1, 0 {
		for ; k < len(past[i].records); k++ {
			if rec := &past[i].records[k]; rec.Time > time && has(rec.Kind, stepped) && r.has(rec) && (is == nil || is(rec)) {
				return rec.Time, true
			}
		}
	}
	return 0, false
}

// Previous is Next, backward.
func (r *Run) Previous(time int64) (at int64, ok bool) { return r.PreviousOf(time, nil) }

// PreviousOf is NextOf, backward.
func (r *Run) PreviousOf(time int64, is func(*trace.Record) bool) (at int64, ok bool) {
	i, past := r.chapterAt(time), r.whole().past
	if i < 0 {
		return 0, false
	}
	for k := past[i].after(time) - 1; ; k = len(past[i].records) - 1 {
		for ; k >= 0; k-- {
			if rec := &past[i].records[k]; rec.Time < time && has(rec.Kind, stepped) && r.has(rec) && (is == nil || is(rec)) {
				return rec.Time, true
			}
		}
		if i--; i < 0 {
			return 0, false
		}
	}
}

// Texts are the strings that the kept records name, by their numbers.
type Texts map[uint32]string

func (t Texts) String(id uint32) string { return t[id] }

// Texts returns copies of the strings that the kept records name.
func (r *Run) Texts() Texts {
	texts := Texts{}
	for _, c := range r.whole().past {
		for i := range c.records {
			if id := c.records[i].Str; id != 0 && texts[id] == "" {
				texts[id] = r.Live.names.strings.String(id)
			}
		}
	}
	return texts
}

// Settle makes a run that is over independent of the strings that it was made with:
// they may be freed then.
func (r *Run) Settle() { r.Live.names.strings = r.Texts() }
