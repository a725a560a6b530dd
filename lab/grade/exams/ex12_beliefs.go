package exams

import "fdlab/lab/grade"

// What an echo server that fails seems to believe.

var writeTakesAll = &grade.Misconception{
	ID:     "write-takes-all",
	Belief: "What I give to write will be sent.",
	Guess:  true,
	Truth: "write takes as much as the kernel has room for, and says how much that was. It may be less, or nothing " +
		"(EAGAIN). What it did not take is still yours: keep it, and let a Write event say when there is room for it.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var restInSharedBuffer = &grade.Misconception{
	ID:     "rest-in-shared-buffer",
	Belief: "One place for what is left over will do, since only one callback runs at a time.",
	Truth: "It will do for what is done within one callback. What is kept until the next one must be where no other " +
		"client's bytes go: each connection needs its own place for its rest.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var errorEndsAll = &grade.Misconception{
	ID:     "error-ends-all",
	Belief: "An error on a connection is a fault of the server.",
	Truth: "It is the end of one connection. A client may crash, or reset its connection: read gives ECONNRESET, write gives EPIPE " +
		"or ECONNRESET. Close that fd, and go on serving the others.",
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
	Belief: "A write that gives EAGAIN has failed.",
	Truth: "EAGAIN is not a fault: the kernel has no room now, because the client is slow. It is alive. Keep what " +
		"is left, and wait for room.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var endIsGone = &grade.Misconception{
	ID:     "end-is-gone",
	Belief: "When read gives 0, the client has gone.",
	Truth: "It says that the client will send no more. It may still read, and wait for its answers. First " +
		"send what is owed, then close.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var hoards = &grade.Misconception{
	ID:     "hoards",
	Belief: "I read whatever comes, and send it when I can.",
	Guess:  true,
	Truth: "If a server reads on from a client that takes nothing, what it owes grows with each read, and fills its memory. Do not " +
		"read from such a client: its bytes wait in the kernel, the kernel has a limit, and the client must wait.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var limitOvershot = &grade.Misconception{
	ID:     "limit-overshot",
	Belief: "I stop reading when much is kept.",
	Guess:  true,
	Truth: "More than the limit was kept. A limit holds after a read, too: before each read see how much of 1 MiB is left, and " +
		"read at most that much.",
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
	ID:     "gives-client-up",
	Belief: "A client from which nothing comes for some time is gone.",
	Guess:  true,
	Truth: "A client may think for a long time, or read slowly. A server that must save its fds may disconnect such clients, and " +
		"then says so to their users; this one serves each client however slowly it writes or reads. Add the events of a client " +
		"with event.NoTimeout.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var lastWordsLost = &grade.Misconception{
	ID:     "last-words-lost",
	Belief: "When a read gives 0, all is over.",
	Truth: "It says that nothing more will come. What came before it was read a moment ago, and is owed: send that first, then close. " +
		"(Words and a FIN may arrive together, before the loop looks.)",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var othersWords = &grade.Misconception{
	ID:     "others-words",
	Belief: "The answer will find its client.",
	Guess:  true,
	Truth: "An answer goes to the fd that write is given, with the bytes that are in the buffer then. A callback that was called " +
		"for one client must use this client's fd and bytes.",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

var doneWithIt = &grade.Misconception{
	ID:     "done-with-it",
	Belief: "I have done what I can for this client.",
	Guess:  true,
	Truth: "The client is connected: it may say more, or is owed an answer. A connection is over when a read gives 0 and all is sent, or when a " +
		"read or a write gives an error that is not EAGAIN.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var readInPlace = &grade.Misconception{
	ID:     "read-in-place",
	Belief: "While something is left over, I can read on.",
	Truth: "What is read next must be put behind what is left over, and not in its place. Or take the Read event away while there is a rest, " +
		"and add it again when all is sent.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

// slowIsGone is told in the place of fullIsGone where no write was refused.
var slowIsGone = &grade.Misconception{
	ID:     "slow-is-gone",
	Belief: "A client that does not take all is gone.",
	Guess:  true,
	Truth: "It is slow, and not gone. A write that takes only a part is no fault: keep what is left, let a Write event say when there is room, and when much is kept, " +
		"read no more from that client until it has been sent.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var goneNotNoticed = &grade.Misconception{
	ID:     "gone-not-noticed",
	Belief: "A write that has failed may succeed later.",
	Truth: "After EAGAIN it does. EPIPE and ECONNRESET say that the client is gone: each further write says the same, and the fd stays " +
		"ready. Delete its events, and close it.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}
