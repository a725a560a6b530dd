package exams

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// mostHeld is how much a server may keep for one client.
const mostHeld = 1 << 20

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
		e.Start(fmt.Sprint(port), "6")

		e.Check("each hears itself")
		silent := e.Dial("silent", port) // never says a word
		a, b, c := e.Dial("a", port), e.Dial("b", port), e.Dial("c", port)
		suspects(e, readsAnother, toldOnce, writesToGone, endedByReset, endedByFull, heardWrong(a, b, c))
		for _, one := range []*grade.Client{c, a, b, a} {
			says(e, one, one.Name+" is here\n", "clients speak, in another order than they came, and each hears itself")
		}
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
		_, held := c.Overfill(words("c", tooMuch), tooMuch, mostHeld)
		noTimeouts(e, c.FD())
		says(e, a, words("a", 20<<10), "c talks and does not read; a speaks, and hears itself all the same")
		e.Calm("c does not read, and a is silent: the server sleeps")
		c.Deaf(false)
		hears(e, c, "c reads again, and hears all that it said, in order", fullIsGone)
		if held > mostHeld {
			e.RuleOut("the server keeps at most 1 MiB for a client that does not read", grade.Find(hoards,
				fmt.Sprintf("c did not read, and the server read %d bytes that it could not send", held), c.FD()).Decides(tooMuchHeld(e, c.FD())))
		}

		e.Check("a slow reader resets")
		d := e.Dial("d", port)
		says(e, d, "d is here\n", "d comes, and hears itself")
		d.Deaf(true)
		d.Overfill(words("d", tooMuch), tooMuch, mostHeld)
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
		e.Ends("all six clients have left: the server ends by itself, with all closed", grade.NoEventsLeft)
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

// restLost looks whether all was read, and a client whose answer did not find room for all of
// it has not got the rest.
func restLost(clients ...*grade.Client) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		for _, c := range clients {
			f := c.FD()
			if e.Ended() || f == nil || f.Closed != 0 || c.Unread() > 0 && f.Watched() != 0 || c.Owed() == 0 || c.Deviates() != "" || f.BytesOut >= f.BytesIn ||
				f.Watched()&trace.Writable != 0 || !e.ToldShort(f) || triesAgain(e, f) {
				continue
			}
			if read := readsWhileOwing(e, f); read != nil {
				return grade.Find(readInPlace, fmt.Sprintf("a read of %s took more while an event waited for room for the rest; %d bytes were never sent back",
					f.Name(), f.BytesIn-f.BytesOut), f).Decides(read)
			}
			return grade.Find(writeTakesAll, fmt.Sprintf("%d bytes that were read from %s were not sent back, and no event waits for room", f.BytesIn-f.BytesOut, f.Name()),
				f).Decides(e.ShortWrite(f))
		}
		return nil
	}
}

// endedByReset looks whether the program ended when a call had said that a client is gone.
func endedByReset(e *grade.Examiner) *grade.Finding {
	if !e.Ended() {
		return nil
	}
	var last world.Entry
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && (r.A > 0 || saysGone(r)) {
			last = *r
		}
	})
	if !saysGone(&last) {
		return nil
	}
	f := e.FD(func(f *world.FD) bool { return f.Number == last.FD && f.Opened <= last.Time })
	return grade.Find(errorEndsAll, "a call said that a client is gone, and the program ended", f).Decides(grade.Numbered(last.Seq))
}

// readsWhileOwing looks for the first read of the fd that took more while something was left over, and a Write event
// was pending for it; nil if there is none. It says of a record whether it is that one.
func readsWhileOwing(e *grade.Examiner, f *world.FD) func(*world.Entry) bool {
	kept, waits, seq := int64(0), false, uint64(0)
	e.Each(func(r *world.Entry) {
		switch {
		case r.FD != f.Number || r.Time < f.Opened || seq != 0:
		case r.Kind == trace.Add && r.What()&trace.Writable != 0:
			waits = true
		case r.Kind == trace.Del && r.What()&trace.Writable != 0:
			waits = false
		case r.Kind != trace.CallEnd || r.A <= 0:
		case r.Call == world.CallRead:
			if kept > 0 && waits {
				seq = r.Seq
			}
			kept += r.A
		case r.Call == world.CallWrite:
			kept -= r.A
		}
	})
	if seq == 0 {
		return nil
	}
	return grade.Numbered(seq)
}

// triesAgain reports whether, since the last read of the fd, more than one write to it has found no room.
func triesAgain(e *grade.Examiner, f *world.FD) bool {
	n, read, refused := 0, grade.LastCall(f, world.CallRead), grade.Refused(f, world.CallWrite)
	e.Each(func(r *world.Entry) {
		switch {
		case read(r):
			n = 0
		case refused(r):
			n++
		}
	})
	return n > 1
}

// heardWrong looks for a client that has heard what is wrong.
func heardWrong(clients ...*grade.Client) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		for _, c := range clients {
			if wrong := c.Deviates(); wrong != "" {
				right := len(c.Heard()) - len(wrong)
				m, what := wrongFor(e, c, wrong)
				decides := e.ShortWrite(c.FD())
				if read := readsWhileOwing(e, c.FD()); m == writeTakesAll && read != nil {
					m, what, decides = readInPlace, "a piece is missing. A read took more while an event waited for room for the rest", read
				}
				return grade.Find(m, fmt.Sprintf("after %d bytes that were right, client %s hears what is wrong: %s", right, c.Name, what),
					c.FD()).Decides(decides)
			}
		}
		return nil
	}
}

// endedByFull looks whether the program ended with an error when a write had found no room.
func endedByFull(e *grade.Examiner) *grade.Finding {
	if !e.Ended() || e.EndedWell() || e.Crashed() {
		return nil
	}
	var last world.Entry
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd {
			last = *r
		}
	})
	f := e.FD(func(f *world.FD) bool { return f.Number == last.FD && f.Opened <= last.Time })
	if f == nil || !grade.Refused(f, world.CallWrite)(&last) {
		return nil
	}
	return grade.Find(fullIsGone, "a write found no room (EAGAIN), and the program ended", f).Decides(grade.Numbered(last.Seq))
}

// toldOnce looks for a connection that is owed something, and whose last Write
// event has fired once and is no longer pending.
func toldOnce(e *grade.Examiner) *grade.Finding {
	for _, f := range e.World().FDs {
		owes := f.BytesIn - f.BytesOut
		if owes > 0 && f.Closed == 0 && f.Added&(trace.Writable|trace.Persist) == trace.Writable && f.Watched()&trace.Writable == 0 &&
			f.Why&trace.Writable != 0 {
			return grade.Find(roomOnce, fmt.Sprintf("%d bytes that were read from %s were not sent back; its Write event fired once, and is no longer pending",
				owes, f.Name()), f)
		}
	}
	return nil
}

// writesToGone looks for a connection that is written to again and again after a write has said
// that the client is gone.
func writesToGone(e *grade.Examiner) *grade.Finding {
	failed := map[int32]int{} // in a row
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.Open || r.Kind == trace.Close:
			delete(failed, r.FD)
		case r.Kind == trace.CallEnd && r.Call == world.CallWrite && saysGone(r):
			failed[r.FD]++
		}
	})
	for _, f := range e.World().FDs {
		if n := failed[f.Number]; n > 1 && f.Closed == 0 {
			return grade.Find(goneNotNoticed, fmt.Sprintf("%d writes to %s have failed, since its client is gone, and the program goes on writing", n, f.Name()), f).
				Decides(func(r *world.Entry) bool { return grade.LastCall(f, world.CallWrite)(r) && saysGone(r) })
		}
	}
	return nil
}

// saysGone says of a call whether it failed because the client is.
func saysGone(r *world.Entry) bool {
	return r.A < 0 && (r.B == int64(syscall.EPIPE) || r.B == int64(syscall.ECONNRESET))
}

// refusals is how many writes to the fd found no room.
func refusals(e *grade.Examiner, f *world.FD) (n int) {
	refused := grade.Refused(f, world.CallWrite)
	e.Each(func(r *world.Entry) {
		if refused(r) && r.Time >= f.Opened {
			n++
		}
	})
	return n
}

// tooMuchHeld says of a record whether it is the read after which the server kept more than it may.
func tooMuchHeld(e *grade.Examiner, f *world.FD) func(*world.Entry) bool {
	kept, seq := int64(0), uint64(0)
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind != trace.CallEnd || r.FD != f.Number || r.Time < f.Opened || r.A <= 0:
		case r.Call == world.CallRead:
			if kept += r.A; kept > mostHeld && seq == 0 {
				seq = r.Seq
			}
		case r.Call == world.CallWrite:
			kept -= r.A
		}
	})
	return func(r *world.Entry) bool { return seq != 0 && r.Seq == seq }
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

// insideOne looks whether the last callback has written n times and more to the fd.
func insideOne(e *grade.Examiner, f *world.FD, n int, waits *grade.Client) *grade.Finding {
	last, writes := int64(0), 0
	write := grade.LastCall(f, world.CallWrite)
	e.Each(func(r *world.Entry) {
		if !write(r) {
			return
		}
		if writes++; r.Inside.Number != last {
			last, writes = r.Inside.Number, 1
		}
	})
	if last == 0 || writes < n {
		return nil
	}
	return grade.Find(neverPauses, fmt.Sprintf("inside one callback, %d writes to %s, and each time a read found more; client %s has spoken, and waits",
		writes, f.Name(), waits.Name), f, waits.FD())
}

// words is n bytes, in lines that begin with the client's name.
func words(name string, n int) string {
	line := name + strings.Repeat(" "+name, 31) + "\n"
	return strings.Repeat(line, n/len(line))
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
			m, f := dropped, c.FD()
			if m == endIsGone && f.Ends.Most == 0 {
				m = fullIsGone
			}
			switch {
			case m != fullIsGone:
			case !e.ToldShort(f):
				m = doneWithIt
			case refusals(e, f) != 1: // none, or more than one was borne
				m = slowIsGone
			}
			e.RuleOut(expected, grade.Find(m, fmt.Sprintf("the server has closed the connection of client %s, and owes it %d bytes",
				c.Name, owed), c.FD()).Decides(grade.Closing(c.FD())))
		}
		return owed == 0
	})
}

// wrongFor says what it means that a client hears wrong bytes: words of its own that are not due
// yet, words of another client (each begins its own with its name), or neither.
func wrongFor(e *grade.Examiner, c *grade.Client, wrong string) (m *grade.Misconception, what string) {
	switch word := strings.Trim(wrong[:min(len(wrong), 8)], " \n"); {
	case word != "" && strings.HasPrefix(word, c.Name):
		e.Aftermath(func() { c.Deaf(false) }) // until it has heard all that will come
		switch own := c.FD(); {
		case own.BytesOut > own.BytesIn:
			return tookNothing, "a piece has come twice"
		case own.BytesOut == own.BytesIn:
			return restOvertaken, "what was said later has come earlier; nothing is missing"
		}
		return writeTakesAll, "a piece is missing"
	case word != "" && strings.ContainsAny(word[:1], "abcdf") && (len(word) == 1 || word[1] == ' '):
		if !e.ToldShort(c.FD()) {
			return othersWords, "another client's words are there"
		}
		return restInSharedBuffer, "another client's words are there"
	}
	return grade.WrongBytes, fmt.Sprintf("%.20q", wrong)
}

// resets lets one client reset, and another one go on.
func resets(e *grade.Examiner, one, other *grade.Client) {
	const expected = "a client resets: the server closes its end, and serves the others"
	own := one.FD()
	one.Reset()
	says(e, other, other.Name+" is still here\n", expected)
	e.Calm(expected)
	closesIts(e, expected, own)
	e.Require(!own.Orphaned, expected, grade.ClosedWatched, fmt.Sprintf("client %s's fd was closed while an event was pending on it", one.Name), own)
}
