package exams

import (
	"fdlab/lab/grade"
)

// What a client that keeps TIME_WAIT, or prints no answer, seems to believe.

var closesFirst = &grade.Misconception{
	ID:     "closes-first",
	Belief: "When I have my answer, I close.",
	Truth: "The side that closes first keeps the connection in TIME_WAIT for a minute, and its port with it. A client with a port " +
		"of its own cannot use it again, and a busy one runs out of ports. Let the server close first.",
	Lesson: "05-time-wait", Section: "explain",
}

var byeAndGone = &grade.Misconception{
	ID:     "bye-and-gone",
	Belief: "When I have said bye, the server will close, and I may go.",
	Guess:  true,
	Truth: "The server closes when it has read bye, some time later. Whoever closes before it sends the first FIN. Wait until you see the " +
		"server's: a read that has room for bytes gives 0.",
	Lesson: "05-time-wait", Section: "explain",
}

// lastNotAwaited has the ID of byeAndGone.
var lastNotAwaited = &grade.Misconception{
	ID:     "bye-and-gone",
	Belief: "After the last answer there is nothing to wait for.",
	Guess:  true,
	Truth: "Whoever sends the first FIN is in TIME_WAIT, and the program's port with it, after the last answer, too. Wait until you see the server's: " +
		"a read that has room for bytes gives 0.",
	Lesson: "05-time-wait", Section: "explain",
}

var halfClose = &grade.Misconception{
	ID:     "half-close",
	Belief: "shutdown is not close, so it does not count.",
	Truth: "What counts is the FIN, and shutdown(SHUT_WR) sends it. The close after it changes no more. The first FIN decides " +
		"which side is in TIME_WAIT, whichever call has sent it.",
	Lesson: "05-time-wait", Section: "explain",
}

var timeWaitHidden = &grade.Misconception{
	ID:     "time-wait-hidden",
	Belief: "With SO_REUSEADDR there is no TIME_WAIT.",
	Truth: "SO_REUSEADDR only says that an old connection in TIME_WAIT does not matter to bind, if that one had the option, too. " +
		"The connection is there all the same, and on your side. Which side has it depends on which side closes first.",
	Lesson: "05-time-wait", Section: "explain",
}

var optionToBeSafe = &grade.Misconception{
	ID:     "option-to-be-safe",
	Belief: "An option more does no harm.",
	Truth: "Here SO_REUSEADDR is not allowed: with it bind takes the port whichever side is in TIME_WAIT, so that it works would show " +
		"nothing. Leave the option out.",
	Lesson: "05-time-wait", Section: "explain",
}

var noBye = &grade.Misconception{
	ID:     "no-bye",
	Belief: "The server closes by itself when it has answered.",
	Truth: "Some do. This one takes more questions on the same connection, until the client says bye. Now each waits " +
		"for the other.",
	Lesson: "05-time-wait", Section: "production",
}

var readIsAnswer = &grade.Misconception{
	ID:     "read-is-answer",
	Belief: "What one read gives is the answer.",
	Guess:  true,
	Truth: "TCP is a stream of bytes. A read gives what has come so far: half an answer, perhaps. The answer is whole when its " +
		"line ends: only then print it, and say bye.",
}

var anyPort = &grade.Misconception{
	ID:     "any-port",
	Belief: "If I take another port each time, TIME_WAIT does not matter.",
	Guess:  true,
	Truth: "Here the port is given, and each question is asked from it: only then is it seen that the program has left no " +
		"connection in TIME_WAIT there. Bind to it before each connect.",
	Lesson: "05-time-wait", Section: "production",
}

var speaksAhead = &grade.Misconception{
	ID:     "speaks-ahead",
	Belief: "What I have to say I can say at once.",
	Truth: "On this server a connection is one question, its answer, and bye, in this order. A client that sends more with the " +
		"question does not know yet whether there will be an answer.",
}

var sleepsForFIN = &grade.Misconception{
	ID:     "sleeps-for-it",
	Belief: "After a while the server will have closed.",
	Truth: "A sleep is a guess: too long on most days, too short on the one that matters. The kernel tells exactly when " +
		"the server's FIN has come: read gives 0.",
	Lesson: "05-time-wait", Section: "explain",
}

var oneConnection = &grade.Misconception{
	ID:     "one-connection",
	Belief: "All questions can go over one connection.",
	Truth: "On this server they could, and it would be cheaper. But the exercise is about what is left of a connection: each " +
		"question is asked on a new one, from the same port, when the one before it has ended.",
	Lesson: "05-time-wait", Section: "production",
}

var nothingYetIsEnd = &grade.Misconception{
	ID:     "nothing-yet-is-end",
	Belief: "When a read gives no bytes, the server has closed.",
	Truth: "It has closed when a read gives 0. EAGAIN says that nothing has come so far: the fd does not block, or has a time limit for " +
		"reads (SO_RCVTIMEO). The server may close an hour later: wait for its end, however long it takes.",
	Lesson: "05-time-wait", Section: "explain",
}

var ownEndOfFile = &grade.Misconception{
	ID:     "own-end-of-file",
	Belief: "A read that gives 0 says that the server has closed.",
	Truth: "After a shutdown of the program's own for reading, a read that finds nothing gives 0, whether the server has closed or " +
		"not. Leave that direction open, and wait for a read that gives 0.",
	Lesson: "05-time-wait", Section: "explain",
}

var printsAtTheEnd = &grade.Misconception{
	ID:     "prints-at-the-end",
	Belief: "It is enough that the answer is printed in the end.",
	Guess:  true,
	Truth: "The server closes some time later, and until then nobody sees the answer. Print it as soon as it is complete (a bufio.Writer keeps it " +
		"until Flush); then say bye, and wait.",
}

var moreToCome = &grade.Misconception{
	ID:     "more-to-come",
	Belief: "There is more to come.",
	Guess:  true,
	Truth: "An answer is one line: with its newline it is complete. Print it then, and say bye. The server closes when it is told so, and " +
		"not before.",
	Lesson: "05-time-wait", Section: "production",
}

var waitsAWhile = &grade.Misconception{
	ID:     "waits-a-while",
	Belief: "What has not come after some time will not come.",
	Guess:  true,
	Truth: "The rest of an answer may come an hour after its beginning, and the server's end an hour after the bye. Wait for it, however long it takes: add the event with " +
		"event.NoTimeout.",
}

var asksForIt = &grade.Misconception{
	ID:     "asks-for-it",
	Belief: "To ask again and again is to wait.",
	Truth: "Each read that finds nothing (EAGAIN) is a system call for nothing: the program is awake for it, and has to come again, whether the fd does not block " +
		"or its reads have a time limit (SO_RCVTIMEO). On an fd that blocks, and has no limit, one read sleeps until there is something.",
	Lesson: "01-select-vs-blocking-io", Section: "explain",
}

var printsToStderr = &grade.Misconception{
	ID:     "prints-to-stderr",
	Belief: "What is seen on the terminal is output.",
	Truth: "A terminal shows both streams. Other programs read standard output; standard error, where log.Print and println write, is for " +
		"messages about the program. Print the answer with fmt.Print, or write it to os.Stdout.",
}

var lineNotEnded = &grade.Misconception{
	ID:     "line-not-ended",
	Belief: "The newline need not be sent.",
	Truth: "It is what ends a line: TCP is a stream of bytes, and has no other mark. Until it comes, the server waits for the rest of " +
		"the line, and the client waits for the server.",
	Lesson: "02-ev-persist", Section: "explain",
}

var endIsClosed = &grade.Misconception{
	ID:     "end-is-closed",
	Belief: "When the server has closed, the connection is gone.",
	Truth: "Only its direction has ended. The program's own end stays, in CLOSE_WAIT and on its port, until the program closes it, too: " +
		"do that after each question, before the next bind.",
	Lesson: "05-time-wait", Section: "explain",
}

var stillHasPort = &grade.Misconception{
	ID:     "still-has-port",
	Belief: "The connection of the last question does not matter any more.",
	Truth: "Its socket is open, and has the port. Say bye, wait until read gives 0, and close it: then the port is free for the next " +
		"bind.",
	Lesson: "05-time-wait", Section: "explain",
}
