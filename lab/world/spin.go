package world

import "fdlab/lab/trace"

// Spin is a loop that never rests: turn after turn calls the same events, nothing is
// taken, and there are more than 10,000 turns a second.
type Spin struct {
	Since     int64 // when the first of the equal turns began
	Turns     int64 // how many there were
	PerSecond int64
}

const (
	spinTurns = 1000         // equal turns in a row that no sound loop makes
	spinRate  = 10_000       // turns a second
	spinRest  = int64(100e6) // ns without a turn after which the loop is said to rest
)

// equal is the turns of a loop that have followed each other and were alike. A turn
// goes from one wait to the next; it is told by the events that it called.
type equal struct {
	key   int64 // the events of each of them, as one number
	turns int64
	since int64
	until int64

	goes   bool  // a turn goes on, that has records of its own:
	now    int64 // the events that it has called
	unlike bool  // something was taken, so it is like no other

	first, nowFirst int64 // the event that they called first, and that it has
}

// Spins reports whether the loop spins at the time now, which is not before the last
// record.
func (b *Base) Spins(now int64) (s Spin, ok bool) {
	e := &b.equal
	if e.turns < spinTurns || b.Phase == Stopped || now-e.until > spinRest {
		return Spin{}, false
	}
	rate := int64(float64(e.turns) / float64(max(e.until-e.since, 1)) * 1e9)
	return Spin{e.since, e.turns, rate}, rate > spinRate
}

// called notes a callback of an event; a posted function has no event.
func (e *equal) called(event int64) {
	if e.now == 0 {
		e.nowFirst = event
	}
	e.now = e.now*31 + event
	e.unlike = e.unlike || event == 0
}

// turned notes that a turn is over, and the next begins.
func (e *equal) turned(at int64) {
	switch {
	case !e.goes: // what comes after turns that were gathered is unlike them
		*e = equal{}
	case e.unlike || e.key != e.now || at-e.until > spinRest:
		*e = equal{key: e.now, first: e.nowFirst, since: at, until: at}
	default:
		e.turns++
		e.until = at
	}
	e.goes, e.now, e.nowFirst, e.unlike = true, 0, 0, false
}

// gathered notes turns that have no records of their own, by the event that they called
// first. Those that are unlike them have records.
func (e *equal) gathered(first, turns, at int64) {
	if e.first != first || e.unlike || at-e.until > spinRest {
		*e = equal{first: first, since: at, until: at} // when they began is not known
		return
	}
	e.turns += turns
	e.until, e.goes = at, false
}

// worked notes that the loops of a thread do more than to turn: a call took
// something, or the thread stood at the gate.
func (w *World) worked(t *Thread, r *trace.Record) {
	if r.Kind == trace.CallEnd && r.A <= 0 {
		return
	}
	for i := range t.Stack {
		if f := &t.Stack[i]; f.Kind == InLoop {
			if b := w.BaseByNumber(f.Base); b != nil {
				b.equal.unlike = true
			}
		}
	}
}
