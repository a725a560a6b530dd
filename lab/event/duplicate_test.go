//go:build linux

package event

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// duplicated is a pending event whose fd is closed while a duplicate keeps its
// file open, and something to read in it.
func duplicated(t *testing.T, b *Base, callback Callback) (e *Event, fd, dup int) {
	a, z := pair(t)
	dup, err := unix.Dup(a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(dup) })
	e = add(t, b.NewEvent(a, Read|Persist, callback).Named("telnet"), NoTimeout)
	unix.Close(a)
	write(t, z, "x")
	return e, a, dup
}

func TestAPendingFDThatWasClosedIsNamedThoughADuplicateIsOpen(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		calls := 0
		e, _, _ := duplicated(t, b, func(int, What) { calls++ })
		_, err := b.Dispatch()
		explains(t, err, ErrFDClosed, `read|persist "telnet"`)
		if b.Backend() == "epoll" {
			explains(t, err, ErrFDClosed, "duplicate", "dup")
		}
		if calls > recheckEach {
			t.Errorf("it was called %d times before", calls)
		}
		e.Del()
	})
}

// An fd that is open stays so, however often it is ready.
func TestAnFDThatIsReadyWithoutEndIsNoError(t *testing.T) {
	onEach(t, func(t *testing.T, b *Base) {
		a, z := pair(t)
		calls := 0
		add(t, b.NewEvent(a, Read|Write|Persist, func(int, What) {
			if calls++; calls == 3*recheckEach {
				b.Break()
			}
		}), NoTimeout)
		write(t, z, "x")
		loop(t, b, 0, Broken)
	})
}

// The kernel refuses each of them with another error.
func TestAClosedFDIsNamedThoughItsNumberIsInUseAgain(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for name, fd := range map[string]func(b *Base) int{
		"a pipe":                    func(*Base) int { a, _ := pair(t); return a },
		"a regular file":            func(*Base) int { return int(file.Fd()) },
		"the epoll instance itself": func(b *Base) int { return b.backend.(*epoll).fd },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBase(t, "epoll")
			e, number, _ := duplicated(t, b, func(int, What) {})
			if other := fd(b); other != number { // a new one may have got the number at once
				if err := unix.Dup2(other, number); err != nil {
					t.Fatal(err)
				}
			}
			_, err := b.Dispatch()
			explains(t, err, ErrFDClosed, `read|persist "telnet"`, "another file")
			explains(t, e.Del(), ErrFDClosed)
		})
	}
}

func TestAStaleReadinessThatNeverEndsIsAnError(t *testing.T) {
	b := newBase(t, "epoll")
	e, _, dup := duplicated(t, b, func(int, What) { t.Error("called") })
	explains(t, e.Del(), ErrFDClosed)
	hour := add(t, b.NewTimer(func(int, What) {}), time.Hour)
	for range 2 { // and again, if one goes on
		_, err := b.Dispatch()
		explains(t, err, ErrFDClosed, "duplicate", "close")
	}
	unix.Close(dup)
	hour.Del()
	loop(t, b, 0, NoEvents)
}

// Two of them, and a busy loop beside.
func TestTwoStaleReadinessesAreFoundToo(t *testing.T) {
	b := newBase(t, "epoll")
	for range 2 {
		e, _, _ := duplicated(t, b, func(int, What) { t.Error("called") })
		explains(t, e.Del(), ErrFDClosed)
	}
	a, z := pair(t)
	write(t, z, "x")
	add(t, b.NewEvent(a, Read|Persist, func(int, What) {}), NoTimeout)
	_, err := b.Dispatch()
	explains(t, err, ErrFDClosed, "duplicate")
}

// A stale readiness that goes away again is ignored, and counted: the loop sleeps.
func TestAStaleReadinessThatEndsIsNoError(t *testing.T) {
	b := newBase(t, "epoll")
	e, _, dup := duplicated(t, b, func(int, What) { t.Error("called") })
	explains(t, e.Del(), ErrFDClosed)
	turns := 0
	var at0, again *Event
	at0 = b.NewTimer(func(int, What) {
		if turns++; turns < 10 {
			add(t, at0, 0)
			return
		}
		if b.staleTurns < 9 {
			t.Errorf("%d turns in a row are counted", b.staleTurns)
		}
		unix.Read(dup, make([]byte, 8))
		add(t, again, 2*time.Millisecond)
	})
	again = b.NewTimer(func(int, What) {
		if b.staleTurns != 0 {
			t.Errorf("it slept, and %d turns in a row are counted", b.staleTurns)
		}
	})
	add(t, at0, 0)
	loop(t, b, 0, NoEvents)
}
