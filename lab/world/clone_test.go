package world

import (
	"reflect"
	"testing"

	"fdlab/lab/trace"
)

// TestAClonedWorldStandsStill: the past that a run keeps is made of clones. Whatever
// record comes later, of whatever kind, must not reach into them.
func TestAClonedWorldStandsStill(t *testing.T) {
	for k := trace.None + 1; int(k) < trace.Kinds; k++ {
		s := looping()
		turn(s)
		s.add(k, 3, "x", trace.Record{Base: 1, A: 1, B: 1, C: 1, D: 1})
		live, want := New(s), New(s)
		for i := range s.records {
			live.Apply(&s.records[i])
			want.Apply(&s.records[i])
		}
		kept := live.Clone()
		for _, later := range []trace.Kind{k, k, trace.Close} {
			s.add(later, 3, "x", trace.Record{Base: 1, A: 2, B: 2, C: 1, D: 2})
			live.Apply(&s.records[len(s.records)-1])
		}
		kept.names, want.names = nil, nil // clones share it: it only grows
		if !reflect.DeepEqual(kept, want) {
			t.Errorf("a second %q changed the clone made before it:\n%+v\nwant\n%+v", k, kept, want)
		}
	}
}
