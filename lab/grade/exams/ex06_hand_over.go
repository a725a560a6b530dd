package exams

import (
	"cmp"
	"fmt"
	"strings"

	"fdlab/lab/diagnosis"
	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

var workerAccepts = &grade.Misconception{
	ID:     "worker-accepts",
	Belief: "Another thread may as well accept the client.",
	Truth: "The listener stays ready until the other thread gets to it, and only who accepts knows how many have come, and in which order. " +
		"Accept in the listener's own callback; what goes to a worker is the connection.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var listenerShared = &grade.Misconception{
	ID:     "listener-shared",
	Belief: "If several threads accept, they share the clients.",
	Truth:  "Chance says which of them gets a client, so no turns can be kept. Let one thread accept, and hand each connection on.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var postedElsewhere = &grade.Misconception{
	ID:     "posted-elsewhere",
	Belief: "Inside a posted function I may add to any base.",
	Guess:  true,
	Truth: "A posted function must add the event. It runs on the thread of the base that it was posted to, so it may add to that one only: another refuses " +
		"(ErrOtherThread; Add returns it). Choose the worker before you post, post to its base, and add to that one.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var postedInVain = &grade.Misconception{
	ID:     "posted-in-vain",
	Belief: "When the posted function has run, the worker has the connection.",
	Guess:  true,
	Truth: "A worker has a connection when an event is pending on it. The posted function makes one (NewEvent) and adds it (Add), " +
		"on the base whose thread it runs on: another base refuses it (ErrOtherThread; Add returns it).",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var closedUnserved = &grade.Misconception{
	ID:     "closed-unserved",
	Belief: "I can close the connection here.",
	Guess:  true,
	Truth: "When a connection is closed, it is closed for all threads of the process, and the client is served no more. The worker " +
		"closes it, when the client has ended. (An Add from another thread is refused: Post a function to the worker's base, " +
		"and let that add the event.)",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var firesForNothing = &grade.Misconception{
	ID:     "fires-for-nothing",
	Belief: "A timer that fires again and again does no harm.",
	Truth: "It wakes its thread again and again when there is nothing to do. Post wakes a worker when there is a connection for it, and " +
		"NoExitOnEmpty keeps its loop without a timer.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var foundLate = &grade.Misconception{
	ID:     "found-by-clock",
	Belief: "A timer that looks now and then finds the connection.",
	Truth: "It finds it late: the client waits for the clock, and the worker wakes up again and again when there is nothing to do. What is handed over " +
		"must end the worker's wait: Post does so, and so does a byte in a pipe that its loop watches.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var loopWasOver = &grade.Misconception{
	ID:     "loop-was-over",
	Belief: "A worker's loop waits until it gets something to do.",
	Guess:  true,
	Truth: "Dispatch returns as soon as no event is pending, as before a worker's first client or after its last one. Its loop is " +
		"over then, and nothing that is posted later runs. Loop with the flag NoExitOnEmpty stays.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var baseEach = &grade.Misconception{
	ID:     "base-each",
	Belief: "Each connection gets a base of its own, so nothing is shared.",
	Truth: "And a thread of its own, that sleeps in it: a thousand clients, a thousand threads, as without any loop. A " +
		"base has room for thousands of connections: each worker needs one, which it keeps.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var notHandedOn = &grade.Misconception{
	ID:     "not-handed-on",
	Belief: "A connection that was accepted will be served.",
	Guess:  true,
	Truth: "accept(2) gives a number to the thread that called it, and no loop knows of it. Hand it to its worker at once, whether others come or " +
		"not: Post a function to the worker's base, and let that function add the event. (An Add from another thread is refused; look at " +
		"what Add returns.)",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var closedByAcceptor = &grade.Misconception{
	ID:     "closed-by-acceptor",
	Belief: "The worker has the connection, so I close my own copy.",
	Truth: "There is no copy. After fork(2) two processes have an fd each; the threads of one process share one. When it is closed, it is closed for " +
		"all of them: the thread that serves the connection closes it, when it has ended.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var oneSlot = &grade.Misconception{
	ID:     "one-slot",
	Belief: "The worker takes a connection before the next one comes.",
	Truth: "A busy worker takes nothing for a while, and clients come meanwhile: if there is one place for the connection, the next one " +
		"overwrites it. Give each posted function a connection of its own, or keep them in a queue.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var waitsToHandOver = &grade.Misconception{
	ID:     "waits-to-hand-over",
	Belief: "The acceptor may wait until the worker takes the connection.",
	Guess:  true,
	Truth:  "While it waits, nobody else is accepted, though the other worker may be idle. Post puts the function into a list and returns at once.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var lockAround = &grade.Misconception{
	ID:     "lock-around",
	Belief: "With a lock around the whole callback, nothing can go wrong.",
	Truth: "Then whoever needs that lock waits while the callback reads or writes: here the acceptor, and with it all clients that come. Take a lock " +
		"for the few lines that touch shared memory. A connection that belongs to one thread needs none.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var postsFromGoroutine = &grade.Misconception{
	ID:     "handed-on-too-late",
	Belief: "The worker will still be there when the connection reaches it.",
	Truth: "It was told that nobody else would come before it had this connection, and it had no other, so its loop returned. Nothing says when " +
		"a goroutine runs: call Post in the acceptor's own thread. It returns at once, and what is posted before the end is run before it.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

// endedBefore looks whether a worker has ended while a connection was on its way to it.
func endedBefore(e *grade.Examiner) *grade.Finding {
	conn := newestConn(e)
	if e.Ended() || conn == nil || conn.Added != 0 || conn.Closed != 0 {
		return nil
	}
	serves := map[uint16]bool{} // the bases that have served somebody
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.Add && strings.HasPrefix(r.On, "TCP from ") {
			serves[r.Base] = true
		}
	})
	bases := e.World().Bases
	for i := range bases {
		if b := &bases[i]; serves[b.Number] && b.Freed > conn.Opened {
			return grade.Find(postsFromGoroutine, fmt.Sprintf("%s was accepted; then the loop of %s returned, its base was closed, and no event was added for it",
				conn.Name(), b.Name), conn)
		}
	}
	return nil
}

// foundByClock looks whether a timer has brought the connection to its worker: the event was added, in no posted function, when
// the loop had waited for a timeout and was told of nothing.
func foundByClock(e *grade.Examiner, c *grade.Client) *grade.Finding {
	f := c.FD()
	waits, over := map[uint16]bool{}, map[uint16]uint64{} // bases that wait with a timeout; the record in which it was over
	late := uint64(0)
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.WaitBegin:
			waits[r.Base] = r.B > 0
			delete(over, r.Base)
		case r.Kind == trace.WaitEnd && waits[r.Base] && r.A == 0:
			over[r.Base] = r.Seq
		case r.Kind == trace.Add && r.FD == f.Number && r.Time >= f.Opened && late == 0 && !r.Inside.Posted():
			late = over[r.Base]
		}
	})
	if late == 0 {
		return nil
	}
	return grade.Find(foundLate, fmt.Sprintf("client %s was accepted; its worker's loop waited until a timeout was over, and only then was an event added for it",
		c.Name), f).Decides(grade.Numbered(late))
}

// acceptorWaits looks whether the acceptor stands still in its callback, and what for.
func acceptorWaits(e *grade.Examiner) *grade.Finding {
	listener := e.FD(func(f *world.FD) bool { return f.Listens })
	wait, at, yes := e.Detained(listener)
	if !yes || wait == "" {
		return nil
	}
	served := e.FD(func(f *world.FD) bool { return f.InCallback > 0 && f.Closed == 0 && !f.Listens })
	switch lock := strings.HasPrefix(wait, "sync.Mutex") || strings.HasPrefix(wait, "sync.RWMutex"); {
	case wait == "sleep":
		return grade.Find(grade.Starved, fmt.Sprintf("the acceptor's callback sleeps (time.Sleep, %s)", at), listener)
	case lock && served != nil:
		return grade.Find(lockAround, fmt.Sprintf("the callback of %s has not returned, and the acceptor's callback waits for a lock (%s, %s)",
			served.Name(), wait, at), served, listener).
			Decides(func(r *world.Entry) bool {
				return r.Kind == trace.CallbackBegin && (r.FD == served.Number || r.FD == listener.Number)
			})
	case lock:
		return grade.Find(grade.NeverUnlocked, fmt.Sprintf("the acceptor's callback waits for a lock (%s, %s)", wait, at), listener)
	}
	return grade.Find(waitsToHandOver, fmt.Sprintf("a worker is busy, and the acceptor's callback does not return: it waits (%s, %s)", wait, at), listener)
}

// addedTwice returns a connection for which a second event was added before anything came of the first, or nil.
func addedTwice(e *grade.Examiner) (twice *world.FD) {
	added := map[int32]bool{}
	e.Each(func(r *world.Entry) {
		switch r.Kind {
		case trace.Open, trace.Del, trace.CallbackBegin:
			delete(added, r.FD)
		case trace.Add:
			if f := e.World().FDByNumber(r.FD); f != nil && added[r.FD] && r.Time > f.Opened {
				twice = f
			}
			added[r.FD] = r.FD >= 0
		}
	})
	return twice
}

// newestConn returns the connection that was accepted last, or nil.
func newestConn(e *grade.Examiner) *world.FD {
	return e.FD(isClient)
}

// acceptsWrong looks who accepts: the one thread whose loop watches the
// listener, inside its callback, or any one thread without a loop.
func acceptsWrong(e *grade.Examiner) *grade.Finding {
	listener := e.FD(func(f *world.FD) bool { return f.What == "TCP socket" })
	if listener == nil {
		return nil
	}
	loops, watching := map[uint16]bool{}, map[uint32]bool{}
	var outside []uint32 // threads that accepted, and not in the listener's callback
	told, inside, waiting, got, shared := 0, 0, 0, 0, false
	e.Each(func(r *world.Entry) {
		if r.FD != listener.Number {
			return
		}
		switch r.Kind {
		case trace.Add:
			loops[r.Base] = true
		case trace.CallbackBegin:
			watching[r.Thread] = true
			told++
		}
		if r.Call != world.CallAccept {
			return
		}
		switch r.Kind {
		case trace.CallBegin:
			waiting++ // whoever it is: a goroutine may begin a call on one thread and end it on another
			shared = shared || waiting > 1
		case trace.CallEnd:
			waiting = max(0, waiting-1)
			if r.A >= 0 {
				got++
			}
		}
		if r.Inside.Number != 0 && r.Inside.FD == listener.Number {
			inside++
		} else {
			outside = append(outside, r.Thread)
		}
	})
	if len(loops) > 1 {
		return grade.Find(listenerShared, fmt.Sprintf("%d loops watch the listener", len(loops)), listener)
	}
	for _, thread := range outside {
		if len(watching) == 1 && (!watching[thread] || inside == 0) {
			return grade.Find(workerAccepts, fmt.Sprintf("accept was called on thread %d%s, outside the listener's callback; that ran %d times, "+
				"and clients were accepted: %d", thread, runs(e, thread), told, got), listener)
		}
	}
	if shared {
		return grade.Find(listenerShared, "two threads were inside accept at the same time", listener)
	}
	return nil
}

// handedWrong looks what became of the newest connection that no event watches.
func handedWrong(e *grade.Examiner) *grade.Finding {
	conn := newestConn(e)
	if conn == nil {
		return nil
	}
	posted := ""
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallbackBegin && r.Inside.Posted() && r.Time > conn.Opened {
			posted = cmp.Or(e.World().BaseByNumber(r.Base).Name, "a base")
		}
	})
	outside := refusedOutside(e)
	if conn.Closed != 0 && conn.Reads == 0 && closer(e, conn) == acceptor(e) {
		m := closedUnserved
		switch {
		case posted != "":
			m = closedByAcceptor
		case outside != nil:
			m = addedFromOutside
		}
		return grade.Find(m, fmt.Sprintf("the thread that accepted %s has closed it, and nobody has read from it", conn.Name()), conn).
			Decides(grade.Closing(conn))
	}
	if conn.Added != 0 || conn.Closed != 0 {
		return nil
	}
	if other := diagnosis.Orphan(e.World(), conn.Number); other != nil {
		return grade.Find(grade.ClosedWatched, fmt.Sprintf("no event watches %s; its number was that of another fd: %s was closed while an event was pending on it",
			conn.Name(), other.Name()), conn, other)
	}
	listener := e.FD(func(f *world.FD) bool { return f.Listens })
	bases := e.World().Bases
	for i := range bases {
		b := &bases[i]
		if b.Ran && b.Thread == 0 && b.Reason == trace.LoopNoEvents && (listener == nil || b.Number != listener.CalledBy) {
			return grade.Find(loopWasOver, fmt.Sprintf("no event was added for %s, and the loop of %s had returned: no events were left", conn.Name(), b.Name), conn).
				Decides(func(r *world.Entry) bool { return r.Kind == trace.LoopEnd && r.Base == b.Number })
		}
	}
	if posted != "" {
		m := postedInVain
		if outside != nil {
			m = postedElsewhere
		}
		return grade.Find(m, fmt.Sprintf("a function was posted to %s and has run there, and no event was added for %s", posted, conn.Name()), conn).
			Decides(func(r *world.Entry) bool { return r.Kind == trace.CallbackBegin && r.Inside.Posted() })
	}
	if outside != nil {
		outside.FDs = append(outside.FDs, conn)
		return outside
	}
	if e.Ended() || conn.Reads > 0 || conn.Blocked > 0 || listener != nil && listener.InCallback > 0 {
		return nil
	}
	return grade.Find(notHandedOn, fmt.Sprintf("%s was accepted; since then no posted function has run on a worker, and no event was added for it", conn.Name()), conn)
}

// firedOnce looks whether an event was not added again when it had fired: that of a client, or the listener's.
func firedOnce(e *grade.Examiner) *grade.Finding {
	if e.Ended() {
		return nil
	}
	if f := e.FD(func(f *world.FD) bool { return f.Listens }); f != nil && f.Watched() == 0 {
		switch {
		case diagnosis.HasFired(f):
			return grade.Find(grade.OneShot, "the event on the listener fired once and is no longer pending", f)
		case f.Closed != 0:
			return grade.Find(grade.ListenerClosed, "the listener was closed, and a client wants to connect", f).Decides(grade.Closing(f))
		}
	}
	if f := e.FD(func(f *world.FD) bool {
		return isClient(f) && f.Closed == 0 && f.Watched() == 0 && f.InCallback == 0 && f.Ends.Most == 0 && diagnosis.HasFired(f)
	}); f != nil {
		return grade.Find(grade.OneShot, "the event on "+f.Name()+" fired once and is no longer pending", f)
	}
	return nil
}

// closer returns the thread that has closed the fd.
func closer(e *grade.Examiner, f *world.FD) (thread uint32) {
	is := grade.Closing(f)
	e.Each(func(r *world.Entry) {
		if is(r) {
			thread = r.Thread
		}
	})
	return thread
}

// lateBases returns how many bases were made after the first client was
// accepted.
func lateBases(e *grade.Examiner) (n int) {
	came := false
	e.Each(func(r *world.Entry) {
		came = came || r.Kind == trace.Open && strings.HasPrefix(r.Text, "TCP from ")
		if came && r.Kind == trace.BaseNew {
			n++
		}
	})
	return n
}

// readBy reports whether the thread has read from the fd.
func readBy(e *grade.Examiner, f *world.FD, thread uint32) (yes bool) {
	e.Each(func(r *world.Entry) {
		yes = yes || r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == f.Number && r.Time >= f.Opened && r.Thread == thread
	})
	return yes
}

// runs names the base whose loop the thread runs: " (worker 0)", or "".
func runs(e *grade.Examiner, thread uint32) string {
	bases := e.World().Bases
	for i := range bases {
		if bases[i].Thread == thread && bases[i].Name != "" {
			return " (" + bases[i].Name + ")"
		}
	}
	return ""
}
