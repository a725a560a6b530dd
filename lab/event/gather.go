package event

import "fdlab/lab/trace"

// A loop that spins makes a million turns a second, all alike. Five records or more for
// each would drown whoever reads them. So after many turns in a row that called the
// same events in the same order (or nobody, though something was ready), the turns
// are gathered: a few records for each millisecond say how many there were. As soon
// as a turn differs, it is recorded in full again (pattern.go). No turn is left out
// of the counts.
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
	row int32 // how many turns in a row were alike, at most gatherAfter
	key int64 // the events that each of them called, as one number

	// The turn that goes on now:
	plain bool  // so far it is a turn like those that are gathered
	found int32 // how many were ready
	calls int64 // callbacks that ended
	now   int64 // whose they were, as one number

	count   int64    // how many turns are gathered and not recorded yet
	last    int64    // when the last record of gathered turns was made
	pattern *pattern // what they are like

	// Of callbacks that follow each other in one turn:
	self   uint32 // number of the event that they are of
	selfFD int32  // its fd
	label  uint32 // and its label's number in the trace
	inTurn bool   // they are what count counts, and not turns
	again  int64  // how many of them were in a row
	at     int64  // calls, when the last of them began
}

// next ends a turn and begins another.
func (g *gather) next() {
	switch {
	case !g.alike():
		g.row, g.key = 0, g.now
	case g.row < gatherAfter:
		g.row++
	}
	g.found, g.calls, g.now, g.plain = 0, 0, 0, true
}

// alike reports whether the turn that ends was like the one before. One that called
// nobody is like none, if it is not known who should have been called.
func (g *gather) alike() bool {
	return g.plain && g.now == g.key && (g.calls > 0 || g.found == 1)
}

// called counts a callback that has ended.
func (g *gather) called(event uint32) {
	g.calls++
	g.now = g.now*31 + int64(event)
}

// turn ends one turn and begins the next. It reports whether that is left unsaid
// for now.
func (r *recorder) turn() bool {
	g := &r.gather
	switch {
	case r.unsaid.what&waiting == 0:
		if g.inTurn {
			r.settle(true)
		}
	case !g.pattern.whole(g):
		r.unlike()
	case !g.pattern.known: // it is recorded in full once more: the bytes of its calls
		g.pattern.known = true
		r.say()
	default:
		g.pattern.counted()
		r.gathered()
	}
	g.next()
	return g.row >= gatherAfter && r.listen()
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

// gathered counts a turn, or a callback, that is over and stays unsaid.
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
	switch {
	case g.count == 0:
		return
	case g.inTurn:
		r.put(&trace.Record{Kind: trace.Calls, Time: now, FD: g.selfFD, Str: g.label, A: g.count, C: int64(g.self)})
	default:
		r.sayTurns(now)
	}
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
	if over {
		r.deaf() // or it would hear what it says itself
	}
	if g.count > 0 {
		if r.unsaid.what&waiting == 0 {
			r.flush(r.stamp)
		} else {
			r.flush(r.unsaid.began) // they were before this turn
		}
	}
	r.say()
	if over {
		g.row, g.key = 0, 0
		g.again, g.self, g.inTurn = 0, 0, false
	}
}
