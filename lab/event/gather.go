package event

import "fdlab/lab/trace"

// A loop that spins makes a million turns a second, all alike. Five records for
// each would drown whoever reads them. So after many turns in a row that did
// not sleep and called nothing but one and the same event (or nobody, though
// something was ready), the turns are gathered: one record for each millisecond says how many there were. As soon
// as a turn differs, it is recorded in full again. No turn is left out of the
// counts.
//
// An event that makes itself active in its callback spins inside one turn: its
// queue is never empty, so the loop does not come to the next wait. Its callbacks
// are gathered likewise.

// gatherAfter is how many equal turns in a row are recorded in full, and how many
// callbacks of one event that follow each other in one turn.
const gatherAfter = 1000

// gatherFor is how long turns are gathered into one record, in ns.
const gatherFor = int64(1e6)

// gather is what a base knows of its last turns. It is used only while
// somebody watches.
type gather struct {
	event uint32 // number of the event that the last turn called, if it called only that; else 0
	fd    int32  // and its fd
	row   int32  // how many turns in a row were like that
	vain  bool   // the last turn found something ready, and called nobody

	// The turn that goes on now:
	plain bool  // so far it is a turn like those that are gathered
	found int32 // how many were ready
	calls int64 // callbacks that ended

	count int64 // how many turns are gathered and not recorded yet
	last  int64 // when the last record of gathered turns was made

	// Of callbacks that follow each other in one turn:
	self   uint32 // number of the event that they are of
	selfFD int32  // its fd
	label  uint32 // and its label's number in the trace
	inTurn bool   // they are what count counts, and not turns
	again  int64  // how many of them were in a row
	at     int64  // calls, when the last of them began
}

// begin begins a turn.
func (g *gather) begin() { g.found, g.calls, g.plain = 0, 0, true }

// next ends a turn that called an event last, and begins another.
func (g *gather) next(event uint32, fd int32) {
	switch {
	case g.calls > 1 || !g.plain:
		g.row, g.event = 0, 0
	case g.event != event:
		g.row, g.event, g.fd = 1, event, fd
	default:
		g.row++
	}
	g.begin()
}

// turn ends one turn and begins the next. It reports whether that is left unsaid
// for now.
func (r *recorder) turn() bool {
	g := &r.gather
	switch {
	case g.calls == 0:
		r.calledNobody()
	case g.vain || g.inTurn:
		r.settle(true)
	}
	g.begin()
	return g.row >= gatherAfter
}

// calledNobody ends a turn that called nobody. If something was ready, the
// event's memory says something else than the base was told (lesson 06).
func (r *recorder) calledNobody() {
	g := &r.gather
	switch {
	case !g.plain || g.found != 1:
		if g.vain {
			r.settle(true)
		}
	case !g.vain:
		g.vain, g.event, g.row = true, 0, 1
	default:
		g.row++
		if r.unsaid.what == waiting|woken {
			r.gathered()
		}
	}
}

// once counts one more callback of an event whose callback has just ended. It
// reports whether that is left unsaid: so many have followed each other. Other
// turns, with other calls, begin a new row.
func (g *gather) once(e *Event) bool {
	if e.number != g.self || g.calls != g.at+1 {
		g.self, g.selfFD, g.label, g.again = e.number, int32(e.fd), e.str, 0
	}
	g.at = g.calls
	g.again++
	return g.again >= gatherAfter
}

// goesOn reports whether a callback is one more of those that are gathered.
func (g *gather) goesOn(e *Event) bool {
	return g.inTurn && e.number == g.self && g.calls == g.at+1
}

// gathered counts a turn that is over and stays unsaid.
func (r *recorder) gathered() {
	r.unsaid.what = 0
	g := &r.gather
	g.count++
	if r.stamp-g.last >= gatherFor {
		r.flush(r.stamp)
	}
}

// flush records how many turns were gathered since the last time.
func (r *recorder) flush(now int64) {
	g := &r.gather
	if g.count == 0 {
		return
	}
	rec := trace.Record{Kind: trace.Turns, Time: now, FD: trace.NoFD, A: g.count}
	switch {
	case g.inTurn:
		rec.Kind, rec.FD, rec.Str, rec.C = trace.Calls, g.selfFD, g.label, int64(g.self)
	case g.event != 0:
		rec.FD, rec.C = g.fd, int64(g.event)
	}
	r.put(&rec)
	g.count, g.last = 0, now
}

// unlike says that this turn is not like those that were gathered: what is
// unsaid of it is recorded now, and what follows will be.
func (r *recorder) unlike() {
	r.gather.plain = false
	r.settle(true)
}

// settle records the turns that were gathered, and what is unsaid of this one.
// over: the row of equal turns has ended.
func (r *recorder) settle(over bool) {
	g := &r.gather
	if g.count > 0 {
		if r.unsaid.what&waiting == 0 {
			r.flush(r.stamp)
		} else {
			r.flush(r.unsaid.began) // they were before this turn
		}
	}
	r.say()
	if over {
		g.row, g.event, g.vain = 0, 0, false
		g.again, g.self, g.inTurn = 0, 0, false
	}
}
