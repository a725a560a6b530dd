package exams

import (
	"fmt"
	"strconv"
	"strings"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// roundRobin: which thread reads which connection is all that counts. A
// client leaves early, so that its number comes back out of turn.
var roundRobin = &grade.Exam{
	Exercise: "06-round-robin",
	Checks: []string{
		"two clients, two workers",
		"in turn",
		"one thread for each connection",
		"all leave",
	},
	Starter: acceptorServes,
	Races:   true,
	Play: func(e *grade.Examiner) {
		usualLooks(e)
		port := e.Port()
		e.Start(strconv.Itoa(port), strconv.Itoa(7+crowd+guests))
		e.Settled() // on a busy machine a worker may begin late
		says := func(c *grade.Client, text string) {
			echoed(c, text, fmt.Sprintf("client %s says a line, and gets it back", c.Name))
		}

		e.Check("two clients, two workers")
		a := e.Dial("a", port)
		says(a, "I am a\n")
		b := e.Dial("b", port)
		says(b, "I am b\n")
		const expected = "a is served on the thread of one worker, b on that of the other, and the acceptor serves nobody"
		e.RuleOut("one thread accepts, and two others serve", acceptsWrong(e))
		if both := watchedTwice(e); both != nil {
			e.RuleOut(expected, grade.Find(anyWorker, fmt.Sprintf("two workers have added an event for %s", both.Name()), both))
		}
		threadOf(e, a, expected)
		threadOf(e, b, expected)
		if threadOf(e, a, expected) == threadOf(e, b, expected) { // is it always the same worker, or chance?
			for i := range guests {
				guest := e.Dial(fmt.Sprint("guest ", i+1), port)
				says(guest, "I am a guest\n")
				e.Require(threadOf(e, guest, expected) == threadOf(e, a, expected), expected, notInTurn,
					fmt.Sprintf("a and b are both served on thread %d, and a later client on another one", threadOf(e, a, expected)),
					a.FD(), b.FD(), guest.FD())
			}
		}
		e.Require(threadOf(e, a, expected) != threadOf(e, b, expected), expected, allOnOne,
			fmt.Sprintf("a and b are both served on thread %d", threadOf(e, a, expected)), a.FD(), b.FD())
		if late := foundByClock(e, a); foundByClock(e, b) != nil {
			e.RuleOut("a connection that is handed over ends its worker's wait", late)
		}
		e.Means(grade.PollsByClock, firesForNothing)
		e.Calm("nobody speaks and nobody comes: all three loops wait")

		e.Check("in turn")
		b.End()
		b.Dropped("b has said its last word, and the server closes its end")
		clients := append([]*grade.Client{a, b}, comeToABusyWorker(e, a, port)...)
		inTurn(e, clients)
		leaveTogether(clients[6:])
		clients = clients[:6] // the others are so many that it is the turn of the same worker as before

		for i := range guests { // chance does not keep turns for so long
			guest := e.Dial(fmt.Sprint("guest ", i+1), port)
			says(guest, "I am a guest\n")
			clients = append(clients, guest)
			inTurn(e, clients)
			guest.End()
			guest.Dropped("a guest has said its word, and the server closes its end")
		}

		e.Check("one thread for each connection")
		c, d, late, f := clients[2], clients[3], clients[4], clients[5]
		for _, client := range []*grade.Client{d, a, late, f, late, c, a, f, d, d, c} {
			says(client, "odd "+client.Name+"\n")
		}
		const slow = "slow\n"
		for i, b := range []byte(slow) {
			suspects(e, acceptsWrong, (*grade.Examiner).LeftOut, handedWrong, firedOnce, func(e *grade.Examiner) *grade.Finding {
				return heldBack(e, d, slow, i+1)
			})
			echoed(d, string(b), "d speaks one byte at a time, and gets each back at once")
		}
		usualLooks(e)
		atOnce(e, a, d)
		atOnce(e, d, a)
		more := strings.Repeat("more than a read takes\n", 87)
		echoed(f, more, fmt.Sprintf("client f says %d bytes at once, and gets them all back", len(more)))
		inTurn(e, clients)
		suspects(e, acceptsWrong, (*grade.Examiner).LeftOut)
		e.Calm("nobody speaks, and all three threads sleep")

		e.Check("all leave")
		c.Reset()
		says(a, "c is gone\n")
		leave := func(clients ...*grade.Client) {
			for _, client := range clients {
				client.End()
				client.Dropped(fmt.Sprintf("client %s has ended, and the server closes its end", client.Name))
			}
		}
		speaksAndEnds(e, late, a)
		leave(a)
		last := comesLast(e, port)
		inTurn(e, append(clients, last))
		says(d, "all are there\n")
		suspects(e, acceptsWrong, (*grade.Examiner).LeftOut)
		leave(d, last, f)
		e.Ends("the last client has left: all loops return, and all is closed", grade.Anyhow)
		onlyOne(e)
	},
}

// usualLooks has those looks taken that fit most of the time.
func usualLooks(e *grade.Examiner) {
	suspects(e, acceptsWrong, (*grade.Examiner).LeftOut, handedWrong, firedOnce)
}

// echoed lets a client say something, and waits until it has got that back.
func echoed(c *grade.Client, text, expected string) {
	c.Due(text)
	c.Say(text)
	c.Answered(expected)
}

// keepsBusy lets a client speak; its worker stands then, before it reads that, until Release.
func keepsBusy(e *grade.Examiner, c *grade.Client) {
	e.HoldRead(c.FD())
	c.Due("I am busy\n")
	c.Say("I am busy\n")
	e.Await(fmt.Sprintf("client %s speaks, and its worker reads that", c.Name), func() bool { return e.HeldThere(world.BeforeRead) })
}

// atOnce has clients of two workers speak at the same time: the one's worker stands when it has read, while that of the other
// serves it. So the race detector sees what both do to the same memory after a read: no call of the one comes after one of the other.
func atOnce(e *grade.Examiner, one, other *grade.Client) {
	const expected = "two clients of two workers speak at the same time, and each gets its line back"
	text := func(c *grade.Client) string { return c.Name + " speaks, too\n" }
	suspects(e, acceptsWrong, func(e *grade.Examiner) *grade.Finding {
		if !strings.HasPrefix(one.Deviates(), text(other)) {
			return nil
		}
		return grade.Find(oneBuffer, fmt.Sprintf("the worker of client %s had read, and the other one then read the words of client %s; %s got these", one.Name, other.Name, one.Name),
			one.FD(), other.FD()).Decides(grade.LastCall(one.FD(), world.CallRead), grade.LastCall(other.FD(), world.CallRead), grade.LastCall(one.FD(), world.CallWrite))
	}, (*grade.Examiner).LeftOut, handedWrong, firedOnce)
	e.HoldReadDone(one.FD())
	one.Due(text(one))
	one.Say(text(one))
	e.Await(expected, func() bool { return e.HeldThere(world.AfterRead) })
	echoed(other, text(other), expected)
	e.Release()
	one.Answered(expected)
	usualLooks(e)
}

// onlyOne starts the server again, for one client: a worker that never gets one must end, too.
func onlyOne(e *grade.Examiner) {
	const expected = "the server is started again for one client; it is served, and leaves: all loops return, and all is closed"
	port := e.Port()
	e.Restart(strconv.Itoa(port), "1")
	suspects(e, acceptsWrong, (*grade.Examiner).LeftOut)
	only := e.Dial("only", port)
	echoed(only, "I am alone\n", expected)
	only.End()
	only.Dropped(expected)
	e.Ends(expected, grade.Anyhow)
}

// guests are clients that come, say a word and leave.
const guests = 12

// crowd are clients that come to a busy worker, more than a small queue holds.
const crowd = 40

// comeToABusyWorker lets c, d, e, f and a crowd come while the worker of a stands before a read of a's words:
// each other one of them is that worker's, and all are accepted before it gets to c.
func comeToABusyWorker(e *grade.Examiner, a *grade.Client, port int) (come []*grade.Client) {
	const expected = "a worker is busy; 44 clients come, the acceptor accepts them at once, and each is served by its worker"
	suspects(e, acceptsWrong, (*grade.Examiner).LeftOut)
	keepsBusy(e, a)
	suspects(e, acceptsWrong, acceptorWaits)
	names := []string{"c", "d", "e", "f"}
	for i := range crowd {
		names = append(names, fmt.Sprint("early guest ", i+1))
	}
	for _, name := range names {
		one := e.Dial(name, port)
		e.Await(expected, func() bool { return one.FD() != nil })
		come = append(come, one)
	}
	e.Settled()
	e.Release()
	c := come[0]
	suspects(e, acceptsWrong, (*grade.Examiner).LeftOut, func(e *grade.Examiner) *grade.Finding {
		if c.FD().Added != 0 {
			return nil
		}
		if both := watchedTwice(e); both != nil {
			return grade.Find(capturedLate, fmt.Sprintf("two workers have added an event for %s, and none has for client c, which came before it", both.Name()), both, c.FD()).
				Decides(addedOn(e, both, false), addedOn(e, both, true))
		}
		if twice := addedTwice(e); twice != nil {
			return grade.Find(oneSlot, fmt.Sprintf("a worker has added an event for %s more than once, and none for client c, which came before it", twice.Name()), twice, c.FD())
		}
		return nil
	}, handedWrong)
	a.Answered(expected)
	for _, one := range come {
		echoed(one, "I am "+one.Name+"\n", expected)
	}
	usualLooks(e)
	return come
}

// heldBack looks whether a client, which has said n bytes of a line, gets them back when the line is whole.
func heldBack(e *grade.Examiner, c *grade.Client, line string, n int) *grade.Finding {
	f := c.FD()
	if e.Ended() || f == nil || c.Owed() == 0 || c.Unread() > 0 || n == len(line) {
		return nil
	}
	read, m := grade.LastCall(f, world.CallRead), grade.Unanswered
	saw := fmt.Sprintf("client %s said %q, that was read, and it did not get all of it back", c.Name, line[:n])
	e.Aftermath(func() { c.Say(line[n:]) })
	if strings.HasSuffix(c.Heard(), line) {
		m = holdsBack
		saw += "; when its line was whole, it got all of it"
	}
	return grade.Find(m, saw, f).Decides(read)
}

// addedOn says of a record whether it adds an event on the fd: to the base that had the first one, or to another.
func addedOn(e *grade.Examiner, f *world.FD, another bool) func(*world.Entry) bool {
	first := uint16(0)
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.Add && isOn(r, f) && first == 0 {
			first = r.Base
		}
	})
	return func(r *world.Entry) bool { return r.Kind == trace.Add && isOn(r, f) && (r.Base != first) == another }
}

// leaveTogether lets clients end, all at about the same time.
func leaveTogether(clients []*grade.Client) {
	for _, one := range clients {
		one.End()
	}
	for _, one := range clients {
		one.Dropped(fmt.Sprintf("client %s has ended, and the server closes its end", one.Name))
	}
}

// speaksAndEnds lets a client say its last word and end, while its worker stands before a read of another one's words: the
// loop is told of both at once.
func speaksAndEnds(e *grade.Examiner, one, other *grade.Client) {
	expected := fmt.Sprintf("client %s says its last word and ends, before its worker looks: it gets the word back, and the server closes its end", one.Name)
	keepsBusy(e, other)
	words := strings.Repeat("a long last word ", 2400) + "\n"
	one.Due(words)
	one.Say(words)
	one.End()
	e.Settled()
	e.Release()
	one.Answered(expected)
	suspects(e, acceptsWrong, (*grade.Examiner).LeftOut, func(e *grade.Examiner) *grade.Finding { return endNotRead(e, one.FD()) })
	one.Dropped(expected)
	suspects(e, acceptsWrong, (*grade.Examiner).LeftOut)
	other.Answered(expected)
}

// comesLast lets the last client come when its worker serves nobody. Whoever posts its connection is
// held until all threads have come as far as they can: what the acceptor does when it has accepted
// all must not come before that.
func comesLast(e *grade.Examiner, port int) *grade.Client {
	const expected = "the last client comes when its worker serves nobody; it says a line, and gets it back"
	suspects(e, acceptsWrong, (*grade.Examiner).LeftOut, endedBefore, handedWrong, firedOnce)
	e.HoldPost()
	last := e.Dial("z", port)
	e.Await(expected, func() bool { return last.FD() != nil })
	e.Settled()
	e.Release()
	echoed(last, "I am z\n", expected)
	suspects(e, acceptsWrong, (*grade.Examiner).LeftOut)
	return last
}
