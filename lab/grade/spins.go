package grade

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"fdlab/lab/diagnosis"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// spins: it is awake for nothing, or was.
func (e *Examiner) spins() *Finding {
	for _, f := range e.world.FDs {
		spin, ok := diagnosis.Spins(f, diagnosis.Ever)
		if ok && spin.Cause == diagnosis.NothingTaken {
			e.letSpin()
			spin, ok = diagnosis.Spins(f, diagnosis.Ever)
		}
		if ok && spin.Cause == diagnosis.PushedAgain && e.refusable != nil && spin.Count <= e.refusable(f) {
			continue
		}
		if ok {
			found := e.spin(spin)
			if spin.Cause != diagnosis.EndReadAgain { // what was waited for is its end, most of the time
				found.Instead("a program that has nothing to do sleeps until there is something")
			}
			return found
		}
	}
	if e.circles >= diagnosis.ForEver {
		return Find(LoopsInCircle, fmt.Sprintf("a loop was entered %d times and more in a row, asked the kernel, did not wait, and returned", diagnosis.ForEver)).
			Decides(func(r *world.Entry) bool { return r.Kind == trace.WaitEnd }, loopEnded)
	}
	if e.flood() {
		return Find(Restless, fmt.Sprintf("%d records in a row, and no byte was read or written", keep))
	}
	return nil
}

// letSpin lets a program that spins go on for a while: reads that move nothing are recorded once in a millisecond
// (lab/sys/again.go), and callbacks that seem to have taken nothing may have found the end of file.
func (e *Examiner) letSpin() {
	before := e.signs
	for end := time.Now().Add(patrol / 4); e.signs < before+10_000 && !e.ended && time.Now().Before(end); time.Sleep(time.Millisecond) {
		e.pump()
	}
}

// spin tells what an fd spins for.
func (e *Examiner) spin(spin diagnosis.Finding) *Finding {
	f, name := spin.FD, safe(spin.FD.Name())
	switch spin.Cause {
	case diagnosis.EndReadAgain:
		m := EndIgnored
		if f.Added == 0 { // no event is to blame
			m = EndReadOn
		}
		return Find(m, fmt.Sprintf("%d reads in a row of %s gave 0, the end of file", f.Ends.Most, name), f).Decides(readGave(f, 0))
	case diagnosis.AskedInside:
		return Find(EagainGoesOn, fmt.Sprintf("inside one callback, %d reads in a row of %s found nothing (EAGAIN)", spin.Count, name), f).Decides(Refused(f, world.CallRead))
	case diagnosis.AskedAgain:
		return Find(e.pollsHow(f), fmt.Sprintf("%d reads in a row of %s found nothing (EAGAIN)", spin.Count, name), f)
	case diagnosis.PushedInside:
		return Find(WriteRetried, fmt.Sprintf("inside one callback, %d writes in a row to %s found no room (EAGAIN)", spin.Count, name), f).Decides(Refused(f, world.CallWrite))
	case diagnosis.PushedAgain:
		return Find(WriteRetried, fmt.Sprintf("%d writes in a row to %s found no room (EAGAIN)", spin.Count, name), f).Decides(Refused(f, world.CallWrite))
	case diagnosis.RoomNotUsed:
		return Find(AlwaysWritable, fmt.Sprintf("the callback of %s was told %s times in a row that it may write, and wrote nothing",
			name, atLeast(spin.Count, e.ended)), f).Decides(func(r *world.Entry) bool {
			return r.Kind == trace.CallbackBegin && r.FD == f.Number && r.What()&(trace.Readable|trace.Writable) == trace.Writable
		})
	}
	ran := fmt.Sprintf("the callback of %s ran %s times", name, atLeast(spin.Count, e.ended))
	if f.Untaken.Now < spin.Count { // the last of them may have done it
		return Find(NeverDrained, ran+" until anything was taken", f)
	}
	return Find(NeverDrained, ran+" in a row and took nothing", f)
}

// atLeast says a number that still grows when the program is cut short.
func atLeast(n int64, final bool) string {
	if n >= diagnosis.ForEver && !final {
		return fmt.Sprintf("%d and more", diagnosis.ForEver)
	}
	return strconv.FormatInt(n, 10)
}

// polls: a clock wakes it, again and again, to read what is not there.
func (e *Examiner) polls() *Finding {
	for _, f := range e.world.FDs {
		if asks, ok := diagnosis.Asks(f); ok {
			return Find(e.pollsHow(f), fmt.Sprintf("while nothing came, %d reads in a row of %s found nothing (EAGAIN)", asks.Count, safe(f.Name())), f).
				Decides(Refused(f, world.CallRead))
		}
	}
	return nil
}

// tooOften is a timeout that wakes a loop for nothing. An exercise may ask for longer ones, and on a
// busy machine many of these may be over before the program is seen to sleep.
const tooOften = 50 * time.Millisecond

// timesOut: short timeouts wake it, again and again, while nothing comes. before is how many records
// there were when the silence began.
func (e *Examiner) timesOut(before int) *Finding {
	called, timer := 0, false
	var about *world.FD
	short := map[int32]bool{} // the fds (or NoFD) that were added with one
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.Add && r.B > 0 {
			short[r.FD] = time.Duration(r.B) <= tooOften
		}
	})
	for i := min(before, len(e.entries)); i < len(e.entries); i++ {
		r := &e.entries[i]
		switch {
		case r.Kind == trace.CallEnd && r.A > 0:
			return nil
		case r.Kind == trace.CallbackBegin && r.What()&trace.Timeout != 0 && short[r.FD]:
			called++
			timer = r.FD == trace.NoFD
			about = e.world.FDByNumber(r.FD)
		}
	}
	if called < int(diagnosis.Often) {
		return nil
	}
	m, whose := OwnTimeout, "events'"
	if timer {
		m, whose = PollsByClock, "timers'"
	}
	return Find(m, fmt.Sprintf("while nothing came, %s timeouts were over %d times, and each time woke a loop", whose, called), about)
}

// pollsHow says what makes a program read the fd again and again: a timer, the timeout of the fd's own event, or nothing.
func (e *Examiner) pollsHow(f *world.FD) *Misconception {
	in := e.insideOf(LastCall(f, world.CallRead))
	switch {
	case in.Number == 0 || in.Why&(trace.Readable|trace.Timeout) != trace.Timeout:
		return Polling
	case in.FD == trace.NoFD:
		return PollsByClock
	case in.FD == f.Number:
		return OwnTimeout
	}
	return Polling
}

// retries: a clock wakes it, again and again, to write where there is no room. before is
// how many writes had been refused when the silence began.
func (e *Examiner) retries(before map[*world.FD]int64) *Finding {
	for _, f := range e.world.FDs {
		if n := f.NoRoom.Now - before[f]; n >= diagnosis.Often && f.Watched()&trace.Writable == 0 {
			return Find(RetriedByClock, fmt.Sprintf("while nobody read, %d writes to %s found no room (EAGAIN), and no event waits for room", n, safe(f.Name())),
				f).Decides(Refused(f, world.CallWrite))
		}
	}
	return nil
}

// byClock: the last of many writes to the fd that found no room was made in the callback
// of a timer.
func (e *Examiner) byClock(f *world.FD) *Finding {
	if f == nil || f.NoRoom.Now < diagnosis.InOne {
		return nil
	}
	refused := Refused(f, world.CallWrite)
	for _, r := range slices.Backward(e.entries) {
		if !refused(&r) {
			continue
		}
		if r.Inside.Number == 0 || r.Inside.FD != trace.NoFD || r.Inside.Why&trace.Timeout == 0 {
			return nil
		}
		return Find(RetriedByClock, fmt.Sprintf("%d writes in a row to %s found no room (EAGAIN), and a timer's callback tries again",
			f.NoRoom.Now, safe(f.Name())), f).Decides(refused)
	}
	return nil
}

const (
	restsFor   = 200 * time.Millisecond // of sleep, in which it is counted how often a thread wakes
	fewWakings = 5                      // as often it may: a signal, or a timeout that is long
)

// wakesByClock: a program that waits by itself leaves no record of its waits. If its wait has
// a timeout that is over again and again, the threads that read are woken for nothing: the
// kernel counts it. Only time in which the program sleeps is measured, so that a busy machine
// shows the same. A thread that has read, and does not wait in select or poll now, is none of
// them: Go moves a goroutine to another thread, and the old one may take notes for the trace.
func (e *Examiner) wakesByClock() *Finding {
	readers := map[uint32]bool{}
	for _, f := range e.handFDs() {
		for _, thread := range f.Threads {
			if selects(e.run.Pid(), thread) {
				readers[thread] = true
			}
		}
	}
	woken := func() (n int) {
		for thread := range readers {
			n += wakings(e.run.Pid(), thread)
		}
		return n
	}
	before, records := woken(), e.signs
	e.Slumber(restsFor)
	n := woken() - before
	if n <= fewWakings || e.signs != records {
		return nil
	}
	return Find(OwnTimeout, fmt.Sprintf("while nothing came, the thread that waits was woken %d times in %v of sleep, all together: its wait has a timeout",
		n, restsFor), e.handFDs()...)
}
