package grade

import (
	"cmp"
	"fmt"
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
// if records decide, those, with what led to each. A call's beginning is left out
// where its end follows at once, and equal lines in a row are one. Nothing is shown that comes long
// after the last record that decides.
func evidence(entries []world.Entry, n int, decides []func(*world.Entry) bool, fds ...*world.FD) []string {
	decisive := map[int]bool{}
	oldest, end := len(entries), len(entries)
	if last := -1; len(decides) > 0 {
		for _, is := range decides {
			at := min(len(entries), keep) - 1 // of what comes after that some kinds are left out: see Examiner.apply
			for at >= 0 && !is(&entries[at]) {
				at--
			}
			for i := len(entries) - 1; at < 0 && i >= keep; i-- {
				if is(&entries[i]) {
					at = i
				}
			}
			if at >= 0 {
				decisive[at] = true
				oldest, last = min(oldest, at), max(last, at)
			}
		}
		if last >= 0 {
			end = min(len(entries), last+afterwards)
		}
	}
	about := map[int32]bool{}
	for _, f := range fds {
		if f != nil {
			about[f.Number] = true
		}
	}
	shown := func(i int) string { // "" for one that is not
		e := &entries[i]
		if len(about) > 0 && !about[e.FD] && !always(e) && !decisive[i] || outOfDate(entries, i) && !decisive[i] {
			return ""
		}
		return sentence(e)
	}
	for last := ""; end < len(entries) && end > 0; end++ { // equal lines in a row are counted to their end
		if last == "" {
			for i := end - 1; i >= 0 && last == ""; i-- {
				last = shown(i)
			}
		}
		if words := shown(end); words != "" && words != last || last == "" {
			break
		}
	}
	entries = entries[:end]
	var lines []line // the last first
	waits := 0       // in a row
	before := 0      // lines before the oldest that decides
	for i := len(entries) - 1; i >= 0 && (len(lines) <= n || before <= ledTo && oldest < len(entries)); i-- {
		e, words := &entries[i], shown(i)
		if words == "" {
			continue
		}
		if waits++; !isWait(e) {
			waits = 0
		}
		if waits > mostWaits && !decisive[i] { // they would push out what the fds did
			continue
		}
		if len(lines) > 0 {
			last := &lines[len(lines)-1]
			if e.Kind == trace.CallBegin && last.entry.Kind == trace.CallEnd && last.entry.FD == e.FD && !decisive[i] {
				continue
			}
			if last.words == words {
				last.times++
				last.decides = last.decides || decisive[i]
				continue
			}
		}
		lines = append(lines, line{words, 1, e, decisive[i]})
		if i < oldest {
			before++
		}
	}
	slices.Reverse(lines)
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.entry.Time, b.entry.Time) }) // threads hand them in as they come
	var texts []string
	left := false
	for i, chosen := range choose(lines, n) {
		if !chosen {
			left = true
			continue
		}
		if left {
			texts = append(texts, "              ...")
			left = false
		}
		l := lines[i]
		text := stamped(l.entry, l.words)
		if l.decides { // in the margin: the end of a line may have no room on a screen
			text = Mark + text
		}
		if l.times > 1 {
			text += fmt.Sprintf("   (%d times)", l.times)
		}
		texts = append(texts, text)
	}
	return texts
}

// stamped is a record's words with its time before them.
func stamped(e *world.Entry, words string) string {
	return fmt.Sprintf("%9.3f ms  %s", float64(e.Time)/float64(time.Millisecond), words)
}

// InFirstRun is how a record is told when the program was started again.
func InFirstRun(e *world.Entry) string { return stamped(e, "in the first run: "+sentence(e)) }

// choose says which n of the lines are shown: those that decide, with those that led to them, and the last ones.
func choose(lines []line, n int) []bool {
	shown := make([]bool, len(lines))
	show := func(i int) {
		if i >= 0 && !shown[i] && n > 0 {
			shown[i] = true
			n--
		}
	}
	for before := range ledTo + 1 {
		for i, l := range slices.Backward(lines) {
			if l.decides {
				show(i - before)
			}
		}
	}
	for i := range slices.Backward(lines) {
		show(i)
	}
	return shown
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
