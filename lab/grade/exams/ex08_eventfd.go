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
	Belief: "An eventfd takes one byte, as a pipe does.",
	Truth: "It holds a number of 64 bits, and not a row of bytes: each read and each write must have room for eight, or " +
		"it fails with EINVAL.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var bytesNotNumber = &grade.Misconception{
	ID:     "bytes-not-number",
	Belief: "Any eight bytes ring the bell.",
	Truth: "They are one number, and it is added to the sum: eight times the letter c is more than 7 times 10 to the power " +
		"of 18. Write the number 1, as binary.NativeEndian makes eight bytes of it.",
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
		e.Suspects(w.readyMade, w.addsNothing, w.dispatcherWaits, w.disorder, w.lateItem)

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
		rung := w.numbers()
		const three = "three items were rung, and the numbers that were read add up to 3"
		e.Require(rung != swapped(3), three, byteOrder, fmt.Sprintf("they add up to %d: that is 3 in the other byte order", rung), w.bell())
		e.Require(rung == 3, three, bytesNotNumber, fmt.Sprintf("they add up to %d", rung), w.bell())
		e.Calm("no item is left, and both loops sleep")

		e.Check("five notifications, one number")
		const expected = "five items come while the worker is busy; it reads 5, and its callback takes five"
		before := w.numbers()
		w.asks()
		w.gives("defgh")
		w.answers.Say("!")
		e.Means(grade.Unanswered, readTakesOne)
		e.Calm(expected)
		e.Answered(expected)
		sum := w.numbers() - before
		e.Require(sum <= 6, expected, writeSets,
			fmt.Sprintf("6 items have come, and the numbers that were read add up to %d", sum), w.bell())

		e.Check("three hundred")
		w.asks()
		e.Means(grade.Blocked, byteOrder)
		e.Means(grade.BlockedInCallback, byteOrder)
		w.gives(letters(0, 300))
		e.Means(grade.Unanswered, bytesCounted)
		if w.noRoom() {
			e.Means(grade.Unanswered, byteOrder)
		}
		e.Means(grade.Blocked, nil)
		e.Means(grade.BlockedInCallback, nil)
		w.answers.Say("!")
		e.Answered("300 items come while the worker is busy; when it is free, it prints them all")
		e.Calm("all is done, and both loops sleep")

		e.Check("the end")
		w.many()
		for _, m := range []*grade.Misconception{grade.Unanswered, grade.GaveUp, grade.ClosedWatched} {
			e.Means(m, noEndOfFile)
		}
		for _, m := range []*grade.Misconception{grade.EndedEarly, grade.BrokenOff} {
			e.Means(m, endOvertakes)
		}
		e.Means(grade.DoesNotEnd, workerNotTold)
		w.ends()
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
	w.e.Require(refused == "", expected, eightBytes, refused+" on the eventfd gave EINVAL", bell())
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

// numbers adds up what was read from the bell.
func (w *bellWorld) numbers() (sum uint64) {
	w.onBell(func(r *world.Entry) {
		if data := r.Data(nil); r.Call == world.CallRead && r.A == 8 && len(data) == 8 {
			sum += binary.NativeEndian.Uint64(data)
		}
	})
	return sum
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
