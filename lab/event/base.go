package event

import (
	"sync/atomic"
	"time"

	"fdlab/lab/clock"
	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// Config is what a base is made of. The zero Config is a good one.
type Config struct {
	Name       string // what errors and the trace call the base
	Backend    string // "epoll", "poll", "select", "kqueue"; "" is the best of them
	Priorities int    // how many queues of active events, 1 to 255; 0 means 1

	// Unchecked makes the base believe that the memory of a pending event still
	// holds that event, as libevent does outside its debug mode. It is there to
	// show what happens then (lesson 06).
	Unchecked bool
}

// Stats counts what a base did since it was made.
type Stats struct {
	Turns       uint64 // times round the loop that came to the wait
	Callbacks   uint64 // calls of callbacks, posted functions among them
	SystemCalls uint64 // made by the loop and its backend, on the loop's thread
	Wakeups     uint64 // waits that ended because of Post or a signal
	Stale       uint64 // readiness of an fd that was closed before its event was deleted
}

// noQueue is Base.running while no callbacks run: more urgent than any queue.
const noQueue = -1

// Base is an event base: a set of events and the loop that serves them.
//
// A base belongs to one thread at a time: the one that runs its loop, or while
// none does, the one that uses it. Post, Break, Exit and Continue may be called
// from any thread while the loop runs.
type Base struct {
	// What each turn looks at comes first, close together: the first line of the
	// cache ends with the pointer that rec begins with, which is all that a base
	// looks at if nobody watches.
	backend backend
	gate    *control.Gate
	holds   int   // events inserted plus events timed: what keeps the loop alive
	active  int   // events in queues
	running int   // the queue that is being run, or noQueue
	cached  int64 // the clock at the last return from the kernel, 0: not valid

	rec recorder // what is written into the trace

	broken    atomic.Bool // Break was called
	continued atomic.Bool // begin the next turn after this callback
	timing    bool        // a timeout was ever used: read the clock at each turn
	exiting   bool        // Exit's time has come
	closed    bool        // Close was called
	unchecked bool        // Config.Unchecked

	staleTurns uint32 // see foundStale
	failure    error  // see fault
	stats      Stats
	fds        []watch // indexed by fd
	queues     []queue // active events, the most urgent queue first
	timers     timers
	signals    []*raise       // the signals that events wait for
	owner      atomic.Uintptr // the mark of the thread that runs the loop; 0: none does
	unlock     func()         // gives that thread back
	start      int64          // when the base was made: its own clock begins there
	stale      stale          // what a backend goes on to report though nobody waits for it

	name  string
	kind  kind
	mail  mailbox // what other threads want
	calls *control.CallGate
}

// New makes a base (event_base_new_with_config). The caller owns it, and must
// Close it when its loop has returned.
func New(cfg Config) (*Base, error) {
	k, err := kindOf(cfg.Backend)
	if err != nil {
		return nil, err
	}
	b := &Base{name: cfg.Name, kind: k, running: noQueue, start: clock.Now(), unchecked: cfg.Unchecked,
		rec: recorder{Recorder: trace.Process()}, gate: &control.Process().Gate, calls: &control.Process().Calls}
	if cfg.Priorities < 0 || cfg.Priorities > 255 {
		return nil, b.fail("new base", ErrPriority, "Config.Priorities goes from 1 to 255")
	}
	b.queues = make([]queue, max(1, cfg.Priorities))
	if b.backend, err = k.open(&b.stats); err != nil {
		return nil, b.fail("new base with "+k.name, err, "")
	}
	if err := b.openMail(); err != nil {
		b.backend.close()
		return nil, err
	}
	bases.add(b)
	b.rec.open(b)
	return b, nil
}

// Once calls callback one time (event_base_once), when fd is ready or the
// timeout is over. With what Timeout alone, and no timeout or 0, it is active at
// once. Signal and Persist are refused (ErrBadWhat); EdgeTriggered changes
// nothing, as in libevent: whoever is called once needs no edge.
func (b *Base) Once(fd int, what What, timeout time.Duration, callback Callback) error {
	e := b.NewEvent(fd, what&^EdgeTriggered, callback)
	switch {
	case what&(Signal|Persist) != 0 || what&(Timeout|Read|Write) == 0:
		return e.fail("add once", ErrBadWhat, "Once takes Timeout, Read and Write; for the others make an event")
	case what&(Read|Write) == 0 && (timeout == 0 || timeout == NoTimeout):
		return e.Active(Timeout)
	}
	return e.Add(timeout)
}

// Backend returns the name of the backend (event_base_get_method).
func (b *Base) Backend() string { return b.kind.name }

// Name returns the name that the base was given.
func (b *Base) Name() string { return b.name }

// Stats returns what the base did so far. Only the base's thread may ask.
func (b *Base) Stats() Stats { return b.stats }

// Close deletes all events and frees what the kernel holds for the base
// (event_base_free). The fds that events watched stay open: they are the
// program's. A base whose loop runs gives ErrRunning; closing twice is no error.
func (b *Base) Close() error {
	if !b.owner.CompareAndSwap(0, ^uintptr(0)) {
		return b.fail("close", ErrRunning, "end its loop first, with Break or Exit")
	}
	defer b.owner.Store(0)
	if b.closed {
		return nil
	}
	b.closed = true
	b.deleteAll()
	err := b.closeMail()
	if closing := b.backend.close(); err == nil {
		err = closing
	}
	bases.remove(b)
	b.rec.record(trace.BaseFree, "", 0, 0)
	return err
}

// deleteAll deletes every event. An fd that was closed before its event is not
// worth a word any more.
func (b *Base) deleteAll() {
	drop := func(e *Event) {
		b.remove(e)
		if e.shown {
			b.rec.del(e, b.rec.Now())
		}
	}
	for fd := range b.fds {
		for b.fds[fd].first != nil {
			e := b.fds[fd].first
			drop(e)
			if b.fds[fd].first == e { // its memory was used for something else
				b.fds[fd].first = nil
			}
		}
	}
	for len(b.signals) > 0 {
		drop(b.signals[0].first)
	}
	for len(b.timers) > 0 {
		e := b.timers[0].event
		drop(e)
		if len(b.timers) > 0 && b.timers[0].event == e {
			b.timers.drop()
		}
	}
	for p := range b.queues {
		for e := b.queues[p].pop(); e != nil; e = b.queues[p].pop() {
			b.active--
			e.state &^= active
			drop(e)
		}
	}
}
