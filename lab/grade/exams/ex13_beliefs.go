package exams

import "fdlab/lab/grade"

// What a server that stops badly seems to believe.

var diesOfIt = &grade.Misconception{
	ID:     "dies-of-it",
	Belief: "SIGINT ends a program, whatever it does.",
	Truth: "That is only what happens by default: signal(7). A program that asks for the signal (an event made with " +
		"NewSignal, and added) is told of it, in its loop, and goes on.",
	Lesson: lesson07, Section: "explain",
}

var breaksOff = &grade.Misconception{
	ID:     "breaks-off",
	Belief: "When I am told to stop, I stop.",
	Guess:  true,
	Truth: "What was read, or waits to be read, is owed an answer, and is lost when the program ends. Stop taking in what is new, " +
		"finish what was begun, and let the loop end by itself: when no event is left.",
	Lesson: lesson07, Section: "explain",
}

var backlogReset = &grade.Misconception{
	ID:     "backlog-reset",
	Belief: "Closing the listener only keeps new clients out.",
	Truth: "It resets all that wait in its backlog. The kernel connected them long ago: their ends are ESTABLISHED, and perhaps they have " +
		"sent their requests. Accept until EAGAIN first, then close.",
	Lesson: lesson07, Section: "explain",
}

// notAllAccepted is told in the place of backlogReset where the callback for the signal has accepted somebody.
var notAllAccepted = &grade.Misconception{
	ID:     "not-all-accepted",
	Belief: "I have accepted, so nobody waits any more.",
	Truth: "One accept takes one client. Others may be in the backlog, and are reset when the listener is closed. Accept until EAGAIN: it says " +
		"that nobody waits any more. Then close.",
	Lesson: lesson07, Section: "explain",
}

var backlogIsNew = &grade.Misconception{
	ID:     "backlog-is-new",
	Belief: "A client in the backlog is new, and nobody new is let in.",
	Truth: "It was connected before the signal came, and has perhaps sent its request. Accept it, and serve it like the others: " +
		"read what it has sent, answer, and disconnect it at EAGAIN.",
	Lesson: lesson07, Section: "explain",
}

var lingerLoses = &grade.Misconception{
	ID:     "linger-loses",
	Belief: "A close with linger 0 is a quick close.",
	Truth: "It is a reset: what the kernel has not sent yet is thrown away, and the client gets ECONNRESET in the place of the rest. " +
		"Without that option, close lets the kernel send all that was written.",
	Lesson: "05-time-wait", Section: "explain",
}

var halfLetGo = &grade.Misconception{
	ID:     "half-let-go",
	Belief: "When I have sent my FIN, the client will close, too.",
	Truth: "It may stay for days: it has only learned that nothing more will come. Until it closes, the connection, its fd and its event " +
		"keep the server. Close the socket of a client that has all.",
	Lesson: lesson07, Section: "explain",
}

var arrivedNotRead = &grade.Misconception{
	ID:     "arrived-not-read",
	Belief: "A client that I owe nothing can be disconnected.",
	Guess:  true,
	Truth: "It may have spoken, and not all of that is read yet: one read takes at most what its buffer holds. Read on, however many reads that takes, and disconnect it " +
		"at EAGAIN. (Closing a socket with unread bytes sends an RST, and that can destroy even answers that were sent.)",
	Lesson: lesson07, Section: "explain",
}

var waitsForClients = &grade.Misconception{
	ID:     "waits-for-clients",
	Belief: "A graceful stop waits until all clients have left.",
	Guess:  true,
	Truth: "A client that has all its answers is disconnected by the server: its event is deleted, and its fd closed. The clients " +
		"do not know that the server waits, and may stay for days.",
	Lesson: lesson07, Section: "explain",
}

var acceptedAndLeft = &grade.Misconception{
	ID:     "accepted-and-left",
	Belief: "Each client will speak, and then I can disconnect it.",
	Truth: "One that says nothing is never ready for reading: no callback runs for it, and the server waits for it. When the server stops, " +
		"read once from each client that is owed nothing, also from those that it has just accepted from the backlog.",
	Lesson: lesson07, Section: "explain",
}

var stillListens = &grade.Misconception{
	ID:     "still-listens",
	Belief: "New clients do no harm while I finish.",
	Truth: "Then the server never finishes, or they are disconnected soon after. With the listener closed they are refused at once, and " +
		"try another server, or this one's successor: the port is free for it.",
	Lesson: lesson07, Section: "explain",
}

var closesOwing = &grade.Misconception{
	ID:     "closes-owing",
	Belief: "When the server stops, it can close a connection.",
	Guess:  true,
	Truth: "A client is owed an answer to all that it had sent, read or unread. Send all, then read again, and disconnect the " +
		"client when that read gives EAGAIN.",
	Lesson: lesson07, Section: "explain",
}

var notLookedAgain = &grade.Misconception{
	ID:     "not-looked-again",
	Belief: "The loop will come to this client once more.",
	Guess:  true,
	Truth: "A client that has all its answers and says nothing is never ready for reading, and the loop does not call for it any more. When the program stops and nothing is " +
		"owed to a client, read once more by yourself (Active calls the callback), and disconnect it at EAGAIN.",
	Lesson: lesson07, Section: "explain",
}

var listenerOpen = &grade.Misconception{
	ID:     "listener-open",
	Belief: "Without its event the listener takes nobody in.",
	Truth: "The kernel connects new clients as long as it is open: they wait in the backlog, and nobody comes for them. With the listener " +
		"closed they are refused at once, and try another server.",
	Lesson: lesson07, Section: "explain",
}

var stoppedIsError = &grade.Misconception{
	ID:     grade.ExitStatus.ID,
	Belief: "A server that was stopped ends with an error.",
	Truth:  "It has done all that it was to do. Exit status 0 says so; a script takes any other one for a failure. Let main return.",
}

var cutOff = &grade.Misconception{
	ID:     "cut-off",
	Belief: "A stop must be over after some time.",
	Truth: "Then a slow reader loses the rest of its answer, and cannot know that there was more. Here it gets all, however long it takes: " +
		"no Exit with a time, and no timer that closes. The loop ends by itself when the last event is gone.",
	Lesson: lesson07, Section: "explain",
}

// triesForRoom is told in the place of grade.RetriedByClock where it need not be a timer.
var triesForRoom = &grade.Misconception{
	ID:     grade.RetriedByClock.ID,
	Belief: "If write takes nothing, I try it again a little later.",
	Truth: "The program is woken again and again for nothing while the client does not read, and comes late when it does. The kernel says when " +
		"there is room: add a Write event, and delete it when all is sent.",
	Lesson: lesson07, Section: "explain",
}

var readsOverRest = &grade.Misconception{
	ID:     "reads-over-rest",
	Belief: "One more read does no harm.",
	Guess:  true,
	Truth: "What a connection is still owed was in the buffer that the read has filled, and is lost. Read once more from a client " +
		"that is owed nothing; for a client that is owed something, wait for room first.",
	Lesson: lesson07, Section: "explain",
}

var signalIsAll = &grade.Misconception{
	ID:     "signal-is-all",
	Belief: "The program was told to stop, so it will stop.",
	Guess:  true,
	Truth: "A program does at a signal what its callback does, and nothing else. The first signal is the one that counts: take no " +
		"new clients from then on, and disconnect those that have all their answers.",
	Lesson: lesson07, Section: "explain",
}

var notInTheLoop = &grade.Misconception{
	ID:     "not-in-the-loop",
	Belief: "A signal can be handled anywhere.",
	Truth: "Its handler deals with connections, and these belong to the loop's thread. Let the loop be told, as of anything " +
		"else: by an event that is made with NewSignal and added, or by Base.Post.",
	Lesson: lesson07, Section: "explain",
}
