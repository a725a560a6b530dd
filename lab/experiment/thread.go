package experiment

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"fdlab/lab/kernel"
	"fdlab/lab/thread"
	"fdlab/lab/trace"
)

// Thread is a goroutine on an OS thread of its own.
type Thread struct {
	Name string
	id   atomic.Uint32 // the kernel's; 0: it has not begun
	base atomic.Int64  // the kernel's count of its delays, when it began
	done chan struct{} // closed at its end; what follows is then set
	err  error
	cpu  time.Duration
	late time.Duration // Delay, at its end
}

// Thread starts do on an OS thread of its own (a goroutine that is locked to
// it). A panic in it stops the experiment; X.Fail in it ends the thread, and
// Join returns the error. With an error a scripted run cannot be judged.
func (x *X) Thread(name string, do func() error) *Thread {
	t := &Thread{Name: name, done: make(chan struct{})}
	x.mu.Lock()
	x.threads[t] = true
	x.mu.Unlock()
	go x.run(t, do)
	return t
}

func (x *X) run(t *Thread, do func() error) {
	id, unlock := thread.Lock()
	defer unlock()
	began, _ := kernel.ScheduleOf(id) // the thread may have been another's before
	t.base.Store(int64(began.Delayed))
	t.id.Store(id)
	x.put(trace.ThreadBegin, t.Name, 0, 0)
	before, none := kernel.ThreadUsage()
	defer func() {
		if fault := recover(); fault != nil {
			failed, ok := fault.(failure)
			t.err = failed.err
			if !ok {
				t.err = ErrStopped
				x.panicked(fmt.Errorf("thread %s: panic: %v", t.Name, fault), debug.Stack())
			}
		}
		if t.err != nil && !errors.Is(t.err, ErrStopped) {
			x.Invalidate(t.err) // nobody need wait for what it will not do
		}
		after, err := kernel.ThreadUsage()
		if err = errors.Join(none, err); err != nil {
			x.Invalidate(fmt.Errorf("the processor time of thread %s: %w", t.Name, err))
		} else {
			t.cpu = after.Sub(before).CPU()
		}
		t.late = t.delay()
		x.put(trace.ThreadEnd, t.Name, 0, 0)
		x.mu.Lock()
		delete(x.threads, t)
		x.mu.Unlock()
		close(t.done)
	}()
	t.err = do()
}

// Join waits until the thread has ended and returns its error.
func (t *Thread) Join() error {
	<-t.done
	return t.err
}

// Done returns a channel that is closed when the thread has ended.
func (t *Thread) Done() <-chan struct{} { return t.done }

// Ended reports whether the thread has ended.
func (t *Thread) Ended() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// CPU returns the processor time that the thread used, in the program and in
// the kernel, once it has ended. Where the system cannot tell threads apart
// (kernel.PerThread) it is the whole process's.
func (t *Thread) CPU() time.Duration {
	<-t.done
	return t.cpu
}
