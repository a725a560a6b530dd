package exams

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/diagnosis"
	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// bellWorld is a dispatcher and a worker, with the two FIFOs that they hang on.
// Exercise 08 has the same.
type bellWorld struct {
	e              *grade.Examiner
	items, answers *grade.FIFO

	lacks string // see oneMore: what was missing before that
	fate  fate
}

func newWorld(e *grade.Examiner) *bellWorld {
	w := &bellWorld{e: e, items: e.FIFO("items"), answers: e.FIFO("answers")}
	e.MayBeRefused(w.refused)
	e.Through(w.bell)
	e.Suspects(w.readyMade, w.dispatcherWaits, w.overwritten, w.disorder, w.notRung, w.stray, w.deaf)
	e.Start(w.items.Path, w.answers.Path)
	return w
}

// usually has the looks taken that fit most of the time.
func (w *bellWorld) usually() {
	w.e.Suspects(w.ringRefused, w.dispatcherWaits, w.overwritten, w.disorder, w.notRung, w.stray, w.deaf)
}

// ringRefused looks whether the program ended because the bell could not be rung once more.
func (w *bellWorld) ringRefused() *grade.Finding { return endedAtFull(w.e, ringIsError) }

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
		answers := w.answers.FD()
		w.e.Require(answers.Watched() == 0, "a question comes, and the worker is busy until the answer does: it waits in a read", answersByEvent,
			"an event was added on FIFO answers, and the worker's loop goes on", answers, w.bell())
		call, _, blocked := diagnosis.Blocked(w.e.World(), answers)
		return blocked && call.Call == world.CallRead
	})
}

// between lets each thread do what it can between two lines of the other, which no
// machine's luck would show every time. The worker stands before it reads the bell,
// and one more item comes. For what it returns see answeredByPhases.
func (w *bellWorld) between() (left int, question part) {
	const reads = "an item comes just before the worker reads the bell: it is printed, too, with that callback or the next"
	w.e.Suspects(w.dispatcherWaits, func() *grade.Finding {
		last := bytesLast
		if w.bell().What == "eventfd" {
			last = numberLast
		}
		return w.left(last, "the worker stood before its read of the bell when %s was given; then it read, and %[1]s was not printed: it came with the next ring")
	}, w.stray)
	if w.stands(w.bell(), w.e.HoldRead, world.BeforeRead) {
		w.e.Due("y")
		w.items.Say("y")
		w.e.Settled() // it is in the queue, unless the worker has the lock
	}
	w.e.Release()
	w.e.Answered(reads)

	const meanwhile = "items come while the worker does others that it has taken out of the queue: all are printed, in order"
	w.e.Suspects(w.dispatcherWaits, w.stray)
	w.e.Means(grade.Noise, queueUnsafe)
	if w.stands(w.bell(), w.e.HoldRead, world.BeforeRead) {
		w.e.Due("?defgh")
		w.items.Say("?defgh")
		w.e.Settled()
		queued := len(w.e.IsDue())
		if w.items.Unread() > 0 || w.items.FD().InCallback > 0 { // the worker has the lock: they are not in the queue
			queued = 0
		}
		w.e.Release()
		w.e.Await(meanwhile, func() bool {
			call, _, blocked := diagnosis.Blocked(w.e.World(), w.answers.FD())
			return blocked && call.Call == world.CallRead
		})
		w.gives("ijklm")
		w.gives(letters(0, 300))
		left, question = w.answeredByPhases(meanwhile, queued)
	}
	w.e.Release()
	w.e.Answered(meanwhile)
	w.e.Means(grade.Noise, nil)
	return left, question
}

// beforeNextLine lets the worker answer the bell before the dispatcher's next line: the
// dispatcher stands when it has rung.
func (w *bellWorld) beforeNextLine() {
	const rings = "the worker answers the bell before the dispatcher's next line: the item is printed all the same"
	w.e.Suspects(w.dispatcherWaits, func() *grade.Finding {
		return w.left(ringsTooEarly, "the dispatcher had written to the bell for %s, and the worker answered the bell before the dispatcher went on: %[1]s came with the next ring")
	}, w.stray)
	if w.stands(w.ring(), w.e.HoldWrite, world.AfterWrite) {
		w.e.Settled()
	}
	w.e.Release()
	w.e.Answered(rings)
	w.usually()
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
	if left, question := w.between(); w.bell().What != "eventfd" { // that one counts
		w.takesAll(left, question)
	}
	const expected = "many items come, the worker is free and takes them while more come, and it prints them all, in order"
	w.e.Suspects(w.dispatcherWaits, w.stray)
	w.e.Means(grade.Noise, queueUnsafe)
	for range 20 {
		w.gives(letters(0, 500))
		w.e.Answered(expected)
	}
	w.e.Means(grade.Noise, nil)
	w.usually()
}

// ringsItself requires that the worker has not written to the bell, and nobody but the dispatcher in a call that may wait.
func (w *bellWorld) ringsItself() {
	const expected = "the dispatcher rings the bell itself, and nobody waits for that"
	own, ring, bell := uint32(0), w.ring(), w.bell()
	others, inside := map[uint32]bool{}, uint64(0)
	w.e.Each(func(r *world.Entry) {
		switch {
		case r.Call == world.CallRead && r.FD == w.items.FD().Number && (r.Kind == trace.CallBegin || r.Kind == trace.CallEnd && r.A > 0):
			own = r.Thread // of equal calls that moved nothing, another thread may write the record
		case r.Call != world.CallWrite || r.FD != ring.Number || r.Thread == own:
		case r.Inside.Number != 0 && r.Inside.FD == bell.Number && r.Kind == trace.CallEnd && r.A > 0:
			inside = r.Seq
		case r.Kind == trace.CallBegin:
			others[r.Thread] = true
		}
	})
	if inside != 0 {
		w.e.RuleOut("one callback takes all items that are in the queue, and only the dispatcher rings", grade.Find(ringsForTheRest, "the callback of the bell has written to the bell", bell, ring).Decides(grade.Numbered(inside)))
	}
	w.e.Require(len(others) == 0, expected, goroutineWaits,
		fmt.Sprintf("threads that have rung the bell with a write that may wait, beside the dispatcher's: %d", len(others)), ring)
}

// ringsOnce requires that a ring that found no room is not tried again.
func (w *bellWorld) ringsOnce() {
	w.e.Slumber(100 * time.Millisecond)
	w.e.Require(!w.ringsAgain(), "a ring that finds no room is not tried again", ringsUntilHeard, fmt.Sprintf(
		"%d items have come, %d bytes were written to the bell, and %d writes gave EAGAIN", w.items.FD().BytesIn, w.ring().BytesOut, w.ring().NoRoom.Now), w.ring())
}

// bell returns what the worker's loop watches to be called for items: of several fds, the one that
// has called most often. (The dispatcher may watch the other end, to learn that it has room.)
func (w *bellWorld) bell() (bell *world.FD) {
	for _, f := range w.e.World().FDs {
		if f.Callbacks > 0 && f.Ever&trace.Readable != 0 && f != w.items.FD() && (bell == nil || f.Callbacks >= bell.Callbacks) {
			bell = f
		}
	}
	return bell
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
	w.e.Require(w.bell() != nil, expected, noBell, "the items were printed, and no worker's loop has called a callback")
}

const byTheBell = "the end comes to the worker as the items do: by the queue and the bell"

// notPosted requires that the end was not posted to the worker's loop.
func (w *bellWorld) notPosted() {
	if w.posted() > 0 {
		w.e.RuleOut(byTheBell, grade.Find(secondBell, "a function was posted to the worker's loop: that is a second bell, and nothing says which of two bells is heard first", w.bell()).
			Decides(func(r *world.Entry) bool { return r.Kind == trace.CallbackBegin && r.Inside.Posted() }))
	}
}

// bellOnly requires that the worker's loop watched no other fd than the bell.
func (w *bellWorld) bellOnly() {
	bell := w.bell()
	for _, f := range w.e.World().FDs {
		if f.Callbacks > 0 && f != bell && f.CalledBy == bell.CalledBy {
			w.e.RuleOut(byTheBell, grade.Find(secondBell, "the worker's loop watched two fds, and nothing says which of two bells is heard first", f, bell).
				Decides(func(r *world.Entry) bool { return r.Kind == trace.CallbackBegin && r.FD == f.Number }))
		}
	}
}

// listens requires that the dispatcher did not wait while nothing watched its FIFO, before that had ended.
func (w *bellWorld) listens() {
	items := w.items.FD()
	pending, added, ended := false, false, false
	var deaf *world.Entry
	thread := uint32(0)
	w.e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.WaitBegin && r.Thread == thread && added && !pending && !ended && deaf == nil:
			deaf = r
		case r.FD != items.Number || r.Time < items.Opened:
		case r.Kind == trace.Add:
			pending, added = true, true
		case r.Kind == trace.Del:
			pending = false
		case r.Kind == trace.CallbackBegin:
			thread = r.Thread
		case r.Kind == trace.CallEnd && r.Call == world.CallRead && r.A == 0 && r.B == 0:
			ended = true
		}
	})
	if deaf != nil {
		w.e.RuleOut("the pipe is full, and the dispatcher goes on reading items", grade.Find(stopsReading,
			"the dispatcher's loop waits, and no event is pending on the FIFO of the items, which has not ended", items, w.ring()).
			Decides(func(r *world.Entry) bool { return r.Kind == trace.Del && r.FD == items.Number && r.Seq < deaf.Seq }))
	}
}

// fillsUp requires that the bell was as large as pipes are.
func (w *bellWorld) fillsUp(room int) {
	for _, f := range w.e.World().FDs {
		held := f.BytesOut - w.bell().BytesIn
		w.e.Require(held <= max(int64(room), 1<<16), fmt.Sprintf("a pipe has room for %d bytes: it is full, and the dispatcher goes on", room), largerPipe,
			fmt.Sprintf("%d bytes wait in the pipe: it was made larger", held), f)
	}
}

// anyByte requires that each byte is an item, whatever it is: whoever types the items
// ends each line with one, and other bytes than text can come through a FIFO, too.
func (w *bellWorld) anyByte() {
	items := "a line\nand one more:\n"
	for b := range 256 {
		if b != '?' {
			items += string([]byte{byte(b)})
		}
	}
	const expected = "each byte is an item, also the end of a line, 0 and 255, and the worker prints them all"
	w.e.Means(grade.Noise, queueUnsafe)
	w.e.Suspects(w.dispatcherWaits, w.asRunes, w.leavesOut, w.marked, w.disorder, w.notRung, w.stray)
	w.gives(items)
	w.e.Answered(expected)
	w.e.Means(grade.Noise, nil)
	w.usually()
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
