package exams

import (
	"fmt"
	"strings"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

var workerAccepts = &grade.Misconception{
	ID:     "worker-accepts",
	Belief: "The thread that serves the client may as well accept it.",
	Truth: "The listener stays ready until somebody has accepted. Until the other thread gets to it, the loop that " +
		"watches the listener calls back again and again for one client, and counts each call. Accept in the " +
		"listener's own callback; what goes to a worker is the connection.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var listenerShared = &grade.Misconception{
	ID:     "listener-shared",
	Belief: "If all workers watch the listener, they share the clients.",
	Truth: "Each of them is told of each client, and one gets it: chance says which, so no turns can be kept. The others " +
		"have woken up for nothing; where the listener blocks, they sleep in accept, and their clients wait. Let one " +
		"thread accept, and hand each connection on.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var postedElsewhere = &grade.Misconception{
	ID:     "posted-elsewhere",
	Belief: "Inside a posted function I may add to any base.",
	Truth: "It runs on the thread of the base that it was posted to, so it may add to that one only: another refuses " +
		"(ErrOtherThread; Add returns it). Post to the base that will watch the connection. And it runs later: a " +
		"variable that says whose turn it is may say something else by then, so choose before you post.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var loopWasOver = &grade.Misconception{
	ID:     "loop-was-over",
	Belief: "A worker's loop waits until it gets something to do.",
	Truth: "Dispatch returns as soon as no event is pending, and a worker has none before its first client: its thread " +
		"was gone before anybody came. Loop with the flag NoExitOnEmpty stays.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var baseEach = &grade.Misconception{
	ID:     "base-each",
	Belief: "Each connection gets a base of its own, so nothing is shared.",
	Truth: "And a thread of its own, that sleeps in it: a thousand clients, a thousand threads, as without any loop. A " +
		"base has room for thousands of connections: each worker needs one, which it keeps.",
	Lesson: "03-one-base-per-thread", Section: "explain",
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
	conn := e.FD(func(f *world.FD) bool { return strings.HasPrefix(f.What, "TCP from ") })
	if conn == nil || conn.Added != 0 || conn.Closed != 0 {
		return nil
	}
	bases := e.World().Bases
	for i := range bases {
		if b := &bases[i]; b.Ran && b.Thread == 0 && b.Reason == trace.LoopNoEvents && b.Callbacks == 0 {
			return grade.Find(loopWasOver, fmt.Sprintf("the loop of %s had returned (no events left) before it got a client", b.Name), conn)
		}
	}
	posted := ""
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallbackBegin && r.Inside.Posted() && r.Time > conn.Opened {
			posted = e.World().BaseByNumber(r.Base).Name
		}
	})
	if posted != "" {
		return grade.Find(postedElsewhere, fmt.Sprintf("a function was posted to %s and has run there, and no event was added for %s",
			posted, conn.Name()), conn)
	}
	return nil
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
