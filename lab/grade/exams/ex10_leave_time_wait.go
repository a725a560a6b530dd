package exams

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// leaveTimeWait: the world is a server that does not hang up before it is told
// to, and not before it has seen what the client does then.
var leaveTimeWait = &grade.Exam{
	Exercise: "10-leave-time-wait",
	Checks: []string{
		"it prints the answer",
		"the server closes first",
		"again, from the same port",
		"TIME_WAIT is the server's",
	},
	Starter: closesFirst,
	Means:   map[*grade.Misconception]*grade.Misconception{grade.Polling: asksForIt},
	Play: func(e *grade.Examiner) {
		s := e.Serve()
		defer s.Close()
		own := e.Port()
		suspects(e, stillOpen)
		e.Start(strconv.Itoa(s.Port), strconv.Itoa(own), strconv.Itoa(questions))

		e.Check("it prints the answer")
		c := asksOne(e, s, own, 1)

		e.Check("the server closes first")
		hungUp(e, s, c, someTime)

		e.Check("again, from the same port")
		for i := range questions - 1 {
			hungUp(e, s, asksOne(e, s, own, i+2), 0)
		}

		e.Check("TIME_WAIT is the server's")
		const expected = "three questions are answered: the program ends, and the kernel has the last connection in TIME_WAIT at the server's end"
		e.Ends(expected, grade.Anyhow)
		e.RuleOut("SO_REUSEADDR is not set", setsReuseAddr(e))
		mine, theirs, known := timeWaits(s, func(mine, theirs int) bool { return mine+theirs > 0 })
		lingers := called(e, nil, world.CallLinger)
		e.Require(!known || theirs == 0, expected, closesFirst, fmt.Sprintf("the kernel has %d of the program's ends in TIME_WAIT", theirs))
		e.Require(!known || mine > 0 || !lingers, expected, resetForClose, "nobody is in TIME_WAIT: the program has reset the connection")
		if known && mine == 0 {
			e.Cannot("the kernel keeps no connection in TIME_WAIT: net.ipv4.tcp_max_tw_buckets may be exhausted")
		}
	},
}

// stillOpen looks whether the program has ended, and its last bind had failed while another connection was open: its
// own port belongs to that one until it is closed.
func stillOpen(e *grade.Examiner) *grade.Finding {
	var refused *world.Entry
	connected := map[*world.FD]bool{}
	e.Each(func(r *world.Entry) {
		if grade.Connects(r) {
			connected[e.FD(func(f *world.FD) bool { return isOn(r, f) })] = true
		}
		if r.Kind == trace.CallEnd && r.Call == world.CallBind && r.B == int64(syscall.EADDRINUSE) {
			refused = r
		}
	})
	if !e.Ended() || refused == nil {
		return nil
	}
	for _, f := range e.World().FDs {
		open := f.Opened <= refused.Time && (f.Closed == 0 || f.Closed > refused.Time)
		if !open || f.Number == refused.FD || !connected[f] {
			continue
		}
		m := endIsClosed
		if f.Ends.Most == 0 {
			m = stillHasPort
		}
		return grade.Find(m, "the connection of the last question was not closed, so its port was not free when the next one was made",
			f, e.FD(func(f *world.FD) bool { return f.Number == refused.FD })).Decides(grade.Numbered(refused.Seq))
	}
	return nil
}

// notPrinted looks whether an answer has come, and is not on standard output.
func notPrinted(e *grade.Examiner, c *grade.Client, number string) *grade.Finding {
	missing := e.Missing()
	switch {
	case missing == "" || c.Unread() > 0:
	case strings.Contains(e.Logged(), "ans") && strings.Contains(e.Logged(), "wer "+number): // it comes in these two pieces
		return grade.Find(printsToStderr, "answer "+number+" was printed on standard error, and not on standard output", c.FD())
	case missing == "\n":
		return grade.Find(grade.NewlineLeftOut, "answer "+number+" was printed without its newline", c.FD())
	case e.Ended():
	case c.Owed() == 0:
		return grade.Find(printsAtTheEnd, "the answer has come, the program has said bye, and it waits for the server: the answer had not been printed by then", c.FD())
	case c.Owed() == len("bye\n") && countReasks(e, c.FD(), 0).all >= mostTries: // it does not wait
		return asksAgain(e, c.FD(), 0, mostTries)
	case c.Owed() == len("bye\n"):
		return grade.Find(moreToCome, "the answer has come; it is not printed, bye is not said, and the program waits", c.FD()).
			Decides(grade.LastCall(c.FD(), world.CallRead))
	}
	return nil
}

// noByeSaid looks whether the answer is printed, and the program waits without having said bye.
func noByeSaid(e *grade.Examiner, c *grade.Client) *grade.Finding {
	if e.Ended() || e.Printed() != e.IsDue() || c.Owed() != len("bye\n") || c.FD().Closed != 0 {
		return nil
	}
	return grade.Find(noBye, "the answer is printed, bye is not said, and the program waits", c.FD())
}

// stopsAtHalf looks whether the program has gone on when only the first piece of the answer
// had come, or was read.
func stopsAtHalf(e *grade.Examiner, c *grade.Client, before string) *grade.Finding {
	f := c.FD()
	got, more := strings.CutPrefix(e.Printed(), before+half)
	switch {
	case f.BytesIn != int64(len(half)):
	case timedOut(e, f):
		return grade.Find(waitsAWhile, "half of the answer has come; a timeout was over, and the program has not waited for the rest", f).
			Decides(func(r *world.Entry) bool { return r.Kind == trace.CallbackBegin && r.FD == f.Number })
	case more && got != "":
		return grade.Find(readIsAnswer, fmt.Sprintf("half of the answer was read, and %s was printed after it", grade.Excerpt(got)), f).
			Decides(grade.LastCall(f, world.CallRead))
	case strings.HasPrefix(afterQuestion(c), "b"):
		return grade.Find(readIsAnswer, "half of the answer was read, and the program has said bye", f).Decides(grade.LastCall(f, world.CallWrite))
	case f.Closed != 0 || e.Ended():
		return grade.Find(readIsAnswer, "half of the answer was read, and the program has closed its end", f).Decides(grade.LastCall(f, world.CallRead))
	}
	return nil
}

// timedOut reports whether the last callback of the fd was called because a time was over.
func timedOut(e *grade.Examiner, f *world.FD) (yes bool) {
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallbackBegin && isOn(r, f) {
			yes = r.What()&trace.Timeout != 0
		}
	})
	return yes
}

// sentAhead looks whether more than the question was said before an answer has come.
func sentAhead(c *grade.Client) *grade.Finding {
	if more := afterQuestion(c); more != "" && c.FD().BytesIn == 0 {
		return grade.Find(speaksAhead, fmt.Sprintf("the program has said its question, and %s at once", grade.Excerpt(more)), c.FD()).
			Decides(grade.LastCall(c.FD(), world.CallWrite))
	}
	return nil
}

// afterQuestion is what the program has said after its question.
func afterQuestion(c *grade.Client) string {
	question, more, _ := strings.Cut(c.Heard(), "\n")
	if question != "question "+c.Name {
		return ""
	}
	return more
}

// notEnded looks whether the client has said its question, or bye, without the end of the line.
func notEnded(e *grade.Examiner, c *grade.Client) *grade.Finding {
	said := c.Heard()[strings.LastIndexByte(c.Heard(), '\n')+1:]
	if e.Ended() || c.Owed() != len("\n") || said != "bye" && said != "question "+c.Name {
		return nil
	}
	return grade.Find(lineNotEnded, fmt.Sprintf("the program has said %q without a newline, and waits", said), c.FD()).Decides(grade.LastCall(c.FD(), world.CallWrite))
}

// asksTwice looks whether the next question came on the same connection.
func asksTwice(c *grade.Client, next int) *grade.Finding {
	if !strings.Contains(c.Heard(), fmt.Sprintf("question %d\n", next)) {
		return nil
	}
	return grade.Find(oneConnection, fmt.Sprintf("question %d came on the connection of question %d", next, next-1), c.FD())
}

// printsBesides looks whether more was printed than the answers, which were printed whole.
func printsBesides(e *grade.Examiner) *grade.Finding {
	got, due := e.Printed(), e.IsDue()
	if len(got) <= len(due) || due == "" || !strings.HasPrefix(got, due) || !strings.HasSuffix(due, "\n") {
		return nil
	}
	if got == due+"\n" {
		return grade.Find(grade.AddsNewline, "the answer was printed, and one more newline")
	}
	return grade.Find(grade.Noise, fmt.Sprintf("the answers were printed, and then %s", grade.Excerpt(got[len(due):])))
}

// half of an answer is its first piece.
const half = "ans"

// asksOne takes a connection and its question, and answers in two pieces.
func asksOne(e *grade.Examiner, s *grade.Server, own, i int) *grade.Client {
	number := strconv.Itoa(i)
	c := s.Accept(number, "the program connects for question "+number+", from its own port")
	e.Require(c.PeerPort() == own, "the program connects from the port that it was given", anyPort,
		fmt.Sprintf("it came from port %d, not %d", c.PeerPort(), own), c.FD())
	before := e.IsDue()
	suspects(e, stillOpen, func(e *grade.Examiner) *grade.Finding { return asksTwice(c, i+1) }, printsBesides,
		func(*grade.Examiner) *grade.Finding { return sentAhead(c) },
		func(e *grade.Examiner) *grade.Finding { return stopsAtHalf(e, c, before) },
		func(e *grade.Examiner) *grade.Finding { return noByeSaid(e, c) },
		func(e *grade.Examiner) *grade.Finding { return notPrinted(e, c, number) },
		func(e *grade.Examiner) *grade.Finding { return notEnded(e, c) })
	c.Due("question " + number + "\n")
	c.Answered("the program asks question " + number + ", and no more as yet")

	e.Due("answer " + number + "\n")
	c.Say(half)
	c.Taken()
	e.Calm("half of the answer has come, and the program waits for the rest")
	c.Due("bye\n")
	c.Say("wer " + number + "\n")
	e.Answered("the answer has come, in two pieces, and is printed")
	return c
}

// questions is how many the program asks.
const questions = 3

// someTime is longer than a client that does not really wait would set as its limit.
const someTime = 1500 * time.Millisecond

// hungUp waits for the bye, then until the program waits for the server, and lets it wait
// for a while; then it hangs up.
func hungUp(e *grade.Examiner, s *grade.Server, c *grade.Client, while time.Duration) {
	const expected = "the program says bye, and waits until the server has closed"
	e.Means(grade.Blocked, noBye)
	e.Await(expected, func() bool {
		notFirst(e, s, c, false, expected)
		return c.Owed() == 0
	})
	asleep := e.Rest()
	e.Await(expected, func() bool {
		notFirst(e, s, c, false, expected)
		e.RuleOut(expected, asksAgain(e, c.FD(), 0, mostTries))
		return asleep() || countReasks(e, c.FD(), 0).all >= mostTries // a wait with a short timeout is one, too
	})
	e.Means(grade.Blocked, nil)
	slept := lastRecord(e)
	for end := time.Now().Add(while); time.Now().Before(end); {
		e.Pause(10 * time.Millisecond)
		notFirst(e, s, c, true, expected)
		e.RuleOut(expected, asksAgain(e, c.FD(), slept, mostWoken))
	}
	c.HangUp()
	e.Await("the server has closed, and the program closes its end", func() bool {
		return c.FD().Closed != 0 || c.Name == strconv.Itoa(questions) && e.EndedWell() // see Ends
	})
	if c.FD().Closed == 0 {
		return
	}
	// A program that learns of the server's FIN in another way need not read the end.
	e.Require(c.FD().Ends.Most > 0 || e.WaitsItself() || e.AsksTCP() || toldOfEnd(e, c.FD()), expected, sleepsForFIN,
		"the program has closed its end without having read the end of file", c.FD())
}

// toldOfEnd reports whether a callback of the fd was called after the bye because there was something to read.
func toldOfEnd(e *grade.Examiner, f *world.FD) (yes bool) {
	wrote := grade.LastCall(f, world.CallWrite)
	e.Each(func(r *world.Entry) {
		switch {
		case r.Time > f.Closed:
		case wrote(r):
			yes = false
		case r.Kind == trace.CallbackBegin && r.FD == f.Number && r.What()&trace.Readable != 0:
			yes = true
		}
	})
	return yes
}

// setsOption reports whether an option of the fd was set other than those that have a call of their own.
func setsOption(e *grade.Examiner, f *world.FD) (yes bool) {
	e.Each(func(r *world.Entry) { yes = yes || sets(r, f) })
	return yes
}

// sets says of a record whether it sets an option of the fd that has no name of its own in the trace.
func sets(r *world.Entry, f *world.FD) bool {
	return r.Kind == trace.CallEnd && r.Text == "setsockopt" && isOn(r, f)
}

// notFirst requires that the program has not sent the first FIN. slept: it was asleep after its bye.
func notFirst(e *grade.Examiner, s *grade.Server, c *grade.Client, slept bool, expected string) {
	closed := c.FD().Closed != 0
	if !closed && !c.Ended() { // shutdown(SHUT_RD) sends no FIN
		return
	}
	for range 1000 { // what the world hears may come sooner than the record
		if closed = c.FD().Closed != 0; closed || e.Ended() || called(e, c.FD(), world.CallShutdown) {
			break
		}
		e.Pause(time.Millisecond)
	}
	if e.Ended() {
		e.RuleOut(expected, stillOpen(e))
	}
	e.RuleOut(expected, c.ReadOfNothing())
	half := !closed && called(e, c.FD(), world.CallShutdown)
	m, saw := closesFirst, "the program has closed its end, and the server had not"
	if !closed && e.Ended() {
		saw = "the program has ended, its end of the connection is closed with it, and the server had not closed"
	}
	for range 1000 { // what the world hears may come later than the record
		if c.Ended() {
			break
		}
		time.Sleep(time.Millisecond)
	}
	lingers, decides := c.WasReset(), grade.Closing(c.FD())
	var option func(*world.Entry) bool // that this has to do with
	switch {
	case lingers && !called(e, c.FD(), world.CallLinger):
		m, saw = closedUnread, "the program has closed its end with bytes unread, and so has reset the connection"
	case lingers:
		m, saw, option = resetForClose, "the program has reset the connection", grade.LastCall(c.FD(), world.CallLinger)
	case called(e, c.FD(), world.CallReuseAddr):
		m = timeWaitHidden
	case closed && called(e, c.FD(), world.CallShutdown) && c.FD().Ends.Most > 0:
		m, saw = ownEndOfFile, "after a shutdown of its own a read gave 0, and the program has closed its end; the server had not"
		decides = grade.LastCall(c.FD(), world.CallShutdown)
	case half:
		m, saw = halfClose, "the program has called shutdown, and the server had not closed"
	case c.FD().BytesOut > int64(len("question 1\n")) && lastReadRefused(e, c.FD()):
		m, saw = nothingYetIsEnd, "a read found nothing (EAGAIN), and the program has closed its end; the server had not"
		decides = grade.Refused(c.FD(), world.CallRead)
	case c.FD().BytesOut > int64(len("question 1\n")) && c.FD().Why&(trace.Readable|trace.Timeout) == trace.Timeout:
		m, saw = waitsAWhile, "the event on the connection had a timeout, which was over, and the program has closed its end; the server had not"
	case c.FD().BytesOut > int64(len("question 1\n")) && slept:
		m, saw = sleepsForFIN, "the program has slept for a while and closed its end, without a read; the server had not closed"
	case c.FD().BytesOut > int64(len("question 1\n")):
		m = byeAndGone
		if before := e.FD(func(f *world.FD) bool { return f != c.FD() && strings.HasPrefix(f.What, "TCP") && f.Ends.Most > 0 }); before != nil {
			m = lastNotAwaited
		}
	}
	if (m.ID == byeAndGone.ID || m == closesFirst) && setsOption(e, c.FD()) {
		saw += " (an option was set: it does not change which side closes first)"
		option = func(r *world.Entry) bool { return sets(r, c.FD()) }
	}
	c.HangUp()
	if _, theirs, _ := timeWaits(s, func(_, theirs int) bool { return theirs > 0 || lingers }); theirs > 0 {
		saw += "; now the kernel has the program's end in TIME_WAIT"
	}
	e.RuleOut(expected, grade.Find(m, saw, c.FD()).Decides(decides, option))
}

// lastReadRefused reports whether the last read of the fd gave EAGAIN.
func lastReadRefused(e *grade.Examiner, f *world.FD) (yes bool) {
	last, refused := grade.LastCall(f, world.CallRead), grade.Refused(f, world.CallRead)
	e.Each(func(r *world.Entry) {
		if last(r) {
			yes = refused(r)
		}
	})
	return yes
}

// timeWaits asks the kernel's table about the server's port until ok says yes,
// or a second is over.
func timeWaits(s *grade.Server, ok func(mine, theirs int) bool) (mine, theirs int, known bool) {
	for range 1000 {
		mine, theirs, known = grade.TimeWaits(s.Port)
		if !known || ok(mine, theirs) {
			break
		}
		time.Sleep(time.Millisecond) // the last FIN is on its way
	}
	return mine, theirs, known
}

// setsReuseAddr looks whether the program has set the option.
func setsReuseAddr(e *grade.Examiner) (found *grade.Finding) {
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallReuseAddr && r.A >= 0 && found == nil {
			found = grade.Find(optionToBeSafe, "setsockopt has set SO_REUSEADDR on a socket of the program's").Decides(grade.Numbered(r.Seq))
		}
	})
	return found
}

// called reports whether the program has made the call on an fd; nil is any.
func called(e *grade.Examiner, fd *world.FD, call world.Call) (yes bool) {
	e.Each(func(r *world.Entry) {
		yes = yes || r.Kind == trace.CallEnd && r.Call == call && (fd == nil || isOn(r, fd))
	})
	return yes
}
