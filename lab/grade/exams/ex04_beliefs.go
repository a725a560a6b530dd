package exams

import "fdlab/lab/grade"

// What a monitor that misses a silence, or sees one that is none, seems to believe.

var notBegunAgain = &grade.Misconception{
	ID:     "not-begun-again",
	Belief: "A clock that runs beside the reads shows when the sensor is silent.",
	Guess:  true,
	Truth: "Silence counts from the last word: a program that hears one must begin to count again, each time. The timeout of a " +
		"persistent event does that by itself, before each callback, whatever the reason for it.",
	Lesson: "02-ev-persist", Section: "explain",
}

var onlyLinesCount = &grade.Misconception{
	ID:     "word-not-counted",
	Belief: "The sensor has spoken when its line is whole.",
	Guess:  true,
	Truth: "The sensor has spoken when a byte came. Whatever a read gives restarts the time, with a newline or without, whenever " +
		"it comes.",
}

var timerOnce = &grade.Misconception{
	ID:     "timer-once",
	Belief: "While the sensor is silent, the time begins again by itself.",
	Guess:  true,
	Truth: "The timeout of a persistent event begins again by itself, as long as the event is pending. An event without Persist, with an fd or " +
		"as a timer, is no longer pending when it has fired, for its timeout, too; one that is added anew has the timeout that Add is given then. A silence that goes on is reported " +
		"again only if a timeout is pending.",
	Lesson: "02-ev-persist", Section: "explain",
}

var timerLeft = &grade.Misconception{
	ID:     "timer-left",
	Belief: "After the end nothing more is called.",
	Guess:  true,
	Truth: "An event that has a timeout keeps the loop alive until the time is over, and a persistent one for ever: delete it when " +
		"a read gives 0. A timer is an event of its own; of one event with a timeout, one Del ends both.",
	Lesson: "02-ev-persist", Section: "explain",
}

var silenceNotTold = &grade.Misconception{
	ID:     "silence-not-told",
	Belief: "Silence is nothing, so there is nothing to report.",
	Guess:  true,
	Truth: "Silence makes no fd ready: only a timeout ends the loop's wait. Give the event one (Add takes it), and let " +
		"the callback print when that is the reason for which it is called.",
	Lesson: "02-ev-persist", Section: "explain",
}

var timeoutUnused = &grade.Misconception{
	ID:     "timeout-unused",
	Belief: "With a timeout, silence is reported.",
	Guess:  true,
	Truth: "The time was over, a callback was called for that, and idle did not come out. The second argument of the callback says why it is called: " +
		"what&event.Timeout != 0. Follow it from there to standard output.",
	Lesson: "02-ev-persist", Section: "explain",
}

var silenceLeftOut = &grade.Misconception{
	ID:     "silence-left-out",
	Belief: "One idle more or less makes no difference.",
	Guess:  true,
	Truth: "Whoever reads the output counts the lines. Each time of silence is reported once, the first one like the others, and " +
		"also before the first word. It begins with each word, and again whenever it is over.",
	Lesson: "02-ev-persist", Section: "explain",
}

var idleWhenSpoken = &grade.Misconception{
	ID:     "idle-when-spoken",
	Belief: "The callback is called when the time is over.",
	Guess:  true,
	Truth: "It is called for two reasons, and its second argument (what) says for which: event.Read, a word is there; event.Timeout, the time is over. " +
		"Read for the one, and print idle for the other.",
	Lesson: "02-ev-persist", Section: "explain",
}

var idleTooOften = &grade.Misconception{
	ID:     "idle-too-often",
	Belief: "When I print idle, the sensor was silent.",
	Guess:  true,
	Truth: "idle says that the sensor was silent for the whole time of the second argument, counted from its last word or from the " +
		"last idle. It is printed once for each such time.",
	Lesson: "02-ev-persist", Section: "explain",
}

var silenceIsEnd = &grade.Misconception{
	ID:     "silence-is-end",
	Belief: "A sensor that is silent is gone.",
	Truth: "It may speak again at any time, and idle only says that it has not done so yet. The end is a read that gives 0. Until then its event must " +
		"stay pending.",
	Lesson: "02-ev-persist", Section: "explain",
}

// zeroTime has the ID of the grader's own: here every event is to have a timeout.
var zeroTime = &grade.Misconception{
	ID:     "zero-timeout",
	Belief: "The timeout that I give Add is the right one.",
	Guess:  true,
	Truth: "A timeout of 0 is over at once: the callback is called for the reason Timeout, with nothing to read; and a persistent " +
		"event with a timeout of 0 is not added again. Give Add the time of the second argument as time.ParseDuration returns " +
		"it (in whole seconds, 200 ms are 0). An event without a timeout is added with event.NoTimeout.",
	Lesson: "02-ev-persist", Section: "explain",
}

var idleLate = &grade.Misconception{
	ID:     "idle-late",
	Belief: "Some timeout will do.",
	Guess:  true,
	Truth:  "The second argument says how long the sensor may be silent. Give Add exactly what the argument says.",
	Lesson: "02-ev-persist", Section: "explain",
}

var idleEarly = &grade.Misconception{
	ID:     "idle-early",
	Belief: "A little less than the time will do.",
	Guess:  true,
	Truth: "idle says that the sensor was silent for the whole time of the second argument, counted from its last word or from the " +
		"last idle. Give Add exactly what the argument says, and let each word begin it anew.",
	Lesson: "02-ev-persist", Section: "explain",
}

var onceIsEnough = &grade.Misconception{
	ID:     "once-is-enough",
	Belief: "Silence is one thing, so it is reported once.",
	Truth: "It is reported once for each time that it lasts: whoever reads one idle and then nothing cannot know how long the silence goes on, " +
		"or whether the monitor itself is dead. Print idle whenever the time is over.",
	Lesson: "02-ev-persist", Section: "explain",
}

var timeoutTakenAway = &grade.Misconception{
	ID:     "timeout-taken-away",
	Belief: "After a word the time goes on by itself.",
	Guess:  true,
	Truth: "After a word the time begins again by itself if the event persists, has the timeout, and stays pending. One that was " +
		"deleted, and perhaps added again without a timeout, measures nothing: the loop waits for as long as it takes. After " +
		"each word one with the timeout must be pending.",
	Lesson: "02-ev-persist", Section: "explain",
}

var idleMisspelt = &grade.Misconception{
	ID:     "idle-misspelt",
	Belief: "Whoever reads it will know what I mean.",
	Guess:  true,
	Truth: "A program may read it, and programs compare bytes. The line is idle: four small letters and a newline, and nothing " +
		"else on that line.",
}

var idleLogged = &grade.Misconception{
	ID:     "idle-logged",
	Belief: "What is printed is printed, wherever.",
	Truth: "log.Print writes to standard error, which is for people who look for faults. The line idle is what the program is for, " +
		"like the words: it belongs to standard output, where others read it.",
}

var pollsTheClock = &grade.Misconception{
	ID:     "polls-the-clock",
	Belief: "A clock that ticks often enough will notice the silence.",
	Truth: "It wakes the program again and again for nothing. The loop can wait exactly as long as is left: give the event the timeout, or a " +
		"timer that each word restarts.",
	Lesson: "02-ev-persist", Section: "explain",
}

var besideTheLoop = &grade.Misconception{
	ID:     "silence-beside-the-loop",
	Belief: "Silence can be measured beside the loop.",
	Truth: "Then something else looks at the time, and must learn of each word. The loop can do it alone: it wakes when the time is over, if an event has a " +
		"timeout. Add takes one.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

var idleAtStart = &grade.Misconception{
	ID:     "idle-at-start",
	Belief: "When it begins, the sensor is silent.",
	Guess:  true,
	Truth: "idle says that a time of silence is over, and when the program begins none is. Print it when the time of the second " +
		"argument is over, and not before.",
	Lesson: "02-ev-persist", Section: "explain",
}

var silentFromStart = &grade.Misconception{
	ID:     "silent-from-start",
	Belief: "Silence begins after a word.",
	Truth: "A sensor that has not said anything yet is silent, too, and perhaps it is dead: that one is to be reported most of " +
		"all. The time begins before the first word does: print idle whenever it is over.",
	Lesson: "02-ev-persist", Section: "explain",
}

var endIsSilence = &grade.Misconception{
	ID:     "end-is-silence",
	Belief: "At its end the sensor is silent, too.",
	Truth: "idle says that a time of silence is over and the sensor may speak again. A read of 0 says that it will not: delete the event, " +
		"close the fd, and print nothing.",
	Lesson: "02-ev-persist", Section: "explain",
}
