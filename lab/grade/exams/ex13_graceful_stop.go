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
		says(e, b, words("b", 256<<10), "b says much, and hears it all") // since then the kernel may take more for it
		c.Deaf(true)
		if _, held := c.Overfill(words("c", 8<<20), 4<<10, 0); held == 0 {
			e.Cannot("the kernel has taken 8 MiB for a client that does not read")
		}
		saysMuch(c) // the server need not have read that yet
		c.Arrived()
		e.Calm("c does not read: the server keeps what is left, and sleeps")

		e.Check("SIGINT is heard")
		standStill(e, a, "ping\n")
		e.Means(grade.Crashed, diesOfIt)
		for _, m := range []*grade.Misconception{grade.Stuck, grade.EndedEarly, grade.BrokenOff} {
			e.Means(m, notInTheLoop)
		}
		outside := actsOutside(lastRecord(e))
		suspects(e, outside)
		e.Signal(syscall.SIGINT)
		const expected = "SIGINT comes, and the loop calls a callback for it"
		e.Step(expected) // into the wait
		e.Await(expected, func() bool { return e.StandsBefore(world.BeforeCallback) })

		// The program is about to learn of it. Meanwhile the world goes on.
		saysMuch(b)
		waiting, silent := inBacklog(e, port)
		b.Arrived()
		e.HoldRead(b.FD())
		e.Step(expected) // into the callback
		e.Await(expected, func() bool { return heard(e) })
		e.Means(grade.Crashed, nil)
		e.Means(grade.Stuck, nil)

		e.Check("clients in the backlog are served")
		meansStopped(e)
		suspects(e, endsInside(c), owingClosed(c), leftUnread(c))
		oneServes(e, b.FD(), outside)
		for _, one := range waiting {
			if one.Owed() == 0 {
				continue // what need not be awaited costs no time, not even where a program spins
			}
			answered(e, one, one.Name+" was connected before the program knew of SIGINT: it is accepted, and hears itself", backlogReset)
		}
		for _, one := range silent {
			if one.FD() != nil {
				continue
			}
			accepted(e, one, one.Name+" was connected before the program knew of SIGINT: it is accepted")
		}

		e.Check("what has arrived is answered")
		meansStopped(e)
		answered(e, b, "b spoke before the program knew of SIGINT, and hears itself", arrivedNotRead)

		e.Check("a client that has all is disconnected")
		meansStopped(e)
		const let = "all clients but c have all their answers: the server closes its ends, and sleeps until there is room for c"
		content := slices.Concat([]*grade.Client{a, b}, waiting, silent)
		suspects(e, endsInside(c), refusedOutside, stopsOutside, owingClosed(c), leftUnread(c), asksForRoom(c), stopIgnored, keepsContent(content))
		e.Await(let, func() bool { // a server that gives them a moment of grace lets them go, too
			return !slices.ContainsFunc(content, func(one *grade.Client) bool { return one.FD().Closed == 0 })
		})
		rests := e.Rest()
		e.Await(let, func() bool {
			e.RuleOut(let, asksForRoom(c)(e))
			return rests()
		})
		patient(e, c)
		e.Calm(let)
		for _, one := range content {
			if !one.Ended() {
				e.Await(let, one.Ended)
			}
			if f := one.FD(); one.WasReset() && called(e, f, world.CallLinger) {
				e.RuleOut("a client that has all is disconnected, and not reset", grade.Find(lingerLoses,
					fmt.Sprintf("client %s was reset: its connection was closed with SO_LINGER set", one.Name), f).Decides(grade.LastCall(f, world.CallLinger)))
			}
		}

		e.Check("no new client is accepted")
		meansStopped(e)
		suspects(e, owingClosed(c), leftUnread(c))
		listener, means := e.FD(func(f *world.FD) bool { return f.Listens }), stillListens
		if listener != nil && listener.Watched() == 0 {
			means = listenerOpen
		}
		e.Require(e.Refuses(port), "after SIGINT no new client is accepted", means,
			"a new client was connected, after those that had all their answers were disconnected: the listener is open", listener)

		e.Check("a slow reader gets all")
		e.Means(grade.EndedEarly, closesOwing)
		e.Means(grade.BrokenOff, closesOwing)
		e.Means(readInPlace, readsOverRest)
		suspects(e, lingers(c), readOver(c), heardWrong(c), restLost(c), leftUnread(c))
		c.Deaf(false)
		answered(e, c, "c reads again, and hears all that it said before", closesOwing)
		e.Suspects()
		c.Dropped("c has all its answers: the server closes its end")

		e.Check("the end")
		suspects(e, endsWithError)
		e.Ends("nothing is owed any more: no event is pending, and the program ends with all closed", grade.NoEventsLeft)
		if slept := e.SleptInside(); slept >= longSleep {
			e.RuleOut("the server serves its clients until each has all its answers", grade.Find(grade.Starved,
				fmt.Sprintf("its callbacks have slept for %v, all together, and whoever speaks meanwhile must wait", slept.Round(10*time.Millisecond))).
				Decides(longest(e, nil)))
		}
	},
}

// saysMuch lets a client say as much as the kernel takes while the server reads nothing: many times what a read
// takes. An echo of it is due.
func saysMuch(c *grade.Client) {
	const least, most = 40 << 10, 256 << 10
	text := words(c.Name, min(max(least, c.Room()*7/8), most))
	c.Due(text)
	c.Say(text)
}

// inBacklog lets clients connect while the server's loop stands: some speak, d more than a read takes, and some are
// silent. A listener with a short backlog gets fewer of them.
func inBacklog(e *grade.Examiner, port int) (speaking, silent []*grade.Client) {
	speak := func(one *grade.Client, text string) {
		one.Due(text)
		one.Say(text)
		one.Arrived()
		speaking = append(speaking, one)
	}
	speak(e.Dial("d", port), words("d", 40<<10))
	for _, name := range []string{"e", "f"} {
		speak(e.Dial(name, port), name+" was just in time\n")
	}
	silent = append(silent, e.Dial("g", port))
	for i := range 20 {
		one := e.TryDial(fmt.Sprint("n", i+1), port)
		if one == nil {
			break
		}
		if i%2 == 0 {
			speak(one, one.Name+" was just in time\n")
		} else {
			silent = append(silent, one)
		}
	}
	return speaking, silent
}

// mostPhases is many times what a loop needs until it has come to each client.
const mostPhases = 300

// oneServes lets the loop go on until the read that is held is about to be made, and requires that no other thread
// serves clients meanwhile. outside looks for one that has done so since the signal, while the loop ran.
func oneServes(e *grade.Examiner, read *world.FD, outside func(*grade.Examiner) *grade.Finding) {
	const expected = "the program has learned of SIGINT; who was connected before is accepted, and hears its own words"
	held := func() bool { return e.HeldThere(world.BeforeRead) }
	still := e.Stillness()
	for range mostPhases {
		if e.Stands() {
			e.Step(expected)
		}
		e.Await(expected, func() bool { return e.Stands() || held() || e.Ended() || still() })
		if held() || !e.Stands() {
			break
		}
	}
	if held() {
		e.Settled() // whatever other threads do, they have done by now
		if found := servesBeside(e, read); found != nil {
			const one = "one thread serves all clients to the end: while it stands before a read, nobody is served"
			e.RuleOut(one, outside(e))
			e.RuleOut(one, found)
		}
	}
	e.Release()
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
			what, cuts := "a timer", limit > longestWait && t.What&trace.Signal == 0 // a shorter one will be over: see below
			if t.Label == "exit" {
				what, cuts = "an Exit", true
			}
			if cuts {
				e.RuleOut(expected, grade.Find(cutOff, fmt.Sprintf("%s is pending that is over in %v or sooner, and %s", what, limit.Round(time.Millisecond), owes(c)),
					c.FD()).Decides(timerAdded))
			}
		}
		if limit > longestWait {
			e.RuleOut(expected, grade.Find(cutOff, fmt.Sprintf("the loop waits for %v at most, since an event has a timeout; %s", limit.Round(time.Millisecond), owes(c)), c.FD()).
				Decides(func(r *world.Entry) bool { return r.Kind == trace.Add && r.B > 0 }, func(r *world.Entry) bool { return r.Kind == trace.WaitBegin }))
		}
		number, turns := base.Number, base.Turns
		e.Await(expected, func() bool { return e.World().BaseByNumber(number).Turns > turns || over(e) })
		if c.FD().Closed != 0 || over(e) {
			e.RuleOut(expected, grade.Find(cutOff, fmt.Sprintf("a timeout of %v was over, the connection of client c was closed, and %s",
				limit.Round(time.Millisecond), owes(c)), c.FD()).Decides(func(r *world.Entry) bool {
				return r.Kind == trace.Add && r.B > 0 && (r.FD == trace.NoFD || r.FD == c.FD().Number)
			}))
		}
	}
}

// owes says what a client has not got.
func owes(c *grade.Client) string {
	f := c.FD()
	return fmt.Sprintf("of what client %s has said %d bytes were read and not sent back, and %d not read", c.Name, f.BytesIn-f.BytesOut, c.Unread())
}

// timerAdded says of a record whether it adds an event without an fd that has a timeout.
func timerAdded(r *world.Entry) bool { return r.Kind == trace.Add && r.FD == trace.NoFD && r.B > 0 }

// longestWait is a timeout that is worth waiting for.
const longestWait = 2 * time.Second

// longSleep is more than the callbacks of a program that has nothing to wait for inside them can sleep.
const longSleep = 600 * time.Millisecond

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

// lastRecord returns the number of the last record.
func lastRecord(e *grade.Examiner) (seq uint64) {
	e.Each(func(r *world.Entry) { seq = max(seq, r.Seq) })
	return seq
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
			if c.FD() == nil && !over(e) {
				e.RuleOut(expected, stopsOutside(e))
				e.RuleOut(expected, lostInBacklog(e, c))
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
		e.RuleOut(expected, shutBefore(e, c))
		if about != nil && c.Unread() == 0 && about.BytesIn == about.BytesOut {
			e.RuleOut(expected, lingers(c)(e))
		}
		if about != nil && about.BytesIn > about.BytesOut {
			e.RuleOut(expected, owingClosed(c)(e))
		}
		switch {
		case lost == closesOwing:
			e.RuleOut(expected, leftUnread(c)(e))
		case lost != backlogReset:
		case about == nil:
			e.RuleOut(expected, lostInBacklog(e, c))
		case about.Added == 0:
			lost = backlogIsNew
		default:
			lost = arrivedNotRead
		}
		e.RuleOut(expected, grade.Find(lost, fmt.Sprintf("the connection of client %s is closed, and it has not heard %d bytes of what it said", c.Name, c.Owed()), about).
			Decides(grade.Closing(about)))
		return false
	})
}
