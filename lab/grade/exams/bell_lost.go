package exams

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/diagnosis"
	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// What has become of items that were not printed.

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
	if w.e.Ended() || missing == "" || w.items.Unread() > 0 || w.bell() == nil || w.bell().InCallback > 0 || w.answers.FD().Blocked > 0 || w.items.Ended() {
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
	if ended := w.endedEarly(); ended != nil {
		return ended
	}
	if bell == nil || bell.Reads == 0 || missing == "" || w.itemsInBell() { // what the pipe has no room for is another matter
		return nil
	}
	if _, spins := diagnosis.Spins(bell, diagnosis.Ever); spins {
		return nil
	}
	is, rest := "was", "it"
	if len(missing) > 1 {
		is, rest = "were", "they"
	}
	read := w.e.RungFor(bell, len(w.e.Printed()))
	switch w.oneMore() {
	case gone:
		lost := itemLost
		if w.itemsInBell() {
			lost = bellIsQueue
		}
		return grade.Find(lost, fmt.Sprintf("%s %s not printed, and what came next was: %s %s not in the queue", grade.Excerpt(missing), is, rest, is), w.items.FD(), bell).
			Decides(read)
	case inQueue:
		return grade.Find(left, fmt.Sprintf("the bell was read, and %s %s not printed; with the next ring, the first of what lay in the queue came", grade.Excerpt(missing), is),
			w.items.FD(), bell, w.ring()).Decides(read)
	}
	if n, _ := w.notRungFor(); w.lacks != "" && n > 0 && w.items.FD().InCallback == 0 {
		return grade.Find(ringNotNeeded, fmt.Sprintf("the bell was read, and %s %s not printed; one more item came, and the bell was not rung for that", grade.Excerpt(missing), is),
			w.items.FD(), bell, w.ring()).Decides(read)
	}
	return nil
}

// endedEarly looks whether the worker has deleted its event, and its loop has returned, before the items have ended.
func (w *bellWorld) endedEarly() *grade.Finding {
	missing, bell, items := w.e.Missing(), w.bell(), w.items.FD()
	if w.e.Ended() || missing == "" || bell == nil || bell.Watched() != 0 || items.Ends.Most > 0 || w.returned() != trace.LoopNoEvents {
		return nil
	}
	m, saw, refused, last := workerEndsEarly, "", uint64(0), uint64(0) // reads of the bell
	w.e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == bell.Number {
			if last = r.Seq; r.B == int64(unix.EAGAIN) {
				refused = r.Seq
			}
		}
	})
	if refused == last && last != 0 {
		m, saw = grade.AgainIsEnd, "a read of the bell gave EAGAIN, and then "
	}
	return grade.Find(m, fmt.Sprintf("%sthe worker's event was deleted, and its loop returned; %s was not printed", saw, grade.Excerpt(missing)), bell, items).
		Decides(grade.Deleted(bell), func(r *world.Entry) bool { return r.Kind == trace.LoopEnd && r.Base == bell.CalledBy })
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
		return grade.Find(asManyAsBytes, saw+", and the first of them was with the next byte: they were in the queue", ring).Decides(last)
	}
	return nil
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
	return grade.Find(itemIsMark, skippedItems(missing)+" not printed, and later items were", w.items.FD(), w.bell())
}

// skippedItems names the items that are missing; they need not have come one after the other.
func skippedItems(missing string) string {
	if len(missing) == 1 {
		return fmt.Sprintf("%q was", missing)
	}
	return fmt.Sprintf("%d items, the first of them %q, were", len(missing), missing[:1])
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
		m := itemLost
		if w.itemsInBell() {
			m = bellIsQueue
		}
		return grade.Find(m, fmt.Sprintf("%s was not printed, and what came next was: it is not in the queue", grade.Excerpt(missing)), w.items.FD(), bell).
			Decides(grade.Numbered(last))
	}
	return grade.Find(ringNotNeeded, fmt.Sprintf("the dispatcher read %s and did not ring for that, and nothing was unread in the bell", grade.Excerpt(missing[len(missing)-int(items):])), w.items.FD(), bell, ring).
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
	return grade.Find(neverRung, fmt.Sprintf("%s was read, and nothing was written to the bell", grade.Excerpt(w.e.IsDue())), items, bell).Decides(grade.LastCall(items, world.CallRead))
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
