package exams

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
)

var oneByteOneItem = &grade.Misconception{
	ID:     "one-byte-one-item",
	Belief: "Each item needs its byte, and its callback.",
	Truth: "A byte says only: look into the queue. If one callback reads all the bytes and takes all the items, five " +
		"notifies to a busy worker cost one turn of the loop, and nobody has to count.",
	Lesson: "04-deferred-notify", Section: "Explain",
}

var oneItemARing = &grade.Misconception{
	ID:     "one-item-a-ring",
	Belief: "The bell rings again for the next item.",
	Truth: "Its byte is read already: who takes all the bytes and one item leaves the others in the queue, and no byte " +
		"will ever come for them. Take all the items, too.",
	Lesson: "04-deferred-notify", Section: "Explain",
}

var bytesLast = &grade.Misconception{
	ID:     "bytes-last",
	Belief: "First I do the work, then I silence the bell.",
	Truth: "Items that come during the work ring, and their bytes are then taken with the old ones, though nobody has " +
		"looked for them. Read the bytes first, then take the items: what comes in between rings again.",
	Lesson: "04-deferred-notify", Section: "Explain",
}

var dispatcherBlocks = &grade.Misconception{
	ID:     "dispatcher-blocks",
	Belief: "Writing one byte never waits.",
	Truth: "A pipe has room for so many bytes. When it is full, write(2) sleeps until the worker reads; the dispatcher " +
		"sleeps with it, and one busy worker has stopped the whole server. Set O_NONBLOCK on the end that it writes.",
	Lesson: "04-deferred-notify", Section: "Explain",
}

var ringsUntilHeard = &grade.Misconception{
	ID:     "rings-until-heard",
	Belief: "If the bell cannot be rung, I try again until it can.",
	Truth: "That is blocking, with a processor at full speed. A full pipe means that the bell is rung already, and more " +
		"than enough: the worker will come. Let it be.",
	Lesson: "04-deferred-notify", Section: "Explain",
}

var itemTakenBack = &grade.Misconception{
	ID:     "item-taken-back",
	Belief: "An item without a byte of its own is lost.",
	Truth: "EAGAIN refuses the byte, not the item: that is in the queue. The pipe is full of bytes that nobody has read, " +
		"so the worker will come. Let it take all that is in the queue then, and not as many as there were bytes.",
	Lesson: "04-deferred-notify", Section: "Explain",
}

var lockHeld = &grade.Misconception{
	ID:     "lock-held",
	Belief: "While I do the items, the queue is mine.",
	Truth: "The worker sleeps with the lock in its hand. The dispatcher waits for it inside its callback, and hears " +
		"nothing any more. Take the items out under the lock, let it go, and do them then.",
	Lesson: "04-deferred-notify", Section: "Explain",
}

var goroutineWaits = &grade.Misconception{
	ID:     "goroutine-waits",
	Belief: "If a write may wait, a goroutine can wait in my place.",
	Truth: "It waits inside write(2), so it holds an OS thread: 500 items that find no room, 500 threads. And they wait " +
		"for nothing: a full pipe is a bell that is rung already. Make the end non-blocking, and let EAGAIN be.",
	Lesson: "04-deferred-notify", Section: "Explain",
}

// doorbell: the world makes the worker busy with a question, and answers when it
// likes. So whatever must happen meanwhile happens meanwhile, on any machine.
var doorbell = &grade.Exam{
	Exercise: "07-doorbell",
	Checks: []string{
		"an idle worker",
		"one callback takes all",
		"a full pipe",
		"nothing is lost",
		"the end",
	},
	Starter: oneByteOneItem,
	Play: func(e *grade.Examiner) {
		w := newWorld(e)

		e.Check("an idle worker")
		w.opened()
		for _, item := range "abc" {
			w.gives(string(item))
			e.Answered("an item comes, and the worker prints it")
		}
		e.Calm("no item is left, and both loops sleep")

		e.Check("one callback takes all")
		const expected = "five items come while the worker is busy; when it is free, one callback takes all five"
		w.asks()
		e.Means(grade.BlockedInCallback, lockHeld)
		w.gives("defgh")
		e.Means(grade.BlockedInCallback, nil)
		calls := w.bell().Callbacks
		w.answers.Say("!")
		e.Calm(expected)
		e.Means(grade.Unanswered, w.stranded())
		e.Answered(expected)
		calls = w.bell().Callbacks - calls
		e.Require(calls <= 1, expected, oneByteOneItem, fmt.Sprintf("the bell called %d times for them", calls), w.bell())

		e.Check("a full pipe")
		w.asks()
		e.Means(grade.Blocked, dispatcherBlocks)
		e.Means(grade.BlockedInCallback, dispatcherBlocks)
		e.Means(grade.WriteRetried, ringsUntilHeard)
		room := roomOfAPipe()
		many := room + 500
		for given := 0; given < many; given += 500 {
			w.gives(letters(given, min(500, many-given)))
		}
		w.ringsItself()

		e.Check("nothing is lost")
		e.Means(grade.Unanswered, itemTakenBack)
		e.Means(grade.Noise, itemTakenBack)
		w.answers.Say("!")
		e.Answered(fmt.Sprintf("%d items came while the worker was busy (the pipe has room for %d bytes); "+
			"it is free now, and prints them all, in order", many, room))
		e.Means(grade.Noise, nil)
		e.Calm("all is done, and both loops sleep")

		e.Check("the end")
		e.Means(grade.Unanswered, nil)
		w.ends()
	},
}

// bellWorld is a dispatcher and a worker, with the two FIFOs that they hang on.
// Exercise 08 has the same.
type bellWorld struct {
	e              *grade.Examiner
	items, answers *grade.FIFO
}

func newWorld(e *grade.Examiner) *bellWorld {
	w := &bellWorld{e, e.FIFO("items"), e.FIFO("answers")}
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
		fd := w.e.World().FDByNumber(w.items.FD().Number)
		return fd == nil || fd.InCallback == 0
	})
}

// asks makes the worker busy: it waits for an answer.
func (w *bellWorld) asks() {
	w.gives("?")
	w.e.Await("a question comes, and the worker waits for the answer", func() bool {
		return w.answers.FD().Pending == "read"
	})
}

// ends ends the items while the worker is busy, with some left to do.
func (w *bellWorld) ends() {
	w.asks()
	w.gives("bye")
	w.items.End()
	w.e.Await("the FIFO of the items ends, and the dispatcher closes it", func() bool { return w.items.FD().Closed != 0 })
	w.answers.Say("!")
	w.e.Answered("the items ended while the worker was busy; when it is free, it prints those that are left")
	w.e.Ends("the FIFO of the items has ended: both loops return, and all is closed", "no events left")
}

// ringsItself requires that nobody but the dispatcher has written to the bell.
func (w *bellWorld) ringsItself() {
	own := uint32(0)
	others := map[uint32]bool{}
	var ring *grade.FD
	w.e.Each(func(r *trace.Record, text string) {
		switch {
		case (r.Kind == trace.CallEnd || r.Kind == trace.CallBegin) && text == "read" && r.FD == w.items.FD().Number:
			own = r.Thread
		case r.Kind == trace.CallBegin && text == "write" && r.Thread != own:
			others[r.Thread] = true
			ring = w.e.FD(func(f *grade.FD) bool { return f.Number == r.FD })
		}
	})
	w.e.Require(len(others) == 0, "the dispatcher rings the bell itself, and does not wait", goroutineWaits,
		fmt.Sprintf("%d other threads have rung it, or wait to", len(others)), ring)
}

// bell returns what the worker's loop watches.
func (w *bellWorld) bell() *grade.FD {
	return w.e.FD(func(f *grade.FD) bool { return f.Callbacks > 0 && f != w.items.FD() })
}

// stranded says how items could stay in the queue without a byte: in the
// callback that got the answer, was the bell read before it, or after?
func (w *bellWorld) stranded() *grade.Misconception {
	why := oneItemARing
	answered := false // in this callback
	w.e.Each(func(r *trace.Record, text string) {
		switch {
		case r.Kind == trace.CallbackEnd:
			answered = answered && r.FD != w.bell().Number
		case r.Kind == trace.CallEnd && text == "read" && r.FD == w.answers.FD().Number:
			answered = true
		case r.Kind == trace.CallEnd && text == "read" && r.FD == w.bell().Number && answered:
			why = bytesLast
		}
	})
	return why
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
