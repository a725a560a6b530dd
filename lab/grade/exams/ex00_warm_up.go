package exams

import "fdlab/lab/grade"

// warmUp: one source, one event. Its starter fails for a reason, and, once that is
// mended, for another: it shows how checks and feedback work.
var warmUp = &grade.Exam{
	Exercise: "00-warm-up",
	Verbatim: true,
	Checks: []string{
		"what the FIFO says is passed on",
		"one byte at a time",
		"all is closed at the end",
	},
	Starter: grade.NeverAdded,
	Play: func(e *grade.Examiner) {
		in := e.FIFO("in.fifo")
		e.Start(in.Path)

		e.Check("what the FIFO says is passed on")
		in.Opened()
		for _, line := range []string{"hello\n", "I am 100% sure\n"} {
			e.Due(line)
			in.Say(line)
			e.Answered("the FIFO says a line, and standard output has it")
		}

		e.Check("one byte at a time")
		byteByByte(e, in, "slow\n", "the FIFO speaks one byte at a time, and standard output has each at once")
		e.Calm("the program sleeps while nobody speaks")

		e.Check("all is closed at the end")
		in.End()
		e.Ends("the FIFO has ended: the loop has nothing left to wait for, and the program ends with all closed", grade.NeverCut)
	},
}
