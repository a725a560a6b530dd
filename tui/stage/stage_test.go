package stage

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"fdlab/lab/diagnosis"
	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/keys"
	"fdlab/tui/theme"
)

// history is a hand-made run: drawing needs no real one.
type history struct {
	strings []string
	records []trace.Record
	thread  uint32
	now     int64
}

func (h *history) String(id uint32) string { return h.strings[id-1] }

func (h *history) add(after int64, kind trace.Kind, fd int32, text string, r trace.Record) {
	h.now += after
	r.Kind, r.FD, r.Time, r.Thread = kind, fd, h.now, h.thread
	if text != "" {
		h.strings = append(h.strings, text)
		r.Str = uint32(len(h.strings))
	}
	h.records = append(h.records, r)
}

const ms = int64(1e6)

// blocked is lesson 01's moment: the thread is blocked in read(a) while b has
// been ready for most of a second.
func blocked() *history {
	h := &history{thread: 4242}
	h.add(ms, trace.Step, trace.NoFD, "one thread reads a, then b", trace.Record{A: 1, B: 3})
	h.add(ms, trace.ThreadBegin, trace.NoFD, "reader", trace.Record{})
	h.add(ms, trace.Open, 6, "pipe (read end)", trace.Record{B: 7})
	h.add(0, trace.Open, 7, "pipe (write end)", trace.Record{B: 6})
	h.add(0, trace.Open, 8, "socket", trace.Record{B: 9})
	h.add(0, trace.Open, 9, "socket", trace.Record{B: 8})
	h.add(0, trace.Label, 6, "a", trace.Record{})
	h.add(0, trace.Label, 8, "b", trace.Record{})
	h.add(0, trace.Offer, trace.NoFD, "write to a", trace.Record{A: 'a'})
	h.add(0, trace.Offer, trace.NoFD, "write to b", trace.Record{A: 'b'})
	h.add(ms, trace.CallBegin, 6, "read", trace.Record{})
	h.thread = 4240
	h.add(200*ms, trace.Kernel, 8, "", trace.Record{A: int64(trace.Readable | trace.Writable), B: 3})
	return h
}

// looping is a loop that waits in select for a and b, has just run b's
// callback, and then waits again.
func looping() *history {
	h := &history{thread: 4242}
	h.add(ms, trace.ThreadBegin, trace.NoFD, "select", trace.Record{})
	h.add(ms, trace.Open, 6, "pipe (read end)", trace.Record{B: 7})
	h.add(ms, trace.Open, 8, "socket", trace.Record{B: 9})
	h.add(ms, trace.BaseNew, trace.NoFD, "select", trace.Record{Base: 1})
	h.add(0, trace.Add, 6, "a", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 1})
	h.add(0, trace.Add, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 2})
	h.add(0, trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
	h.add(ms, trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 1, A: 2, B: -1})
	h.add(200*ms, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
	h.add(0, trace.Ready, 8, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
	h.add(2000, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
	r := trace.Record{A: 3}
	r.SetData([]byte("b1\n"))
	h.add(2000, trace.CallEnd, 8, "read", r)
	h.add(1000, trace.CallbackEnd, 8, "", trace.Record{Base: 1, C: 2})
	h.add(1000, trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 1, A: 2, B: -1})
	return h
}

func view(h *history, after int64) *View {
	run := world.NewRun(h)
	run.Apply(h.records)
	return &View{
		Theme: theme.New(grid.TrueColor, theme.Dark, false), Lesson: "01 select vs blocking I/O", Status: Running,
		Run: run, World: run.Live, Now: h.now + after, Live: h.now + after, Column: 20 * ms,
		Predicted: "a", Options: map[string]string{"a": "at once: the kernel interrupts the read", "b": "only after a speaks"},
		Keys: []keys.Hint{{Key: "space", Does: "hold"}, {Key: ".", Does: "step"}, {Key: "?", Does: "help"}, {Key: "q", Does: "back"}},
	}
}

// screen draws a view and returns it as lines of text.
func screen(v *View, w, h int) (string, *grid.Grid) {
	g := grid.New(w, h)
	Draw(g.Region(), v, LayoutOf(w, h, v))
	var b strings.Builder
	for y := range h {
		for x := range w {
			c := g.At(x, y).Rune
			if c == 0 {
				c = ' '
			}
			b.WriteRune(c)
		}
		b.WriteByte('\n')
	}
	return b.String(), g
}

func TestTheBlockedThreadIsSeenBlockedWhileTheOtherFDIsReady(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			text, _ := screen(view(blocked(), 730*ms), size[0], size[1])
			for _, want := range []string{
				"Blocked in read on a, while b has been ready for 730 ms. Nobody looks.",
				"thread 4242 reader", "read(6) 930 ms", "3 bytes", "unseen 730 ms", "step 1 of 3", "LIVE",
				"you predicted a", "a write to a",
			} {
				if !strings.Contains(text, want) {
					t.Errorf("the screen lacks %q:\n%s", want, text)
				}
			}
		})
	}
}

// TestWhatTheProgramSaysIsWhole: it may be a command to type. The lines of the log can all be
// scrolled to, whatever rows they take.
func TestWhatTheProgramSaysIsWhole(t *testing.T) {
	h := blocked()
	const said = "listens on 127.0.0.1:9877. From another terminal: nc 127.0.0.1 9877"
	h.add(ms, trace.Note, trace.NoFD, said, trace.Record{})
	v := view(h, ms)
	v.Tries = []Try{{"a thing to try", false}} // so the log has half of the width
	for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 60}} {
		if v.Full = NoPanel; IsSmall(size[0], size[1]) {
			v.Full = FeedPanel
		}
		l, text := LayoutOf(size[0], size[1], v), ""
		all, _ := screen(v, size[0], size[1])
		for y, line := range strings.Split(all, "\n") {
			if in := inside(l.Feed); y >= in.Y && y < in.Y+in.H {
				text += string([]rune(line)[in.X:in.X+in.W]) + " "
			}
		}
		if got := strings.Join(strings.Fields(text), " "); !strings.Contains(got, said) {
			t.Errorf("%v: the log does not say %q:\n%s", size, said, all)
		}
	}
	for n := range 30 {
		h.add(ms, trace.Note, trace.NoFD, fmt.Sprintf("line %d is so long that it does not stand in one row of a log that is narrow", n), trace.Record{})
	}
	v = view(h, ms)
	v.Tries = []Try{{"a thing to try", false}}
	l, seen := LayoutOf(80, 24, v), ""
	for range 60 {
		text, _ := screen(v, 80, 24)
		seen += text
		v.ScrollBy(FeedPanel, -1, &l)
	}
	for n := range 30 {
		if !strings.Contains(seen, fmt.Sprintf("line %d is", n)) {
			t.Errorf("line %d cannot be scrolled to", n)
		}
	}
	if text, _ := screen(v, 80, 24); strings.Contains(text, "more ↑") || !strings.Contains(text, "more ↓") {
		t.Errorf("at the first line:\n%s", text)
	}
}

func TestHelpAndTheWayOutAreAlwaysOffered(t *testing.T) {
	for w := 40; w <= 120; w += 5 {
		text, _ := screen(view(blocked(), 0), w, 24)
		if !regexp.MustCompile(`\? help {2,3}q back *\n$`).MatchString(text) {
			t.Errorf("at %d columns help and the way out are missing:\n%s", w, text)
		}
	}
}

func TestTheWaitingTimeGrows(t *testing.T) {
	for _, ns := range []int64{100 * ms, 400 * ms, 800 * ms} {
		text, _ := screen(view(blocked(), ns), 120, 40)
		want := "unseen " + string(grid.AppendDuration(nil, ns)) + " " + strings.Repeat("▪", int(ns/100e6))
		if !strings.Contains(text, want) {
			t.Errorf("after %d ms the screen lacks %q:\n%s", ns/ms, want, text)
		}
	}
}

func TestACallbackOfMicrosecondsCanBeSeen(t *testing.T) {
	v := view(looping(), 100*ms)
	text, _ := screen(v, 120, 40)
	for _, want := range []string{"callback ran 3.0 µs", "select(2 fds) = 1", `read(8 socket) = 3 "b1\n"`, "turns 1  callbacks 1", "waits in select for 2 fds", "▘"} {
		if !strings.Contains(text, want) {
			t.Errorf("the screen lacks %q:\n%s", want, text)
		}
	}
	v.Now += 1000 * ms
	text, _ = screen(v, 120, 40)
	if strings.Contains(text, "callback ran") {
		t.Errorf("a second later the callback still glows:\n%s", text)
	}
	if !strings.Contains(text, "▘") {
		t.Errorf("the time panel has forgotten the callback:\n%s", text)
	}
}

// clientFirst is a connection whose client has closed first.
func clientFirst() *history {
	h := &history{thread: 4242}
	ports := func(local, remote int64) int64 { return local<<16 | remote }
	end := func(fd int32, label string, code, ports, expires int64) {
		h.add(ms, trace.Endpoint, fd, label, trace.Record{A: code, B: ports, C: expires})
	}
	end(4, "client", 1, ports(40000, 9877), -1)
	end(5, "server", 1, ports(9877, 40000), -1)
	end(trace.NoFD, "client", 4, ports(40000, 9877), -1)
	end(5, "server", 8, ports(9877, 40000), -1)
	end(trace.NoFD, "client", 5, ports(40000, 9877), -1)
	end(trace.NoFD, "server", 9, ports(9877, 40000), -1)
	end(trace.NoFD, "server", 0, ports(9877, 40000), -1)
	end(trace.NoFD, "client", 6, ports(40000, 9877), 60e9)
	return h
}

// TestTheTwoEndsOfAConnection: the client closed first, and stands in
// TIME_WAIT with no fd, while the server's end is gone.
func TestTheTwoEndsOfAConnection(t *testing.T) {
	h := clientFirst()
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		text, _ := screen(view(h, 13e9), size[0], size[1])
		for _, want := range []string{"client", "TIME_WAIT", "47.0 s", "server", "gone", "TCP: server gone"} {
			if !strings.Contains(text, want) {
				t.Errorf("the screen lacks %q:\n%s", want, text)
			}
		}
	}
}

// TestOlderEndsCanBeToldApart: each has its port, and the first to be gone comes first.
func TestOlderEndsCanBeToldApart(t *testing.T) {
	h := &history{thread: 4242}
	for i := range int64(4) {
		h.add(1000*ms, trace.Endpoint, trace.NoFD, "client", trace.Record{A: 6, B: (40001+i)<<16 | 9877, C: 60e9})
	}
	for _, size := range [][2]int{{80, 24}, {200, 60}} {
		text, _ := screen(view(h, 0), size[0], size[1])
		var at []int
		for _, want := range []string{":40001 TIME_WAIT 57.0 s", ":40002 TIME_WAIT 58.0 s"} {
			at = append(at, strings.Index(text, want))
		}
		if at[0] < 0 || at[1] < at[0] {
			t.Errorf("the older ends are not in the order in which they will be gone:\n%s", text)
		}
	}
}

// ended is a loop's run that has answered and ended.
func ended() *history {
	h := looping()
	h.add(ms, trace.Check, trace.NoFD, "select: read b while a was silent", trace.Record{A: int64(trace.Passed)})
	h.add(0, trace.Answer, trace.NoFD, "b", trace.Record{})
	h.add(0, trace.Verdict, trace.NoFD, "Waiting for both made the difference: select read b1 after 478 µs, blocking "+
		"read b1 after 1.00 s. But there is more than select: by itself the loop takes epoll here.", trace.Record{A: int64(trace.HalfTrue)})
	h.add(0, trace.End, trace.NoFD, "", trace.Record{})
	return h
}

// TestTheVerdictIsReadWhole: at the end it is what the student wants to read.
func TestTheVerdictIsReadWhole(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		v := view(ended(), 0)
		v.Status, v.Words = Over, "The program has ended after 4.21s (exit status 0)."
		v.Predicted = "b"
		v.Options["b"] = "When a has spoken: only then does the thread come to b."
		text, _ := screen(v, size[0], size[1])
		for _, want := range []string{"you were right", "the claim is half true", "takes epoll here.", "✓ yes select: read b while a was silent"} {
			if !strings.Contains(text, want) {
				t.Errorf("at %v the screen lacks %q:\n%s", size, want, text)
			}
		}
	}
}

// TestTheEndsAreSeenSideBySide: at 80x24 there is no room for the diagrams,
// and each end shows the states that it has gone through.
func TestTheEndsAreSeenSideBySide(t *testing.T) {
	text, _ := screen(view(clientFirst(), 13e9), 80, 24)
	for _, want := range []string{"client", "server", "ESTABLISHED  ESTABLISHED", "FIN_WAIT1    CLOSE_WAIT", "FIN_WAIT2    LAST_ACK", "TIME_WAIT    gone", "47.0 s ▪▪▪"} {
		if !strings.Contains(text, want) {
			t.Errorf("the screen lacks %q:\n%s", want, text)
		}
	}
}

// TestOnlyAStateThatTheTimerEndsCountsDown: the timer of FIN_WAIT1 sends a
// segment again; it does not end the state.
func TestOnlyAStateThatTheTimerEndsCountsDown(t *testing.T) {
	for state, counts := range map[int64]bool{4: false, 5: true, 6: true, 9: false, 11: false} {
		h := &history{thread: 4242}
		h.add(ms, trace.Endpoint, trace.NoFD, "client", trace.Record{A: state, B: 40000<<16 | 9877, C: 438e6})
		for _, size := range [][2]int{{80, 24}, {120, 40}} {
			text, _ := screen(view(h, ms), size[0], size[1])
			if got := strings.Contains(text, "437 ms"); got != counts {
				t.Errorf("%s counts down: %t, want %t:\n%s", world.TCPState(state), got, counts, text)
			}
		}
	}
}

// TestTheLineBelowTheTitleDoesNotLie: the callbacks that take nothing are those
// of an fd that is not ready.
func TestTheLineBelowTheTitleDoesNotLie(t *testing.T) {
	h := looping()
	for range 20 {
		h.add(1000, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
		h.add(1000, trace.Kernel, 6, "", trace.Record{A: int64(trace.Readable), B: 3})
		h.add(1000, trace.Ready, 6, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
		h.add(1000, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
		h.add(1000, trace.CallEnd, 8, "read", trace.Record{A: -1, B: 11})
		h.add(1000, trace.CallbackEnd, 8, "", trace.Record{Base: 1, C: 2})
		h.add(1000, trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 1, A: 2, B: -1})
	}
	text, _ := screen(view(h, ms), 120, 40)
	if strings.Contains(text, "socket is ready") {
		t.Errorf("the screen says that the socket is ready, which it is not:\n%s", text)
	}
	for _, want := range []string{"The loop spins", "callbacks of socket have taken nothing", "told; called: socket"} {
		if !strings.Contains(text, want) {
			t.Errorf("the screen lacks %q:\n%s", want, text)
		}
	}
}

// TestALostListenerIsNotCalledEmpty: the records that say that a socket listens and is watched may be among
// those that were lost.
func TestALostListenerIsNotCalledEmpty(t *testing.T) {
	h := looping()
	h.add(ms, trace.Open, 10, "TCP socket", trace.Record{})
	h.add(0, trace.Label, 10, "server", trace.Record{})
	h.add(0, trace.Kernel, 10, "", trace.Record{})
	h.add(ms, trace.CallEnd, 10, "read", trace.Record{A: -1, B: 11}) // so that it has a lane
	for _, lost := range []uint64{0, 77} {
		v := view(h, 300*ms)
		v.Run.Lost(0, h.now+100*ms)
		if lost > 0 {
			v.Run.Lost(lost, h.now+200*ms)
		}
		text, _ := screen(v, 120, 40)
		row := ""
		for _, line := range strings.Split(text, "\n") {
			if strings.Contains(line, "10  server") {
				row = line
				break
			}
		}
		if guessed := strings.Contains(row, "empty"); row == "" || guessed != (lost == 0) {
			t.Errorf("%d records were lost, and the row is %q in\n%s", lost, row, text)
		}
		beside := ""
		for i := range v.Run.Timeline.Lanes {
			if l := &v.Run.Timeline.Lanes[i]; l.FD == 10 {
				beside = LaneReadout(v, l)
			}
		}
		if want := map[uint64]string{0: "not watched", 77: "watched ?"}[lost]; beside != want {
			t.Errorf("%d records were lost, and beside the lane stands %q, not %q", lost, beside, want)
		}
	}
}

// TestWhatMayBeWatchedIsNotDenied: the record of an add is lost, and what comes after it makes
// the fd idle anew. Nobody knows whether it is watched; of one that was opened since, everybody does.
func TestWhatMayBeWatchedIsNotDenied(t *testing.T) {
	h := looping()
	h.add(ms, trace.Open, 10, "TCP socket", trace.Record{})
	h.add(0, trace.Label, 10, "before", trace.Record{})
	lost := h.now + 10*ms
	v := view(h, 0)
	v.Run.Lost(0, h.now+5*ms)
	v.Run.Lost(77, lost)
	known := len(h.records)
	h.add(20*ms, trace.Open, 11, "TCP socket", trace.Record{})
	h.add(0, trace.Label, 11, "since", trace.Record{})
	for _, fd := range []int32{10, 11} {
		h.add(ms, trace.Kernel, fd, "", trace.Record{A: int64(trace.Readable), B: 3})
		h.add(50*ms, trace.CallEnd, fd, "read", trace.Record{A: 3})
		h.add(0, trace.Kernel, fd, "", trace.Record{})
		h.add(5*ms, trace.Kernel, fd, "", trace.Record{A: int64(trace.Readable), B: 3})
	}
	v.Run.Apply(h.records[known:])
	v.World, v.Now, v.Live = v.Run.Live, h.now+3000*ms, h.now+3000*ms
	warned := map[int32]bool{}
	for _, f := range diagnosis.Warnings(nil, v.World, v.Now) {
		if f.Kind == diagnosis.NeverRead {
			warned[f.FD.Number] = true
		}
	}
	for fd, sure := range map[int32]bool{10: false, 11: true} {
		watched, _, _ := FDWords(v, v.World.FDByNumber(fd))
		if watched == "" != sure || watched != "" && watched != "?" {
			t.Errorf("fd %d: in the column of what is watched stands %q", fd, watched)
		}
		if warned[fd] != sure {
			t.Errorf("fd %d: that nobody watches it is warned of: %v", fd, warned[fd])
		}
	}
	for _, fd := range []int32{10, 11} { // until nothing is left, so that their lanes are idle
		h.add(ms, trace.CallEnd, fd, "read", trace.Record{A: 3})
		h.add(0, trace.Kernel, fd, "", trace.Record{})
	}
	v.Run.Apply(h.records[len(h.records)-4:])
	v.World, v.Now, v.Live = v.Run.Live, h.now, h.now
	for i := range v.Run.Timeline.Lanes {
		l := &v.Run.Timeline.Lanes[i]
		want := map[int32]string{10: "watched ?", 11: "not watched"}[l.FD]
		if said := LaneReadout(v, l); want != "" && said != want {
			t.Errorf("beside the lane of fd %d stands %q, not %q", l.FD, said, want)
		}
	}
}

// TestABlockedCallIsNamed: the call and its fd, and for how long.
func TestABlockedCallIsNamed(t *testing.T) {
	h := blocked()
	h.add(0, trace.Kernel, 8, "", trace.Record{A: int64(trace.Writable)}) // nothing waits
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		if text, _ := screen(view(h, 300*ms), size[0], size[1]); !strings.Contains(text, "reader is blocked in read on a for 500 ms") {
			t.Errorf("the call is not named:\n%s", text)
		}
	}
}

// TestATurnThatDoesNotEndIsSaid: an event makes itself active. What the loop calls has
// a name, and no callback is called long.
func TestATurnThatDoesNotEndIsSaid(t *testing.T) {
	h := looping()
	h.add(ms, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 0})
	self := trace.Record{Base: 1, A: int64(trace.Timeout), C: 3}
	h.add(0, trace.CallbackBegin, trace.NoFD, "again", self)
	h.add(0, trace.CallbackEnd, trace.NoFD, "", self)
	h.add(ms, trace.Calls, trace.NoFD, "again", trace.Record{Base: 1, A: 1233, C: 3})
	text, _ := screen(view(h, 0), 120, 40)
	for _, want := range []string{"The loop calls only again: 1,234 callbacks in one turn", "2 ", "starve again 1,234 callbacks", "1,233"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	h.add(ms, trace.Kernel, 6, "", trace.Record{A: int64(trace.Readable), B: 3})
	h.add(150*ms, trace.Calls, trace.NoFD, "again", trace.Record{Base: 1, A: 1e6, C: 3})
	text, _ = screen(view(h, 0), 120, 40)
	for _, want := range []string{"pipe (read end) ready for 150 ms; its loop calls only again", "starve pipe (read end) by again 150 ms"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "long callback") {
		t.Errorf("a long callback in\n%s", text)
	}
}

// TestWhereRecordsWereLostNothingIsGuessed: the end of a callback, or of a blocking
// call, may be among them. What is recorded afterwards is known again.
func TestWhereRecordsWereLostNothingIsGuessed(t *testing.T) {
	h := looping()
	h.add(ms, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
	h.add(0, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
	h.thread = 4243
	h.add(0, trace.ThreadBegin, trace.NoFD, "reader", trace.Record{})
	h.add(0, trace.Open, 10, "socket", trace.Record{})
	h.add(0, trace.CallBegin, 10, "read", trace.Record{})
	v := view(h, 300*ms)
	text, _ := screen(v, 120, 40)
	for _, want := range []string{"callback 300 ms", "blocked 300 ms", "long callback base 1 300 ms"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	v.Run.Lost(0, h.now+100*ms)
	v.Run.Lost(77, h.now+200*ms)
	v.Lost = 77
	text, _ = screen(v, 120, 40)
	for _, want := range []string{"Records were lost: what the loop has done since 00:00.206 is not known", "callback ?", "blocked ?", "read(10) ?"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, wrong := range []string{"300 ms", "long callback"} {
		if strings.Contains(text, wrong) {
			t.Errorf("%q is a guess in\n%s", wrong, text)
		}
	}
	v.LeftOut = 70
	if text, _ := screen(v, 120, 40); !strings.Contains(text, "70 left out  7 records lost") {
		t.Errorf("70 of the 77 were left out on purpose:\n%s", text)
	}
	early := *v
	early.Now, early.World = h.now+50*ms, v.Run.At(h.now+50*ms)
	if text, _ := screen(&early, 120, 40); !strings.Contains(text, "callback 50 ms") {
		t.Errorf("nothing was lost yet: no \"callback 50 ms\" in\n%s", text)
	}
	h.now += 200 * ms
	h.thread = 4242
	seen := len(h.records)
	h.add(ms, trace.CallbackEnd, 8, "", trace.Record{Base: 1, C: 2})
	h.add(0, trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 1, A: 2, B: -1})
	v.Run.Apply(h.records[seen:])
	v.Now = h.now + 40*ms
	if text, _ := screen(v, 120, 40); !strings.Contains(text, "waits 40 ms") || !strings.Contains(text, "callback b ") || strings.Contains(text, "long callback") {
		t.Errorf("the loop was heard again: no \"waits 40 ms\", or a long callback in\n%s", text)
	}
}

// TestARefusedReadTookNothing: EAGAIN means that there was nothing.
func TestARefusedReadTookNothing(t *testing.T) {
	h := looping()
	h.add(400*ms, trace.CallEnd, 6, "read", trace.Record{A: -1, B: 11, C: 300})
	text, _ := screen(view(h, 20*ms), 120, 40)
	if !strings.Contains(text, "read: EAGAIN") || strings.Contains(text, "▾ read") {
		t.Errorf("no \"read: EAGAIN\", or the sign of bytes taken, in\n%s", text)
	}
	h.add(ms, trace.CallEnd, 6, "read", trace.Record{A: 5})
	if text, _ := screen(view(h, 20*ms), 120, 40); !strings.Contains(text, "▾ read") {
		t.Errorf("no \"▾ read\" in\n%s", text)
	}
}

func TestALongCallbackIsSaid(t *testing.T) {
	h := looping()
	h.add(ms, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
	h.add(0, trace.Ready, 8, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
	h.add(0, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
	text, _ := screen(view(h, 300*ms), 120, 40)
	if want := "The loop has been inside a callback for 300 ms. It looks at nothing else."; !strings.Contains(text, want) {
		t.Errorf("the screen lacks %q:\n%s", want, text)
	}
}

// TestClientsInTheBacklogPileUp: while the accept callback runs, the lane of
// the listener shows who waits.
func TestClientsInTheBacklogPileUp(t *testing.T) {
	h := &history{thread: 4242}
	h.add(ms, trace.ThreadBegin, trace.NoFD, "server", trace.Record{})
	h.add(ms, trace.Open, 10, "TCP listener", trace.Record{})
	h.add(ms, trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
	h.add(0, trace.Add, 10, "accept", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 1})
	h.add(0, trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
	h.add(0, trace.CallbackBegin, 10, "accept", trace.Record{Base: 1, C: 1})
	h.add(ms, trace.CallEnd, 10, "accept", trace.Record{A: 12})
	h.add(100*ms, trace.Socket, 10, "LISTEN", trace.Record{C: 2, D: 10})
	h.add(0, trace.Kernel, 10, "", trace.Record{A: int64(trace.Readable)})
	text, _ := screen(view(h, 400*ms), 120, 40)
	if !strings.Contains(text, "▂▂▂▂▂▂") || !strings.Contains(text, "■ 2 clients") {
		t.Errorf("no lane shows the clients that wait:\n%s", text)
	}
}

// TestNoWordLosesItsEnd: what has no room at 80x24 is said shorter.
func TestNoWordLosesItsEnd(t *testing.T) {
	narrow := func(h *history, after int64, wants ...string) {
		t.Helper()
		text, _ := screen(view(h, after), 80, 24)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("the screen lacks %q:\n%s", want, text)
			}
		}
	}
	narrow(looping(), 100*ms, "▶ ran 3.0 µs ", "wait▸ready▸callback", "turns 1 callbacks 1")
	h := &history{thread: 4242}
	h.add(ms, trace.Open, 10, "TCP listener", trace.Record{})
	h.add(ms, trace.Socket, 10, "LISTEN", trace.Record{C: 3, D: 10})
	h.add(ms, trace.Kernel, 10, "", trace.Record{A: int64(trace.Readable)})
	h.add(ms, trace.Open, 11, "socket", trace.Record{})
	h.add(ms, trace.Kernel, 11, "", trace.Record{A: int64(trace.Readable | trace.EndOfFile)})
	narrow(h, 900*ms, "■ 3 clients ◌ unseen 902 ms", "■ EOF", "5 never read socket 900 ms")
}

func TestALintHasItsDigit(t *testing.T) {
	h := blocked()
	text, _ := screen(view(h, 900*ms), 120, 40)
	if want := "5 never read b 900 ms, nobody waits"; !strings.Contains(text, want) {
		t.Errorf("the screen lacks %q:\n%s", want, text)
	}
	if title, text, ok := Explain("5"); !ok || title != "never read" || text == "" {
		t.Errorf("the key 5 explains %q, %q", title, text)
	}
	if _, _, ok := Explain("7"); ok {
		t.Error("the key 7 explains something")
	}
}

// many is a run with 200 fds in one loop, some of them ready.
func many(n int32) *history {
	h := &history{thread: 4242}
	h.add(ms, trace.ThreadBegin, trace.NoFD, "loop", trace.Record{})
	h.add(ms, trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
	h.add(0, trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
	for fd := int32(10); fd < 10+n; fd++ {
		h.add(1000, trace.Open, fd, "TCP connection", trace.Record{})
		h.add(1000, trace.Add, fd, "client", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: int64(fd)})
	}
	for turn := range 100 {
		h.add(5*ms, trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 20})
		for k := range int32(20) {
			fd := 10 + (int32(turn)*7+k*9)%n
			h.add(1000, trace.Kernel, fd, "", trace.Record{A: int64(trace.Readable), B: int64(k)})
			h.add(1000, trace.Ready, fd, "", trace.Record{Base: 1, A: int64(trace.Readable), C: int64(fd)})
			h.add(1000, trace.CallbackBegin, fd, "client", trace.Record{Base: 1, C: int64(fd)})
			h.add(1000, trace.CallEnd, fd, "read", trace.Record{A: 5})
			h.add(1000, trace.CallbackEnd, fd, "", trace.Record{Base: 1, C: int64(fd)})
		}
		h.add(1000, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: int64(n), B: -1})
	}
	return h
}

func TestManyFDsFindRoom(t *testing.T) {
	text, _ := screen(view(many(200), 10*ms), 200, 60)
	for _, want := range []string{"200 fds", "209"} {
		if !strings.Contains(text, want) {
			t.Errorf("the screen lacks %q:\n%s", want, text)
		}
	}
}

// TestNoSizeBreaksTheStage draws every moment of a run in every kind of size.
func TestNoSizeBreaksTheStage(t *testing.T) {
	h := looping()
	v := view(h, 0)
	for w := 0; w <= 210; w += 7 {
		for rows := 0; rows <= 62; rows += 3 {
			v.World = v.Run.At(h.now * int64(w) / 210)
			v.Now = v.World.Time
			for _, v.Band = range []*Band{nil, {Of: 1}, {Number: 1, Of: 1, Question: "Who?", Answer: "The kernel."}} {
				screen(v, w, rows)
			}
		}
	}
}

func BenchmarkDraw200FDs200x60(b *testing.B) {
	v := view(many(200), 10*ms)
	g := grid.New(200, 60)
	v.Theme.Prepare(g)
	b.ReportAllocs()
	for b.Loop() {
		g.Clear()
		Draw(g.Region(), v, LayoutOf(200, 60, v))
		_ = g.Render()
	}
}

// TestNoCheckIsLeftOutWithoutASign: where there is no room, those that decide are
// there, and the others are counted.
func TestNoCheckIsLeftOutWithoutASign(t *testing.T) {
	h := looping()
	for n := range 20 {
		h.add(ms, trace.Check, trace.NoFD, fmt.Sprintf("besides %d", n), trace.Record{A: int64(trace.Passed)})
	}
	h.add(ms, trace.Check, trace.NoFD, "this decides", trace.Record{A: int64(trace.Passed), B: 1})
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		text, _ := screen(view(h, 0), size[0], size[1])
		_, panel, _ := strings.Cut(text, "prediction and verdict")
		if !strings.Contains(panel, "yes this decides") || !strings.Contains(panel, " more checks") {
			t.Errorf("%v:\n%s", size, text)
		}
	}
}

// several are two loops on two threads of the same name: one waits, the other is in a
// callback.
func several(names ...string) *history {
	h := &history{}
	for i, name := range names {
		n := uint16(i + 1)
		h.thread = 4242 + uint32(i)
		h.add(0, trace.ThreadBegin, trace.NoFD, "loop", trace.Record{})
		h.add(0, trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: n})
		if name != "" {
			h.add(0, trace.Label, trace.NoFD, name, trace.Record{Base: n})
		}
		h.add(0, trace.LoopBegin, trace.NoFD, "", trace.Record{Base: n, B: 1})
		h.add(ms, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: n, A: 2, B: -1})
	}
	return h
}

// TestTheLoopHasAName: where several run, a sentence about one says which.
func TestTheLoopHasAName(t *testing.T) {
	headline := func(h *history, status Status) string {
		v := view(h, 30*ms)
		v.Status = status
		text, _ := screen(v, 120, 40)
		return strings.Trim(strings.Split(text, "\n")[2], " ▌")
	}
	calling := func(names ...string) *history {
		h := several(names...)
		h.add(ms, trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: uint16(len(names)), A: 1})
		h.add(0, trace.CallbackBegin, trace.NoFD, "work", trace.Record{Base: uint16(len(names)), C: 9})
		return h
	}
	for _, c := range []struct {
		h      *history
		status Status
		want   string
	}{
		{several("one"), Running, "The loop waits in epoll_wait for 2 fds at once, for 30 ms."},
		{several("one", "two"), Running, "Both loops wait."},
		{several("one", "two"), Held, "Time is held. The loop of base one is inside epoll_wait"},
		{calling("one", "two"), Running, "The loop of base two has been inside a callback for 30 ms. It looks at nothing else."},
		{calling("one", "two"), Held, "Time is held. The loop of base two is inside a callback, base one inside epoll_wait."},
		{calling("one", ""), Running, "The loop of base 2 has been inside a callback"},
		{calling("same", "same"), Running, "The loop of base 2 same has been inside a callback"},
	} {
		if got := headline(c.h, c.status); !strings.HasPrefix(got, c.want) {
			t.Errorf("the sentence is %q, want %q", got, c.want)
		}
	}
}

func TestLanesOfOneNameCanBeToldApart(t *testing.T) {
	text, _ := screen(view(several("one", "two", "three"), ms), 120, 40)
	for i := range 3 {
		if want := fmt.Sprintf("\n  loop           %d", 4242+i); !strings.Contains(text, want) {
			t.Errorf("no lane %q in\n%s", want, text)
		}
	}
	if text, _ := screen(view(several("one"), ms), 120, 40); strings.Contains(text, "\n  loop           4242") {
		t.Errorf("a single lane has a number in\n%s", text)
	}
}

// TestWordsForWhatWaits: what a pipe holds is sent and unread; a listener has clients,
// also before the kernel has said more of it.
func TestWordsForWhatWaits(t *testing.T) {
	h := &history{thread: 1}
	h.add(ms, trace.Open, 3, "pipe (write end)", trace.Record{B: 4})
	h.add(0, trace.Kernel, 3, "", trace.Record{A: int64(trace.Writable), C: 5})
	h.add(0, trace.Open, 5, "TCP socket", trace.Record{})
	h.add(0, trace.Socket, 5, "ESTABLISHED", trace.Record{A: 1})
	h.add(0, trace.Kernel, 5, "", trace.Record{A: int64(trace.Writable), C: 6})
	h.add(0, trace.Open, 7, "TCP socket", trace.Record{})
	h.add(0, trace.CallEnd, 7, "listen", trace.Record{})
	h.add(0, trace.Add, 7, "clients", trace.Record{Base: 1, A: int64(trace.Readable), B: -1, C: 1})
	text, _ := screen(view(h, ms), 120, 40)
	for _, want := range []string{"5 unread", "6 unsent", "no client"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestReadyForNoTimeIsNotSaid: an fd became ready just now; there is nothing to say of
// how long it has waited.
func TestReadyForNoTimeIsNotSaid(t *testing.T) {
	h := several("one")
	h.add(0, trace.Open, 8, "socket", trace.Record{})
	h.add(0, trace.Add, 8, "a", trace.Record{Base: 1, A: int64(trace.Readable), B: -1, C: 1})
	h.add(ms, trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
	h.add(0, trace.CallbackBegin, trace.NoFD, "work", trace.Record{Base: 1, C: 9})
	h.add(ms, trace.Kernel, 8, "", trace.Record{A: int64(trace.Readable), B: 3})
	if text, _ := screen(view(h, 0), 120, 40); strings.Contains(text, "0 ns") {
		t.Errorf("\"0 ns\" in\n%s", text)
	}
	if text, _ := screen(view(h, 20*ms), 120, 40); !strings.Contains(text, "ready for 20 ms; its loop is still inside a callback") {
		t.Errorf("no \"ready for 20 ms\" in\n%s", text)
	}
}

// TestAClosedFDIsNotForgotten while an event is pending on it, or a thread is blocked in
// a call on it.
func TestAClosedFDIsNotForgotten(t *testing.T) {
	pending := func(keeper bool) *history {
		h := looping()
		if keeper {
			h.add(0, trace.Open, 12, "dup", trace.Record{C: 6})
		}
		h.add(0, trace.Close, 6, "", trace.Record{})
		return h
	}
	blocked := blocked()
	blocked.add(ms, trace.Close, 6, "", trace.Record{})
	reused := *blocked
	reused.add(ms, trace.Open, 6, "another", trace.Record{})
	for _, c := range []struct {
		h           *history
		brief, long []string
		never       string
	}{
		{pending(true), []string{"closed, pending, file: fd 12"}, []string{"closed, event pending, file kept by fd 12"}, "opened elsewhere"},
		{pending(false), []string{"closed, event pending"}, []string{"closed, event pending "}, "kept by"},
		{blocked, []string{"closed ▐ blocked"}, []string{"closed ▐ blocked", "read(6, since closed)", "Blocked in read on a (since closed)"}, "opened elsewhere"},
		{&reused, []string{"closed ▐ blocked"}, []string{"closed ▐ blocked", "read(6, since closed)", "another"}, "opened elsewhere"},
	} {
		for size, wants := range map[[2]int][]string{{80, 24}: c.brief, {130, 40}: c.long} {
			text, _ := screen(view(c.h, 3000*ms), size[0], size[1])
			for _, want := range wants {
				if !strings.Contains(text, want) || strings.Contains(text, c.never) {
					t.Errorf("no %q, or %q, in\n%s", want, c.never, text)
				}
			}
		}
	}
}

func TestTheNextTimerIsShown(t *testing.T) {
	h := looping()
	h.add(ms, trace.Add, trace.NoFD, "tick", trace.Record{Base: 1, A: int64(trace.Persist), B: 500 * ms, C: 7, D: h.now + 501*ms})
	h.add(0, trace.Add, trace.NoFD, "the other one", trace.Record{Base: 1, B: 900 * ms, C: 8, D: h.now + 900*ms})
	for size, in := range map[[2]int]string{{80, 24}: "tick 400 ms", {120, 40}: "tick in 400 ms"} {
		for after, want := range map[int64]string{100 * ms: "timers 2: " + in, 1500 * ms: "timers 2: t"} {
			text, _ := screen(view(h, after), size[0], size[1])
			if late := after > 500*ms; !strings.Contains(text, want) || strings.Contains(text, " late 1.00 s") != late {
				t.Errorf("no %q, or late %t, in\n%s", want, !late, text)
			}
		}
	}
	if text, _ := screen(view(looping(), ms), 120, 40); strings.Contains(text, "timers") {
		t.Errorf("a loop without timers has some in\n%s", text)
	}
}

// TestAThreadIsLastSeen: what nobody has looked at lately is not said to run or to sleep.
// Where the row has no room for that, it says nothing.
func TestAThreadIsLastSeen(t *testing.T) {
	for _, asleep := range []bool{false, true} {
		h := &history{thread: 4242}
		h.add(ms, trace.ThreadBegin, trace.NoFD, "reader", trace.Record{})
		h.thread = 1
		word := "  runs"
		if asleep {
			h.add(ms, trace.Sleep, trace.NoFD, "", trace.Record{A: 4242, B: 1})
			word = "  sleeps "
		}
		h.add(ms, trace.Sleep, trace.NoFD, "", trace.Record{})
		for _, c := range []struct {
			after int64
			word  string
		}{{100 * ms, word}, {340 * ms, "  last seen 340 ms ago"}} {
			v := view(h, c.after)
			if row := ThreadWords(v, v.World.ThreadByID(4242))[0]; !strings.Contains(row, c.word) {
				t.Errorf("asleep %v, %d ms after the look: %q; want %q", asleep, c.after/ms, row, c.word)
			}
		}
		g := grid.New(26, 1)
		v := view(h, 340*ms)
		drawThread(g.Region(), 0, sceneOf(v), v.World.ThreadByID(4242))
		if row := lines(g)[0]; strings.Contains(row, "seen") || strings.Contains(row, word) {
			t.Errorf("in 26 cells: %q", row)
		}
	}
}

// TestALoopThatSpinsDoesNotWait: its thread always stands in a wait that has just begun,
// and the panel does not say that it waits. Some ms after the last turn, nobody knows.
func TestALoopThatSpinsDoesNotWait(t *testing.T) {
	h := looping()
	for range 1100 {
		h.add(3000, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
		h.add(0, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
		h.add(2000, trace.CallbackEnd, 8, "", trace.Record{Base: 1, C: 2})
		h.add(5000, trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 1, A: 2, B: -1})
	}
	for _, c := range []struct {
		after       int64
		want, lacks string
	}{{0, "spins 100,000/s", "waits"}, {300 * ms, "waits 300 ms", "spins"}} {
		v := view(h, c.after)
		rows := strings.Join(ThreadWords(v, v.World.ThreadByID(4242)), "\n")
		if !strings.Contains(rows, c.want) || strings.Contains(rows, c.lacks) {
			t.Errorf("%d ms after its last turn:\n%s", c.after/ms, rows)
		}
	}
}

// TestNobodyLooksAtWhatIsClosed: an fd that was ready, and was closed unread, is not
// waiting for anybody, whatever the watcher says late of its number, and though the
// kernel still keeps its connection.
func TestNobodyLooksAtWhatIsClosed(t *testing.T) {
	h := &history{thread: 4242}
	h.add(ms, trace.Open, 14, "TCP connection", trace.Record{})
	h.add(0, trace.Label, 14, "server", trace.Record{})
	h.add(0, trace.Endpoint, 14, "server", trace.Record{A: 8, B: 9877<<16 | 40000, C: -1}) // CLOSE_WAIT
	h.add(ms, trace.Kernel, 14, "", trace.Record{A: int64(trace.Readable | trace.EndOfFile)})
	const says = "nobody has looked for"
	if line := Headline(view(h, 900*ms)); !strings.Contains(line, says) {
		t.Errorf("while it is open: %q", line)
	}
	h.add(ms, trace.Close, 14, "", trace.Record{})
	h.add(0, trace.Endpoint, trace.NoFD, "server", trace.Record{A: 9, B: 9877<<16 | 40000, C: -1}) // LAST_ACK
	h.add(ms, trace.Kernel, 14, "", trace.Record{A: int64(trace.Readable | trace.EndOfFile), B: 1})
	for _, after := range []int64{0, 900 * ms, 52_400 * ms} {
		v := view(h, after)
		if text, _ := screen(v, 120, 40); strings.Contains(text, says) || strings.Contains(text, "unseen") {
			t.Errorf("%d ms after it was closed:\n%s", after/ms, text)
		}
	}
}
