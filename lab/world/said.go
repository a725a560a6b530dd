package world

import (
	"slices"

	"fdlab/lab/trace"
)

// Said is a line of the experiment with its time.
type Said struct {
	Text string
	At   int64
}

// Offer is a key by which the experiment can be poked.
type Offer struct {
	Key  rune
	Text string
}

// Check is one thing that the experiment checked.
type Check struct {
	Text    string
	Outcome trace.Outcome
	At      int64
	Decides bool  // the answer or the verdict rests on it
	Step    int   // what it is about, from 1; 0: the whole run
	Proof   int64 // when it came about; 0: the program does not say
}

// ByWeight returns the checks so far, those that decide first, then those that
// failed.
func (w *World) ByWeight() []Check {
	weight := func(c *Check) int {
		switch {
		case c.Decides:
			return 0
		case c.Outcome == trace.Failed:
			return 1
		}
		return 2
	}
	checks := slices.Clone(w.Checks)
	slices.SortStableFunc(checks, func(a, b Check) int { return weight(&a) - weight(&b) })
	return checks
}

// Measure is one number.
type Measure struct {
	Text  string
	Value int64
	Unit  trace.Unit
}

// Cell is one cell of a table: row 0 has the columns' names, column 0 the rows'.
type Cell struct {
	Table, Row, Column int // Table: index in World.Tables, -1 for none
	Text               string
	Value              int64 // of Unit; nothing with NoUnit
	Unit               trace.Unit
}

// dropTable forgets the table of a title, which is stated anew: a run by hand adds
// to one. Clones share the slices, so they are not written to.
func (w *World) dropTable(title string) {
	at := slices.Index(w.Tables, title)
	if at < 0 {
		return
	}
	w.Tables = slices.Concat(w.Tables[:at], w.Tables[at+1:])
	var cells []Cell
	for _, c := range w.Cells {
		if c.Table == at {
			continue
		}
		if c.Table > at {
			c.Table--
		}
		cells = append(cells, c)
	}
	w.Cells = cells
}

// Verdict is what the run says of the claim. Given tells the zero Verdict
// from a false one.
type Verdict struct {
	Given  bool
	Ruling trace.Ruling
	Text   string
	At     int64
}

// applyWords keeps what the experiment says.
func (w *World) applyWords(r *trace.Record) {
	text := w.names.of(r.Str)
	switch r.Kind {
	case trace.Step:
		w.Steps = append(room(w.Steps, mostSaid, &w.Dropped.Steps), Said{text, r.Time})
		w.Of = int(r.B)
		for _, f := range w.FDs {
			f.Earlier = Dealings{f.Callbacks, f.Reads}
		}
	case trace.Moment:
		w.applyMoment(r)
	case trace.Offer:
		if r.A == 0 {
			w.Arguments = within(w.Arguments, text, mostOffers, &w.Dropped.Offers)
			break
		}
		w.Offers = slices.DeleteFunc(w.Offers, func(o Offer) bool { return o.Key == rune(r.A) })
		if text != "" {
			w.Offers = within(w.Offers, Offer{rune(r.A), text}, mostOffers, &w.Dropped.Offers)
		}
	case trace.Note: // the feed says it
	case trace.Poke:
		w.Pokes++
	case trace.Check:
		w.Checks = within(w.Checks, Check{text, r.Outcome(), r.Time, r.B == 1, int(r.C), r.D}, mostSaid, &w.Dropped.Checks)
	case trace.Measure:
		w.Measures = within(w.Measures, Measure{text, r.A, r.Unit()}, mostSaid, &w.Dropped.Measures)
	case trace.Table:
		w.dropTable(text)
		w.Tables = within(w.Tables, text, mostSaid, &w.Dropped.Tables)
		w.Stated = r.Time
	case trace.Cell:
		w.Cells = within(w.Cells, Cell{len(w.Tables) - 1, int(r.A), int(r.B), text, r.C, r.Unit()}, mostSaid, &w.Dropped.Tables)
	case trace.Answer:
		w.Answer = text
	case trace.Verdict:
		w.Verdict = Verdict{true, r.Ruling(), text, r.Time}
	case trace.End:
		w.Ended, w.Status = true, int(r.A)
	}
}

// Step returns the current step, its number from 1, or 0 before the first.
func (w *World) Step() (Said, int) {
	n := len(w.Steps)
	if n == 0 {
		return Said{}, 0
	}
	return w.Steps[n-1], n + int(w.Dropped.Steps)
}
