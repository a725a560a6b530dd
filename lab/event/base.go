package event

import (
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/clock"
	"fdlab/lab/control"
	"fdlab/lab/thread"
	"fdlab/lab/trace"
)

// Config is what a base is made of. The zero Config is a good one.
type Config struct {
	Name       string // what errors and the trace call the base
	Backend    string // "epoll", "poll", "select", "kqueue"; "" is the best of them
	Priorities int    // how many queues of active events, 1 to 256; 0 means 1

	// Unchecked makes the base believe that the memory of a pending event still
	// holds that event, as libevent does outside its debug mode. It is there to
	// show what comes of it (lesson 06).
	Unchecked bool
}

// Stats counts what a base did since it was made.
type Stats struct {
	Turns       uint64 // times round the loop that came to the wait
	Callbacks   uint64 // calls of callbacks, posted functions among them
	SystemCalls uint64 // made by the loop and its backend, on the loop's thread
	Wakeups     uint64 // waits that ended because of Post or a signal
	Stale       uint64 // readiness that was about an fd closed long ago
}

// noQueue is Base.running while no callbacks run: more urgent than any queue.
const noQueue = -1

// Base is an event base: a set of events and the loop that serves them.
//
// A base belongs to one thread at a time: the one that runs its loop, or while
// none does, the one that uses it. Post, Break, Exit and Continue may be called
// from any thread while the loop runs.
type Base struct {
	// What each turn looks at comes first, close together.
	backend backend
	rec     *trace.Recorder // nil: nobody watches
	gate    *control.Gate
	holds   int   // events inserted plus events timed: what keeps the loop alive
	active  int   // events in queues
	running int   // the queue that is being run, or noQueue
	cached  int64 // the clock at the last return from the kernel, 0: not valid

	broken    atomic.Bool // Break was called
	continued atomic.Bool // begin the next turn after this callback
	timing    bool        // a timeout was ever used: read the clock at each turn
	exiting   bool        // Exit's time has come
	closed    bool        // Close was called
	unchecked bool        // Config.Unchecked
	failure   error       // see fault
	stats     Stats
	fds       []watch // indexed by fd
	queues    []queue // active events, the most urgent queue first
	timers    timers
	signals   []*raise       // the signals that events wait for
	owner     atomic.Uintptr // the mark of the thread that runs the loop; 0: none does
	unlock    func()         // gives that thread back
	start     int64          // when the base was made: its own clock begins there

	// While somebody watches:
	to      trace.Writer // knows the base's number, and the thread that runs the loop; 0: none does
	stamp   int64        // the last reading of the trace's clock
	callID  uint32       // number of the string that names the backend's system call
	fresh   bool         // stamp was read just now: what follows at once may have it, too
	watched int          // fds that the backend watches for the program
	unsaid  unsaid       // what has happened and is not recorded yet
	gather  gather       // turns that are alike
	readies trace.Readies
	depth   int64                    // how many loops run inside each other on the thread, this one last
	reasons [len(reasonNames)]uint32 // numbers of the strings that say why a loop returned

	name string
	kind kind
	mail mailbox // what other threads want
}

// New makes a base (event_base_new_with_config). The caller owns it, and must
// Close it when its loop has returned.
func New(cfg Config) (*Base, error) {
	k, err := kindOf(cfg.Backend)
	if err != nil {
		return nil, err
	}
	b := &Base{name: cfg.Name, kind: k, running: noQueue, start: clock.Now(), unchecked: cfg.Unchecked,
		rec: trace.Process(), gate: &control.Process().Gate}
	if cfg.Priorities < 0 || cfg.Priorities > 256 {
		return nil, b.fail("new base", ErrPriority, "Config.Priorities goes from 1 to 256")
	}
	b.queues = make([]queue, max(1, cfg.Priorities))
	if b.backend, err = k.open(&b.stats); err != nil {
		return nil, b.fail("new base with "+k.name, err, "")
	}
	if err := b.openMail(); err != nil {
		b.backend.close()
		return nil, err
	}
	b.to, b.callID = b.rec.Writer(b.rec.NextBase()), b.rec.String(k.call)
	if b.rec != nil {
		b.enlist(true)
	}
	b.record(trace.BaseNew, k.name, int64(len(b.queues)), 0)
	if b.name != "" {
		b.record(trace.Label, b.name, 0, 0)
	}
	return b, nil
}

// Dispatch runs the loop until no events are left, or Break or Exit ends it
// (event_base_dispatch).
func (b *Base) Dispatch() (Reason, error) { return b.Loop(0) }

// Loop runs the loop (event_base_loop). It locks the calling goroutine to its OS
// thread, so that all callbacks run there. A base that is running already, here
// or on another thread, gives ErrRunning; another base may be run from within a
// callback, and this one then stands still until that one returns. When the
// reason is Failed the error says why; the events are as they were.
func (b *Base) Loop(flags Flags) (reason Reason, err error) {
	if err := b.enter(flags); err != nil {
		return Failed, err
	}
	defer func() { b.leave(reason) }()
	for { //DOC:loop
		if b.continued.Load() {
			b.continued.Store(false)
		}
		switch {
		case b.failure != nil:
			return Failed, b.takeFailure()
		case b.exiting || b.broken.Load():
			return b.stopped(), nil
		case b.empty() && flags&NoExitOnEmpty == 0:
			return NoEvents, nil
		}

		if err := b.wait(b.untilNext(flags)); err != nil {
			return Failed, err
		}
		if len(b.timers) > 0 {
			b.expire()
		}

		done := flags&NonBlock != 0
		if b.active > 0 {
			ran := b.run()
			done = flags&Once != 0 && b.active == 0 && (ran > 0 || b.broken.Load())
		}
		if done && b.failure == nil {
			return b.stopped(), nil
		}
	}
}

// wait lets the kernel keep the thread until an fd is ready or the timeout is
// over, and makes the events of ready fds active.
func (b *Base) wait(timeout time.Duration) error {
	held := b.pass("before wait")
	b.stats.Turns++
	b.cached = 0
	if b.rec != nil {
		b.recordWait(timeout, held)
	}
	n, err := b.sleep(timeout) //DOC:wait
	switch {
	case b.rec != nil && n == 1:
		b.recordWoken()
		b.cached = b.stamp
	case b.rec != nil:
		b.recordOtherWoken(n, err)
		b.cached = b.stamp
	case b.timing:
		b.cached = b.clock()
	}
	if err != nil {
		return b.cannotWait(err)
	}
	if n > 0 {
		b.backend.collect(b, n)
		if b.rec != nil && n > 1 {
			b.say() // who was ready: that was before the first callback
		}
	}
	return nil
}

func (b *Base) cannotWait(err error) error {
	if err == unix.EBADF {
		return b.findClosed() // select only: the others have their own ways
	}
	return b.fail("dispatch", err, "")
}

// pass stops where time is held. It reports whether it was.
func (b *Base) pass(phase string) (held bool) {
	return b.gate.Closed() && b.stand(phase)
}

func (b *Base) stand(phase string) (held bool) {
	if b.rec != nil {
		b.unlike() // say what has happened before
	}
	return b.gate.Pass(phase)
}

// sleep is the wait itself. EINTR is normal (a signal, or Go's own preemption):
// the wait goes on with the time that is left.
func (b *Base) sleep(timeout time.Duration) (n int, err error) {
	if !lookFirst && timeout != 0 {
		return b.sleepOn(timeout)
	}
	n, err = b.backend.wait(0)
	for err == unix.EINTR {
		n, err = b.backend.wait(0)
	}
	if n == 0 && timeout != 0 && err == nil {
		return b.sleepOn(timeout)
	}
	return n, err
}

func (b *Base) sleepOn(timeout time.Duration) (n int, err error) {
	if b.rec != nil {
		b.unlike() // it is going to sleep, and that must be seen
	}
	var end int64
	if timeout > 0 {
		end = b.clock() + int64(timeout)
	}
	for {
		n, err = b.backend.wait(timeout)
		if err != unix.EINTR { //DOC:eintr
			return n, err
		}
		if timeout > 0 {
			timeout = time.Duration(max(0, end-b.clock()))
		}
	}
}

// enter makes the calling thread the one that runs the loop.
func (b *Base) enter(flags Flags) error {
	id, unlock := thread.Lock()
	if mark := thread.Mark(); !b.owner.CompareAndSwap(0, mark) {
		here := b.owner.Load() == mark
		unlock()
		if here {
			return b.fail("dispatch", ErrRunning, "this is one of its callbacks; return from it, and the loop goes on by itself")
		}
		return b.fail("dispatch", ErrRunning, "another thread runs it; make a base for each thread, or use Base.Post")
	}
	b.unlock = unlock
	if b.closed {
		b.disown()
		return b.fail("dispatch", ErrBaseClosed, "make a new base")
	}
	if b.broken.Load() { // a store to an atomic costs more than a load
		b.broken.Store(false)
	}
	b.exiting, b.fresh, b.cached = false, false, 0
	if b.rec != nil {
		b.recordLoopBegin(flags, id)
	}
	return nil
}

func (b *Base) leave(reason Reason) {
	b.cached, b.running = 0, noQueue
	if b.rec != nil {
		b.settle(true)
		b.recordLoopEnd(reason)
	}
	b.disown()
}

func (b *Base) disown() {
	unlock := b.unlock
	b.unlock = nil
	b.owner.Store(0) // from here on another thread may run it
	unlock()
}

// foreign reports whether the loop runs on another thread than the caller's.
func (b *Base) foreign() bool {
	owner := b.owner.Load()
	return owner != 0 && owner != thread.Mark()
}

// empty reports whether nothing is left that could ever call anybody.
func (b *Base) empty() bool { return b.holds == 0 && b.active == 0 && !b.mail.waiting.Load() }

// stopped is the reason of a loop that ends without an error.
func (b *Base) stopped() Reason {
	switch {
	case b.exiting:
		return Exited
	case b.broken.Load():
		return Broken
	}
	return Done
}

func (b *Base) takeFailure() error {
	err := b.failure
	b.failure = nil
	return err
}

// Break ends the loop after the callback that runs now (event_base_loopbreak).
// What is active stays so, for the next loop. If no loop runs it does nothing.
func (b *Base) Break() {
	b.interrupt(&b.broken)
}

// Exit ends the loop when the time is over and the events that are active then
// have run (event_base_loopexit). With after <= 0 these are the events that are
// active now. It counts as an event of its own.
func (b *Base) Exit(after time.Duration) {
	if b.foreign() {
		b.Post(func() { b.Exit(after) })
		return
	}
	e := b.NewTimer(func(int, What) { b.exiting = true }).Named("exit")
	if after <= 0 {
		e.Active(Timeout)
		return
	}
	e.Add(after)
}

// Continue makes the loop begin its next turn after the callback that runs now
// (event_base_loopcontinue): it looks for new events before it calls the
// remaining active ones.
func (b *Base) Continue() {
	b.interrupt(&b.continued)
}

// interrupt tells the loop, if one runs, not to go on with the queue. It is
// told while the callback runs, and not by mail, which it reads later.
func (b *Base) interrupt(how *atomic.Bool) {
	if b.owner.Load() == 0 {
		return
	}
	how.Store(true)
	if b.foreign() {
		b.ring() // it may be asleep
	}
}

// Once calls callback one time (event_base_once), when fd is ready or the
// timeout is over. With what Timeout alone and no time to wait it is active at
// once. Signal and Persist are refused (ErrBadWhat).
func (b *Base) Once(fd int, what What, timeout time.Duration, callback Callback) error {
	e := b.NewEvent(fd, what, callback)
	switch {
	case what&(Signal|Persist) != 0 || what&(Timeout|Read|Write) == 0:
		return e.fail("add once", ErrBadWhat, "Once takes Timeout, Read and Write; for the others make an event")
	case what&(Read|Write) == 0 && timeout <= 0:
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
	if b.rec != nil {
		b.enlist(false)
		b.record(trace.BaseFree, "", 0, 0)
	}
	return err
}

// deleteAll deletes every event. An fd that was closed before its event is not
// worth a word any more.
func (b *Base) deleteAll() {
	drop := func(e *Event) {
		b.remove(e)
		if e.shown {
			b.recordDel(e, b.rec.Now())
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
