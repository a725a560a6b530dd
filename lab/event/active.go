package event

// queue holds active events of one priority, in the order of activation. The
// links are in the events, so that it never allocates, and an event can be
// taken out of the middle.
type queue struct{ first, last *Event }

func (q *queue) push(e *Event) {
	e.prev, e.next = q.last, nil
	if q.last == nil {
		q.first = e
	} else {
		q.last.next = e
	}
	q.last = e
}

func (q *queue) take(e *Event) {
	if e.prev == nil {
		q.first = e.next
	} else {
		e.prev.next = e.next
	}
	if e.next == nil {
		q.last = e.prev
	} else {
		e.next.prev = e.prev
	}
	e.prev, e.next = nil, nil
}

// activate puts the event into its queue. If it is there already, the reasons
// add up to one call. calls is how often a signal was raised, else 1.
func (b *Base) activate(e *Event, why What, calls int32) {
	if e.state&active != 0 {
		e.why |= why
		return
	}
	e.why, e.calls = why, calls
	if e.priority < b.running {
		b.continued.Store(true) // more urgent than the queue that runs: begin again
	}
	e.state |= active
	b.active++
	b.queues[e.priority].push(e)
}

// deactivate takes an active event out of its queue.
func (b *Base) deactivate(e *Event) {
	e.state &^= active
	b.active--
	b.queues[e.priority].take(e)
}

// run empties the most urgent queue that has events. It returns how many
// callbacks it called; queues that are less urgent get their turn when the loop
// has looked for new events.
func (b *Base) run() uint64 {
	before := b.stats.Callbacks
	for p := range b.queues {
		if b.queues[p].first == nil {
			continue
		}
		b.running = p
		b.drain(&b.queues[p])
		if b.broken.Load() || b.stats.Callbacks > before {
			break
		}
		// Only the loop's own wake-up was in this queue: it is no progress.
	}
	b.running = noQueue
	return b.stats.Callbacks - before
}

// drain calls one event after the other. Callbacks may add to the queue and
// take from it: so it begins at the front each time. An event that was deleted
// by an earlier callback is not there any more.
func (b *Base) drain(q *queue) {
	for q.first != nil {
		e := q.first
		if e.what&Persist != 0 {
			b.deactivate(e)
		} else if err := b.remove(e); err != nil { //DOC:one-shot
			b.fault(err)
		}
		b.deliver(e)
		if b.broken.Load() || b.continued.Load() {
			return
		}
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
		if e.period > 0 {
			b.rearm(e)
		}
		b.call(e)
	}
}

// rearm starts the timeout of a persistent event again, before its callback:
// one period after the moment it was due, so that a regular timer does not
// drift, or after now if it fired for another reason or is late by a period.
func (b *Base) rearm(e *Event) {
	now := b.now()
	at := now + int64(e.period)
	if e.why&Timeout != 0 && e.deadline+int64(e.period) >= now {
		at = e.deadline + int64(e.period)
	}
	if err := b.insertAt(e, at); err != nil { //DOC:rearm
		b.fault(err)
	}
}

// call runs the callback.
func (b *Base) call(e *Event) {
	held := b.gate.Pass("before callback")
	b.stats.Callbacks++
	if b.rec == nil {
		e.callback(e.fd, e.why)
		return
	}
	b.recordBegin(e, held)
	e.callback(e.fd, e.why)
	b.recordEnd(e)
}
