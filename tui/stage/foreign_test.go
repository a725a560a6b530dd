package stage

import (
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// server is a program that is not of the lab: its loop watches fd 6.
func server(what string) *history {
	h := &history{thread: 4242}
	h.add(ms, trace.ProcessOf, trace.NoFD, "server", trace.Record{A: 4242})
	h.add(0, trace.ThreadBegin, trace.NoFD, "server", trace.Record{})
	h.add(0, trace.Open, 6, what, trace.Record{})
	h.add(0, trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1, B: 1})
	h.add(0, trace.Add, 6, "", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 1})
	return h
}

// said is a program that is not of the lab, that says itself which callback it is in: one of 5 ms
// that is over, one that runs. A process that it has made waits.
func said() *history {
	h := server("TCP socket")
	for _, last := range []bool{false, true} {
		h.add(20*ms, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
		h.add(20*ms, trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
		h.add(0, trace.Ready, 6, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
		h.add(0, trace.CallbackBegin, 6, "read_cb", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
		h.add(1000, trace.CallEnd, 6, "read", trace.Record{A: 3})
		if !last {
			h.add(5*ms, trace.CallbackEnd, 6, "", trace.Record{Base: 1, C: 1})
		}
	}
	return h
}

// TestWhatIsSaidIsNotDrawnAsMeasured: on its lane, on that of its fd, on the event axis and in words a
// callback of a foreign program has a sign of its own, and none of the signs of one that was seen.
func TestWhatIsSaidIsNotDrawnAsMeasured(t *testing.T) {
	for _, c := range []struct {
		ascii    bool
		sign     string
		measured string
	}{{false, `"`, "▀▘▝▒"}, {true, "S", "@][%"}} {
		v := view(said(), 3*ms)
		v.Theme = theme.New(grid.TrueColor, theme.Dark, c.ascii)
		for _, v.Events = range []bool{false, true} {
			v.Column, v.Wide = ms, 2
			for _, name := range []string{"server", "fd 6"} {
				if lane := row(t, v, 120, 40, name); !strings.Contains(lane, c.sign) || strings.ContainsAny(lane, c.measured) {
					t.Errorf("events %v: the lane of %s is %q; want the sign %s, and none of %s", v.Events, name, lane, c.sign, c.measured)
				}
			}
		}
		for i := range v.Run.Timeline.Lanes {
			l := &v.Run.Timeline.Lanes[i]
			if l.Thread != 0 && LaneWord(v, l) != `"callback"` || !strings.Contains(LaneReadout(v, l), `"callback"`) {
				t.Errorf("the lane shows %q, beside it stands %q", LaneWord(v, l), LaneReadout(v, l))
			}
		}
		if said := Headline(v); !strings.Contains(said, `a "callback"`) {
			t.Errorf("the sentence is %q", said)
		}
	}
}

// TestTheProcessIsNamed where there are several.
func TestTheProcessIsNamed(t *testing.T) {
	h := said()
	if text, _ := screen(view(h, 0), 120, 40); strings.Contains(text, "process") {
		t.Errorf("a program of one process is shown as one of several:\n%s", text)
	}
	h.thread = 4300
	h.add(ms, trace.ProcessOf, trace.NoFD, "worker", trace.Record{A: 4300, B: 4242})
	h.add(ms, trace.ThreadEnd, trace.NoFD, "", trace.Record{})
	v := view(h, 0)
	if text, _ := screen(v, 120, 40); !strings.Contains(text, "process 4242 server  1 of 2") {
		t.Errorf("the program's process is not named:\n%s", text)
	}
	v.Run = v.Run.OfProcess(4300)
	v.World = v.Run.Live
	if text, _ := screen(v, 120, 40); !strings.Contains(text, "process 4300 worker, ended  2 of 2") {
		t.Errorf("the worker is not named:\n%s", text)
	}
}

// TestWhatWasHandledIsNotNext: a loop of three clients accepts one and waits again. No callback is known of, and none
// comes next: what is left is known, until the loop is told of it anew.
func TestWhatWasHandledIsNotNext(t *testing.T) {
	h := server("listener, TCP socket")
	clients := func(n int64) {
		h.add(ms, trace.Socket, 6, "LISTEN", trace.Record{A: 10, C: n, D: 16})
	}
	told := func() {
		h.add(ms, trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
		h.add(0, trace.Ready, 6, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	}
	says := func(when string, after int64, table, lane string) {
		t.Helper()
		v := view(h, after)
		_, _, word := FDWords(v, v.World.FDByNumber(6))
		beside := ""
		for i := range v.Run.Timeline.Lanes {
			if l := &v.Run.Timeline.Lanes[i]; l.FD == 6 {
				beside = LaneReadout(v, l)
			}
		}
		if !strings.Contains(word, table) || !strings.Contains(beside, lane) {
			t.Errorf("%s: the table says %q, beside the lane stands %q; want %q, %q", when, word, beside, table, lane)
		}
	}
	h.add(0, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	clients(3)
	h.add(0, trace.Kernel, 6, "", trace.Record{A: int64(trace.Readable)})
	says("the loop waits", 5*ms, "unseen", "unseen")
	told()
	says("the loop was told", 0, "noticed, not handled yet", "noticed 3")
	h.add(0, trace.Handling, 6, "accept_cb", trace.Record{Base: 1})
	h.add(ms, trace.CallEnd, 6, "accept", trace.Record{A: 7})
	clients(2)
	says("it accepts one", 0, "accept_cb", "handling")
	h.add(ms, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	says("it waits again", 0, "handled", "2 left, known")
	says("it waits still", 500*ms, "handled, not all", "2 left, known")
	told()
	says("it was told again", 0, "noticed, not handled yet", "noticed 2")
}

// TestABriefHandlingLeavesItsMark on the lane of its thread: a server that deals with a request in 1 ms, where a
// column is 20 ms, does not look as if it had only waited.
func TestABriefHandlingLeavesItsMark(t *testing.T) {
	for _, c := range []struct {
		lasts int64
		ascii bool
		sign  string
	}{{ms, false, "▗"}, {ms, true, ","}, {15 * ms, false, "▚"}} {
		h := server("TCP socket")
		for range 3 {
			h.add(0, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
			h.add(100*ms-c.lasts, trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
			h.add(0, trace.Ready, 6, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
			h.add(0, trace.Handling, 6, "read_cb", trace.Record{Base: 1})
			h.add(c.lasts, trace.CallEnd, 6, "read", trace.Record{A: 3})
		}
		h.add(0, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
		v := view(h, 60*ms)
		v.Theme = theme.New(grid.TrueColor, theme.Dark, c.ascii)
		v.Column = 20 * ms
		if lane := row(t, v, 120, 40, "server"); strings.Count(lane, c.sign) != 3 {
			t.Errorf("three requests of %v ms: the lane is %q; want %s three times", c.lasts/ms, lane, c.sign)
		}
	}
}

// TestFilesInPassingAreGathered: a server may open, read and close a file ten times a second. They do not push others
// off the table and the lanes: their number stands there. What else was closed a moment ago keeps its row, and so
// does a file that was open for longer.
func TestFilesInPassingAreGathered(t *testing.T) {
	h := said()
	life := func(fd int32, what string, flags, ns int64) {
		h.add(0, trace.Open, fd, what, trace.Record{A: flags})
		h.add(ns, trace.CallEnd, fd, "read", trace.Record{A: 300})
		h.add(0, trace.Close, fd, "", trace.Record{})
	}
	life(9, "file long", trace.RegularFile, 150*ms)
	life(9, "Unix socket", 0, ms)
	for range 12 {
		life(9, "file stat", trace.RegularFile, ms)
	}
	v := view(h, ms)
	v.Column = 20 * ms
	table, lanes := tableAndLanes(t, v)
	if strings.Contains(table+lanes, "file stat") || !strings.Contains(table, "and 12 files, each opened") {
		t.Errorf("12 files are not gathered:\n%s\n%s", table, lanes)
	}
	for _, kept := range []string{"file long", "Unix socket"} {
		if !strings.Contains(table, kept) || !strings.Contains(lanes, kept) {
			t.Errorf("%s is not shown:\n%s\n%s", kept, table, lanes)
		}
	}
	v.Filter = "stat"
	if table, _ = tableAndLanes(t, v); !strings.Contains(table, "file stat") {
		t.Errorf("who asks for them does not see them:\n%s", table)
	}
}

// tableAndLanes are the table of fds and the lanes, as they stand on a large screen.
func tableAndLanes(t *testing.T, v *View) (table, lanes string) {
	t.Helper()
	text, _ := screen(v, 160, 110)
	upper, _, _ := strings.Cut(text, " lens ")
	_, table, ok := strings.Cut(upper, "file descriptors")
	table, lanes, ok2 := strings.Cut(table, " time ")
	if !ok || !ok2 {
		t.Fatalf("no table, or no lanes:\n%s", text)
	}
	lanes, _, _ = strings.Cut(lanes, " what happened ")
	return table, lanes
}

// TestASharedLoopIsTold: an epoll instance that another process has, too, is not drawn as this one's alone.
func TestASharedLoopIsTold(t *testing.T) {
	for _, c := range []struct {
		process, others int64
		words           string
	}{{4300, 1, "shared with process 4300"}, {4300, 3, "shared with 3 processes"}, {0, 0, ""}} {
		h := said()
		h.add(0, trace.Shared, trace.NoFD, "", trace.Record{Base: 1, A: 4711, B: 2})
		h.add(0, trace.Shared, trace.NoFD, "", trace.Record{Base: 1, A: c.process, B: c.others})
		for _, size := range [][2]int{{80, 24}, {120, 40}} {
			text, _ := screen(view(h, 0), size[0], size[1])
			if !strings.Contains(text, c.words) || c.words == "" && strings.Contains(text, "shared with") {
				t.Errorf("%d others, of which one is %d: want %q on\n%s", c.others, c.process, c.words, text)
			}
		}
	}
}

// TestQuietFDsAreCounted: a server has hundreds, and most do nothing. The table and the lanes have
// those that are watched or were used of late; how many there are besides is said.
func TestQuietFDsAreCounted(t *testing.T) {
	h := &history{thread: 4242}
	h.add(ms, trace.ProcessOf, trace.NoFD, "server", trace.Record{A: 4242})
	h.add(0, trace.ThreadBegin, trace.NoFD, "server", trace.Record{})
	h.add(0, trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1, B: 1})
	for fd := range int32(20) {
		h.add(0, trace.Open, 10+fd, "TCP socket", trace.Record{})
		h.add(0, trace.CallEnd, 10+fd, "read", trace.Record{A: 1}) // so it would have a lane
	}
	for fd := range int32(3) {
		h.add(0, trace.Add, 10+fd, "", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: int64(fd) + 1})
	}
	h.add(0, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 3, B: -1})
	for after, rows := range map[int64]int{ms: 20, 3000 * ms: 3} {
		v := view(h, after)
		v.Column = 50 * ms
		text, _ := screen(v, 160, 110)
		table, lanes := tableAndLanes(t, v)
		inTable, onLanes := strings.Count(table, "TCP socket"), strings.Count(lanes, "TCP socket")
		if inTable != rows || onLanes != rows || strings.Contains(text, "17 fds have been quiet") != (rows == 3) {
			t.Errorf("after %d ms %d fds in the table, %d lanes; want %d of each, and the others counted:\n%s", after/ms, inTable, onLanes, rows, text)
		}
	}
}

// TestManyHeldThreadsAreCounted: their names would not fit into the headline.
func TestManyHeldThreadsAreCounted(t *testing.T) {
	h := &history{thread: 100}
	h.add(ms, trace.ThreadBegin, trace.NoFD, "first", trace.Record{})
	for i := range 4 {
		h.thread = uint32(100 + i)
		h.add(ms, trace.Hold, trace.NoFD, trace.BeforeWait, trace.Record{})
	}
	if text, _ := screen(view(h, 0), 80, 24); !strings.Contains(text, "Held 4 threads, each before its next phase") {
		t.Errorf("the threads are not counted:\n%s", text)
	}
}
