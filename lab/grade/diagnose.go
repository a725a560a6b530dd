package grade

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/diagnosis"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// life watches for signs of life.
type life struct {
	records int
	output  int64
	since   time.Time
	looks   int
}

// gone reports whether the program has shown none for so long, and sleeps,
// without a timeout that would wake it in time.
func (l *life) gone(e *Examiner) bool {
	output, _ := e.run.Output().Size()
	if l.since.IsZero() || e.signs != l.records || output != l.output {
		l.records, l.output, l.since, l.looks = e.signs, output, time.Now(), 0
		return false
	}
	if time.Since(l.since) < settled || e.inCallback() { // see callbackSleep
		return false
	}
	// Several looks in a row: the grader itself may not have run for a while.
	if l.looks++; !e.quiet() {
		l.looks = 0
	}
	return l.looks >= 10
}

// quiet reports whether nothing in the program runs, or will by itself.
func (e *Examiner) quiet() bool {
	if e.signs == 0 {
		return false
	}
	for i := range e.world.Bases {
		if b := &e.world.Bases[i]; b.Phase == world.Waiting && b.Limit >= 0 && b.Limit < int64(limit) {
			return false
		}
	}
	return allAsleep(e.run.Pid())
}

// hopeless reports whether the program is in a state that it cannot leave.
func (e *Examiner) hopeless() bool {
	_, cut := e.run.Output().Size()
	if e.ended || e.flood() || !e.alone || cut > 0 || e.noisy() {
		return true
	}
	if e.signs == 0 && e.mute.over(e) {
		return true
	}
	return slices.ContainsFunc(e.world.FDs, diagnosis.Endless)
}

// noisy reports whether the program printed what nobody said.
func (e *Examiner) noisy() bool {
	for _, p := range e.products() {
		if !strings.HasPrefix(p.due, p.got) {
			return true
		}
	}
	return false
}

// product is something that the program puts out, and what it was to be.
type product struct {
	name     string
	got, due string
	fd       *world.FD
	deaf     bool // whom it is for does not listen just now
}

// products are standard output, and what each client gets.
func (e *Examiner) products() []product {
	all := []product{{"standard output", e.Printed(), e.said.String(), nil, false}}
	for _, h := range e.hands {
		got, due := h.answers()
		c, _ := h.(*Client)
		all = append(all, product{"what " + h.name() + " gets", got, due, h.fd(), c != nil && !c.listens()})
	}
	return all
}

// diagnose says why the program does not do what was expected: the first of
// these that the trace shows.
func (e *Examiner) diagnose(expected string) *Feedback {
	return e.feedback(expected, first(e.forks, e.noRecords, e.suspect, e.expired, e.spins, e.floods, e.death, e.noise, e.blocked, e.detained,
		e.unopened, e.unseen, e.swallowed, e.keptOpen, stuck))
}

func stuck() *Finding {
	return Find(Stuck, "it did not happen, however long the grader waited, and nothing in the trace says why")
}

// keptOpen: the end of a source was read, its event was deleted, and it was not closed.
func (e *Examiner) keptOpen() *Finding {
	for _, h := range e.hands {
		f := h.fd()
		if f != nil && f.Closed == 0 && f.Ends.Now > 0 && f.Watched() == 0 && f.Blocked == 0 {
			return Find(LeftOpen, fmt.Sprintf("a read of %s gave 0, the end of file; no event is pending on it any more, and it was not closed",
				safe(f.Name())), f).Decides(readGave(f, 0))
		}
	}
	return nil
}

// readGave says of a record whether it is a read of the fd that gave n.
func readGave(f *world.FD, n int64) func(*world.Entry) bool {
	return func(r *world.Entry) bool {
		return r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == f.Number && r.A == n
	}
}

// refusedCall says of a record whether it is a call on the fd that gave EAGAIN.
func refusedCall(f *world.FD, call world.Call) func(*world.Entry) bool {
	return func(r *world.Entry) bool {
		return r.Kind == trace.CallEnd && r.Call == call && r.FD == f.Number && r.B == int64(unix.EAGAIN)
	}
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

// floods: it prints without end. Where that is because its loop spins, the spin
// has been told.
func (e *Examiner) floods() *Finding {
	if total, cut := e.run.Output().Size(); cut > 0 {
		return Find(Floods, fmt.Sprintf("the program has printed %d bytes", total))
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

// spins: it is awake for nothing, or was.
func (e *Examiner) spins() *Finding {
	for _, f := range e.world.FDs {
		spin, ok := diagnosis.Spins(f, diagnosis.Ever)
		if ok && spin.Cause == diagnosis.PushedAgain && e.refusable != nil && spin.Count <= e.refusable(f) {
			continue
		}
		if ok {
			return e.spin(spin)
		}
	}
	if e.flood() {
		return Find(Polling, fmt.Sprintf("%d records in a row, and no byte was read or written: the loop never sleeps", keep))
	}
	return nil
}

// spin tells what an fd spins for.
func (e *Examiner) spin(spin diagnosis.Finding) *Finding {
	f, name := spin.FD, safe(spin.FD.Name())
	switch spin.Cause {
	case diagnosis.EndReadAgain:
		return Find(EndIgnored, fmt.Sprintf("%d reads in a row of %s gave 0, the end of file", f.Ends.Most, name), f).Decides(readGave(f, 0))
	case diagnosis.AskedInside:
		return Find(EagainGoesOn, fmt.Sprintf("inside one callback, %d reads in a row of %s found nothing (EAGAIN)", spin.Count, name), f).Decides(refusedCall(f, world.CallRead))
	case diagnosis.AskedAgain:
		return Find(Polling, fmt.Sprintf("%d reads in a row of %s found nothing (EAGAIN)", spin.Count, name), f)
	case diagnosis.PushedInside:
		return Find(WriteRetried, fmt.Sprintf("inside one callback, %d writes in a row to %s found no room (EAGAIN)", spin.Count, name), f).Decides(refusedCall(f, world.CallWrite))
	case diagnosis.PushedAgain:
		return Find(WriteRetried, fmt.Sprintf("%d writes in a row to %s found no room (EAGAIN)", spin.Count, name), f)
	case diagnosis.RoomNotUsed:
		return Find(AlwaysWritable, fmt.Sprintf("the callback of %s was told %s times in a row that it may write, and wrote nothing",
			name, atLeast(spin.Count, e.ended)), f)
	}
	return Find(NeverDrained, fmt.Sprintf("the callback of %s ran %s times in a row and took nothing: the fd was never drained",
		name, atLeast(spin.Count, e.ended)), f)
}

// atLeast says a number that still grows when the program is cut short.
func atLeast(n int64, final bool) string {
	if n >= diagnosis.ForEver && !final {
		return fmt.Sprintf("%d and more", diagnosis.ForEver)
	}
	return strconv.FormatInt(n, 10)
}

// death: it has ended too early.
func (e *Examiner) death() *Finding {
	if !e.ended {
		return nil
	}
	exit := e.run.Exit()
	exit.Said = "" // they follow, whoever ended it
	saw := "the program " + exit.String()
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
		return Find(ClosedWatched, orphaned(orphan)+"; "+saw, orphan)
	}
	if f := e.refused(); f != nil {
		return Find(AgainIsEnd, "a read of "+safe(f.Name())+" gave EAGAIN, and the program ended for it; "+saw, f)
	}
	switch {
	case exit.Code != 0:
		return Find(GaveUp, saw)
	case failed:
		return Find(ErrorIgnored, saw+"; dispatch had returned: "+safe(returned.Text), e.handFDs()...)
	}
	if ran {
		saw += "; dispatch had returned: " + safe(returned.Text)
	}
	empty := ran && returned.Reason == trace.LoopNoEvents
	if empty && !e.added() {
		return Find(NeverAdded, saw+", and no event was ever added", e.handFDs()...)
	}
	if ran && (returned.Reason == trace.LoopBroken || returned.Reason == trace.LoopExited) {
		return Find(BrokenOff, saw, e.handFDs()...)
	}
	if e.world.Loops() > 0 && e.meant(EndedEarly) == EndedEarly {
		if e.inCallback() {
			return Find(ExitsInside, saw+", from inside a callback", e.handFDs()...)
		}
		return Find(MainReturned, fmt.Sprintf("%s; a loop ran still: %s", saw, e.running()), e.handFDs()...)
	}
	for _, h := range e.hands {
		if f := h.fd(); f != nil && empty && diagnosis.HasFired(f) {
			return Find(OneShot, saw, f)
		}
	}
	return Find(EndedEarly, saw, e.handFDs()...)
}

// added reports whether an event was, once.
func (e *Examiner) added() bool {
	return slices.ContainsFunc(e.world.Bases, func(b world.Base) bool { return b.Adds > 0 })
}

// refused returns the world's fd that the program ended for because a read of it
// gave EAGAIN, or nil: that read was its last call, and before the callback
// returned, it deleted the event, closed the fd or died.
func (e *Examiner) refused() *world.FD {
	returned, gave := false, false
	for _, r := range slices.Backward(e.entries) {
		switch r.Kind {
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

// anyNumber asks for an orphan of any number.
const anyNumber = -1

func orphaned(f *world.FD) string {
	return safe(f.Name()) + " was closed while an event was pending on it"
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

// noise: the program puts out what is not due.
func (e *Examiner) noise() *Finding {
	for _, p := range e.products() {
		if strings.HasPrefix(p.due, p.got) {
			continue
		}
		n := 0
		for n < len(p.got) && n < len(p.due) && p.got[n] == p.due[n] {
			n++
		}
		return Find(Noise, fmt.Sprintf("after %d right bytes, %s goes on with %s, and should with %s",
			n, p.name, excerpt(p.got[n:]), excerpt(p.due[n:])), e.about(p)...)
	}
	return nil
}

// about returns the fds that a product has to do with.
func (e *Examiner) about(p product) []*world.FD {
	if p.fd != nil {
		return []*world.FD{p.fd}
	}
	return e.handFDs()
}

func excerpt(s string) string {
	if s == "" {
		return "nothing"
	}
	if len(s) > 40 {
		return strconv.QuoteToASCII(s[:40]) + "..."
	}
	return strconv.QuoteToASCII(s)
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
		for _, h := range e.hands {
			if other := h.fd(); other != f && h.unread() > 0 {
				saw += fmt.Sprintf(", and %d bytes of %s wait", h.unread(), h.name())
				about = append(about, other)
			}
		}
		if inside {
			return Find(BlockedInCallback, "inside a callback, "+saw, about...)
		}
		return Find(Blocked, saw, about...)
	}
	return nil
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
		waits := fmt.Sprintf("%d bytes of %s wait in the kernel", n, h.name())
		switch why.Cause {
		case diagnosis.Fired:
			return Find(OneShot, waits+", and its event fired once and is pending no more", f)
		case diagnosis.OnlyForWriting:
			return Find(WatchedForWrite, waits+", and its event is for writing", f)
		case diagnosis.ToldOnce:
			return Find(EdgeLeft, waits+"; its edge-triggered event was told once, and the loop sleeps", f)
		}
		if other := diagnosis.Orphan(e.world, f.Number); other != nil {
			return Find(ClosedWatched, fmt.Sprintf("%s, and no event watches it; its number was that of another fd: %s", waits, orphaned(other)), f)
		}
		return Find(NotWatched, waits+", and no event watches it", f)
	}
	return nil
}

// swallowed: all was read, and not passed on.
func (e *Examiner) swallowed() *Finding {
	for _, h := range e.hands {
		if h.unread() > 0 {
			return nil
		}
	}
	for _, p := range e.products() {
		if len(p.got) < len(p.due) && !p.deaf {
			return Find(Unanswered, fmt.Sprintf("all bytes were read, but %s ends before %s", p.name, excerpt(p.due[len(p.got):])), e.about(p)...).Decides(e.ShortWrite(p.fd))
		}
	}
	return nil
}

// ShortWrite says of a record whether it is the first write to the fd that took less than
// the program had read from it and not written yet.
func (e *Examiner) ShortWrite(f *world.FD) func(*world.Entry) bool {
	if f == nil {
		return nil
	}
	owed, short := int64(0), uint64(0)
	e.Each(func(r *world.Entry) {
		switch {
		case r.FD != f.Number || r.Time < f.Opened || r.Kind != trace.CallEnd:
		case r.Call == world.CallRead:
			owed += max(0, r.A)
		case r.Call == world.CallWrite:
			if owed -= max(0, r.A); owed > 0 && short == 0 {
				short = r.Seq
			}
		}
	})
	return func(r *world.Entry) bool { return short != 0 && r.Seq == short }
}

func (e *Examiner) handFDs() (fds []*world.FD) {
	for _, h := range e.hands {
		if f := h.fd(); f != nil {
			fds = append(fds, f)
		}
	}
	return fds
}
