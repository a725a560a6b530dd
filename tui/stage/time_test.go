package stage

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"fdlab/lab/trace"
	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
)

// echo is lesson 02's third step: one echo of 7 bytes, and a callback that reads in its
// twentieth call.
func echo() *history {
	h := looping()
	h.add(100*ms, trace.Kernel, 8, "", trace.Record{A: int64(trace.Readable), B: 7})
	for n := range 20 {
		h.add(1000, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
		h.add(0, trace.Ready, 8, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
		h.add(0, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
		if n == 19 {
			h.add(500, trace.CallEnd, 8, "read", trace.Record{A: 7})
		}
		h.add(1000, trace.CallbackEnd, 8, "", trace.Record{Base: 1, C: 2})
		h.add(500, trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 1, A: 2, B: -1})
	}
	return h
}

// row returns what stands on the lane of a name, between its name and its words.
func row(t *testing.T, v *View, w, h int, name string) string {
	t.Helper()
	text, _ := screen(v, w, h)
	l := LayoutOf(w, h, v)
	for y, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimLeft(line, " ▌"), name) && y > l.Plot.Y && y < l.Plot.Y+l.Plot.H {
			return string([]rune(line)[l.Plot.X : l.Plot.X+l.Plot.W])
		}
	}
	t.Fatalf("no lane %q in\n%s", name, text)
	return ""
}

// TestTwentyCallbacksStandSideBySide on the event axis, above 7 bytes that stay; on the
// time axis they are many in one column, and the lens tells them apart.
func TestTwentyCallbacksStandSideBySide(t *testing.T) {
	v := view(echo(), 0)
	v.Events, v.Wide = true, 1
	lane := row(t, v, 120, 40, "select")
	if got := strings.Count(lane, "▝"); got < 20 {
		t.Errorf("%d callbacks on %q, want 20 and one more", got, lane)
	}
	if below := row(t, v, 120, 40, "fd 8"); strings.Count(below, "▌") < 2*19 || !strings.Contains(below, "▾") {
		t.Errorf("below: %q", below)
	}
	v.Events = false
	if lane := row(t, v, 120, 40, "select"); !strings.Contains(lane, "▒") {
		t.Errorf("20 callbacks in one column: %q", lane)
	}
	text, _ := screen(v, 120, 40)
	_, lens, _ := strings.Cut(text, "lens ")
	lens = strings.Split(lens, "\n")[1]
	if got := callbacksOn(string([]rune(lens)[LayoutOf(120, 40, v).Lens.X:])); got != 20 {
		t.Errorf("%d callbacks in the lens %q", got, lens)
	}
}

// storm is a loop that is told of fd 8 again and again, and its callback takes nothing: first each
// turn has records of its own, then they are gathered. what is why it is called, said what the
// kernel has said of fd 8.
func storm(what, said trace.Readiness, read bool) *history {
	h := looping()
	h.add(0, trace.Add, 8, "b", trace.Record{Base: 1, A: int64(what&(trace.Readable|trace.Writable) | trace.Persist), B: -1, C: 2})
	h.add(100*ms, trace.Kernel, 8, "", trace.Record{A: int64(said)})
	for range 40 {
		h.add(1000, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
		h.add(0, trace.Ready, 8, "", trace.Record{Base: 1, A: int64(what), C: 2})
		h.add(0, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(what), C: 2})
		if read {
			h.add(500, trace.CallEnd, 8, "read", trace.Record{A: 0, C: 1})
		}
		h.add(1000, trace.CallbackEnd, 8, "", trace.Record{Base: 1, C: 2})
		h.add(500, trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 1, A: 2, B: -1})
	}
	for range 100 {
		h.add(ms, trace.Turns, 8, "", trace.Record{Base: 1, A: 400, C: 2})
	}
	return h
}

// TestWhatIsReadyAgainAndAgainIsNotDrawnAsWatched, at any zoom: a column that holds both shows the
// ready part. That no byte waits does not matter: an end of file is ready, and so is room to write.
func TestWhatIsReadyAgainAndAgainIsNotDrawnAsWatched(t *testing.T) {
	eof := trace.Readable | trace.HangUp
	for name, h := range map[string]*history{
		"end of file": storm(eof, eof, true), "nobody reads it": storm(eof, eof, false),
		"room to write": storm(trace.Writable, trace.Writable, false),
	} {
		begun := h.records[0].Time
		for _, r := range h.records {
			if r.Kind == trace.Ready {
				begun = r.Time // the last one: from here on it is one long spin
			}
		}
		for _, column := range []int64{500, 1e3, 2e3, 5e3, 10e3, 100e3, ms, 5 * ms, 10 * ms} {
			for _, at := range []int64{begun - 20e3, begun, begun + 30*ms, h.now} {
				v := view(h, 0)
				v.World, v.Status, v.Now, v.Column = v.Run.At(at), Past, at, column
				l, lane := LayoutOf(120, 40, v), row(t, v, 120, 40, "fd 8")
				ax, first := v.axis(), v.first(l.Plot.W)
				for x, c := range []rune(lane) {
					from, to, _ := ax.span(first + int64(x))
					if from < begun-60e3 || to > h.now || inCallback(v, from, to) {
						continue
					}
					if g := inkOf(v.Theme).Glyphs; c == g.LaneWatched || c == g.LaneIdle {
						t.Fatalf("%s, %d ns a column, at %d: column %d, from %d to %d ns of the spin, is drawn as watched: %q",
							name, column, at, x, from-begun, to-begun, lane)
					}
				}
			}
		}
	}
}

// inCallback reports whether a column of fd 8 has nothing but its callback: that has a sign of
// its own.
func inCallback(v *View, from, to int64) bool {
	for i := range v.Run.Timeline.Lanes {
		if l := &v.Run.Timeline.Lanes[i]; l.FD == 8 {
			return l.Piece(from, to).States&^world.Began == world.Callback
		}
	}
	return false
}

// TestNothingIsDrawnOverTheNamesOfTheSteps in the row of the whole run: neither a moment nor the playhead.
func TestNothingIsDrawnOverTheNamesOfTheSteps(t *testing.T) {
	h := looping()
	names := []string{"a hundred clients", "sleep in the accept callback", "one read for each accept", "clients that misbehave"}
	for i, name := range names {
		h.add(100*ms, trace.Step, trace.NoFD, name, trace.Record{A: int64(i + 1), B: 4})
		for range i + 1 {
			h.add(40*ms, trace.Moment, 8, "m", trace.Record{A: trace.NoFD, B: trace.NoFD, C: trace.NoFD})
		}
		h.add(300*ms, trace.Note, trace.NoFD, "so", trace.Record{})
	}
	for _, size := range [][2]int{{120, 40}, {200, 60}} {
		for at := int64(0); at <= h.now; at += 7 * ms {
			v := view(h, 0)
			v.World, v.Status, v.Now = v.Run.At(at), Past, at
			text, _ := screen(v, size[0], size[1])
			l := LayoutOf(size[0], size[1], v)
			marks := strings.Split(text, "\n")[l.Strip.Y+1]
			if n := strings.Count(marks, "◆"); n != 1+2+3+4 {
				t.Fatalf("%v at %d: %d moments on %q, want 10", size, at, n, marks)
			}
			for i, name := range names {
				_, after, ok := strings.Cut(marks, fmt.Sprint(i+1))
				said := strings.FieldsFunc(after, func(c rune) bool { return strings.ContainsRune("◆▼╵…│", c) })
				for len(said) > 0 && strings.TrimSpace(said[0]) == "" {
					said = said[1:]
				}
				if !ok || len(said) == 0 || !strings.HasPrefix(name, strings.TrimSpace(said[0])) || len(strings.TrimSpace(said[0])) < 6 {
					t.Fatalf("%v at %d: step %d, %q, is not to be read on %q", size, at, i+1, name, marks)
				}
			}
		}
	}
}

// TestWhatHasEndedStandsBelow what lives, whoever looks at the ended thread later: the kernel has it
// still, for the Go runtime uses it again.
func TestWhatHasEndedStandsBelow(t *testing.T) {
	h := looping()
	h.thread = 4300
	h.add(ms, trace.ThreadBegin, trace.NoFD, "later", trace.Record{})
	h.add(ms, trace.BaseNew, trace.NoFD, "select", trace.Record{Base: 2})
	h.add(0, trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 2, B: 1})
	h.add(0, trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 2, A: 2, B: -1})
	h.thread = 4242
	h.add(ms, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
	h.add(ms, trace.LoopEnd, trace.NoFD, "", trace.Record{Base: 1})
	h.add(ms, trace.ThreadEnd, trace.NoFD, "", trace.Record{})
	ended := h.now
	h.thread = 4240
	for range 3 {
		h.add(40*ms, trace.Sleep, trace.NoFD, "", trace.Record{A: 4242, B: 1})
	}
	v := view(h, 0)
	v.World, v.Status, v.Now = v.Run.At(ended+50*ms), Past, ended+50*ms
	text, _ := screen(v, 80, 24)
	_, panel, _ := strings.Cut(text, "─ time")
	lives, over := strings.Index(panel, " later "), strings.Index(panel, " select ")
	if lives < 0 || over >= 0 && over < lives {
		t.Errorf("the thread that has ended stands above the one that lives:\n%s", text)
	}
}

// TestANumberThatIsUsedAgain: a thread's lane shows its own passages, and not those of one
// that had its number before.
func TestANumberThatIsUsedAgain(t *testing.T) {
	h := echo()
	h.add(1000, trace.LoopEnd, trace.NoFD, "", trace.Record{Base: 1})
	h.add(1000, trace.ThreadEnd, trace.NoFD, "", trace.Record{})
	h.add(1000, trace.ThreadBegin, trace.NoFD, "after", trace.Record{})
	h.add(1000, trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 1, A: 2, B: -1})
	v := view(h, 0)
	v.Events, v.Wide = true, 1
	if lane := strings.TrimSpace(row(t, v, 120, 40, "after")); lane != "╌" {
		t.Errorf("the second thread waits, and its lane shows %q", lane)
	}
}

// callbacksOn counts the callbacks that a thread's lane shows: a digit is as many as it
// says, and each stretch of ▝▀▘ is one.
func callbacksOn(lane string) (n int) {
	reaches := false // one has reached the right edge of the column before
	for _, c := range lane {
		switch {
		case c >= '0' && c <= '9':
			n += int(c - '0')
			reaches = true
			continue
		case c == '▝', strings.ContainsRune("▀▘", c) && !reaches:
			n++
		}
		reaches = c == '▝' || c == '▀'
	}
	return n
}

// random is a run of one loop with two fds, whose turns are of any length.
func random(rng *rand.Rand, turns int) *history {
	h := looping()
	for range turns {
		fd := int32(6 + 2*rng.IntN(2))
		some := func() int64 { return []int64{0, rng.Int64N(900), rng.Int64N(300e3), rng.Int64N(20e6)}[rng.IntN(4)] }
		h.add(some(), trace.Kernel, fd, "", trace.Record{A: int64(trace.Readable), B: 1 + rng.Int64N(7)})
		h.add(some(), trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
		h.add(0, trace.Ready, fd, "", trace.Record{Base: 1, A: int64(trace.Readable), C: int64(fd)})
		h.add(0, trace.CallbackBegin, fd, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: int64(fd)})
		h.add(some(), trace.CallEnd, fd, "read", trace.Record{A: 7})
		h.add(some(), trace.CallbackEnd, fd, "", trace.Record{Base: 1, C: int64(fd)})
		h.add(some(), trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 1, A: 2, B: -1})
	}
	return h
}

// TestWhatALaneShowsIsSo, on random runs, at any zoom: no callback is lost or shown twice
// where a column can tell; wherever something was unseen for an eighth of a column it
// is solid; a moment has the same words on both axes; each sign is one cell, in ASCII too.
func TestWhatALaneShowsIsSo(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		h := random(rng, 1+rng.IntN(40))
		v := view(h, rng.Int64N(5e6))
		v.Column = []int64{500, 2e3, 20e3, 500e3, 2e6, 50e6}[rng.IntN(6)]
		win := window{ax: v.axis(), first: v.first(80), until: v.Now}
		s := sceneOf(v)
		for i := range v.Run.Timeline.Lanes {
			l := &v.Run.Timeline.Lanes[i]
			if l.FD != trace.NoFD && !l.Input {
				continue
			}
			g := grid.New(80, 1)
			drawLane(g.Region(), s, l, win)
			shown := lines(g)[0]
			if utf8.RuneCountInString(shown) > 80 {
				t.Fatalf("%q is too wide", shown)
			}
			if l.FD == trace.NoFD {
				from, _, _, _ := win.column(0)
				p := l.Piece(max(from, 0), v.Now+1)
				want := int(p.Callbacks)
				if p.First&calling != 0 {
					want++ // it began before
				}
				if got := callbacksOn(shown); !strings.Contains(shown, "▒") && got != want {
					t.Errorf("column %d ns: %d callbacks, want %d: %q", v.Column, got, want, shown)
				}
				continue
			}
			for x := range 80 {
				from, to, _, ok := win.column(x)
				if !ok {
					continue
				}
				p := l.Piece(from, to)
				solid := g.At(x, 0).Style == s.Theme.Lane.Unseen || g.At(x, 0).Style == s.Theme.Lane.Label
				if late := p.Lasted(world.Unseen | world.Piling); late*8 >= to-from && late > 0 && !solid {
					t.Errorf("column %d: unseen for %d of %d ns, and not solid: %q", x, late, to-from, shown)
				}
			}
		}
		said := func() (all string) {
			for i := range v.Run.Timeline.Lanes {
				all += LaneReadout(v, &v.Run.Timeline.Lanes[i]) + "\n"
			}
			return all
		}
		times := said()
		if v.Events, v.Wide = true, 1; said() != times {
			t.Error("the axes do not say the same of a moment")
		}
	}
}

// TestAHeightGrowsWithWhatWaits, up to the most that ever waited.
func TestAHeightGrowsWithWhatWaits(t *testing.T) {
	for _, full := range []int64{1, 5, 7, 8, 9, 100, 4000, 4001, 1 << 20, 1 << 31} {
		last := 0
		for n := int64(1); n <= full; n += max(full/1000, 1) {
			got := height(n, full)
			if got < max(last, 1) || got > 8 {
				t.Fatalf("%d of %d: height %d after %d", n, full, got, last)
			}
			last = got
		}
		if full > 8 && height(full, full) != 8 {
			t.Errorf("%d of %d is not full", full, full)
		}
	}
}

// TestTheTimePanelFitsEverywhere: at each size, on both axes, in all looks, and no sign
// is wider than its cell.
func TestTheTimePanelFitsEverywhere(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		for _, th := range []*theme.Theme{theme.New(grid.TrueColor, theme.Light, false), theme.New(grid.Mono, theme.Dark, false), theme.New(grid.ANSI16, theme.Unknown, true)} {
			for _, events := range []bool{false, true} {
				v := view(echo(), 3*ms)
				v.Theme, v.Events, v.Wide, v.Status = th, events, 3, Past
				v.Now -= 2 * ms
				v.World = v.Run.At(v.Now)
				g := grid.New(size[0], size[1])
				th.Prepare(g)
				l := LayoutOf(size[0], size[1], v)
				Draw(g.Region(), v, l)
				for y, line := range lines(g) {
					if n := grid.Width(line); n > size[0] {
						t.Errorf("%v: row %d has %d cells", size, y, n)
					}
				}
				for _, r := range []grid.Rect{l.Strip, l.Plot, l.Lens} {
					if in := inside(l.Time); r.H > 0 && (r.Y < in.Y || r.Y+r.H > in.Y+in.H || r.X+r.W > in.X+in.W) {
						t.Errorf("%v: %+v is not inside of %+v", size, r, l.Time)
					}
				}
				if out := g.Render(); th.ASCII && strings.ContainsFunc(out, func(c rune) bool { return c > 0x7E }) {
					t.Errorf("%v: not ASCII:\n%s", size, out)
				}
			}
		}
	}
}

// TestAClickOnTheStrip goes to its moment, and one on a phase to that phase.
func TestAClickOnTheStrip(t *testing.T) {
	v := view(echo(), 0)
	l := LayoutOf(120, 40, v)
	for x := range l.Strip.W {
		at, ok := l.MomentAt(v, l.Strip.X+x, l.Strip.Y)
		if want := int64(x) * v.Live / int64(l.Strip.W); !ok || max(at-want, want-at) > v.Live/10 {
			t.Errorf("column %d of the run is at %d (%t), want about %d", x, at, ok, want)
		}
	}
	v.Events, v.Wide = true, 1
	l = LayoutOf(120, 40, v)
	last := int64(-1)
	for x := range 40 {
		at, ok := l.MomentAt(v, l.Plot.X+x, l.Plot.Y+2)
		if !ok || at < last || at > v.Now {
			t.Errorf("phase %d is at %d after %d (%t)", x, at, last, ok)
		}
		last = at
	}
}

// TestTheOddOnesAreSaid: a loop that spins, a thread that sleeps inside a callback, and the
// longest stretch that nobody knew of.
func TestTheOddOnesAreSaid(t *testing.T) {
	h := looping()
	for range 3000 {
		h.add(10e3, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
		h.add(0, trace.Ready, 8, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
		h.add(0, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
		h.add(0, trace.CallbackEnd, 8, "", trace.Record{Base: 1, C: 2})
		h.add(0, trace.WaitBegin, trace.NoFD, "select", trace.Record{Base: 1, A: 2, B: -1})
	}
	v := view(h, 0)
	v.Column = ms
	text, _ := screen(v, 120, 40)
	if lane := row(t, v, 120, 40, "select"); strings.Count(lane, "▒") < 10 || !strings.Contains(text, "│spins 100,000/s") {
		t.Errorf("the loop spins, and it is not said:\n%s", text)
	}
	h = looping()
	h.add(ms, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
	h.add(0, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
	h.add(ms, trace.Kernel, 6, "", trace.Record{A: int64(trace.Readable), B: 3})
	for range 12 {
		h.add(50*ms, trace.Sleep, trace.NoFD, "", trace.Record{A: 4242, B: 1})
	}
	v = view(h, 10*ms)
	text, _ = screen(v, 120, 40)
	if lane := row(t, v, 120, 40, "select"); !strings.Contains(lane, "z·z·z·z·") || !strings.Contains(text, "│asleep inside ") {
		t.Errorf("the thread sleeps inside a callback, and it is not said:\n%s", text)
	}
	if want := fmt.Sprintf("nobody knows %d ms", 12*50+10); !strings.Contains(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
}

// TestTwoStretchesAreNotOne: what was unseen, was read, and is unseen again was known in between, though a
// column is too coarse to show it.
func TestTwoStretchesAreNotOne(t *testing.T) {
	h := looping()
	h.add(ms, trace.Kernel, 6, "", trace.Record{A: int64(trace.Readable), B: 900})
	h.add(300*ms, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
	for range 3 {
		h.add(0, trace.Ready, 6, "", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
		h.add(1000, trace.CallbackBegin, 6, "a", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
		h.add(1000, trace.CallEnd, 6, "read", trace.Record{A: 1})
		h.add(0, trace.CallbackEnd, 6, "", trace.Record{Base: 1, C: 1})
	}
	h.add(0, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
	h.add(ms, trace.Kernel, 6, "", trace.Record{A: int64(trace.Readable), B: 901})
	h.add(400*ms, trace.Sleep, trace.NoFD, "", trace.Record{A: 4242, B: 1})
	v := view(h, 0)
	v.Column = 10e6
	if text, _ := screen(v, 120, 40); !strings.Contains(text, "nobody knows 400 ms") {
		t.Errorf("no \"nobody knows 400 ms\" in\n%s", text)
	}
}

// TestALongStretchIsSaidWhole, although the window shows its end alone.
func TestALongStretchIsSaidWhole(t *testing.T) {
	h := looping()
	h.add(ms, trace.WaitEnd, trace.NoFD, "select", trace.Record{Base: 1, A: 1})
	h.add(0, trace.CallbackBegin, 8, "b", trace.Record{Base: 1, A: int64(trace.Readable), C: 2})
	h.add(0, trace.Kernel, 6, "", trace.Record{A: int64(trace.Readable), B: 3})
	h.add(200*ms, trace.Kernel, 6, "", trace.Record{A: int64(trace.Readable), B: 5})
	v := view(h, 100*ms)
	for _, v.Column = range []int64{500, 100e3, 20e6} {
		if text, _ := screen(v, 120, 40); v.Column < 20e6 && !strings.Contains(text, "nobody knows 300 ms") {
			t.Errorf("a column of %d ns: no \"nobody knows 300 ms\" in\n%s", v.Column, text)
		}
	}
}

// TestWhatMattersIsShown where there is no room for all lanes.
func TestWhatMattersIsShown(t *testing.T) {
	h := looping()
	h.add(ms, trace.Moment, 8, "moment", trace.Record{A: trace.NoFD, B: trace.NoFD, C: trace.NoFD})
	v := view(h, ms)
	s := sceneOf(v)
	var lanes []*world.Lane
	lanesOf(s, 80, &lanes)
	last := lanes[len(lanes)-1] // of fd 8
	if got := s.foremost(slices.Clone(lanes), 2); len(got) != 2 || got[0] != lanes[0] || got[1] != lanes[1] {
		t.Errorf("nothing matters: %d lanes", len(got))
	}
	v.Status, v.Band = AtMoment, &Band{Moment: &v.World.Moments[0]}
	if got := s.foremost(lanes, 2); len(got) != 2 || got[1] != last {
		t.Error("the last lane matters, and is not shown")
	}
}

// BenchmarkEvents draws the event axis at the end of 10,000 turns.
func BenchmarkEvents(b *testing.B) {
	v := view(random(rand.New(rand.NewPCG(7, 8)), 10_000), 0)
	v.Events, v.Wide = true, 1
	g := grid.New(200, 60)
	b.ReportAllocs()
	for b.Loop() {
		g.Clear()
		Draw(g.Region(), v, LayoutOf(200, 60, v))
	}
}

// TestAnArrivalIsSeenOnAllLanesAboveIt, and hides nothing that says more; where there are
// too many there are none.
func TestAnArrivalIsSeenOnAllLanesAboveIt(t *testing.T) {
	lines := theme.New(grid.Plain, theme.Dark, false).Lines
	h := looping() // its loop waits, and watches a and b
	h.add(50*ms, trace.Kernel, 8, "", trace.Record{A: int64(trace.Readable), B: 3})
	v := view(h, 100*ms)
	v.Column = 20 * ms
	text, g := screen(v, 120, 40)
	l := LayoutOf(120, 40, v)
	cross := 0
	for y := l.Plot.Y + 1; y < l.Plot.Y+l.Plot.H; y++ {
		for x := l.Plot.X; x < l.Plot.X+l.Plot.W; x++ {
			if g.At(x, y).Rune == lines.Cross {
				cross++
			}
		}
	}
	if cross != 2 { // on the lane of the thread, and on that of a
		t.Errorf("the arrival is seen in %d cells:\n%s", cross, text)
	}
	arrived := make([]int, 20)
	for _, c := range []struct {
		columns, cells int
	}{{1, 2}, {5, 10}, {6, 0}} {
		g := grid.New(20, 5)
		clear(arrived)
		for x := range c.columns {
			arrived[x] = 3 // the lanes of rows 1 and 2 are above it
		}
		drawArrivals(g.Region(), sceneOf(v), arrived)
		n := 0
		for y := range 5 {
			for x := range 20 {
				if g.At(x, y).Rune != 0 {
					n++
				}
			}
		}
		if n != c.cells {
			t.Errorf("%d arrivals have %d cells, want %d", c.columns, n, c.cells)
		}
	}
}

// TestAThreadEndsWithItsProgram, also one that does not say so: beside its lane stands that it has ended, and not that
// it runs.
func TestAThreadEndsWithItsProgram(t *testing.T) {
	h := &history{thread: 7}
	h.add(ms, trace.Open, 3, "FIFO", trace.Record{})
	h.add(ms, trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1, B: 1})
	h.add(ms, trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
	h.add(ms, trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	h.add(ms, trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1})
	h.add(ms, trace.LoopEnd, trace.NoFD, "", trace.Record{Base: 1, B: 1})
	h.add(ms, trace.Close, 3, "", trace.Record{})
	for status, want := range map[Status]string{Running: "runs", Over: "ended"} {
		v := view(h, 0)
		v.Status = status
		beside := ""
		for i := range v.Run.Timeline.Lanes {
			if l := &v.Run.Timeline.Lanes[i]; l.Thread == 7 {
				beside = LaneReadout(v, l)
			}
		}
		if strings.TrimSpace(beside) != want {
			t.Errorf("status %v: beside the lane stands %q; want %q", status, beside, want)
		}
	}
}
