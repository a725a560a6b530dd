package experiment

import (
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// starve has a thread want a processor that it hardly gets: another, of normal
// priority, never leaves it. SCHED_IDLE: sched(7).
func starve(do func()) {
	one := unix.CPUSet{}
	var may unix.CPUSet
	if err := unix.SchedGetaffinity(0, &may); err != nil {
		panic(err)
	}
	for cpu := 0; !one.IsSet(cpu); cpu++ {
		if may.IsSet(cpu) {
			one.Set(cpu)
			break
		}
	}
	var end atomic.Bool
	pinned := make(chan bool)
	go func() {
		runtime.LockOSThread() // for ever: the thread ends with the goroutine
		unix.SchedSetaffinity(0, &one)
		close(pinned)
		for !end.Load() {
		}
	}()
	<-pinned
	defer end.Store(true)
	runtime.LockOSThread() // never unlocked: nobody else gets a thread that starves
	unix.SchedSetaffinity(0, &one)
	unix.SchedSetAttr(0, &unix.SchedAttr{Policy: unix.SCHED_IDLE}, 0)
	do()
}

// burn takes so much processor time.
func burn(d time.Duration) {
	var began, now unix.Timespec
	unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &began)
	for now = began; now.Nano()-began.Nano() < int64(d); {
		unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now)
	}
}

func init() {
	// A thread answers, but needs 200 ms of a processor for that.
	programs["starved"] = func(x *X) {
		var answered, over atomic.Bool
		x.Thread("server", func() error {
			starve(func() {
				for !over.Load() && !answered.Load() {
					burn(200 * time.Millisecond)
					answered.Store(true)
				}
			})
			return nil
		})
		x.Note("asked")
		ok := x.Await(time.Second, answered.Load)
		over.Store(true)
		x.Check(ok, "the server has answered")
		x.Verdict(Ruling(ok), "The server did not answer.")
	}
	// A thread that does not answer though it could.
	programs["asleep"] = func(x *X) {
		var answered atomic.Bool
		end := make(chan bool)
		server := x.Thread("server", func() error { <-end; return nil })
		ok := x.Await(200*time.Millisecond, answered.Load)
		close(end)
		server.Join()
		x.Check(ok, "the server has answered")
		x.Verdict(Ruling(ok), "The server did not answer.")
	}
}

// TestWhatAStarvedThreadHasNotDoneSaysNothing: a server that got no processor has not
// failed to answer; one that slept has.
func TestWhatAStarvedThreadHasNotDoneSaysNothing(t *testing.T) {
	cmd := program("starved")
	out, _ := cmd.CombinedOutput()
	expectText(t, cmd, string(out), 3, "could not be judged", "thread server could have run, and got",
		"This machine is overloaded")
	cmd = program("asleep")
	out, _ = cmd.CombinedOutput()
	expectText(t, cmd, string(out), 0, "failed: the server has answered", "verdict: false. The server did not answer.")
}

// TestTheDelayIsOfTheThreadAlone: its time on a processor and its sleeps do not count.
func TestTheDelayIsOfTheThreadAlone(t *testing.T) {
	end := errors.New("")
	x := &X{threads: map[*Thread]bool{}}
	began := time.Now()
	thread := x.Thread("starved", func() error {
		starve(func() { burn(2 * time.Millisecond) })
		return end
	})
	thread.Join()
	if delay := thread.Delay(); delay <= 0 || delay > time.Since(began) {
		t.Errorf("it was delayed for %v of %v", delay, time.Since(began))
	}
}
