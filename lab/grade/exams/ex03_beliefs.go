package exams

import "fdlab/lab/grade"

// What a worker that does not do its jobs one at a time seems to believe.

var notRearmed = &grade.Misconception{
	ID:     "not-re-armed",
	Belief: "An event that was added stays added.",
	Truth: "Without Persist an event is no longer pending when its callback begins. To get the next call, add " +
		"it again; a loop without events returns.",
	Lesson: "02-ev-persist", Section: "explain",
}

var rearmedWithTimeout = &grade.Misconception{
	ID:     "re-armed-with-timeout",
	Belief: "With a timeout, too, the event waits for the next job.",
	Truth: "It waits until the time is over. Then its callback is called for that reason (Timeout), with nothing to read, and without " +
		"Persist the event is no longer pending. To wait for as long as it takes, add it with event.NoTimeout.",
	Lesson: "02-ev-persist", Section: "explain",
}

var persistWhileBusy = &grade.Misconception{
	ID:     "persist-while-busy",
	Belief: "With Persist I need not re-arm, so it is simpler.",
	Truth: "A persistent event stays pending while the job is being done: the next job calls its callback in the " +
		"middle of this one. Then it takes this one's place, or must be kept somewhere, or the loop calls again and again. " +
		"One-shot is what says: not now.",
	Lesson: "02-ev-persist", Section: "explain",
}

var rearmedTooEarly = &grade.Misconception{
	ID:     "re-armed-too-early",
	Belief: "It does not matter when I add the event again.",
	Truth: "From Add on the callback may come at the next turn. Added before the job is done, it comes in the " +
		"middle of it. Add it when the program is ready for the next one: when the timer says that the job is done.",
	Lesson: "02-ev-persist", Section: "explain",
}

var printedLate = &grade.Misconception{
	ID:     "printed-late",
	Belief: "The job can be printed a little later.",
	Guess:  true,
	Truth: "The timer's callback says that the job is done, and then it is printed: in that callback, before the event is added again. " +
		"From Add on the next job may be read.",
	Lesson: "02-ev-persist", Section: "explain",
}

var sleepsInCallback = &grade.Misconception{
	ID:     "sleeps-in-callback",
	Belief: "The work is short, the callback can wait for it.",
	Truth: "While a callback works or sleeps, the loop stands still: no other fd and no timer is served. Let a timer wait: " +
		"add it, return, and go on in its callback.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var timerPersists = &grade.Misconception{
	ID:     "timer-persists",
	Belief: "With Persist the timer is there for the next job, too.",
	Truth: "With Persist it fires again and again, each time after the same pause, whether there is a job or not. A timer without Persist " +
		"fires once for each Add.",
	Lesson: "02-ev-persist", Section: "explain",
}

var worksOutside = &grade.Misconception{
	ID:     "works-outside",
	Belief: "The loop waits until the job is done.",
	Truth: "A loop knows its events, and nothing else. When the one-shot event has fired, none is pending, and Dispatch returns, " +
		"whatever is still to be done elsewhere. Let a timer of the base stand for the work: while it is pending the loop goes on.",
	Lesson: "02-ev-persist", Section: "explain",
}

var noTime = &grade.Misconception{
	ID:     "no-time",
	Belief: "The timer only has to call the next function.",
	Truth: "It stands for the work, and the work takes 20 ms: nothing is watched meanwhile, and that is what the exercise is " +
		"about. A timer of 0 is over at once. Add it for the time that the work takes.",
	Lesson: "02-ev-persist", Section: "explain",
}

// inNanoseconds has the ID of noTime.
var inNanoseconds = &grade.Misconception{
	ID:     "no-time",
	Belief: "20 are 20 ms.",
	Truth: "A timeout is a time.Duration, and counts nanoseconds: 20 of them are no time at all. The timer stands for the work, and that takes 20 ms: " +
		"write 20 * time.Millisecond.",
	Lesson: "02-ev-persist", Section: "explain",
}

var notEachTimed = &grade.Misconception{
	ID:     "not-each-timed",
	Belief: "Each job gets its time.",
	Guess:  true,
	Truth: "More jobs were read than timers were added: what one read gives is one job, and the work of each takes 20 ms. Add the timer, for that time, when a job " +
		"was read.",
	Lesson: "02-ev-persist", Section: "explain",
}

var tooLittleTime = &grade.Misconception{
	ID:     "too-little-time",
	Belief: "The timer may be shorter than the work.",
	Guess:  true,
	Truth: "A job takes 20 ms, and the timer stands for all of them: what is printed before is not done. Add it for the whole time, counted " +
		"from the read.",
	Lesson: "02-ev-persist", Section: "explain",
}

var clockForTimer = &grade.Misconception{
	ID:     "clock-for-timer",
	Belief: "A clock that strikes every 20 ms stands for 20 ms of work.",
	Truth: "It strikes when its own time is over, whenever the job came: one that comes just before is done too early. The time of " +
		"a job begins with the job: add the timer when it was read.",
	Lesson: "02-ev-persist", Section: "explain",
}

var postForTimer = &grade.Misconception{
	ID:     "post-for-timer",
	Belief: "A posted function can stand for the work.",
	Truth: "It runs in the next iteration of the loop, at once: no time passes for which it could stand. The work takes 20 ms: add a " +
		"timer for so long, and go on in its callback.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var timeoutForTimer = &grade.Misconception{
	ID:     "timeout-for-timer",
	Belief: "The timeout of the read event can stand for the work.",
	Truth: "It is one event, and while its time runs it waits for the fd, too: the next job calls it in the middle of this one. A " +
		"timer is an event without an fd: while it alone is pending, nobody watches the FIFO.",
	Lesson: "02-ev-persist", Section: "explain",
}

var emptyIsNone = &grade.Misconception{
	ID:     "empty-is-none",
	Belief: "An empty line is no job.",
	Truth:  "In this exercise a job is what one read gives, and that is one byte here, the newline: do it, and print it as it came.",
}

var onlyLines = &grade.Misconception{
	ID:     "only-lines",
	Belief: "A job ends with a newline.",
	Truth:  "In this exercise a job is what one read gives, with a newline at its end or without: do it, and print it as it came.",
}

var readsNextItself = &grade.Misconception{
	ID:     "reads-itself",
	Belief: "When a job is done, I read the next one myself.",
	Truth: "Nothing may be there yet (EAGAIN), and then nobody hears of what comes later. Add the event again: the loop calls when the next job is " +
		"there.",
	Lesson: "02-ev-persist", Section: "explain",
}

var partOfJob = &grade.Misconception{
	ID:     "part-of-job",
	Belief: "A job is a line.",
	Guess:  true,
	Truth: "A job is what one read gives, in this exercise: a line, two lines, or a part of one. It takes 20 ms once, and is then printed as a " +
		"whole.",
}

var printedTooEarly = &grade.Misconception{
	ID:     "printed-too-early",
	Belief: "The result can be printed when the job comes, since it is known.",
	Guess:  true,
	Truth: "Whoever reads the output believes that a printed job is done, and it is not: the work takes 20 ms. The callback of the " +
		"timer is where it is done: print there, then add the event again.",
	Lesson: "02-ev-persist", Section: "explain",
}

var readsAhead = &grade.Misconception{
	ID:     "reads-ahead",
	Belief: "What is there is one job, so I read until nothing is left.",
	Guess:  true,
	Truth: "What one read gives is one job. What comes after it is the next one, and it waits in the kernel until this one is " +
		"done: read once for each call of the callback.",
	Lesson: "02-ev-persist", Section: "explain",
}
