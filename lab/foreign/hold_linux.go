//go:build amd64 || arm64

package foreign

import (
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// How the person who looks on reaches the tracer: a bell wakes it, and a gate keeps threads
// before their waits.

// A bell wakes the tracer's thread from its wait: a signal that interrupts it.
type bell struct {
	tid   int
	wish  atomic.Bool
	leave atomic.Bool
}

func (b *bell) rung() bool { return b.wish.Swap(false) }

// ring wakes the tracer. It signals until the tracer has heard: the first signal may
// come just before the wait.
func (b *bell) ring() {
	b.wish.Store(true)
	for b.wish.Load() {
		if unix.Tgkill(os.Getpid(), b.tid, wakeUp) != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// listen begins to hear the gate. stop ends that.
func (t *tracer) listen() (stop func()) {
	done := make(chan struct{})
	if t.gate == nil {
		return func() { close(done) }
	}
	_, t.steps, _ = t.gate.Now()
	go func() {
		for {
			_, _, changed := t.gate.Now()
			t.bell.ring() // what changed before we listened counts, too
			select {
			case <-changed:
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		t.bell.wish.Store(false)
	}
}

// holds reports whether a thread stops before its next wait.
func (t *tracer) holds() bool {
	return t.gate != nil && (!t.attached || t.opt.Hold) && t.gate.Closed()
}

// hold keeps a thread at the stop before its wait.
func (t *tracer) hold(k *task) {
	t.announce(k)
	k.held = t.rec.Now()
	t.rec.Put(&trace.Record{Kind: trace.Hold, Thread: uint32(k.tid), FD: trace.NoFD, Time: k.held, Str: t.str(phase(k))})
}

// phase says what the thread is held before.
func phase(k *task) string {
	if k.in.op == opSleep {
		return "before sleep"
	}
	return trace.BeforeWait
}

// obeyGate lets the threads at the gate go, if it is open or a step was asked for.
func (t *tracer) obeyGate() {
	if t.gate == nil {
		return
	}
	closed, steps, _ := t.gate.Now()
	if closed && steps == t.steps {
		return
	}
	t.steps = steps
	for _, k := range t.tasks {
		if k.held == 0 {
			continue
		}
		now := t.rec.Now()
		t.rec.Put(&trace.Record{Kind: trace.Release, Thread: uint32(k.tid), FD: trace.NoFD, Time: now, Str: t.str(phase(k)), A: now - k.held})
		k.held = 0
		t.begin(k)
		t.goOn(k, 0)
	}
}
