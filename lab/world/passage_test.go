package world

import (
	"strings"
	"testing"

	"fdlab/lab/trace"
)

func everything(uint32, int32) bool { return true }

func kindsOf(all []Passage) (word string) {
	for _, p := range all {
		word += string("awtcCm"[p.Kind])
	}
	return word
}

// TestPassages are in the order of the records, and each lasted as long as it did.
func TestPassages(t *testing.T) {
	s := looping()
	s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	s.add(trace.Kernel, 3, "", trace.Record{A: int64(trace.Readable), B: 7, Thread: 1})
	s.add(trace.WaitEnd, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1})
	callback(s, func() {
		s.add(trace.CallEnd, 3, "read", trace.Record{A: 7})
	})
	s.add(trace.WaitBegin, trace.NoFD, "epoll_wait", trace.Record{Base: 1, A: 1, B: -1})
	all, at := s.run().Passages(s.now, 100, 100, everything)
	if got := kindsOf(all); got != "watCcw" || at != len(all)-1 {
		t.Fatalf("passages %s, the last is %d: %+v", got, at, all)
	}
	if p := all[0]; p.Until-p.At != 2e6 || all[3].Until-all[3].At != 2e6 || all[4].Result != 7 || all[5].Until != -1 {
		t.Errorf("%+v", all)
	}
	middle, at := s.run().Passages(all[2].At, 2, 1, everything)
	if got := kindsOf(middle); got != "atC" || at != 1 {
		t.Errorf("around the third passage: %s, %d", got, at)
	}
}

// TestEqualTurnsAreGathered, and counted; twenty callbacks of one echo are not equal to
// the one that reads.
func TestEqualTurnsAreGathered(t *testing.T) {
	for name, c := range map[string]struct {
		play func(s *script)
		want string
		many int64
	}{
		"a few": {func(s *script) { turns(s, few, 1000, 0) }, strings.Repeat("wtCc", few) + "w", 0},
		"many":  {func(s *script) { turns(s, 100, 1000, 0) }, "wtCcwtCcwtCcwtCcmwtCcwtCcwtCcwtCcw", 92},
		"unsaid": {func(s *script) {
			turns(s, 5, 1000, 0)
			s.records = s.records[:len(s.records)-1]
			gathered(s, 500, 3, 1)
			gathered(s, 700, 3, 1)
			turns(s, 6, 1000, 0)
		}, "wtCcwtCcwtCcwtCcmwtCcwtCcwtCcwtCcw", 1203},
		"one that is unlike": {func(s *script) { turns(s, 6, 1000, 0); s.records = s.records[:len(s.records)-1]; turns(s, 1, 1000, 5) }, "wtCcwtCcwtCcwtCcwtCcwtCcwtCcw", 0},
	} {
		s := looping()
		c.play(s)
		all, _ := s.run().Passages(s.now, 1000, 0, everything)
		many := int64(0)
		for _, p := range all {
			many += p.Turns
		}
		if got := kindsOf(all); got != c.want || many != c.many {
			t.Errorf("%s: %s, %d turns gathered; want %s, %d", name, got, many, c.want, c.many)
		}
	}
}
