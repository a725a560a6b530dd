package stage

import (
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/tui/player"
)

// TestEachMomentHasOneColumn: whatever the gaps, a column shows just the
// moments that fall into it, and the columns follow each other.
func TestEachMomentHasOneColumn(t *testing.T) {
	for _, a := range []axis{
		{20 * ms, nil},
		{20 * ms, []player.Gap{{From: 1000 * ms, To: 7000 * ms}}},
		{20 * ms, []player.Gap{{From: 995 * ms, To: 7003 * ms}, {From: 7500 * ms, To: 7560 * ms}, {From: 7561 * ms, To: 9000 * ms}}},
		{500 * ms, []player.Gap{{From: 995 * ms, To: 7003 * ms}, {From: 7500 * ms, To: 9560 * ms}}},
	} {
		last := a.at(-1)
		for at := int64(0); at < 12000*ms; at += ms / 2 {
			n := a.at(at)
			if n != last && n != last+1 {
				t.Fatalf("%v: after column %d comes %d", a, last, n)
			}
			last = n
			from, to, gap := a.span(n)
			if at < from || at >= to {
				t.Fatalf("%v: column %d shows %d to %d, without %d", a, n, from, to, at)
			}
			if !gap && to-from > a.column {
				t.Fatalf("%v: column %d shows %d to %d, and is no gap", a, n, from, to)
			}
		}
	}
}

// TestALongHoldTakesOneColumn: what was there before it stays on the screen.
func TestALongHoldTakesOneColumn(t *testing.T) {
	h := looping()
	before := h.now
	h.add(60e9, trace.Kernel, 6, "", trace.Record{A: int64(trace.Readable), B: 3})
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		v := view(h, 500*ms)
		v.Gaps = []player.Gap{{From: before + 400*ms, To: before + 60e9}}
		text, _ := screen(v, size[0], size[1])
		row := ""
		for _, line := range strings.Split(text, "\n") {
			if strings.HasPrefix(line, "  fd 8 socket") {
				row = line
			}
		}
		if !strings.Contains(row, "▾") || strings.Count(row, "‖") != 1 {
			t.Errorf("the lane %q lacks the callback before the hold, or the one mark of the hold", row)
		}
		if !strings.Contains(text, "‖ held 59.6 s") {
			t.Errorf("the axis does not say how long time was held:\n%s", text)
		}
		l := LayoutOf(size[0], size[1], v)
		last := int64(-1)
		for x := l.Plot.X; l.Plot.Has(x, l.Plot.Y); x++ {
			at, ok := l.MomentAt(v, x, l.Plot.Y)
			if !ok || at > v.Now || at <= last && last >= 0 {
				t.Errorf("column %d stands for %d (%v), the one before for %d, now is %d", x, at, ok, last, v.Now)
			}
			last = at
		}
	}
}
