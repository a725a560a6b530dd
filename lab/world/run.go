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

	// Each sees every record right after it was applied to Live; nil: nobody does.
	Each func(*World, *trace.Record)

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
	size    int // bytes, about, of before
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

// Lost says how many records were lost up to the time now of the run's clock. Say it
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
	}
	r.asked = now
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
			r.Live.Apply(&records[i])
			r.Timeline.Apply(r.Live, &records[i])
			if r.Each != nil {
				r.Each(r.Live, &records[i])
			}
		}
		c.records = append(c.records, records[:n]...)
		records = records[n:]
	}
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
	r.spare.before = nil
	r.past = append(r.past[:0], r.past[1:]...)
}

// Records returns the records that are kept, the oldest first, in pieces that
// nobody may change. They hold for as long as nothing is applied.
func (r *Run) Records() (pieces [][]trace.Record) {
	for _, c := range r.past {
		pieces = append(pieces, c.records)
	}
	return pieces
}

// Earliest returns the first time that At can show.
func (r *Run) Earliest() int64 {
	if len(r.past) == 0 {
		return 0
	}
	return r.past[0].before.Time
}

// At returns the world as it was at a time: after the last record that is not
// later. The result is the caller's own.
func (r *Run) At(time int64) *World {
	i := r.chapterAt(time)
	if i < 0 {
		return New(r.Live.names.strings)
	}
	c := r.past[i]
	w := c.before.Clone()
	for k := range c.after(time) {
		if len(r.losses) > 0 {
			w.LostAt = r.lostAt(c.records[k].Time)
		}
		w.Apply(&c.records[k])
	}
	w.LostAt = r.lostAt(time)
	return w
}

// chapterAt returns the index of the chapter that holds the last record which
// is not later than a time; the first one for times before it, -1 for none.
func (r *Run) chapterAt(time int64) int {
	i := sort.Search(len(r.past), func(i int) bool {
		c := r.past[i]
		return len(c.records) == 0 || c.records[0].Time > time
	})
	return min(max(i-1, 0), len(r.past)-1)
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
	i := r.chapterAt(time)
	if i < 0 {
		return 0, false
	}
	for k := r.past[i].after(time); i < len(r.past); i, k = i+1, 0 {
		for ; k < len(r.past[i].records); k++ {
			if rec := &r.past[i].records[k]; rec.Time > time && has(rec.Kind, stepped) && (is == nil || is(rec)) {
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
	i := r.chapterAt(time)
	if i < 0 {
		return 0, false
	}
	for k := r.past[i].after(time) - 1; ; k = len(r.past[i].records) - 1 {
		for ; k >= 0; k-- {
			if rec := &r.past[i].records[k]; rec.Time < time && has(rec.Kind, stepped) && (is == nil || is(rec)) {
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
	for _, c := range r.past {
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
