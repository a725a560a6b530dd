package sys

import (
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func TestFailuresKeepsEachKindOnce(t *testing.T) {
	r, w, err := Pipe("")
	if err != nil {
		t.Fatal(err)
	}
	defer Close(w)
	defer Close(r)
	if err := SetNonblock(r, true); err != nil {
		t.Fatal(err)
	}
	var buf [1]byte
	for range 3 {
		if _, err := Read(r, buf[:]); err != unix.EAGAIN {
			t.Fatalf("read of an empty pipe: %v", err)
		}
		if _, err := Read(w, buf[:]); err != unix.EBADF { // open for writing only
			t.Fatalf("read of a pipe's writing end: %v", err)
		}
	}
	count := func(want Failure) (n int) {
		for _, f := range Failures() {
			if f == want {
				n++
			}
		}
		return n
	}
	if n := count(Failure{"read", unix.EBADF}); n != 1 {
		t.Errorf("EBADF of read is there %d times: %v", n, Failures())
	}
	if slices.Contains(Failures(), Failure{"read", unix.EAGAIN}) {
		t.Error("EAGAIN is no failure")
	}
}
