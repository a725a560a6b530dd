package event

import "fdlab/lab/trace"

// pattern is the turn that the gathered turns are equal to, and how far the current turn
// has followed it. Nothing is recorded of the current turn before it is over. If it
// differs, all that it has done is recorded then, with the times that are kept here.
//
// A turn is what the wait found ready, the callbacks, and the system calls that these
// made, in their order. The base hears of the calls because it listens to what its
// thread records. Anything else that the thread records makes the turn differ.
type pattern struct {
	known   bool // else it is learned from the current turn
	one     bool // it has one callback
	found   int32
	readies list[trace.Record]
	parts   list[part]

	woke    int64 // when the wait of the current turn ended
	running int   // the place among the parts of the callback that has begun last
}

// part is a callback or a call of the pattern.
type part struct {
	is         trace.Record // its CallbackBegin or CallEnd, without time and thread
	began, end int64        // in the current turn
	longest    int64        // in the gathered turns, in ns
}

// mostAlike is how many parts, and how many ready fds, a gathered turn may have.
const mostAlike = 32

// longCallback is how long a callback of a gathered turn may take, in ns. A turn with a
// longer one is recorded in full.
const longCallback = int64(100e6)

// list is what the pattern has of one sort, in its order.
type list[T any] struct {
	all  [mostAlike]T
	n    int // how many there are
	done int // so many of them were in the current turn so far
}

// next returns what comes next in the pattern; room for it, while the pattern is learned.
// nil: the pattern is over, or the turn has too much to be one.
func (l *list[T]) next(known bool) *T {
	switch {
	case l.done < l.n:
	case known || l.n == mostAlike:
		return nil
	default:
		l.n++
	}
	return &l.all[l.done]
}

// begin begins the current turn.
func (p *pattern) begin() {
	p.readies.done, p.parts.done = 0, 0
	if !p.known {
		p.readies.n, p.parts.n = 0, 0
	}
}

// whole reports whether the current turn, which ends now, was equal to the pattern. The
// turn from which the pattern was learned must be like those before it.
func (p *pattern) whole(g *gather) bool {
	if !p.known {
		p.found, p.one = g.found, g.calls == 1
		return g.alike()
	}
	return p.found == g.found && p.readies.done == p.readies.n && p.parts.done == p.parts.n
}

// told reports whether the current turn goes on like the pattern: an fd is ready.
func (p *pattern) told(is trace.Record) bool {
	next := p.readies.next(p.known)
	if next == nil {
		return false
	}
	if !p.known {
		*next = is
	}
	if *next != is {
		return false
	}
	p.readies.done++
	return true
}

// goesOn reports whether the current turn goes on like the pattern: with a callback or a call.
func (p *pattern) goesOn(is trace.Record, at int64) bool {
	next := p.parts.next(p.known)
	if next == nil {
		return false
	}
	if !p.known {
		*next = part{is: is}
	}
	if next.is != is {
		return false
	}
	next.began, next.end = at, at
	p.parts.done++
	return true
}

// calls reports whether the current turn goes on like the pattern: a callback begins.
func (p *pattern) calls(e *Event, at int64) bool {
	if e.number == 0 { // a posted function has no number, and is always said
		return false
	}
	if !p.goesOn(trace.Record{Kind: trace.CallbackBegin, FD: int32(e.fd), Str: e.str, A: int64(e.why), C: int64(e.number)}, at) {
		return false
	}
	if p.running = p.parts.done - 1; p.running == 0 {
		p.woke = at
	}
	return true
}

// returned notes that the callback has ended. It reports whether that took long.
func (p *pattern) returned(at int64) (long bool) {
	c := &p.parts.all[p.running]
	c.end = at
	return at-c.began > longCallback
}

// counted notes that the current turn, which is over, is gathered.
func (p *pattern) counted() {
	for i := range p.parts.all[:p.parts.n] {
		c := &p.parts.all[i]
		c.longest = max(c.longest, c.end-c.began)
	}
}

// hear is called when the loop's thread makes a record that is not the base's, while turns
// are gathered. It reports whether the record is a part of the pattern, and stays unsaid.
func (r *recorder) hear(is trace.Record) (unsaid bool) {
	if r.unsaid.what&waiting == 0 {
		return false // it is what sayTurns says
	}
	p, at := r.gather.pattern, is.Time
	is.Time, is.Thread = 0, 0
	call := is.Kind == trace.CallEnd && r.unsaid.what&calling != 0
	// Package sys gathers calls that move nothing, and records them in few of the turns
	// that make them. These turns do not differ from the others.
	many := is.A <= 0 && is.C > 0
	if call && (p.known || !many || is.C == 1) && p.goesOn(is, at) {
		return true
	}
	if !call || !many {
		r.unlike()
	}
	return false
}

// listen makes the base hear what its thread records. It reports whether that worked.
func (r *recorder) listen() bool {
	if !r.hears {
		r.listener.Thread.Store(r.to.Thread)
		r.hears = r.Listen(&r.listener)
	}
	return r.hears
}

// deaf ends that.
func (r *recorder) deaf() {
	if r.hears {
		r.Unlisten(&r.listener)
		r.hears, r.gather.pattern.known = false, false
	}
}

// sayTurn records what the current turn has done so far.
func (r *recorder) sayTurn(what facts) {
	u, p := &r.unsaid, r.gather.pattern
	r.to.WaitBegin(u.began, r.callID, int64(r.watched), u.timeout)
	if what&woken == 0 {
		return
	}
	woke := r.stamp
	if p.parts.done > 0 {
		woke = p.woke
	}
	r.to.WaitEnd(woke, r.callID, int64(r.gather.found), 0)
	for _, is := range p.readies.all[:p.readies.done] {
		is.Time = woke
		r.put(&is)
	}
	var last *part // the callback that has begun, and its end is not said
	for i := range p.parts.all[:p.parts.done] {
		c := &p.parts.all[i]
		is := c.is
		is.Time = c.began
		if is.Kind == trace.CallEnd {
			is.Thread = r.to.Thread
			r.Put(&is)
			continue
		}
		r.sayEnd(last)
		r.put(&is)
		last = c
	}
	if what&calling == 0 {
		r.sayEnd(last)
	}
}

func (r *recorder) sayEnd(c *part) {
	if c != nil {
		r.to.CallbackEnd(c.end, c.is.FD, uint32(c.is.C))
	}
}

// sayTurns records how many turns were gathered since the last time: for each callback
// the calls that it made, and then how often it ran.
func (r *recorder) sayTurns(now int64) {
	g, p := &r.gather, r.gather.pattern
	rec := trace.Record{Kind: trace.Turns, Time: now, FD: trace.NoFD, A: g.count}
	var last *part // the callback whose calls are being told
	sayLast := func() {
		if !p.one {
			rec.B++
		}
		rec.FD, rec.Str, rec.C, rec.D = last.is.FD, last.is.Str, last.is.C, last.longest
		r.put(&rec)
		last.longest = 0
	}
	for i := range p.parts.all[:p.parts.n] {
		c := &p.parts.all[i]
		if is := c.is; is.Kind == trace.CallEnd {
			is.Time, is.Thread, is.Bytes, is.C, is.D = now, r.to.Thread, 0, g.count, 0
			r.Put(&is)
			continue
		}
		if last != nil {
			sayLast()
		}
		last = c
	}
	if last != nil {
		sayLast()
	} else {
		r.put(&rec)
	}
}
