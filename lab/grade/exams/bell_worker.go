package exams

import (
	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

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
