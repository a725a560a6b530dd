package exams

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

var capturedLate = &grade.Misconception{
	ID:     "captured-late",
	Belief: "A function keeps my variables as they were when I made it.",
	Guess:  true,
	Truth: "A function that is made inside another one has the variables themselves, and looks at them when it runs. A callback " +
		"and a posted function run later: by then something else may be in the variable, for instance the last pipe, client, " +
		"event or job. Give each function its own: a variable that is declared inside the loop, or inside the function that " +
		"makes it. (go run -race may tell of such a variable, too.)",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

var bufferUsedAgain = &grade.Misconception{
	ID:     "buffer-used-again",
	Belief: "What I have handed over, I may fill again.",
	Truth: "Another thread looks later, or at this moment, into what it was handed; meanwhile the next job may put other bytes " +
		"there. Give each job, and each answer, a buffer of its own.",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

var answerLost = &grade.Misconception{
	ID:      "answer-lost",
	Belief:  "What I hand over will be taken.",
	Unknown: true,
	Truth: "Each word goes through two hand-overs: the job to the worker, and the answer to the loop. Keep each until it is taken. " +
		"(A full channel refuses, a place for one has only the last, one ring of a bell may stand for many, and Add or Once on " +
		"another thread is refused.)",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

var handedOver = &grade.Misconception{
	ID:     "handed-over-changes",
	Belief: "What I hand over stays as it is.",
	Guess:  true,
	Truth: "The worker, and a posted function, come later to what they were handed: by then the next job may be in the variable " +
		"that they look at, or in the buffer. Give each job, and each answer, a variable and a buffer of its own.",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

var nobodyKeepsOrder = &grade.Misconception{
	ID:     "nobody-keeps-order",
	Belief: "Each answer finds its own way.",
	Guess:  true,
	Truth: "What is done side by side, in goroutines or in events of their own, is done in any order, and a client's answers " +
		"may change places. One worker takes the jobs one after the other, and posts the answers in that order.",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

// readsAnother looks for a callback that read from an fd that was opened after
// its own, and not from its own: from the last one, as it is when the callbacks
// share a variable.
func readsAnother(e *grade.Examiner) (found *grade.Finding) {
	var own int64 // the last callback that has read from its own fd
	e.Each(func(r *world.Entry) {
		read := (r.Kind == trace.CallBegin || r.Kind == trace.CallEnd) && r.Call == world.CallRead
		switch {
		case !read || r.Inside.FD < 0 || r.Inside.Number == 0 || r.Inside.Number == own:
		case r.FD == r.Inside.FD:
			own = r.Inside.Number
		case found == nil:
			its, other := open(e, r.Inside.FD), open(e, r.FD)
			if its != nil && other != nil && other.Opened > its.Opened {
				m := capturedLate
				if its.Listens {
					m = grade.BlockedInCallback // of the client that was accepted just now: no variable is to blame
				}
				found = grade.Find(m, fmt.Sprintf("the callback of %s read from %s", its.Name(), other.Name()), its, other)
			}
		}
	})
	return found
}

// open returns the fd that has the number and is open, or nil.
func open(e *grade.Examiner, number int32) *world.FD {
	return e.FD(func(f *world.FD) bool { return f.Number == number && f.Closed == 0 })
}

// jobsBeforePosts lets all clients speak, and the loop read them all, before it
// calls anything that the worker has posted: time is held between the callbacks.
func jobsBeforePosts(e *grade.Examiner, clients ...*grade.Client) {
	const expected = "three clients speak at once, the worker has done all three jobs before the loop comes to the first answer, " +
		"and each hears its own words"
	suspects(e, readsAnother, refusedOutside, func(e *grade.Examiner) *grade.Finding { return anothersJob(e, clients) }, bellReadLast, fewerAnswers)
	standStill(e, clients[0], "PING\n")
	for _, c := range clients {
		text := c.Name + together
		c.Due(strings.ToUpper(text))
		c.Say(text)
	}
	for _, c := range clients {
		c.Arrived()
	}
	unread := func() bool { return slices.ContainsFunc(clients, func(c *grade.Client) bool { return c.Unread() > 0 }) }
	for unread() || !e.StandsBefore(world.BeforeWait) {
		e.Step(expected)
		e.Await(expected, e.Stands)
	}
	e.Await(expected, e.Stillness()) // and with it the worker, whose jobs are done
	e.Release()
	for _, c := range clients {
		c.Answered(expected)
	}
}

// together is what each client says after its name.
const together = " speaks with the others\n"

// anothersJob looks for a client that gets what was made of another job than the one that was next.
func anothersJob(e *grade.Examiner, clients []*grade.Client) *grade.Finding {
	for _, c := range clients {
		wrong := c.Deviates()
		if i := strings.Index(wrong, strings.ToUpper(together)); i < 0 || i > 1 {
			continue
		}
		return grade.Find(handedOver, fmt.Sprintf("after %d right bytes, client %s gets %s: no job of it that is left has that answer", c.Right(), c.Name, grade.Excerpt(wrong)),
			c.FD()).Decides(e.WriteOf(c.FD(), c.Right()))
	}
	return nil
}

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

var ringSpentHere = &grade.Misconception{
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
	return grade.Find(ringSpentHere, fmt.Sprintf("a callback of %s read the bell and wrote no answer; nothing has rung since", bell.Name()), append(clientFDs(e), bell)...).
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
		case r.Call == world.CallRead && f.What == "eventfd":
			bell, lastRing, rings = f, r.Seq, rings+int64(binary.NativeEndian.Uint64(append(r.Data(nil), make([]byte, 8)...)))
		case r.Call == world.CallRead:
			bell, lastRing, rings = f, r.Seq, rings+r.A
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

// burst lets all clients say more than a read takes, at once and again and
// again: so the loop reads on while the worker begins with what was read before.
func burst(e *grade.Examiner, clients ...*grade.Client) {
	const expected = "three clients say more than a read takes, all at once, and each hears its own words in order"
	suspects(e, refusedOutside, bellReadLast, func(e *grade.Examiner) *grade.Finding { return mixedUp(e, clients) })
	for range 4 {
		standStill(e, clients[0], "PING\n")
		for _, c := range clients {
			text := numbered(c.Name, 300)
			c.Due(strings.ToUpper(text))
			c.Say(text)
		}
		for _, c := range clients {
			c.Arrived()
		}
		e.Release()
		for _, c := range clients {
			c.Answered(expected)
		}
	}
	e.Suspects()
}

// numbered is a line of n words, no two of them alike.
func numbered(name string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s%d ", name, i)
	}
	return b.String() + "\n"
}

// mixedUp looks which bytes a client has heard: its own in another order, or
// such as were never due to it.
func mixedUp(e *grade.Examiner, clients []*grade.Client) *grade.Finding {
	if e.Ended() {
		return nil
	}
	e.Aftermath(func() {}) // until all is heard
	for _, c := range clients {
		wrong := c.Deviates()
		if wrong == "" {
			continue
		}
		if c.HeardInAnyOrder() {
			return grade.Find(nobodyKeepsOrder, fmt.Sprintf("client %s has heard all its words, and in another order, from %s on", c.Name, grade.Excerpt(wrong)), c.FD()).
				Decides(e.WriteOf(c.FD(), c.Right()))
		}
		if c.HeardNothingElse() {
			return grade.Find(answerLost, fmt.Sprintf("a piece of what client %s said was not sent back: %s is what comes in its place", c.Name, grade.Excerpt(wrong)), c.FD()).
				Decides(e.WriteOf(c.FD(), c.Right()))
		}
		if strings.HasPrefix(wrong, "\n") { // what was said has its newline at the end
			return grade.Find(grade.PieceIsLine, fmt.Sprintf("client %s said one line; after %d right bytes it hears a newline", c.Name, c.Right()), c.FD()).
				Decides(e.WriteOf(c.FD(), c.Right()))
		}
		return grade.Find(bufferUsedAgain, fmt.Sprintf("client %s spoke together with others, and hears what is wrong from %s on", c.Name, grade.Excerpt(wrong)), c.FD()).
			Decides(e.WriteOf(c.FD(), c.Right()))
	}
	return nil
}
