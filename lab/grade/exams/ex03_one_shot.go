package exams

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"fdlab/lab/grade"
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// work is how long a job takes, at least.
const work = 20 * time.Millisecond

// oneShot: one job at a time. What decides is the order of the trace (when was
// the event added again?), not who was faster.
var oneShot = &grade.Exam{
	Exercise: "03-one-shot",
	Verbatim: true,
	Checks: []string{
		"the first job is done",
		"the next one too",
		"one at a time",
		"the end",
	},
	Starter: notRearmed,
	Means:   map[*grade.Misconception]*grade.Misconception{grade.OneShot: notRearmed},
	Play: func(e *grade.Examiner) {
		jobs := e.FIFO("jobs")
		suspects(e, refusedOutside, strikesAgain, func(e *grade.Examiner) *grade.Finding { return leftWorking(e, jobs) },
			func(e *grade.Examiner) *grade.Finding { return waitedTooLong(e, jobs) }, func(e *grade.Examiner) *grade.Finding { return readsItself(e, jobs) })
		e.Start(jobs.Path)
		does := func(job, expected string) {
			e.Due(job)
			jobs.Say(job)
			asOne(e, jobs, expected)
		}

		e.Check("the first job is done")
		jobs.Opened()
		does("job 1\n", "a job comes, and when it is done the program prints it")

		e.Check("the next one too")
		does("job 2, 100% done\n", "another job comes, and the program does it too")
		does("  job 3 has\ntwo lines\n", "a job of two lines comes, which begins with spaces: the program does it, and prints all of it")
		e.Means(grade.Unanswered, emptyIsNone)
		does("\n", "an empty line is a job, too")
		e.Means(grade.Unanswered, onlyLines)
		does("job 5 has no newline", "a job comes without a newline at its end: it is printed like that")
		e.Means(grade.Unanswered, nil)
		e.Pause(3 * work) // one that waits only for so long has stopped by then
		does("\njob 6\n", "after a while another job comes, and the program does it too")

		e.Check("one at a time")
		armed(e, jobs.FD())
		takesTime(e, jobs.FD())
		afterTheWork(e, jobs)
		comesAfterARead(e, jobs)
		e.Due("job 7\njob 8\n")
		jobs.Say("job 7\n")
		jobs.Taken()
		jobs.Say("job 8\n") // it comes while the program works
		e.Answered("job 8 comes while job 7 is being done; job 7 is printed, then job 8")
		armed(e, jobs.FD())
		takesTime(e, jobs.FD())
		e.Calm("without a job the program sleeps")

		e.Check("the end")
		jobs.End()
		e.Ends("the FIFO ends: nothing is added any more, dispatch returns, and all is closed", grade.NeverCut)
	},
}

// asOne waits until all that is due was printed, and requires that the program does not sleep when it has printed only a part
// of what a read gave.
func asOne(e *grade.Examiner, jobs *grade.FIFO, expected string) {
	still := e.Stillness()
	e.Await(expected, func() bool {
		got := e.Printed()
		begins, read := partOf(e, jobs, len(got))
		switch {
		case read == 0 || !strings.HasPrefix(e.IsDue(), got):
			still = e.Stillness()
		case still() && e.Printed() == got:
			e.RuleOut("what one read gives is one job: when it is done, all of it is printed", grade.Find(partOfJob, fmt.Sprintf("of a job that was read %s was printed; then the program slept, and the rest was not printed yet",
				grade.Excerpt(got[begins:])), jobs.FD()).Decides(grade.Numbered(read), func(r *world.Entry) bool { return r.Kind == trace.WaitBegin }))
		}
		return got == e.IsDue()
	})
}

// partOf returns the read that gave bytes before and after byte n of all that were read, and which of them was its first;
// 0 if there is none.
func partOf(e *grade.Examiner, jobs *grade.FIFO, n int) (begins int, read uint64) {
	at := 0
	e.Each(func(r *world.Entry) {
		if r.Kind != trace.CallEnd || r.Call != world.CallRead || r.FD != jobs.FD().Number || r.A <= 0 {
			return
		}
		if end := at + int(r.A); at < n && n < end {
			begins, read = at, r.Seq
		}
		at += int(r.A)
	})
	return begins, read
}

// strikesAgain looks for a timer that struck when nobody had added it.
func strikesAgain(e *grade.Examiner) *grade.Finding {
	added, struck := 0, 0
	e.Each(func(r *world.Entry) {
		switch {
		case r.FD != trace.NoFD:
		case r.Kind == trace.Add:
			added++
		case r.Kind == trace.CallbackBegin && r.What()&trace.Timeout != 0:
			struck++
		}
	})
	if added == 0 || struck <= added {
		return nil
	}
	return grade.Find(timerPersists, fmt.Sprintf("the timer was added %d times, and its callback ran %d times", added, struck)).Decides(timerBegins)
}

// leftWorking looks whether the loop returned when a job was read, and the base
// knew of no work.
func leftWorking(e *grade.Examiner, jobs *grade.FIFO) *grade.Finding {
	timers, returned, last := 0, false, int64(0) // what the last read gave
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallRead {
			last = r.A
		}
		if r.Kind == trace.Add && r.FD == trace.NoFD {
			timers++
		}
		returned = returned || r.Kind == trace.LoopEnd && r.Reason() == trace.LoopNoEvents
	})
	d := jobs.FD()
	if !returned || timers > 0 || d == nil || last <= 0 {
		return nil
	}
	return grade.Find(worksOutside, "a job was read, no timer was ever added for its work, and dispatch returned: no events left", d)
}

// readsItself looks whether the loop returned when the timer's callback had read the FIFO, and found nothing.
func readsItself(e *grade.Examiner, jobs *grade.FIFO) *grade.Finding {
	d, read, returned := jobs.FD(), uint64(0), false
	if d == nil {
		return nil
	}
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == d.Number:
			if read = 0; r.Inside.Number != 0 && r.Inside.FD == trace.NoFD && r.A < 0 {
				read = r.Seq
			}
		case r.Kind == trace.LoopEnd:
			returned = r.Reason() == trace.LoopNoEvents
		}
	})
	if read == 0 || !returned {
		return nil
	}
	return grade.Find(readsNextItself, "the timer's callback has read the FIFO itself and found nothing (EAGAIN); no event was added, and dispatch returned", d).
		Decides(grade.Numbered(read))
}

// waitedTooLong looks whether the event on the FIFO is no longer pending because its timeout was over.
func waitedTooLong(e *grade.Examiner, jobs *grade.FIFO) *grade.Finding {
	d := jobs.FD()
	if d == nil || d.Watched() != 0 {
		return nil
	}
	timeout, over := time.Duration(0), uint64(0) // of the last Add; the record that says so
	e.Each(func(r *world.Entry) {
		switch {
		case r.FD != d.Number:
		case r.Kind == trace.Add:
			timeout, over = time.Duration(r.B), 0
		case r.Kind == trace.Del:
			over = 0
		case r.Kind == trace.CallbackBegin && r.What()&(trace.Timeout|trace.Readable) == trace.Timeout && timeout > 0:
			over = r.Seq
		}
	})
	if over == 0 {
		return nil
	}
	return grade.Find(rearmedWithTimeout, fmt.Sprintf("the event was added with a timeout of %v; its callback was called because the time was over, and it was not added again",
		timeout), d).Decides(grade.Numbered(over))
}

// armed requires that nobody watched the FIFO while a job was being done: the
// event was added again by the timer that ended the job, and not before.
func armed(e *grade.Examiner, jobs *world.FD) {
	const expected = "the FIFO is watched again only when the job is done: in the callback of the timer"
	timers := 0
	pending, addedIn := false, int64(0) // the event; in which callback it was added
	readIn := int64(0)                  // in which callback a job was read: one that finds none may add the event
	var early, stayed bool
	var began int64                             // the callback of the FIFO
	shortest := int64(time.Hour)                // of those that read a job
	var watched, posted func(*world.Entry) bool // the record that shows it
	this := func(r *world.Entry) func(*world.Entry) bool {
		seq := r.Seq
		return grade.Numbered(seq)
	}
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.CallbackBegin && r.FD == jobs.Number:
			began = r.Time
		case r.Kind == trace.CallbackEnd && r.FD == jobs.Number && readIn == r.Inside.Number:
			shortest = min(shortest, r.Time-began)
		case r.Kind == trace.Add && r.FD == jobs.Number && readIn == r.Inside.Number && r.B >= 0:
			watched = this(r)
		case r.Kind == trace.Add && r.FD == jobs.Number && r.Inside.Posted():
			posted = this(r)
		}
		switch {
		case r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == jobs.Number && r.A > 0:
			readIn = r.Inside.Number
		case r.Kind == trace.CallbackEnd && r.Inside.FD == jobs.Number && pending && readIn == r.Inside.Number:
			added := addedIn == r.Inside.Number
			early, stayed = early || added, stayed || !added
		case r.Kind == trace.Add && r.FD == trace.NoFD:
			timers++
		case r.Kind == trace.Add && r.FD == jobs.Number:
			pending, addedIn = true, r.Inside.Number
		case r.Kind == trace.Del && r.FD == jobs.Number:
			pending = false
		}
	})
	e.Require(!stayed, expected, persistWhileBusy, "the event on the FIFO persists: it was pending while the job was being done", jobs)
	const none = "no timer was ever added: "
	switch {
	case timers > 0:
	case watched != nil:
		e.RuleOut(expected, grade.Find(timeoutForTimer, none+"the event on the FIFO was added again with a timeout, inside the callback that read the job", jobs).
			Decides(watched))
	case posted != nil:
		e.RuleOut(expected, grade.Find(postForTimer, none+"the job was done in a function that was posted when it was read", jobs).Decides(posted))
	default:
		m := sleepsInCallback
		if shortest < int64(work) {
			m = printedTooEarly
		}
		e.RuleOut(expected, grade.Find(m, none+"the job was done inside the callback that read it", jobs))
	}
	e.Require(!early, expected, rearmedTooEarly, "the event was added again inside the callback that read the job", jobs)
}

// addsTimer says of a record whether it adds a timer.
func addsTimer(r *world.Entry) bool { return r.Kind == trace.Add && r.FD == trace.NoFD }

// afterTheWork holds the loop when it has read a job, before the timer's callback: the
// job is not done, so nobody may read that it is.
func afterTheWork(e *grade.Examiner, jobs *grade.FIFO) {
	const expected = "a job is printed when it is done: in the callback of the timer, and not when it is read"
	step := func() {
		e.Step(expected)
		e.Await(expected, e.Stands)
	}
	e.Hold()
	for !e.Stands() { // it sleeps in the kernel: wake it
		e.Due("one more\n")
		jobs.Say("one more\n")
		e.Await(expected, func() bool { return e.Stands() || e.Printed() == e.IsDue() })
	}
	for jobs.Unread() > 0 || jobs.FD().Watched() == 0 || !e.StandsBefore(world.BeforeWait) {
		step() // until it is ready for the next one
	}
	if e.Settled(); e.Printed() != e.IsDue() && strings.HasPrefix(e.IsDue(), e.Printed()) {
		again := func(r *world.Entry) bool { return r.Kind == trace.Add && r.FD == jobs.FD().Number }
		m := rearmedTooEarly
		e.Each(func(r *world.Entry) {
			if again(r) && r.Inside.Number != 0 && r.Inside.FD == trace.NoFD {
				m = printedLate // the timer had said that the job was done
			}
		})
		e.RuleOut(expected, grade.Find(m, "the event was added again, and the job that was read before is not printed yet", jobs.FD()).
			Decides(again, addsTimer))
	}
	e.Answered(expected)
	before := e.Printed()
	e.Due("a job\n")
	jobs.Say("a job\n")
	for jobs.Unread() > 0 || !e.StandsBefore(world.BeforeWait) {
		step()
	}
	e.Settled()
	e.Pause(work)
	last := lastRead(e, jobs.FD()) // a job is what one read gives: with a small buffer this is the rest of the words
	done := len(before) + len("a job\n") - int(last.A)
	if len(e.Printed()) > done {
		e.RuleOut(expected, grade.Find(printedTooEarly, "the job was read, the timer's callback has not run yet, and the job is printed", jobs.FD()).
			Decides(grade.Numbered(last.Seq)))
	}
	e.Release()
	e.Answered(expected)
}

// comesAfterARead has a job come just after the worker has read another: it is a job of its own.
func comesAfterARead(e *grade.Examiner, jobs *grade.FIFO) {
	const expected = "what one read gives is one job: one that comes just after the read waits in the kernel until this one is done"
	e.HoldReadDone(jobs.FD())
	e.Due("this job\n")
	jobs.Say("this job\n")
	e.Await(expected, func() bool { return e.HeldThere(world.AfterRead) })
	e.Due("the next job\n")
	jobs.Say("the next job\n")
	e.Release()
	e.Answered(expected)

	var in int64 // in which callback a job was read last
	var more uint64
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == jobs.FD().Number && r.A > 0 {
			if r.Inside.Number != 0 && r.Inside.Number == in {
				more = r.Seq
			}
			in = r.Inside.Number
		}
	})
	if more != 0 {
		e.RuleOut(expected, grade.Find(readsAhead, "the callback has read a job, and then one more before it returned", jobs.FD()).
			Decides(grade.Numbered(more)))
	}
}

// lastRead is the last read of the fd that gave something.
func lastRead(e *grade.Examiner, f *world.FD) (last world.Entry) {
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == f.Number && r.A > 0 {
			last = *r
		}
	})
	return last
}

// takesTime requires that the timers were added for as long as the jobs take.
// (By whom and in how many steps is all the same.)
func takesTime(e *grade.Examiner, jobs *world.FD) {
	read, timed := 0, time.Duration(0)
	adds, struck, shortest := 0, 0, time.Hour
	var last, untimed, least uint64 // the last read of a job for which no timer was added yet; one for which none was; the shortest timer
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.CallbackBegin && r.FD == trace.NoFD && r.What()&trace.Timeout != 0:
			struck++
		case r.Kind == trace.Add && r.FD == trace.NoFD:
			timed += time.Duration(max(0, r.B))
			adds++
			last = 0
			if added := time.Duration(max(0, r.B)); added < shortest {
				shortest, least = added, r.Seq
			}
		case r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == jobs.Number && r.A > 0:
			read++
			if last != 0 {
				untimed = last
			}
			last = r.Seq
		}
	})
	if untimed == 0 {
		untimed = last
	}
	if timed >= time.Duration(read)*work {
		return
	}
	m := noTime
	switch {
	case adds < read && shortest >= work && struck > adds:
		m = clockForTimer
	case adds < read:
		m = notEachTimed
	case shortest >= time.Microsecond || timed >= work/2:
		m = tooLittleTime
	case shortest > 0:
		m = inNanoseconds
	}
	e.RuleOut(fmt.Sprintf("a job takes %v, for which a timer stands", work),
		grade.Find(m, fmt.Sprintf("%d jobs were read, and timers were added %s, for %v in all", read, phrase.Counted(int64(adds), "time"), timed), jobs).
			Decides(grade.Numbered(cmp.Or(untimed, least))))
}
