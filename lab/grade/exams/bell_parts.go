package exams

import (
	"fmt"
	"time"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Whether a callback has taken all items or a part of them.

// takesAll requires that no callback has left items in the queue: neither that with the question nor the next one.
func (w *bellWorld) takesAll(left int, question part) {
	const expected = "one callback takes all items that are in the queue, also those behind a question"
	w.ringsItself()
	if n, first := w.calledByHand(); n > 0 {
		w.e.RuleOut(expected, grade.Find(takesPart,
			fmt.Sprintf("%d callbacks of the bell began though the loop had not been told of it: its event was made active by hand", n), w.bell()).Decides(grade.Numbered(first)))
	}
	if question.left > 0 {
		w.e.RuleOut(expected, grade.Find(takesPart, fmt.Sprintf("a question and five more items were in the queue when the worker read the bell; "+
			"when that callback had ended, this many of them were not printed: %d", question.left), w.bell()).Decides(grade.Numbered(question.end)))
	}
	w.e.Require(left == 0, "one callback takes all items that are in the queue", takesPart, fmt.Sprintf("305 items came while the worker was busy; when the next callback had ended, this many were not printed: %d", left), w.bell())
}

// answeredByPhases answers the question, and then lets the worker go one phase at a time, up to the
// end of the next callback. It returns how many items that are due are not printed by then, and what
// came of the callback with the question, of which all items up to number first (0: none) are expected.
func (w *bellWorld) answeredByPhases(expected string, first int) (left int, question part) {
	bell := w.bell()
	calls, before := bell.Callbacks, w.lastEnd()
	w.e.Hold()
	w.e.HoldPost() // nobody posts; but when this hold is in force, so is the one before it
	w.e.Settled()  // a goroutine of the program may ring, and a little later
	w.answers.Say("!")
	for looked := false; ; {
		asleep := w.e.Stillness() // in the kernel, if it does not stand
		w.e.Await(expected, func() bool { return w.unprinted(len(w.e.IsDue())) == 0 || w.e.Stands() || asleep() })
		if !looked && bell.InCallback == 0 {
			looked = true
			question.left = w.printedLate(first)
			if end := w.lastEnd(); end != before { // else there are too many records to keep this one
				question.end = end
			}
		}
		if w.unprinted(len(w.e.IsDue())) == 0 || !w.e.Stands() || bell.Callbacks > calls && w.e.StandsBefore(world.BeforeWait) {
			break
		}
		w.e.Step(expected)
	}
	left = w.printedLate(len(w.e.IsDue())) // before the worker goes on
	w.e.Release()
	return left, question
}

// part is what a callback of the bell has left: so many items, when it ended in that record (0: it was not kept).
type part struct {
	left int
	end  uint64
}

// lastEnd returns the number of the record with which the last callback of the bell ended.
func (w *bellWorld) lastEnd() (seq uint64) {
	w.e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallbackEnd && r.FD == w.bell().Number {
			seq = r.Seq
		}
	})
	return seq
}

// unprinted returns how many of the first n items that are due are not printed.
func (w *bellWorld) unprinted(n int) int { return max(0, n-len(w.e.Printed())) }

// printedLate is unprinted, but what was printed may reach the grader late.
func (w *bellWorld) printedLate(n int) int {
	for range 100 {
		if w.unprinted(n) == 0 {
			break
		}
		w.e.Pause(10 * time.Millisecond)
	}
	return w.unprinted(n)
}

// calledByHand returns how often the callback of the bell began though no wait had named it, and the first
// of these records.
func (w *bellWorld) calledByHand() (n int64, first uint64) {
	told := false
	w.e.Each(func(r *world.Entry) {
		by := int64(0)
		switch {
		case r.FD != w.bell().Number:
		case r.Kind == trace.Ready:
			told = true
		case r.Kind == trace.Calls:
			by = r.A
		case r.Kind == trace.CallbackBegin:
			if !told {
				by = 1
			}
			told = false
		}
		if n += by; by > 0 && first == 0 {
			first = r.Seq
		}
	})
	return n, first
}
