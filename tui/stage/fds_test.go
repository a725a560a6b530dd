package stage

import (
	"strings"
	"testing"

	"fdlab/lab/trace"
)

// TestLateInItsOwnCallback: what comes while the fd's callback runs waits unseen, and the
// row says so: it is not only "in a callback".
func TestLateInItsOwnCallback(t *testing.T) {
	h := looping()
	h.records = h.records[:len(h.records)-2] // the callback goes on
	before := view(h, 500*ms)
	if _, _, word := FDWords(before, before.World.FDByNumber(8)); strings.Contains(word, "late") || !strings.Contains(word, "callback ") {
		t.Errorf("while nothing waits: %q", word)
	}
	h.add(100*ms, trace.Kernel, 8, "", trace.Record{A: int64(trace.Readable), B: 3})
	v := view(h, 300*ms)
	if _, _, word := FDWords(v, v.World.FDByNumber(8)); !strings.Contains(word, "callback ") || !strings.Contains(word, "late 300 ms") {
		t.Errorf("while 3 bytes wait: %q", word)
	}
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		if text, _ := screen(v, size[0], size[1]); !strings.Contains(text, "late 300 ms") {
			t.Errorf("%v:\n%s", size, text)
		}
	}
}

// TestALoopThatCallsNobody: no callback comes next.
func TestALoopThatCallsNobody(t *testing.T) {
	for calls, want := range map[int64]string{10: "noticed, callback next", 5000: "noticed, calls nobody"} {
		h := looping()
		h.add(100*ms, trace.Kernel, 8, "", trace.Record{A: int64(trace.Readable), B: 3})
		h.add(ms, trace.Turns, trace.NoFD, "", trace.Record{Base: 1, A: calls}) // they found one fd
		v := view(h, 500*ms)
		if _, _, word := FDWords(v, v.World.FDByNumber(8)); !strings.HasSuffix(word, want) {
			t.Errorf("after %d iterations: %q, want %q", calls, word, want)
		}
	}
}

// TestAnFDSaysWhoseItIs where several threads run loops, and only there.
func TestAnFDSaysWhoseItIs(t *testing.T) {
	h := looping()
	v := view(h, 600*ms)
	if _, _, word := FDWords(v, v.World.FDByNumber(6)); strings.Contains(word, "thread") {
		t.Errorf("with one loop: %q", word)
	}
	h.add(ms, trace.Label, trace.NoFD, "worker 1", trace.Record{Base: 1})
	h.thread = 5353
	h.add(ms, trace.BaseNew, trace.NoFD, "select", trace.Record{Base: 2})
	h.add(ms, trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 2, B: 1})
	v = view(h, 600*ms)
	if _, _, word := FDWords(v, v.World.FDByNumber(6)); !strings.HasSuffix(word, "waiting in worker 1, thread 4242") {
		t.Errorf("with two: %q", word)
	}
	if text, _ := screen(v, 80, 24); !strings.Contains(text, " in worker 1 ") {
		t.Errorf("80x24:\n%s", text)
	}
}

// TestACallIsSaidWholeOnASmallScreen: what is cut without a sign is another word.
func TestACallIsSaidWholeOnASmallScreen(t *testing.T) {
	for size, word := range map[[2]int]string{{80, 24}: " call ", {120, 40}: " by call "} {
		if text, _ := screen(view(blocked(), 300*ms), size[0], size[1]); !strings.Contains(text, word) || strings.Contains(text, "by cal ") {
			t.Errorf("%v: no %q:\n%s", size, word, text)
		}
	}
}

// TestConnectionsAreToldApartWhereTheyAreCut: of two names of which the beginnings are the same, the ends are shown.
func TestConnectionsAreToldApartWhereTheyAreCut(t *testing.T) {
	h := looping()
	for n, name := range []string{"TCP from client apple", "TCP from client pear"} {
		h.add(0, trace.Open, int32(20+n), name, trace.Record{})
	}
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		text, _ := screen(view(h, 300*ms), size[0], size[1])
		for _, want := range []string{"20 client", "21 client"} {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
				t.Errorf("%v: no %q:\n%s", size, want, text)
			}
		}
	}
}
