package exams

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fdlab/lab/diagnosis"
	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// left looks whether the last item lies in the queue, and the program sleeps. saw says what
// has happened, with the item.
func (w *bellWorld) left(m *grade.Misconception, saw string) *grade.Finding {
	missing, read := w.missing(), grade.LastCall(w.bell(), world.CallRead) // before anything else is read
	if w.oneMore() != inQueue {
		return nil
	}
	return grade.Find(m, fmt.Sprintf(saw, strconv.Quote(missing)), w.items.FD(), w.bell(), w.ring()).Decides(read)
}

// oneMore gives one more item, and tells what becomes of those that are missing, if just the last are: they are
// gone, if what comes next is printed in their place, or were left in the queue, if some of them are. Else it is unknown.
// Whatever it is, the trial is at its end: what was missing before stays in w.lacks.
func (w *bellWorld) oneMore() fate {
	const more = "." // no letter
	if w.lacks != "" {
		return w.fate
	}
	got, missing := w.e.Printed(), w.e.Missing()
	if w.e.Ended() || missing == "" || w.items.Unread() > 0 || w.bell() == nil || w.bell().InCallback > 0 || w.answers.FD().Blocked > 0 {
		return unknown
	}
	w.lacks = missing
	w.e.Aftermath(func() { w.gives(more) })
	switch now := w.e.Printed(); {
	case now == got+more:
		w.fate = gone
	case strings.HasPrefix(now, got+missing[:1]):
		w.fate = inQueue
	}
	return w.fate
}

// missing is what is due and not printed; once one more item was given, what was so before.
func (w *bellWorld) missing() string { return cmp.Or(w.lacks, w.e.Missing()) }

// fate is what became of items that were not printed.
type fate int

const (
	unknown fate = iota
	gone         // they are not in the queue any more
	inQueue      // they came with a later ring
)

// stray looks what has become of items that are missing, though the worker does nothing any more.
func (w *bellWorld) stray() *grade.Finding { return w.strayed(ringSpent) }

// strayed is stray; left says what is told if they lie in the queue.
func (w *bellWorld) strayed(left *grade.Misconception) *grade.Finding {
	missing, bell := w.missing(), w.bell()
	if bell == nil || bell.Reads == 0 || missing == "" {
		return nil
	}
	if _, spins := diagnosis.Spins(bell, diagnosis.Ever); spins {
		return nil
	}
	is, rest := "was", "it"
	if len(missing) > 1 {
		is, rest = "were", "they"
	}
	read := grade.LastCall(bell, world.CallRead)
	switch w.oneMore() {
	case gone:
		lost := itemLost
		if w.itemsInBell() {
			lost = bellIsQueue
		}
		return grade.Find(lost, fmt.Sprintf("%.20q %s not printed, and what came next was: %s %s not in the queue", missing, is, rest, is), w.items.FD(), bell).
			Decides(read)
	case inQueue:
		return grade.Find(left, fmt.Sprintf("the bell was read, and %.20q %s not printed; with the next ring, what lay in the queue came", missing, is),
			w.items.FD(), bell, w.ring()).Decides(read)
	}
	if n, _ := w.notRungFor(); w.lacks != "" && n > 0 && w.items.FD().InCallback == 0 {
		return grade.Find(ringNotNeeded, fmt.Sprintf("the bell was read, and %.20q %s not printed; one more item came, and the bell was not rung for that", missing, is),
			w.items.FD(), bell, w.ring()).Decides(read)
	}
	return nil
}

// withoutByte looks whether items are missing for which a byte was refused, and whether they are still in the queue.
func (w *bellWorld) withoutByte() *grade.Finding {
	ring, missing := w.ring(), w.missing()
	if w.bell() == nil || ring.NoRoom.Most == 0 || w.itemsInBell() || int64(len(missing)) != w.items.FD().BytesIn-ring.BytesOut {
		return nil
	}
	saw := fmt.Sprintf("%d items have come, and for %d of them the write to the bell gave EAGAIN; the last %[2]d were not printed", w.items.FD().BytesIn, len(missing))
	last := grade.Refused(ring, world.CallWrite)
	switch w.oneMore() {
	case gone:
		return grade.Find(itemTakenBack, saw+", and what came next was: they are not in the queue", ring).Decides(last)
	case inQueue:
		return grade.Find(asManyAsBytes, saw+", and some of them were with the next byte: they were in the queue", ring).Decides(last)
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
		if printed[item] > came[item] && came[item] > 0 {
			return grade.Find(memoryUsedAgain, fmt.Sprintf("as many items were printed as came, and not the same: %d times %q, which came %d times",
				printed[item], []byte{byte(item)}, came[item]), w.items.FD(), w.bell(), w.answers.FD())
		}
	}
	return nil
}

// printsOn waits until the worker is in no callback, or waits for an answer, and no more is printed.
func (w *bellWorld) printsOn() {
	const pause = 20 * time.Millisecond
	before, same := -1, 0
	for end := time.Now().Add(5 * time.Second); same < 10 && time.Now().Before(end); w.e.Pause(pause) {
		now, bell := len(w.e.Printed()), w.bell()
		if same++; now != before || bell != nil && bell.InCallback > 0 && w.answers.FD().Blocked == 0 {
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
	case wait == "sleep" && (w.bell() == nil || w.ring().NoRoom.Now == 0):
		return grade.Find(grade.Starved, fmt.Sprintf("the dispatcher's callback sleeps (time.Sleep, %s)", at), items)
	}
	saw := fmt.Sprintf("the worker waits for an answer, and the dispatcher's callback does not return: it waits, too (%s, %s)", wait, at)
	switch {
	case strings.HasPrefix(wait, "sync.Mutex") || strings.HasPrefix(wait, "sync.RWMutex"):
		return grade.Find(lockHeld, fmt.Sprintf("the worker waits for an answer and holds the lock; the dispatcher's callback waits for "+
			"that lock (%s, %s)", wait, at), items, answers)
	case wait == "sleep":
		return grade.Find(ringsUntilHeard, fmt.Sprintf("a write to the bell found no room (EAGAIN), and the dispatcher's callback sleeps (time.Sleep, %s) to try again",
			at), items, w.ring()).Decides(grade.Refused(w.ring(), world.CallWrite))
	case wait == "chan send":
		return grade.Find(channelFull, saw, items, answers)
	}
	return grade.Find(waitsForWorker, saw, items, answers)
}

// deaf looks whether the dispatcher does not take what comes, though it is in no callback, while the worker waits for an answer.
func (w *bellWorld) deaf() *grade.Finding {
	items, answers := w.items.FD(), w.answers.FD()
	if w.e.Ended() || items == nil || answers == nil || answers.Blocked == 0 || w.items.Unread() == 0 || items.InCallback > 0 || w.bell() == nil {
		return nil
	}
	saw := fmt.Sprintf("the worker waits for an answer, and %d bytes of FIFO items were not read", w.items.Unread())
	switch {
	case items.Watched() != 0:
		return grade.Find(grade.Stuck, saw, items)
	case diagnosis.HasFired(items):
		return grade.Find(grade.OneShot, saw+": its event fired once and is no longer pending", items)
	case w.ring().NoRoom.Most > 0:
		return grade.Find(stopsReading, saw+": a write to the bell gave EAGAIN, and no event is pending on the FIFO now", items, w.ring()).Decides(grade.Deleted(items))
	}
	return grade.Find(grade.WatchedNoMore, saw+": its event was deleted", items).Decides(grade.Deleted(items))
}

// ringsAgain reports whether the bell has refused more rings than there are items without one: some were
// tried again.
func (w *bellWorld) ringsAgain() bool {
	return w.bell() != nil && w.ring().NoRoom.Now > w.items.FD().BytesIn-w.ring().BytesOut
}

// disorder looks whether all that was printed was due, but in another order.
func (w *bellWorld) disorder() *grade.Finding {
	if strings.HasPrefix(w.e.IsDue(), w.e.Printed()) {
		return nil
	}
	w.printsOn()
	got, due := w.e.Printed(), w.e.IsDue()
	if missing := w.skipped(); missing != "" && w.answers.FD().Blocked == 0 { // else they may wait for the answer
		return grade.Find(itemLost, fmt.Sprintf("%.20q was not printed, and what came after it was", missing), w.items.FD(), w.bell(), w.answers.FD())
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

// marked looks whether the next item that is due is one that the program has never printed, and it
// has ended, its worker listens no more, or what comes behind that item is printed with the next ring.
func (w *bellWorld) marked() *grade.Finding {
	got, missing, bell := w.e.Printed(), w.missing(), w.bell()
	if missing == "" || bell == nil || strings.IndexByte(got, missing[0]) >= 0 {
		return nil
	}
	item := []byte(missing[:1])
	switch {
	case w.e.EndedWell():
		return grade.Find(itemIsMark, fmt.Sprintf("%q was to be printed next, and the program has ended", item), bell)
	case w.e.Ended():
		return nil
	case bell.Watched() == 0 && w.returned() != 0:
		return grade.Find(itemIsMark, fmt.Sprintf("%q was to be printed next, and the worker's loop has returned", item), bell).Decides(grade.Deleted(bell))
	}
	read := grade.LastCall(bell, world.CallRead)
	if len(missing) > 1 && w.oneMore() != unknown { // it lay in the queue, or more than that is gone
		return nil
	}
	if now := w.e.Printed(); len(missing) > 1 && strings.HasPrefix(now, got+missing[1:2]) {
		return grade.Find(itemIsMark, fmt.Sprintf("%q was not printed, and the worker then left what came after it in the queue", item), bell).Decides(read)
	}
	return nil
}

// asRunes looks whether a byte was printed as a character in UTF-8.
func (w *bellWorld) asRunes() *grade.Finding {
	got, due := w.e.Printed(), w.e.IsDue()
	n := 0
	for n < len(got) && n < len(due) && got[n] == due[n] {
		n++
	}
	if n == len(due) || due[n] < 0x80 || !strings.HasPrefix(got[n:], string(rune(due[n]))) && got[n:] != string(rune(due[n]))[:1] {
		return nil
	}
	return grade.Find(byteAsRune, fmt.Sprintf("the byte %x was to be printed, and % x was", due[n:n+1], string(rune(due[n]))), w.items.FD(), w.bell())
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
	m := endLeavesItems
	if w.posted() > 0 {
		m = endOvertakes
	}
	return grade.Find(m, fmt.Sprintf("the worker deleted its event, its loop returned, and %.40q was not printed", missing), bell, w.answers.FD()).
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
	items, last := w.notRungFor()
	if items == 0 || int64(len(missing)) < items || bell.BytesIn < ring.BytesOut {
		return nil
	}
	if w.oneMore() == gone {
		return grade.Find(itemLost, fmt.Sprintf("%.20q was not printed, and what came next was: it is not in the queue", missing), w.items.FD(), bell).
			Decides(grade.Numbered(last))
	}
	return grade.Find(ringNotNeeded, fmt.Sprintf("%.20q was read last, the bell was not rung for that, and nothing was unread in it", missing[len(missing)-int(items):]), w.items.FD(), bell, ring).
		Decides(grade.Numbered(last))
}

// notRungFor returns how many items the dispatcher has read last, if it has not rung since, and the number of that record;
// 0 if it has rung.
func (w *bellWorld) notRungFor() (items int64, last uint64) {
	ring := w.ring()
	w.e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == w.items.FD().Number && r.A > 0:
			items, last = r.A, r.Seq
		case (r.Kind == trace.CallEnd || r.Kind == trace.CallBegin) && r.Call == world.CallWrite && r.FD == ring.Number:
			items = 0
		}
	})
	return items, last
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

// stranded says how items could stay in the queue without a byte, when left of five are missing: in the
// callback that got the answer, the bell was read after that; or several bytes were read, and one item taken.
func (w *bellWorld) stranded(left int) *grade.Misconception {
	why := ringSpent
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
	if why == ringSpent && left == 4 && !w.readsOne() {
		return oneItemARing
	}
	return why
}

// readsOne reports whether no read of the bell has given more than one byte.
func (w *bellWorld) readsOne() bool {
	most := int64(0)
	w.e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == w.bell().Number {
			most = max(most, r.A)
		}
	})
	return most <= 1
}
