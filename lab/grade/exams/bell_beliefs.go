package exams

import "fdlab/lab/grade"

var bellReadyMade = &grade.Misconception{
	ID:     "bell-ready-made",
	Belief: "Base.Post does all of this, so I need no bell.",
	Truth: "It does: it is a queue and a doorbell, which somebody else has built (lab/event/post.go). This exercise is about " +
		"building one: put the item into the queue, ring, and let the worker's event on the bell do the rest.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var noBell = &grade.Misconception{
	ID:     "no-bell",
	Belief: "A goroutine that gets the items is a worker.",
	Truth: "A loop waits for fds and timers, and not for a channel: that is why other threads ring a bell that is " +
		"an fd. Let the worker's base watch it.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var ringIsError = &grade.Misconception{
	ID:     "ring-is-error",
	Belief: "A ring that fails is an error.",
	Truth: "EAGAIN says that the bell has no room for one more ring: it is rung already, and the worker will come and take all that is in the queue. " +
		"Ignore it, and go on.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var ringNotNeeded = &grade.Misconception{
	ID:     "ring-not-needed",
	Belief: "This item needs no ring.",
	Truth: "The worker has read all rings that there were: for what is put into the queue afterwards nothing calls it. A ring can be left out only " +
		"while one is unread. If a variable says so, change it back under the queue's lock when the items are taken out, and not later.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var workerEndsEarly = &grade.Misconception{
	ID:     "worker-ends-early",
	Belief: "When nothing is left, the worker is done.",
	Guess:  true,
	Truth: "More items may come as long as the FIFO of the items has not ended. When its event is deleted, the worker's loop returns, and nobody hears " +
		"the bell any more. Let the event stay until the worker was told that it is the end.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var stopsReading = &grade.Misconception{
	ID:     "stops-reading",
	Belief: "The bell is full, so the worker is behind, and I stop reading items for a while.",
	Truth: "The pipe is full, or nearly so, of rings, not of items: the queue has room, and the worker will come. While no event is pending on the " +
		"FIFO, the dispatcher hears of nothing that comes there. Put the item into the queue, ignore EAGAIN, and go on reading.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var neverRung = &grade.Misconception{
	ID:     "never-rung",
	Belief: "What is in the queue, the worker will find.",
	Truth: "It sleeps in its loop, and looks into the queue when its bell calls it, and not before. An item that nobody rings " +
		"for waits until another one is rung for, and nobody knows when that comes. As long as no ring is unread, each item needs one.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var answersByEvent = &grade.Misconception{
	ID:     "answers-by-event",
	Belief: "While it waits for the answer, the worker can serve its bell.",
	Truth: "With an event on the answers it can, and in a server that would be good. But here a question stands for work that takes long, such " +
		"as a computation: the worker's loop stands still, and what comes meanwhile must wait in the queue. Leave do as it was given: " +
		"it waits in its read.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var channelFull = &grade.Misconception{
	ID:     "channel-full",
	Belief: "A channel is a queue.",
	Truth: "It is one of fixed size. When it is full, the send waits for the worker, and the dispatcher stops in its " +
		"callback, as with a pipe that blocks. Let the queue grow: a slice, under a lock that nobody holds for long.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var waitsForWorker = &grade.Misconception{
	ID:     "waits-for-worker",
	Belief: "The dispatcher may wait for the worker.",
	Truth:  "Then a busy worker stops the dispatcher, with all that it watches. Put the item into the queue, which grows as far as it must, ring, and return.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var pollsTheQueue = &grade.Misconception{
	ID:     "polls-the-queue",
	Belief: "A timer that looks now and then will find the items.",
	Truth: "It finds them late, and wakes the thread again and again when there are none. A bell wakes it at the right " +
		"moment, and only then: an fd that the worker's loop watches, and that the dispatcher writes to.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var outOfOrder = &grade.Misconception{
	ID:     "out-of-order",
	Belief: "The order in which items are done does not matter.",
	Guess:  true,
	Truth: "Items come in an order, and the program that reads what is printed relies on it. Do them as they came: what came first " +
		"is the first to be done.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var ringsTooEarly = &grade.Misconception{
	ID:     "rings-too-early",
	Belief: "The item and the ring belong together, so their order does not matter.",
	Truth: "The worker is on another thread, and may run between any two lines of the dispatcher. If the dispatcher rings before the item " +
		"(or the word that it is the end) is there, the worker finds nothing, and no ring is left for it. First what the ring is for, under the lock, then " +
		"the ring.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var queueUnsafe = &grade.Misconception{
	ID:     "queue-unsafe",
	Belief: "An item stays as it is until it is done.",
	Guess:  true,
	Truth: "Items were done that were not next: others took their place, or were done once more. That comes of a queue that is " +
		"changed without its lock, of one with a fixed size that begins again at its front, or of memory that two share: the " +
		"queue and what was taken out of it (as after all := queue; queue = queue[:0]), or the queue and the buffer that the " +
		"dispatcher reads into. Change the queue under the lock only, let it grow, and copy what must stay. (go run -race names " +
		"the lines of a race.)",
	Lesson: "04-deferred-notify", Section: "explain",
}

var itemIsMark = &grade.Misconception{
	ID:     "item-is-mark",
	Belief: "This byte is no item: it means something else to me.",
	Guess:  true,
	Truth: "Each byte is an item, whatever its value: none is left out, and none says something else, as that the queue is empty or that it is the end. Such a mark must be " +
		"something that no item can be: a queue of ints, for instance, has room for one more value than there are bytes.",
	Lesson: "04-deferred-notify", Section: "explain",
}

// ringSpent is all that can be said of an item that lies in the queue, whatever left it there.
var ringSpent = &grade.Misconception{
	ID:     "ring-spent",
	Belief: "Once the bell has rung, the item is as good as done.",
	Guess:  true,
	Truth: "The rings are read, and an item was not done: nothing calls the worker for it now. A callback that has read the bell " +
		"must take all that was rung for; and an item must be in the queue before somebody rings for it.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var itemLost = &grade.Misconception{
	ID:      "item-lost",
	Belief:  "What comes while the worker is busy is safe in the queue.",
	Unknown: true,
	Truth: "The worker will not do it any more. An item gets lost if it is never put into the queue (a channel that is full " +
		"refuses it, a variable holds one item), or if it is thrown away with those that were done. Put each item in, and take " +
		"out just those that you do, both under the lock.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var questionSkipped = &grade.Misconception{
	ID:     "question-skipped",
	Belief: "When no more items come, no more answers are needed.",
	Guess:  true,
	Truth: "An item that is left when the FIFO has ended is done as any other is: a question waits for its answer. (A read of an fd that " +
		"is closed gives EBADF at once, and waits for nothing: close what the worker uses when its loop has returned.)",
}

var takesPart = &grade.Misconception{
	ID:     "takes-a-part",
	Belief: "One callback takes a part, and the next one takes more.",
	Truth: "Each callback has its price, and something must see to it that the next one comes. One callback is to take all items that are " +
		"in the queue: then nobody has to count.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var ringsForTheRest = &grade.Misconception{
	ID:     "rings-for-the-rest",
	Belief: "The worker takes a part, and rings for the rest itself.",
	Truth: "Then each part costs a write, a read and a callback. One callback is to take all items that are in the queue: nothing is left then " +
		"that somebody must ring for.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var byteAsRune = &grade.Misconception{
	ID:     "byte-as-rune",
	Belief: "A byte is a character.",
	Truth: "Up to 127 it comes to the same. From 128 on, a character is two bytes and more in UTF-8: that is what %c prints, and what string makes of " +
		"a number. Write the byte itself: os.Stdout.Write([]byte{item}).",
}

var endLeavesItems = &grade.Misconception{
	ID:     "end-leaves-items",
	Belief: "When the end is there, all is done.",
	Truth: "Items may still be in the queue when the worker hears of the end, and when its loop has returned, nobody does them. Let it do what is left " +
		"in the queue first, and delete its event after that.",
	Lesson: "04-deferred-notify", Section: "explain",
}
