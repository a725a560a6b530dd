package exams

import (
	"fdlab/lab/grade"
	"fdlab/lab/world"
)

var mainWaits = &grade.Misconception{
	ID:     "main-waits",
	Belief: "When its loops have returned, a program is over.",
	Truth: "It is over when main returns, and main has not: it waits for something that does not come, such as a message on a channel, a " +
		"goroutine, or a time. Let it wait until the loops have returned, and for nothing else.",
	Lesson: "03-one-base-per-thread", Section: "explain",
}

// mainNotBack looks whether all loops have returned, and the program goes on.
func mainNotBack(e *grade.Examiner) *grade.Finding {
	w := e.World()
	if e.Ended() || w.Returned.Base == 0 || w.Loops() > 0 || e.FD(func(f *world.FD) bool { return f.Blocked > 0 }) != nil {
		return nil
	}
	return grade.Find(mainWaits, "dispatch has returned ("+w.Returned.Text+"), no loop runs any more, and the program does not end")
}
