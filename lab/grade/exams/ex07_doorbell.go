package exams

import (
	"fmt"

	"fdlab/lab/grade"
)

var oneByteOneItem = &grade.Misconception{
	ID:     "one-byte-one-item",
	Belief: "Each item needs its byte, and its callback.",
	Truth: "A byte says only: look into the queue. If one callback reads all the bytes and takes all the items, five " +
		"notifications to a busy worker cost one turn of the loop, and nobody has to count.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var oneItemARing = &grade.Misconception{
	ID:     "one-item-a-ring",
	Belief: "The bell rings again for the next item.",
	Truth: "Its byte is read already: a program that takes all the bytes and one item leaves the others in the queue, and no byte " +
		"will ever come for them. Take all the items, too.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var bytesLast = &grade.Misconception{
	ID:     "bytes-last",
	Belief: "First I do the work, then I read the bell's bytes.",
	Truth: "Items that come during the work ring, and their bytes are then read with the old ones, though nobody has " +
		"looked for them. Read the bytes first, then take the items: what comes in between rings again.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var dispatcherBlocks = &grade.Misconception{
	ID:     "dispatcher-blocks",
	Belief: "Writing one byte never waits.",
	Truth: "A pipe has room for a certain number of bytes. When it is full, write(2) sleeps until the worker reads; the dispatcher " +
		"sleeps with it, and one busy worker has stopped the whole server. Set O_NONBLOCK on the end that it writes.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var ringsUntilHeard = &grade.Misconception{
	ID:     "rings-until-heard",
	Belief: "If the bell cannot be rung, I try again until it can.",
	Truth: "Then the dispatcher waits for the worker after all: its callback does not return before the worker reads, and it hears of " +
		"nothing meanwhile. A full pipe means that the bell is rung already, and more than enough: the worker will come. Do not ring again.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var itemTakenBack = &grade.Misconception{
	ID:     "item-taken-back",
	Belief: "An item without a byte of its own is lost.",
	Truth: "EAGAIN refuses the byte, not the item: that is in the queue. The pipe is full of bytes that nobody has read, " +
		"so the worker will come. Let it take all that is in the queue then, and not as many as there were bytes.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var asManyAsBytes = &grade.Misconception{
	ID:     "as-many-as-bytes",
	Belief: "The worker takes as many items as there were bytes.",
	Truth: "When the pipe is full, EAGAIN refuses a byte, and the item is in the queue all the same: there are fewer bytes than items. A byte " +
		"says only: look into the queue. Take all that is in it, and do not count.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var emptiedLate = &grade.Misconception{
	ID:     "emptied-late",
	Belief: "When the items that I have taken are done, I can empty the queue.",
	Truth: "By then others may be in it, and they are thrown away. Take the items out and leave the queue empty in one go, under the lock; " +
		"then unlock it, and do them.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var bellIsQueue = &grade.Misconception{
	ID:     "bell-is-queue",
	Belief: "The pipe can carry the items themselves.",
	Truth: "As many as it has room for: 65,536 bytes. What it refuses then is an item, and the dispatcher can only wait or drop it. " +
		"Keep the items in a queue that grows; the byte in the pipe only says that something is there.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var lockHeld = &grade.Misconception{
	ID:     "lock-held",
	Belief: "While I do the items, the queue is mine.",
	Truth: "The worker sleeps while it holds the lock. The dispatcher waits for it inside its callback, and hears " +
		"nothing any more. Take the items out under the lock, unlock it, and do them then.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var goroutineWaits = &grade.Misconception{
	ID:     "goroutine-waits",
	Belief: "If a write may wait, a goroutine can wait in my place.",
	Truth: "It waits inside write(2), so it holds an OS thread: 500 items that find no room, 500 threads. And they wait " +
		"for nothing: a full pipe is a bell that is rung already. Make the end non-blocking, and ignore EAGAIN.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var largerPipe = &grade.Misconception{
	ID:     "larger-pipe",
	Belief: "A pipe that is large enough is never full.",
	Truth: "It is full a little later. The worker may be busy for any length of time, so no size is enough. Make " +
		"the end non-blocking, and a full pipe does no harm.",
	Lesson: "04-deferred-notify", Section: "explain",
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
	Starter:   oneByteOneItem,
	Races:     true,
	LikeRaces: []*grade.Misconception{ringsTooEarly},
	Play: func(e *grade.Examiner) {
		w := newWorld(e)

		e.Check("an idle worker")
		w.opened()
		for _, item := range "abc" {
			w.gives(string(item))
			e.Answered("an item comes, and the worker prints it")
		}
		w.hasBell()
		e.Calm("no item is left, and both loops sleep")
		w.beforeNextLine()

		e.Check("one callback takes all")
		const expected = "five items come while the worker is busy; when it is free, one callback takes all five"
		w.asks()
		w.gives("defgh")
		left := w.answeredByPhases(expected)
		e.Calm(expected)
		e.Means(grade.Unanswered, w.stranded())
		if left == 5 { // the callback has found none
			e.Suspects(w.dispatcherWaits, w.disorder, w.notRung, w.thrownAway)
		}
		e.Answered(expected)
		e.Suspects(w.dispatcherWaits, w.disorder, w.notRung, w.lateItem)
		w.ringsItself() // else the bytes come when they like
		e.Require(left == 0, expected, oneByteOneItem, fmt.Sprintf("when the first callback had ended, this many of the five were not printed: %d", left), w.bell())

		e.Check("a full pipe")
		w.asks()
		e.Means(grade.Blocked, dispatcherBlocks)
		e.Means(grade.WriteBlocks, dispatcherBlocks)
		e.Means(grade.WriteRetried, ringsUntilHeard)
		room := roomOfAPipe()
		many := room + 500
		for given := 0; given < many; given += 500 {
			w.gives(letters(given, min(500, many-given)))
		}
		w.ringsItself()
		w.listens()
		w.fillsUp(room)

		e.Check("nothing is lost")
		lost := itemTakenBack
		if w.itemsInBell() {
			lost = bellIsQueue
		}
		e.Means(grade.Unanswered, lost)
		e.Means(grade.Noise, lost)
		e.Suspects(w.dispatcherWaits, w.overwritten, w.disorder, w.withoutByte, w.notRung, w.lateItem)
		w.answers.Say("!")
		e.Answered(fmt.Sprintf("%d items came while the worker was busy (the pipe has room for %d bytes); "+
			"it is free now, and prints them all, in order", many, room))
		e.Means(grade.Noise, nil)
		e.Calm("all is done, and both loops sleep")

		e.Check("the end")
		w.many()
		w.ends()
		w.notPosted()
	},
}
