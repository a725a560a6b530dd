package stage

import (
	"regexp"
	"strings"
	"testing"

	"fdlab/lab/trace"
)

// crowd is a loop with so many sockets, from fd 100 on: one is ready and unseen, and has 9
// bytes, one ready and told, one in its callback; one is not watched.
func crowd(n int32) *View {
	h := &history{thread: 4242}
	h.add(ms, trace.ThreadBegin, trace.NoFD, "loop", trace.Record{})
	h.add(0, trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
	for fd := 100 + n - 1; fd >= 100; fd-- { // not in the order of their numbers
		h.add(0, trace.Open, fd, "TCP socket", trace.Record{})
		if fd != 104 {
			h.add(0, trace.Add, fd, "client", trace.Record{Base: 1, A: int64(trace.Readable | trace.Persist), B: -1, C: int64(fd)})
		}
	}
	h.add(0, trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
	h.add(0, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	for fd, bytes := range map[int32]int64{101: 1, 102: 1} {
		h.add(0, trace.Kernel, fd, "", trace.Record{A: int64(trace.Readable), B: bytes})
	}
	h.add(ms, trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 2})
	h.add(0, trace.Ready, 101, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 101})
	h.add(0, trace.Ready, 102, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 102})
	h.add(0, trace.CallbackBegin, 101, "client", trace.Record{Base: 1, A: int64(trace.Readable), C: 101})
	h.add(ms, trace.Kernel, 103, "", trace.Record{A: int64(trace.Readable), B: 9})
	v := view(h, 20*ms)
	v.Wall = true
	return v
}

// TestTheWallHasACellForEachFD, in the order of their numbers, and counts them.
func TestTheWallHasACellForEachFD(t *testing.T) {
	v := crowd(200)
	g := inkOf(v.Theme).Glyphs
	cells := string([]rune{g.LaneWatched, g.Callback, g.Noticed, g.Bars[7], g.LaneIdle, g.LaneWatched})
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		text, _ := screen(v, size[0], size[1])
		for _, want := range []string{"200 fds · 1 in callback · 1 unseen", " 100  " + cells} {
			if !strings.Contains(text, want) {
				t.Errorf("%v: no %q in\n%s", size, want, text)
			}
		}
	}
	text, _ := screen(v, 200, 60)
	if n := strings.Count(text[:strings.Index(text, "─ time")], string(g.LaneWatched)); !strings.Contains(text, "1 told · 196 watched · 1 else") || n < 196 {
		t.Errorf("%d cells are watched in\n%s", n, text)
	}
	v.Full = FDsPanel
	if text, _ := screen(v, 80, 24); !strings.Contains(text, " 240  ") {
		t.Errorf("the last row is missing:\n%s", text)
	}
	v = crowd(400)
	l := LayoutOf(80, 24, v)
	if text, _ := screen(v, 80, 24); strings.Contains(text, " 460  ") || !strings.Contains(text, "more ↓") {
		t.Errorf("there is room for all:\n%s", text)
	}
	v.ScrollBy(FDsPanel, 100, &l)
	if text, _ := screen(v, 80, 24); !strings.Contains(text, " 460  ") || strings.Contains(text, "more ↓") {
		t.Errorf("the end cannot be scrolled to:\n%s", text)
	}
}

// TestTheCallbackOfAnFDDoesNotHideThatItIsLate: something has come while its own callback runs, and
// nobody will look before that returns. The wall says so, and so does the table that has a
// cell for each fd.
func TestTheCallbackOfAnFDDoesNotHideThatItIsLate(t *testing.T) {
	h := looping()
	h.add(ms, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
	h.add(0, trace.Ready, 8, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
	h.add(0, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
	h.add(ms, trace.CallEnd, 8, "read", trace.Record{A: 3})
	for _, c := range []struct {
		bytes int64
		want  string
	}{{0, "in callback"}, {2, "unseen"}} {
		if c.bytes > 0 {
			h.add(ms, trace.Kernel, 8, "", trace.Record{A: int64(trace.Readable), B: c.bytes})
		}
		v := view(h, 50*ms)
		if got := WallWord(v, v.World.FDByNumber(8)); got != c.want {
			t.Errorf("with %d bytes the wall says %q, want %q", c.bytes, got, c.want)
		}
		for fd := int32(100); fd < 160; fd++ {
			h.add(0, trace.Open, fd, "TCP socket", trace.Record{})
		}
		g := inkOf(v.Theme).Glyphs
		sign := map[string]rune{"in callback": g.Callback, "unseen": g.Unseen}[c.want]
		text, _ := screen(view(h, 50*ms), 80, 24)
		if !regexp.MustCompile(`\b8 +\S+ +` + string(sign)).MatchString(text) {
			t.Errorf("with %d bytes the cell of fd 8 has not the sign %c:\n%s", c.bytes, sign, text)
		}
	}
}

// TestNoSizeBreaksTheWall.
func TestNoSizeBreaksTheWall(t *testing.T) {
	v := crowd(60)
	for w := 0; w <= 210; w += 13 {
		for h := 0; h <= 62; h += 5 {
			screen(v, w, h)
		}
	}
}

// TestTheSelectionStaysInSightOnTheWall, which goes by the order of the cells.
func TestTheSelectionStaysInSightOnTheWall(t *testing.T) {
	v := crowd(400)
	l := LayoutOf(80, 24, v)
	for n := range 400 {
		v.Select(1, &l)
		if want := int32(100 + n); v.Selected.Kind != AnFD || v.Selected.Number != int64(want) {
			t.Fatalf("after %d steps %+v is selected; want fd %d", n+1, v.Selected, want)
		}
		if v.Scrolled[FDsPanel] > n/wallRow(inside(l.FDs).W) {
			t.Fatalf("fd %d is above what is seen: %d rows are scrolled away", 100+n, v.Scrolled[FDsPanel])
		}
	}
	if text, _ := screen(v, 80, 24); !strings.Contains(text, " 460  ") {
		t.Errorf("the last one is out of sight:\n%s", text)
	}
}
