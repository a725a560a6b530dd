package event

import "fdlab/lab/trace"

// A loop that spins makes a million turns a second, all alike. Five records for
// each would drown whoever reads them. So after many turns in a row that did
// not sleep and called nothing but one and the same event (or nobody, though
// something was ready), the turns are gathered: one record for each millisecond says how many there were. As soon
// as a turn differs, it is recorded in full again. No turn is left out of the
// counts.

// gatherAfter is how many equal turns in a row are recorded in full.
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
	calls int32 // callbacks that ended

	count int64 // how many turns are gathered and not recorded yet
	last  int64 // when the last record of gathered turns was made
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
	if g.calls == 0 {
		r.calledNobody()
	} else if g.vain {
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
	if g.event != 0 {
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
	}
}
