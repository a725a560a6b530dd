package exams

import (
	"fmt"
	"strings"
	"syscall"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// What an echo server may have done, where a client does not hear all that is due to it.

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
			n++ // and not Times: in turns that are gathered, each write has had its read
		}
	})
	return n > 1
}

// heardWrong looks for a client that has heard what is wrong.
func heardWrong(clients ...*grade.Client) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		for _, c := range clients {
			if wrong := c.Deviates(); wrong != "" {
				right := c.Right()
				m, what := wrongFor(e, c, wrong)
				least := int64(0)
				if m == tookNothing {
					least = 1
				}
				decides := e.ShortWriteBefore(c.FD(), right, least)
				if read := readsWhileOwing(e, c.FD()); m == writeTakesAll && read != nil {
					m, what, decides = readInPlace, "a piece is missing. A read took more while an event waited for room for the rest", read
				}
				if m == restOvertaken || m == othersWords {
					decides = nil
				}
				return grade.Find(m, fmt.Sprintf("after %d bytes that were right, client %s hears what is wrong: %s", right, c.Name, what),
					c.FD()).Decides(decides, e.WriteOf(c.FD(), right))
			}
		}
		return nil
	}
}

// endedByFull looks whether the program ended with an error when a write to a client had found no room.
func endedByFull(e *grade.Examiner) *grade.Finding { return endedAtFull(e, fullIsGone) }

// endedAtFull is what it means that the program ended with an error when a write had found no room; nil if it did not.
func endedAtFull(e *grade.Examiner, m *grade.Misconception) *grade.Finding {
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
	return grade.Find(m, "a write found no room (EAGAIN), and the program ended", f).Decides(grade.Numbered(last.Seq))
}

// toldOnce looks for a connection that is owed something, and whose last Write
// event has fired once and is no longer pending.
func toldOnce(e *grade.Examiner) *grade.Finding {
	for _, f := range e.World().FDs {
		owes := f.BytesIn - f.BytesOut
		if owes > 0 && f.Closed == 0 && f.Added&(trace.Writable|trace.Persist) == trace.Writable && f.Watched()&trace.Writable == 0 &&
			f.Why&trace.Writable != 0 {
			return grade.Find(roomOnce, fmt.Sprintf("%d bytes that were read from %s were not sent back; its Write event has fired, and is no longer pending",
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
			failed[r.FD] += r.Times()
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
			n += r.Times()
		}
	})
	return n
}

// keepsTooMuch looks for the first read of a client's fd with which more was read and not yet
// written than the server may keep. held is how much it kept in the end, should the records not reach so far.
// stopped: it has stopped reading since.
func keepsTooMuch(e *grade.Examiner, f *world.FD, held int64, stopped bool) *grade.Finding {
	most, seq := held, uint64(0)
	eachMove(e, f, func(r *world.Entry, kept int64) {
		if kept > mostHeld && seq == 0 {
			most, seq = kept, r.Seq
		}
	})
	if most <= mostHeld {
		return nil
	}
	m := hoards
	if stopped {
		m = limitOvershot
	}
	return grade.Find(m, fmt.Sprintf("after a read of %s, %d bytes had been read and were not sent yet; 1 MiB is %d bytes", f.Name(), most, mostHeld), f).
		Decides(grade.Numbered(seq))
}

// eachMove calls do for each read and write of the fd that moved something; kept is how many bytes
// had been read and not written then. A record of many calls is counted, and do is not called: the reads of turns that are
// gathered stand before their writes.
func eachMove(e *grade.Examiner, f *world.FD, do func(r *world.Entry, kept int64)) {
	kept := int64(0)
	e.Each(func(r *world.Entry) {
		n := r.A * int64(r.Times())
		switch {
		case r.Kind != trace.CallEnd || r.FD != f.Number || r.Time < f.Opened || n <= 0:
			return
		case r.Call == world.CallRead:
			kept += n
		case r.Call == world.CallWrite:
			kept -= n
		default:
			return
		}
		if r.Times() == 1 {
			do(r, kept)
		}
	})
}

// insideOne looks whether the last callback has written n times and more to the fd.
func insideOne(e *grade.Examiner, f *world.FD, n int, waits *grade.Client) *grade.Finding {
	last, writes := int64(0), 0
	write := grade.LastCall(f, world.CallWrite)
	e.Each(func(r *world.Entry) {
		if !write(r) || r.A <= 0 {
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
		writes, f.Name(), waits.Name), f, waits.FD()).
		Decides(grade.CallbackBegins(last), func(r *world.Entry) bool { return r.Inside.Number == last && grade.LastCall(f, world.CallRead)(r) },
			func(r *world.Entry) bool { return r.Kind == trace.Kernel && r.FD == waits.FD().Number && r.B > 0 })
}

// wrongFor says what it means that a client hears wrong bytes: words of its own that are not due
// yet, words of another client (each begins its own with its name), or neither.
func wrongFor(e *grade.Examiner, c *grade.Client, wrong string) (m *grade.Misconception, what string) {
	speaker := strings.TrimLeft(wrong[:min(len(wrong), 16)], "0123456789 \n") // of a line that may have lost its beginning
	switch {
	case strings.HasPrefix(speaker, c.Name):
		e.Aftermath(func() { c.Deaf(false) }) // until it has heard all that will come
		switch own := c.FD(); {
		case own.BytesOut > own.BytesIn:
			return tookNothing, "a piece has come twice"
		case own.BytesOut == own.BytesIn:
			if !c.HeardInAnyOrder() {
				return readInPlace, "a piece is missing, and another one has come twice"
			}
			return restOvertaken, "what was said later has come earlier; nothing is missing"
		}
		return writeTakesAll, "a piece is missing"
	case len(speaker) > 1 && strings.Contains("abcdef", speaker[:1]) && speaker[1] == ' ':
		if !e.ToldShort(c.FD()) {
			return othersWords, "another client's words are there"
		}
		return restInSharedBuffer, "another client's words are there"
	}
	return grade.WrongBytes, grade.Excerpt(wrong) + ", and should hear " + grade.Excerpt(c.Awaits())
}
