// Package world says what the records of a run add up to: which file
// descriptors there are, who waits for them, what the kernel holds ready, what
// the loops have noticed, at any moment of the run.
//
// It is one pure reducer. The same records give the same world, always: the
// live view, stepping back, grading and the tests all use it. It knows no
// clock, no process and no drawing. A World is used by one goroutine at a
// time.
package world

import (
	"maps"
	"slices"

	"fdlab/lab/abi"
	"fdlab/lab/trace"
)

// World is the state of a run after a number of records. Times are ns since
// the run began; 0 means never.
type World struct {
	names *names

	Time    int64  // of the last record
	Records uint64 // how many were applied

	Threads []Thread // in the order of their first record
	FDs     []*FD    // open ones, and those closed lately, in the order of their opening
	Bases   []Base   // in the order of their making
	Ends    []End    // ends of TCP connections in the kernel's table, in order of appearance

	Steps     []Said    // the steps so far; the last is the current one
	Moments   []Moment  // that were marked so far
	Of        int       // how many steps there will be, 0 if unknown
	Offers    []Offer   // the keys that the experiment offers now
	Arguments []string  // with which the program says that it can be started, such as "-backend=poll"
	Checks    []Check   // what was checked so far
	Measures  []Measure // what was measured so far
	Tables    []string  // the titles of the tables so far; one that is stated again takes its own place
	Cells     []Cell    // their cells, in order
	Answer    string    // the letter that the run gives to the Predict question, or ""
	Verdict   Verdict   // the zero Verdict until there is one
	Feed      Feed      // the latest happenings, for reading

	// KeepClosed: all closed fds stay in FDs, for whoever judges the whole run.
	KeepClosed  bool
	ClosedTwice string // an fd that was closed when it was closed already, or ""
	Returned    Return // how the last dispatch ended

	// LostAt: records were lost, and all of them were made before this time. What
	// began before it may be over; see Sure. 0: none was lost.
	LostAt int64

	// Unknown counts records of kinds that the world has no use for: none, unless
	// the trace is newer than the world.
	Unknown uint64

	// Processes are those of a foreign program, its own first: see process.go.
	Processes []Process

	// Looked: the program looked at all its threads at this time, and what is known of
	// them was so. 0: it never looked (it can do so on Linux only).
	Looked int64

	Held    int   // threads that stand at the gate now
	HeldFor int64 // ns that threads stood at the gate so far, the longest of them
	Pokes   int   // how often somebody pressed a key of the experiment
	Ended   bool  // the program said that it is about to exit
	Status  int   // and with which status

	Dropped Dropped // what the bounds of the world have cost

	threads map[uint32]int // by id: index in Threads of the thread that has it now
	recent  int            // index in Threads of the one that made the last record

	process   uint32            // whose world it is, 0 while the trace has not spoken of processes
	first     uint32            // the program's own
	strangers map[uint32]uint32 // the threads that are not of that one, and of which they are

	files  int32   // how many open files are known to have duplicates
	begun  int64   // how many callbacks have
	adrift []Frame // calls that are over in the kernel; see moved
	where  []int32 // by fd number: index in FDs of the fd that has the number now, plus 1

	// What the record that is being applied brought to an end: for the feed.
	ended  Frame
	took   int64
	left   int32  // the fd that a thread deals with no more, or trace.NoFD: for the timeline
	turned bool   // an end of a connection has another state now
	signal string // the signal that it is about: "SIGINT", or ""
}

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

// New returns the world before the first record. strings resolves the string
// numbers of the records that will be applied.
func New(strings trace.Strings) *World {
	return &World{names: newNames(strings), threads: map[uint32]int{}}
}

// Clone returns an independent copy.
func (w *World) Clone() *World {
	c := *w
	c.Threads, c.threads = slices.Clone(w.Threads), maps.Clone(w.threads)
	for i := range c.Threads {
		c.Threads[i].Stack = slices.Clone(w.Threads[i].Stack)
	}
	c.Processes, c.strangers = slices.Clone(w.Processes), maps.Clone(w.strangers)
	c.FDs = slices.Clone(w.FDs)
	fds := make([]FD, len(w.FDs)) // all in one piece
	for i, f := range w.FDs {
		fds[i] = *f
		fds[i].Watches, fds[i].Threads = slices.Clone(f.Watches), slices.Clip(f.Threads)
		c.FDs[i] = &fds[i]
	}
	c.Bases = slices.Clone(w.Bases)
	for i := range c.Bases {
		c.Bases[i].Timers = slices.Clone(w.Bases[i].Timers)
		c.Bases[i].told = slices.Clone(w.Bases[i].told)
	}
	c.adrift = slices.Clone(w.adrift)
	c.Ends = slices.Clone(w.Ends)
	for i := range c.Ends {
		c.Ends[i].Trail = slices.Clip(w.Ends[i].Trail)
	}
	c.Steps = slices.Clip(w.Steps)
	c.Moments = slices.Clip(w.Moments)
	c.Offers = slices.Clone(w.Offers)
	c.Arguments = slices.Clip(w.Arguments)
	c.Checks = slices.Clip(w.Checks)
	c.Measures = slices.Clip(w.Measures)
	c.Tables, c.Cells = slices.Clip(w.Tables), slices.Clip(w.Cells)
	c.Feed = w.Feed.clone()
	c.where = slices.Clone(w.where)
	return &c
}

// Apply reduces one record into the world. Records must come in the order of
// their numbers; a gap (records that were lost) leaves the world possibly
// wrong until the fds it touched speak again. mine is false where the record is of another
// process, and has changed nothing of this one.
func (w *World) Apply(r *trace.Record) (mine bool) {
	w.Time = max(w.Time, r.Time)
	w.Records++
	if w.isOthers(r) {
		return false
	}
	w.ended, w.took, w.turned, w.signal, w.left = Frame{}, 0, false, "", trace.NoFD
	t := w.thread(r)
	w.moved(t, r)
	if t.ofSignal(r) { // its number is a signal's, and no fd's
		w.signal = abi.Signal(int64(r.FD))
		other := *r
		other.FD = trace.NoFD
		r = &other
	}

	switch r.Kind {
	case trace.ThreadBegin:
		if t.Introduced {
			// The Go runtime gives an OS thread to one goroutine after the
			// other. Each is a thread of its own to the student, and the one
			// before is over, also if it did not say so.
			if t.Ended == 0 {
				w.threadEnds(t, r.Time)
			}
			t = w.addThread(r.Thread)
		}
		t.Name, t.Introduced, t.Begun, t.LastActive = w.names.of(r.Str), true, r.Time, r.Time
	case trace.ThreadEnd:
		w.threadEnds(t, r.Time)

	case trace.Open:
		w.open(r)
	case trace.Label:
		if f := w.fd(r); f != nil {
			f.Label = w.names.of(r.Str)
		} else if b := w.base(r); b != nil {
			b.Name = w.names.of(r.Str)
		} else if r.FD == trace.NoFD {
			t.Name = w.names.of(r.Str)
		}
	case trace.Close:
		w.closed(r)

	case trace.BaseNew, trace.BaseFree, trace.LoopBegin, trace.LoopEnd:
		w.applyBase(t, r)
	case trace.Add, trace.Del:
		w.applyWish(r)
	case trace.WaitBegin, trace.WaitEnd, trace.Ready, trace.CallbackBegin, trace.CallbackEnd:
		w.applyTurn(t, r)
	case trace.Handling:
		w.applyHandling(t, r)
	case trace.Turns:
		w.applyTurns(r)
	case trace.Calls:
		w.applyCalls(r)
	case trace.CallBegin, trace.CallEnd:
		w.worked(t, r)
		w.applyCall(t, r)
	case trace.Kernel:
		w.applyKernel(r)
	case trace.Sleep:
		w.applySleep(r)
	case trace.Socket:
		if f := w.fd(r); f != nil {
			f.TCP = TCP{State: w.names.of(r.Str), Backlog: r.C, Limit: r.D}
		}
	case trace.Endpoint:
		w.applyEnd(r)
	case trace.Hold, trace.Release:
		w.worked(t, r)
		w.applyGate(t, r)
	case trace.Step, trace.Note, trace.Moment, trace.Poke, trace.Offer, trace.Check, trace.Measure,
		trace.Table, trace.Cell, trace.Answer, trace.Verdict, trace.End:
		w.applyWords(r)
	default:
		w.Unknown++
	}
	w.Feed.apply(w, r)
	return true
}

// Sure reports whether what began at a time and has not ended goes on for sure: no
// record that was made since then was lost.
func (w *World) Sure(since int64) bool { return w.LostAt == 0 || since > w.LostAt }

// applyGate follows a thread to the gate and through it.
func (w *World) applyGate(t *Thread, r *trace.Record) {
	if r.Kind == trace.Hold {
		w.handlingEnds(t, r)
		w.push(t, Frame{Kind: AtGate, Name: w.names.of(r.Str), FD: trace.NoFD, Since: r.Time})
		w.Held++
		return
	}
	if w.end(t, AtGate, r) {
		w.Held--
	}
	w.HeldFor += r.A
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

// Loops returns how many dispatches run.
func (w *World) Loops() (n int) {
	for i := range w.Threads {
		for k := range w.Threads[i].Stack {
			if w.Threads[i].Stack[k].Kind == InLoop {
				n++
			}
		}
	}
	return n
}

// Step returns the current step, its number from 1, or 0 before the first.
func (w *World) Step() (Said, int) {
	n := len(w.Steps)
	if n == 0 {
		return Said{}, 0
	}
	return w.Steps[n-1], n + int(w.Dropped.Steps)
}

// names resolves string numbers, each once. Clones share it.
type names struct {
	strings trace.Strings
	known   map[uint32]name
	recent  [64]name // the same few names come again and again
}

// noName has the number 0.
var noName name

type name struct {
	id   uint32
	call Call
	gate HeldAt
	text string
}

func newNames(strings trace.Strings) *names {
	return &names{strings: strings, known: map[uint32]name{}}
}

func (n *names) of(id uint32) string { return n.find(id).text }

// call returns the system call that has the name.
func (n *names) call(id uint32) Call { return n.find(id).call }

func (n *names) find(id uint32) *name {
	recent := &n.recent[id*0x9E3779B1>>26]
	if recent.id == id { // the zero name has the number 0
		return recent
	}
	if id == 0 {
		return &noName
	}
	found, ok := n.known[id]
	if !ok {
		s := n.strings.String(id)
		found = name{id, calls[s], gates[s], s}
		if len(n.known) < mostNames {
			n.known[id] = found
		}
	}
	*recent = found
	return recent
}

// Work is how much a program did.
type Work struct {
	Waits, Callbacks, Calls int
	Complete                bool // nothing was lost or dropped: there was no more
}

// Work counts what the program did so far: waits of its loops that ended, callbacks that
// began, system calls that it made otherwise.
func (w *World) Work() (n Work) {
	for i := range w.Bases {
		n.Waits += w.Bases[i].Turns
		n.Callbacks += w.Bases[i].Callbacks
	}
	for i := range w.Threads {
		n.Calls += w.Threads[i].Calls
	}
	n.Complete = w.LostAt == 0 && w.Dropped.Bases == 0 && w.Dropped.Threads == 0
	return n
}
