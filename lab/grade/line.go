package grade

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fdlab/lab/abi"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// entry is a record with the names that it needs, as they were at its time.
type entry struct {
	trace.Record
	text string // its string
	fd   string // the fd's name, or ""
	who  string // whose doing it is, if there are several: the base's name, or the thread
}

// who returns whose doing a record is, if there are several bases or threads:
// the name of the base that it is about or whose loop the thread runs, or the
// thread.
func (e *Examiner) who(r *trace.Record) string {
	called := r.Kind == trace.CallBegin || r.Kind == trace.CallEnd || r.Kind == trace.Open || r.Kind == trace.Close
	if b := e.world.BaseByNumber(r.Base); b != nil && len(e.world.Bases) > 1 && (b.Name != "" || !called) {
		return b.Name
	}
	running := false
	for i := range e.world.Bases {
		b := &e.world.Bases[i]
		if called && b.Thread == r.Thread {
			if len(e.world.Bases) > 1 {
				return b.Name
			}
			return ""
		}
		running = running || b.Thread != 0
	}
	if called && running {
		return fmt.Sprintf("thread %d", r.Thread)
	}
	return ""
}

// line says a record as a person would read it; "" for one that is not worth a
// line.
func (r *entry) line() string {
	text, fd := safe(r.text), safe(r.fd)
	var s string
	switch r.Kind {
	case trace.Open:
		s = fmt.Sprintf("fd %d is opened: %s", r.FD, text)
	case trace.Close:
		s = fd + " is closed"
		if r.A != 0 {
			s = "close(" + fd + ") = -1" + errno(r.A)
		}
	case trace.LoopBegin:
		s = "dispatch begins"
	case trace.LoopEnd:
		s = "dispatch returns: " + text
	case trace.Add:
		s = fmt.Sprintf("an event is added on %s: %s%s", subject(fd, text), flags(r.What()), within(r.B))
	case trace.Del:
		s = fmt.Sprintf("the event on %s is pending no more", subject(fd, text))
	case trace.WaitBegin:
		s = fmt.Sprintf("%s(%d fds%s) begins", text, r.A, within(r.B))
	case trace.WaitEnd:
		s = fmt.Sprintf("%s = %d%s", text, r.A, errno(r.B))
	case trace.Ready:
		s = fmt.Sprintf("the loop is told: %s is ready (%s)", subject(fd, text), flags(r.What()))
	case trace.CallbackBegin:
		if fd == "" && r.A == 0 && text != "" {
			s = fmt.Sprintf("a %s begins", text)
			break
		}
		s = fmt.Sprintf("callback of %s begins (%s)", subject(fd, text), flags(r.What()))
	case trace.CallbackEnd:
		s = fmt.Sprintf("callback of %s ends", subject(fd, ""))
	case trace.Turns:
		s = fmt.Sprintf("%d more turns, each with a callback of %s", r.A, subject(fd, text))
	case trace.CallBegin:
		s = fmt.Sprintf("%s(%s) begins, and may block", text, fd)
	case trace.CallEnd:
		s = fmt.Sprintf("%s(%s) = %d%s%s", text, fd, r.A, errno(r.B), r.moved())
	case trace.Kernel:
		if r.What()&^trace.Writable == 0 {
			return ""
		}
		s = fmt.Sprintf("kernel: %s is ready (%s), %d bytes wait", fd, flags(r.What()), r.B)
	case trace.End:
		s = fmt.Sprintf("the program exits with status %d", r.A)
	default:
		return ""
	}
	if r.who != "" {
		s = safe(r.who) + ": " + s
	}
	return fmt.Sprintf("%9.3f ms  %s", float64(r.Time)/float64(time.Millisecond), s)
}

// moved says the first bytes of a call, or for how many calls it stands.
func (r *entry) moved() string {
	if r.A < 0 && r.C > 1 {
		return fmt.Sprintf(", %d times", r.C)
	}
	data := r.Data(nil)
	if len(data) == 0 || r.A <= 0 {
		return ""
	}
	more := ""
	if int64(len(data)) < r.A {
		more = "..."
	}
	return " " + strconv.QuoteToASCII(string(data)) + more
}

// subject is what an event is about: an fd, or by the name that the event has.
func subject(fd, name string) string {
	switch {
	case fd != "":
		return fd
	case name != "":
		return "a " + name
	}
	return "a timer"
}

// unnamed returns what to call the callback on no fd that a record ends.
func (e *Examiner) unnamed(r *trace.Record) string {
	for i := range e.world.Threads {
		t := &e.world.Threads[i]
		if top, ok := t.Top(); ok && t.ID == r.Thread && top.Kind == world.InCallback && top.Name != "" {
			return "a " + top.Name
		}
	}
	return ""
}

func flags(a trace.Readiness) string {
	var names []string
	for _, f := range []struct {
		bit  trace.Readiness
		name string
	}{
		{trace.Timeout, "timeout"}, {trace.Readable, "read"}, {trace.Writable, "write"}, {trace.Signal, "signal"},
		{trace.Persist, "persist"}, {trace.EdgeTrig, "edge-triggered"}, {trace.HangUp, "hang-up"},
		{trace.Broken, "error"}, {trace.EndOfFile, "end of file"},
	} {
		if a&f.bit != 0 {
			names = append(names, f.name)
		}
	}
	if names == nil {
		return "nothing"
	}
	return strings.Join(names, "|")
}

func within(ns int64) string {
	if ns < 0 {
		return ""
	}
	return ", timeout " + time.Duration(ns).String()
}

func errno(n int64) string {
	if n == 0 {
		return ""
	}
	if name := abi.Errno(n); name != "" {
		return " " + name
	}
	return fmt.Sprintf(" errno %d", n)
}

// safe makes a program's words fit for a terminal.
func safe(s string) string { return launch.Quote([]byte(s)) }

// evidence returns the last n lines about the fds (all when none are named).
// A call's beginning is left out where its end follows at once, and equal lines
// in a row are one.
func evidence(entries []entry, n int, fds ...*FD) []string {
	about := map[int32]bool{}
	for _, f := range fds {
		if f != nil {
			about[f.Number] = true
		}
	}
	type shown struct {
		line  string
		times int
		entry *entry
	}
	var lines []shown // the last first
	for i := len(entries) - 1; i >= 0 && len(lines) <= n && i > len(entries)-50_000; i-- {
		e := &entries[i]
		wait := e.Kind == trace.WaitEnd || e.Kind == trace.WaitBegin
		loops := e.Kind == trace.LoopEnd || wait && e.who == "" || // of several loops, the waits of the others are noise
			e.Kind == trace.CallbackBegin && (e.What()&trace.Signal != 0 || e.FD == trace.NoFD && e.A == 0) // or a posted function
		line := e.line()
		if line == "" || len(about) > 0 && !about[e.FD] && !loops {
			continue
		}
		if len(lines) > 0 {
			last := &lines[len(lines)-1]
			if e.Kind == trace.CallBegin && last.entry.Kind == trace.CallEnd && last.entry.FD == e.FD {
				continue
			}
			if words(last.line) == words(line) {
				last.times++
				continue
			}
		}
		lines = append(lines, shown{line, 1, e})
	}
	var texts []string
	if len(lines) > n {
		lines = lines[:n]
		texts = append(texts, "              ...")
	}
	for _, l := range slices.Backward(lines) {
		if l.times > 1 {
			l.line += fmt.Sprintf("   (%d times in a row)", l.times)
		}
		texts = append(texts, l.line)
	}
	return texts
}

// words is a line without its time.
func words(line string) string {
	_, words, _ := strings.Cut(line, " ms  ")
	return words
}
