package exams

import (
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
					m = grade.BlockedOnAnother // of the client that was accepted just now: no variable is to blame
				}
				found = grade.Find(m, fmt.Sprintf("the callback of %s read from %s", its.Name(), other.Name()), its, other).
					Decides(grade.Numbered(r.Seq))
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
