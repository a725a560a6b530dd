package trace

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// TestAGrowingRecordingIsReadPieceByPiece: what an encoder has written so far can be read
// at once, and a piece may be missing.
func TestAGrowingRecordingIsReadPieceByPiece(t *testing.T) {
	var out bytes.Buffer
	e, err := NewEncoder(&out, table{"first", "second"}, Header{Program: "02-x"})
	if err != nil {
		t.Fatal(err)
	}
	piece := func() []byte { defer out.Reset(); return bytes.Clone(out.Bytes()) }
	g := NewGrowing()
	if records, err := g.Read(piece()); err != nil || len(records) != 0 || g.Program != "02-x" {
		t.Fatalf("the header: %v, %v, %q", records, err, g.Program)
	}
	seq := uint64(0)
	for n, size := range []int{1, 0, 3, 2 * scanned, 5} {
		var want []Record
		for range size {
			seq++
			want = append(want, Record{Kind: Step, Seq: seq, FD: NoFD, Time: int64(seq), Str: uint32(seq%2) + 1, A: int64(n)})
		}
		if err := e.Encode(want); err != nil {
			t.Fatal(err)
		}
		lines := piece()
		if n == 2 {
			continue // it is lost on the way
		}
		got, err := g.Read(lines)
		if err != nil || len(got) != len(want) {
			t.Fatalf("piece %d: %d records, %v", n, len(got), err)
		}
		for i := range got {
			if text := g.String(got[i].Str); text != (table{"first", "second"}).String(want[i].Str) {
				t.Fatalf("piece %d, record %d has the text %q", n, i, text)
			}
			got[i].Str = want[i].Str // numbers are each reader's own
		}
		if !slices.Equal(got, want) {
			t.Fatalf("piece %d: %v, want %v", n, got, want)
		}
	}
}

func TestAGrowingRecordingNamesItsFlaw(t *testing.T) {
	for piece, want := range map[string]string{
		"{\"kind\":\"note\"}\n":                                "line 1: not a recording",
		"{\"fdlab-trace\":1}\n{\"kind\":\"note\",\"seq\":1":    "line 2: a piece ends within it",
		"{\"fdlab-trace\":1}\n{\"kind\":\"what\",\"seq\":1}\n": "line 2: unknown kind",
	} {
		if records, err := NewGrowing().Read([]byte(piece)); err == nil || !strings.Contains(err.Error(), want) || records != nil {
			t.Errorf("%q: %v, %v", piece, records, err)
		}
	}
}
