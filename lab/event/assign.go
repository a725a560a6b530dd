package event

// An event is the program's memory. The base only keeps its address: in the
// table of fds, in the heap of timers. So the memory must hold the event until
// the base has let go of it. In C nobody sees to that (lesson 06).
//
// Go's garbage collector keeps the memory of an event for as long as the base
// has its address. What Go cannot prevent is that a program uses that memory
// for something else: another Assign, or a plain assignment to the variable.

// Assign makes an event in memory that the program has already (event_assign,
// event_set). It is NewEvent for a variable:
//
//	var ev event.Event
//	err := base.Assign(&ev, fd, event.Read, callback)
//
// If a base still holds the event it fails with ErrHeld, where libevent
// overwrites it in silence, or in its debug mode ends the program.
func (b *Base) Assign(e *Event, fd int, what What, callback Callback) error {
	if e.state != 0 {
		switch {
		case e.base.foreign():
			return e.otherThread("assign")
		case !b.unchecked || e.state != inserted || e.what&Signal != 0:
			return e.fail("assign", ErrHeld, "Del it first, or use an Event of its own for each fd")
		}
	}
	b.fill(e, fd, what, callback)
	return nil
}

// fill writes a new event into the memory of e.
func (b *Base) fill(e *Event, fd int, what What, callback Callback) {
	*e = Event{base: b, callback: callback, fd: fd, what: what &^ Timeout, priority: uint8(len(b.queues) / 2)}
	e.invalid = callback == nil || what&Signal != 0 && what&io != 0
	e.number = b.rec.NextEvent()
}

// overwritten explains that the memory of a pending event holds something else.
// fd is the number that it was pending on, -1 for a timeout.
func (b *Base) overwritten(fd int) error {
	return &Error{Op: "dispatch", Base: b.name, FD: fd, Err: ErrOverwritten,
		Hint: "let an Event alone from Add until Del, or use an Event of its own for each fd"}
}
