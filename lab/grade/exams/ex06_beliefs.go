package exams

import "fdlab/lab/grade"

// What programs of exercise 06 show that they believe, in whom they have serve a connection.

var acceptorServes = &grade.Misconception{
	ID:     "acceptor-serves",
	Belief: "The thread that accepts a connection serves it.",
	Guess:  true,
	Truth: "What accept(2) gives is a number, and any thread of the process may use it. The acceptor reads and writes nothing: it " +
		"chooses the worker whose turn it is, and that one's base watches the connection, from its first word on. One callback " +
		"that takes long then keeps one worker, and not the acceptor.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var addedFromOutside = &grade.Misconception{
	ID:     "added-from-outside",
	Belief: "A base takes an event from any thread.",
	Truth: "A base belongs to the thread that runs it: Add, Del and Active from another one are refused (ErrOtherThread; look at what " +
		"they return). Post is the way in: the function that it gets runs on the base's own thread, and may add.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var oneBuffer = &grade.Misconception{
	ID:     "one-buffer",
	Belief: "One buffer is enough for all.",
	Truth: "Two workers read at the same time, and what the second read puts into the buffer is what the first one then writes. Give each " +
		"worker, or each callback, a buffer of its own.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var allOnOne = &grade.Misconception{
	ID:     "all-on-one",
	Belief: "With two workers, each gets its share.",
	Guess:  true,
	Truth: "Each connection has gone to the same worker. Choose by how many connections were accepted before, and keep that number " +
		"where it outlives the callback.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var notInTurn = &grade.Misconception{
	ID:     "not-in-turn",
	Belief: "By my rule the workers take turns.",
	Guess:  true,
	Truth: "In turn means: one worker, the other, the first again, by the order in which the clients were accepted. Who is free, who has " +
		"left and which number the fd has do not matter. Count what was accepted, and nothing else.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var anyWorker = &grade.Misconception{
	ID:     "any-worker",
	Belief: "Any thread may serve a connection.",
	Guess:  true,
	Truth: "Two threads deal with one connection, and what belongs to it needs a lock. Here it " +
		"is handed over once, with its event: from then on all its callbacks run on one thread, one after the other.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var answeredElsewhere = &grade.Misconception{
	ID:     "answered-elsewhere",
	Belief: "The thread that reads need not be the one that writes.",
	Truth: "Two threads then use one connection: answers can overtake each other, and one may be written when the other thread has closed the fd. " +
		"The callback that has read writes the answer itself.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var readsUnasked = &grade.Misconception{
	ID:     "reads-unasked",
	Belief: "A new client has something to say, so I can read at once.",
	Truth: "It may say nothing for days. Then the read sleeps inside the posted function, and with it the worker's loop and all of its clients. " +
		"Add the event: the loop says when there is something to read.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var goroutineEach = &grade.Misconception{
	ID:     "goroutine-each",
	Belief: "A goroutine that serves a connection is a worker, too.",
	Truth: "While it is blocked in read(2), it holds an OS thread for this one connection, and serves no other. A worker " +
		"sleeps in its loop, once for all its connections: each of them needs an event on the worker's base.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}
