package exams

import (
	"fmt"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// What becomes of answers between the worker and the loop: by posts, or by a bell of the program's own.

var onePlace = &grade.Misconception{
	ID:     "one-place",
	Belief: "There is one answer at a time.",
	Guess:  true,
	Truth: "Several answers may be ready before the loop comes to the first of them: a place for one then holds only the last. Let each posted function " +
		"have its own answer, or keep them in a queue.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var ringIsMany = &grade.Misconception{
	ID:     "ring-is-many",
	Belief: "Each ring is one answer.",
	Truth: "A bell may be rung several times before the loop reads it, and one read takes all rings: for the other answers nothing calls the loop again. " +
		"Take all answers that are there.",
	Lesson: "04-deferred-notify", Section: "explain",
}

var bellLast = &grade.Misconception{
	ID:     "bell-last",
	Belief: "First I take the answers, then I read the bell.",
	Truth: "Answers that come in between ring, too, and that ring is then read with the old ones, though nobody looks for them any more. Read the bell first, " +
		"then take all answers: what comes in between rings again.",
	Lesson: "04-deferred-notify", Section: "explain",
}

// bellReadLast looks whether the last callback of a bell of the program's own wrote to a client before it read the bell, and an answer is
// missing.
func bellReadLast(e *grade.Examiner) (found *grade.Finding) {
	wrote := map[int64]uint64{} // in which callback, and the record
	e.Each(func(r *world.Entry) {
		f := e.FD(func(f *world.FD) bool {
			return f.Number == r.FD && r.Time >= f.Opened && (f.Closed == 0 || r.Time <= f.Closed)
		})
		switch {
		case r.Kind != trace.CallEnd || r.Inside.Number == 0 || f == nil || r.A <= 0:
		case r.Call == world.CallWrite && isClient(f):
			wrote[r.Inside.Number] = r.Seq
		case r.Call == world.CallRead && !isClient(f) && r.FD == r.Inside.FD:
			found = nil
			if seq := wrote[r.Inside.Number]; seq != 0 {
				found = grade.Find(bellLast, fmt.Sprintf("the callback of %s wrote an answer, and read the bell after that", f.Name()), append(clientFDs(e), f)...).
					Decides(grade.Numbered(seq), grade.Numbered(r.Seq))
			}
		}
	})
	return found
}

var ringFoundNothing = &grade.Misconception{
	ID:     "ring-spent",
	Belief: "The answer and the ring belong together, so their order does not matter.",
	Guess:  true,
	Truth: "A ring that finds no answer is spent: nothing calls the loop for that answer any more. Put the answer where the loop looks for it, and ring " +
		"after that; and read the bell before you look.",
	Lesson: "04-deferred-notify", Section: "explain",
}

// ringsForNothing looks whether the last callback of a bell of the program's own read it and wrote no answer, and one is missing.
func ringsForNothing(e *grade.Examiner) *grade.Finding {
	var bell *world.FD
	var read uint64 // with no answer after it in its callback
	var in int64
	e.Each(func(r *world.Entry) {
		f := e.FD(func(f *world.FD) bool {
			return f.Number == r.FD && r.Time >= f.Opened && (f.Closed == 0 || r.Time <= f.Closed)
		})
		switch {
		case r.Kind != trace.CallEnd || r.Inside.Number == 0 || f == nil || r.A <= 0:
		case r.Call == world.CallWrite && isClient(f) && r.Inside.Number == in:
			read = 0
		case r.Call == world.CallRead && isClient(f):
			read = 0 // a job: its ring is to come
		case r.Call == world.CallRead && !isClient(f) && r.FD == r.Inside.FD:
			bell, read, in = f, r.Seq, r.Inside.Number
		}
	})
	if e.Ended() || read == 0 || bell.InCallback > 0 {
		return nil
	}
	return grade.Find(ringFoundNothing, fmt.Sprintf("a callback of %s read the bell and wrote no answer; nothing has rung since", bell.Name()), append(clientFDs(e), bell)...).
		Decides(grade.Numbered(read))
}

// fewerAnswers looks whether all jobs were read, and fewer answers were written than functions that were posted have run since,
// or than rings were read from a bell.
func fewerAnswers(e *grade.Examiner) *grade.Finding {
	posted, wrote, rings := 0, 0, int64(0)
	var lastPost, lastRing uint64
	var bell *world.FD
	e.Each(func(r *world.Entry) {
		f := e.FD(func(f *world.FD) bool {
			return f.Number == r.FD && r.Time >= f.Opened && (f.Closed == 0 || r.Time <= f.Closed)
		})
		switch {
		case r.Kind == trace.CallbackBegin && r.Inside.Posted():
			posted, lastPost = posted+1, r.Seq
		case r.Kind != trace.CallEnd || f == nil || r.A <= 0:
		case r.Call == world.CallWrite && isClient(f):
			wrote++
		case r.Call == world.CallRead && isClient(f):
			posted, wrote, rings = 0, 0, 0
		case r.Call == world.CallRead:
			bell, lastRing, rings = f, r.Seq, rings+grade.Rung(f, r)
		}
	})
	about := clientFDs(e)
	switch {
	case e.Ended():
	case rings > 1 && int64(wrote) < rings && rings < 100: // else it is no bell that counts
		return grade.Find(ringIsMany, fmt.Sprintf("%d rings were read from %s, and after that answers were written to clients: %d", rings, bell.Name(), wrote), append(about, bell)...).
			Decides(grade.Numbered(lastRing))
	case posted > 1 && wrote < posted:
		return grade.Find(onePlace, fmt.Sprintf("all jobs were read; then %d posted functions have run, and answers were written to clients: %d", posted, wrote), about...).
			Decides(grade.Numbered(lastPost))
	}
	return nil
}
