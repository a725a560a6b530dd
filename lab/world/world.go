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
	FDs     []FD     // open ones, and those closed lately, in the order of their opening
	Bases   []Base   // in the order of their making
	Ends    []End    // ends of TCP connections in the kernel's table, in order of appearance

	Steps     []Said    // the steps so far; the last is the current one
	Of        int       // how many steps there will be, 0 if unknown
	Offers    []Offer   // the keys that the experiment offers now
	Arguments []string  // with which the program says that it can be started, such as "-backend=poll"
	Checks    []Check   // what was checked so far
	Measures  []Measure // what was measured so far
	Answer    string    // the letter that the run gives to the Predict question, or ""
	Verdict   Verdict   // the zero Verdict until there is one
	Feed      Feed      // the latest happenings, for reading

	Held    int   // threads that stand at the gate now
	HeldFor int64 // ns that threads stood at the gate so far, the longest of them
	Pokes   int   // how often somebody pressed a key of the experiment
	Ended   bool  // the program said that it is about to exit
	Status  int   // and with which status

	where []int32 // by fd number: index in FDs of the fd that has the number now, plus 1

	// What the record that is being applied brought to an end: for the feed.
	ended  Frame
	took   int64
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
}

// Measure is one number.
type Measure struct {
	Text  string
	Value int64
	Unit  trace.Unit
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
	return &World{names: newNames(strings)}
}

// Clone returns an independent copy.
func (w *World) Clone() *World {
	c := *w
	c.Threads = slices.Clone(w.Threads)
	for i := range c.Threads {
		c.Threads[i].Stack = slices.Clone(w.Threads[i].Stack)
	}
	c.FDs = slices.Clone(w.FDs)
	for i := range c.FDs {
		c.FDs[i].Watches = slices.Clone(w.FDs[i].Watches)
	}
	c.Bases = slices.Clone(w.Bases)
	for i := range c.Bases {
		c.Bases[i].Timers = slices.Clone(w.Bases[i].Timers)
		c.Bases[i].told = slices.Clone(w.Bases[i].told)
	}
	c.Ends = slices.Clone(w.Ends)
	for i := range c.Ends {
		c.Ends[i].Trail = slices.Clip(w.Ends[i].Trail)
	}
	c.Steps = slices.Clip(w.Steps)
	c.Offers = slices.Clone(w.Offers)
	c.Arguments = slices.Clip(w.Arguments)
	c.Checks = slices.Clip(w.Checks)
	c.Measures = slices.Clip(w.Measures)
	c.Feed = w.Feed.clone()
	c.where = slices.Clone(w.where)
	return &c
}

// Apply reduces one record into the world. Records must come in the order of
// their numbers; a gap (records that were lost) leaves the world possibly
// wrong until the fds it touched speak again.
func (w *World) Apply(r *trace.Record) {
	w.Time = max(w.Time, r.Time)
	w.Records++
	w.ended, w.took, w.turned, w.signal = Frame{}, 0, false, ""
	t := w.thread(r)
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
			// other. Each is a thread of its own to the student.
			w.Threads = append(w.Threads, Thread{ID: r.Thread})
			t = &w.Threads[len(w.Threads)-1]
		}
		t.Name, t.Introduced, t.Begun, t.LastActive = w.names.of(r.Str), true, r.Time, r.Time
	case trace.ThreadEnd:
		t.Ended = r.Time

	case trace.Open:
		w.open(r)
	case trace.Label:
		if f := w.fd(r); f != nil {
			f.Label = w.names.of(r.Str)
		} else if b := w.base(r); b != nil {
			b.Name = w.names.of(r.Str)
		}
	case trace.Close:
		w.closed(r)

	case trace.BaseNew, trace.BaseFree, trace.LoopBegin, trace.LoopEnd:
		w.applyBase(t, r)
	case trace.Add, trace.Del:
		w.applyWish(r)
	case trace.WaitBegin, trace.WaitEnd, trace.Ready, trace.CallbackBegin, trace.CallbackEnd:
		w.applyTurn(t, r)
	case trace.Turns:
		w.applyTurns(r)
	case trace.CallBegin, trace.CallEnd:
		w.applyCall(t, r)
	case trace.Kernel:
		w.applyKernel(r)
	case trace.Socket:
		if f := w.fd(r); f != nil {
			f.TCP = TCP{State: w.names.of(r.Str), Backlog: r.C, Limit: r.D}
		}
	case trace.Endpoint:
		w.applyEnd(r)
	case trace.Hold, trace.Release:
		w.applyGate(t, r)
	default:
		w.applyWords(r)
	}
	w.Feed.apply(w, r)
}

// applyGate follows a thread to the gate and through it.
func (w *World) applyGate(t *Thread, r *trace.Record) {
	if r.Kind == trace.Hold {
		t.push(Frame{Kind: AtGate, Name: w.names.of(r.Str), FD: trace.NoFD, Since: r.Time})
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
		w.Steps = append(w.Steps, Said{text, r.Time})
		w.Of = int(r.B)
	case trace.Offer:
		if r.A == 0 {
			w.Arguments = append(w.Arguments, text)
			break
		}
		w.Offers = slices.DeleteFunc(w.Offers, func(o Offer) bool { return o.Key == rune(r.A) })
		if text != "" {
			w.Offers = append(w.Offers, Offer{rune(r.A), text})
		}
	case trace.Poke:
		w.Pokes++
	case trace.Check:
		w.Checks = append(w.Checks, Check{text, r.Outcome(), r.Time})
	case trace.Measure:
		w.Measures = append(w.Measures, Measure{text, r.A, r.Unit()})
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
	return w.Steps[n-1], n
}

// names resolves string numbers, each once. Clones share it.
type names struct {
	strings trace.Strings
	known   map[uint32]string
	recent  [64]struct { // the same few names come again and again
		id   uint32
		text string
	}
}

func newNames(strings trace.Strings) *names {
	return &names{strings: strings, known: map[uint32]string{}}
}

func (n *names) of(id uint32) string {
	if id == 0 {
		return ""
	}
	recent := &n.recent[id*0x9E3779B1>>26]
	if recent.id == id {
		return recent.text
	}
	s, ok := n.known[id]
	if !ok {
		s = n.strings.String(id)
		n.known[id] = s
	}
	recent.id, recent.text = id, s
	return s
}
