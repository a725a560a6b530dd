package exams

import "fdlab/lab/grade"

// What an echo server that fails seems to believe.

var writeTakesAll = &grade.Misconception{
	ID:     "write-takes-all",
	Belief: "What I give to write has been sent.",
	Truth: "write takes as much as the kernel has room for, and says how much that was. It may be less, or nothing " +
		"(EAGAIN). What it did not take is still yours: keep it, and send it when there is room.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var restInSharedBuffer = &grade.Misconception{
	ID:     "rest-in-shared-buffer",
	Belief: "One buffer for all clients will do, since only one callback runs at a time.",
	Truth: "It will do for what is done within one callback. What is kept until the next one must be where no other " +
		"client's read goes: each connection needs its own place for its rest.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var errorEndsAll = &grade.Misconception{
	ID:     "error-ends-all",
	Belief: "An error on a connection is a fault of the server.",
	Truth: "It is the end of one connection. Clients crash and cables are pulled: read gives ECONNRESET, write gives " +
		"EPIPE or ECONNRESET. Close that fd, and go on serving the others.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var restOvertaken = &grade.Misconception{
	ID:     "rest-overtaken",
	Belief: "What was just read can be sent at once.",
	Truth: "Not while an earlier rest waits for room: what is sent first arrives first. Put what was read behind the rest, " +
		"and send from its front.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var tookNothing = &grade.Misconception{
	ID:     "took-nothing",
	Belief: "A write that does not take all takes nothing.",
	Truth: "It takes a part, and says how many bytes that was: these are sent. Go on with the byte after them. (A write that takes " +
		"nothing gives EAGAIN.)",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var fullIsGone = &grade.Misconception{
	ID:     "full-is-gone",
	Belief: "When write gives an error, the client is gone.",
	Truth: "EAGAIN is not a fault: the kernel has no room now, because the client is slow. It is alive. Keep what " +
		"is left, and wait for room.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var endIsGone = &grade.Misconception{
	ID:     "end-is-gone",
	Belief: "When read gives 0, the client has gone.",
	Truth: "It says that the client will send no more. It may still read: printf text | nc does exactly that. First " +
		"send what is owed, then close.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var hoards = &grade.Misconception{
	ID:     "hoards",
	Belief: "I read whatever comes, and send it when I can.",
	Truth: "Then a client that talks and does not read fills the server's memory. Do not read from a client that " +
		"takes nothing: its bytes wait in the kernel, the kernel has a limit, and the client must wait.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var roomOnce = &grade.Misconception{
	ID:     "room-once",
	Belief: "When there is room, there is room for all of it.",
	Truth: "There is room for some of it, and write says for how much. A Write event without Persist fires once: what is " +
		"left then stays there for ever. Add it again as long as something is left, or let it persist, and delete it when all " +
		"is sent.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var neverPauses = &grade.Misconception{
	ID:     "never-pauses",
	Belief: "A callback goes on as long as there is something to read.",
	Truth: "A client may talk as fast as it is answered: then there is always something to read, the callback never returns, and all others " +
		"wait. Read once, or a few times, and return: a level-triggered event is called again, after those of the others.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var silentIsGone = &grade.Misconception{
	ID:     "silent-is-gone",
	Belief: "A client from which nothing comes for some time is gone.",
	Truth: "It may think, or read slowly. A server that must save its fds may disconnect such clients, and then says so to their users; " +
		"this one serves each client however slowly it writes or reads. Add the events of a client with event.NoTimeout.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var lastWordsLost = &grade.Misconception{
	ID:     "last-words-lost",
	Belief: "When a read gives 0, all is over.",
	Truth: "It says that nothing more will come. What came before it was read a moment ago, and is owed: send that first, then close. " +
		"(Words and a FIN may arrive together, before the loop looks.)",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

// slowIsGone is told in the place of fullIsGone where no write was refused.
var slowIsGone = &grade.Misconception{
	ID:     "slow-is-gone",
	Belief: "A client that does not take all is gone.",
	Truth:  "It is slow. A write that takes only a part is no fault: keep what is left, and let a Write event say when there is room.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var goneNotNoticed = &grade.Misconception{
	ID:     "gone-not-noticed",
	Belief: "A write that has failed may succeed later.",
	Truth: "After EAGAIN it does. EPIPE and ECONNRESET say that the client is gone: each further write says the same, and the fd stays " +
		"ready. Delete its events, and close it.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}
