package exams

import (
	"time"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// The two ways in which the items of a bellWorld end: while the worker is busy, and while it sleeps.

// ends ends the items while the worker is busy, with some left to do, a question among them.
func (w *bellWorld) ends() {
	w.asks()
	w.gives(letters(0, 300) + "?bye")
	w.e.Suspects(w.dispatcherWaits, w.disorder, w.closedBell, w.notWaitedFor, w.overtaken, w.tooLarge, w.notTold, w.stray)
	w.items.End()
	w.e.Await("the FIFO of the items ends, and the dispatcher reads that", func() bool {
		f := w.items.FD()
		return f.Closed != 0 || f.Ends.Most > 0 && f.Watched() == 0 && f.InCallback == 0 // it may be closed when all is done
	})
	w.e.Slumber(300 * time.Millisecond) // who only gives the worker some time does not wait until all is done
	w.answers.Say("!")
	const left = "the items ended while the worker was busy; when it is free, it prints those that are left"
	busy := func() bool { return w.e.Missing() == "?bye" && w.answers.FD().Blocked > 0 }
	w.e.Await(left, func() bool { return busy() || w.e.Missing() == "" })
	w.e.RuleOut("a question is among the items that are left: the worker waits for its answer", w.unasked())
	w.answers.Say("!")
	w.e.Answered(left)
	w.e.Ends("the FIFO of the items has ended: both loops return, and all is closed", grade.NeverCut)
}

// unasked looks whether the worker has gone on from its last question, to which nobody has given an answer yet.
func (w *bellWorld) unasked() *grade.Finding {
	if w.e.Missing() != "" {
		return nil
	}
	const saw = "the items had ended; one that was left was a question, and the worker went on before there was an answer"
	answers := w.answers.FD()
	if answers.Closed != 0 {
		return grade.Find(questionSkipped, saw+": FIFO answers was closed", answers).Decides(grade.Closing(answers),
			func(r *world.Entry) bool { return r.Kind == trace.CallEnd && r.FD == answers.Number && r.A < 0 })
	}
	return grade.Find(questionSkipped, saw, answers)
}

// endsIdle starts the program again, and ends the items while the worker sleeps.
func (w *bellWorld) endsIdle() {
	w.e.Afresh()
	w.items, w.answers = w.e.Anew(w.items), w.e.Anew(w.answers)
	w.e.Suspects(w.addsNothing, w.notTold, w.toldTooEarly, w.stray)
	w.e.Start(w.items.Path, w.answers.Path)
	const expected = "the program is started again. An item is printed, and both loops sleep; then the FIFO ends: both loops return, and all is closed"
	w.opened()
	w.gives("a")
	w.e.Answered(expected)
	w.e.Calm(expected)
	w.e.HoldWrite(w.ring()) // who rings for the end stands then, and the worker answers the bell
	w.items.End()
	w.e.Settled()
	w.e.Release()
	w.e.Ends(expected, grade.NeverCut)
}

// toldTooEarly looks whether the bell was rung for the end, and the worker answered it before the dispatcher went on; it sleeps
// since then.
func (w *bellWorld) toldTooEarly() *grade.Finding {
	ring, stood := w.ring(), false
	w.e.Each(func(r *world.Entry) { stood = stood || r.Kind == trace.Hold && r.At == world.AfterWrite })
	if w.e.Ended() || !stood || w.bell().Watched() == 0 {
		return nil
	}
	return grade.Find(ringsTooEarly, "the dispatcher had written to the bell for the end, and the worker answered the bell before the dispatcher went on: "+
		"it sleeps since then, and its event is pending", w.bell(), ring).Decides(grade.LastCall(ring, world.CallWrite), grade.LastCall(w.bell(), world.CallRead))
}
