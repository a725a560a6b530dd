package exams

import (
	"fdlab/lab/grade"
	"fdlab/lab/trace"
)

var notRearmed = &grade.Misconception{
	ID:     "not-re-armed",
	Belief: "An event that was added stays added.",
	Truth: "Without Persist an event is pending no more when its callback begins. Who wants the next one must add " +
		"it again; a loop without events returns.",
	Lesson: "02-ev-persist", Section: "Explain",
}

var persistWhileBusy = &grade.Misconception{
	ID:     "persist-while-busy",
	Belief: "With Persist I need not re-arm, so it is simpler.",
	Truth: "A persistent event stays pending while the job is being done: the next job calls its callback in the " +
		"middle of this one, and takes its place. One-shot is what says: not now.",
	Lesson: "02-ev-persist", Section: "Explain",
}

var rearmedTooEarly = &grade.Misconception{
	ID:     "re-armed-too-early",
	Belief: "It does not matter when I add the event again.",
	Truth: "From Add on the callback may come at the next turn. Added before the job is done, it comes in the " +
		"middle of it. Add it when the program is ready for the next one: when the timer says that the job is done.",
	Lesson: "02-ev-persist", Section: "Explain",
}

var sleepsInCallback = &grade.Misconception{
	ID:     "sleeps-in-callback",
	Belief: "The work is short, the callback can wait for it.",
	Truth: "While a callback sleeps, the loop stands still: no other fd and no timer is served. Let a timer wait: " +
		"add it, return, and go on in its callback.",
	Lesson: "03-one-base-per-thread", Section: "Explain",
}

// oneShot: one job at a time. What decides is the order of the trace (when was
// the event added again?), not who was faster.
var oneShot = &grade.Exam{
	Exercise: "03-one-shot",
	Checks: []string{
		"the first job is done",
		"the next one too",
		"one at a time",
		"the end",
	},
	Starter: notRearmed,
	Play: func(e *grade.Examiner) {
		e.Means(grade.OneShot, notRearmed)
		jobs := e.FIFO("jobs")
		e.Start(jobs.Path)
		does := func(job, expected string) {
			e.Due(job)
			jobs.Say(job)
			e.Answered(expected)
		}

		e.Check("the first job is done")
		jobs.Opened()
		does("job 1\n", "a job comes, and when it is done the program prints it")

		e.Check("the next one too")
		does("job 2\n", "another job comes, and the program does it too")
		does("job 3\n", "a third job comes, and the program does it too")

		e.Check("one at a time")
		armed(e, jobs.FD())
		e.Due("job 4\njob 5\n")
		jobs.Say("job 4\n")
		jobs.Taken()
		jobs.Say("job 5\n") // it comes while the program works
		e.Answered("job 5 comes while job 4 is being done; job 4 is printed, then job 5")
		armed(e, jobs.FD())
		e.Calm("without a job the program sleeps")

		e.Check("the end")
		jobs.End()
		e.Ends("the FIFO ends: nothing is added any more, dispatch returns, and all is closed", "no events left")
	},
}

// armed requires that nobody watched the FIFO while a job was being done: the
// event was added again by the timer that ended the job, and not before.
func armed(e *grade.Examiner, jobs *grade.FD) {
	const expected = "the FIFO is watched again only when the job is done: in the callback of the timer"
	timers, inside := 0, int32(-2)
	var pending, added bool // the event; in this callback
	var early, stayed bool
	e.Each(func(r *trace.Record, _ string) {
		switch {
		case r.Kind == trace.CallbackBegin:
			inside, added = r.FD, false
		case r.Kind == trace.CallbackEnd:
			if inside == jobs.Number && pending {
				early, stayed = early || added, stayed || !added
			}
			inside = -2
		case r.Kind == trace.Add && r.FD == trace.NoFD:
			timers++
		case r.Kind == trace.Add && r.FD == jobs.Number:
			pending, added = true, true
		case r.Kind == trace.Del && r.FD == jobs.Number:
			pending = false
		}
	})
	e.Require(!stayed, expected, persistWhileBusy, "the event on the FIFO persists: it was pending while the job was being done", jobs)
	e.Require(timers > 0, expected, sleepsInCallback, "no timer was ever added: the job was done inside the callback that read it", jobs)
	e.Require(!early, expected, rearmedTooEarly, "the event was added again inside the callback that read the job", jobs)
}
