package grade

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"fdlab/lab/launch"
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// sentence says a record as a person would read it, fit for a terminal; "" for one
// that is not worth a line.
func sentence(e *world.Entry) string { return safe(phrase.String(phrase.AppendEntry(nil, e))) }

// safe makes a program's words fit for a terminal.
func safe(s string) string { return launch.Quote([]byte(s)) }

// line is a record as it is shown, or several equal ones in a row.
type line struct {
	words   string
	times   int
	entry   *world.Entry // the last of them
	decides bool
}

// evidence returns n lines about the fds (about all when none are named): the last ones, or
// if records decide, those, with what led to each. Nothing is shown that comes long after the last of them.
func evidence(entries []world.Entry, n int, decides []func(*world.Entry) bool, fds ...*world.FD) []string {
	v := view{entries, map[int32]bool{}, map[int]bool{}}
	for _, f := range fds {
		if f != nil {
			v.about[f.Number] = true
		}
	}
	oldest, end := len(entries), len(entries)
	last := -1
	for _, is := range decides {
		if at := lastOf(entries, is); at >= 0 {
			v.decisive[at] = true
			oldest, last = min(oldest, at), max(last, at)
		}
	}
	if last >= 0 {
		end = v.rowEnds(min(len(entries), last+afterwards))
	}
	lines := v.lines(n, oldest, end)
	var texts []string
	left := false
	for i, chosen := range choose(lines, n) {
		if left = left || !chosen; !chosen {
			continue
		}
		if left {
			texts = append(texts, "              ...")
			left = false
		}
		texts = append(texts, lines[i].String())
	}
	return texts
}

func (l *line) String() string {
	text := stamped(l.entry, l.words)
	if l.decides { // in the margin: the end of a line may have no room on a screen
		text = Mark + text
	}
	if l.times > 1 {
		text += fmt.Sprintf("   (%d times)", l.times)
	}
	return text
}

// lastOf returns the last record of which it holds, or -1. Of what comes after the records that are kept, some kinds are
// left out: see Examiner.apply. One of these is taken only if there is no other, the first.
func lastOf(entries []world.Entry, is func(*world.Entry) bool) int {
	whole := entries[:min(len(entries), keep)]
	for i := range slices.Backward(whole) {
		if is(&whole[i]) {
			return i
		}
	}
	for i := len(whole); i < len(entries); i++ {
		if is(&entries[i]) {
			return i
		}
	}
	return -1
}

// view is what of the records is worth a line: what is about these fds, and what decides.
type view struct {
	entries  []world.Entry
	about    map[int32]bool // numbers of fds; none: all
	decisive map[int]bool   // places in entries
}

// words is how a record is told, "" if it is not.
func (v *view) words(i int) string {
	e := &v.entries[i]
	if !v.decisive[i] && (len(v.about) > 0 && !v.about[e.FD] && !always(e) || outOfDate(v.entries, i)) {
		return ""
	}
	return sentence(e)
}

// rowEnds moves the end of what is shown to where a row of equal lines ends: it says how many they are.
func (v *view) rowEnds(end int) int {
	last := ""
	for i := end - 1; i >= 0 && last == ""; i-- {
		last = v.words(i)
	}
	for last != "" && end < len(v.entries) {
		if words := v.words(end); words != "" && words != last {
			break
		}
		end++
	}
	return end
}

// lines returns what is told up to the end: more than n lines, if there are so many, and what led to the oldest
// record that decides. A call's beginning is left out where its end follows at once.
func (v *view) lines(n, oldest, end int) (lines []line) {
	waits := 0  // in a row
	before := 0 // lines before the oldest
	for i := end - 1; i >= 0 && (len(lines) <= n || before <= ledTo && oldest < end); i-- {
		e, words := &v.entries[i], v.words(i)
		if words == "" {
			continue
		}
		if waits++; !isWait(e) {
			waits = 0
		}
		if waits > mostWaits && !v.decisive[i] { // they would push out what the fds did
			continue
		}
		if len(lines) > 0 {
			last := &lines[len(lines)-1]
			if e.Kind == trace.CallBegin && last.entry.Kind == trace.CallEnd && last.entry.FD == e.FD && !v.decisive[i] {
				continue
			}
			if last.words == words {
				last.times++
				last.decides = last.decides || v.decisive[i]
				continue
			}
		}
		lines = append(lines, line{words, 1, e, v.decisive[i]})
		if i < oldest {
			before++
		}
	}
	slices.Reverse(lines)
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.entry.Time, b.entry.Time) }) // threads hand them in as they come
	return lines
}

// stamped is a record's words with its time before them.
func stamped(e *world.Entry, words string) string {
	return fmt.Sprintf("%9.3f ms  %s", float64(e.Time)/float64(time.Millisecond), words)
}

// InFirstRun is how a record is told when the program was started again.
func InFirstRun(e *world.Entry) string { return stamped(e, "in the first run: "+sentence(e)) }

// choose says which n of the lines are shown.
func choose(lines []line, n int) []bool {
	shown := make([]bool, len(lines))
	for i := range Precedence(len(lines), func(i int) bool { return lines[i].decides }, ledTo) {
		if !shown[i] && n > 0 {
			shown[i] = true
			n--
		}
	}
	return shown
}

// Precedence yields n lines of records in the order in which they are to be shown where not all have room: those that decide,
// then those that led to them (so many before each, the nearest first), then all; of each kind the last one first.
// A line may come more than once.
func Precedence(n int, decides func(i int) bool, ledTo int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for before := range ledTo + 1 {
			for i := n - 1; i >= before; i-- {
				if decides(i) && !yield(i-before) {
					return
				}
			}
		}
		for i := n - 1; i >= 0 && yield(i); i-- {
		}
	}
}

// ledTo is how many lines before one that decides are shown in any case.
const ledTo = 2

// Mark stands before a record that decides.
const Mark = "->"

// outOfDate reports whether the record says what the kernel had said of an fd before another record of the fd was made.
func outOfDate(entries []world.Entry, at int) bool {
	r := &entries[at]
	if r.Kind != trace.Kernel {
		return false
	}
	for _, e := range slices.Backward(entries[:at]) {
		if e.Time <= r.Asked() {
			return false
		}
		if e.FD == r.FD && e.Kind != trace.Kernel {
			return true
		}
	}
	return false
}

// mostWaits is how many waits of a loop may follow each other: the latest are shown.
const mostWaits = 3

func isWait(e *world.Entry) bool { return e.Kind == trace.WaitBegin || e.Kind == trace.WaitEnd }

// afterwards is how many records after the one that decides are looked at for lines.
const afterwards = 8

// always reports whether a record is evidence whatever it is about: the loop's end,
// its waits if there is one loop (those of several are noise), and callbacks for
// signals and of posted functions.
func always(e *world.Entry) bool {
	switch e.Kind {
	case trace.LoopEnd:
		return true
	case trace.WaitBegin, trace.WaitEnd:
		return e.By == ""
	case trace.CallbackBegin:
		return e.What()&trace.Signal != 0 || e.Inside.Posted() || e.FD == trace.NoFD && e.What()&trace.Timeout != 0
	}
	return false
}
