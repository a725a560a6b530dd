// Package phrase is the lab's phrasebook: it says a record in words. The feed of
// the stage and the evidence in the grader's feedback both speak by it.
//
// A phrase is a row of segments in plain form, each with a role, so that a screen
// can colour it and a plain text can ignore the role. The package knows words, but
// neither drawing nor what follows from a record.
package phrase

import (
	"strconv"
	"strings"
	"time"

	"fdlab/lab/abi"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Segment is a piece of a phrase.
type Segment struct {
	Role Role
	Form Form
	Text string   // Words, Prose
	N    int64    // Number, Count, Duration; Bytes: how many there are
	Data [16]byte // Bytes: the first of them. They come from outside.
}

// Role says what a segment is to its reader.
type Role uint8

const (
	Plain     Role = iota
	Aside          // less than the rest: names in brackets, durations
	Heading        // the experiment's own important words
	Key            // what a person did
	Callback       // about a callback
	Wait           // about a loop's wait
	Warning        // what deserves attention
	Passed         // of a check: it holds
	Failed         // it does not
	NotJudged      // nobody knows
)

// Form says how a segment is written.
type Form uint8

const (
	Words    Form = iota // Text
	Prose                // Text, which may be long: where there is no room it can be cut
	Number               // N
	Count                // N, which may be large
	Duration             // N, in ns
	Bytes                // Data, quoted
)

// Counted says a number with what it counts: "1 byte", "3 bytes".
func Counted[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.FormatInt(int64(n), 10) + " " + noun + "s"
}

// line is a phrase that is being made.
type line []Segment

func (l line) say(r Role, text string) line {
	if text == "" {
		return l
	}
	return append(l, Segment{Role: r, Text: text})
}

func (l line) prose(r Role, text string) line {
	return append(l, Segment{Role: r, Form: Prose, Text: text})
}

func (l line) number(r Role, n int64) line {
	return append(l, Segment{Role: r, Form: Number, N: n})
}

func (l line) count(r Role, n int64) line {
	return append(l, Segment{Role: r, Form: Count, N: n})
}

func (l line) duration(r Role, ns int64) line {
	return append(l, Segment{Role: r, Form: Duration, N: ns})
}

func (l line) bytes(data []byte) line {
	s := Segment{Form: Bytes, N: int64(len(data))}
	copy(s.Data[:], data)
	return append(l, s)
}

// String is a phrase as plain text. Words of a program are in it as they are:
// quote it before it reaches a terminal.
func String(segments []Segment) string {
	var b strings.Builder
	for i := range segments {
		switch s := &segments[i]; s.Form {
		case Words, Prose:
			b.WriteString(s.Text)
		case Number, Count:
			b.WriteString(strconv.FormatInt(s.N, 10))
		case Duration:
			b.WriteString(time.Duration(s.N).String())
		case Bytes:
			b.WriteString(strconv.QuoteToASCII(string(s.Data[:s.N])))
		}
	}
	return b.String()
}

// AppendHappening appends to dst what the feed says of a happening, in few words.
func AppendHappening(dst []Segment, h *world.Happening) []Segment {
	if int(h.Kind) >= len(book) {
		return dst
	}
	l := book[h.Kind].brief(dst, h)
	if h.Times > 1 {
		l = l.say(Aside, "  ").say(Warning, "x").count(Warning, int64(h.Times))
	}
	if h.Took > 0 {
		l = l.say(Aside, "  ").duration(Aside, h.Took)
		if h.Times > 1 {
			l = l.say(Aside, " in all")
		}
	}
	return l
}

// AppendEntry appends to dst a record in a whole sentence; nothing if the record is
// not worth one.
func AppendEntry(dst []Segment, e *world.Entry) []Segment {
	if int(e.Kind) >= len(book) {
		return dst
	}
	l := line(dst)
	switch {
	case e.By != "":
		l = l.say(Plain, e.By).say(Plain, ": ")
	case e.Side:
		l = l.say(Plain, "thread ").number(Plain, int64(e.Thread)).say(Plain, ": ")
	}
	if said := book[e.Kind].full(l, e); len(said) > len(l) {
		return said
	}
	return dst
}

// On says what a record is about: its fd or its signal by name, or "".
func On(e *world.Entry) string {
	switch {
	case e.On == "" && e.FD >= 0:
		return "fd " + strconv.Itoa(int(e.FD))
	case e.Gone:
		return e.On + " (closed)"
	}
	return e.On
}

// FD says which fd has a number, or had it last; "" for trace.NoFD.
func FD(w *world.World, number int32) string {
	e := world.Entry{Record: trace.Record{FD: number}}
	if f := w.FDOnce(number); f != nil {
		e.On, e.Gone = f.Name(), f.Closed != 0
	}
	return On(&e)
}

// Subject says whose a callback is: an fd's or a signal's, by its name on; or that
// of an event with a name; or a timer's.
func Subject(on, event string) string {
	switch {
	case on != "":
		return on
	case event != "":
		return article(event) + event
	}
	return "a timer"
}

// article is "a " or "an ", as it stands before a name.
func article(name string) string {
	if strings.ContainsAny(name[:1], "aeiou") {
		return "an "
	}
	return "a "
}

// Flags says what an event is for, or why it was called: "read|persist".
func Flags(what trace.Readiness) string {
	var names []string
	for _, f := range flags {
		if what&f.bit != 0 {
			names = append(names, f.name)
		}
	}
	if names == nil {
		return "nothing"
	}
	return strings.Join(names, "|")
}

var flags = [...]struct {
	bit  trace.Readiness
	name string
}{
	{trace.Timeout, "timeout"}, {trace.Readable, "read"}, {trace.Writable, "write"}, {trace.Signal, "signal"},
	{trace.Persist, "persist"}, {trace.EdgeTrig, "edge-triggered"}, {trace.HangUp, "hang-up"},
	{trace.Broken, "error"}, {trace.EndOfFile, "end of file"},
}

// Errno says an errno by its name: "EAGAIN".
func Errno(n int64) string {
	if name := abi.Errno(n); name != "" {
		return name
	}
	return "errno " + strconv.FormatInt(n, 10)
}

// Ruling says what a verdict rules: "half true".
func Ruling(r trace.Ruling) string {
	if r == trace.Undecided {
		return "not judged"
	}
	return r.String()
}

// Outcome says what came of a check: "yes".
func Outcome(o trace.Outcome) Segment {
	switch o {
	case trace.Passed:
		return Segment{Role: Passed, Text: "yes"}
	case trace.Failed:
		return Segment{Role: Failed, Text: "no"}
	}
	return Segment{Role: NotJudged, Text: "not judged"}
}
