//go:build unix

package trace

import "testing"

// TestAFloodLeavesRoomForTheRareKinds fills a ring that nobody reads with what
// a busy loop records, and then says a word.
func TestAFloodLeavesRoomForTheRareKinds(t *testing.T) {
	ring, err := NewRing(256)
	if err != nil {
		t.Fatal(err)
	}
	defer ring.Close()
	rec := ring.Recorder()
	for range 1000 {
		rec.Put(&Record{Kind: CallEnd, FD: 3})
	}
	rec.Put(&Record{Kind: Verdict, FD: NoFD, A: int64(True)})
	reader := ring.Reader()
	records := make([]Record, 512)
	n := reader.Read(records)
	if n == 0 || records[n-1].Kind != Verdict {
		t.Fatalf("the verdict was drowned: %d records were kept, the last is %v", n, records[max(n-1, 0)].Kind)
	}
	if got := uint64(n) + reader.Lost(); got != 1001 {
		t.Errorf("%d kept + %d lost = %d, want the 1001 that were made", n, reader.Lost(), got)
	}
}
