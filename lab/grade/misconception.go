package grade

// What a program can show that it believes. Diagnose finds these by itself; an
// exam may tell another in its place (Examiner.Means), and name its own.
var (
	Blocked = &Misconception{
		ID:     "blocked",
		Belief: "While I wait for one source, the others can wait.",
		Truth: "A thread that is blocked in read(2) sleeps on that one fd; data on another does not wake it. " +
			"Let the loop wait for all of them, and read only what it says is ready.",
		Lesson: "01-select-vs-blocking-io", Section: "explain",
	}
	BlockedInCallback = &Misconception{
		ID:     "blocked-in-callback",
		Belief: "A callback may read until nothing is left.",
		Truth: "A callback was told of one read that will not block. A read of what is not there " +
			"sleeps in the kernel, and the loop with it: no other callback runs. Read once for each " +
			"callback, or make the fd non-blocking and stop at EAGAIN.",
		Lesson: "01-select-vs-blocking-io", Section: "explain",
	}
	// BlockedInCallback where the callback is that of another fd.
	BlockedOnAnother = &Misconception{
		ID:     "blocked-in-callback",
		Belief: "A callback may read from any fd it likes.",
		Guess:  true,
		Truth: "A callback was told of its own fd. A read of another one sleeps in the kernel if nothing is there, and the loop with it: no " +
			"other callback runs. Read in each callback the fd that it was called for.",
		Lesson: "01-select-vs-blocking-io", Section: "explain",
	}
	AcceptBlocks = &Misconception{
		ID:     "accept-blocks",
		Belief: "The listener's callback may accept until nobody is left.",
		Truth: "On a listener that blocks, the accept that finds nobody sleeps in the kernel until one more client comes, and the loop with it: no " +
			"other callback runs. Accept once for each callback, or make the listener non-blocking and stop at EAGAIN.",
		Lesson: "07-one-thread-many-clients", Section: "explain",
	}
	WriteBlocks = &Misconception{
		ID:     "write-blocks",
		Belief: "A write is done at once.",
		Guess:  true,
		Truth: "On an fd that blocks, write waits until the kernel has room for all of it, that is, until that client reads. The loop " +
			"waits, and all other clients with it. Make the fd non-blocking, and leave it so. (The one that accept gives blocks, whatever the listener does.)",
		Lesson: "07-one-thread-many-clients", Section: "explain",
	}
	ReadsAtTimeout = &Misconception{
		ID:     "reads-at-timeout",
		Belief: "When the callback of an fd is called, there is something to read.",
		Truth: "The callback is also called because the time is over, and then nothing is there: the read gives EAGAIN, or " +
			"sleeps if the fd blocks. The second argument (what) says the reason: look at it before you read.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	OneShot = &Misconception{
		ID:     "one-shot",
		Belief: "An event that was added stays added.",
		Truth: "Without Persist an event fires once and is then no longer pending: nobody watches its fd, whatever " +
			"waits or comes there. To get the next call, add it again, or let it persist.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	NeverDrained = &Misconception{
		ID:     "never-drained",
		Belief: "Readiness is a message: once told, it is over.",
		Truth: "Level-triggered readiness is a state. As long as one byte waits, the fd is ready, and the loop says " +
			"so in each turn. Only reading the bytes ends it.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	EndIgnored = &Misconception{
		ID:     "end-ignored",
		Belief: "After the end of file a source is silent.",
		Truth: "An end of file is a state, too: the fd stays readable, and each read gives 0. When a read gives 0, nobody writes there any more: " +
			"delete the event that reads it, or do not add it again. When nothing is left to write there, either, close the fd.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	// EndIgnored where no event was ever added for the fd.
	EndReadOn = &Misconception{
		ID:     "end-ignored",
		Belief: "When nothing came, I read again.",
		Truth: "A read that gives 0 says that nothing more will come, and each further read gives 0 again. Stop reading at the first one, and close " +
			"the fd.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	// EndIgnored where the loop sleeps: nothing tells it again of the end.
	EndNotDeleted = &Misconception{
		ID:     "end-ignored",
		Belief: "When a source has ended, its event is gone.",
		Truth: "An event is pending until it is deleted (without Persist, until it fires), and as long as one is, the loop waits. When a read gives 0, nothing " +
			"more will come from there: delete its event, or do not add it again; then close the fd.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	ReadOfNothing = &Misconception{
		ID:     "read-of-nothing",
		Belief: "A read that gives 0 says that the other end has closed.",
		Truth: "It does if it has asked for at least one byte. One that is given an empty slice gives 0 at once, and says nothing: see to it that the buffer has " +
			"room, and do not read while it has none.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	OwnWriter = &Misconception{
		ID:     "own-writer",
		Belief: "Read-write is read, and more.",
		Guess:  true,
		Truth: "A FIFO is at its end when its last writer has closed it. A program that opens it read-write is a writer of it, and so no read gives 0 while " +
			"it has that open. Where the end is to be seen, open it for reading only.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	AgainIsEnd = &Misconception{
		ID:     "again-is-end",
		Belief: "A read that fails means that the source is gone.",
		Truth: "EAGAIN is no failure: it says that nothing is left now, and more may come. The source has ended when a " +
			"read gives 0. At EAGAIN the callback returns, and its event stays.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	Polling = &Misconception{
		ID:     "polling",
		Belief: "Non-blocking reads in a loop are as good as waiting.",
		Truth: "Each read that finds nothing (EAGAIN) is a system call for nothing, and the thread never sleeps, or never for long. " +
			"Let the kernel say when there is something: wait in the loop.",
		Lesson: "01-select-vs-blocking-io", Section: "explain",
	}
	PollsByClock = &Misconception{
		ID:     "polls-by-clock",
		Belief: "A timer that looks often enough will find it.",
		Truth: "It finds it late, and wakes the thread again and again when nothing is there. The kernel says when there is something: " +
			"an event on the fd is called then, and only then.",
		Lesson: "01-select-vs-blocking-io", Section: "explain",
	}
	LoopsInCircle = &Misconception{
		ID:     "loops-in-circle",
		Belief: "A loop that does not block, called again and again, is a loop, too.",
		Truth: "It asks the kernel and returns at once, whether something was there or not. Without a pause that is a processor at full speed; with " +
			"one, what comes meanwhile waits, and the thread wakes for nothing. Let the loop wait: Dispatch, or Loop(Once), sleeps until there is something.",
		Lesson: "01-select-vs-blocking-io", Section: "explain",
	}
	WatchedNoMore = &Misconception{
		ID:     "watched-no-more",
		Belief: "Something will tell me when it comes.",
		Guess:  true,
		Truth: "While no event is pending on an fd, nobody hears what comes on it. Take the event away only from the fd of which nothing is wanted " +
			"just now, and not from others; and add it again as soon as it is.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	ExitStatus = &Misconception{
		ID:     "exit-status",
		Belief: "The work is done, so the exit status does not matter.",
		Guess:  true,
		Truth: "Who started the program learns from its exit status how it went: 0 says that all went well, any other number that something went " +
			"wrong. End with 0 if nothing did: let main return.",
	}
	NotHeard = &Misconception{
		ID:     "not-heard",
		Belief: "My wait tells me of all that comes.",
		Guess:  true,
		Truth: "A wait tells of what it is asked for, each time anew. select(2) looks only at the fds in its sets, and overwrites the sets, so fill them before " +
			"each call; its first argument is the highest fd + 1. poll(2) looks at the entries that it is given. And after the wait, each fd that is " +
			"ready must be read.",
		Lesson: "01-select-vs-blocking-io", Section: "explain",
	}
	NameGone = &Misconception{
		ID:     "name-gone",
		Belief: "Once the FIFO is open, its name is not needed.",
		Truth: "The program itself needs it no more, but a writer opens the FIFO by its name. Remove it at the end, when nobody is to write to it " +
			"any more.",
	}
	LoopNotRun = &Misconception{
		ID:     "loop-not-run",
		Belief: "When the events are added, the loop runs.",
		Truth: "A loop runs inside Dispatch, on the thread that calls it, and only until main returns: then the program is over, with all its " +
			"goroutines. Let main call Dispatch, or wait for the goroutine that does.",
		Lesson: "01-select-vs-blocking-io", Section: "explain",
	}
	EndIsFailure = &Misconception{
		ID:     "end-is-failure",
		Belief: "When Dispatch returns, something has gone wrong.",
		Truth: "It returns when no event is pending: that is how a loop ends in order, and its error is nil. Look at the error, and end with exit " +
			"status 0 if there is none.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	NeverLeft = &Misconception{
		ID:     "never-left",
		Belief: "A loop ends when no event is pending.",
		Truth: "Dispatch does. A loop with the flag NoExitOnEmpty goes on without events, until somebody calls Break or Exit: that is what " +
			"the flag is for. Where nothing comes to it from elsewhere while it has no event, leave the flag out: then it returns by itself.",
		Lesson: "03-one-base-per-thread", Section: "explain",
	}
	EagainGoesOn = &Misconception{
		ID:     "eagain-goes-on",
		Belief: "When nothing is left, I read once more.",
		Truth: "EAGAIN says that nothing is left now, and the next read says the same until something comes. Only the loop can wait " +
			"for that: return from the callback at EAGAIN. (In Go, break inside a switch ends the switch, and not the for around " +
			"it. return ends both.)",
		Lesson: "02-ev-persist", Section: "explain",
	}
	WriteRetried = &Misconception{
		ID:     "write-retried",
		Belief: "If write takes nothing, I try again until it does.",
		Truth: "There is room when the other end reads, and that may take hours. Until then each try is a system call " +
			"for nothing, in time that other clients need. Keep the rest, and let a Write event say when there is room.",
		Lesson: "07-one-thread-many-clients", Section: "explain",
	}
	RetriedByClock = &Misconception{
		ID:     "retried-by-clock",
		Belief: "If write takes nothing, a timer can try it again.",
		Truth: "It wakes the loop again and again for nothing while the other end does not read, and comes late when it does. " +
			"The kernel says when there is room: add a Write event, and delete it when all is sent.",
		Lesson: "07-one-thread-many-clients", Section: "explain",
	}
	AlwaysWritable = &Misconception{
		ID:     "always-writable",
		Belief: "A Write event tells me when I have something to write.",
		Truth: "It says that the kernel has room, and it nearly always has. If it is pending while nothing is left to write, " +
			"it makes the loop spin. Add it when a write left something over; delete it when all is sent.",
		Lesson: "07-one-thread-many-clients", Section: "explain",
	}
	NotWatched = &Misconception{
		ID:     "not-watched",
		Belief: "The loop sees every fd that I have open.",
		Truth: "The loop waits only for events that are pending. An event must be made and added for each fd, " +
			"before Dispatch or in a callback: lines after Dispatch run when the loop has ended.",
		Lesson: "01-select-vs-blocking-io", Section: "explain",
	}
	AcceptsNoMore = &Misconception{
		ID:     "accepts-no-more",
		Belief: "Nobody else will come.",
		Guess:  true,
		Truth: "Somebody has. Without an event on the listener, whoever connects waits in its backlog for ever. Delete that event only when " +
			"the program is to take no more clients: when its count of them is right.",
		Lesson: "07-one-thread-many-clients", Section: "explain",
	}
	ListenerClosed = &Misconception{
		ID:     "listener-closed",
		Belief: "No other client will come.",
		Truth:  "One wants to. When the listener is closed, nobody can connect. Close it when all clients that are to come have been accepted.",
		Lesson: "07-one-thread-many-clients", Section: "explain",
	}
	WatchedForWrite = &Misconception{
		ID:     "watched-for-write",
		Belief: "I want to write what comes, so it is a Write event.",
		Truth: "An event is about its own fd: Write says that this fd has room for more bytes, Read that bytes (or the end) can " +
			"be read from it. Where they go afterwards concerns another fd.",
		Lesson: "01-select-vs-blocking-io", Section: "explain",
	}
	NeverAdded = &Misconception{
		ID:     "never-added",
		Belief: "An event that I have made is waited for.",
		Truth: "NewEvent only makes it. It is pending from Add on, if Add gave no error. A loop without pending " +
			"events has nothing to wait for, and returns at once.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	ZeroTimeout = &Misconception{
		ID:     "zero-timeout",
		Belief: "A timeout of 0 means that there is none.",
		Truth: "A timeout of 0 is over at once: the callback is called for the reason Timeout, with nothing to read; and a persistent event with a " +
			"timeout of 0 is not added again: it is no longer pending. To wait for as long as it takes, add it with event.NoTimeout.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	EdgeLeft = &Misconception{
		ID:     "edge-left",
		Belief: "The loop will tell me again of what I leave unread.",
		Truth: "An edge-triggered event tells of new arrivals only. What a callback leaves in the kernel is not announced again: read " +
			"until EAGAIN, which only a non-blocking fd gives.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	Starved = &Misconception{
		ID:     "starved",
		Belief: "A callback may take as long as it needs.",
		Truth: "A callback runs on the loop's own thread. Until it returns, no other callback runs and no fd is " +
			"noticed. Let an event wait, for a time or for an fd, and a worker thread work.",
		Lesson: "03-one-base-per-thread", Section: "explain",
	}
	NeverUnlocked = &Misconception{
		ID:     "never-unlocked",
		Belief: "A lock is free again when I am done.",
		Truth: "It is free after Unlock, and not before: on every way out of the function (defer does that), and a " +
			"goroutine that holds it and locks it once more waits for itself. Until then each callback that wants it " +
			"waits, and its loop with it.",
		Lesson: "03-one-base-per-thread", Section: "explain",
	}
	WaitsInCallback = &Misconception{
		ID:     "starved",
		Belief: "A callback can wait for another goroutine.",
		Truth: "A callback runs on the loop's own thread. Until it returns, no other callback runs and no fd is noticed; and if the other goroutine waits " +
			"for something that the loop must do, both wait for ever. Hand over what there is, and return.",
		Lesson: "03-one-base-per-thread", Section: "explain",
	}
	MainReturned = &Misconception{
		ID:     "main-returned",
		Belief: "The other threads go on by themselves.",
		Truth: "When main returns, the program is over, with all its threads, whatever they were doing. Let main wait " +
			"until each loop has returned: on a channel, for instance, that its goroutine sends to at the end.",
		Lesson: "03-one-base-per-thread", Section: "explain",
	}
	Unanswered = &Misconception{
		ID:      "unanswered",
		Belief:  "What I have read comes out.",
		Unknown: true,
		Truth: "What was read the kernel has no more, and it has not come out. Follow what the reads above gave: where does the " +
			"program leave it?",
	}
	Noise = &Misconception{
		ID:      "noise",
		Belief:  "What I print besides does no harm.",
		Unknown: true,
		Truth: "Standard output is the program's product: other programs read it, and compare bytes. Find the line that has printed " +
			"this. (What is for you belongs to standard error: log.Print.)",
	}
	PrintedAgain = &Misconception{
		ID:     "printed-again",
		Belief: "What was printed is done with.",
		Guess:  true,
		Truth: "Something was printed twice. Whoever reads that believes that it was said twice. Print what a read gave once, and then " +
			"forget it.",
	}
	WrongOutput = &Misconception{
		ID:      "wrong-output",
		Belief:  "What comes out is what I meant.",
		Unknown: true,
		Truth:   "What comes out is not what is asked for: \"seen\" says from which byte on. Other programs read it, and they compare bytes.",
	}
	OnStandardError = &Misconception{
		ID:     "on-standard-error",
		Belief: "What is printed is printed, wherever.",
		Truth: "log.Print and println write to standard error, which is for people who look for faults. What the program is for belongs to " +
			"standard output: others read it there.",
	}
	SpeaksUnasked = &Misconception{
		ID:     "speaks-unasked",
		Belief: "A word more does no harm.",
		Guess:  true,
		Truth:  "A client gets an answer to what it says, and nothing else: it takes each byte for a part of its answer, and programs compare bytes.",
	}
	WrongBytes = &Misconception{
		ID:      "wrong-bytes",
		Belief:  "What I send is what I meant.",
		Unknown: true,
		Truth: "What was sent is not what is asked for: \"seen\" says from which byte on. The other end takes each byte for its " +
			"answer, and programs compare bytes.",
	}
	EndedEarly = &Misconception{
		ID:      "ended-early",
		Belief:  "The work is done.",
		Unknown: true,
		Truth:   "The program ended, and more was to come. What it did last stands above: what made it go on to its end?",
	}
	NoEventLeft = &Misconception{
		ID:     "no-event-left",
		Belief: "The loop goes on as long as something may come.",
		Guess:  true,
		Truth: "A loop goes on as long as an event is pending, and then Dispatch returns. Here the last one was gone, and more was to come: see " +
			"above what took it away. An event is pending until it is deleted; without Persist, until it fires.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	DoesNotEnd = &Misconception{
		ID:     "does-not-end",
		Belief: "The program ends when nothing more comes.",
		Guess:  true,
		Truth: "A loop ends when no event is pending, or when somebody breaks it off. One that is pending keeps it waiting: it was not " +
			"deleted, or was added again.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	MainStays = &Misconception{
		ID:     "main-stays",
		Belief: "When the loop has ended, the program has.",
		Guess:  true,
		Truth: "A program ends when main returns, and not before. No loop runs any more, so main still waits for something else, or has not come to its " +
			"end: see what stands behind Dispatch.",
		Lesson: "03-one-base-per-thread", Section: "explain",
	}
	LeftOpen = &Misconception{
		ID:     "left-open",
		Belief: "The kernel closes it for me.",
		Guess:  true,
		Truth: "The kernel closes what was left open when the program ends, and not before. Until then each fd that is forgotten stays " +
			"open, and a server may run for months. Close what you have opened.",
	}
	ShutIsClosed = &Misconception{
		ID:     "shutdown-is-close",
		Belief: "A socket that was shut down is closed.",
		Truth: "shutdown ends a direction of the connection, and not the fd. SHUT_WR sends the FIN; SHUT_RD sends nothing, so the other end " +
			"learns nothing of it. The fd stays open, and is the program's, until close.",
		Lesson: "05-time-wait", Section: "explain",
	}
	ClosedWatched = &Misconception{
		ID:     "closed-while-watched",
		Belief: "When the fd is closed, nothing of it is left.",
		Guess:  true,
		Truth: "When an fd is closed, the kernel forgets it, and the base does not: when the next fd that is opened gets the number, the old event " +
			"stands in its way, or is taken for its own. Delete the event first, then close the fd; where there are two of them, both.",
	}
	ClosedTwice = &Misconception{
		ID:     "closed-twice",
		Belief: "This number is still the fd that I mean.",
		Guess:  true,
		Truth: "After a close the number is nobody's, or another fd's: to close it once more fails, or closes that one. " +
			"Close each fd once, and see which one it is that is done with.",
	}
	ExitsInside = &Misconception{
		ID:     "exits-inside",
		Belief: "When all is done, the callback can end the program.",
		Truth: "os.Exit (and log.Fatal) end it where it stands: no deferred call runs, nothing is closed or " +
			"removed. Leave the loop instead: it returns when no event is pending.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	BrokenOff = &Misconception{
		ID:     "broken-off",
		Belief: "It is time to end the loop.",
		Truth: "Break and Exit end a loop though events are pending: what comes for these is not heard any more. Let it return when nothing is left " +
			"to do; without NoExitOnEmpty it does so by itself, when no event is pending.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	OneTurn = &Misconception{
		ID:     "one-turn",
		Belief: "Loop goes on until nothing is left.",
		Guess:  true,
		Truth: "With Once it waits until something is ready, calls the callbacks, and returns (\"done\"); with NonBlock it does not even wait. Call it again as long as " +
			"something may come, or use Dispatch, which returns when no event is pending.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	BrokenAndOn = &Misconception{
		ID:     "broken-and-on",
		Belief: "A loop must be left and entered again.",
		Guess:  true,
		Truth: "Break and Exit end a loop though events are pending, and what goes on is another one. None of that is needed: a callback returns, and the " +
			"loop goes on by itself. When no event is pending any more, Dispatch returns (without NoExitOnEmpty). Here that alone is to end it.",
		Lesson: "02-ev-persist", Section: "explain",
	}
	OtherThreads = &Misconception{
		ID:     "other-threads",
		Belief: "Several threads may share the work.",
		Truth:  "In other programs they may. Here one thread is to serve all: that is what the loop is for.",
		Lesson: "01-select-vs-blocking-io", Section: "explain",
	}
)
