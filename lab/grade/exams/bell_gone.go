package exams

import (
	"fmt"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

var workerGone = &grade.Misconception{
	ID:     "worker-gone",
	Belief: "What is empty now is at its end.",
	Guess:  true,
	Truth: "A worker does items until it is told that there will be none any more. Its loop returns when its last event is deleted, and nobody does what " +
		"comes after that. Neither an empty bell (EAGAIN) nor an empty queue is the end: delete the event when the end has been read from " +
		"the queue.",
	Lesson: "04-deferred-notify", Section: "explain",
}

// workerLeft looks whether the worker's loop has returned, and items came after that or were left.
func (w *bellWorld) workerLeft() *grade.Finding {
	missing, bell := w.e.Missing(), w.bell()
	if w.e.Ended() || missing == "" || bell == nil || bell.Watched() != 0 || w.returned() == 0 {
		return nil
	}
	base := bell.CalledBy
	return grade.Find(workerGone, fmt.Sprintf("the worker's loop has returned, and %.20q was not printed", missing), bell).
		Decides(grade.Deleted(bell), func(r *world.Entry) bool { return r.Kind == trace.LoopEnd && r.Base == base })
}
