package exams

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"golang.org/x/sys/unix"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

var eightBytes = &grade.Misconception{
	ID:     "eight-bytes",
	Belief: "An eventfd takes any number of bytes, as a pipe does.",
	Truth: "It holds a number of 64 bits, and not a row of bytes: each read and each write must have room for eight, or " +
		"it fails with EINVAL.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var bytesNotNumber = &grade.Misconception{
	ID:     "bytes-not-number",
	Belief: "Any number rings the bell.",
	Truth: "It does, and it is added to the sum: the worker is told of more items than there are. (Eight times the letter c, as a " +
		"number, is more than 7 times 10 to the power of 18.) Write the number 1, as binary.NativeEndian makes eight bytes of it.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var rungBefore = &grade.Misconception{
	ID:     "rung-before",
	Belief: "A new eventfd begins with any number.",
	Truth: "The first read gives that number, too, and the worker takes it for items that nobody has given. An eventfd that counts " +
		"items begins with 0.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var takesMore = &grade.Misconception{
	ID:     "takes-more",
	Belief: "The number says only that something is there.",
	Truth: "That is what a byte in a pipe says. An eventfd counts, and the Task is to take as many items as its number says. " +
		"A worker that takes more is called later for items that are done. (And a number in another byte order is never the right one.)",
	Lesson: "04-deferred-notify", Section: "explain",
}

var numberLast = &grade.Misconception{
	ID:     "number-last",
	Belief: "First I do the work, then I silence the bell.",
	Truth: "Items that come during the work add to the number, and a read after it takes that away, though nobody has looked for " +
		"them. Read the number first, then take the items: what comes in between rings again.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var addsNothing = &grade.Misconception{
	ID:     "adds-nothing",
	Belief: "Any write rings the bell.",
	Truth: "A write adds its number to the sum, and eight bytes that are 0 make the number 0: the sum stays what it was, and " +
		"nobody is called. Write the number 1, as binary.NativeEndian makes eight bytes of it.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var stillAPipe = &grade.Misconception{
	ID:     "still-a-pipe",
	Belief: "The pipe did it as well.",
	Truth: "It did, with two fds, a buffer of 64 KiB that can be full, and a byte for each notification. This exercise is about " +
		"the other doorbell: eventfd(2), sys.Eventfd.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var writeSets = &grade.Misconception{
	ID:     "write-sets",
	Belief: "What I write is the number that the worker reads.",
	Truth: "A write adds to the number, and a read takes the sum. If you write at each item how many wait, you add the " +
		"old ones again: 1, 2, 3, 4, 5 make 15. Write 1 for each item.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var readTakesOne = &grade.Misconception{
	ID:     "read-takes-one",
	Belief: "Each read takes one notification, so the loop will call me again for the rest.",
	Truth: "A read takes the whole number and leaves 0: five notifications are one callback. The number says how many items " +
		"wait, and nobody will say it again. (With EFD_SEMAPHORE a read would take 1.)",
	Lesson: "04-deferred-notify", Section: "explain",
}

var bytesCounted = &grade.Misconception{
	ID:     "bytes-counted",
	Belief: "What read returns is the number of notifications.",
	Truth: "With a pipe and one byte for each it was. A read of an eventfd always returns 8, the size of the number. The number " +
		"is in the buffer.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var lowByteOnly = &grade.Misconception{
	ID:     "low-byte-only",
	Belief: "The number is small: a byte or two of it are enough.",
	Truth: "All eight bytes are the number. As long as it is below 256, seven of them are 0; 300 is 44 in the lowest byte and 1 in the " +
		"next, and 65,600 needs three. Let binary.NativeEndian make a number of all eight.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var ringsForSome = &grade.Misconception{
	ID:     "rings-for-some",
	Belief: "One ring for several items will do.",
	Truth:  "With a pipe it does, if the worker takes all. Here the number says how many items wait, and the worker takes as many: each item adds 1.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var byteOrder = &grade.Misconception{
	ID:     "byte-order",
	Belief: "Numbers go out in network byte order.",
	Truth: "The kernel reads an integer of this machine. On a little-endian one, 1 in network byte order is 2 to the " +
		"power of 56: it adds up well, and after 255 times the counter is full. Use binary.NativeEndian.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var noEndOfFile = &grade.Misconception{
	ID:     "no-end-of-file",
	Belief: "When I close the bell, the worker reads an end of file.",
	Truth: "A pipe has two ends; an eventfd has one, and it belongs to both threads. When it is closed, it is gone, together " +
		"with what epoll knew about it: the worker goes on sleeping. Tell it in the queue that it is the end, and ring.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var closedTooEarly = &grade.Misconception{
	ID:     "closed-too-early",
	Belief: "I have told the worker that it is the end, so I can close the bell.",
	Truth: "The worker was busy, and has not heard it yet. An eventfd is one fd for both threads: when it is closed, the number is gone, " +
		"together with what epoll knew about it, and the worker goes on sleeping. Wait until its loop has returned, then close the bell.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var putsBack = &grade.Misconception{
	ID:     "puts-back",
	Belief: "I take one item, and write the rest of the number back.",
	Truth: "Then the loop calls you once for each item, with two system calls for each. The number says how many items are in the queue: take " +
		"so many in this callback, and only the dispatcher writes to the bell.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var workerNotTold = &grade.Misconception{
	ID:     "worker-not-told",
	Belief: "When the dispatcher is done, the worker is, too.",
	Truth: "It sleeps in a loop of its own, and its event on the bell is pending. Only the worker's thread may delete it " +
		"(Del from another one gives ErrOtherThread). Tell it in the queue that it is the end, and ring.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var endOvertakes = &grade.Misconception{
	ID:     "end-overtakes",
	Belief: "What I say last, the worker hears last.",
	Truth: "The items come through the queue. An end that comes another way can be there before the bell is " +
		"read, and what is left in the queue is never done. Send the end the same way: through the queue, and ring.",
	Lesson: "04-deferred-notify", Section: "explain",
}

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
	LikeRaces: []*grade.Misconception{ringsTooEarly},
	Play: func(e *grade.Examiner) {
		e.Needs("linux", "eventfd(2)")
		w := newWorld(e)
		e.Suspects(w.readyMade, w.addsNothing, w.dispatcherWaits, w.disorder, w.notRung, w.lateItem)

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
		e.Require(written != 3 || rung <= 3, three, rungBefore, fmt.Sprintf("they add up to %d, and the numbers that were written to 3", rung), w.bell())
		e.Require(rung == 3, three, bytesNotNumber, fmt.Sprintf("they add up to %d", rung), w.bell())
		e.Calm("no item is left, and both loops sleep")
		w.beforeNextLine()

		e.Check("five notifications, one number")
		const expected = "five items come while the worker is busy; it reads 5, and its callback takes five"
		before, wrote := w.numbers(world.CallRead), w.numbers(world.CallWrite)
		w.asks()
		w.gives("defgh")
		for range 5 { // a goroutine of the program may ring, and a little later
			if w.numbers(world.CallWrite)-wrote >= 6 {
				break
			}
			e.Settled()
		}
		w.answers.Say("!")
		e.Means(grade.Unanswered, readTakesOne)
		e.Calm(expected)
		e.Answered(expected)
		added := w.numbers(world.CallWrite) - wrote
		w.e.RuleOut(expected, w.putBack())
		e.Require(added >= 6, expected, ringsForSome, fmt.Sprintf("6 items have come, and the numbers that were written add up to %d", added), w.bell())
		e.Require(w.mostRead() >= 5, expected, readTakesOne, fmt.Sprintf("five items came while the worker was busy, and no read gave more than %d", w.mostRead()), w.bell())
		sum := w.numbers(world.CallRead) - before
		e.Require(sum <= 6, expected, writeSets,
			fmt.Sprintf("6 items have come, and the numbers that were read add up to %d", sum), w.bell())

		e.Check("three hundred")
		w.asks()
		e.Means(grade.Blocked, byteOrder)
		e.Means(grade.WriteBlocks, byteOrder)
		w.gives(letters(0, 300))
		printed := len(e.Printed())
		e.Suspects(w.readyMade, w.addsNothing, w.dispatcherWaits, w.disorder, func() *grade.Finding { return w.lowByte(printed) }, w.notRung, w.lateItem)
		e.Means(grade.Unanswered, bytesCounted)
		if w.noRoom() {
			e.Means(grade.Unanswered, byteOrder)
		}
		e.Means(grade.Blocked, nil)
		e.Means(grade.WriteBlocks, nil)
		w.answers.Say("!")
		e.Answered("300 items come while the worker is busy; when it is free, it prints them all")
		w.wide()
		e.Calm("all is done, and both loops sleep")

		e.Check("the end")
		w.many()
		w.takesAsMany()
		for _, m := range []*grade.Misconception{grade.Unanswered, grade.GaveUp, grade.ClosedWatched} {
			e.Means(m, noEndOfFile)
		}
		for _, m := range []*grade.Misconception{grade.EndedEarly, grade.BrokenOff} {
			e.Means(m, endOvertakes) // with items left
		}
		e.Means(grade.DoesNotEnd, workerNotTold)
		w.ends()
		w.notPosted()
		w.bellOnly()
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
		w.e.Await(expected, ok)
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
	printed := len(w.e.Printed())
	w.asks()
	for given := 0; given < many; given += portion {
		w.gives(letters(given, min(portion, many-given)))
	}
	w.e.Suspects(w.readyMade, w.addsNothing, w.dispatcherWaits, w.disorder, func() *grade.Finding { return w.lowBytes(printed, many, 1<<16) }, w.notRung, w.lateItem)
	w.answers.Say("!")
	w.e.Answered(fmt.Sprintf("%d items come while the worker is busy; when it is free, it prints them all", many))
}

// addsNothing looks whether the bell was rung with 0.
func (w *bellWorld) addsNothing() *grade.Finding {
	n := 0
	w.onBell(func(r *world.Entry) {
		if data := r.Data(nil); r.Call == world.CallWrite && r.A == 8 && len(data) == 8 && binary.NativeEndian.Uint64(data) == 0 {
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
		if data := r.Data(nil); r.Call == call && r.A == 8 && len(data) == 8 {
			sum += binary.NativeEndian.Uint64(data)
		}
	})
	return sum
}

// mostRead is the greatest number that a read of the bell gave.
func (w *bellWorld) mostRead() (most uint64) {
	w.onBell(func(r *world.Entry) {
		if data := r.Data(nil); r.Call == world.CallRead && r.A == 8 && len(data) == 8 {
			most = max(most, binary.NativeEndian.Uint64(data))
		}
	})
	return most
}

// takesAsMany requires that the worker takes as many items as the number says. It stands
// when it has read 1, and one more item comes; then it stands before its next read, and must
// have left that one in the queue.
func (w *bellWorld) takesAsMany() {
	const expected = "the number is 1, and one more item comes: the worker takes one, and the other with the next number"
	w.e.Suspects(w.dispatcherWaits, w.lateItem)
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
	w.e.Suspects(w.dispatcherWaits, w.disorder, w.notRung, w.lateItem)
}

// putBack looks whether the worker itself has written to the bell.
func (w *bellWorld) putBack() *grade.Finding {
	bell := w.bell()
	var last uint64
	w.onBell(func(r *world.Entry) {
		if r.Call == world.CallWrite && r.Inside.FD == bell.Number {
			last = r.Seq
		}
	})
	if last == 0 {
		return nil
	}
	return grade.Find(putsBack, "the callback of the bell has written to the bell", bell).Decides(grade.Numbered(last))
}

// closedBell looks whether the bell was closed while the worker's event is pending on it.
func (w *bellWorld) closedBell() *grade.Finding {
	returned := w.e.World().Returned.Reason
	cut := returned == trace.LoopBroken || returned == trace.LoopExited
	if bell := w.bell(); bell != nil && bell.What == "eventfd" && bell.Orphaned && !cut {
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
