package event

import "fdlab/lab/trace"

// queue holds active events of one priority, in the order of activation: a ring
// that grows when it is full, so that it soon allocates nothing more. An event
// that is taken out of the middle leaves nil in its place.
type queue struct {
	ring       []*Event // its length is 0 or a power of two
	head, tail uint32   // how many ever left and came; modulo the length: places
}

func (q *queue) push(e *Event) {
	if int(q.tail-q.head) == len(q.ring) {
		q.grow()
	}
	q.ring[q.tail&uint32(len(q.ring)-1)] = e
	e.seat = q.tail
	q.tail++
}

// pushFirst puts an event before all others.
func (q *queue) pushFirst(e *Event) {
	if int(q.tail-q.head) == len(q.ring) {
		q.grow()
	}
	q.head--
	q.ring[q.head&uint32(len(q.ring)-1)] = e
	e.seat = q.head
}

// pop takes out the first event. It returns nil if there is none.
func (q *queue) pop() *Event {
	for q.head != q.tail {
		place := &q.ring[q.head&uint32(len(q.ring)-1)]
		e := *place
		*place = nil
		q.head++
		if e != nil {
			return e
		}
	}
	return nil
}

// take takes out an event that is in the queue, wherever it stands.
func (q *queue) take(e *Event) {
	q.ring[e.seat&uint32(len(q.ring)-1)] = nil
}

// grow makes room: it closes the gaps that deleted events have left, and takes a
// ring that is at most half full then.
func (q *queue) grow() {
	old := *q
	size := len(old.ring)
	live := 0
	for _, e := range old.ring {
		if e != nil {
			live++
		}
	}
	if 2*live > size || size == 0 {
		size = max(32, 2*size)
	}
	*q = queue{ring: make([]*Event, size)}
	for e := old.pop(); e != nil; e = old.pop() {
		q.push(e)
	}
}

// activate puts the event into its queue. If it is there already, the reasons
// add up to one call. calls is how often a signal was raised, else 1.
func (b *Base) activate(e *Event, why What, calls int32) {
	if e.state&active != 0 {
		e.why |= why
		return
	}
	e.why = why
	if e.what&Signal != 0 {
		e.calls = calls
	}
	if int(e.priority) < b.running {
		b.continued.Store(true) // more urgent than the queue that runs: begin again
	}
	e.state |= active
	b.active++
	b.queues[e.priority].push(e)
}

// activateFirst puts the loop's own event before all others of its queue: what
// other threads have asked for comes first, whatever the order in which the
// kernel tells of the bell and of the program's fds.
func (b *Base) activateFirst(e *Event, why What) {
	if e.state&active != 0 {
		return
	}
	e.why = why
	e.state |= active
	b.active++
	b.queues[e.priority].pushFirst(e)
}

// deactivate takes an active event out of its queue.
func (b *Base) deactivate(e *Event) {
	e.state &^= active
	b.active--
	b.queues[e.priority].take(e)
}

// withdraw removes an event that fires once, before its callback.
func (b *Base) withdraw(e *Event) {
	if err := b.remove(e); err != nil {
		b.fault(err)
	}
}

// forgotten: the memory of an active event was used for something else.
func (b *Base) forgotten() {
	if !b.unchecked {
		b.fault(b.overwritten(-1))
	}
}

// deliver calls the event's callback, as often as it must.
func (b *Base) deliver(e *Event) {
	switch {
	case e.internal:
		e.callback(e.fd, e.why)
	case e.what&Signal != 0:
		e.aborted = false
		for n := e.calls; n > 0 && !e.aborted && !b.broken.Load(); {
			n--
			e.calls = n
			b.call(e)
		}
	default:
		if e.period != 0 {
			b.rearm(e)
		}
		b.call(e)
	}
}

// rearm starts the timeout of a persistent event again, before its callback:
// one period after the moment it was due, so that a regular timer does not
// drift, or after now if it fired for another reason or is late by a period. As
// in libevent that makes pending again even an event that was deleted and then
// made active by hand. Nobody asked for that, so it may fail in silence.
func (b *Base) rearm(e *Event) {
	now := b.now()
	at := after(now, e.period)
	if due := after(e.deadline, e.period); e.why&Timeout != 0 && due >= now {
		at = due
	}
	unasked := !e.pending() && e.why&Timeout == 0
	if err := b.insertAt(e, at); err != nil && !unasked { //DOC:rearm
		b.fault(err)
	}
	if !e.shown && b.rec.On() && e.pending() {
		b.rec.add(e, e.period) // it was deleted, and is pending again
	}
}

// call runs the callback.
func (b *Base) call(e *Event) {
	held := b.pass(trace.BeforeCallback)
	b.stats.Callbacks++
	if !b.rec.On() {
		e.callback(e.fd, e.why)
		return
	}
	b.rec.begin(e, held)
	e.callback(e.fd, e.why)
	b.rec.end(e)
}
