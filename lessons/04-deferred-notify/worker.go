package main

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fdlab/lab/experiment"
	"fdlab/lab/experiment/loop"
)

// counts is what a worker has done.
type counts struct {
	x     *experiment.X
	calls atomic.Int64 // callbacks of the bell
	rings atomic.Int64 // what they read of it
}

const (
	moment = 200 * time.Millisecond // for the eye, after something has happened
	glance = 60 * time.Millisecond  // for the eye, between two small things
	limit  = 5 * time.Second        // for what should happen at once
)

// newWorker makes a worker whose loop will watch the bell. The bell is then the
// worker's, which closes it.
func newWorker(x *experiment.X, name string, b bell) *worker {
	w := &worker{loop: loop.New(x, name), bell: b, counts: counts{x: x}}
	w.loop.Finally(b.close)
	w.loop.Watch(b.fd(), "rung", w.rung)
	return w
}

// count counts a callback that read n rings.
func (w *worker) count(n int) {
	w.calls.Add(1)
	w.rings.Add(int64(n))
}

func (w *worker) done(i *item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i.handled = time.Now()
}

// takeBack takes an item out of the queue. (If several threads ring at once,
// it may be gone: a ring stands for one item, not for a certain one. Then the
// last one is taken.)
func (w *worker) takeBack(i *item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := slices.Index(w.queue, i)
	if at < 0 {
		at = len(w.queue) - 1
	}
	if at >= 0 {
		w.queue = slices.Delete(w.queue, at, at+1)
	}
}

// waited returns how long an item was on its way; false: it still is.
func (w *worker) waited(i *item) (time.Duration, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return i.handled.Sub(i.sent), !i.handled.IsZero()
}

// queued is what the kernel holds: bytes in a pipe, the counter of an eventfd.
func (w *worker) queued() int64 { return w.x.Queued(w.bell.fd()) }

// job is an item whose work takes as long as the script wants.
type job struct {
	item
	began, end chan struct{}
	ended      sync.Once
}

// newJob returns a job. It ends with finish, or with the experiment.
func newJob(x *experiment.X) *job {
	j := &job{began: make(chan struct{}), end: make(chan struct{})}
	j.work = func() {
		x.Note("the worker is busy in its callback")
		close(j.began)
		select {
		case <-j.end:
		case <-x.Stopped():
		}
	}
	x.Cleanup(j.finish) // or the worker would never come back
	return j
}

func (j *job) finish() { j.ended.Do(func() { close(j.end) }) }

// busy reports whether the worker is in the job's callback.
func (j *job) busy() bool {
	select {
	case <-j.began:
		return true
	default:
		return false
	}
}
