package exams

import (
	"fmt"
	"strings"
	"time"

	"fdlab/lab/diagnosis"
	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

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
			return grade.Find(queueUnsafe, fmt.Sprintf("as many items were printed as came, and not the same: %d times %q, which came %d times",
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
	begins := func(r *world.Entry) bool { return r.Kind == trace.CallbackBegin && r.FD == items.Number }
	asked := func(r *world.Entry) bool {
		return r.Kind == trace.CallBegin && r.Call == world.CallRead && r.FD == answers.Number
	}
	saw := fmt.Sprintf("the worker waits for an answer, and the dispatcher's callback does not return: it waits, too (%s, %s)", wait, at)
	switch {
	case strings.HasPrefix(wait, "sync.Mutex") || strings.HasPrefix(wait, "sync.RWMutex"):
		return grade.Find(lockHeld, fmt.Sprintf("the worker waits for an answer and holds the lock; the dispatcher's callback waits for "+
			"that lock (%s, %s)", wait, at), items, answers).Decides(begins, asked)
	case wait == "sleep":
		return grade.Find(ringsUntilHeard, fmt.Sprintf("a write to the bell found no room (EAGAIN), and the dispatcher's callback sleeps (time.Sleep, %s) to try again",
			at), items, w.ring()).Decides(grade.Refused(w.ring(), world.CallWrite))
	case wait == "chan send":
		return grade.Find(channelFull, saw, items, answers).Decides(begins, asked)
	}
	return grade.Find(waitsForWorker, saw, items, answers).Decides(begins, asked)
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
	if waits := w.ring().BytesOut - w.bell().BytesIn; waits >= 1<<15 { // the program may count them itself
		return grade.Find(stopsReading, fmt.Sprintf("%s: %d bytes wait in the bell, and the event on the FIFO was deleted", saw, waits), items, w.ring()).
			Decides(grade.Deleted(items))
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
		return grade.Find(itemLost, skippedItems(missing)+" not printed, and later items were", w.items.FD(), w.bell(), w.answers.FD())
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
	if f := w.elsewhere(); f != nil {
		return f
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
	return grade.Find(m, fmt.Sprintf("the worker deleted its event, its loop returned, and %s was not printed", grade.Excerpt(missing)), bell, w.answers.FD()).
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
