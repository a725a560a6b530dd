package exams

import (
	"fdlab/lab/grade"
)

// What a server that cannot start again seems to believe.

var bindIgnored = &grade.Misconception{
	ID:     "bind-ignored",
	Belief: "bind works.",
	Truth: "It can fail, and then the socket has no port: listen gives it a free one, where no client looks. Look at the error, and see why the port is " +
		"not free.",
	Lesson: "05-time-wait", Section: "explain",
}

var onAnother = &grade.Misconception{
	ID:     "option-on-another",
	Belief: "The option belongs to the program.",
	Guess:  true,
	Truth:  "An option belongs to its socket. Set SO_REUSEADDR on the very socket that is bound, before bind, at each start.",
	Lesson: "05-time-wait", Section: "explain",
}

var endedIsFree = &grade.Misconception{
	ID:     "ended-is-free",
	Belief: "When my server has ended, its port is free.",
	Truth: "The kernel still has the connections that the server closed first, in TIME_WAIT and on this port, for a " +
		"minute. So bind gives EADDRINUSE, unless an option says that old connections do not matter.",
	Lesson: "05-time-wait", Section: "explain",
}

var optionTooLate = &grade.Misconception{
	ID:     "option-too-late",
	Belief: "It is enough to set SO_REUSEADDR somewhere.",
	Truth:  "bind looks at the option, so it must be there before. What is set later does not change bind's answer.",
	Lesson: "05-time-wait", Section: "explain",
}

var reusePort = &grade.Misconception{
	ID:     "reuse-port",
	Belief: "SO_REUSEPORT is another name for SO_REUSEADDR.",
	Truth: "It says more: that several sockets may listen on the port at the same time, and share its clients. Then a " +
		"second server, started by mistake, gets half of them, and nobody notices. With SO_REUSEADDR no other socket gets the port while " +
		"somebody listens.",
	Lesson: "05-time-wait", Section: "explain",
}

var otherPort = &grade.Misconception{
	ID:     "other-port",
	Belief: "Any port will do.",
	Truth:  "Clients look for a server on its port: on any other one it runs, and nobody finds it.",
	Lesson: "05-time-wait", Section: "production",
}

var waitsItOut = &grade.Misconception{
	ID:     "waits-it-out",
	Belief: "TIME_WAIT will be over if I try long enough.",
	Truth: "It will, after a minute in which nobody is served. But TIME_WAIT is not a fault, and there is no need to wait: " +
		"the server may say that old connections do not matter to it.",
	Lesson: "05-time-wait", Section: "explain",
}

var resetForClose = &grade.Misconception{
	ID:     "reset-for-close",
	Belief: "With a linger time of 0 there is no TIME_WAIT, so that is the cure.",
	Truth: "A close with linger 0 is a reset: nobody is in TIME_WAIT after it, what has not arrived is thrown away, and the other end gets ECONNRESET " +
		"if it has not ended yet. It cannot tell a good end from a crash.",
	Lesson: "05-time-wait", Section: "explain",
}

var closedUnread = &grade.Misconception{
	ID:     "closed-unread",
	Belief: "What is unread when I close does not matter.",
	Guess:  true,
	Truth: "A close with bytes unread is a reset: the kernel tells the other end that its words were lost, and what was answered " +
		"may be lost, too. Read all that was sent, to the end of the line, then close.",
	Lesson: "05-time-wait", Section: "explain",
}

var clientFirst = &grade.Misconception{
	ID:     "waits-for-the-client",
	Belief: "The client may close first.",
	Truth: "On other servers it may. Here the end of file is what says that the answer is complete: the client waits for it, and the " +
		"server for the client. Close when the answer is written.",
	Lesson: "05-time-wait", Section: "explain",
}

var answerCut = &grade.Misconception{
	ID:     "answer-cut",
	Belief: "Whatever I have written, the client has its answer.",
	Guess:  true,
	Truth: "The end of file says that the answer is complete, so the client believes that there is no more. The answer is its " +
		"whole line, with the newline: compare how much each read gave with how much was written.",
}

var answeredIsServed = &grade.Misconception{
	ID:     "answered-is-served",
	Belief: "A client that has its answer is served.",
	Truth: "It waits for the end of file, which says that the answer is complete. Close the connection when the answer is written, before " +
		"you wait for the next client.",
	Lesson: "05-time-wait", Section: "explain",
}

var servesTooFew = &grade.Misconception{
	ID:     "serves-too-few",
	Belief: "All clients are served.",
	Guess:  true,
	Truth:  "The second argument says how many are to be served. So many have to be accepted and answered before the program ends.",
}

var notAwaited = &grade.Misconception{
	ID:     grade.MainReturned.ID,
	Belief: grade.MainReturned.Belief,
	Truth: "When main returns, the program is over, with all its goroutines, whatever they were doing. Let main wait until each client " +
		"is answered: with a sync.WaitGroup, for instance.",
	Lesson: grade.MainReturned.Lesson, Section: grade.MainReturned.Section,
}

var optionTakenAway = &grade.Misconception{
	ID:     "option-taken-away",
	Belief: "When the port is bound, the option has done its work.",
	Truth: "A connection inherits SO_REUSEADDR from the listener when it is accepted, and on Linux the old one must have it, too, or bind " +
		"refuses the port while it is in TIME_WAIT. Set the option before bind, and leave it.",
	Lesson: "05-time-wait", Section: "explain",
}

var servesOneMore = &grade.Misconception{
	ID:     "serves-one-more",
	Belief: "One more client may come.",
	Guess:  true,
	Truth:  "The second argument says how many are served. When the last one of them has its answer, the server closes its listener and ends.",
}

var onlySecond = &grade.Misconception{
	ID:     "only-second",
	Belief: "Only the socket that takes the port needs the option.",
	Guess:  true,
	Truth: "On Linux the old connections must have it, too: they have inherited it from the listener that accepted them, or not. So set the " +
		"option at each start, before bind, also at the first one.",
	Lesson: "05-time-wait", Section: "explain",
}

var onAccepted = &grade.Misconception{
	ID:     "option-on-connections",
	Belief: "The option belongs to the connections that will be in TIME_WAIT.",
	Truth: "They need it, and inherit it from their listener. But the new socket needs it, too: bind asks both. Set it on the listener, " +
		"before bind, at each start.",
	Lesson: "05-time-wait", Section: "explain",
}

var optionOff = &grade.Misconception{
	ID:     "option-off",
	Belief: "It is enough to call setsockopt.",
	Guess:  true,
	Truth: "The call says whether the option is to be on or off, and bind looks at what is so when it is called. Switch SO_REUSEADDR on, before bind, " +
		"at each start, and leave it so.",
	Lesson: "05-time-wait", Section: "explain",
}

var optionRefused = &grade.Misconception{
	ID:     "option-refused",
	Belief: "The option is set, since I have called setsockopt.",
	Truth: "The call can fail, and then nothing is set. Look at its error. SO_REUSEADDR is an option of the level SOL_SOCKET: at another " +
		"level the same number is another option, or none.",
	Lesson: "05-time-wait", Section: "explain",
}

var bothOptions = &grade.Misconception{
	ID:     "both-options",
	Belief: "Two options are better than one.",
	Truth: "SO_REUSEADDR is enough. SO_REUSEPORT says more: that several sockets may listen on the port at the same time, and share its " +
		"clients. Then a second server, started by mistake, gets half of them, and nobody notices.",
	Lesson: "05-time-wait", Section: "explain",
}

var requestIsFile = &grade.Misconception{
	ID:     "waits-for-the-end",
	Belief: "A request ends with the end of file.",
	Truth: "It ends with its line. The client closes its end when it has its answer, and so each waits for the other. Answer when the " +
		"line is there, and close.",
}

var listensAnew = &grade.Misconception{
	ID:     "listens-anew",
	Belief: "A listener is for one client.",
	Truth: "It is for all that come. Clients that wait in its backlog are connected already, and closing it resets them, whatever socket " +
		"listens on the port afterwards. Close the listener when the last client has been accepted, and not before.",
	Lesson: "07-one-thread-many-clients", Section: "explain",
}

var allFirst = &grade.Misconception{
	ID:     "all-first",
	Belief: "First I accept all clients, and then I answer them.",
	Truth: "The next client may come in an hour. One that is connected waits for its answer, and not for others: answer it as soon as " +
		"its line has come.",
	Lesson: "01-select-vs-blocking-io", Section: "explain",
}
