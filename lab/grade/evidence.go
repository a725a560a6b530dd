package grade

import (
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

// evidence returns the last n lines about the fds (all when none are named).
// A call's beginning is left out where its end follows at once, and equal lines
// in a row are one. If one record decides, the lines end soon after it, and it is marked.
func evidence(entries []world.Entry, n int, decides func(*world.Entry) bool, fds ...*world.FD) []string {
	decisive := -1
	for i := len(entries) - 1; decides != nil && i >= 0 && decisive < 0; i-- {
		if decides(&entries[i]) {
			decisive = i
		}
	}
	if decisive >= 0 {
		entries = entries[:min(len(entries), decisive+afterwards)]
	}
	about := map[int32]bool{}
	for _, f := range fds {
		if f != nil {
			about[f.Number] = true
		}
	}
	type shown struct {
		words   string
		times   int
		entry   *world.Entry
		decides bool
	}
	var lines []shown // the last first
	waits := 0        // in a row
	for i := len(entries) - 1; i >= 0 && len(lines) <= n && i > len(entries)-50_000; i-- {
		e := &entries[i]
		if len(about) > 0 && !about[e.FD] && !always(e) && i != decisive || outOfDate(entries, i) {
			continue
		}
		words := sentence(e)
		if words == "" {
			continue
		}
		if waits++; !isWait(e) {
			waits = 0
		}
		if waits > mostWaits && i != decisive { // they would push out what the fds did
			continue
		}
		if len(lines) > 0 {
			last := &lines[len(lines)-1]
			if e.Kind == trace.CallBegin && last.entry.Kind == trace.CallEnd && last.entry.FD == e.FD {
				continue
			}
			if last.words == words {
				last.times++
				last.decides = last.decides || i == decisive
				continue
			}
		}
		lines = append(lines, shown{words, 1, e, i == decisive})
	}
	var texts []string
	if len(lines) > n {
		lines = lines[:n]
		texts = append(texts, "              ...")
	}
	for _, l := range slices.Backward(lines) {
		text := fmt.Sprintf("%9.3f ms  %s", float64(l.entry.Time)/float64(time.Millisecond), l.words)
		if l.times > 1 {
			text += fmt.Sprintf("   (%d times)", l.times)
		}
		if l.decides {
			text += "   <- this one"
		}
		texts = append(texts, text)
	}
	return texts
}

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
