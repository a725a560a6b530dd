package grade

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fdlab/lab/diagnosis"
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// OneThread requires that one thread alone has read the fds: never two at the same time, and none
// while a loop runs on another. (Between two calls, of a system call or of Loop(Once), a goroutine may
// change its thread.)
func (e *Examiner) OneThread(expected string, fds ...*world.FD) {
	if f := e.besideALoop(fds...); f != nil {
		e.RuleOut(expected, f)
	}
	e.Require(!e.together(fds...), expected, OtherThreads, "two threads were inside a read at the same time", fds...)
}

// besideALoop looks for a read of one of the fds that was made while a loop ran on another thread.
func (e *Examiner) besideALoop(fds ...*world.FD) (found *Finding) {
	loops := map[uint32]bool{} // their threads
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.LoopBegin:
			loops[r.Thread] = true
		case r.Kind == trace.LoopEnd:
			delete(loops, r.Thread)
		case found != nil || r.Kind != trace.CallEnd || r.Call != world.CallRead:
		default:
			i := slices.IndexFunc(fds, func(f *world.FD) bool { return f != nil && f.Number == r.FD })
			for thread := range loops {
				if i >= 0 && thread != r.Thread {
					seq := r.Seq
					found = Find(OtherThreads, fmt.Sprintf("thread %d has read from %s while a loop ran on thread %d", r.Thread, safe(fds[i].Name()), thread), fds...).
						Decides(Numbered(seq), func(r *world.Entry) bool { return r.Kind == trace.LoopBegin && r.Thread == thread })
				}
			}
		}
	})
	return found
}

// together reports whether calls on two of the fds went on at the same time.
func (e *Examiner) together(fds ...*world.FD) (yes bool) {
	open := map[int32]bool{}
	e.Each(func(r *world.Entry) {
		if !slices.ContainsFunc(fds, func(f *world.FD) bool { return f != nil && f.Number == r.FD }) {
			return
		}
		switch r.Kind {
		case trace.CallBegin:
			open[r.FD] = true
			yes = yes || len(open) > 1
		case trace.CallEnd:
			delete(open, r.FD)
		}
	})
	return yes
}

// Ending says how a program is to end.
type Ending int

const (
	Anyhow       Ending = iota // with a loop or without, however it returned
	NoEventsLeft               // when its last dispatch returned, no event was pending (or it was Loop(Once))
	NeverCut                   // the same for each dispatch of each of its bases: Break and Exit have ended none before
)

// Ends waits until the program has ended, and requires that it did so by
// itself, with exit status 0, that its last dispatch returned as it should, and
// that nothing was left open.
func (e *Examiner) Ends(expected string, how Ending) {
	e.over = true
	patience := e.patience(limit)
	var sign life
	for !e.ended {
		e.pump()
		if !e.ended && (e.hopeless() || sign.gone(e) || patience.over(e)) {
			if e.ended {
				break
			}
			e.Fail(e.lingers(expected))
		}
		e.rouse(expected)
		time.Sleep(time.Millisecond)
	}
	if exit := e.run.Exit(); exit.Code != 0 {
		e.RuleOut(expected, first(e.suspect, e.death))
	}
	if e.noisy() {
		e.Fail(e.diagnose(expected))
	}
	e.RuleOut(expected, e.spins())
	if e.world.Loops() > 0 {
		m := MainReturned
		if e.source.exits {
			m = ExitsInside
		}
		e.RuleOut(expected, Find(m, "the program ended before a dispatch returned; a loop was still running"+e.running(), e.handFDs()...))
	}
	// A loop of the program's own has no Dispatch that could be cut off; nor has one around Loop(Once),
	// which is over when the program does not call it any more.
	if last := e.world.Returned; how != Anyhow && last.Base != 0 {
		e.Require(last.Reason != trace.LoopFailed, expected, ErrorIgnored, "dispatch returned: "+safe(last.Text), e.handFDs()...)
		e.RuleOut(expected, e.brokenOff(how))
	}
	e.closed(expected)
}

// brokenOff looks whether an event was pending when the last dispatch of the base that returned last did so; or, if none
// may be cut, any dispatch.
func (e *Examiner) brokenOff(how Ending) *Finding {
	end, cut := e.cut[e.world.Returned.Base]
	if how == NeverCut && !cut {
		end, cut = e.everCut, e.everCut.Seq != 0
	}
	if !cut {
		return nil
	}
	m := BrokenOff
	if _, last := e.cut[end.Base]; !last { // another dispatch has gone on
		m = BrokenAndOn
	}
	return Find(m, fmt.Sprintf("dispatch returned: %q; it should return when no event is pending, not before", safe(end.Text)), e.handFDs()...).
		Decides(Numbered(end.Seq))
}

// lingers says why a program does not end.
func (e *Examiner) lingers(expected string) *Feedback {
	if f := first(e.forks, e.suspect, e.expired, e.spins, e.floods, e.noise, e.OwnWriter, e.blocked, e.detained, e.unseen); f != nil {
		return e.feedback(expected, f)
	}
	const saw = "the program does not end"
	for _, f := range e.world.FDs {
		if f.Ends.Now > 0 && f.Watched() != 0 && f.Closed == 0 {
			return e.feedback(expected, Find(EndNotDeleted, fmt.Sprintf("%s; a read of %s gave 0, the end of file, and the event on it is still pending",
				saw, safe(f.Name())), f).Decides(readGave(f, 0)))
		}
	}
	if f := diagnosis.Orphan(e.world, anyNumber); f != nil {
		return e.feedback(expected, Find(ClosedWatched, saw+"; "+orphaned(f), e.closedIn(f)...).Decides(Closing(f)))
	}
	return e.feedback(expected, e.pending(saw))
}

// pending names the events that keep the program's loop.
func (e *Examiner) pending(saw string) *Finding {
	var about []*world.FD
	for _, f := range e.world.FDs {
		if f.Watched() != 0 {
			saw += "; an event on " + safe(f.Name()) + " is still pending"
			about = append(about, f)
		}
	}
	others := false // events on no fd
	for i := range e.world.Bases {
		for _, t := range e.world.Bases[i].Timers {
			others = true
			if t.What&trace.Signal != 0 {
				saw += "; an event for " + safe(t.Label) + " is still pending"
			} else {
				saw += "; a timer is still pending"
			}
		}
	}
	for i := range e.world.Bases {
		b := &e.world.Bases[i]
		if about == nil && !others && b.Phase == world.Waiting && b.Watched == 0 && b.Limit < 0 && b.Thread != 0 {
			return Find(NeverLeft, fmt.Sprintf("%s; no event is pending, and a loop waits%s", saw, e.running()))
		}
	}
	switch {
	case about != nil || others:
		return Find(DoesNotEnd, saw, about...)
	case e.world.Loops() == 0 && e.world.Returned.Base != 0 && e.meant(DoesNotEnd) == DoesNotEnd:
		return Find(MainStays, saw+"; dispatch had returned: "+safe(e.world.Returned.Text), e.handFDs()...)
	case e.meant(DoesNotEnd) == DoesNotEnd:
		return Find(Stuck, saw+", and nothing in the trace says why", e.handFDs()...)
	}
	return Find(DoesNotEnd, saw)
}

// closed requires that the program has closed what it opened.
func (e *Examiner) closed(expected string) {
	var names []string
	var left []*world.FD
	for _, f := range e.world.FDs {
		if f.Orphaned {
			e.RuleOut(expected, Find(ClosedWatched, orphaned(f), e.closedIn(f)...).Decides(Closing(f)))
		}
		if f.Closed == 0 && !f.Stranger {
			names = append(names, safe(f.Name()))
			left = append(left, f)
		}
	}
	twice := e.world.ClosedTwice
	if twice != "" {
		e.RuleOut(expected, e.suspect())
		about := e.handFDs()
		for _, f := range e.world.FDs {
			if f.Closed != 0 && f.Name()+" (closed)" == twice {
				about = []*world.FD{f}
			}
		}
		e.RuleOut(expected, Find(ClosedTwice, safe(strings.TrimSuffix(twice, " (closed)"))+" was closed once more when it was closed already", about...))
	}
	bases := 0
	for i := range e.world.Bases {
		if e.world.Bases[i].Freed == 0 {
			bases++
		}
	}
	if bases > 0 {
		names = append(names, phrase.Counted(bases, "event base"))
	}
	if len(names) > 0 {
		e.RuleOut(expected, e.suspect())
	}
	for _, f := range left {
		if e.wasShut(f) {
			e.RuleOut(expected, Find(ShutIsClosed, safe(f.Name())+" was shut down, and is open at the end", f).Decides(LastCall(f, world.CallShutdown)))
		}
	}
	if len(names) > 0 {
		f := Find(LeftOpen, "left open at the end: "+strings.Join(names, ", "), left...)
		if len(left) > 0 {
			f.Decides(opened(left[0]))
		}
		e.RuleOut(expected, f)
	}
}

// wasShut reports whether the program has called shutdown on the fd.
func (e *Examiner) wasShut(f *world.FD) bool {
	return slices.ContainsFunc(e.entries, func(r world.Entry) bool { return LastCall(f, world.CallShutdown)(&r) })
}
