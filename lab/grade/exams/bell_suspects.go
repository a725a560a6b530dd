package exams

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// left looks whether the last item is missing, and the program sleeps. saw says what
// has happened, with the item.
func (w *bellWorld) left(m *grade.Misconception, saw string) *grade.Finding {
	missing := w.e.Missing()
	if w.e.Ended() || missing == "" || w.items.Unread() > 0 {
		return nil
	}
	return grade.Find(m, fmt.Sprintf(saw, strconv.Quote(missing)), w.items.FD(), w.bell(), w.ring()).
		Decides(grade.LastCall(w.bell(), world.CallRead))
}

// oneMore gives one more item, and tells what becomes of those that are missing, if just the last are: they are
// gone, if what comes next is printed in their place, or were left in the queue, if some of them are. Else it is unknown.
func (w *bellWorld) oneMore() fate {
	const more = "." // no letter
	got, missing := w.e.Printed(), w.e.Missing()
	if w.e.Ended() || missing == "" || w.items.Unread() > 0 || w.bell() == nil || w.answers.FD().Blocked > 0 {
		return unknown
	}
	w.e.Aftermath(func() { w.gives(more) })
	switch now := w.e.Printed(); {
	case now == got+more:
		return gone
	case strings.HasPrefix(now, got+missing[:1]):
		return inQueue
	}
	return unknown
}

// fate is what became of items that were not printed.
type fate int

const (
	unknown fate = iota
	gone         // they are not in the queue any more
	inQueue      // they came with a later ring
)

// thrownAway looks whether items that came while the worker did others are gone, though it has read the bell
// since it did those.
func (w *bellWorld) thrownAway() *grade.Finding {
	missing := w.e.Missing()
	last, bell := int32(trace.NoFD), w.bell()
	w.e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallRead && r.A > 0 && (r.FD == bell.Number || r.FD == w.answers.FD().Number) {
			last = r.FD
		}
	})
	if last != bell.Number {
		return nil
	}
	left, read := w.stranded(), grade.LastCall(bell, world.CallRead) // before anything else is read
	switch w.oneMore() {
	case gone:
		return grade.Find(emptiedLate, fmt.Sprintf("%.20q came while the worker was busy, and was not printed; what came next was: it is not in the queue any more",
			missing), w.items.FD(), bell).Decides(read)
	case inQueue:
		return grade.Find(left, fmt.Sprintf("the bell was read, and %.20q was not printed; it came with the next ring: it had stayed in the queue", missing),
			w.items.FD(), bell).Decides(read)
	}
	return nil
}

// withoutByte looks whether items are missing for which a byte was refused, and whether they are still in the queue.
func (w *bellWorld) withoutByte() *grade.Finding {
	ring := w.ring()
	if w.bell() == nil || ring.NoRoom.Most == 0 || w.itemsInBell() {
		return nil
	}
	missing := w.e.Missing()
	last := grade.Refused(ring, world.CallWrite)
	switch w.oneMore() {
	case gone:
		return grade.Find(itemTakenBack, fmt.Sprintf("the last %d items were not printed, the writes to the bell gave EAGAIN at that time, and what came next was printed: "+
			"they are not in the queue any more", len(missing)), ring).Decides(last)
	case inQueue:
		return grade.Find(asManyAsBytes, fmt.Sprintf("the last %d items were not printed, the writes to the bell gave EAGAIN at that time, and some of them came with the next byte: "+
			"they were left in the queue", len(missing)), ring).Decides(last)
	}
	return nil
}

// overwritten looks whether as many items were printed as came, and not the same.
func (w *bellWorld) overwritten() *grade.Finding {
	if strings.HasPrefix(w.e.IsDue(), w.e.Printed()) {
		return nil
	}
	w.printsOn()
	got, due := w.e.Printed(), w.e.IsDue()
	if len(got) != len(due) {
		return nil
	}
	var came, printed [256]int
	for i := range due {
		came[due[i]]++
		printed[got[i]]++
	}
	for item := range came {
		if printed[item] > came[item] {
			return grade.Find(memoryUsedAgain, fmt.Sprintf("as many items were printed as came, and not the same: %d times %q, which came %d times",
				printed[item], []byte{byte(item)}, came[item]), w.items.FD(), w.bell(), w.answers.FD())
		}
	}
	return nil
}

// printsOn waits until the worker is in no callback, and no more is printed.
func (w *bellWorld) printsOn() {
	const pause = 20 * time.Millisecond
	before, same := -1, 0
	for end := time.Now().Add(5 * time.Second); same < 10 && time.Now().Before(end); w.e.Pause(pause) {
		now, bell := len(w.e.Printed()), w.bell()
		if same++; now != before || bell != nil && bell.InCallback > 0 {
			before, same = now, 0
		}
	}
}

// readyMade looks whether functions are posted in the place of items.
func (w *bellWorld) readyMade() *grade.Finding {
	n := w.posted()
	if n == 0 {
		return nil
	}
	return grade.Find(bellReadyMade, fmt.Sprintf("functions were posted to the worker's loop, and %d of them have run", n), w.items.FD())
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

// dispatcherWaits looks whether the dispatcher stands still in its callback,
// and what for.
func (w *bellWorld) dispatcherWaits() *grade.Finding {
	items, answers := w.items.FD(), w.answers.FD()
	if items == nil || answers == nil || answers.Blocked == 0 {
		return nil // the worker is not busy: the grader knows what to say
	}
	again := w.ringsAgain()
	wait, at, yes := w.e.Detained(items)
	switch {
	case !yes:
		return nil
	case wait == "" && again: // it was just awake
		return grade.Find(ringsUntilHeard, "writes to the bell found no room (EAGAIN), more often than items came, and the dispatcher's callback does not return",
			items, w.ring()).Decides(grade.Refused(w.ring(), world.CallWrite))
	case wait == "":
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

// ringsAgain reports whether the bell has refused more rings than there are items without one: some were
// tried again.
func (w *bellWorld) ringsAgain() bool {
	return w.bell() != nil && w.ring().NoRoom.Now > w.items.FD().BytesIn-w.ring().BytesOut
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

// marksEnd looks whether the worker has deleted its event and left items undone.
func (w *bellWorld) marksEnd() *grade.Finding {
	missing, bell := w.e.Missing(), w.bell()
	if missing == "" || bell == nil || bell.Watched() != 0 || w.returned() != trace.LoopNoEvents {
		return nil
	}
	return grade.Find(itemIsMark, fmt.Sprintf("%.20q was not printed: the worker has deleted its event, and its loop has returned", missing), bell).
		Decides(grade.Deleted(bell))
}

// leavesOut looks whether some bytes are no items to the program.
func (w *bellWorld) leavesOut() *grade.Finding {
	missing := w.skipped()
	if missing == "" {
		return nil
	}
	for _, item := range []byte(missing) {
		if strings.IndexByte(w.e.Printed(), item) >= 0 {
			return nil // or it comes later: see disorder
		}
	}
	return grade.Find(itemIsMark, fmt.Sprintf("%.20q was not printed, and what came after it was", missing), w.items.FD(), w.bell())
}

// notWaitedFor looks whether the program has ended while the worker waited for an answer. A thread that is blocked
// ends no program: main has returned, or called os.Exit.
func (w *bellWorld) notWaitedFor() *grade.Finding {
	answers := w.answers.FD()
	if !w.e.EndedWell() || answers == nil || answers.Blocked == 0 || w.e.World().Loops() == 0 {
		return nil
	}
	return grade.Find(grade.MainReturned, "the program has ended, and the worker was still waiting for an answer, inside its callback: "+
		"nothing has waited for its loop to return", w.bell(), answers).Decides(func(r *world.Entry) bool {
		return r.Kind == trace.CallBegin && r.Call == world.CallRead && r.FD == answers.Number
	})
}

// overtaken looks whether the worker's loop has returned by itself with items left.
func (w *bellWorld) overtaken() *grade.Finding {
	missing, bell := w.e.Missing(), w.bell()
	if !w.e.Ended() || missing == "" || bell == nil || w.returned() != trace.LoopNoEvents {
		return nil
	}
	return grade.Find(endOvertakes, fmt.Sprintf("the worker deleted its event, its loop returned, and %.40q was not done", missing), bell, w.answers.FD()).
		Decides(grade.Deleted(bell))
}

// returned says why the worker's loop has returned last.
func (w *bellWorld) returned() (why trace.Reason) {
	base := w.bell().CalledBy
	w.e.Each(func(r *world.Entry) {
		switch {
		case r.Base != base:
		case r.Kind == trace.LoopBegin:
			why = 0
		case r.Kind == trace.LoopEnd:
			why = r.Reason()
		}
	})
	return why
}

// notRung looks whether the dispatcher has read items, gone back to its wait, and not rung the
// bell for any of them, while nothing is unread in it.
func (w *bellWorld) notRung() *grade.Finding {
	missing, bell := w.e.Missing(), w.bell()
	if bell == nil {
		return w.neverRung()
	}
	if w.e.Ended() || missing == "" || w.items.Unread() > 0 || w.items.FD().InCallback > 0 {
		return nil
	}
	ring := w.ring()
	var items, rung int64 // of the last read, and how often the bell was rung since
	var last uint64
	w.e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == w.items.FD().Number && r.A > 0:
			items, rung, last = r.A, 0, r.Seq
		case (r.Kind == trace.CallEnd || r.Kind == trace.CallBegin) && r.Call == world.CallWrite && r.FD == ring.Number:
			rung++
		}
	})
	if items == 0 || rung > 0 || int64(len(missing)) < items || bell.BytesIn < ring.BytesOut {
		return nil
	}
	return grade.Find(ringNotNeeded, fmt.Sprintf("%.20q was read last, the bell was not rung for that, and nothing is unread in it", missing[len(missing)-int(items):]), w.items.FD(), bell, ring).
		Decides(grade.Numbered(last))
}

// neverRung looks whether the first items were read, and nothing was written to what the worker's loop watches.
func (w *bellWorld) neverRung() *grade.Finding {
	items := w.items.FD()
	bell := w.e.FD(func(f *world.FD) bool { return f != items && f != w.answers.FD() && f.Watched()&trace.Readable != 0 })
	if w.e.Ended() || items == nil || bell == nil || items.BytesIn == 0 || items.InCallback > 0 || w.items.Unread() > 0 || bell.BytesIn > 0 || bell.Queued > 0 {
		return nil
	}
	ring := bell
	if bell.Peer != trace.NoFD {
		ring = cmp.Or(w.e.World().FDByNumber(bell.Peer), bell)
	}
	if ring.BytesOut > 0 {
		return nil
	}
	return grade.Find(neverRung, fmt.Sprintf("%.20q was read, and nothing was written to the bell", w.e.IsDue()), items, bell).Decides(grade.LastCall(items, world.CallRead))
}

// itemsInBell reports whether what is written to the bell are the items themselves.
func (w *bellWorld) itemsInBell() bool {
	const enough = 8 // that it is by chance
	var written []byte
	ring := w.ring().Number
	w.e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallWrite && r.FD == ring && r.A > 0 && len(written) < enough {
			written = r.Data(written)
		}
	})
	return len(written) >= enough && strings.HasPrefix(w.e.IsDue(), string(written[:enough]))
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
	printed, missing := w.e.Printed(), w.e.Missing()
	if w.e.Ended() || len(missing) != 1 || w.bell() == nil || w.bell().Watched() == 0 || w.answers.FD().Blocked > 0 {
		return nil
	}
	w.e.Aftermath(func() { w.gives("z") })
	if w.e.Printed() == printed {
		return nil
	}
	return grade.Find(ringsTooEarly, fmt.Sprintf("the bell was rung and read, and %q was not printed: it lay in the queue until the bell was rung once more",
		missing), w.items.FD(), w.bell())
}
