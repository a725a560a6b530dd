package exams

import (
	"fmt"
	"time"

	"fdlab/lab/grade"
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// What the trace says of the times in which the sensor was silent.

// overBy returns how many times of silence were over, and a callback was called for that and nothing else, well before
// the sensor began to chatter, which it did after the record of that time: a program that measures the time itself may be about to report the last of them.
func overBy(e *grade.Examiner, sensor *grade.FIFO, before int64) int {
	chatters := int64(0)
	e.Each(func(r *world.Entry) {
		if chatters == 0 && r.Time > before && r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == sensor.FD().Number && r.A > 0 {
			chatters = r.Time
		}
	})
	n := 0
	for _, at := range measure(e, sensor).overs {
		if at < before && at < chatters-int64(silence/4) { // and so its callback has ended, and has printed
			n++
		}
	}
	return n
}

// tooShort returns what is meant by an idle that came too early: if each timeout is as long as the others, and shorter
// than the time of silence, it is that; else something other.
func tooShort(e *grade.Examiner, other *grade.Misconception) *grade.Misconception {
	shortest, most := time.Hour, time.Duration(0)
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.Add && r.B > 0 {
			shortest, most = min(shortest, time.Duration(r.B)), max(most, time.Duration(r.B))
		}
	})
	if shortest == most && most < silence {
		return idleEarly
	}
	return other
}

// longest says of a record whether it is the end of the callback of the fd that took longest; nil: of all callbacks of
// the program's one loop.
func longest(e *grade.Examiner, f *world.FD) func(*world.Entry) bool {
	var began, most int64
	var seq uint64
	e.Each(func(r *world.Entry) {
		switch {
		case f != nil && r.FD != f.Number:
		case r.Kind == trace.CallbackBegin:
			began = r.Time
		case r.Kind == trace.CallbackEnd && r.Time-began > most:
			most, seq = r.Time-began, r.Seq
		}
	})
	return grade.Numbered(seq)
}

// spell is what the trace says about words and silence.
type spell struct {
	told    int           // how often it was right to print idle
	steady  time.Duration // for how long words came without a time of silence
	nothing int           // reads inside the callback of a timeout
	since   int           // of told: since the last word
	late    int           // timeouts after the end of file
	over    bool          // the loop has returned

	before    int    // of told: before the first word
	unbounded uint64 // the record of a wait before the first word without a timeout, or 0

	last  uint64  // the record of the last timeout that was right
	overs []int64 // when such a timeout, and nothing else, was reported

	first    uint64        // the record of the first callback for a timeout before the first word, or 0
	tooEarly uint64        // the record of the last timeout before it was silent for so long, or 0
	timer    bool          // it was one of a timer
	early    int           // timeouts since the last word, before it was silent for so long
	timeouts int           // events that were added with a timeout
	wait     time.Duration // the longest wait since the last word, as the loop meant it
	after    time.Duration // how long after its time the loop meant to wake for the first idle since then

	fd *world.FD
}

func (s *spell) isTold(r *world.Entry) bool { return s.last != 0 && r.Seq == s.last }

// tooOften says that idle was printed more often than a timeout's callback was called just when a time of silence was over.
func tooOften(printed, told int) string {
	return fmt.Sprintf("so far as the records show, %s of %v without a word were over; idle was printed %s",
		phrase.Counted(int64(told), "time"), silence, phrase.Counted(int64(printed), "time"))
}

// tooEarlyFor is what is meant by an idle that came too early.
func (s *spell) tooEarlyFor() *grade.Misconception {
	if s.tooEarly != 0 && s.timer {
		return notBegunAgain
	}
	return idleTooOften
}

func (s *spell) isFirst(r *world.Entry) bool { return s.first != 0 && r.Seq == s.first }

func (s *spell) isTooEarly(r *world.Entry) bool { return s.tooEarly != 0 && r.Seq == s.tooEarly }

// measure goes through the trace. A time of silence counts from the moment that
// the loop came back from the kernel to hear the word.
func measure(e *grade.Examiner, sensor *grade.FIFO) spell {
	s := spell{fd: sensor.FD()}
	var woken, heard, steadySince, silent, until int64
	ended, spoke := false, false
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.Open && r.FD == s.fd.Number:
			heard, steadySince = r.Time, r.Time
		case r.Kind == trace.WaitBegin:
			// A timeout counts from the last return from the kernel, however long the program,
			// or another one, has run since.
			until = woken + max(0, r.B)
			if r.B < 0 && heard != 0 && !spoke {
				s.unbounded = r.Seq
			}
			if r.Time > heard && heard != 0 {
				s.wait = max(s.wait, time.Duration(r.B))
			}
		case r.Kind == trace.Add && r.B >= 0:
			s.timeouts++
		case r.Kind == trace.WaitEnd:
			woken = r.Time
		case r.Kind == trace.LoopEnd:
			s.over = true
		case r.Kind == trace.CallbackBegin && (r.What()&trace.Timeout != 0 || r.FD == trace.NoFD):
			if !spoke && s.first == 0 {
				s.first = r.Seq
			}
			if ended {
				if r.Text != "exit" { // that of Exit ends the loop
					s.late++
				}
			} else if r.Time-heard >= (silent+1)*int64(silence) {
				if silent == 0 {
					s.after = time.Duration(until - heard - int64(silence))
				}
				s.told++
				s.last = r.Seq
				if r.What()&trace.Readable == 0 {
					s.overs = append(s.overs, r.Time)
				}
				if !spoke {
					s.before++
				}
				silent++
				s.since++
			} else {
				s.early++
				s.tooEarly, s.timer = r.Seq, r.FD == trace.NoFD
			}
		case r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == s.fd.Number:
			if forTimeout(&r.Inside) {
				s.nothing++
			}
			ended = ended || r.A == 0
			if r.A > 0 {
				spoke = true
				if woken-heard > int64(silence) {
					steadySince = woken
				}
				heard, silent = woken, 0
				s.after = 0
				s.since, s.early, s.wait = 0, 0, 0
				s.steady = time.Duration(heard - steadySince)
			}
		}
	})
	return s
}

// counted waits until the program sleeps, and returns how often idle was printed by then, and what the trace says:
// what is told names both, and one must not be older than the other.
func counted(e *grade.Examiner, sensor *grade.FIFO) (printed int, s spell) {
	for range 10 {
		e.Settled()
		printed, s = e.Asides(), measure(e, sensor)
		e.Settled()
		if after := measure(e, sensor); e.Asides() == printed && after.told == s.told && after.early == s.early {
			break
		}
	}
	return printed, s
}

// forTimeout reports whether a callback is one that was called because the time was
// over, and not for something to read.
func forTimeout(in *world.Frame) bool {
	return in.Number != 0 && (in.Why&trace.Timeout != 0 || in.FD == trace.NoFD) && in.Why&trace.Readable == 0
}
