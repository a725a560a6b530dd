package goal_test

import (
	"strings"
	"testing"

	. "fdlab/lab/goal"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// history is records made by hand, 2 ms apart.
type history struct {
	records []trace.Record
	strings []string
}

func (h *history) String(id uint32) string { return h.strings[id-1] }

func (h *history) add(kind trace.Kind, fd int32, text string, r trace.Record) {
	r.Kind, r.FD, r.Time, r.Seq = kind, fd, int64(len(h.records)+1)*2e6, uint64(len(h.records)+1)
	if r.Thread == 0 {
		r.Thread = 100
	}
	if text != "" {
		h.strings = append(h.strings, text)
		r.Str = uint32(len(h.strings))
	}
	h.records = append(h.records, r)
}

// story is a run in which each condition is met at some record, and not before.
func story() *history {
	h := &history{}
	h.add(trace.Open, 3, "pipe (read end)", trace.Record{A: -1})
	h.add(trace.Label, 3, "my bell", trace.Record{})
	h.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
	h.add(trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 1, B: 1})
	h.add(trace.Add, 3, "rung", trace.Record{Base: 1, A: int64(trace.Readable), B: -1, C: 1})
	h.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 7})                     // 6: ready
	h.add(trace.CallEnd, 3, "read", trace.Record{A: -1, B: 11})                                  // 7: EAGAIN
	h.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 7})                     // 8
	h.add(trace.CallbackBegin, 3, "rung", trace.Record{Base: 1, A: int64(trace.Readable), C: 1}) // 9
	h.add(trace.CallEnd, 3, "read", trace.Record{A: 5})                                          // 10
	h.add(trace.CallbackEnd, 3, "", trace.Record{Base: 1, C: 1})
	h.add(trace.Hold, trace.NoFD, "before wait", trace.Record{Base: 1}) // 12
	h.add(trace.Release, trace.NoFD, "before wait", trace.Record{Base: 1})
	h.add(trace.CallBegin, 3, "write", trace.Record{})                                                      // 14
	h.add(trace.Note, trace.NoFD, "", trace.Record{Thread: 200})                                            // 15
	h.add(trace.CallEnd, 3, "write", trace.Record{A: 1})                                                    // 16
	h.add(trace.LoopBegin, trace.NoFD, "", trace.Record{Base: 2, B: 2})                                     // 17
	h.add(trace.LoopEnd, trace.NoFD, "no events left", trace.Record{Base: 2, C: int64(trace.LoopNoEvents)}) // 18
	h.add(trace.Endpoint, trace.NoFD, "client", trace.Record{A: int64(world.TimeWait), B: 1<<16 | 2, C: -1})
	h.add(trace.Add, 3, "room", trace.Record{Base: 1, A: int64(trace.Writable), B: -1, C: 2}) // 20
	return h
}

// firstMet is the number of the record at which a condition is first met, from 1; 0: none.
func firstMet(t *testing.T, condition string) int {
	t.Helper()
	g, err := Parse(condition)
	if err != nil {
		t.Fatal(err)
	}
	h := story()
	w := world.New(h)
	for i := range h.records {
		w.Apply(&h.records[i])
		if g.Met(w, &h.records[i], h.records[i].Time) {
			return i + 1
		}
	}
	return 0
}

func TestAConditionIsMetAtItsMoment(t *testing.T) {
	for condition, want := range map[string]int{
		`ready "my bell"`:             6,
		`ready my*`:                   6,
		`watched my*`:                 5,
		`ready other`:                 0,
		`room my*`:                    20,
		`queued my* 7`:                6,
		`queued my* 8`:                0,
		`unseen my*`:                  9, // no loop was told
		`call read EAGAIN`:            7,
		`call read EAGAIN "my bell"`:  7,
		`call read EAGAIN other`:      0,
		`call read EPIPE`:             0,
		`call read 5 my*`:             10,
		`call read 6`:                 0,
		`call read 0`:                 0,
		`inside my*`:                  9,
		`inside my* and queued my* 7`: 9,
		`ran my* 1`:                   9,
		`ran my* 2`:                   0,
		`read my* 5`:                  10,
		`call read 5 and inside my*`:  10,
		`held`:                        12,
		`held and ready other`:        0,
		`blocked write my*`:           0, // not for long: see TestACallIsBlockedWhenItLasts
		`blocked read my*`:            0,
		`nested 2`:                    17,
		`returned`:                    18,
		`end client TIME_WAIT`:        19,
		`end client CLOSE_WAIT`:       0,
		`spins`:                       0,
		`vain`:                        0,
		`mistaken my*`:                0,
		`apart my* my*`:               0,
		`untaken my* 1`:               0, // the callback was made active by hand: see TestWhatIsLeftUntaken
		`backlog my* 1`:               0,
		`unwatched my*`:               0,
	} {
		if got := firstMet(t, condition); got != want {
			t.Errorf("%s: first met at record %d, want %d", condition, got, want)
		}
	}
}

// TestNobodyHasLooked counts from a moment on, and only as long as it is so.
func TestNobodyHasLooked(t *testing.T) {
	g, err := Parse("unseen my*")
	if err != nil {
		t.Fatal(err)
	}
	h := story()
	w := world.New(h)
	for i := range 6 { // it is ready
		w.Apply(&h.records[i])
	}
	at := h.records[5].Time
	if g.Met(w, nil, at+5e5) || !g.Met(w, nil, at+2e6) {
		t.Errorf("half a ms later %v, 2 ms later %v", g.Met(w, nil, at+5e5), g.Met(w, nil, at+2e6))
	}
	if w.LostAt = at + 1; g.Met(w, nil, at+2e6) {
		t.Error("records were lost since, and still it is met")
	}
}

// TestACallIsBlockedWhenItLasts: on a busy machine one that is not may take some ms.
func TestACallIsBlockedWhenItLasts(t *testing.T) {
	g, err := Parse("blocked write my*")
	if err != nil {
		t.Fatal(err)
	}
	h := story()
	w := world.New(h)
	for i := range 15 {
		w.Apply(&h.records[i])
	}
	at := h.records[14].Time
	if g.Met(w, nil, at+20e6) || !g.Met(w, nil, at+60e6) {
		t.Errorf("20 ms later %v, 60 ms later %v", g.Met(w, nil, at+20e6), g.Met(w, nil, at+60e6))
	}
}

// TestWhoIsTakenDoesNotWait: while the listener's callback runs, the kernel's last word may be
// from before it has taken its client.
func TestWhoIsTakenDoesNotWait(t *testing.T) {
	g, err := Parse("backlog 3 1")
	if err != nil {
		t.Fatal(err)
	}
	h := &history{}
	h.add(trace.Open, 3, "3", trace.Record{A: -1})
	h.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
	h.add(trace.Socket, 3, "LISTEN", trace.Record{C: 1, D: 5}) // 3: one client waits
	h.add(trace.CallbackBegin, 3, "accept", trace.Record{Base: 1, A: int64(trace.Readable), C: 1})
	h.add(trace.CallEnd, 3, "accept4", trace.Record{A: 7})
	w := world.New(h)
	for i, want := range []bool{false, false, true, false, false} {
		w.Apply(&h.records[i])
		if got := g.Met(w, nil, h.records[i].Time); got != want {
			t.Errorf("after record %d: %v, want %v", i+1, got, want)
		}
	}
	if !g.Met(w, nil, h.records[4].Time+300e6) { // looked at since, and nothing else was said
		t.Error("another one waits, and is not told")
	}
}

// TestWhatIsLeftUntaken: the loop was told, calls the event, and nothing is taken.
func TestWhatIsLeftUntaken(t *testing.T) {
	g, err := Parse("untaken 3 2")
	if err != nil {
		t.Fatal(err)
	}
	h := &history{}
	h.add(trace.Open, 3, "3", trace.Record{A: -1})
	h.add(trace.BaseNew, trace.NoFD, "epoll", trace.Record{Base: 1})
	w := world.New(h)
	w.Apply(&h.records[0])
	w.Apply(&h.records[1])
	read := trace.Record{Base: 1, A: int64(trace.Readable), C: 1}
	for i, want := range []bool{false, true} {
		h.add(trace.Ready, 3, "", read)
		h.add(trace.CallbackBegin, 3, "a", read)
		h.add(trace.CallbackEnd, 3, "", read)
		for j := len(h.records) - 3; j < len(h.records); j++ {
			w.Apply(&h.records[j])
		}
		if got := g.Met(w, nil, h.records[len(h.records)-1].Time); got != want {
			t.Errorf("after %d callbacks: %v, want %v", i+1, got, want)
		}
	}
}

func TestAConditionThatCannotBeRead(t *testing.T) {
	for condition, want := range map[string]string{
		"":                         "no condition",
		"blue sky":                 `"blue" is no condition`,
		"ready":                    "1 operands, and not 0",
		"ready a and":              `the last "and"`,
		"and ready a":              `before an "and"`,
		"queued a many":            "not a number from 1",
		`ready "a`:                 "no partner",
		"end client SLEEPY":        "no state of tcp(7)",
		"call read":                "two operands",
		"call read again":          "neither an errno nor a number",
		"returned and call read 1": "one already",
		"returned 3":               "no operands",
	} {
		if _, err := Parse(condition); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", condition, err, want)
		}
	}
}
