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
	Stated    int64     // when the last of them was stated
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
	held    hold  // the latest: see Unheld
	Pokes   int   // how often somebody pressed a key of the experiment
	Ended   bool  // the program said that it is about to exit
	Status  int   // and with which status

	Passed  int     // files that were opened and closed in passing: see FD.InPassing
	Dropped Dropped // what the bounds of the world have cost

	threads map[uint32]int // by id: index in Threads of the thread that has it now
	unmet   unmet          // threads that sleep and have made no record yet
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
	beside []int32 // fds that it has changed and does not name: for the timeline
	turned bool    // an end of a connection has another state now
	signal string  // the signal that it is about: "SIGINT", or ""
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
	c.unmet = slices.Clone(w.unmet)
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
// their numbers; after a gap (records that were lost) the world may be wrong
// until new records of the same fds come. mine is false where the record is of another
// process, and has changed nothing of this one.
func (w *World) Apply(r *trace.Record) (mine bool) {
	w.Time = max(w.Time, r.Time)
	w.Records++
	if w.isOthers(r) {
		return false
	}
	w.ended, w.took, w.turned, w.signal, w.beside = Frame{}, 0, false, "", nil
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

	case trace.BaseNew, trace.BaseFree, trace.Shared, trace.LoopBegin, trace.LoopEnd:
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
		if w.Held == 0 && (w.held.till == 0 || r.Time-w.held.till > aPhase) {
			w.held.from = r.Time
		}
		w.Held++
		return
	}
	if w.end(t, AtGate, r) {
		w.Held--
	}
	w.held.till = r.Time
	w.HeldFor += r.A
}

// hold is from when to when threads of the program were held, in ns.
type hold struct{ from, till int64 }

// aPhase is how long, in ns, a program may be let go for one phase: a hold that begins so soon after another is
// taken as the same hold.
const aPhase = int64(500e6)

// Unheld returns for how long, in ns, since a time and until now no thread of the program was held. What it could not do
// meanwhile is not its fault. Only the latest hold is known.
func (w *World) Unheld(since, now int64) int64 {
	till := now
	if w.Held == 0 {
		till = w.held.till
	}
	if from := max(w.held.from, since); w.held.from != 0 && till > from {
		return now - since - (till - from)
	}
	return now - since
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
