package grade

import (
	"fmt"
	"strings"

	"fdlab/lab/diagnosis"
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// diagnose says why the program does not do what was expected: the first of
// these that the trace shows.
func (e *Examiner) diagnose(expected string) *Feedback {
	return e.feedback(expected, first(e.forks, e.noRecords, e.suspect, e.expired, e.spins, e.floods, e.death, e.noise, e.blocked, e.detained,
		e.unopened, e.unseen, e.swallowed, e.keptOpen, e.refusing, e.OwnWriter, stuck))
}

func stuck() *Finding {
	return Find(Stuck, "it did not happen, however long the grader waited, and nothing in the trace says why")
}

// keptOpen: the end of a source was read, its event was deleted, and it was not closed.
func (e *Examiner) keptOpen() *Finding {
	for _, h := range e.hands {
		f := h.fd()
		if f != nil && f.Closed == 0 && f.Ends.Now > 0 && f.Watched() == 0 && f.Blocked == 0 {
			if e.wasShut(f) {
				return Find(ShutIsClosed, safe(f.Name())+" was shut down, no event is pending on it any more, and it was not closed", f).
					Decides(LastCall(f, world.CallShutdown))
			}
			return Find(LeftOpen, fmt.Sprintf("a read of %s gave 0, the end of file; no event is pending on it any more, and it was not closed",
				safe(f.Name())), f).Decides(readGave(f, 0), Deleted(f))
		}
	}
	return nil
}

// forks: it does not play alone.
func (e *Examiner) forks() *Finding {
	if !e.alone {
		return Find(Forks, "the program started another program")
	}
	return nil
}

// expired: an event on an fd has a timeout that is over at once.
func (e *Examiner) expired() *Finding {
	for _, f := range e.world.FDs {
		if f.Expired > 0 {
			return Find(ZeroTimeout, fmt.Sprintf("an event was added on %s with a timeout of 0, and its callback was called for that, not for something to read",
				safe(f.Name())), f)
		}
	}
	return nil
}

// noRecords: the program leaves no trace.
func (e *Examiner) noRecords() *Finding {
	if e.signs > 0 {
		return nil
	}
	if f := e.floods(); f != nil {
		return f
	}
	if e.ended && (e.run.Exit().Code != 0) {
		return e.death()
	}
	saw := "the program runs, and its trace is empty"
	if e.ended {
		saw = "the program has ended (" + e.run.Exit().String() + "), and its trace is empty"
	}
	return Find(NoTrace, saw)
}

// anyNumber asks for an orphan of any number.
const anyNumber = -1

func orphaned(f *world.FD) string {
	return safe(f.Name()) + " was closed while an event was pending on it"
}

// closedIn returns the fd, and the one whose callback has closed it.
func (e *Examiner) closedIn(f *world.FD) []*world.FD {
	about, is := []*world.FD{f}, Closing(f)
	for i := range e.entries {
		r := &e.entries[i]
		if is(r) && r.Inside.Number != 0 && r.Inside.FD != f.Number {
			about = append(about, e.FD(func(f *world.FD) bool { return f.Number == r.Inside.FD && f.Opened <= r.Time }))
		}
	}
	return about
}

// blocked: a thread sleeps on one fd.
func (e *Examiner) blocked() *Finding {
	for _, f := range e.world.FDs {
		call, inside, is := diagnosis.Blocked(e.world, f)
		if !is {
			continue
		}
		saw := fmt.Sprintf("a thread is blocked in %s on %s", call.Name, safe(f.Name()))
		about := []*world.FD{f}
		others := 0
		for _, h := range e.hands {
			if other := h.fd(); other != f && h.unread() > 0 && (other == nil || other.Closed == 0) {
				if others++; others > 3 {
					continue
				}
				saw += fmt.Sprintf(", and of %s %s", h.name(), waits(h.unread()))
				about = append(about, other)
			}
		}
		if others > 3 {
			saw += fmt.Sprintf(", and so do bytes of %d more", others-3)
		}
		switch {
		case inside && call.Call == world.CallWrite:
			return Find(WriteBlocks, "inside a callback, "+saw, about...).Decides(madeBlocking(f), began(f, call.Call))
		case inside && f.InCallback > 0 && f.Why&(trace.Timeout|trace.Readable) == trace.Timeout:
			return Find(ReadsAtTimeout, "inside a callback that was called because the time was over, "+saw, about...).Decides(began(f, call.Call))
		case inside && call.Call == world.CallAccept:
			return Find(AcceptBlocks, "inside a callback, "+saw, about...).Decides(began(f, call.Call))
		case inside:
			in := e.insideOf(began(f, call.Call))
			if in.FD != trace.NoFD && in.FD != f.Number {
				return Find(BlockedOnAnother, fmt.Sprintf("inside the callback of %s, %s", safe(e.whoseCallback(&in)), saw), about...).
					Decides(CallbackBegins(in.Number), began(f, call.Call))
			}
			return Find(BlockedInCallback, "inside a callback, "+saw, about...).Decides(madeBlocking(f), began(f, call.Call))
		}
		return Find(Blocked, saw, about...).Decides(began(f, call.Call))
	}
	return nil
}

// insideOf is the callback in which the last record was made of which that holds.
func (e *Examiner) insideOf(is func(*world.Entry) bool) (in world.Frame) {
	e.Each(func(r *world.Entry) {
		if is(r) {
			in = r.Inside
		}
	})
	return in
}

// waits says how many bytes wait: "3 bytes wait".
func waits(n int64) string {
	if n == 1 {
		return "1 byte waits"
	}
	return phrase.Counted(n, "byte") + " wait"
}

// unopened: a source has no other end.
func (e *Examiner) unopened() *Finding {
	for _, h := range e.hands {
		if h.fd() == nil {
			return h.missing()
		}
	}
	return nil
}

// unseen: bytes wait in the kernel.
func (e *Examiner) unseen() *Finding {
	for _, h := range e.hands {
		n, f := h.unread(), h.fd()
		if n == 0 || f == nil {
			continue
		}
		why, ok := diagnosis.WhyUnheard(f)
		if !ok {
			continue
		}
		waits := fmt.Sprintf("of %s %s in the kernel", h.name(), waits(n))
		if strings.HasPrefix(f.What, "TCP") && n > f.Queued {
			waits += ", at both ends of the connection" // the client's send buffer, too
		}
		switch why.Cause {
		case diagnosis.Fired:
			return Find(OneShot, waits+", and its event fired once and is no longer pending", f).Decides(added(f))
		case diagnosis.OnlyForWriting:
			return Find(WatchedForWrite, waits+", and its event is for writing", f)
		case diagnosis.ToldOnce:
			return Find(EdgeLeft, waits+"; the last callback of its edge-triggered event has left them, and the loop sleeps", f).
				Decides(LastCall(f, world.CallRead))
		}
		if other := diagnosis.Orphan(e.world, f.Number); other != nil {
			return Find(ClosedWatched, fmt.Sprintf("%s, and no event watches it; its number was that of another fd: %s", waits, orphaned(other)), e.closedIn(other)...).Decides(Closing(other))
		}
		if f.Added != 0 {
			return Find(WatchedNoMore, waits+", and its event was deleted", f).Decides(Deleted(f))
		}
		if len(e.world.Bases) == 0 {
			if !e.source.waits {
				return nil
			}
			return Find(NotHeard, waits+", and the program, which waits by itself, does not read them", f)
		}
		return Find(NotWatched, waits+", and no event watches it", f)
	}
	return nil
}

func (e *Examiner) handFDs() (fds []*world.FD) {
	for _, h := range e.hands {
		if f := h.fd(); f != nil {
			fds = append(fds, f)
		}
	}
	return fds
}
