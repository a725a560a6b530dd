package exams

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fdlab/lab/grade"
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// mostHeld is how much a server may keep for one client.
const mostHeld = 1 << 20

const keepsLittle = "the server keeps at most 1 MiB for a client that does not read"

// enough is how much a server may keep while one can still hope that it stops reading.
const enough = 2 * mostHeld

// tooMuch is more than the kernel has room for, also where the server has asked for as large
// a send buffer as it gets. Who takes less says when it has enough.
const tooMuch = 32 << 20

// echo: an echo server. Each client speaks in its own words, so that it can be
// seen whose bytes somebody got.
var echo = &grade.Exam{
	Exercise: "12-echo",
	Checks: []string{
		"each hears itself",
		"one byte at a time",
		"a client resets",
		"a slow reader",
		"a slow reader resets",
		"the end",
	},
	Starter: grade.NotWatched,
	Play: func(e *grade.Examiner) {
		suspects(e, readsAnother, toldOnce, writesToGone, endedByReset, endedByFull)
		port := e.Port()
		e.Start(fmt.Sprint(port), "7")

		e.Check("each hears itself")
		early := e.Dial("e", port)
		says(e, early, "e is here\n", "the first client comes and speaks, and hears itself")
		early.End()
		early.Dropped("the first client ends: the server closes its end")
		const toCome = "nobody is connected, and six more clients are to come: the server sleeps until then"
		e.Calm(toCome)
		noEventLeft(e, toCome, early, early.FD())
		silent := e.Dial("silent", port) // never says a word
		a, b, c := e.Dial("a", port), e.Dial("b", port), e.Dial("c", port)
		suspects(e, readsAnother, toldOnce, writesToGone, endedByReset, endedByFull, heardWrong(a, b, c))
		for _, one := range []*grade.Client{c, a, b, a} {
			says(e, one, one.Name+" is here\n", "clients speak, in another order than they came, and each hears itself")
		}
		says(e, b, "a line with \x00, \xff and \r\n", "a client says any bytes, and hears the same")
		e.Calm("nobody speaks: the server sleeps")

		e.Check("one byte at a time")
		e.Means(grade.Unanswered, holdsBack)
		for _, b := range []byte("slow\n") {
			says(e, a, string(b), "a speaks one byte at a time, and hears each at once")
		}
		e.OneThread("one thread serves all clients", a.FD(), b.FD(), c.FD())

		oneWriter(e, a.FD(), b.FD(), c.FD())
		noTimeouts(e, silent.FD(), a.FD(), b.FD(), c.FD())
		talksOn(e, a, b)

		e.Check("a client resets")
		resets(e, b, a)

		e.Check("a slow reader")
		looks := []func(*grade.Examiner) *grade.Finding{readsAnother, toldOnce, writesToGone, endedByReset, endedByFull}
		suspects(e, append(looks, heardWrong(c, a), restLost(c, a))...)
		c.Deaf(true)
		c.Overfill(words("c", tooMuch), tooMuch, enough)
		noTimeouts(e, c.FD())
		says(e, a, words("a", 20<<10), "c talks and does not read; a speaks, and hears itself all the same")
		e.Calm("c does not read, and a is silent: the server sleeps")
		stopped, held := c.Unread() > 0, c.FD().BytesIn-c.FD().BytesOut
		c.Deaf(false)
		hears(e, c, "c reads again, and hears all that it said, in order", fullIsGone)
		e.RuleOut(keepsLittle, keepsTooMuch(e, c.FD(), held, stopped))

		e.Check("a slow reader resets")
		d := e.Dial("d", port)
		says(e, d, "d is here\n", "d comes, and hears itself")
		d.Deaf(true)
		d.Overfill(words("d", tooMuch), tooMuch, enough)
		e.RuleOut(keepsLittle, keepsTooMuch(e, d.FD(), 0, d.Unread() > 0))
		resets(e, d, a)

		e.Check("the end")
		f := e.Dial("f", port)
		suspects(e, append(looks, heardWrong(f, a), restLost(f, a))...)
		says(e, f, "f is here\n", "f comes, and hears itself")
		f.Deaf(true)
		f.Overfill(words("f", 1<<20), 4<<10, mostHeld) // until the first bytes have no room
		f.End()
		e.Calm("f does not read; it says that it will say no more, and waits for its answer")
		f.Deaf(false)
		hears(e, f, "f reads again, and hears all that it said", endIsGone)
		f.Dropped("f has ended and was answered: the server closes its end")
		says(e, a, "last words\n", "f has left; a speaks, and hears itself")
		lastWords(e, silent, a)
		for _, one := range []*grade.Client{c, a} {
			one.End()
			one.Dropped("client " + one.Name + " ends: the server closes its end")
		}
		e.Ends("all seven clients have left: the server ends by itself, with all closed", grade.NoEventsLeft)
	},
}

// lastWords lets a client say its last words and end, before the loop looks: it is told of
// both at once.
func lastWords(e *grade.Examiner, one, other *grade.Client) {
	const expected = "last words come together with the end: they are sent back, and then the server closes its end"
	standStill(e, other, "ping\n")
	one.Due("last words\n")
	one.Say("last words\n")
	one.End()
	one.Arrived()
	e.Release()
	e.Means(grade.Unanswered, lastWordsLost)
	hears(e, one, expected, lastWordsLost)
	one.Dropped(expected)
}

// oneWriter requires that the loop's thread has written all answers.
func oneWriter(e *grade.Examiner, clients ...*world.FD) {
	loop := uint32(0)
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.LoopBegin {
			loop = r.Thread
		}
		i := slices.IndexFunc(clients, func(f *world.FD) bool { return grade.LastCall(f, world.CallWrite)(r) })
		if i < 0 || loop == 0 || r.Thread == loop {
			return
		}
		seq := r.Seq
		e.RuleOut("one thread serves all clients", grade.Find(grade.OtherThreads, fmt.Sprintf("thread %d wrote to %s; the loop's thread is %d",
			r.Thread, clients[i].Name(), loop), clients[i]).Decides(grade.Numbered(seq)))
	})
}

// noTimeouts requires that the events of clients have none.
func noTimeouts(e *grade.Examiner, clients ...*world.FD) {
	e.Each(func(r *world.Entry) {
		i := slices.IndexFunc(clients, func(f *world.FD) bool { return f != nil && r.FD == f.Number && r.Time >= f.Opened })
		if i < 0 || r.Kind != trace.Add || r.B < 0 {
			return
		}
		seq := r.Seq
		e.RuleOut("a client may be silent, or slow, for as long as it likes: its events have no timeout", grade.Find(silentIsGone,
			fmt.Sprintf("an event on %s was added with a timeout of %v", clients[i].Name(), time.Duration(r.B)), clients[i]).
			Decides(grade.Numbered(seq)))
	})
}

const (
	talks      = 4 << 10 // bytes that a client says each time that it is answered
	mostAtOnce = 64      // answers to one client inside one callback, while another one waits
)

// talksOn lets one client say more whenever it has been answered, before the server reads again:
// it stands at each read and after each write until that is so. Meanwhile the other one speaks.
func talksOn(e *grade.Examiner, one, other *grade.Client) {
	expected := fmt.Sprintf("client %s talks as fast as it is answered; %s speaks, and hears itself all the same", one.Name, other.Name)
	f := one.FD()
	more := func() {
		if one.Unread() < talks {
			text := words(one.Name, talks)
			one.Due(text)
			one.Say(text)
			one.Arrived()
		}
	}
	spoke := false
	stands := func(place world.HeldAt) bool {
		e.Await(expected, func() bool { return e.HeldThere(place) || spoke && other.Owed() == 0 || one.Owed() == 0 })
		if !e.HeldThere(place) {
			e.Settled() // the answer may be heard before the thread stands
		}
		return e.HeldThere(place)
	}
	e.HoldWrite(f)
	more()
	text := other.Name + " speaks meanwhile\n"
	for n := 0; stands(world.AfterWrite); n++ {
		if !spoke {
			spoke = true
			other.Due(text)
			other.Say(text)
			other.Arrived()
		} else if other.Owed() == 0 {
			break
		}
		more()
		e.Await(expected, func() bool { return len(one.Heard()) == int(f.BytesOut) }) // there is room
		if n == mostAtOnce {
			e.RuleOut(expected, insideOne(e, f, n, other))
			break
		}
		e.HoldRead(f)
		if !stands(world.BeforeRead) {
			break
		}
		e.HoldWrite(f)
	}
	e.Release()
	hears(e, one, expected, fullIsGone)
	hears(e, other, expected, fullIsGone)
}

// words is n bytes, in lines of 64 that begin with the client's name. No two are alike: a piece that is missing shows
// where it is missing.
func words(name string, n int) string {
	var text strings.Builder
	for i := range n / 64 {
		fmt.Fprintf(&text, "%s %07d%s\n", name, i, strings.Repeat(" "+name, 27))
	}
	return text.String()
}

func says(e *grade.Examiner, c *grade.Client, text, expected string) {
	c.Due(text)
	c.Say(text)
	hears(e, c, expected, fullIsGone)
}

// hears waits until the client has heard all that is due. dropped is what it
// means when the server closes the connection before.
func hears(e *grade.Examiner, c *grade.Client, expected string, dropped *grade.Misconception) {
	e.Await(expected, func() bool {
		// Before we look what it has heard. A server that is dead is another matter.
		ended := c.Ended() && c.FD() != nil && c.FD().Closed != 0
		e.RuleOut(expected, heardWrong(c)(e))
		owed := c.Owed()
		if ended && owed > 0 {
			e.RuleOut(expected, c.ReadOfNothing())
			m, f := dropped, c.FD()
			decides := []func(*world.Entry) bool{grade.Closing(f)}
			if m == endIsGone && f.Ends.Most == 0 {
				m = fullIsGone
			}
			switch {
			case f.Why&(trace.Readable|trace.Writable|trace.Timeout) == trace.Timeout: // its last callback
				m = silentIsGone
				decides = append(decides, func(r *world.Entry) bool { return r.Kind == trace.CallbackBegin && r.FD == f.Number })
			case m != fullIsGone:
			case !e.ToldShort(f):
				m = doneWithIt
			case refusals(e, f) != 1: // none, or more than one was borne
				m = slowIsGone
			default:
				decides = append(decides, grade.Refused(f, world.CallWrite))
			}
			e.RuleOut(expected, grade.Find(m, fmt.Sprintf("the server has closed the connection of client %s, and owes it %s",
				c.Name, phrase.Counted(owed, "byte")), f).Decides(decides...))
		}
		return owed == 0
	})
}

// resets lets one client reset, and another one go on.
func resets(e *grade.Examiner, one, other *grade.Client) {
	const expected = "a client resets: the server closes its end, and serves the others"
	own := one.FD()
	one.Reset()
	says(e, other, other.Name+" is still here\n", expected)
	e.Calm(expected)
	closesIts(e, expected, own)
	noEventLeft(e, expected, one, own)
}

// noEventLeft requires that the events of a client were deleted before its fd was closed.
func noEventLeft(e *grade.Examiner, expected string, one *grade.Client, own *world.FD) {
	if own.Orphaned {
		e.RuleOut(expected, grade.Find(grade.ClosedWatched, fmt.Sprintf("client %s's fd was closed while an event was pending on it", one.Name), own).
			Decides(grade.Closing(own)))
	}
}
