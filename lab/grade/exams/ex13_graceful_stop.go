package exams

import (
	"fmt"
	"slices"
	"strconv"
	"syscall"
	"time"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

const lesson07 = "07-one-thread-many-clients"

var diesOfIt = &grade.Misconception{
	ID:     "dies-of-it",
	Belief: "SIGINT ends a program, whatever it does.",
	Truth: "That is only what happens by default: signal(7). A program that asks for the signal (an event made with " +
		"NewSignal, and added) is told of it, in its loop, and goes on.",
	Lesson: lesson07, Section: "explain",
}

var breaksOff = &grade.Misconception{
	ID:     "breaks-off",
	Belief: "When I am told to stop, I stop.",
	Truth: "What was read is only in the program's memory: if it ends, the answer is lost, and the client will never know " +
		"why. Stop taking in what is new, finish what was begun, and let the loop end by itself: when no event is left.",
	Lesson: lesson07, Section: "explain",
}

var backlogReset = &grade.Misconception{
	ID:     "backlog-reset",
	Belief: "A client that I have not accepted is not connected.",
	Truth: "The kernel connected it long ago: its end is ESTABLISHED, and perhaps it has sent its request. It waits in the " +
		"listener's backlog. Closing the listener resets all clients that wait there. Accept until EAGAIN first, then close.",
	Lesson: lesson07, Section: "explain",
}

var backlogIsNew = &grade.Misconception{
	ID:     "backlog-is-new",
	Belief: "A client in the backlog is new, and nobody new is let in.",
	Truth: "It was connected before the signal came, and has perhaps sent its request. Accept it, and serve it like the others: " +
		"read what it has sent, answer, and disconnect it at EAGAIN.",
	Lesson: lesson07, Section: "explain",
}

var lingerLoses = &grade.Misconception{
	ID:     "linger-loses",
	Belief: "A close with linger 0 is a quick close.",
	Truth: "It is a reset: what the kernel has not sent yet is thrown away, and the client gets ECONNRESET in the place of the rest. " +
		"Without that option, close lets the kernel send all that was written.",
	Lesson: "05-time-wait", Section: "explain",
}

var halfLetGo = &grade.Misconception{
	ID:     "half-let-go",
	Belief: "When I have sent my FIN, the client will close, too.",
	Truth: "It may stay for days: it has only learned that nothing more will come. Until it closes, the connection, its fd and its event " +
		"keep the server. Close the socket of a client that has all.",
	Lesson: lesson07, Section: "explain",
}

var arrivedNotRead = &grade.Misconception{
	ID:     "arrived-not-read",
	Belief: "A client that I owe nothing can be disconnected.",
	Truth: "It may have spoken, and the loop has not looked yet: it was in another callback. Read once more, and disconnect it " +
		"at EAGAIN. (Closing a socket with unread bytes sends an RST, and that can destroy even answers that were sent.)",
	Lesson: lesson07, Section: "explain",
}

var waitsForClients = &grade.Misconception{
	ID:     "waits-for-clients",
	Belief: "A graceful stop waits until all clients have left.",
	Truth: "They do not know that it waits: a client may stay for days. A client that has received all its answers is " +
		"disconnected: the FIN tells it that the server ends.",
	Lesson: lesson07, Section: "explain",
}

var acceptedAndLeft = &grade.Misconception{
	ID:     "accepted-and-left",
	Belief: "Each client will speak, and then I can disconnect it.",
	Truth: "One that says nothing is never ready for reading: no callback runs for it, and the server waits for it. When the server stops, " +
		"read once from each client that is owed nothing, also from those that it has just accepted from the backlog.",
	Lesson: lesson07, Section: "explain",
}

var stillListens = &grade.Misconception{
	ID:     "still-listens",
	Belief: "New clients do no harm while I finish.",
	Truth: "Then the server never finishes, or they are disconnected soon after. With the listener closed they are refused at once, and " +
		"try another server, or this one's successor: the port is free for it.",
	Lesson: lesson07, Section: "explain",
}

var closesOwing = &grade.Misconception{
	ID:     "closes-owing",
	Belief: "A slow client has only itself to blame.",
	Truth: "The server must answer what it said before. A write that takes only a part is no reason to disconnect, and when all " +
		"is written it may have said more: wait for room, then read again, and disconnect it at EAGAIN.",
	Lesson: lesson07, Section: "explain",
}

var cutOff = &grade.Misconception{
	ID:     "cut-off",
	Belief: "A stop must be over after some time.",
	Truth: "Then a slow reader loses the rest of its answer, and cannot know that there was more. Here it gets all, however long it takes: " +
		"no Exit with a time, and no timer that closes. The loop ends by itself when the last event is gone.",
	Lesson: lesson07, Section: "explain",
}

var readsOverRest = &grade.Misconception{
	ID:     "reads-over-rest",
	Belief: "One more read does no harm.",
	Truth: "What a connection is still owed is in the buffer that the read fills, and is lost. Read once more from a client that is " +
		"owed nothing; for a client that is owed something, wait for room first.",
	Lesson: lesson07, Section: "explain",
}

var signalIsAll = &grade.Misconception{
	ID:     "signal-is-all",
	Belief: "The program was told to stop, so it will stop.",
	Truth: "It stops as far as the callback does something. The first signal is the one that counts: take no new clients from then on, and disconnect those " +
		"that have all their answers.",
	Lesson: lesson07, Section: "explain",
}

var notInTheLoop = &grade.Misconception{
	ID:     "not-in-the-loop",
	Belief: "A signal can be handled anywhere.",
	Truth: "Its handler deals with connections, and these belong to the loop's thread. Let the loop be told, as of anything " +
		"else: by an event that is made with NewSignal and added, or by Base.Post.",
	Lesson: lesson07, Section: "explain",
}

// gracefulStop: time is held while SIGINT, words and a new client arrive, so
// that in each trial the program has seen none of them when it is told to stop.
var gracefulStop = &grade.Exam{
	Exercise: "13-graceful-stop",
	Checks: []string{
		"it serves",
		"SIGINT is heard",
		"clients in the backlog are served",
		"what has arrived is answered",
		"a client that has all is disconnected",
		"no new client is accepted",
		"a slow reader gets all",
		"the end",
	},
	Starter: breaksOff,
	Races:   true,
	Play: func(e *grade.Examiner) {
		port := e.Port()
		e.Start(strconv.Itoa(port))

		e.Check("it serves")
		a, b, c := e.Dial("a", port), e.Dial("b", port), e.Dial("c", port)
		for _, one := range []*grade.Client{c, a, b} {
			says(e, one, one.Name+" is here\n", "a client speaks, and hears itself")
		}
		c.Deaf(true)
		if _, held := c.Overfill(words("c", 8<<20), 4<<10, 0); held == 0 {
			e.Cannot("the kernel has taken 8 MiB for a client that does not read")
		}
		c.Due(words("c", 20<<10)) // and some that the server need not have read yet
		c.Say(words("c", 20<<10))
		c.Arrived()
		e.Calm("c does not read: the server keeps what is left, and sleeps")

		e.Check("SIGINT is heard")
		standStill(e, a, "ping\n")
		e.Means(grade.Crashed, diesOfIt)
		for _, m := range []*grade.Misconception{grade.Stuck, grade.EndedEarly, grade.BrokenOff} {
			e.Means(m, notInTheLoop)
		}
		e.Signal(syscall.SIGINT)
		const expected = "SIGINT comes, and the loop calls a callback for it"
		e.Step(expected) // into the wait
		e.Await(expected, func() bool { return e.StandsBefore(world.BeforeCallback) })

		// The program is about to learn of it. Meanwhile the world goes on.
		last := words("b", 40<<10) // more than one read takes
		b.Due(last)
		b.Say(last)
		var waiting []*grade.Client // in the backlog
		for _, name := range []string{"d", "e", "f"} {
			one := e.Dial(name, port)
			one.Due(name + " was just in time\n")
			one.Say(name + " was just in time\n")
			waiting = append(waiting, one)
		}
		silent := e.Dial("g", port) // in the backlog, too, and has nothing to say
		b.Arrived()
		for _, one := range waiting {
			one.Arrived()
		}
		e.Release()
		e.Await(expected, func() bool { return heard(e) })
		e.Means(grade.Crashed, nil)
		e.Means(grade.Stuck, nil)

		e.Check("clients in the backlog are served")
		meansStopped(e)
		for _, one := range waiting {
			answered(e, one, one.Name+" was connected before the program knew of SIGINT: it is accepted, and hears itself", backlogReset)
		}
		accepted(e, silent, "g was connected before the program knew of SIGINT: it is accepted")

		e.Check("what has arrived is answered")
		meansStopped(e)
		answered(e, b, "b spoke before the program knew of SIGINT, and hears itself", arrivedNotRead)

		e.Check("a client that has all is disconnected")
		meansStopped(e)
		const let = "a, b, d, e, f and g have all their answers: the server closes its ends, and sleeps until there is room for c"
		content := append([]*grade.Client{a, b}, append(waiting, silent)...)
		suspects(e, refusedOutside, stopsOutside, owingClosed(c), stopIgnored, keepsContent(content))
		e.Await(let, func() bool { // a server that gives them a moment of grace lets them go, too
			return !slices.ContainsFunc(content, func(one *grade.Client) bool { return one.FD().Closed == 0 })
		})
		e.Await(let, e.Rest())
		patient(e, c)
		e.Calm(let)
		for _, one := range content {
			e.Await(let, one.Ended)
			if f := one.FD(); one.WasReset() && called(e, f, world.CallLinger) {
				e.RuleOut("a client that has all is disconnected by a FIN", grade.Find(lingerLoses,
					fmt.Sprintf("client %s was reset: its connection was closed with SO_LINGER set", one.Name), f).Decides(grade.LastCall(f, world.CallLinger)))
			}
		}

		e.Check("no new client is accepted")
		meansStopped(e)
		suspects(e, owingClosed(c))
		e.Require(e.Refuses(port), "after SIGINT no new client is accepted", stillListens, "a new client was connected, after those that had all their answers were disconnected")

		e.Check("a slow reader gets all")
		e.Means(grade.EndedEarly, closesOwing)
		e.Means(grade.BrokenOff, closesOwing)
		for _, m := range []*grade.Misconception{grade.Unanswered, grade.Noise, grade.AgainIsEnd} {
			e.Means(m, readsOverRest)
		}
		suspects(e, lingers(c), readOver(c))
		c.Deaf(false)
		answered(e, c, "c reads again, and hears all that it said before", closesOwing)
		e.Suspects()
		c.Dropped("c has all its answers: the server closes its end")

		e.Check("the end")
		e.Ends("nothing is owed any more: no event is pending, and the program ends with all closed", grade.NoEventsLeft)
	},
}

// patient lets c stay deaf until no timeout is left that could end the loop meanwhile. An
// Exit that is pending will: nobody need wait for that.
func patient(e *grade.Examiner, c *grade.Client) {
	const expected = "c does not read for a while, and is owed something: the server waits, however long it takes"
	for range 3 { // a timer may have every right to be there, and may go on
		base, limit := waitsUntil(e)
		if base == nil {
			return
		}
		for _, t := range base.Timers {
			e.Require(t.Label != "exit", expected, cutOff, fmt.Sprintf("an Exit is pending that is over in %v or sooner, and client c is owed %d bytes",
				limit.Round(time.Millisecond), c.Owed()), c.FD())
		}
		for _, t := range base.Timers {
			e.Require(limit <= longestWait || t.What&trace.Signal != 0, expected, cutOff,
				fmt.Sprintf("a timer is pending that is over in %v, and client c is owed %d bytes", limit.Round(time.Millisecond), c.Owed()), c.FD())
		}
		if limit > longestWait {
			return
		}
		number, turns := base.Number, base.Turns
		e.Await(expected, func() bool { return e.World().BaseByNumber(number).Turns > turns || over(e) })
		e.Require(c.FD().Closed == 0 && !over(e), expected, cutOff,
			fmt.Sprintf("a timeout of %v was over, and the connection of client c was closed, which is owed %d bytes", limit.Round(time.Millisecond), c.Owed()), c.FD())
	}
}

// longestWait is a timeout that is worth waiting for.
const longestWait = 2 * time.Second

// waitsUntil returns a loop that waits with a timeout, and that timeout; or nil.
func waitsUntil(e *grade.Examiner) (*world.Base, time.Duration) {
	bases := e.World().Bases
	for i := range bases {
		if b := &bases[i]; b.Phase == world.Waiting && b.Limit > 0 {
			return b, time.Duration(b.Limit)
		}
	}
	return nil, 0
}

// stopsOutside looks whether the listener was closed on another thread than the loop's, while it ran.
func stopsOutside(e *grade.Examiner) *grade.Finding {
	listener := e.FD(func(f *world.FD) bool { return f.Listens })
	if listener == nil || listener.Closed == 0 || over(e) {
		return nil
	}
	var found *grade.Finding
	e.Each(func(r *world.Entry) {
		if !grade.Closing(listener)(r) || slices.ContainsFunc(e.World().Bases, func(b world.Base) bool { return b.Thread == r.Thread }) {
			return
		}
		found = grade.Find(notInTheLoop, fmt.Sprintf("%s is closed on thread %d, which runs no loop", listener.Name(), r.Thread), listener).
			Decides(grade.Closing(listener))
	})
	return found
}

// stopIgnored looks whether the listener is watched although a callback for the signal has run.
func stopIgnored(e *grade.Examiner) *grade.Finding {
	listener := e.FD(func(f *world.FD) bool { return f.Listens })
	if e.Ended() || listener == nil || listener.Closed != 0 || listener.Watched() == 0 {
		return nil
	}
	return grade.Find(signalIsAll, "a callback for SIGINT has run, and the program goes on as before: an event is pending on the listener", listener).
		Decides(func(r *world.Entry) bool { return r.Kind == trace.CallbackBegin && r.What()&trace.Signal != 0 })
}

// owingClosed looks whether the server has closed the connection of a client before its loop
// returned, and the client has not got all.
func owingClosed(c *grade.Client) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		f, returned := c.FD(), e.World().Returned
		if f.Closed == 0 || c.Owed() == 0 || returned.Base != 0 && f.Closed > returned.At {
			return nil
		}
		kept := c.Owed() + len(c.Heard()) - int(f.BytesOut)
		if kept <= 0 {
			return nil
		}
		return grade.Find(closesOwing, fmt.Sprintf("%s is closed, and %d bytes that it said were not sent back", f.Name(), kept), f).Decides(grade.Closing(f))
	}
}

// readOver looks whether a read put other bytes in the place of what was still to be sent to a client:
// the program has ended or closed the connection, and just so much was never sent.
func readOver(c *grade.Client) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		f := c.FD()
		missing := f.BytesIn - f.BytesOut
		if missing <= 0 || f.Closed == 0 && !e.Ended() {
			return nil
		}
		kept, rest, seq := int64(0), int64(0), uint64(0)
		e.Each(func(r *world.Entry) {
			switch {
			case r.Kind != trace.CallEnd || r.FD != f.Number || r.Time < f.Opened || r.A <= 0:
			case r.Call == world.CallRead:
				if kept == missing {
					rest, seq = kept, r.Seq
				}
				kept += r.A
			case r.Call == world.CallWrite:
				kept -= r.A
			}
		})
		if seq == 0 {
			return nil
		}
		return grade.Find(readsOverRest, fmt.Sprintf("a read of %s took more while %d bytes that were read before were not sent yet: just so many were never sent",
			f.Name(), rest), f).Decides(func(r *world.Entry) bool { return r.Seq == seq })
	}
}

// lingers looks whether what was written to a client is lost by a close with SO_LINGER.
func lingers(c *grade.Client) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		f := c.FD()
		if f.Closed == 0 || c.Owed() == 0 || !called(e, f, world.CallLinger) {
			return nil
		}
		return grade.Find(lingerLoses, fmt.Sprintf("%s was closed with SO_LINGER set, and %d bytes have not arrived", f.Name(), c.Owed()), f).
			Decides(grade.LastCall(f, world.CallLinger))
	}
}

// keepsContent looks for a client that has all its answers, and whose connection stays open.
func keepsContent(clients []*grade.Client) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		for _, c := range clients {
			f := c.FD()
			switch {
			case e.Ended() || f.Closed != 0 || c.Owed() > 0:
			case c.Name == "g" && othersClosed(clients, c) && !called(e, f, world.CallRead):
				return grade.Find(acceptedAndLeft, "client g, which says nothing, was accepted from the backlog; the program has not read from it, and waits for it", f)
			case called(e, f, world.CallShutdown):
				return grade.Find(halfLetGo, fmt.Sprintf("client %s has all its answers and a FIN, and its connection is open", c.Name), f).
					Decides(grade.LastCall(f, world.CallShutdown))
			default:
				return grade.Find(waitsForClients, fmt.Sprintf("client %s has all its answers, and its connection is open", c.Name), f)
			}
		}
		return nil
	}
}

// othersClosed reports whether the connections of all other clients are closed.
func othersClosed(clients []*grade.Client, but *grade.Client) bool {
	return !slices.ContainsFunc(clients, func(c *grade.Client) bool { return c != but && (c.FD() == nil || c.FD().Closed == 0) })
}

// meansStopped says what it means that the program ends while it still has
// something to do for its clients.
func meansStopped(e *grade.Examiner) {
	for _, m := range []*grade.Misconception{grade.EndedEarly, grade.BrokenOff, grade.AgainIsEnd} {
		e.Means(m, breaksOff)
	}
}

// standStill holds the program's loop before a wait, with nothing left to do. If
// that takes a word, the client says ping, and is to hear echo.
func standStill(e *grade.Examiner, c *grade.Client, echo string) {
	const expected = "a client speaks, and is answered"
	due := int64(len(c.Heard()))
	e.Hold()
	for !e.Stands() { // it sleeps in the kernel: wake it
		due += int64(len(echo))
		c.Due(echo)
		c.Say("ping\n")
		e.Await(expected, func() bool { return e.Stands() || c.Owed() == 0 })
	}
	for !e.StandsBefore(world.BeforeWait) || c.FD().BytesOut < due {
		e.Step(expected)
		e.Await(expected, e.Stands)
	}
}

// heard reports whether a callback has run for the signal: the signal's own, or
// a function that was posted for it.
func heard(e *grade.Examiner) (yes bool) {
	e.Each(func(r *world.Entry) {
		yes = yes || r.Kind == trace.CallbackBegin && (r.What()&trace.Signal != 0 || r.FD == trace.NoFD)
	})
	return yes
}

// over reports whether the loop has returned.
func over(e *grade.Examiner) (yes bool) {
	e.Each(func(r *world.Entry) { yes = yes || r.Kind == trace.LoopEnd })
	return yes
}

// accepted waits until a client of the backlog is the program's.
func accepted(e *grade.Examiner, c *grade.Client, expected string) {
	e.Await(expected, func() bool {
		if gone := c.Ended(); gone && c.FD() == nil && !over(e) {
			e.Calm(expected)
			listener := e.FD(func(f *world.FD) bool { return f.Listens })
			if c.FD() == nil && !over(e) {
				e.RuleOut(expected, stopsOutside(e))
				e.RuleOut(expected, grade.Find(backlogReset, fmt.Sprintf("client %s was in the backlog, and was reset when the listener was closed", c.Name), listener).
					Decides(grade.Closing(listener)))
			}
		}
		return c.FD() != nil
	})
}

// answered waits until the client has heard all. lost is what it means when the
// server has closed its connection before, and goes on.
func answered(e *grade.Examiner, c *grade.Client, expected string, lost *grade.Misconception) {
	e.Await(expected, func() bool {
		gone := c.Ended() // before we look what it has heard
		if owed := c.Owed(); owed == 0 || !gone {
			return owed == 0
		}
		e.Calm(expected)
		if over(e) { // the whole program ends: that tells more
			e.Await(expected, func() bool { return c.Owed() == 0 })
			return true
		}
		about := c.FD()
		if outside := refusedOutside(e); outside != nil {
			e.RuleOut(expected, outside.Decides(grade.Closing(about)))
		}
		e.RuleOut(expected, stopsOutside(e))
		if about != nil && about.BytesIn > about.BytesOut {
			e.RuleOut(expected, owingClosed(c)(e))
		}
		switch {
		case lost != backlogReset:
		case about == nil: // with the listener
			about = e.FD(func(f *world.FD) bool { return f.Listens })
		case about.Added == 0:
			lost = backlogIsNew
		default:
			lost = arrivedNotRead
		}
		e.RuleOut(expected, grade.Find(lost, fmt.Sprintf("the connection of client %s is closed, and it is owed %d bytes", c.Name, c.Owed()), about).
			Decides(grade.Closing(about)))
		return false
	})
}
