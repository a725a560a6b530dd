package app

import (
	"testing"
	"time"

	"fdlab/lab/trace"
)

// TestATickLeavesWhatThereIsNoTimeFor: a key must not wait for a flood of records.
func TestATickLeavesWhatThereIsNoTimeFor(t *testing.T) {
	_, s := ended(t)
	track := s.Tracks[0]
	before := s.world.Live.Records
	flood := make([]trace.Record, 10_000)
	for i := range flood {
		flood[i] = trace.Record{Kind: trace.Note, FD: trace.NoFD, Time: s.world.Live.Time, A: int64(i)}
	}
	if rest := s.apply(track, flood, time.Now()); len(rest) != len(flood) {
		t.Errorf("without time, %d of %d records are taken", len(flood)-len(rest), len(flood))
	}
	rest := s.apply(track, flood, time.Now().Add(time.Hour))
	if n := s.world.Live.Records - before; len(rest) != 0 || n != uint64(len(flood)) {
		t.Errorf("with time, %d of %d records are taken, and %d are left", n, len(flood), len(rest))
	}
}
