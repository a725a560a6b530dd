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

var worksElsewhere = &grade.Misconception{
	ID:     "works-elsewhere",
	Belief: "A goroutine can do an item while the worker goes on.",
	Truth: "Then items are done side by side, and in no order. The worker does them itself, one after the other: while it waits for an answer its loop " +
		"stands still, and what comes meanwhile waits in the queue.",
	Lesson: "04-deferred-notify", Section: "explain",
}

// elsewhere looks whether an answer was waited for outside the worker's callbacks, while there is one.
func (w *bellWorld) elsewhere() (found *grade.Finding) {
	answers, bell := w.answers.FD(), w.bell()
	if answers == nil || bell == nil {
		return nil
	}
	w.e.Each(func(r *world.Entry) {
		if found == nil && r.Kind == trace.CallBegin && r.Call == world.CallRead && r.FD == answers.Number && r.Inside.Number == 0 {
			found = grade.Find(worksElsewhere, "an answer is waited for outside the worker's callback, and the worker goes on with the next items", bell, answers).
				Decides(grade.Numbered(r.Seq))
		}
	})
	return found
}
