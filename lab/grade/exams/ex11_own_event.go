package exams

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/grade"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

var oneVariable = &grade.Misconception{
	ID:     "one-variable",
	Belief: "The base has copied my event, so I can use the variable for the next one.",
	Truth: "It has only its address, and looks there whenever the fd is ready. If the next client's event is put there, it takes " +
		"the place of this one. Each client needs an event of its own, which stays where it is until Del.",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

var notTheLoopsThread = &grade.Misconception{
	ID:     "not-the-loops-thread",
	Belief: "A call is a call, whichever thread makes it.",
	Truth: "The client, its fd and its event belong to the loop's thread, and no other thread is to touch them. Then the loop may close " +
		"a client without asking anybody. The callback reads; the worker gets what was read, and hands the loop a function that does the rest: " +
		"Base.Post may be called from any thread, and wakes the loop up.",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

var workerIsLoop = &grade.Misconception{
	ID:     "worker-is-a-loop",
	Belief: "The worker may be a second loop.",
	Truth: "In other programs it may: Post works in both directions. Here the Task asks for a goroutine that is no loop, so that time can be " +
		"held for the one loop alone, and you see what it does with answers that have waited.",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

var worksInCallback = &grade.Misconception{
	ID:     "works-in-callback",
	Belief: "The callback may wait for the worker, or do the work itself.",
	Truth: "Until it returns nobody else is served, and then the worker is of no use. The callback hands the job over " +
		"and returns; when the answer is there, the worker posts it to the loop.",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

var pollsForMail = &grade.Misconception{
	ID:     "polls-for-mail",
	Belief: "A timer that looks often enough will find it.",
	Truth: "It finds it late, and wakes the thread again and again when nothing is there. Base.Post ends the " +
		"loop's wait at the right moment, and only then.",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

var fdIsClient = &grade.Misconception{
	ID:     "fd-is-client",
	Belief: "When the answer comes, its client is there.",
	Truth: "It may have left, and another client may have its place: the number of its fd, its index in a list, its memory. The function " +
		"that writes an answer must ask first whether the very client that has spoken is still there.",
	Lesson: "06-adding-to-a-running-base", Section: "explain",
}

var leftIsDone = &grade.Misconception{
	ID:     grade.LeftOpen.ID,
	Belief: "A client that has left needs nothing more.",
	Guess:  true,
	Truth: "Its fd is open until the program closes it, and the client waits for the end of its connection. Close the fd when a read has given 0 or " +
		"an error. An answer that is still on its way may be dropped.",
	Lesson: lesson07, Section: "explain",
}

var firesAgain = &grade.Misconception{
	ID:     grade.OneShot.ID,
	Belief: "The event will fire again.",
	Truth: "Without Persist an event fires once, and is then no longer pending. Let it persist, or add it again, on the loop's thread: on " +
		"another one Add is refused, and its error says so.",
	Lesson: grade.OneShot.Lesson, Section: grade.OneShot.Section,
}

// ownEvent: whose memory an event is in, and whose thread may touch a client.
// The second is judged by the trace: who made which write, inside which callback.
var ownEvent = &grade.Exam{
	Exercise: "11-own-event",
	Checks: []string{
		"one client is answered",
		"each of three is answered",
		"the answers come by post",
		"all speak at once",
		"one resets, the others stay",
		"the last one ends it",
	},
	Starter: oneVariable,
	Means:   map[*grade.Misconception]*grade.Misconception{grade.OneShot: firesAgain, grade.Unanswered: answerLost},
	Later:   true,
	Races:   true,
	Play: func(e *grade.Examiner) {
		port := e.Port()
		e.Start(strconv.Itoa(port))
		says := func(c *grade.Client, text, expected string) {
			c.Due(strings.ToUpper(text))
			c.Say(text)
			c.Answered(expected)
		}

		suspects(e, refusedOutside)
		e.Check("one client is answered")
		a := e.Dial("a", port)
		for range 2 {
			says(a, "hello from a\n", "client a speaks, and gets its words back in capitals")
		}

		e.Check("each of three is answered")
		for _, m := range []*grade.Misconception{grade.NotWatched, grade.Polling, grade.NeverDrained} {
			e.Means(m, oneVariable)
		}
		suspects(e, refusedOutside, heldStill, readsAnother, ringsForNothing)
		b, c := e.Dial("b", port), e.Dial("c", port)
		for range 2 {
			for _, client := range []*grade.Client{b, a, c} {
				says(client, "hello from "+client.Name+"\n", fmt.Sprintf("three clients are there, client %s speaks and is answered", client.Name))
			}
		}

		e.Check("the answers come by post")
		oneLoop(e)
		byPost(e, a.FD(), b.FD(), c.FD())
		e.Calm("while nobody speaks the program sleeps")

		e.Check("all speak at once")
		jobsBeforePosts(e, a, b, c)
		burst(e, a, b, c)

		e.Check("one resets, the others stay")
		came := newcomers{b, c} // and those who stay
		suspects(e, refusedOutside, endedByReset, came.gotAnothers, came.keptOpen)
		gone := a.FD()
		d := lateAnswer(e, a, port, &came)
		says(d, "hello from d\n", "client a is gone, client d comes, speaks, and hears its own words")
		says(b, "and b?\n", "client a is gone, client b speaks and is answered")
		const closes = "client a has reset its connection, and the server closes its end"
		e.Calm(closes)
		closesIts(e, closes, gone)
		owedNothing(e, port, &came)
		comeAndGo(e, b, port, &came)
		closedWrites(e)
		closedBeside(e)

		e.Check("the last one ends it")
		leaves := func(client *grade.Client) {
			client.End()
			client.Dropped(fmt.Sprintf("client %s has said all, and the server closes its end", client.Name))
		}
		leaves(c)
		leaves(b)
		f := e.Dial("f", port)
		says(f, "hello from f\n", "only client d is left; f comes, speaks and is answered")
		leaves(d)
		leaves(f)
		e.Ends("the last client has left: no event is pending, and the program ends with all closed", grade.NoEventsLeft)
	},
}

// heldStill looks whether the program has logged that the memory of an event that is pending
// was to be used for another one.
func heldStill(e *grade.Examiner) *grade.Finding {
	for line := range strings.Lines(e.Logged()) {
		if strings.Contains(line, event.ErrHeld.Error()) || strings.Contains(line, event.ErrOverwritten.Error()) {
			return grade.Find(oneVariable, "the program has logged: "+strings.TrimSpace(launch.Quote([]byte(line))), clientFDs(e)...)
		}
	}
	return nil
}

// clientFDs are the connections of clients that are open.
func clientFDs(e *grade.Examiner) (fds []*world.FD) {
	for _, f := range e.World().FDs {
		if isClient(f) && f.Closed == 0 {
			fds = append(fds, f)
		}
	}
	return fds
}

// What a client says, and then leaves.
const (
	anybody = "is anybody there?\n"
	bye     = "bye\n"
)

// newcomers are the clients that came when another one had left, and those who stayed.
type newcomers []*grade.Client

// gotAnothers looks for one that gets what was made of the words of a client that has left.
func (n *newcomers) gotAnothers(e *grade.Examiner) *grade.Finding {
	for _, c := range *n {
		for _, said := range []string{anybody, bye} {
			if answer := strings.ToUpper(said); strings.HasPrefix(c.Deviates(), answer) {
				return grade.Find(fdIsClient, fmt.Sprintf("client %s gets %q, and has not said that: it is the answer for a client that has left", c.Name, answer), c.FD()).
					Decides(e.WriteOf(c.FD(), c.Right()))
			}
		}
	}
	return nil
}

// keptOpen looks for one whose end was read, and whose fd is open though no event is pending on it any more.
func (n *newcomers) keptOpen(e *grade.Examiner) *grade.Finding {
	for _, c := range *n {
		f := c.FD()
		if f == nil || e.Ended() || f.Closed != 0 || f.Ends.Now == 0 || f.Watched() != 0 || f.Blocked > 0 || c.Deviates() != "" {
			continue
		}
		return grade.Find(leftIsDone, fmt.Sprintf("a read of %s gave 0, the end of file; no event is pending on it any more, and it was not closed", f.Name()), f).
			Decides(grade.LastCall(f, world.CallRead))
	}
	return nil
}

// lateAnswer lets a go away when the loop is about to read what it has said, and
// d come. So the loop reads a's words, learns in the next turn that a is gone,
// accepts d on the number that is free now, and then gets the answer for a: the
// worker stands before its post until then. The kernel tells what became ready
// first, first: a, then the listener.
func lateAnswer(e *grade.Examiner, a *grade.Client, port int, came *newcomers) (d *grade.Client) {
	const expected = "client a speaks, and the loop is told"
	standStill(e, a, "PING\n")
	a.Due(strings.ToUpper(anybody))
	a.Say(anybody)
	a.Arrived()
	e.Step(expected)
	e.Await(expected, func() bool { return e.StandsBefore(world.BeforeCallback) })
	a.Reset()
	d = e.Dial("d", port)
	*came = append(*came, d)
	e.HoldPost() // the worker, when it is done with a's words
	const late = "client a leaves when its words were read, and d comes; the answer for a, which the worker has ready by then, is dropped"
	for a.Unread() > 0 {
		e.Step(late)
		e.Await(late, e.Stands)
	}
	e.Settled() // whatever the worker asks about a, it has asked by now
	for d.FD() == nil {
		e.Step(late)
		e.Await(late, e.Stands)
	}
	e.Release()
	return d
}

// owedNothing lets a client reset when it has its answer: only a read can tell the server.
func owedNothing(e *grade.Examiner, port int, came *newcomers) {
	const expected = "a client that has its answer resets its connection: the server closes its end"
	one := e.Dial("r", port)
	*came = append(*came, one)
	one.Due("I HAVE TO GO\n")
	one.Say("i have to go\n")
	one.Answered(expected)
	own := one.FD()
	one.Reset()
	e.Calm(expected)
	closesIts(e, expected, own)
}

// comeAndGo lets a client speak at the same time as others come and leave: so the worker works
// while the loop changes what it knows of its clients.
func comeAndGo(e *grade.Examiner, speaker *grade.Client, port int, came *newcomers) {
	const expected = "a client speaks while others come and leave, and hears its own words"
	var guest *grade.Client
	for range 12 {
		standStill(e, speaker, "PING\n")
		speaker.Due("STILL HERE\n")
		speaker.Say("still here\n")
		speaker.Arrived()
		if guest != nil {
			guest.Due(strings.ToUpper(bye)) // it may be dropped, as the client leaves
			guest.Say(bye)
			guest.End()
			guest.Arrived()
		}
		next := e.Dial("guest", port)
		*came = append(*came, next)
		e.Release()
		speaker.Answered(expected)
		if guest != nil {
			guest.Dropped(expected)
			guest.Reset() // nothing is due to it any more
		}
		guest = next
	}
	guest.End()
	guest.Dropped(expected)
}

// timerBegins says of a record whether the callback of a timer begins.
func timerBegins(r *world.Entry) bool {
	return r.Kind == trace.CallbackBegin && r.FD == trace.NoFD && r.What()&trace.Timeout != 0
}

// closesIts requires that the fd of a client that has reset its connection is closed.
func closesIts(e *grade.Examiner, expected string, own *world.FD) {
	if own.Closed == 0 {
		e.RuleOut(expected, grade.Find(grade.LeftOpen, own.Name()+" was reset by its client, and the server keeps its fd", own).
			Decides(func(r *world.Entry) bool { return r.Kind == trace.CallEnd && isOn(r, own) && saysGone(r) }, grade.Deleted(own)))
	}
}

// serving returns the thread of the loop that watches a listener, 0 before there is one: a worker may have a
// loop, too.
func serving(e *grade.Examiner) (thread uint32) {
	var base uint16
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.Add && base == 0:
			if f := e.FD(func(f *world.FD) bool { return f.Number == r.FD && f.Listens && f.Opened <= r.Time }); f != nil {
				base = r.Base
			}
		case r.Kind == trace.LoopBegin && r.Base == base:
			thread = r.Thread
		}
	})
	return thread
}

// oneLoop requires that the worker has no loop of its own.
func oneLoop(e *grade.Examiner) {
	serves, other := serving(e), uint64(0)
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.LoopBegin && r.Thread != serves && other == 0 {
			other = r.Seq
		}
	})
	if serves != 0 && other != 0 {
		e.RuleOut("one loop, and a worker that is none", grade.Find(workerIsLoop, "a second loop has begun, on another thread").Decides(grade.Numbered(other)))
	}
}

// closedWrites requires that nothing was written to an fd that was closed.
func closedWrites(e *grade.Examiner) {
	loop, outside := serving(e), map[int32]world.Entry{} // closes on another thread than the loop's, by fd
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.Open:
			delete(outside, r.FD)
		case r.Kind == trace.Close && loop != 0 && r.Thread != loop:
			outside[r.FD] = *r
		}
		if by, is := outside[r.FD]; is && r.Kind == trace.CallEnd && r.Call == world.CallWrite && r.B == int64(unix.EBADF) {
			e.RuleOut("no thread but the loop's touches a client", grade.Find(notTheLoopsThread,
				fmt.Sprintf("thread %d closed fd %d, and then the loop's thread, %d, wrote to it", by.Thread, r.FD, loop),
				e.FD(func(f *world.FD) bool { return f.Number == r.FD && f.Opened <= by.Time })).
				Decides(grade.Numbered(by.Seq)))
		}
		e.Require(r.Kind != trace.CallEnd || r.Call != world.CallWrite || r.B != int64(unix.EBADF), "an answer for a client that is gone is dropped",
			fdIsClient, fmt.Sprintf("fd %d was written to after it was closed", r.FD))
	})
}

// closedBeside requires that no other thread has closed a client's fd while the loop ran.
func closedBeside(e *grade.Examiner) {
	loop, running := serving(e), false
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.LoopBegin && r.Thread == loop:
			running = true
		case r.Kind == trace.LoopEnd && r.Thread == loop:
			running = false
		case running && r.Kind == trace.Close && r.Thread != loop:
			if f := fdOf(e, r); f != nil && isClient(f) {
				e.RuleOut("no thread but the loop's touches a client", grade.Find(notTheLoopsThread,
					fmt.Sprintf("thread %d closed %s; the loop's thread is %d", r.Thread, f.Name(), loop), f).Decides(grade.Numbered(r.Seq)))
			}
		}
	})
}

// byPost requires that the loop's thread wrote the answers, when it was called for them:
// by a function that was posted, or by a bell of the program's own.
func byPost(e *grade.Examiner, clients ...*world.FD) {
	const expected = "the worker hands its answers to the loop and wakes it up, and the loop's thread writes them"
	loop := serving(e)
	read := map[int32]int64{} // by fd: the last callback that read from it
	byClock := 0              // answers that a timer's callback wrote
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.CallEnd && r.Call == world.CallRead:
			read[r.FD] = r.Inside.Number
			if i := slices.IndexFunc(clients, func(f *world.FD) bool { return f.Number == r.FD }); i >= 0 && r.Thread != loop {
				e.RuleOut(expected, grade.Find(notTheLoopsThread, fmt.Sprintf("thread %d read from %s; the loop's thread is %d",
					r.Thread, clients[i].Name(), loop), clients[i]).Decides(grade.Numbered(r.Seq)))
			}
		case r.Kind == trace.CallEnd && r.Call == world.CallWrite:
			i := slices.IndexFunc(clients, func(f *world.FD) bool { return f.Number == r.FD })
			if i < 0 {
				return
			}
			f := clients[i]
			if r.Thread != loop {
				e.RuleOut(expected, grade.Find(notTheLoopsThread, fmt.Sprintf("thread %d wrote to %s; the loop's thread is %d",
					r.Thread, f.Name(), loop), f).Decides(grade.Numbered(r.Seq)))
			}
			e.Require(r.Inside.Number == 0 || read[r.FD] != r.Inside.Number, expected, worksInCallback,
				fmt.Sprintf("the callback that read from %s also wrote the answer", f.Name()), f)
			if r.A > 0 && r.Inside.Number != 0 && r.Inside.FD == trace.NoFD && r.Inside.Why&trace.Timeout != 0 {
				byClock++
			}
		}
	})
	if byClock > 0 {
		e.RuleOut(expected, grade.Find(pollsForMail, fmt.Sprintf("%d answers were written in the callback of a timer: it checks whether there is one", byClock),
			clients...).Decides(timerBegins))
	}
}
