package event

import "fdlab/lab/trace"

// The facts of a turn come in pairs and triples: a callback ends and the loop
// goes to wait; it is back, one fd is ready, and its callback begins. The first
// of them waits until it is known whether the next one follows, and then one slot
// of the trace holds them all (trace.Writer). Nothing waits while the program's
// own code runs, or while the thread may sleep or is held. Only a turn that is
// like a thousand before it stays unsaid as a whole (gather.go, pattern.go).

// unsaid is what has happened and is not recorded yet.
type unsaid struct {
	what    facts  // in the order of their bits
	as      What   // what ready is ready for
	ended   uint32 // number of the event whose callback has ended
	endedFD int32  // and its fd
	ready   *Event // found ready, alone
	began   int64  // when the loop went to wait
	timeout int64  // and for how long at most
}

// facts are what may be unsaid.
type facts uint8

const (
	ended   facts = 1 << iota // CallbackEnd, at recorder.stamp
	waiting                   // WaitBegin; so the turn is one that may be gathered (pattern.go)
	woken                     // WaitEnd with one fd ready, at recorder.stamp
	ready                     // its Ready
	calling                   // its CallbackBegin
	several                   // Ready of several fds: recorder.readies
)

// say records what is unsaid.
func (r *recorder) say() {
	u := &r.unsaid
	what := u.what
	u.what = 0
	if what&waiting != 0 {
		r.sayTurn(what)
		return
	}
	if what&ended != 0 {
		r.to.CallbackEnd(r.stamp, u.endedFD, u.ended)
	}
	if what&woken != 0 {
		r.to.WaitEnd(r.stamp, r.callID, 1, 0)
	}
	if what&ready != 0 {
		r.to.Ready(r.stamp, int32(u.ready.fd), u.ready.number, trace.Readiness(u.as))
	}
	if what&calling != 0 {
		e := u.ready
		r.to.CallbackBegin(r.stamp, int32(e.fd), e.number, e.str, trace.Readiness(e.why))
	}
	if what&several != 0 {
		r.to.Readies(r.stamp, &r.readies)
	}
}

// sayAll makes sure that what is recorded next comes after what has happened.
func (r *recorder) sayAll() {
	r.gather.plain = false // the turn does more than to call somebody
	if r.unsaid.what&(waiting|calling) != 0 {
		r.unlike()
	}
	if r.unsaid.what != 0 {
		r.settle(false)
	}
}
