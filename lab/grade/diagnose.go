package grade

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

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
	if l.since.IsZero() || len(e.entries) != l.records || output != l.output {
		l.records, l.output, l.since, l.looks = len(e.entries), output, time.Now(), 0
		return false
	}
	if time.Since(l.since) < settled || e.inCallback() { // see doze
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
	if len(e.entries) == 0 {
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
	if e.ended || e.flood || !e.alone || cut > 0 || e.noisy() {
		return true
	}
	if len(e.entries) == 0 && e.mute.over(e) {
		return true
	}
	for _, f := range e.tally.fds {
		if f.Untaken >= spinning || f.Ends >= manyEnds || max(f.Refused, f.NoRoom) >= 100*spinning || max(f.within, f.crammed) >= manyPolls {
			return true
		}
	}
	return false
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
	fd       *FD
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
	if f := e.first(expected, e.forks, e.noRecords, e.suspect, e.expired, e.spins, e.floods, e.death, e.noise, e.blocked, e.detained,
		e.unopened, e.unseen, e.swallowed); f != nil {
		return f
	}
	return e.feedback(expected, "it did not happen, however long the grader waited", Stuck)
}

// forks: it does not play alone.
func (e *Examiner) forks() (*Misconception, string, []*FD) {
	if !e.alone {
		return Forks, "the program started another program", nil
	}
	return nil, "", nil
}

// expired: an event on an fd has a timeout that is over at once.
func (e *Examiner) expired() (*Misconception, string, []*FD) {
	for _, f := range e.tally.fds {
		if f.Expired > 0 {
			return ZeroTimeout, fmt.Sprintf("an event was added on %s with a timeout of 0, and its callback was called for that, not for something to read",
				safe(f.Name())), []*FD{f}
		}
	}
	return nil, "", nil
}

// floods: it prints without end. Where that is because its loop spins, the spin
// has been told.
func (e *Examiner) floods() (*Misconception, string, []*FD) {
	if total, cut := e.run.Output().Size(); cut > 0 {
		return Floods, fmt.Sprintf("the program has printed %d bytes", total), nil
	}
	return nil, "", nil
}

// noRecords: the program leaves no trace.
func (e *Examiner) noRecords() (*Misconception, string, []*FD) {
	if len(e.entries) > 0 {
		return nil, "", nil
	}
	if m, saw, _ := e.floods(); m != nil {
		return m, saw, nil
	}
	if e.ended && (e.run.Exit().Code != 0) {
		return e.death()
	}
	saw := "the program runs, and its trace is empty"
	if e.ended {
		saw = "the program has ended (" + e.run.Exit().String() + "), and its trace is empty"
	}
	return NoTrace, saw, nil
}

// spins: it is awake for nothing.
func (e *Examiner) spins() (*Misconception, string, []*FD) {
	for _, f := range e.tally.fds {
		switch {
		case f.MostEnds >= manyCalls:
			return EndIgnored, fmt.Sprintf("%d reads in a row of %s gave 0, the end of file", f.MostEnds, safe(f.Name())), []*FD{f}
		case f.within >= manyPolls:
			return EagainGoesOn, fmt.Sprintf("inside one callback, %d reads in a row of %s found nothing (EAGAIN)", f.within, safe(f.Name())), []*FD{f}
		case f.MostRefused >= spinning:
			return Polling, fmt.Sprintf("%d reads in a row of %s found nothing (EAGAIN)", f.MostRefused, safe(f.Name())), []*FD{f}
		case f.crammed >= manyPolls:
			return WriteRetried, fmt.Sprintf("inside one callback, %d writes in a row to %s found no room (EAGAIN)", f.crammed, safe(f.Name())), []*FD{f}
		case f.MostNoRoom >= spinning:
			return WriteRetried, fmt.Sprintf("%d writes in a row to %s found no room (EAGAIN)", f.MostNoRoom, safe(f.Name())), []*FD{f}
		case f.MostUntaken >= manyCalls && f.Why&(trace.Readable|trace.Writable) == trace.Writable:
			return AlwaysWritable, fmt.Sprintf("the callback of %s was told %s times in a row that it may write, and wrote nothing",
				safe(f.Name()), atLeast(f.MostUntaken, e.ended)), []*FD{f}
		case f.MostUntaken >= manyCalls:
			return NeverDrained, fmt.Sprintf("the callback of %s ran %s times in a row and took nothing: the fd was never drained",
				safe(f.Name()), atLeast(f.MostUntaken, e.ended)), []*FD{f}
		}
	}
	if e.flood {
		return Polling, fmt.Sprintf("more than %d records: the loop never sleeps", keep), nil
	}
	return nil, "", nil
}

// atLeast says a number that still grows when the program is cut short.
func atLeast(n int64, final bool) string {
	if n >= spinning && !final {
		return fmt.Sprintf("%d and more", spinning)
	}
	return strconv.FormatInt(n, 10)
}

// death: it has ended too early.
func (e *Examiner) death() (*Misconception, string, []*FD) {
	if !e.ended {
		return nil, "", nil
	}
	exit := e.run.Exit()
	saw := "the program " + exit.String()
	if last := e.lastWords(); last != "" {
		saw += "; its last words: " + last
	}
	orphan, failed := e.orphan(-1), e.tally.loopEnd == "error"
	switch {
	case minusOne.MatchString(saw):
		return MinusOne, saw + e.crashedAt(), nil
	case exit.Signal != "" || exit.Code == 2:
		return Crashed, saw + e.crashedAt(), nil
	case failed && orphan != nil && orphan.Closed < e.tally.loopEnded:
		return ClosedWatched, orphaned(orphan) + "; " + saw, []*FD{orphan}
	}
	if f := e.refused(); f != nil {
		return AgainIsEnd, "a read of " + safe(f.Name()) + " gave EAGAIN, and the program ended for it; " + saw, []*FD{f}
	}
	switch {
	case exit.Code != 0:
		return GaveUp, saw, nil
	case failed:
		return ErrorIgnored, saw + "; dispatch had returned: error", e.handFDs()
	}
	if e.tally.loopEnd != "" {
		saw += "; dispatch had returned: " + e.tally.loopEnd
	}
	if e.tally.loopEnd == "no events left" && !e.tally.added {
		return NeverAdded, saw + ", and no event was ever added", e.handFDs()
	}
	if e.tally.loopEnd == "broken off" || e.tally.loopEnd == "exited" {
		return BrokenOff, saw, e.handFDs()
	}
	if n := e.tally.loops; n > 0 && e.means[EndedEarly] == nil {
		if e.inCallback() {
			return ExitsInside, saw + ", from inside a callback", e.handFDs()
		}
		return MainReturned, fmt.Sprintf("%s; a loop ran still: %s", saw, e.running()), e.handFDs()
	}
	for _, h := range e.hands {
		if f := h.fd(); f != nil && e.tally.loopEnd == "no events left" && f.Added != 0 && f.Added&trace.Persist == 0 && f.Callbacks > 0 {
			return OneShot, saw, []*FD{f}
		}
	}
	return EndedEarly, saw, e.handFDs()
}

// refused returns the world's fd that the program ended for because a read of it
// gave EAGAIN, or nil: that read was its last call, and before the callback
// returned, it deleted the event, closed the fd or died.
func (e *Examiner) refused() *FD {
	returned, gave := false, false
	for _, r := range slices.Backward(e.entries) {
		switch r.Kind {
		case trace.CallbackEnd:
			returned, gave = true, false
		case trace.Del, trace.Close:
			gave = true
		case trace.CallEnd:
			if r.text != "read" || r.B != int64(unix.EAGAIN) || returned && !gave {
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

// orphan returns an fd that was closed while an event was pending on it, or
// nil. It had the number, or any if that is negative.
func (e *Examiner) orphan(number int32) *FD {
	for _, f := range e.tally.fds {
		if f.Orphaned && (number < 0 || f.Number == number) {
			return f
		}
	}
	return nil
}

func orphaned(f *FD) string {
	return safe(f.Name()) + " was closed while an event was pending on it"
}

// lastWords is what the program said on standard error: the line that begins a
// panic, or the last one.
func (e *Examiner) lastWords() string {
	words := ""
	for _, line := range e.run.Output().Lines() {
		if line.Stream != launch.Stderr || len(line.Bytes) == 0 {
			continue
		}
		words = line.Quoted()
		if deathCry.MatchString(words) {
			break
		}
	}
	return words
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
func (e *Examiner) noise() (*Misconception, string, []*FD) {
	for _, p := range e.products() {
		if strings.HasPrefix(p.due, p.got) {
			continue
		}
		n := 0
		for n < len(p.got) && n < len(p.due) && p.got[n] == p.due[n] {
			n++
		}
		return Noise, fmt.Sprintf("after %d right bytes, %s goes on with %s, and should with %s",
			n, p.name, excerpt(p.got[n:]), excerpt(p.due[n:])), e.about(p)
	}
	return nil, "", nil
}

// about returns the fds that a product has to do with.
func (e *Examiner) about(p product) []*FD {
	if p.fd != nil {
		return []*FD{p.fd}
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
func (e *Examiner) blocked() (*Misconception, string, []*FD) {
	for _, f := range e.tally.fds {
		if f.Pending == "" || f.Closed != 0 {
			continue
		}
		saw := fmt.Sprintf("a thread is blocked in %s on %s", f.Pending, safe(f.Name()))
		about := []*FD{f}
		for _, h := range e.hands {
			if other := h.fd(); other != f && h.unread() > 0 {
				saw += fmt.Sprintf(", and %d bytes of %s wait", h.unread(), h.name())
				about = append(about, other)
			}
		}
		if f.Inside {
			return BlockedInCallback, "inside a callback, " + saw, about
		}
		return Blocked, saw, about
	}
	return nil, "", nil
}

// unopened: a source has no other end.
func (e *Examiner) unopened() (*Misconception, string, []*FD) {
	for _, h := range e.hands {
		if h.fd() == nil {
			m, saw := h.missing()
			return m, saw, nil
		}
	}
	return nil, "", nil
}

// unseen: bytes wait in the kernel.
func (e *Examiner) unseen() (*Misconception, string, []*FD) {
	for _, h := range e.hands {
		n, f := h.unread(), h.fd()
		if n == 0 {
			continue
		}
		waits := fmt.Sprintf("%d bytes of %s wait in the kernel", n, h.name())
		switch {
		case f == nil:
			continue
		case f.Watched == 0 && f.Added != 0 && f.Added&trace.Persist == 0 && f.Callbacks > 0:
			return OneShot, waits + ", and its event fired once and is pending no more", []*FD{f}
		case f.Watched == 0 && e.orphan(f.Number) != nil:
			return ClosedWatched, fmt.Sprintf("%s, and no event watches it; its number was that of another fd: %s",
				waits, orphaned(e.orphan(f.Number))), []*FD{f}
		case f.Watched == 0:
			return NotWatched, waits + ", and no event watches it", []*FD{f}
		case f.ever&trace.Readable == 0:
			return WatchedForWrite, waits + ", and its event is for writing", []*FD{f}
		case f.Watched&trace.EdgeTrig != 0:
			return EdgeLeft, waits + "; its edge-triggered event was told once, and the loop sleeps", []*FD{f}
		}
	}
	return nil, "", nil
}

// swallowed: all was read, and not passed on.
func (e *Examiner) swallowed() (*Misconception, string, []*FD) {
	for _, h := range e.hands {
		if h.unread() > 0 {
			return nil, "", nil
		}
	}
	for _, p := range e.products() {
		if len(p.got) < len(p.due) && !p.deaf {
			return Unanswered, fmt.Sprintf("all bytes were read, but %s ends before %s", p.name, excerpt(p.due[len(p.got):])), e.about(p)
		}
	}
	return nil, "", nil
}

func (e *Examiner) handFDs() (fds []*FD) {
	for _, h := range e.hands {
		if f := h.fd(); f != nil {
			fds = append(fds, f)
		}
	}
	return fds
}
