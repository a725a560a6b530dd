package sys

import (
	"testing"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// TestARunOfRefusalsIsGatheredAndCounted asks an empty pipe many times: few
// records, and not one call missing from their counts.
func TestARunOfRefusalsIsGatheredAndCounted(t *testing.T) {
	trail := recorded(t)
	r, w, err := Pipe("empty")
	if err != nil {
		t.Fatal(err)
	}
	SetNonblock(r, true)
	const asked = 50_000
	buf := make([]byte, 8)
	for range asked {
		if n, err := Read(r, buf); n != -1 || err != unix.EAGAIN {
			t.Fatalf("read of an empty pipe = %d, %v, want -1, EAGAIN", n, err)
		}
	}
	if _, err := Write(w, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if n, err := Read(r, buf); n != 1 || err != nil {
		t.Fatalf("read = %d, %v, want 1 byte", n, err)
	}
	Read(r, buf) // a refusal after a success is a run of its own
	closeAll(r, w)

	var counts, records int64
	var order []int64 // of the results of the reads
	for _, rec := range trail.of(r, trace.CallEnd) {
		if trail.reader.String(rec.Str) != "read" {
			continue
		}
		if rec.A < 0 {
			counts += rec.C
			records++
		}
		order = append(order, rec.A)
	}
	if counts != asked+1 {
		t.Errorf("the records stand for %d refusals, want %d", counts, asked+1)
	}
	if records > asked/10 {
		t.Errorf("%d records for %d refusals: they were not gathered", records, asked)
	}
	if n := len(order); n < 3 || order[n-1] != -1 || order[n-2] != 1 || order[n-3] != -1 {
		t.Errorf("the last results are %v, want refusals, 1 byte, a refusal", order[max(n-3, 0):])
	}
}
