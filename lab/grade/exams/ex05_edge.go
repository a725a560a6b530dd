package exams

import (
	"strings"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
)

var levelTriggered = &grade.Misconception{
	ID:     "level-triggered",
	Belief: "Without EdgeTriggered it works as well.",
	Truth: "It does, at one turn of the loop for each read. The exercise is about the other way: be told once of an " +
		"arrival, and take all of it.",
	Lesson: "02-ev-persist", Section: "Explain",
}

// edge: arrivals that merge before the program looks, and an end that follows
// at once.
var edge = &grade.Exam{
	Exercise: "05-edge",
	Checks: []string{
		"more than a buffer",
		"one byte at a time",
		"more than a pipe holds",
		"last words and the end together",
	},
	Starter: grade.EdgeLeft,
	Play: func(e *grade.Examiner) {
		f := e.FIFO("in")
		e.Start(f.Path)
		says := func(text, expected string) {
			e.Due(text)
			f.Say(text)
			e.Answered(expected)
		}

		e.Check("more than a buffer")
		f.Opened()
		says(strings.Repeat("0123456789", 10)+"\n", "101 bytes come at once, and standard output has them all")
		e.Calm("the program sleeps, and not inside its callback")
		d := f.FD()
		e.Require(d.Added&trace.EdgeTrig != 0, "the event is edge-triggered", levelTriggered,
			"the event was added without edge-triggered", d)

		e.Check("one byte at a time")
		e.Due("slow\n")
		f.Trickle("slow\n")
		e.Answered("five bytes come one by one, and standard output has them all")

		e.Check("more than a pipe holds")
		says(strings.Repeat(strings.Repeat("the quick brown fox ", 10)+"\n", 500), "100,500 bytes come, and standard output has them all")
		e.Calm("the program sleeps")

		e.Check("last words and the end together")
		e.Due("last words, and more of them than a buffer holds\n")
		f.Say("last words, and more of them than a buffer holds\n")
		f.End()
		e.Answered("the last words come together with the end, and standard output has them")
		e.Ends("the FIFO has ended: the program ends by itself, with all closed", "no events left")
	},
}
