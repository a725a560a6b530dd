package stage

import (
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// notRead is lesson 02's moment: of one write three callbacks have come, and no read.
func notRead() *View {
	h := &history{thread: 4242}
	h.add(ms, trace.ThreadBegin, trace.NoFD, "loop", trace.Record{})
	h.add(0, trace.Open, 12, "FIFO", trace.Record{})
	h.add(0, trace.Open, 14, "pipe (read end)", trace.Record{})
	h.add(0, trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
	h.add(0, trace.Add, 12, "fifo", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: 1})
	h.add(0, trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
	h.add(0, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	h.add(ms, trace.Kernel, 12, "", trace.Record{A: int64(trace.Readable), B: 7})
	for range 3 {
		h.add(1000, trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
		h.add(0, trace.Ready, 12, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
		h.add(1000, trace.CallbackBegin, 12, "fifo", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
		h.add(1000, trace.CallbackEnd, 12, "", trace.Record{Base: 1, C: 1})
		h.add(1000, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	}
	h.add(0, trace.Moment, 12, "again-and-again", trace.Record{A: trace.NoFD, B: trace.NoFD, C: trace.NoFD})
	v := view(h, 0)
	v.Status = AtMoment
	v.Band = &Band{Number: 1, Of: 1, Question: "How many?", Space: "the answer", Moment: &v.World.Moments[0]}
	return v
}

// TestTheNumbersOfTheMomentAreLarge: what waits in the kernel, the callbacks, and,
// as that is another number, the reads. Where there is no room for large ones, or no
// glyph, they are bold digits.
func TestTheNumbersOfTheMomentAreLarge(t *testing.T) {
	v := notRead()
	text, g := screen(v, 120, 40)
	for n, style := range map[int]grid.Style{7: v.Theme.Style(theme.Ready), 3: v.Theme.Style(theme.Callback), 0: {Attr: grid.Bold}} {
		x, y := find(g, big[n])
		if x < 0 || g.At(x, y).Style != style {
			t.Errorf("no large %d in its style in\n%s", n, text)
		}
	}
	for _, want := range []string{"─ now ─", "fd 12  FIFO", "watched  the program's wish", "read persist", "7 bytes", "callbacks", "reads"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if text, _ := screen(v, 80, 24); !strings.Contains(text, "fd 12 FIFO   ready 7 bytes   3 callbacks   0 reads   watched read persist") {
		t.Errorf("the row with the numbers is missing in\n%s", text)
	}
	v.Theme = theme.New(grid.TrueColor, theme.Dark, true)
	if text, _ := screen(v, 120, 40); !strings.Contains(text, "7  # 7 bytes") || !strings.Contains(text, "3  callbacks") {
		t.Errorf("no digits in ASCII in\n%s", text)
	}
}

// find returns where a pattern of three rows stands.
func find(g *grid.Grid, rows [3]string) (x, y int) {
	at := func(x, y int) bool {
		for i, row := range rows {
			for k, c := range []rune(row) {
				if max(g.At(x+k, y+i).Rune, ' ') != c {
					return false
				}
			}
		}
		return true
	}
	for y := range g.H {
		for x := range g.W {
			if at(x, y) {
				return x, y
			}
		}
	}
	return -1, -1
}

// TestNoNumberIsInvented: an fd that no loop has to do with has reads and no
// callbacks; an end of file is no number of bytes.
func TestNoNumberIsInvented(t *testing.T) {
	v := atMoment("Who knows it?", "")
	f := v.World.FDByNumber(8)
	ready, noticed, twist := numbersOf(f)
	if ready != (number{3, "bytes"}) || noticed != (number{0, "reads"}) || twist.unit != "" {
		t.Errorf("the numbers of a ready fd are %v %v %v", ready, noticed, twist)
	}
	h := looping()
	h.add(ms, trace.Kernel, 8, "", trace.Record{A: int64(trace.Readable | trace.EndOfFile)})
	end := view(h, 0).World.FDByNumber(8)
	if ready, noticed, _ := numbersOf(end); ready.unit != "" || noticed != (number{1, "callback"}) {
		t.Errorf("the numbers at an end of file are %v %v", ready, noticed)
	}
}

// TestTheNumbersAreThoseOfTheStep: what the fd has seen before is not counted, and where
// there was anything, the stage says so.
func TestTheNumbersAreThoseOfTheStep(t *testing.T) {
	h := looping() // fd 8 was called once, and read once
	h.add(ms, trace.Step, trace.NoFD, "again", trace.Record{A: 2, B: 2})
	for range 2 {
		h.add(1000, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
		h.add(1000, trace.CallbackEnd, 8, "", trace.Record{Base: 1, C: 2})
	}
	h.add(0, trace.Moment, 8, "not-read", trace.Record{A: trace.NoFD, B: trace.NoFD, C: trace.NoFD})
	v := view(h, 0)
	v.Status, v.Band = AtMoment, &Band{Number: 1, Of: 1, Question: "How many?", Moment: &v.World.Moments[0]}
	_, noticed, twist := numbersOf(v.World.FDByNumber(8))
	if noticed != (number{2, "callbacks"}) || twist != (number{0, "reads"}) {
		t.Errorf("the numbers of the step are %v %v", noticed, twist)
	}
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		if text, _ := screen(v, size[0], size[1]); !strings.Contains(text, "in this step") {
			t.Errorf("%v does not say of what the numbers are:\n%s", size, text)
		}
		if text, _ := screen(notRead(), size[0], size[1]); strings.Contains(text, "in this step") {
			t.Errorf("%v says so of the first step:\n%s", size, text)
		}
	}
}

// TestNothingMovesWhenAMomentComes: on the way to it the same rows are kept.
func TestNothingMovesWhenAMomentComes(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		at, led := notRead(), notRead()
		led.Status, led.Band = Led, &Band{Of: 1}
		if a, b := LayoutOf(size[0], size[1], at), LayoutOf(size[0], size[1], led); a != b {
			t.Errorf("at %v the layout is %+v, and was %+v", size, a, b)
		}
	}
}

// TestWhatFollowsAnArrivalIsTimedFromIt.
func TestWhatFollowsAnArrivalIsTimedFromIt(t *testing.T) {
	v := view(looping(), 0)
	text, _ := screen(v, 120, 40)
	for _, want := range []string{"0.205  select(2 fds) = 1", "+4.0 µs  read(8 socket)", "+5.0 µs  callback b"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestOnTheWayToTheFirstMoment the numbers are those of the first fd of the table; and
// no size breaks them.
func TestOnTheWayToTheFirstMoment(t *testing.T) {
	v := view(blocked(), 0)
	v.Status, v.Band = Led, &Band{Of: 3}
	if f, others := sceneOf(v).subject(); f == nil || f.Number != 6 || others != 0 {
		t.Errorf("the subject is %+v", f)
	}
	for w := 0; w < 210; w += 13 {
		for h := 0; h < 62; h += 5 {
			screen(v, w, h)
			screen(notRead(), w, h)
		}
	}
}

// TestAMomentAboutNoFDHasTheProgramsWords: those that it has said last in the step, and
// none of a step before.
func TestAMomentAboutNoFDHasTheProgramsWords(t *testing.T) {
	of := func(words func(h *history)) *View {
		h := looping()
		h.add(ms, trace.Note, trace.NoFD, "that was before", trace.Record{})
		h.add(ms, trace.Step, trace.NoFD, "adds", trace.Record{A: 2, B: 2})
		words(h)
		h.add(ms, trace.Moment, trace.NoFD, "added", trace.Record{A: trace.NoFD, B: trace.NoFD, C: trace.NoFD})
		v := view(h, 0)
		v.Status, v.Band = AtMoment, &Band{Number: 1, Of: 1, Question: "Did it mind?", Moment: &v.World.Moments[0]}
		return v
	}
	says := of(func(h *history) { h.add(ms, trace.Note, trace.NoFD, "1,000 timers were called", trace.Record{}) })
	silent := of(func(*history) {})
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		text, _ := screen(says, size[0], size[1])
		if strings.Count(text, "1,000 timers were called") != 2 || !strings.Contains(text, "the program says") { // here and in the log
			t.Errorf("%v: the words are missing in\n%s", size, text)
		}
		if text, _ := screen(silent, size[0], size[1]); strings.Contains(text, "the program says") {
			t.Errorf("%v: it has said nothing in\n%s", size, text)
		}
	}
}
