package sys

import (
	"testing"

	"golang.org/x/sys/unix"

	"fdlab/lab/kernel"
	"fdlab/lab/skip"
	"fdlab/lab/trace"
)

// TestAnAdoptedDuplicateIsKnown: the kernel says which open fd it is the same open file
// as. The other end of a pipe is another file.
func TestAnAdoptedDuplicateIsKnown(t *testing.T) {
	log := recorded(t)
	r, w, err := Pipe("p")
	if err != nil {
		t.Fatal(err)
	}
	defer Close(r)
	defer Close(w)
	if _, known := kernel.SameFile(r, w); !known {
		skip.Missing(t, "this kernel does not tell (kcmp(2))")
	}
	for of, want := range map[int]int64{r: int64(r), w: int64(w)} {
		d, err := unix.Dup(of)
		if err != nil {
			t.Fatal(err)
		}
		if err := Adopt(d, "dup", ""); err != nil {
			t.Fatal(err)
		}
		opens := log.of(d, trace.Open)
		if n := len(opens); n == 0 || opens[n-1].C != want {
			t.Errorf("fd %d, a dup of %d: %+v; want it the same file as that", d, want, opens)
		}
		Close(d)
	}
}
