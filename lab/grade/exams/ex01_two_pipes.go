package exams

import (
	"strings"

	"fdlab/lab/grade"
)

// twoPipes: two sources, one thread. The order of arrivals is odd on purpose:
// the second pipe speaks first, and ends first.
var twoPipes = &grade.Exam{
	Exercise: "01-two-pipes",
	Checks: []string{
		"b is heard while a is silent",
		"both go on being heard",
		"one byte at a time",
		"more than a pipe holds",
		"b ends, and a is still heard",
		"all is closed at the end",
	},
	Starter: grade.Blocked,
	Play: func(e *grade.Examiner) {
		a, b := e.FIFO("a"), e.FIFO("b")
		suspects(e, readsAnother)
		e.Start(a.Path, b.Path)
		says := func(f *grade.FIFO, text, expected string) {
			e.Due(text)
			f.Say(text)
			e.Answered(expected)
		}

		e.Check("b is heard while a is silent")
		a.Opened()
		b.Opened()
		says(b, "b1\n", "b speaks while a is silent, and standard output has its line")

		e.Check("both go on being heard")
		for range 2 {
			says(a, "a says so\n", "a speaks, and standard output has its line")
			says(b, "and b\n", "b speaks again, and standard output has its line")
		}

		e.Check("one byte at a time")
		e.Due("slow\n")
		a.Trickle("slow\n")
		e.Answered("a speaks one byte at a time, and standard output has them all")
		e.Calm("the program sleeps while nobody speaks")

		e.Check("more than a pipe holds")
		flood := strings.Repeat("all work and no play makes a pipe a dull pipe\n", 1500)
		says(b, flood, "b says 69,000 bytes at once, and standard output has them all")

		e.Check("b ends, and a is still heard")
		b.End()
		e.Calm("b has ended: the program forgets it and sleeps until a speaks")
		says(a, "last words\n", "b has ended, a speaks, and standard output has its line")
		e.OneThread("one thread reads both pipes", a.FD(), b.FD())

		e.Check("all is closed at the end")
		a.End()
		e.Ends("both have ended: the loop has nothing left to wait for, and the program ends with all closed", "no events left")
	},
}
