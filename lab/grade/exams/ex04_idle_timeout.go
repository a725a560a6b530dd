package exams

import (
	"fmt"
	"strings"
	"time"

	"fdlab/lab/grade"
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// silence is short, since no verdict rests on it: the sensor's words are as near
// to each other as the trace says, not as the script meant them to be.
const silence = 200 * time.Millisecond

// rounding is by how much a wait may be longer: some round up to whole milliseconds.
const rounding = 2 * time.Millisecond

// idleTimeout: when idle is printed is the clock's affair. So it is no part of
// what is due, and the trace says how often it was right to print it.
var idleTimeout = &grade.Exam{
	Exercise: "04-idle-timeout",
	Verbatim: true,
	Checks: []string{
		"what it says is passed on",
		"silence is reported",
		"again and again",
		"each word restarts it",
		"the end",
	},
	Starter: notBegunAgain,
	Means:   map[*grade.Misconception]*grade.Misconception{grade.ZeroTimeout: zeroTime},
	Play: func(e *grade.Examiner) {
		e.Aside("idle")
		sensor := e.FIFO("sensor")
		suspects(e, misspelt, wordTakenForTime(sensor))
		e.Start(sensor.Path, silence.String())

		e.Check("what it says is passed on")
		sensor.Opened()
		for _, word := range []string{"20.5\n", "100% wet\n", "20.5\n"} {
			e.Due(word)
			sensor.Say(word)
			heardOf(e, sensor, grade.Unanswered, "the sensor speaks, and standard output has its line")
		}
		for _, piece := range []string{"20", ".6\n"} {
			e.Due(piece)
			sensor.Say(piece)
			heardOf(e, sensor, holdsBack, "the sensor says a word in two pieces, and standard output has each of them at once")
		}

		unused := timeoutUnused
		idles := func(more int, expected string) {
			want, untold := e.Asides()+more, 0 // looks in a row: what is printed may reach the grader late
			e.Await(expected, func() bool {
				printed := e.Asides()
				s := measure(e, sensor)
				if s.early > 3 && printed > s.told {
					printed, s = counted(e, sensor)
				}
				if s.early > 3 && printed > s.told {
					e.RuleOut(expected, grade.Find(tooShort(e, idleTooOften), tooOften(printed, s.told), s.fd).Decides(s.isTooEarly))
				}
				if s.early > 3 {
					e.RuleOut("no timeout is over before the time of silence is", grade.Find(pollsTheClock, fmt.Sprintf("%d times since the last word a timeout's callback was called, and no time of %v "+
						"was over just then", s.early, silence), s.fd).Decides(s.isTooEarly))
				}
				e.Require(s.wait <= silence+rounding, fmt.Sprintf("one line idle for each %v of silence: the loop waits no longer than that", silence), idleLate,
					fmt.Sprintf("the loop goes to wait for up to %v, and the time of silence is %v", s.wait.Round(time.Millisecond), silence), s.fd)
				beside := besideTheLoop
				if e.WaitsItself() && len(e.World().Bases) == 0 {
					beside = ownWait
				}
				e.Require(printed == 0 || s.timeouts > 0, "the loop reports silence: one of its events has a timeout", beside,
					"idle was printed, and no event with a timeout was ever added", s.fd)
				e.Require(s.nothing == 0, "the callback reads when there is something to read", grade.ReadsAtTimeout,
					"the callback was called because the time was over, and it read", s.fd)
				if untold++; s.told-printed < 10 {
					untold = 0
				}
				e.Require(untold < 20 || !strings.Contains(strings.ToLower(e.Logged()), "idle"), expected, idleLogged,
					fmt.Sprintf("%s the time was over, and idle was printed %s on standard output; standard error has it",
						phrase.Counted(int64(s.told), "time"), phrase.Counted(int64(printed), "time")), s.fd)
				untellable := unused
				switch {
				case printed == 1:
					untellable = onceIsEnough
				case printed > 1:
					untellable = silenceLeftOut
				}
				if untold >= 20 {
					e.RuleOut(expected, grade.Find(untellable, fmt.Sprintf("%s the time was over, and idle was printed %s", phrase.Counted(int64(s.told), "time"),
						phrase.Counted(int64(printed), "time")), s.fd).Decides(s.isTold))
				}
				return printed >= want // not what has been printed meanwhile: it was not judged
			})
		}
		e.Check("silence is reported")
		if measure(e, sensor).timeouts == 0 {
			e.Means(grade.Stuck, silenceNotTold)
		}
		suspects(e, misspelt, timeoutGone, deletedAtTimeout)
		idles(1, fmt.Sprintf("the sensor is silent for %v, and standard output has the line idle", silence))
		fromTheStart(e, sensor)

		e.Check("again and again")
		suspects(e, misspelt, noTimeoutLeft)
		idles(3, fmt.Sprintf("the sensor goes on being silent: one line idle for each %v", silence))

		suspects(e, misspelt)

		e.Check("each word restarts it")
		e.Pause(silence / 2) // the last idle is well before the first word: see overBy
		var before int64     // the last record
		e.Each(func(r *world.Entry) { before = r.Time })
		quiet := chatter(e, sensor)
		printed := e.Asides()
		e.Calm("between two words the program sleeps") // takes in what the trace has of them, too
		s := measure(e, sensor)
		if printed > s.told {
			printed, s = counted(e, sensor)
		}
		if printed > s.told {
			e.RuleOut(fmt.Sprintf("idle is printed when the sensor was silent for %v, and not otherwise", silence),
				grade.Find(tooShort(e, s.tooEarlyFor()), tooOften(printed, s.told), s.fd).
					Decides(s.isTooEarly))
		}
		e.Require(quiet >= overBy(e, sensor, before), fmt.Sprintf("idle is printed whenever the sensor was silent for %v", silence), silenceLeftOut,
			fmt.Sprintf("before the sensor spoke again, at least %d times of silence were over, and idle was printed %s", overBy(e, sensor, before), phrase.Counted(int64(quiet), "time")), s.fd)
		inTime(e, sensor, func() {
			idles(1, fmt.Sprintf("the sensor is silent for %v, and standard output has the line idle", silence))
		})

		e.Check("the end")
		sensor.End()
		const end = "the sensor has ended: nothing is left to wait for, and the program ends with all closed"
		e.Await(end, func() bool {
			s := measure(e, sensor)
			if s.late > 0 {
				e.RuleOut(end, grade.Find(timerLeft, "a timeout's callback ran after the end of file was read", s.fd).
					Decides(grade.LastCall(s.fd, world.CallRead), func(r *world.Entry) bool {
						return r.Kind == trace.CallbackBegin && r.What()&trace.Timeout != 0
					}))
			}
			return s.over
		})
		e.Ends(end, grade.NeverCut)
		s = measure(e, sensor)
		e.Require(e.Asides() <= s.told, end, endIsSilence, fmt.Sprintf("idle was printed %d times, and %d of these times the sensor had been silent for so long",
			e.Asides(), s.told), s.fd)

		// Once more: before the first word the first run says only how long the loop meant to wait.
		e.Afresh()
		sensor, unused = e.Anew(sensor), silentFromStart
		suspects(e, misspelt, noTimeoutLeft)
		e.Start(sensor.Path, silence.String())
		sensor.Opened()
		idles(2, fmt.Sprintf("the program is started again, and the sensor is silent from the start: one line idle for each %v", silence))
		suspects(e, misspelt)
		e.Due("20.5\n")
		sensor.Say("20.5\n")
		heardOf(e, sensor, grade.Unanswered, "then the sensor speaks, and standard output has its line")
		sensor.End()
		e.Ends(end, grade.NeverCut)
	},
}

// heardOf waits until what the sensor says is printed. Two things are found at once, which
// a clock that goes on would hide for long: an event whose time was over at once, and that
// nobody has added again; and words that are read and not printed (which means keeps), while
// times of silence pass.
func heardOf(e *grade.Examiner, sensor *grade.FIFO, keeps *grade.Misconception, expected string) {
	held := 0 // looks in a row: what is printed may reach the grader late
	e.Await(expected, func() bool {
		f := sensor.FD()
		over := f.Expired > 0 && f.Watched() == 0 && sensor.Unread() > 0 && f.Closed == 0 && f.InCallback == 0
		e.Require(!over, expected, grade.ZeroTimeout, "the event was added with a timeout of 0, which was over at once; since then "+
			"it is no longer pending, and what the sensor says waits in the kernel", f)
		if e.Printed() == e.IsDue() {
			return true
		}
		missing := e.Missing() // "" if something else was printed
		if held++; sensor.Unread() > 0 || missing == "" || measure(e, sensor).since < 2 {
			held = 0
		}
		if held >= 20 {
			e.RuleOut(expected, grade.Find(keeps, fmt.Sprintf("%q was read; since then the sensor has been silent for %v and more, and it was not printed",
				missing, 2*silence), f).Decides(grade.LastCall(f, world.CallRead)))
		}
		return false
	})
}

// fromTheStart requires that the time of silence began before the first word, and that
// nothing was reported before it was over. No time need pass for that: the trace says how
// long the loop meant to wait.
func fromTheStart(e *grade.Examiner, sensor *grade.FIFO) {
	printed := e.AsidesFirst()
	s := measure(e, sensor)
	if printed > s.before {
		e.RuleOut("idle is printed when the time of silence is over, and not when the program begins", grade.Find(tooShort(e, idleAtStart),
			fmt.Sprintf("idle was printed before the first word, and no time of %v was over then", silence), s.fd).Decides(s.isFirst))
	}
	if s.unbounded != 0 {
		e.RuleOut("the time of silence counts from the beginning: the loop waits so long for the first word, and no longer",
			grade.Find(silentFromStart, "the loop went to wait for the first word without a timeout", s.fd).
				Decides(grade.Numbered(s.unbounded)))
	}
}

// chatter has the sensor speak until it has done so without a pause for longer
// than two times of silence: then a clock that does not hear it has struck.
// It returns how often idle had been printed when the first of these words had been.
func chatter(e *grade.Examiner, sensor *grade.FIFO) (quiet int) {
	quiet = -1
	for end := time.Now().Add(time.Minute); measure(e, sensor).steady < 5*silence/2; {
		if time.Now().After(end) {
			e.Cannot("this machine is too busy to let a FIFO speak every %v", silence)
		}
		if slept := e.SleptInside(); slept >= 3*silence/2 {
			e.RuleOut("the sensor speaks often, and each word is passed on at once", grade.Find(grade.Starved,
				fmt.Sprintf("the callbacks have slept for %v or more, all together, and what the sensor says meanwhile must wait", slept.Round(time.Millisecond)),
				sensor.FD()).Decides(longest(e, sensor.FD())))
		}
		e.Due("20.7\n")
		sensor.Say("20.7\n")
		e.Answered("the sensor speaks, and standard output has its line")
		if quiet < 0 {
			quiet = e.Asides()
		}
		time.Sleep(silence / 5)
	}
	return quiet
}

// inTime requires that idle comes when the silence has lasted for just so long. A word, or half
// of one, comes in the middle of the time: a clock that does not hear it then strikes too early.
// One that is added anew when it strikes comes too late: when the loop meant to wake says that,
// and not when it came to run; and once is no proof, on a busy machine.
func inTime(e *grade.Examiner, sensor *grade.FIFO, idle func()) {
	expected := fmt.Sprintf("idle comes when the sensor has been silent for %v, counted from its last word", silence)
	pieces, means := []string{"20", ".8\n"}, onlyLinesCount // in turn: each begins the time again
	for late, good := 0, 0; late < 2 && good < 2; {
		piece := pieces[0]
		pieces[0], pieces[1] = pieces[1], pieces[0]
		idle()
		e.Pause(silence / 2)
		e.Due(piece)
		sensor.Say(piece)
		e.Answered("the sensor speaks, and standard output has what it says")
		idle()
		if strings.HasSuffix(piece, "\n") {
			means = notBegunAgain
		}
		printed := e.Asides()
		s := measure(e, sensor)
		if printed > s.told {
			m := means
			if s.tooEarly == 0 { // none came too early: one of them was reported twice
				m = idleTooOften
			}
			e.RuleOut(expected, grade.Find(tooShort(e, m), fmt.Sprintf("the sensor had said %q, and idle was printed before it had been silent for %v since",
				piece, silence), s.fd).Decides(s.isTooEarly))
		}
		if s.after <= silence/4 {
			good++
			continue
		}
		late++
		e.Require(late < 2, expected, means, fmt.Sprintf("the loop waited until %v after the sensor had said %q before it reported silence",
			(silence+s.after).Round(time.Millisecond), piece), s.fd)
	}
}

// noTimeoutLeft looks whether the loop waits without a timeout after it has told of silence.
func noTimeoutLeft(e *grade.Examiner) *grade.Finding {
	if f := deletedAtTimeout(e); f != nil {
		return f
	}
	if e.Ended() && e.World().Returned.Reason == trace.LoopNoEvents && e.Asides() > 0 {
		return grade.Find(timerOnce, "idle was printed, and then no event was pending any more: dispatch returned").Decides(func(r *world.Entry) bool {
			return r.Kind == trace.CallbackBegin && r.What()&trace.Timeout != 0
		})
	}
	for i := range e.World().Bases {
		if b := &e.World().Bases[i]; b.Phase == world.Waiting && b.Limit < 0 && e.Asides() > 0 {
			return grade.Find(timerOnce, "idle was printed, and now the loop waits without a timeout").Decides(func(r *world.Entry) bool {
				return r.Kind == trace.WaitBegin && r.B < 0
			})
		}
	}
	return nil
}

// deletedAtTimeout looks whether the program has ended because its events were deleted in the callback of a timeout.
func deletedAtTimeout(e *grade.Examiner) (found *grade.Finding) {
	if !e.Ended() || e.World().Returned.Reason != trace.LoopNoEvents {
		return nil
	}
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.Del && forTimeout(&r.Inside) && r.Time < e.World().Returned.At {
			found = grade.Find(silenceIsEnd, "the time of silence was over, and its callback has deleted the event: none was pending, and dispatch returned",
				e.World().FDByNumber(r.FD)).Decides(grade.Numbered(r.Seq))
		}
	})
	return found
}

// timeoutGone looks whether an event had a timeout, and after a word the loop waits without one.
func timeoutGone(e *grade.Examiner) *grade.Finding {
	timed, heard := false, false
	var last uint64 // the record since which nothing measures the time
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.Add && r.B >= 0:
			timed = true
		case r.Kind == trace.Del || r.Kind == trace.Add && timed:
			last = r.Seq
		case r.Kind == trace.CallEnd && r.Call == world.CallRead && r.A > 0:
			heard = true
		}
	})
	for i := range e.World().Bases {
		if b := &e.World().Bases[i]; timed && heard && last != 0 && b.Phase == world.Waiting && b.Limit < 0 {
			return grade.Find(timeoutTakenAway, "an event had a timeout; then it was deleted, or added again without one, and now the loop waits without a timeout").
				Decides(func(r *world.Entry) bool { return r.Kind == trace.Add && r.B >= 0 }, grade.Numbered(last))
		}
	}
	return nil
}

// wordTakenForTime looks whether idle was printed, and no callback was called because a time was over.
func wordTakenForTime(sensor *grade.FIFO) func(*grade.Examiner) *grade.Finding {
	return func(e *grade.Examiner) *grade.Finding {
		over, called := false, func(r *world.Entry) bool {
			return r.Kind == trace.CallbackBegin && sensor.FD() != nil && r.FD == sensor.FD().Number && r.What()&trace.Readable != 0
		}
		e.Each(func(r *world.Entry) { over = over || r.Kind == trace.CallbackBegin && r.What()&trace.Timeout != 0 })
		if over || e.Asides() == 0 || sensor.Unread() == 0 {
			return nil
		}
		return grade.Find(idleWhenSpoken, "idle was printed; each callback so far was called because a word was there, and none because the time was over", sensor.FD()).
			Decides(called)
	}
}

// misspelt looks whether what is wrong is a line that is meant to be idle.
func misspelt(e *grade.Examiner) *grade.Finding {
	got, due := e.Printed(), e.IsDue()
	for got != "" && due != "" && got[0] == due[0] {
		got, due = got[1:], due[1:]
	}
	line, _, _ := strings.Cut(got, "\n")
	if !strings.Contains(strings.ToLower(line), "idle") {
		return nil
	}
	return grade.Find(idleMisspelt, fmt.Sprintf("standard output has %s, and the line is to be %q", grade.Excerpt(line), "idle"))
}
