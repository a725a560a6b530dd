package main

import (
	"fmt"

	"fdlab/lab/trace"
)

// Of what one thread does again and again, so many times are kept at the beginning
// and at the end.
const (
	keepFirst = 20
	keepLast  = 2
)

// longestPeriod is how many records may repeat together: a turn of a loop with a
// few callbacks.
const longestPeriod = 24

// thin leaves out the middle of what a thread repeats: a loop that spins in a lesson
// makes a hundred thousand turns, all alike. What is left out is a whole number of
// repetitions, so that the state after it is the state before it; it counts as lost.
func thin(records []trace.Record) (kept []trace.Record) {
	byThread := map[uint32][]int{} // places in records
	for i := range records {
		byThread[records[i].Thread] = append(byThread[records[i].Thread], i)
	}
	drop := make([]bool, len(records))
	for _, places := range byThread {
		for from := 0; from < len(places); {
			period, times := repetition(records, places[from:])
			for n := keepFirst; n < times-keepLast; n++ {
				for k := range period {
					drop[places[from+n*period+k]] = true
				}
			}
			from += max(period*times, 1)
		}
	}
	for i := range records {
		if !drop[i] {
			kept = append(kept, records[i])
		}
	}
	return thinTurns(kept)
}

// thinTurns leaves out the turns of a loop that a thread has made so often in one
// step of the experiment, with others in between.
func thinTurns(records []trace.Record) (kept []trace.Record) {
	drop := make([]bool, len(records))
	begun := map[uint32][]int{} // of each thread: the places of its turn so far
	seen := map[string]int{}
	end := func(turn []int) {
		same := ""
		for _, i := range turn {
			r := &records[i]
			if !neutral(r.Kind) {
				return
			}
			same += fmt.Sprint(r.Kind, r.Thread, r.FD, r.Base, r.Str, r.A, r.B, " ")
		}
		if seen[same]++; seen[same] > keepFirst {
			for _, i := range turn {
				drop[i] = true
			}
		}
	}
	for i := range records {
		r := &records[i]
		if r.Kind == trace.Step {
			clear(seen)
		}
		turn, in := begun[r.Thread]
		if r.Kind == trace.WaitBegin {
			if in {
				end(turn)
			}
			begun[r.Thread] = []int{i}
		} else if in {
			begun[r.Thread] = append(turn, i)
		}
	}
	for i := range records {
		if !drop[i] {
			kept = append(kept, records[i])
		}
	}
	return kept
}

// neutral says which records leave the state as it was, taken together from one wait
// of a loop to the next.
func neutral(k trace.Kind) bool {
	switch k {
	case trace.WaitBegin, trace.WaitEnd, trace.Ready, trace.CallbackBegin, trace.CallbackEnd, trace.CallBegin, trace.CallEnd:
		return true
	}
	return false
}

// repetition finds how the records at these places begin: with so many records that
// come so many times, where that is often enough to matter.
func repetition(records []trace.Record, places []int) (period, times int) {
	for period = 1; period <= longestPeriod && period*(keepFirst+keepLast) < len(places); period++ {
		same := 0
		for period+same < len(places) && alike(&records[places[same]], &records[places[period+same]]) {
			same++
		}
		if times = same/period + 1; times > keepFirst+keepLast {
			return period, times
		}
	}
	return 1, 1
}

// alike reports whether two records say the same of different times. What the
// experiment says is never left out.
func alike(a, b *trace.Record) bool {
	switch a.Kind {
	case trace.WaitBegin, trace.WaitEnd, trace.Ready, trace.CallbackBegin, trace.CallbackEnd, trace.CallBegin,
		trace.CallEnd, trace.LoopBegin, trace.LoopEnd, trace.Add, trace.Del, trace.Turns, trace.Calls:
	case trace.Kernel, trace.Sleep: // the watcher's: their last field is a time
		x, y := *a, *b
		x.Seq, x.Time, x.D, y.Seq, y.Time, y.D = 0, 0, 0, 0, 0, 0
		return x == y
	default:
		return false
	}
	x, y := *a, *b
	x.Seq, x.Time, y.Seq, y.Time = 0, 0, 0, 0
	switch a.Kind {
	case trace.Add:
		x.D, y.D = 0, 0 // when it is due
	case trace.Turns, trace.Calls:
		x.A, x.D, y.A, y.D = 0, 0, 0, 0 // how many, and the longest
	case trace.CallEnd:
		if a.Bytes == 0 && b.Bytes == 0 {
			x.C, y.C = 0, 0 // for how many calls it stands
		}
	}
	return x == y
}
