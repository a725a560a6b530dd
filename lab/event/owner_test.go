package event

import "testing"

func TestDepthCountsTheLoopsOfTheCallingThread(t *testing.T) {
	outer, inner := newBase(t, ""), newBase(t, "")
	is := func(where string, want int) {
		t.Helper()
		if got := Depth(); got != want {
			t.Errorf("%s: depth %d, want %d", where, got, want)
		}
	}
	is("before any loop", 0)
	add(t, inner.NewTimer(func(int, What) { is("inside both", 2) }), 0)
	add(t, outer.NewTimer(func(int, What) {
		is("inside one", 1)
		loop(t, inner, 0, NoEvents)
		is("the inner one has returned", 1)
		elsewhere := make(chan int)
		go func() { elsewhere <- Depth() }()
		if got := <-elsewhere; got != 0 {
			t.Errorf("on a thread without a loop: depth %d", got)
		}
	}), 0)
	loop(t, outer, 0, NoEvents)
	is("after all loops", 0)
}

// The list of bases must not grow for ever.
func TestAClosedBaseIsForgotten(t *testing.T) {
	before := len(bases.all())
	b, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
	if now := len(bases.all()); now != before {
		t.Errorf("%d bases are known, want %d", now, before)
	}
}
