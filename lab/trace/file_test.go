package trace

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

type table []string

func (t table) String(id uint32) string { return t[id-1] }

// TestAFileIsReadAsItWasWritten, compressed or not; what is cut off is read as far
// as it goes, with an error.
func TestAFileIsReadAsItWasWritten(t *testing.T) {
	texts := table{"one", "two\x1b"}
	var all [][]Record
	for n := range 3 {
		var piece []Record
		for i := range 1000 {
			k := uint64(n*1000 + i)
			piece = append(piece, Record{Kind: Note, FD: NoFD, Seq: k + 1, Time: int64(k + 1), Thread: 7, Str: uint32(k%2 + 1)})
		}
		all = append(all, piece)
	}
	h := Header{Program: "01-x", Started: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)}
	for _, base := range []string{"run.jsonl", "run.jsonl.gz"} {
		name := filepath.Join(t.TempDir(), base)
		if err := WriteFile(name, h, texts, all, 5); err != nil {
			t.Fatal(err)
		}
		rec, err := ReadFile(name)
		if err != nil || len(rec.Records) != 3000 || rec.Lost != 5 || rec.Program != h.Program || !rec.Started.Equal(h.Started) {
			t.Fatalf("%s: %v, %d records, lost %d, %+v", base, err, len(rec.Records), rec.Lost, rec.Header)
		}
		for i, r := range rec.Records {
			want := all[i/1000][i%1000]
			if got := rec.String(r.Str); got != texts.String(want.Str) {
				t.Fatalf("%s: record %d says %q", base, i, got)
			}
			r.Str = want.Str
			if !reflect.DeepEqual(r, want) {
				t.Fatalf("%s: record %d is %+v, want %+v", base, i, r, want)
			}
		}
		if err := WriteFile(name, h, texts, all, 5); !errors.Is(err, os.ErrExist) {
			t.Errorf("%s: written a second time: %v", base, err)
		}
		text, _ := os.ReadFile(name)
		if err := os.WriteFile(name, text[:len(text)/2], 0o644); err != nil {
			t.Fatal(err)
		}
		if rec, err := ReadFile(name); err == nil || len(rec.Records) < 500 || len(rec.Records) >= 3000 {
			t.Errorf("%s, cut off: %d records, %v", base, len(rec.Records), err)
		}
	}
}
