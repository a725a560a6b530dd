package trace

import "testing"

func TestTheRingCannotBeCutShort(t *testing.T) {
	ring, err := NewRing(64)
	if err != nil {
		t.Fatal(err)
	}
	defer ring.Close()
	if err := ring.File().Truncate(0); err == nil {
		t.Fatal("a program could cut the ring short, and crash its reader")
	}
}
