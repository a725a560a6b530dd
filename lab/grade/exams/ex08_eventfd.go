package exams

import (
	"cmp"
	"fmt"
	"math/bits"

	"golang.org/x/sys/unix"

	"fdlab/lab/diagnosis"
	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// eventfdBell has the world of exercise 07. 300 items are more than a
// counter holds whose ones are in the wrong byte.
var eventfdBell = &grade.Exam{
	Exercise: "08-eventfd",
	Checks: []string{
		"the bell is rung",
		"five notifications, one number",
		"three hundred",
		"the end",
	},
	Starter:   eightBytes,
	Races:     true,
	LikeRaces: []*grade.Misconception{ringsTooEarly, ringSpent, ringNotNeeded, grade.Unanswered},
	Play: func(e *grade.Examiner) {
		e.Needs("linux", "eventfd(2)")
		w := newWorld(e)
		e.Suspects(w.readyMade, w.addsNothing, w.dispatcherWaits, w.disorder, w.notRung, w.stray)

		e.Check("the bell is rung")
		w.opened()
		for _, item := range "abc" {
			w.gives(string(item))
			w.eightBytes()
			e.Answered("an item comes, and the worker prints it")
		}
		w.hasBell()
		e.Calm("no item is left, and both loops sleep")
		e.Require(w.bell().What == "eventfd", "the worker's doorbell is an eventfd", stillAPipe,
			"its loop watches a "+w.bell().What, w.bell())
		rung, written := w.numbers(world.CallRead), w.numbers(world.CallWrite)
		const three = "three items were rung, and the numbers that were read add up to 3"
		e.Require(rung != swapped(3), three, byteOrder, fmt.Sprintf("they add up to %d: that is 3 in the other byte order", rung), w.bell())
		if written == 3 && rung > 3 {
			var first uint64
			w.onBell(func(r *world.Entry) {
				if first == 0 && r.Call == world.CallRead && r.A > 0 {
					first = r.Seq
				}
			})
			e.RuleOut(three, grade.Find(rungBefore, fmt.Sprintf("they add up to %d, and the numbers that were written to 3", rung), w.bell()).Decides(grade.Numbered(first)))
		}
		e.Require(rung >= 3, three, numberNotRead, fmt.Sprintf("they add up to %d", rung), w.bell())
		e.Require(rung == 3, three, bytesNotNumber, fmt.Sprintf("one read gave %d", w.mostRead()), w.bell())
		e.Calm("no item is left, and both loops sleep")
		w.beforeNextLine()

		e.Check("five notifications, one number")
		const expected = "five items come while the worker is busy; it reads 5, and its callback takes five"
		before, wrote := w.numbers(world.CallRead), w.numbers(world.CallWrite)
		w.asks()
		printed := len(e.Printed())
		w.gives("defgh")
		for range 5 { // a goroutine of the program may ring, and a little later
			if w.numbers(world.CallWrite)-wrote >= 6 {
				break
			}
			e.Settled()
		}
		e.Suspects(w.dispatcherWaits, w.overwritten, w.disorder, func() *grade.Finding { return w.fewer(printed, 5, wrote, before) }, w.notRung, w.stray)
		w.answers.Say("!")
		e.Calm(expected)
		e.Answered(expected)
		added := w.numbers(world.CallWrite) - wrote
		w.e.RuleOut(expected, w.putBack())
		if added < 6 {
			e.RuleOut(expected, grade.Find(ringsForSome, fmt.Sprintf("since the question 6 items have come, with it, and the numbers that were written add up to %d", added),
				w.bell(), w.items.FD()).Decides(grade.LastCall(w.items.FD(), world.CallRead), grade.LastCall(w.ring(), world.CallWrite)))
		}
		e.Require(w.mostRead() >= 5, expected, readTakesOne, fmt.Sprintf("five items came while the worker was busy, and no read gave more than %d", w.mostRead()), w.bell())
		sum, wrong := w.numbers(world.CallRead)-before, bytesNotNumber
		if w.writesRow() {
			wrong = writeSets
		}
		e.Require(sum <= 6, expected, wrong, fmt.Sprintf("since the question 6 items have come, with it, and the numbers that were read add up to %d", sum), w.bell())

		e.Check("three hundred")
		wrote, before = w.numbers(world.CallWrite), w.numbers(world.CallRead)
		w.asks()
		printed = len(e.Printed())
		e.Suspects(w.readyMade, w.addsNothing, w.full, w.dispatcherWaits, w.overwritten, w.disorder, func() *grade.Finding { return w.lowByte(printed) },
			func() *grade.Finding { return w.fewer(printed, 300, wrote, before) }, w.notRung, w.stray)
		w.gives(letters(0, 300))
		w.answers.Say("!")
		e.Answered("300 items come while the worker is busy; when it is free, it prints them all")
		const all = "one callback takes as many items as the number says"
		e.RuleOut(all, cmp.Or(w.putBack(), w.restByHand()))
		w.wide()
		e.RuleOut(all, cmp.Or(w.putBack(), w.restByHand()))
		e.Calm("all is done, and both loops sleep")

		e.Check("the end")
		w.many()
		e.RuleOut(all, cmp.Or(w.putBack(), w.restByHand()))
		w.takesAsMany()
		w.ends()
		w.notPosted()
		w.bellOnly()
		w.endsIdle()
	},
}

// onBell calls do for each call on an eventfd that is done.
func (w *bellWorld) onBell(do func(r *world.Entry)) {
	bells := map[int32]bool{}
	w.e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.Open:
			bells[r.FD] = r.Text == "eventfd"
		case r.Kind == trace.CallEnd && bells[r.FD]:
			do(r)
		}
	})
}

// eightBytes requires, as soon as the bell was rung and read, that neither was
// refused.
func (w *bellWorld) eightBytes() {
	refused := ""
	ok := func() bool {
		read := false
		w.onBell(func(r *world.Entry) {
			read = read || r.Call == world.CallRead
			if r.B == int64(unix.EINVAL) && refused == "" {
				refused = r.Text
			}
		})
		return refused != "" || read
	}
	bell := func() *world.FD { return w.e.FD(func(f *world.FD) bool { return f.What == "eventfd" }) }
	const expected = "an item comes, the bell is rung, and the worker reads it"
	if bell() != nil {
		w.e.Await(expected, func() bool { return ok() || w.e.Printed() == w.e.IsDue() })
		w.e.Settled() // it may be printed first, and read then
		ok()
	}
	if refused != "" {
		w.e.RuleOut(expected, grade.Find(eightBytes, refused+" on the eventfd gave EINVAL", bell()).Decides(func(r *world.Entry) bool {
			return r.Kind == trace.CallEnd && r.B == int64(unix.EINVAL) && r.FD == bell().Number
		}))
	}
}

// lowByte looks whether, of 300 items that came while the worker was busy, so many were done as the
// lowest byte of that number says. before is how many had been printed when they came.
func (w *bellWorld) lowByte(before int) *grade.Finding { return w.lowBytes(before, 300, 1<<8) }

// lowBytes looks whether, of the items that came while the worker was busy, so many were done as
// the number says without what is above a limit.
func (w *bellWorld) lowBytes(before, came, limit int) *grade.Finding {
	if done := len(w.e.Printed()) - before - len("?"); done != came%limit || w.mostRead() != uint64(came) {
		return nil
	}
	return grade.Find(lowByteOnly, fmt.Sprintf("a read of the bell gave %d, and %d items were printed", came, came%limit), w.bell()).
		Decides(grade.LastCall(w.bell(), world.CallRead))
}

// wide has more items come than a number of two bytes can say.
func (w *bellWorld) wide() {
	const many, portion = 1<<16 + 64, 4096
	wrote, read := w.numbers(world.CallWrite), w.numbers(world.CallRead)
	w.asks()
	printed := len(w.e.Printed())
	for given := 0; given < many; given += portion {
		w.gives(letters(given, min(portion, many-given)))
	}
	w.e.Suspects(w.readyMade, w.addsNothing, w.full, w.dispatcherWaits, w.overwritten, w.disorder, func() *grade.Finding { return w.lowBytes(printed, many, 1<<16) },
		func() *grade.Finding { return w.fewer(printed, many, wrote, read) }, w.notRung, w.stray)
	w.answers.Say("!")
	w.e.Answered(fmt.Sprintf("%d items come while the worker is busy; when it is free, it prints them all", many))
}

// fewer looks whether the worker, which had printed so much when it was asked, has taken fewer items than came
// meanwhile, and left the others in the queue. wrote and read are what had been written to the bell and read from it before
// the question.
func (w *bellWorld) fewer(printed, came int, wrote, read uint64) *grade.Finding {
	missing, done := w.missing(), len(w.e.Printed())-printed-len("?")
	if missing == "" || done < 0 || done >= came {
		return nil
	}
	last, sum := grade.LastCall(w.bell(), world.CallRead), w.numbers(world.CallRead)-read
	added := w.numbers(world.CallWrite) - wrote
	if w.oneMore() != inQueue {
		return nil // see stray
	}
	saw := fmt.Sprintf("since the question %d items have come, with it; the numbers that were read add up to %d, and %d of the items were printed by then", came+1, sum, done+1)
	m := takesFewer
	switch {
	case added < uint64(came)+1:
		m = ringsForSome
		saw = fmt.Sprintf("since the question %d items have come, with it, and the numbers that were written add up to %d; %d of the items were printed by then", came+1, added, done+1)
	case sum < uint64(came)+1:
		return nil
	case done == 1:
		m = readTakesOne
	case done == 8 || done == 7+8: // the callback with the question has taken seven more
		m = bytesCounted
	}
	return grade.Find(m, saw, w.bell()).Decides(last)
}

// full looks whether a write to the bell finds no room.
func (w *bellWorld) full() *grade.Finding {
	bell := w.e.FD(func(f *world.FD) bool { return f.What == "eventfd" })
	if bell == nil {
		return nil
	}
	call, _, blocked := diagnosis.Blocked(w.e.World(), bell)
	if !w.noRoom() && !(blocked && call.Call == world.CallWrite) {
		return nil
	}
	m, high := numberTooLarge, uint64(0)
	w.onBell(func(r *world.Entry) {
		if n, ok := grade.EventfdNumber(r); ok && r.Call == world.CallWrite {
			high = max(high, n)
		}
	})
	if high > 1<<32 && swapped(high) < 1<<32 {
		m = byteOrder
	}
	return grade.Find(m, fmt.Sprintf("a write to the bell found no room; the greatest number that was written is %d", high), bell).
		Decides(grade.LastCall(bell, world.CallWrite))
}

// tooLarge looks whether the last write to the bell was refused because of its number.
func (w *bellWorld) tooLarge() *grade.Finding {
	bell := w.bell()
	if bell == nil || bell.What != "eventfd" {
		return nil
	}
	refused := ""
	w.onBell(func(r *world.Entry) {
		if r.Call == world.CallWrite {
			refused = unix.ErrnoName(unix.Errno(r.B))
		}
	})
	if refused != "EINVAL" && refused != "EAGAIN" {
		return nil
	}
	return grade.Find(numberTooLarge, "the last write to the bell gave "+refused, bell).
		Decides(grade.LastCall(bell, world.CallWrite))
}

// notTold looks whether nothing has told the worker of the end: it sleeps, and since the end of the items was read, nothing was
// written to its eventfd.
func (w *bellWorld) notTold() *grade.Finding {
	bell, items := w.bell(), w.items.FD()
	if w.e.Ended() || bell == nil || bell.Watched() == 0 || w.answers.FD().Blocked > 0 || w.e.Missing() != "" {
		return nil
	}
	ended, told := false, false
	w.e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.CallEnd && r.FD == items.Number && r.Call == world.CallRead && r.A == 0 && r.B == 0:
			ended = true
		case r.Kind == trace.CallEnd && r.Call == world.CallWrite || r.Kind == trace.Close:
			told = told || ended && r.FD == w.ring().Number
		}
	})
	if !ended || told {
		return nil
	}
	return grade.Find(workerNotTold, "the end of the items was read, nothing was written to the bell after that, and the worker sleeps", items, bell)
}

// writesRow reports whether the numbers that were written to the bell grow from write to write, at some time: 1, 2, 3.
func (w *bellWorld) writesRow() bool {
	last, grows, most := uint64(0), 0, 0
	w.onBell(func(r *world.Entry) {
		if n, ok := grade.EventfdNumber(r); ok && r.Call == world.CallWrite {
			if grows++; n != last+1 {
				grows = 0
			}
			last, most = n, max(most, grows)
		}
	})
	return most >= 3
}

// addsNothing looks whether the bell was rung with 0.
func (w *bellWorld) addsNothing() *grade.Finding {
	n := 0
	w.onBell(func(r *world.Entry) {
		if wrote, ok := grade.EventfdNumber(r); ok && r.Call == world.CallWrite && wrote == 0 {
			n++
		}
	})
	if n == 0 {
		return nil
	}
	return grade.Find(addsNothing, fmt.Sprintf("the number 0 was written to the eventfd (writes like that: %d)", n),
		w.e.FD(func(f *world.FD) bool { return f.What == "eventfd" }))
}

// numbers adds up what was read from the bell, or written to it.
func (w *bellWorld) numbers(call world.Call) (sum uint64) {
	w.onBell(func(r *world.Entry) {
		if n, ok := grade.EventfdNumber(r); ok && r.Call == call {
			sum += n
		}
	})
	return sum
}

// mostRead is the greatest number that a read of the bell gave.
func (w *bellWorld) mostRead() (most uint64) {
	w.onBell(func(r *world.Entry) {
		if n, ok := grade.EventfdNumber(r); ok && r.Call == world.CallRead {
			most = max(most, n)
		}
	})
	return most
}

// takesAsMany requires that the worker takes as many items as the number says. It stands
// when it has read 1, and one more item comes; then it stands before its next read, and must
// have left that one in the queue.
func (w *bellWorld) takesAsMany() {
	const expected = "the number is 1, and one more item comes: the worker takes one, and the other with the next number"
	w.e.Suspects(w.dispatcherWaits, w.stray)
	if w.stands(w.bell(), w.e.HoldReadDone, world.AfterRead) {
		w.e.Due("y")
		w.items.Say("y")
		w.e.Settled() // it is in the queue, unless the worker has the lock
		w.e.HoldRead(w.bell())
		w.e.Await(expected, func() bool { return w.e.HeldThere(world.BeforeRead) || w.e.Printed() == w.e.IsDue() })
		w.e.Require(w.e.Printed() != w.e.IsDue() || !w.e.HeldThere(world.BeforeRead), expected, takesMore,
			"a read of the bell gave 1, and both items were printed before the next read", w.bell())
	}
	w.e.Release()
	w.e.Answered(expected)
	w.usually()
}

// putBack looks whether the worker itself has written to the bell.
func (w *bellWorld) putBack() *grade.Finding {
	bell := w.bell()
	var last uint64
	w.onBell(func(r *world.Entry) {
		if r.Call == world.CallWrite && r.A > 0 && r.Inside.FD == bell.Number {
			last = r.Seq
		}
	})
	if last == 0 {
		return nil
	}
	return grade.Find(putsBack, "the callback of the bell has written to the bell", bell).Decides(grade.Numbered(last))
}

// restByHand looks whether the worker has itself called for items that it has left.
func (w *bellWorld) restByHand() *grade.Finding {
	n, first := w.calledByHand()
	if n == 0 {
		return nil
	}
	return grade.Find(restByHand, fmt.Sprintf("%d callbacks of the bell began though the loop had not been told of it: its event was made active by hand", n), w.bell()).
		Decides(grade.Numbered(first))
}

// closedBell looks whether the bell was closed while the worker's event is pending on it.
func (w *bellWorld) closedBell() *grade.Finding {
	returned := w.e.World().Returned.Reason
	cut := returned == trace.LoopBroken || returned == trace.LoopExited
	bell := w.bell()
	if bell != nil && bell.What != "eventfd" && bell.Orphaned && !cut {
		return grade.Find(closedTooEarly, "the end of the pipe that the worker's loop watches was closed while its event was pending",
			bell, w.items.FD()).Decides(grade.Closing(bell))
	}
	if bell != nil && bell.What == "eventfd" && bell.Orphaned && !cut {
		ended, told := false, false
		w.e.Each(func(r *world.Entry) {
			if r.Kind == trace.CallEnd {
				ended = ended || r.FD == w.items.FD().Number && r.Call == world.CallRead && r.A == 0
				told = told || ended && r.FD == bell.Number && r.Call == world.CallWrite && r.A > 0
			}
		})
		if told {
			return grade.Find(closedTooEarly, "the bell was rung once more after the end of the items, and closed while the worker's event was pending on it",
				bell, w.items.FD()).Decides(grade.Closing(bell))
		}
		return grade.Find(noEndOfFile, "the bell was closed while the worker's event was pending on it", bell, w.items.FD()).Decides(grade.Closing(bell))
	}
	return nil
}

// swapped is a number with its bytes in the other order.
func swapped(n uint64) uint64 { return bits.ReverseBytes64(n) }

// noRoom reports whether the bell could not be rung.
func (w *bellWorld) noRoom() (is bool) {
	w.onBell(func(r *world.Entry) {
		is = is || r.Call == world.CallWrite && r.B == int64(unix.EAGAIN)
	})
	return is
}
