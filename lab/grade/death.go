package grade

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/diagnosis"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// death: it has ended too early.
func (e *Examiner) death() *Finding {
	if !e.ended {
		return nil
	}
	exit := e.run.Exit()
	exit.Said = "" // they follow, whoever ended it
	saw := "the program " + exit.String()
	if exit.Code == 0 && e.inCallback() {
		saw += ", from inside a callback"
	}
	if last := e.run.Output().LastWords(); last != "" {
		saw += "; its last words: " + last
	}
	returned := e.world.Returned
	ran := returned.Base != 0
	orphan, failed := diagnosis.Orphan(e.world, anyNumber), ran && returned.Reason == trace.LoopFailed
	switch {
	case minusOne.MatchString(saw):
		return Find(MinusOne, saw+e.crashedAt())
	case exit.Signal != "" || exit.Code == 2:
		return Find(Crashed, saw+e.crashedAt())
	case failed && orphan != nil && orphan.Closed < returned.At:
		return Find(ClosedWatched, orphaned(orphan)+"; "+saw, e.closedIn(orphan)...).Decides(Closing(orphan))
	}
	if f := e.refused(); f != nil && !e.over && e.meant(AgainIsEnd) == AgainIsEnd {
		if all := e.givenUp(); len(all) > 1 {
			return Find(AgainIsEnd, fmt.Sprintf("reads of %s and of %s gave EAGAIN, and each was closed then; %s", safe(all[0].Name()), safe(all[1].Name()), saw), all...).
				Decides(Refused(all[0], world.CallRead), Refused(all[1], world.CallRead))
		}
		return Find(AgainIsEnd, "a read of "+safe(f.Name())+" gave EAGAIN, and the program ended because of it; "+saw, f).Decides(Refused(f, world.CallRead))
	}
	switch {
	case exit.Code == 0 && e.noisy():
		return nil // it may have ended in order, and has printed too much: see noise
	case exit.Code != 0 && e.over && e.run.Output().LastWords() == "":
		return Find(ExitStatus, saw+"; the status was to be 0")
	case exit.Code != 0 && e.over && returned.Reason == trace.LoopNoEvents && ran && loopWords.MatchString(e.run.Output().LastWords()):
		return Find(EndIsFailure, saw+"; dispatch had returned: "+safe(returned.Text), e.handFDs()...)
	case exit.Code != 0:
		if f := e.closedInUse(); f != nil {
			return Find(ClosedInUse, safe(f.Name())+" was closed, and then the program "+exit.String()+"; its last words: "+e.run.Output().LastWords(), f).
				Decides(Closing(f))
		}
		if f := e.closedAtOnce(); f != nil {
			return Find(ClosedAtOnce, safe(f.Name())+" was closed before a loop was made; "+saw, f).Decides(Closing(f))
		}
		if e.over && e.meant(GaveUp) == GaveUp {
			return e.afterFailure(Find(EndsInError, saw, e.handFDs()...))
		}
		return e.afterFailure(Find(GaveUp, saw))
	case failed:
		return Find(ErrorIgnored, saw+"; dispatch had returned: "+safe(returned.Text), e.handFDs()...)
	}
	if !ran && len(e.world.Bases) > 0 && e.world.Loops() == 0 {
		return Find(LoopNotRun, saw+"; no loop has ever run", e.handFDs()...)
	}
	end, cut := e.cut[returned.Base]
	switch {
	case cut && ran:
		saw += "; dispatch had returned: " + safe(end.Text)
	case ran:
		saw += "; dispatch had returned: " + safe(returned.Text)
	}
	empty := ran && returned.Reason == trace.LoopNoEvents
	if empty && !e.added() {
		return Find(NeverAdded, saw+", and no event was ever added", e.handFDs()...).Decides(loopEnded)
	}
	if empty && e.nothingAddedBefore(returned.At) {
		return Find(NotWatched, saw+", and the first event was added after that", e.handFDs()...).Decides(loopEnded, isAdd)
	}
	if e.world.Loops() > 0 && e.meant(EndedEarly) == EndedEarly {
		if top, _, is := diagnosis.Detained(e.world); is && e.source.exits {
			return Find(ExitsInside, saw, append(e.handFDs(), e.world.FDByNumber(top.FD))...).
				Decides(CallbackBegins(top.Number))
		}
		return Find(MainReturned, fmt.Sprintf("%s; a loop was still running%s", saw, e.running()), e.handFDs()...)
	}
	if ran && (cut || returned.Reason == trace.LoopBroken || returned.Reason == trace.LoopExited) {
		return Find(BrokenOff, saw, e.handFDs()...).Decides(Numbered(end.Seq))
	}
	if ran && returned.Reason == trace.LoopDone && e.count(trace.LoopBegin) == 1 && e.meant(EndedEarly) == EndedEarly {
		return Find(OneTurn, saw, e.handFDs()...).Decides(func(r *world.Entry) bool { return r.Kind == trace.LoopBegin }, loopEnded)
	}
	for _, h := range e.hands {
		if f := h.fd(); f != nil && empty && diagnosis.HasFired(f) {
			return Find(OneShot, saw, f).Decides(added(f), loopEnded)
		}
	}
	if empty && e.meant(EndedEarly) == EndedEarly {
		return Find(NoEventLeft, saw, e.handFDs()...).Decides(func(r *world.Entry) bool {
			return r.Time <= returned.At && (r.Kind == trace.Del || r.Kind == trace.CallbackBegin && r.FD == trace.NoFD)
		})
	}
	return Find(EndedEarly, saw, e.handFDs()...)
}

// afterFailure adds to a finding the call that failed, if nothing but what a program does on its way out came after it.
func (e *Examiner) afterFailure(found *Finding) *Finding {
	for _, r := range slices.Backward(e.entries) {
		switch {
		case r.Kind == trace.WaitEnd || r.Kind == trace.CallbackBegin:
			return found
		case r.Kind != trace.CallEnd || r.Call == world.CallClose || r.Call == world.CallShutdown:
		case r.A >= 0 || r.B == int64(unix.EAGAIN) || r.B == int64(unix.EINTR):
			return found
		default:
			found.Saw += "; before that a call failed: " + sentence(&r)
			return found.Decides(Numbered(r.Seq))
		}
	}
	return found
}

// closedInUse returns the source that was closed last, if the program's last words are that an fd is none.
func (e *Examiner) closedInUse() (last *world.FD) {
	if !strings.Contains(e.run.Output().LastWords(), unix.EBADF.Error()) {
		return nil
	}
	for _, f := range e.handFDs() {
		if f.Closed != 0 && (last == nil || f.Closed > last.Closed) {
			last = f
		}
	}
	return last
}

// closedAtOnce returns a source that was closed before the program's loop was made, or nil.
func (e *Examiner) closedAtOnce() *world.FD {
	for _, f := range e.handFDs() {
		if f.Closed != 0 && f.Reads == 0 && len(e.world.Bases) > 0 && f.Closed < e.world.Bases[0].Made {
			return f
		}
	}
	return nil
}

// loopWords are those of a program that speaks of its loop's end.
var loopWords = regexp.MustCompile(`(?i)dispatch|loop|no events|<nil>`)

// added reports whether an event was, once.
func (e *Examiner) added() bool {
	return slices.ContainsFunc(e.world.Bases, func(b world.Base) bool { return b.Adds > 0 })
}

// nothingAddedBefore reports whether no event was added before that time.
func (e *Examiner) nothingAddedBefore(at int64) bool {
	return !slices.ContainsFunc(e.entries, func(r world.Entry) bool { return isAdd(&r) && r.Time < at })
}

func loopEnded(r *world.Entry) bool { return r.Kind == trace.LoopEnd }

func isAdd(r *world.Entry) bool { return r.Kind == trace.Add }

// refused returns the world's fd that the program ended for because a read of it
// gave EAGAIN, or nil: that read was its last call, and before the callback
// returned, it deleted the event, closed the fd or died.
func (e *Examiner) refused() *world.FD {
	returned, gave := false, false
	for _, r := range slices.Backward(e.entries) {
		switch r.Kind {
		case trace.WaitEnd:
			return nil // the loop has gone on since
		case trace.CallbackEnd:
			returned, gave = true, false
		case trace.Del, trace.Close:
			gave = true
		case trace.CallEnd:
			if r.Call != world.CallRead || r.B != int64(unix.EAGAIN) || returned && !gave {
				return nil
			}
			for _, f := range e.handFDs() {
				if f.Number == r.FD {
					return f
				}
			}
			return nil
		}
	}
	return nil
}

// givenUp returns the world's fds that the program has closed though their end was not read, and whose last read gave EAGAIN.
func (e *Examiner) givenUp() (all []*world.FD) {
	for _, f := range e.handFDs() {
		var last world.Entry
		e.Each(func(r *world.Entry) {
			if LastCall(f, world.CallRead)(r) {
				last = *r
			}
		})
		if f.Closed != 0 && f.Ends.Now == 0 && last.B == int64(unix.EAGAIN) {
			all = append(all, f)
		}
	}
	return all
}

// crashSite is the line of the program's own that a panic came from, as in
// "main.go:56", or "".
func (e *Examiner) crashSite() string {
	own, died := e.ownLine(), false
	for _, line := range e.run.Output().Lines() {
		if line.Stream != launch.Stderr {
			continue
		}
		died = died || deathCry.Match(line.Bytes)
		if m := own.FindSubmatch(line.Bytes); died && m != nil {
			return string(m[1])
		}
	}
	return ""
}

func (e *Examiner) crashedAt() string {
	if at := e.crashSite(); at != "" {
		return " (" + at + ")"
	}
	return ""
}

// minusOne is what Go says of buf[:n] or rest[n:] when a call has failed.
var minusOne = regexp.MustCompile(`slice bounds out of range \[(:-1|-1:)\]`)

// deathCry is how the Go runtime begins its last words.
var deathCry = regexp.MustCompile(`^(panic|fatal error|SIG[A-Z]+): `)
