package stage

import (
	"fmt"
	"strings"
	"testing"

	"fdlab/lab/trace"
)

// rowOf returns the first row of a screen that contains all words, and its number.
func rowOf(text string, words ...string) (string, int) {
next:
	for y, row := range strings.Split(text, "\n") {
		for _, w := range words {
			if !strings.Contains(row, w) {
				continue next
			}
		}
		return row, y
	}
	return "", -1
}

// TestAllPanelsFollowTheSelection: what has to do with it has a bar at its side, in
// each of them, and nothing else has.
func TestAllPanelsFollowTheSelection(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		v := view(looping(), 50*ms)
		l := LayoutOf(size[0], size[1], v)
		v.Select(1, &l) // fd 6
		v.Select(1, &l)
		if v.Selected.Words() != "fd 8" {
			t.Fatalf("selected is %q", v.Selected.Words())
		}
		text, g := screen(v, size[0], size[1])
		marked := func(p Panel) (n int) {
			in := inside(*l.panel(p))
			for y := in.Y; y < in.Y+in.H; y++ {
				if g.At(in.X-1, y).Rune == '▌' {
					n++
				}
			}
			return n
		}
		for p, want := range map[Panel]int{FDsPanel: 1, TimePanel: 1, FeedPanel: 3} { // opened, read, callback
			if n := marked(p); n != want {
				t.Errorf("at %v: %d rows of panel %d are marked, want %d:\n%s", size, n, p, want, text)
			}
		}
		if n := marked(LoopsPanel); n < 2 { // the thread that read it, its loop
			t.Errorf("at %v: %d rows of threads and loops are marked:\n%s", size, n, text)
		}
		if v.Select(1, &l); v.Selected.Kind != AThread {
			t.Errorf("after the fds comes %q, want the thread", v.Selected.Words())
		}
		if v.Select(1, &l); v.Selected.Kind != ABase {
			t.Errorf("after the thread comes %q, want its base", v.Selected.Words())
		}
		if v.Select(1, &l); v.Selected.Kind != Nothing {
			t.Errorf("after the last comes %q, want nothing", v.Selected.Words())
		}
	}
}

// TestAClickSelectsWhatIsSeen at every size, also in a table that is scrolled.
func TestAClickSelectsWhatIsSeen(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		v := view(looping(), 50*ms)
		l := LayoutOf(size[0], size[1], v)
		text, _ := screen(v, size[0], size[1])
		_, y := rowOf(text, "socket", "read")
		if !v.SelectAt(&l, l.FDs.X+3, y) || v.Selected.Words() != "fd 8" {
			t.Errorf("at %v the click on row %d selects %q:\n%s", size, y, v.Selected.Words(), text)
		}
		_, y = rowOf(text, "thread 4242")
		if !v.SelectAt(&l, l.Loops.X+3, y) || v.Selected.Words() != "thread 4242" {
			t.Errorf("at %v the click on row %d selects %q:\n%s", size, y, v.Selected.Words(), text)
		}
		if v.SelectAt(&l, l.FDs.X+3, l.FDs.Y) || v.SelectAt(&l, l.Time.X+3, l.Time.Y+1) {
			t.Errorf("at %v a title, or a moment, is selected", size)
		}
	}
}

// TestAReusedNumberIsAnotherFD: it is not selected with the one that was closed.
func TestAReusedNumberIsAnotherFD(t *testing.T) {
	h := looping()
	v := view(h, 0)
	l := LayoutOf(120, 40, v)
	v.Select(1, &l)
	v.Select(1, &l)
	selected := v.Selected
	h.add(ms, trace.Close, 8, "", trace.Record{})
	h.add(700*ms, trace.Open, 8, "another", trace.Record{})
	h.add(ms, trace.CallEnd, 8, "read", trace.Record{A: 1})
	again := view(h, 0)
	again.Selected = selected
	text, _ := screen(again, 120, 40)
	if row, _ := rowOf(text, "another"); strings.HasPrefix(row, " ▌") {
		t.Errorf("the new fd 8 is selected in\n%s", text)
	}
	var of []int64
	for i := range h.records {
		if selected.Has(again.Run, &h.records[i]) {
			of = append(of, h.records[i].Time)
		}
	}
	if last := of[len(of)-1]; last >= again.World.FDByNumber(8).Opened {
		t.Errorf("a record of the new fd 8, at %d, is taken for one of the old", last)
	}
}

// sockets is a run with n sockets.
func sockets(n int) *history {
	h := &history{thread: 4242}
	for i := range n {
		h.add(0, trace.Open, int32(10+i), fmt.Sprintf("socket %d", i), trace.Record{})
		h.add(0, trace.Add, int32(10+i), "", trace.Record{Base: 1, A: int64(trace.Readable), B: -1, C: int64(i)})
	}
	return h
}

// TestWhatIsNotSeenIsCountedAndCanBeReached: by scrolling, and by selecting.
func TestWhatIsNotSeenIsCountedAndCanBeReached(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		v := view(sockets(9), 0)
		l := LayoutOf(size[0], size[1], v)
		rows := inside(l.FDs).H - 1
		text, _ := screen(v, size[0], size[1])
		if rows < 9 && !strings.Contains(text, fmt.Sprintf(" %d more ↓", 9-rows)) {
			t.Errorf("at %v the table has %d rows, and does not say how many more there are:\n%s", size, rows, text)
		}
		for range 9 {
			v.Select(1, &l)
		}
		if text, _ := screen(v, size[0], size[1]); !strings.Contains(text, "▌ 18 ") {
			t.Errorf("at %v the last one is selected, and not seen:\n%s", size, text)
		}
		v.Selected = Selection{}
		v.ScrollBy(FDsPanel, -100, &l)
		v.ScrollBy(FDsPanel, 100, &l)
		if text, _ := screen(v, size[0], size[1]); !strings.Contains(text, "socket 8") || rows < 9 && !strings.Contains(text, "more ↑") {
			t.Errorf("at %v, scrolled to its end, the table is\n%s", size, text)
		}
	}
}

// TestTheLogIsScrolled, from its newest line.
func TestTheLogIsScrolled(t *testing.T) {
	v := view(sockets(40), 0)
	l := LayoutOf(120, 40, v)
	text, _ := screen(v, 120, 40)
	if row, _ := rowOf(text, "opened fd 49"); row == "" || !strings.Contains(text, "more ↑") {
		t.Errorf("the newest line is missing, or the count, in\n%s", text)
	}
	v.ScrollBy(FeedPanel, -100, &l)
	text, _ = screen(v, 120, 40)
	if row, _ := rowOf(text, "opened fd 10 "); row == "" || !strings.Contains(text, "more ↓") {
		t.Errorf("scrolled to the oldest line, the log is\n%s", text)
	}
}

// TestAFilterLeavesOut what does not have its letters, in the table and in the log.
func TestAFilterLeavesOut(t *testing.T) {
	v := view(looping(), 50*ms)
	v.Filter = "SOCK"
	text, _ := screen(v, 120, 40)
	if row, _ := rowOf(text, "pipe", "read persist"); row != "" || !strings.Contains(text, "only SOCK") {
		t.Errorf("the pipe is in\n%s", text)
	}
	for _, want := range []string{"read(8 socket)", "opened fd 8"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "opened fd 6") {
		t.Errorf("the log has the pipe in\n%s", text)
	}
}

// TestOnePanelHasTheScreen, at every size, and the lanes can be clicked there.
func TestOnePanelHasTheScreen(t *testing.T) {
	titles := []string{FDsPanel: "file descriptors", LoopsPanel: "threads and loops", TimePanel: "time", FeedPanel: "what happened", JudgementPanel: "prediction and verdict"}
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		v := view(ended(), 0)
		var seen []Panel
		for v.Full = v.NextFull(); v.Full != NoPanel; v.Full = v.NextFull() {
			seen = append(seen, v.Full)
			text, _ := screen(v, size[0], size[1])
			for p, title := range titles {
				if has := strings.Contains(text, "─ "+title+" ─"); title != "" && has != (Panel(p) == v.Full) {
					t.Errorf("at %v, panel %d alone: %q is there: %t\n%s", size, v.Full, title, has, text)
				}
			}
			l := LayoutOf(size[0], size[1], v)
			if r := l.panel(v.Full); r.W < size[0]-2 || r.Y+r.H != size[1]-1 {
				t.Errorf("at %v panel %d has %+v", size, v.Full, *r)
			}
			if (l.Plot.H > 0) != (v.Full == TimePanel) {
				t.Errorf("at %v, panel %d alone, the plot is %+v", size, v.Full, l.Plot)
			}
		}
		if len(seen) != panels-1 {
			t.Errorf("these panels were seen: %v", seen)
		}
	}
	v := view(blocked(), 0)
	for v.Full = v.NextFull(); v.Full != NoPanel; v.Full = v.NextFull() {
		if v.Full == JudgementPanel {
			t.Error("nothing has come of the run, and that has a screen")
		}
	}
}
