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
	Truth: "Its byte is read already: a program that takes several bytes and one item leaves the others in the queue, and no byte " +
		"comes for them. Take all the items, too.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var bytesLast = &grade.Misconception{
	ID:     "bytes-last",
	Belief: "First I take the items, then I read the bell's bytes.",
	Truth: "Items that come in between ring, too, and their bytes are then read with the old ones, though nobody looks for them " +
		"any more. Read the bytes first, then take the items: what comes in between rings again.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var dispatcherBlocks = &grade.Misconception{
	ID:     "dispatcher-blocks",
	Belief: "Writing one byte never waits.",
	Guess:  true,
	Truth: "A pipe has room for a certain number of bytes. When it is full, write(2) sleeps until the worker reads; the dispatcher " +
		"sleeps with it, and one busy worker has stopped the whole server. Set O_NONBLOCK on the end that it writes.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var ringsUntilHeard = &grade.Misconception{
	ID:     "rings-until-heard",
	Belief: "If the bell cannot be rung, I try again until it can.",
	Truth: "It can be rung again when the worker has read, and that may be long. A full pipe means that the bell is rung already, and more than " +
		"enough: the worker will come. Do not try again.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var itemTakenBack = &grade.Misconception{
	ID:     "item-taken-back",
	Belief: "An item without a byte of its own is lost.",
	Guess:  true,
	Truth: "EAGAIN refuses the byte, and not the item. The pipe is full of bytes that nobody has read, so the worker will come: put the item into " +
		"the queue all the same, which grows as far as it must, leave it there, and let the worker take all that is in the queue then.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var asManyAsBytes = &grade.Misconception{
	ID:     "as-many-as-bytes",
	Belief: "The worker takes as many items as there were bytes.",
	Truth: "When the pipe is full, EAGAIN refuses a byte, and the item is in the queue all the same: there are fewer bytes than items. A byte " +
		"says only: look into the queue. Take all that is in it, and do not count.",
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
	LikeRaces: []*grade.Misconception{ringsTooEarly, ringSpent, ringNotNeeded, grade.Unanswered},
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
		left, _ := w.answeredByPhases(expected, 0)
		e.Calm(expected)
		e.Suspects(w.dispatcherWaits, w.overwritten, w.disorder, w.notRung, func() *grade.Finding { return w.strayed(w.stranded(left)) })
		e.Answered(expected)
		w.usually()
		w.ringsItself() // else the bytes come when they like
		some := takesPart
		if left == 4 && w.readsOne() {
			some = oneByteOneItem
		}
		e.Require(left == 0, expected, some, fmt.Sprintf("when the first callback had ended, this many of the five were not printed: %d", left), w.bell())

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
		w.ringsOnce()
		w.listens()
		w.fillsUp(room)

		e.Check("nothing is lost")
		if w.itemsInBell() {
			e.Means(grade.Unanswered, bellIsQueue)
			e.Means(grade.Noise, bellIsQueue)
		}
		e.Suspects(w.dispatcherWaits, w.overwritten, w.disorder, w.withoutByte, w.notRung, w.stray)
		w.answers.Say("!")
		e.Answered(fmt.Sprintf("%d items came while the worker was busy (the pipe has room for %d bytes); "+
			"it is free now, and prints them all, in order", many, room))
		e.Means(grade.Noise, nil)
		e.Calm("all is done, and both loops sleep")
		w.takesAll(0, part{})

		e.Check("the end")
		w.many()
		w.ends()
		w.notPosted()
		w.endsIdle()
	},
}
