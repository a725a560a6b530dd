package exams

import (
	"fdlab/lab/grade"
)

// What a program with an eventfd that fails seems to believe.

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
	Truth: "It does, and it is added to the sum: the worker is told of more items than there are. Write the number 1 for each item, as " +
		"binary.NativeEndian makes eight bytes of it.",
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
	Guess:  true,
	Truth: "An eventfd counts, and the Task is to take as many items as its number says. A worker that takes more is called later " +
		"for items that are done.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var numberLast = &grade.Misconception{
	ID:     "number-last",
	Belief: "First I take the items, then I read the number.",
	Truth: "Items that come in between add to the number, and the read then takes that away, though nobody looks for " +
		"them any more. Read the number first, then take the items: what comes in between rings again.",
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
	Truth:  "A write adds to the number, and a read takes the sum: 1, 2, 3, 4 and 5 make 15. Write 1 for each item.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var readTakesOne = &grade.Misconception{
	ID:     "read-takes-one",
	Belief: "Each read takes one notification, so the loop will call me again for the rest.",
	Truth: "A read takes the whole number and leaves 0: five notifications are one callback. The number says how many items " +
		"wait, and nobody will say it again.",
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
	Belief: "An item can do without a ring of its own.",
	Truth:  "With a pipe it can, if the worker takes all. Here the number says how many items wait, and the worker takes as many: each item adds 1.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var byteOrder = &grade.Misconception{
	ID:     "byte-order",
	Belief: "Numbers go out in network byte order.",
	Truth: "The kernel reads an integer of this machine. On a little-endian one, 1 in network byte order is 2 to the " +
		"power of 56: it adds up well, and after 255 times the counter is full. Use binary.NativeEndian.",
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
	Truth: "The worker was busy, and has not heard it yet. When the fd that its loop watches is closed, what was in it is gone, " +
		"together with what epoll knew about it, and the worker goes on sleeping. Wait until its loop has returned, then close that fd.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var putsBack = &grade.Misconception{
	ID:     "puts-back",
	Belief: "The worker takes a part, and writes the rest of the number back.",
	Truth: "Then each part costs a write, a read and a callback. The number says how many items are in the queue: take " +
		"so many in this callback, and let only the dispatcher write to the bell.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var restByHand = &grade.Misconception{
	ID:     "rest-by-hand",
	Belief: "I take a part, and have myself called again for the rest.",
	Truth: "It works, and costs a callback for each part. The number says how many items are in the queue: take so many in this " +
		"callback.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var takesFewer = &grade.Misconception{
	ID:     "takes-fewer",
	Belief: "What I do not take now, the next ring brings.",
	Guess:  true,
	Truth: "A read takes the whole number and leaves 0: nobody will say again that these items wait. Take as many as the number says, in this " +
		"callback.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var numberNotRead = &grade.Misconception{
	ID:     "number-not-read",
	Belief: "It is enough that the bell has rung.",
	Truth: "The number says how many items wait, and only a read tells it, and sets it to 0. Read it in each callback, and take as many items as " +
		"it says.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var numberTooLarge = &grade.Misconception{
	ID:     "number-too-large",
	Belief: "An eventfd holds any number of 64 bits.",
	Truth: "The greatest that it holds is 2 to the power of 64, minus 2. A write of the number above that is refused (EINVAL), and one that would " +
		"make the sum greater finds no room (EAGAIN, or it waits). Look at the error of the write, and write a smaller number.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var workerNotTold = &grade.Misconception{
	ID:     "worker-not-told",
	Belief: "The worker will learn that it is the end.",
	Truth: "It sleeps in a loop of its own, and only its bell wakes it. Only its own thread may delete its event (Del from another one gives " +
		"ErrOtherThread). Tell it in the queue that it is the end, and ring.",
	Lesson: "04-deferred-notify", Section: "explain",
}

// secondBell is for a program in which nothing has gone wrong by it.
var secondBell = &grade.Misconception{
	ID:     "second-bell",
	Belief: "The end may come another way than the items.",
	Truth: "Here it may not: see the Task. Of two bells either may be heard first, so the worker would have to look for items that are left " +
		"when it hears of the end. What comes through the queue, with its ring, comes after the items by itself.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var endOvertakes = &grade.Misconception{
	ID:     "end-overtakes",
	Belief: "What I say last, the worker hears last.",
	Truth: "The items come through the queue. An end that comes another way can be there before the bell is " +
		"read, and what is left in the queue is never done. Send the end the same way: through the queue, and ring.",
	Lesson: "04-deferred-notify", Section: "explain",
}
