package grade

// What has nothing to do with loops.
var (
	DoesNotCompile = &Misconception{ID: "does-not-compile", Belief: "It will compile.",
		Truth: "The compiler names the line. Correct the first thing that it says, and try again."}
	Crashed = &Misconception{ID: "crashed", Belief: "This cannot happen.",
		Guess: true,
		Truth: "The program died. Its last words say of what, and in which line."}
	MinusOne = &Misconception{ID: "minus-one", Belief: "What a read or a write returns is how many bytes it moved.",
		Truth: "With an error it is -1: no byte was moved, and no slice begins or ends there. Look at the error " +
			"first. (EAGAIN is one, too.)"}
	GaveUp = &Misconception{ID: "gave-up", Belief: "In this case the program must end.",
		Guess: true,
		Truth: "The program ended itself, with an exit status that is not 0, and more was to come. If it had last words, they stand " +
			"above: find the line that ends it, and what led there."}
	EndsInError = &Misconception{ID: "ends-in-error", Belief: "So the program may end, too.",
		Guess: true,
		Truth: "An exit status other than 0 says that something went wrong. Nothing more was to come, so it was to end with 0. If it " +
			"had last words, they stand above: find the line that ends it, and what led there."}
	ClosedAtOnce = &Misconception{ID: "closed-at-once", Belief: "I close what I have opened, so it will be closed at the end.",
		Truth: "A call runs where it stands: this one has closed the fd at once. With defer before it, it runs when the function returns."}
	ClosedInUse = &Misconception{ID: "closed-in-use", Belief: "What is closed is out of use.", Guess: true,
		Truth: "The number of a closed fd is nobody's: a wait or a call that is given it fails (EBADF, bad file descriptor). Take an fd out of all that the program waits " +
			"for when you close it."}
	ErrorIgnored = &Misconception{ID: "error-ignored", Belief: "When Dispatch returns, all is done.",
		Truth: "It returned because something was wrong. The error beside the reason names the fd and the way out: " +
			"pass it on, or print it."}
	NoTrace = &Misconception{ID: "no-trace", Belief: "Any way to read and write will do.",
		Truth: "An exercise is judged by its trace. Use fdlab/lab/sys for the system calls and fdlab/lab/event for " +
			"the loop: they leave one."}
	PastTheLab = &Misconception{ID: "past-the-lab", Belief: "unix.Close and sys.Close do the same.",
		Truth: "The kernel does the same. But an exercise is judged by its trace, and only calls through fdlab/lab/sys leave records: " +
			"package unix is there for its constants (and for its waits, where the Task allows them). Put sys in the place of it, and check again: what is said then " +
			"rests on all that the program does."}
	Forks = &Misconception{ID: "forks", Belief: "Another program can do it.",
		Truth: "An exercise is one process. What another process does leaves no trace here."}
	Floods = &Misconception{ID: "floods", Belief: "It prints when something has come.",
		Unknown: true,
		Truth: "The program has printed so much that not all of it could be kept, and nobody has said so much. Find the line that prints, and what calls it " +
			"again and again."}
	Restless = &Misconception{ID: "restless", Belief: "When nothing comes, my loop sleeps.",
		Unknown: true,
		Truth: "The thread never slept: it was called again and again, and did not read or write a byte meanwhile. The records above show what follows what: " +
			"which of them makes the next one come at once?",
		Lesson: "01-select-vs-blocking-io", Section: "explain"}
	OwnTimeout = &Misconception{ID: "own-timeout", Belief: "A wait needs a timeout, or it may last for ever.",
		Truth: "It lasts until something is there, and that is what it is for. A timeout only wakes the thread when nothing is there. Wait without one: " +
			"nil for select, -1 for poll and epoll_wait, event.NoTimeout for an event.",
		Lesson: "01-select-vs-blocking-io", Section: "explain"}
	Stuck = &Misconception{ID: "stuck", Belief: "It will come.",
		Unknown: true,
		Truth: "Above is what was expected, and where the program stood. Run it in the instrument " +
			"(go run ./tui) and look at what it does next."}
	BusyWait = &Misconception{ID: "busy-wait", Belief: "A loop that only looks costs nothing.",
		Truth: "It costs a whole processor, and takes it from the threads that have something to do. A thread that waits must sleep: " +
			"in the loop's wait, in a receive from a channel (without default), in wg.Wait.",
		Lesson: "01-select-vs-blocking-io", Section: "explain"}
)
