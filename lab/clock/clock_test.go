package clock

import (
	"sync"
	"testing"
	"time"
)

// Each reading lies between two readings of the system's clock, but for what
// the line may be off; and none goes back. Whatever comes between the three
// readings makes the bounds wider, not the test fail.
func TestTheClockFollowsTheSystems(t *testing.T) {
	if !process.counter {
		t.Log("no counter that can be trusted on this machine: this tests the system's clock")
	}
	var fresh clock
	fresh.start()
	t.Run("a clock that was just started", func(t *testing.T) { follows(t, fresh.now, fresh.began) })
	t.Run("the process's", func(t *testing.T) { follows(t, Now, process.began) })
}

func follows(t *testing.T, now func() int64, began time.Time) {
	const off = 2 * int64(time.Microsecond)
	var readers sync.WaitGroup
	for range 4 {
		readers.Add(1)
		go func() {
			defer readers.Done()
			last := now()
			for end := last + 200*int64(time.Millisecond); last < end; {
				before := int64(time.Since(began))
				now := now()
				after := int64(time.Since(began))
				if now < before-off || now > after+off {
					t.Errorf("the clock says %d ns between %d and %d", now, before, after)
					return
				}
				if now < last-off {
					t.Errorf("the clock went back from %d to %d ns", last, now)
					return
				}
				last = now
			}
		}()
	}
	readers.Wait()
}

// After a pause that is longer than a line goes.
func TestTheClockIsRightAfterAPause(t *testing.T) {
	for range 5 {
		time.Sleep(20 * time.Millisecond) // the pause itself is what is tested
		before := int64(time.Since(process.began))
		now := Now()
		if after := int64(time.Since(process.began)); now < before-2000 || now > after+2000 {
			t.Errorf("the clock says %d ns between %d and %d", now, before, after)
		}
	}
}

// On one thread time never goes back, not by a ns.
func TestTheClockOfOneThreadNeverGoesBack(t *testing.T) {
	last := Now()
	for end := last + 100*int64(time.Millisecond); last < end; {
		now := Now()
		if now < last {
			t.Fatalf("from %d to %d", last, now)
		}
		last = now
	}
}

func BenchmarkClock(b *testing.B) {
	for b.Loop() {
		Now()
	}
}

func BenchmarkSystemClock(b *testing.B) {
	start := time.Now()
	for b.Loop() {
		time.Since(start)
	}
}
