package exams

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/diagnosis"
	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

var bellReadyMade = &grade.Misconception{
	ID:     "bell-ready-made",
	Belief: "Base.Post does all of this, so I need no bell.",
	Truth: "It does: it is a queue and a doorbell, which somebody else has built (lab/event/post.go). This exercise is about " +
		"building one: put the item into the queue, ring, and let the worker's event on the bell do the rest.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var noBell = &grade.Misconception{
	ID:     "no-bell",
	Belief: "A goroutine that waits for the items is a worker.",
	Truth: "It waits for that one thing. A worker's loop can wait for clients and timers as well, but only for fds: that is " +
		"why other threads ring a bell that is one. Let the worker's base watch it.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var channelFull = &grade.Misconception{
	ID:     "channel-full",
	Belief: "A channel is a queue.",
	Truth: "It is one of fixed size. When it is full, the send waits for the worker, and the dispatcher stops in its " +
		"callback, as with a pipe that blocks. Let the queue grow: a slice, under a lock that nobody holds for long.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var waitsForWorker = &grade.Misconception{
	ID:     "waits-for-worker",
	Belief: "The dispatcher may wait until its item is done.",
	Truth: "Then the two threads do what one could, and a busy worker stops the dispatcher, with all that it watches. Put the " +
		"item into the queue, ring, and return.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var pollsTheQueue = &grade.Misconception{
	ID:     "polls-the-queue",
	Belief: "A timer that looks every few milliseconds will find the items.",
	Truth: "It finds them late, and wakes the thread hundreds of times a second when there are none. A bell wakes it at the right " +
		"moment, and only then: an fd that the worker's loop watches, and that the dispatcher writes to.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var outOfOrder = &grade.Misconception{
	ID:     "out-of-order",
	Belief: "Each item is done by itself, so the order does not matter.",
	Truth: "They come in an order, and the program that reads what is printed relies on it. One thread does them, one after " +
		"the other, as they came: a question keeps those behind it waiting.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var ringsTooEarly = &grade.Misconception{
	ID:     "rings-too-early",
	Belief: "The item and the ring belong together, so their order does not matter.",
	Truth: "The worker is on another thread, and may run between any two lines of the dispatcher. If the dispatcher rings before the item " +
		"is in the queue, the worker finds an empty queue, and no ring is left for the item. First the item, under the lock, then " +
		"the ring.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var memoryUsedAgain = &grade.Misconception{
	ID:     "memory-used-again",
	Belief: "While I deal with the items of the queue, nobody else is there.",
	Truth: "The other thread is. Either the queue is changed without the lock, or what was taken out of it is still its memory: " +
		"after all := queue; queue = queue[:0] both are the same, and the next item is put over one that is not done yet. " +
		"Change the queue under the lock only, and leave it nil: append makes new memory. (go run -race names the lines.)",
	Lesson: "04-deferred-notify", Section: "explain",
}

var itemIsMark = &grade.Misconception{
	ID:     "item-is-mark",
	Belief: "This byte is no item: I can leave it out, or let it mean the end.",
	Truth: "Each byte is an item, and whoever types items ends each line with a newline. A mark for the end must be something that no item " +
		"can be: a value of its own in the queue (another type, or a number above 255), or a variable beside the queue, " +
		"under the same lock.",
	Lesson: "04-deferred-notify", Section: "explain",
}

// bellWorld is a dispatcher and a worker, with the two FIFOs that they hang on.
// Exercise 08 has the same.
type bellWorld struct {
	e              *grade.Examiner
	items, answers *grade.FIFO
}

func newWorld(e *grade.Examiner) *bellWorld {
	w := &bellWorld{e, e.FIFO("items"), e.FIFO("answers")}
	e.MayBeRefused(w.refused)
	e.Through(w.bell)
	e.Suspects(w.readyMade, w.dispatcherWaits, w.disorder, w.lateItem)
	e.Start(w.items.Path, w.answers.Path)
	return w
}

func (w *bellWorld) opened() {
	w.items.Opened()
	w.answers.Opened()
}

// gives gives the dispatcher items, and waits until it has handed them over.
func (w *bellWorld) gives(items string) {
	w.e.Due(items)
	w.items.Say(items)
	w.e.Await("the dispatcher takes the items that come, and goes back to its loop", func() bool {
		if w.items.Unread() > 0 {
			return false
		}
		f := w.items.FD()
		return f.Closed != 0 || f.InCallback == 0
	})
}

// asks makes the worker busy: it waits for an answer.
func (w *bellWorld) asks() {
	w.gives("?")
	w.e.Await("a question comes, and the worker waits for the answer", func() bool {
		call, _, blocked := diagnosis.Blocked(w.e.World(), w.answers.FD())
		return blocked && call.Call == world.CallRead
	})
}

// between lets each thread do what it can between two lines of the other, which no
// machine's luck would show every time. The worker stands before it reads the bell,
// and one more item comes.
func (w *bellWorld) between() {
	const reads = "an item comes just before the worker reads the bell: it is printed, too, with that callback or the next"
	w.e.Suspects(w.dispatcherWaits, func() *grade.Finding {
		last := bytesLast
		if w.bell().What == "eventfd" {
			last = numberLast
		}
		return w.left(last, "the worker stood before its read of the bell when %s was given; then it read, and %[1]s stayed in the queue")
	})
	if w.stands(w.bell(), w.e.HoldRead, world.BeforeRead) {
		w.e.Due("y")
		w.items.Say("y")
		w.e.Settled() // it is in the queue, unless the worker has the lock
	}
	w.e.Release()
	w.e.Answered(reads)

	const meanwhile = "items come while the worker does others that it has taken out of the queue: all are printed, in order"
	w.e.Suspects(w.dispatcherWaits)
	w.e.Means(grade.Noise, memoryUsedAgain)
	if w.stands(w.bell(), w.e.HoldRead, world.BeforeRead) {
		w.e.Due("?defgh")
		w.items.Say("?defgh")
		w.e.Settled()
		w.e.Release()
		w.e.Await(meanwhile, func() bool {
			call, _, blocked := diagnosis.Blocked(w.e.World(), w.answers.FD())
			return blocked && call.Call == world.CallRead
		})
		w.gives("ijklm")
		w.answers.Say("!")
	}
	w.e.Release()
	w.e.Answered(meanwhile)
	w.e.Means(grade.Noise, nil)
}

// beforeNextLine lets the worker answer the bell before the dispatcher's next line: the
// dispatcher stands when it has rung.
func (w *bellWorld) beforeNextLine() {
	const rings = "the worker answers the bell before the dispatcher's next line: the item is printed all the same"
	w.e.Suspects(w.dispatcherWaits, func() *grade.Finding {
		return w.left(ringsTooEarly, "the dispatcher had written to the bell for %s, and the worker answered the bell before the dispatcher went on: %[1]s stayed in the queue")
	})
	if w.stands(w.ring(), w.e.HoldWrite, world.AfterWrite) {
		w.e.Settled()
	}
	w.e.Release()
	w.e.Answered(rings)
	w.e.Suspects(w.dispatcherWaits, w.disorder, w.lateItem)
}

// left looks whether the last item is missing, and the program sleeps. saw says what
// has happened, with the item.
func (w *bellWorld) left(m *grade.Misconception, saw string) *grade.Finding {
	got, due := w.e.Printed(), w.e.IsDue()
	if w.e.Ended() || len(got) >= len(due) || due[:len(got)] != got || w.items.Unread() > 0 {
		return nil
	}
	return grade.Find(m, fmt.Sprintf(saw, strconv.Quote(due[len(got):])), w.items.FD(), w.bell(), w.ring()).
		Decides(grade.LastCall(w.bell(), world.CallRead))
}

// stands gives items until a thread stands at a call on the fd. ok is false if
// none does: the bell may be heard by other means.
func (w *bellWorld) stands(bell *world.FD, hold func(*world.FD), at world.HeldAt) (ok bool) {
	const expected = "an item comes, and the worker prints it"
	hold(bell)
	for range 10 { // the first may come before the gate is closed
		w.e.Due("x")
		w.items.Say("x")
		w.e.Await(expected, func() bool { return w.e.HeldThere(at) || w.e.Printed() == w.e.IsDue() })
		if w.e.HeldThere(at) {
			return true
		}
	}
	return false
}

// ring returns the end of the bell that the dispatcher writes: an eventfd has one for
// both.
func (w *bellWorld) ring() *world.FD {
	bell := w.bell()
	if bell.Peer != trace.NoFD {
		if other := w.e.World().FDByNumber(bell.Peer); other != nil {
			return other
		}
	}
	return bell
}

// refused is how often the bell may refuse a ring: once for each item.
func (w *bellWorld) refused(f *world.FD) int64 {
	if items := w.items.FD(); items != nil {
		return items.BytesIn
	}
	return 0
}

// many gives a free worker many items, which it takes while more are put in: so
// an order of ring and item that only chance shows has many chances to show.
func (w *bellWorld) many() {
	w.anyByte()
	w.between()
	const expected = "many items come, the worker is free and takes them while more come, and it prints them all, in order"
	w.e.Suspects(w.dispatcherWaits, w.lateItem)
	w.e.Means(grade.Unanswered, ringsTooEarly)
	w.e.Means(grade.Noise, memoryUsedAgain)
	for range 20 {
		w.gives(letters(0, 500))
		w.e.Answered(expected)
	}
	w.e.Means(grade.Unanswered, nil)
	w.e.Means(grade.Noise, nil)
	w.e.Suspects(w.dispatcherWaits, w.disorder, w.lateItem)
}

// ends ends the items while the worker is busy, with some left to do.
func (w *bellWorld) ends() {
	w.asks()
	w.gives("bye")
	w.e.Suspects(w.dispatcherWaits, w.disorder, w.closedBell, w.overtaken, w.lateItem)
	w.items.End()
	w.e.Await("the FIFO of the items ends, and the dispatcher closes it", func() bool { return w.items.FD().Closed != 0 })
	w.answers.Say("!")
	w.e.Answered("the items ended while the worker was busy; when it is free, it prints those that are left")
	w.e.Ends("the FIFO of the items has ended: both loops return, and all is closed", grade.NoEventsLeft)
}

// ringsItself requires that nobody but the dispatcher has written to the bell.
func (w *bellWorld) ringsItself() {
	own := uint32(0)
	others := map[uint32]bool{}
	var ring *world.FD
	w.e.Each(func(r *world.Entry) {
		switch {
		case (r.Kind == trace.CallEnd || r.Kind == trace.CallBegin) && r.Call == world.CallRead && r.FD == w.items.FD().Number:
			own = r.Thread
		case r.Kind == trace.CallBegin && r.Call == world.CallWrite && r.Thread != own:
			others[r.Thread] = true
			ring = w.e.FD(func(f *world.FD) bool { return f.Number == r.FD })
		}
	})
	w.e.Require(len(others) == 0, "the dispatcher rings the bell itself, and does not wait", goroutineWaits,
		fmt.Sprintf("%d other threads have rung it, or wait to", len(others)), ring)
}

// bell returns what the worker's loop watches.
func (w *bellWorld) bell() *world.FD {
	return w.e.FD(func(f *world.FD) bool { return f.Callbacks > 0 && f != w.items.FD() })
}

// hasBell requires that the worker's loop watches something, and that nothing
// else has brought it the items.
func (w *bellWorld) hasBell() {
	const expected = "an item goes into the queue, and the bell calls the worker"
	w.e.RuleOut(expected, w.readyMade())
	if w.bell() == nil {
		ticks := 0
		w.e.Each(func(r *world.Entry) {
			if timerBegins(r) {
				ticks++
			}
		})
		if ticks > 0 {
			w.e.RuleOut(expected, grade.Find(pollsTheQueue, fmt.Sprintf("the items were printed, no loop watches an fd for them, and a timer's callback ran %d times", ticks),
				w.items.FD()).Decides(timerBegins))
		}
	}
	w.e.Require(w.bell() != nil, expected, noBell, "the items were printed, and no loop has called a callback for it")
}

// readyMade looks whether functions are posted in the place of items.
func (w *bellWorld) readyMade() *grade.Finding {
	n := w.posted()
	if n == 0 {
		return nil
	}
	return grade.Find(bellReadyMade, fmt.Sprintf("functions were posted to the worker's loop, and %d of them have run", n), w.items.FD())
}

// bellOnly requires that the end came as the items did.
func (w *bellWorld) bellOnly() {
	const expected = "the end comes to the worker as the items do: by the queue and the bell"
	w.e.Require(w.posted() == 0, expected, endOvertakes,
		"a function was posted to the worker's loop: that is a second bell, and nothing says which of two bells is heard first", w.bell())
	for _, f := range w.e.World().FDs {
		w.e.Require(f.Callbacks == 0 || f == w.items.FD() || f == w.bell(), expected, endOvertakes,
			"the worker's loop watched two fds, and nothing says which of two bells is heard first", f, w.bell())
	}
}

// posted returns how many posted functions have run.
func (w *bellWorld) posted() (n int) {
	w.e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallbackBegin && r.Inside.Posted() {
			n++
		}
	})
	return n
}

// fillsUp requires that the bell was as large as pipes are.
func (w *bellWorld) fillsUp(room int) {
	for _, f := range w.e.World().FDs {
		held := f.BytesOut - w.bell().BytesIn
		w.e.Require(held <= max(int64(room), 1<<16), fmt.Sprintf("a pipe has room for %d bytes: it is full, and the dispatcher goes on", room), largerPipe,
			fmt.Sprintf("%d bytes wait in the pipe: it was made larger", held), f)
	}
}

// dispatcherWaits looks whether the dispatcher stands still in its callback,
// and what for.
func (w *bellWorld) dispatcherWaits() *grade.Finding {
	items, answers := w.items.FD(), w.answers.FD()
	if items == nil || answers == nil || answers.Blocked == 0 {
		return nil // the worker is not busy: the grader knows what to say
	}
	wait, at, yes := w.e.Detained(items)
	if !yes || wait == "" {
		return nil
	}
	saw := fmt.Sprintf("the worker waits for an answer, and the dispatcher's callback does not return: it waits, too (%s, %s)", wait, at)
	switch {
	case strings.HasPrefix(wait, "sync.Mutex") || strings.HasPrefix(wait, "sync.RWMutex"):
		return grade.Find(lockHeld, fmt.Sprintf("the worker waits for an answer and holds the lock; the dispatcher's callback waits for "+
			"that lock (%s, %s)", wait, at), items, answers)
	case wait == "sleep" && w.bell() != nil && w.ring().NoRoom.Now > 0:
		return grade.Find(ringsUntilHeard, fmt.Sprintf("a write to the bell found no room (EAGAIN), and the dispatcher's callback sleeps (time.Sleep, %s) to try again",
			at), items, w.ring()).Decides(grade.Refused(w.ring(), world.CallWrite))
	case wait == "chan send":
		return grade.Find(channelFull, saw, items, answers)
	}
	return grade.Find(waitsForWorker, saw, items, answers)
}

// disorder looks whether all that was printed was due, but in another order.
func (w *bellWorld) disorder() *grade.Finding {
	got, due := w.e.Printed(), w.e.IsDue()
	if strings.HasPrefix(due, got) {
		return nil
	}
	left := map[byte]int{}
	for _, item := range []byte(due) {
		left[item]++
	}
	for _, item := range []byte(got) {
		if left[item]--; left[item] < 0 {
			return nil // it is no item, or was printed twice
		}
	}
	at := 0
	for got[at] == due[at] {
		at++
	}
	return grade.Find(outOfOrder, fmt.Sprintf("%d items were printed in their order; then came %q, and it was the turn of %q",
		at, got[at:at+1], due[at:at+1]), w.items.FD(), w.bell(), w.answers.FD())
}

// skipped returns the items that were not printed while those behind them were, all in order;
// "" if it is not so.
func (w *bellWorld) skipped() string {
	got, due := w.e.Printed(), w.e.IsDue()
	if strings.HasPrefix(due, got) {
		return ""
	}
	var missing []byte
	for _, item := range []byte(due) {
		switch {
		case got == "": // not yet
			return string(missing)
		case got[0] == item:
			got = got[1:]
		default:
			missing = append(missing, item)
		}
	}
	if got != "" {
		return "" // something was printed that was not due
	}
	return string(missing)
}

// leavesOut looks whether some bytes are no items to the program.
func (w *bellWorld) leavesOut() *grade.Finding {
	missing := w.skipped()
	if missing == "" || strings.ContainsAny(w.e.Printed(), missing) { // or it comes later: see disorder
		return nil
	}
	return grade.Find(itemIsMark, fmt.Sprintf("%.20q was not printed, and what came after it was", missing), w.items.FD(), w.bell())
}

// overtaken looks whether the worker's loop has returned by itself with items left.
func (w *bellWorld) overtaken() *grade.Finding {
	got, due, bell := w.e.Printed(), w.e.IsDue(), w.bell()
	if !w.e.Ended() || len(got) >= len(due) || due[:len(got)] != got || w.e.World().Returned.Reason != trace.LoopNoEvents {
		return nil
	}
	return grade.Find(endOvertakes, fmt.Sprintf("the worker deleted its event, its loop returned, and %.40q was not done", due[len(got):]), bell, w.answers.FD()).
		Decides(grade.Deleted(bell))
}

// stranded says how items could stay in the queue without a byte: in the
// callback that got the answer, was the bell read before it, or after?
func (w *bellWorld) stranded() *grade.Misconception {
	why := oneItemARing
	bell, answers := w.bell().Number, w.answers.FD().Number
	var answered int64 // the last callback that got an answer
	w.e.Each(func(r *world.Entry) {
		if r.Kind != trace.CallEnd || r.Call != world.CallRead {
			return
		}
		switch r.FD {
		case answers:
			answered = r.Inside.Number
		case bell:
			if answered != 0 && r.Inside.Number == answered {
				why = bytesLast
			}
		}
	})
	return why
}

// lateItem looks whether just one item is missing, the last, and comes when one
// more is given: it lay in the queue, and the worker had been called for it too
// early.
func (w *bellWorld) lateItem() *grade.Finding {
	got, due := w.e.Printed(), w.e.IsDue()
	if w.e.Ended() || len(got) != len(due)-1 || due[:len(got)] != got || w.bell() == nil || w.answers.FD().Blocked > 0 {
		return nil
	}
	w.e.Aftermath(func() { w.gives("z") })
	if len(w.e.Printed()) == len(got) {
		return nil
	}
	return grade.Find(ringsTooEarly, fmt.Sprintf("the bell was rung and read, and %q was not printed: it lay in the queue until the bell was rung once more",
		due[len(got):]), w.items.FD(), w.bell())
}

// anyByte requires that each byte is an item, whatever it is: whoever types the items
// ends each line with one.
func (w *bellWorld) anyByte() {
	const items = "a line\nand one more:\n\t0123456789 AZaz !\"#$%&'()*+,-./;<=>@[\\]^_`{|}~\n"
	const expected = "each byte is an item, also the end of a line, and the worker prints them all"
	for _, m := range []*grade.Misconception{grade.EndedEarly, grade.BrokenOff, grade.Unanswered, grade.NotWatched, grade.MainReturned, grade.DoesNotEnd, grade.Stuck} {
		w.e.Means(m, itemIsMark)
	}
	w.e.Means(grade.Noise, memoryUsedAgain)
	w.e.Suspects(w.dispatcherWaits, w.leavesOut, w.disorder, w.lateItem)
	w.gives(items)
	w.e.Answered(expected)
	w.e.Means(grade.Noise, nil)
	for _, m := range []*grade.Misconception{grade.EndedEarly, grade.BrokenOff, grade.Unanswered, grade.NotWatched, grade.MainReturned, grade.DoesNotEnd, grade.Stuck} {
		w.e.Means(m, nil)
	}
}

// letters returns n items of an endless row, from number first on.
func letters(first, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteByte(byte('a' + (first+i)%26))
	}
	return b.String()
}

// roomOfAPipe measures how many writes of one byte a pipe takes here.
func roomOfAPipe() (n int) {
	var p [2]int
	if unix.Pipe(p[:]) != nil {
		return 1 << 16
	}
	defer unix.Close(p[0])
	defer unix.Close(p[1])
	unix.SetNonblock(p[1], true)
	for {
		switch _, err := unix.Write(p[1], []byte{'c'}); err {
		case nil:
			n++
		case unix.EINTR:
		default:
			return n
		}
	}
}
