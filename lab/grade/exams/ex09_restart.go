package exams

import (
	"fmt"
	"strings"
	"time"

	"fdlab/lab/diagnosis"
	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// waitsForEnd looks whether a thread waits for more from a client whose line was read and not answered.
func waitsForEnd(e *grade.Examiner) *grade.Finding {
	conn := e.FD(func(f *world.FD) bool {
		call, _, blocked := diagnosis.Blocked(e.World(), f)
		return blocked && call.Call == world.CallRead && isClient(f) && f.BytesIn > longLine && f.BytesOut == 0
	})
	if conn == nil {
		return nil
	}
	return grade.Find(requestIsFile, fmt.Sprintf("a thread is blocked in read on %s: all of the line, %d bytes, has been read, and nothing was answered",
		conn.Name(), conn.BytesIn), conn)
}

// options are what a run has done about SO_REUSEADDR.
type options struct {
	listener, accepted bool      // it was set on the listener before bind; on a connection
	other              *world.FD // it was set on this socket, and not on the one that was bound
	failed             *world.Entry
	words              []string // the calls that set it, and bind, as they are told in the second run
}

func optionsSet(e *grade.Examiner) (o options) {
	e.Each(func(r *world.Entry) {
		if r.Kind != trace.CallEnd || r.Call != world.CallReuseAddr && r.Call != world.CallBind && !strings.HasPrefix(r.Text, "setsockopt") {
			return
		}
		if len(o.words) < 4 {
			o.words = append(o.words, grade.InFirstRun(r))
		}
		if r.Call == world.CallBind {
			return
		}
		f := fdOf(e, r)
		called := false
		if f != nil {
			called, _ = bound(e, f)
		}
		switch {
		case r.A < 0:
			failed := *r
			o.failed = &failed
		case r.Call != world.CallReuseAddr:
		case f != nil && isClient(f):
			o.accepted = true
		case f != nil && !called:
			o.other = f
		default:
			o.listener = true
		}
	})
	return o
}

// elsewhere looks whether the program listens, and not where the client looks for it.
func elsewhere(e *grade.Examiner, port int) *grade.Finding {
	listener := e.FD(func(f *world.FD) bool { return f.Listens })
	if there, known := grade.Listens(port); listener == nil || there || !known {
		return nil
	}
	return grade.Find(otherPort, fmt.Sprintf("the program listens, and not on port %d: by the kernel's table nobody does", port), listener).
		Decides(grade.LastCall(listener, world.CallBind))
}

// inSpiteOf says why the program listens though bind has failed.
func inSpiteOf(e *grade.Examiner) *grade.Finding {
	listener := e.FD(func(f *world.FD) bool { return f.Listens })
	if _, has := bound(e, listener); has {
		return grade.Find(otherPort, "bind has failed; another bind has not, and the program listens", listener).Decides(grade.LastCall(listener, world.CallBind))
	}
	return grade.Find(bindIgnored, "bind has failed, and then the program listened in spite of it", listener)
}

// bound reports whether bind was called on the fd, and whether the last such call gave it an address.
func bound(e *grade.Examiner, f *world.FD) (called, has bool) {
	is := grade.LastCall(f, world.CallBind)
	e.Each(func(r *world.Entry) {
		if is(r) && (f.Closed == 0 || r.Time <= f.Closed) {
			called, has = true, r.A >= 0
		}
	})
	return called, has
}

// whyRefused looks why bind has failed in the second run.
func whyRefused(first options) func(e *grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		refused, _ := binds(e)
		listener := e.FD(func(f *world.FD) bool { return !isClient(f) })
		second := optionsSet(e)
		switch {
		case refused == 0 || refused >= manyBinds || !e.Ended():
		case second.failed != nil:
			seq := second.failed.Seq
			return grade.Find(optionRefused, "setsockopt has failed, and then bind has", listener).Decides(grade.Numbered(seq))
		case second.other != nil && !second.listener:
			return grade.Find(onAnother, fmt.Sprintf("bind has failed; SO_REUSEADDR was set on %s, which is another socket", second.other.Name()), listener, second.other).
				Decides(grade.LastCall(second.other, world.CallReuseAddr), refusedBind)
		case second.listener && !first.listener && !first.accepted:
			return grade.Find(onlySecond, "bind has failed with SO_REUSEADDR, too: in the first run the option was not set, so the old connections are without it",
				listener).Decides(grade.LastCall(listener, world.CallReuseAddr))
		case !second.listener && !first.listener && !first.accepted:
			return grade.Find(endedIsFree, "bind has failed", listener).Decides(refusedBind)
		case second.listener && first.listener && !first.accepted && !second.accepted:
			return grade.Find(optionOff, "in both runs setsockopt SO_REUSEADDR was called before bind, and bind has failed: with the option on, it would not", listener).
				Earlier(first.words...).Decides(grade.LastCall(listener, world.CallReuseAddr))
		case !second.listener && first.accepted:
			return grade.Find(onAccepted, "in the first run SO_REUSEADDR was set on connections; the socket that is bound now is without it, and bind has failed", listener).
				Earlier(first.words...)
		}
		return nil
	}
}

// refusedBind says of a record whether it is a bind that failed.
func refusedBind(r *world.Entry) bool {
	return r.Kind == trace.CallEnd && r.Call == world.CallBind && r.A < 0
}

// acceptsFirst looks whether a client is connected and not answered, and a thread waits in accept for
// another one.
func acceptsFirst(e *grade.Examiner) *grade.Finding {
	waits := inAccept(e)
	conn := e.FD(func(f *world.FD) bool {
		return isClient(f) && f.BytesOut == 0 && f.Closed == 0 && f.Blocked == 0
	})
	if waits == nil || conn == nil {
		return nil
	}
	return grade.Find(allFirst, fmt.Sprintf("a thread is blocked in accept: it waits for another client, and %s is not answered", conn.Name()), conn, waits)
}

// inAccept returns the listener in whose accept a thread is blocked, or nil.
func inAccept(e *grade.Examiner) *world.FD {
	return e.FD(func(f *world.FD) bool {
		call, _, blocked := diagnosis.Blocked(e.World(), f)
		return blocked && call.Call == world.CallAccept
	})
}

// waitsForAnother looks whether the server has answered all, and a thread waits in accept.
func waitsForAnother(e *grade.Examiner) *grade.Finding {
	if f := inAccept(e); f != nil {
		return grade.Find(servesOneMore, "all clients are answered, and a thread is blocked in accept: it waits for one more", f)
	}
	return nil
}

// waitsToBind looks whether bind has failed, and the program goes on.
func waitsToBind(e *grade.Examiner) *grade.Finding {
	refused, listens := binds(e)
	if e.Ended() || refused == 0 || listens {
		return nil
	}
	return grade.Find(waitsItOut, "bind has failed (EADDRINUSE), and the program does not listen and does not end: it waits")
}

// manyBinds that fail are a program that waits, and not one that looks for a port.
const manyBinds = 5

// restart: the same program, started twice on one port.
var restart = &grade.Exam{
	Exercise: "09-restart",
	Checks: []string{
		"it answers and closes",
		"it starts again at once",
		"the port is its own",
		"it serves again",
	},
	Starter: endedIsFree,
	Play: func(e *grade.Examiner) {
		port := e.Port()

		e.Check("it answers and closes")
		e.Means(grade.Blocked, otherPort)
		e.Suspects(func() *grade.Finding { return elsewhere(e, port) })
		e.Start(fmt.Sprint(port), "3")
		a := e.Dial("a", port)
		e.Means(grade.Blocked, clientFirst)
		suspects(e, keptOpen, acceptsFirst, waitsForEnd, leftUnanswered, servedTooFew(3))
		asks(e, a)
		for _, name := range []string{"b", "c"} {
			asks(e, e.Dial(name, port))
		}
		suspects(e, keptOpen, acceptsFirst, waitsForEnd, leftUnanswered, waitsForAnother)
		e.Ends("three clients are answered: the server ends by itself, with all closed", grade.Anyhow)
		late, off := boundBefore(e)
		first := optionsSet(e)

		e.Check("it starts again at once")
		holds(e, port)
		e.Means(grade.Polling, waitsItOut)
		suspects(e, whyRefused(first), waitsToBind, keptOpen, acceptsFirst, waitsForEnd, leftUnanswered, waitsForAnother)
		e.Restart(fmt.Sprint(port), "2")
		const expected = "the server's old connections are in TIME_WAIT; it is started again, and listens on the same port at once"
		e.Await(expected, func() bool {
			refused, listens := binds(e)
			switch {
			case refused == 0:
			case off:
				e.RuleOut(expected, grade.Find(optionTakenAway, "bind has failed; in the first run SO_REUSEADDR was set before bind, and called again after it").
					Earlier(first.words...))
			case late:
				e.RuleOut(expected, grade.Find(optionTooLate, "bind has failed; in the first run SO_REUSEADDR was set after bind").Earlier(first.words...))
			case listens:
				e.RuleOut(expected, inSpiteOf(e))
			}
			e.Require(refused < manyBinds, expected, waitsItOut, fmt.Sprintf("bind has failed %d times, and the program goes on trying", refused))
			return listens
		})
		suspects(e, waitsToBind, refusesMeanwhile, keptOpen, acceptsFirst, waitsForEnd, leftUnanswered, servedTooFew(2), waitsForAnother)
		d := e.Dial("d", port)

		e.Check("the port is its own")
		shared := grade.Shared(port)
		if shared {
			e.Settled()
			e.RuleOut("the server listens all the time", refusesMeanwhile(e))
		}
		means := reusePort
		if optionsSet(e).listener {
			means = bothOptions
		}
		e.Require(!shared, "while the server listens, no other server gets the port", means,
			"another socket could listen on the port as well, because both have SO_REUSEPORT")

		e.Check("it serves again")
		e.Means(grade.Blocked, clientFirst)
		f := e.Dial("e", port) // side by side: e is in the backlog when d is answered
		asks(e, d)
		asks(e, f)
		suspects(e, keptOpen, acceptsFirst, waitsForEnd, leftUnanswered, waitsForAnother)
		e.Ends("two clients are answered: the server ends by itself, with all closed", grade.Anyhow)
	},
}

// keptOpen looks whether a client has its answer, and the server waits for the
// next one with this connection open.
func keptOpen(e *grade.Examiner) *grade.Finding {
	waits := inAccept(e)
	conn := e.FD(func(f *world.FD) bool {
		return isClient(f) && f.BytesOut > 0 && f.Closed == 0
	})
	if waits == nil || conn == nil {
		return nil
	}
	if called(e, conn, world.CallShutdown) {
		return grade.Find(grade.ShutIsClosed, "the answer was written, the connection was shut down and is open, the server waits for the next client, and this one gets no end of file",
			conn, waits).Decides(grade.LastCall(conn, world.CallShutdown))
	}
	return grade.Find(answeredIsServed, "the answer was written, the connection is open, and a thread is blocked in accept: it waits for the next client",
		conn, waits)
}

// servedTooFew looks whether the program has ended in order, and has not accepted so many clients.
func servedTooFew(clients int) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		n := 0
		for _, f := range e.World().FDs {
			if isClient(f) {
				n++
			}
		}
		if !e.EndedWell() || n >= clients {
			return nil
		}
		return grade.Find(servesTooFew, fmt.Sprintf("the program was to serve %d clients; it has accepted %d, and ended", clients, n),
			e.FD(func(f *world.FD) bool { return f.Listens }))
	}
}

// leftUnanswered looks whether the program ended with a connection open that it had not
// answered: somebody was about to, and nobody waited for that.
func leftUnanswered(e *grade.Examiner) *grade.Finding {
	conn := e.FD(func(f *world.FD) bool {
		return isClient(f) && f.BytesOut == 0 && f.Closed == 0
	})
	if !e.EndedWell() || conn == nil {
		return nil
	}
	m := notAwaited
	if r := e.World().Returned.Reason; r == trace.LoopBroken || r == trace.LoopExited {
		m = grade.BrokenOff
	}
	return grade.Find(m, fmt.Sprintf("the program ended while the connection %s was open: %d bytes of it were read, and no write to it had returned",
		conn.Name(), conn.BytesIn), conn).Decides(func(r *world.Entry) bool { return r.Kind == trace.LoopEnd })
}

// longLine is for questions that are no shorter than an HTTP request.
const longLine = 300

// longestLine is how many bytes a line may have.
const longestLine = 512

// asks lets a client ask, hear its answer and the end of it, and leave.
func asks(e *grade.Examiner, c *grade.Client) {
	const expected = "a client asks: the server answers, and closes first"
	question := c.Name + " asks" + strings.Repeat(" and asks", longLine/len(" and asks")) + "\n"
	switch c.Name {
	case "b":
		question = "b\n"
	case "c": // the longest that may come
		question = strings.Repeat("c", longestLine-1) + "\n"
	}
	c.Due(question)
	c.Say(question)
	e.Await(expected, func() bool {
		e.RuleOut(expected, leftUnanswered(e))
		f := c.FD()
		if c.WasReset() && f == nil {
			e.RuleOut(expected, closedWaiting(e, c))
		}
		if c.WasReset() && (f == nil || f.Closed == 0) {
			return false // not by the program's close: its end is on its way, or the record is
		}
		e.Require(!c.WasReset() || called(e, nil, world.CallLinger), expected, closedUnread,
			fmt.Sprintf("client %s gets ECONNRESET: the server has closed its end, and had read %d of %d bytes", c.Name, len(question)-int(c.Unread()), len(question)), c.FD())
		e.Require(!c.WasReset(), expected, resetForClose, fmt.Sprintf("client %s gets ECONNRESET instead of an end of file", c.Name))
		if c.Ended() && c.Owed() > 0 && f != nil && f.Closed != 0 && (e.EndedWell() || !e.Ended()) {
			e.RuleOut(expected, shutBefore(e, c))
			e.RuleOut(expected, grade.Find(answerCut, fmt.Sprintf("%d bytes of client %s were read and %d written, then its connection was closed: it gets the end of file after %d of %d bytes",
				f.BytesIn, c.Name, f.BytesOut, len(c.Heard()), len(question)), f).Decides(grade.Closing(f)))
		}
		return c.Ended() && c.Owed() == 0
	})
	c.End()
}

// refusesMeanwhile looks whether the listener is closed while a client is served and another one is to come.
func refusesMeanwhile(e *grade.Examiner) *grade.Finding {
	listener := e.FD(func(f *world.FD) bool { return f.Listens })
	client := e.FD(func(f *world.FD) bool { return isClient(f) && f.Closed == 0 })
	if e.Ended() || listener == nil || listener.Closed == 0 || client == nil {
		return nil
	}
	return grade.Find(listensAnew, fmt.Sprintf("the listener is closed while %s is open and one more client is to come: nobody listens on the port", client.Name()),
		listener, client).Decides(grade.Closing(listener))
}

// closedWaiting looks whether a client that was reset before it was accepted had waited at a
// listener that was closed, and another one was made in this run.
func closedWaiting(e *grade.Examiner, c *grade.Client) *grade.Finding {
	var first *world.FD
	n := 0
	for _, f := range e.World().FDs {
		if f.Listens {
			n++
			if first == nil {
				first = f
			}
		}
	}
	if n < 2 || first.Closed == 0 {
		return nil
	}
	return grade.Find(listensAnew, fmt.Sprintf("client %s was connected and not accepted yet when the listener was closed: it gets ECONNRESET. Then the program listens again",
		c.Name), first).Decides(grade.Closing(first))
}

// boundBefore reports whether a socket was given SO_REUSEADDR after its bind.
// off: it had one before, too, so that the later call took it away.
func boundBefore(e *grade.Examiner) (late, off bool) {
	bound, set := map[int32]bool{}, map[int32]bool{}
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.Open:
			delete(bound, r.FD)
			delete(set, r.FD)
		case r.Kind == trace.CallEnd && r.Call == world.CallBind:
			bound[r.FD] = true
		case r.Kind == trace.CallEnd && r.Call == world.CallReuseAddr:
			late = late || bound[r.FD]
			off = off || bound[r.FD] && set[r.FD]
			set[r.FD] = true
		}
	})
	return late, off
}

// binds returns how often bind has failed in this run, and whether listen has
// succeeded.
func binds(e *grade.Examiner) (refused int, listens bool) {
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallBind && r.A < 0 {
			refused++
		}
		listens = listens || r.Kind == trace.CallEnd && r.Call == world.CallListen && r.A >= 0
	})
	return refused, listens
}

// holds makes sure that the world is as the check says: the kernel has
// connections of the port in TIME_WAIT, where it can be asked.
func holds(e *grade.Examiner, port int) {
	for range 2000 {
		if own, _, ok := grade.TimeWaits(port); own > 0 || !ok {
			return
		}
		time.Sleep(time.Millisecond) // the last FINs are on their way
	}
	e.Cannot("the kernel keeps no connection of port %d in TIME_WAIT: net.ipv4.tcp_max_tw_buckets may be exhausted", port)
}
