package phrase

import (
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// names is a table of strings: number 1 is the first.
type names []string

func (n names) String(id uint32) string { return n[id-1] }

// TestEveryKindIsSaid, or it is said here that it is not.
func TestEveryKindIsSaid(t *testing.T) {
	for k := trace.None; int(k) < trace.Kinds; k++ {
		if book[k].brief == nil || book[k].full == nil {
			t.Errorf("the phrasebook has no row for the kind %q", k)
		}
	}
}

// TestTheFeedsLinesHaveWords: the world decides which records have a line in the
// feed, and each of these must say something.
func TestTheFeedsLinesHaveWords(t *testing.T) {
	for k := trace.None + 1; int(k) < trace.Kinds; k++ {
		if book[k].brief == nil {
			continue // TestEveryKindIsSaid says so
		}
		w := world.New(names{"x"})
		w.Apply(&trace.Record{Kind: k, FD: 3, Base: 1, Str: 1, A: 1})
		for i := range w.Feed.Lines {
			if len(AppendHappening(nil, &w.Feed.Lines[i])) == 0 {
				t.Errorf("the feed has a line for the kind %q, and no words", k)
			}
		}
		said := String(AppendHappening(nil, &world.Happening{Kind: k, Name: "x"}))
		if len(w.Feed.Lines) == 0 && said != "" {
			t.Errorf("the kind %q has words for the feed (%q), and no line there", k, said)
		}
	}
}

func TestRecordsInFull(t *testing.T) {
	table := names{"pipe (read end)", "in", "epoll", "epoll_wait", "read", "no events left", "posted function", "worker"}
	w := world.New(table)
	var said []string
	add := func(r trace.Record) {
		r.Thread, r.Time = 7, w.Time+1
		w.Apply(&r)
		e := w.Entry(&r)
		if s := String(AppendEntry(nil, &e)); s != "" {
			said = append(said, s)
		}
	}
	data := trace.Record{Kind: trace.CallEnd, FD: 3, Str: 5, A: 20}
	data.SetData([]byte("a line\x1b"))
	for _, r := range []trace.Record{
		{Kind: trace.Open, FD: 3, Str: 1},
		{Kind: trace.Label, FD: 3, Str: 2},
		{Kind: trace.BaseNew, FD: trace.NoFD, Base: 1, Str: 3},
		{Kind: trace.Add, FD: 3, Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 1},
		{Kind: trace.Add, FD: 15, Base: 1, A: int64(trace.Signal), B: -1, C: 2},
		{Kind: trace.LoopBegin, FD: trace.NoFD, Base: 1},
		{Kind: trace.WaitBegin, FD: trace.NoFD, Base: 1, Str: 4, A: 1, B: 5e6},
		{Kind: trace.Kernel, FD: 3, A: int64(trace.Readable | trace.HangUp), B: 20},
		{Kind: trace.Kernel, FD: 3, A: int64(trace.Writable)},
		{Kind: trace.WaitEnd, FD: trace.NoFD, Base: 1, Str: 4, A: 1},
		{Kind: trace.Ready, FD: 3, Base: 1, A: int64(trace.Readable), C: 1},
		{Kind: trace.CallbackBegin, FD: 3, Base: 1, A: int64(trace.Readable), C: 1},
		{Kind: trace.CallBegin, FD: 3, Str: 5},
		data,
		{Kind: trace.CallEnd, FD: 3, Str: 5, A: -1, B: 11, C: 3},
		{Kind: trace.CallbackEnd, FD: 3, Base: 1, C: 1},
		{Kind: trace.CallbackBegin, FD: 15, Base: 1, A: int64(trace.Signal), C: 2},
		{Kind: trace.CallbackEnd, FD: 15, Base: 1, C: 2},
		{Kind: trace.CallbackBegin, FD: trace.NoFD, Base: 1, Str: 7},
		{Kind: trace.CallbackEnd, FD: trace.NoFD, Base: 1},
		{Kind: trace.Turns, FD: 3, Base: 1, A: 900, C: 1},
		{Kind: trace.CallEnd, FD: 3, Str: 5, A: 1, C: 800},
		{Kind: trace.Turns, FD: 3, Base: 1, A: 800, B: 1, C: 1, D: 5000},
		{Kind: trace.Turns, FD: trace.NoFD, Base: 1, A: 800, B: 2, C: 9},
		{Kind: trace.Turns, FD: trace.NoFD, Base: 1, A: 700},
		{Kind: trace.Close, FD: 3},
		{Kind: trace.Close, FD: 3, A: 9},
		{Kind: trace.CallEnd, FD: 4, Str: 5, A: -1, B: 9},
		{Kind: trace.LoopEnd, FD: trace.NoFD, Base: 1, Str: 6, C: int64(trace.LoopNoEvents)},
		{Kind: trace.BaseNew, FD: trace.NoFD, Base: 2, Str: 3},
		{Kind: trace.Label, FD: trace.NoFD, Base: 2, Str: 8},
		{Kind: trace.LoopBegin, FD: trace.NoFD, Base: 2},
		{Kind: trace.CallBegin, FD: 5, Str: 5},
		{Kind: trace.End, FD: trace.NoFD},
	} {
		add(r)
	}
	want := []string{
		"fd 3 is opened: pipe (read end)",
		"an event is added on in: read|persist",
		"an event is added on SIGTERM: signal",
		"dispatch begins",
		"epoll_wait(1 fd, timeout 5ms) begins",
		"kernel: in is ready (read|hang-up), 20 bytes wait",
		"epoll_wait = 1",
		"the loop is told: in is ready (read)",
		"callback of in begins (read)",
		"read(in) begins, and may block",
		`read(in) = 20 "a line\x1b"...`,
		"read(in) = -1 EAGAIN, 3 times",
		"callback of in ends",
		"callback of SIGTERM begins (signal)",
		"callback of SIGTERM ends",
		"a posted function begins",
		"callback of a posted function ends",
		"900 more turns, each with a callback of in",
		"read(in) = 1, 800 times",
		"800 more turns, each with a callback of in, at most 5µs long",
		"800 more turns, each with a callback of a timer",
		"700 more turns, each called nobody",
		"in is closed",
		"close(in (closed)) = -1 EBADF",
		"read(fd 4) = -1 EBADF",
		"dispatch returns: no events left",
		"worker: dispatch begins",
		"worker: read(opened elsewhere) begins, and may block",
		"the program exits with status 0",
	}
	for i := range max(len(said), len(want)) {
		if i >= len(said) || i >= len(want) || said[i] != want[i] {
			t.Fatalf("line %d:\n%s\nwant:\n%s", i, join(said[min(i, len(said)):]), join(want[min(i, len(want)):]))
		}
	}
}

// TestWhatGatheredTurnsCall: a turn's only callback, one of several, none.
func TestWhatGatheredTurnsCall(t *testing.T) {
	for want, h := range map[string]world.Happening{
		"turns that call only in  x900":     {FD: 3, On: "in", Result: 1},
		"equal turns, they call in  x900":   {FD: 3, On: "in", Result: 1, Limit: 1},
		"equal turns, they call tick  x900": {FD: trace.NoFD, Name: "tick", Result: 2, Limit: 2},
		"turns that call nobody  x900":      {FD: trace.NoFD},
	} {
		h.Kind, h.Times = trace.Turns, 900
		if got := String(AppendHappening(nil, &h)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func join(lines []string) string { return strings.Join(lines, "\n") }
