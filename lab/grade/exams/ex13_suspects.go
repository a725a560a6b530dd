package exams

import (
	"fmt"
	"slices"

	"fdlab/lab/diagnosis"
	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// What a server that stops may have done, where a client does not hear all that is due to it.

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

// actsOutside looks for the first use of the listener or of a client after the signal, on another thread than the loop's.
// since is the number of the last record before the signal.
func actsOutside(since uint64) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) (found *grade.Finding) {
		if over(e) {
			return nil
		}
		e.Each(func(r *world.Entry) {
			acts := r.Kind == trace.CallEnd || r.Kind == trace.Close || r.Kind == trace.Add || r.Kind == trace.Del
			if found != nil || r.Seq <= since || !acts || slices.ContainsFunc(e.World().Bases, func(b world.Base) bool { return b.Thread == r.Thread }) {
				return
			}
			f := e.FD(func(f *world.FD) bool { return f.Number == r.FD && f.Opened <= r.Time && (f.Listens || isClient(f)) })
			if f != nil {
				m := notInTheLoop
				if heard(e) { // it is: what acts besides is another thread
					m = grade.OtherThreads
				}
				found = grade.Find(m, fmt.Sprintf("after SIGINT, thread %d, which runs no loop, used %s", r.Thread, f.Name()), f).
					Decides(grade.Numbered(r.Seq))
			}
		})
		return found
	}
}

// servesBeside looks for a call on a client's fd that goes on, or is made, while a read of another one is held: one thread can do
// only one of the two. (Which threads these are does not matter: when a goroutine is held, its thread may run another one.)
func servesBeside(e *grade.Examiner, read *world.FD) (found *grade.Finding) {
	var held *world.Entry
	begun := map[int32]*world.Entry{} // calls that have not returned, by fd
	beside := func(r *world.Entry) {
		if f := fdOf(e, r); f != nil && isClient(f) && found == nil {
			found = grade.Find(grade.OtherThreads, fmt.Sprintf("a read of %s was held for a moment, before it was made; meanwhile the program has used %s",
				read.Name(), f.Name()), f).Decides(grade.Numbered(r.Seq))
		}
	}
	e.Each(func(r *world.Entry) {
		switch {
		case r.At == world.BeforeRead && r.Kind == trace.Hold:
			held = r
			for _, call := range begun {
				beside(call)
			}
		case r.At == world.BeforeRead && r.Kind == trace.Release:
			held = nil
		case held != nil && (r.Kind == trace.CallBegin || r.Kind == trace.CallEnd && r.A > 0 || r.Kind == trace.Close):
			beside(r)
		case r.Kind == trace.CallBegin:
			begun[r.FD] = r
		case r.Kind == trace.CallEnd:
			delete(begun, r.FD)
		}
	})
	return found
}

// endsInside looks whether the program has ended while its loop ran, and a client is owed something.
func endsInside(c *grade.Client) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		if !e.EndedWell() || e.World().Loops() == 0 || c.Owed() == 0 {
			return nil
		}
		return grade.Find(breaksOff, "the program has ended while its loop ran, and "+owes(c)).
			Decides(func(r *world.Entry) bool { return r.Kind == trace.CallbackBegin })
	}
}

// endsWithError looks whether the program has done all, and ended with an exit status that is not 0.
func endsWithError(e *grade.Examiner) *grade.Finding {
	if !e.Ended() || e.EndedWell() || e.World().ClosedTwice != "" || e.World().Returned.Reason == trace.LoopFailed ||
		slices.ContainsFunc(e.World().FDs, func(f *world.FD) bool { return isClient(f) && f.Closed == 0 }) {
		return nil
	}
	return grade.Find(stoppedIsError, "all clients are served and disconnected, and the program ended with an exit status that is not 0")
}

// stopIgnored looks whether the listener is watched although a callback for the signal has run.
func stopIgnored(e *grade.Examiner) *grade.Finding {
	listener := e.FD(func(f *world.FD) bool { return f.Listens })
	if e.Ended() || listener == nil || listener.Closed != 0 || listener.Watched() == 0 {
		return nil
	}
	return grade.Find(signalIsAll, "a callback for SIGINT has run, and an event is pending on the listener", listener).
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
		if kept <= 0 || f.BytesIn <= f.BytesOut {
			return nil
		}
		return grade.Find(closesOwing, fmt.Sprintf("%s is closed, and %d bytes that it said were not sent back", f.Name(), kept), f).Decides(grade.Closing(f)).
			Instead("a client that is owed something is not disconnected")
	}
}

// leftUnread looks whether the server has closed the connection of a client when all that it had read
// was sent back, and more had arrived.
func leftUnread(c *grade.Client) func(*grade.Examiner) *grade.Finding {
	return func(*grade.Examiner) *grade.Finding {
		f := c.FD()
		if f == nil || f.Closed == 0 || f.BytesIn > f.BytesOut || c.Unread() == 0 {
			return nil
		}
		return grade.Find(arrivedNotRead, fmt.Sprintf("%s is closed, and %d bytes that client %s had sent were not read", f.Name(), c.Unread(), c.Name), f).
			Decides(grade.Closing(f))
	}
}

// lostInBacklog says what it means that a client was reset before it was accepted: the listener was closed.
func lostInBacklog(e *grade.Examiner, c *grade.Client) *grade.Finding {
	listener := e.FD(func(f *world.FD) bool { return f.Listens })
	m, closes := backlogReset, grade.Closing(listener)
	took, stops := grade.LastCall(listener, world.CallAccept), false
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.CallbackBegin && (r.What()&trace.Signal != 0 || r.Inside.Posted()):
			stops = true
		case stops && took(r) && r.A >= 0:
			m = notAllAccepted
		case closes(r):
			stops = false
		}
	})
	return grade.Find(m, fmt.Sprintf("client %s was in the backlog, and was reset when the listener was closed", c.Name), listener).Decides(closes)
}

// readOver looks whether a read put other bytes in the place of what was still to be sent to a client:
// the program has ended or closed the connection, and just so much was never sent. It is the first read
// since which the rest has not become smaller than that.
func readOver(c *grade.Client) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		f := c.FD()
		missing := f.BytesIn - f.BytesOut
		if missing <= 0 || f.Closed == 0 && !e.Ended() {
			return nil
		}
		seq := uint64(0)
		eachMove(e, f, func(r *world.Entry, kept int64) {
			switch {
			case kept < missing:
				seq = 0
			case r.Call == world.CallRead && kept-r.A == missing && seq == 0:
				seq = r.Seq
			}
		})
		if seq == 0 {
			return nil
		}
		return grade.Find(readsOverRest, fmt.Sprintf("a read of %s took more while %d bytes that were read before were not sent yet: just so many were never sent",
			f.Name(), missing), f).Decides(grade.Numbered(seq))
	}
}

// asksForRoom looks whether writes to a client find no room, one after the other, and no event waits for it.
func asksForRoom(c *grade.Client) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		f := c.FD()
		if e.Ended() || f.Closed != 0 || f.NoRoom.Now < diagnosis.Often || f.Watched()&trace.Writable != 0 {
			return nil
		}
		return grade.Find(triesForRoom, fmt.Sprintf("while client %s does not read, %d writes in a row to it found no room (EAGAIN), and no event waits for room",
			c.Name, f.NoRoom.Now), f).Decides(grade.Refused(f, world.CallWrite))
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
			case isSilent(c) && !slices.ContainsFunc(clients, openAndSpoke) && !called(e, f, world.CallRead):
				return grade.Find(acceptedAndLeft, fmt.Sprintf("client %s, which says nothing, was accepted from the backlog; the program has not read from it, and waits for it", c.Name), f)
			case called(e, f, world.CallShutdown):
				return grade.Find(halfLetGo, fmt.Sprintf("client %s has all its answers and a FIN, and its connection is open", c.Name), f).
					Decides(grade.LastCall(f, world.CallShutdown))
			case f.Added != 0 && f.Watched() == 0:
				return grade.Find(grade.LeftOpen, fmt.Sprintf("client %s has all its answers; no event is pending on its connection any more, and it is open", c.Name), f).
					Decides(grade.Deleted(f))
			case slices.ContainsFunc(clients, func(c *grade.Client) bool { return c.FD() != nil && c.FD().Closed != 0 }):
				return grade.Find(notLookedAgain, fmt.Sprintf("client %s has all its answers, and its connection is open; at least one that has all was disconnected", c.Name), f)
			default:
				return grade.Find(waitsForClients, fmt.Sprintf("client %s has all its answers, and its connection is open", c.Name), f)
			}
		}
		return nil
	}
}

// isSilent reports whether a client has said nothing that is to be answered.
func isSilent(c *grade.Client) bool { return c.Heard() == "" && c.Owed() == 0 }

// openAndSpoke reports whether a client that has said something is connected, as far as the program is concerned.
func openAndSpoke(c *grade.Client) bool { return !isSilent(c) && (c.FD() == nil || c.FD().Closed == 0) }

// meansStopped says what it means that the program ends while it still has
// something to do for its clients.
func meansStopped(e *grade.Examiner) {
	for _, m := range []*grade.Misconception{grade.EndedEarly, grade.BrokenOff, grade.AgainIsEnd} {
		e.Means(m, breaksOff)
	}
}
