package event

import (
	"slices"
	"sync"
	"sync/atomic"

	"fdlab/lab/thread"
)

// A base belongs to the thread that runs its loop, from enter to leave. The
// owner is that thread's mark.

// enter makes the calling thread the one that runs the loop.
func (b *Base) enter(flags Flags) error {
	id, unlock := thread.Lock()
	if mark := thread.Mark(); !b.owner.CompareAndSwap(0, mark) {
		here := b.owner.Load() == mark
		unlock()
		if here {
			return b.fail("dispatch", ErrRunning, "this is one of its callbacks; return from it, and the loop goes on by itself")
		}
		return b.fail("dispatch", ErrRunning, "another thread runs it; make a base for each thread, or use Base.Post")
	}
	b.unlock = unlock
	if b.closed {
		b.disown()
		return b.fail("dispatch", ErrBaseClosed, "make a new base")
	}
	if b.broken.Load() { // a store to an atomic costs more than a load
		b.broken.Store(false)
	}
	b.exiting, b.rec.fresh, b.cached, b.staleTurns = false, false, 0, 0
	if b.rec.On() {
		b.rec.loopBegin(flags, id, Depth())
	}
	return nil
}

func (b *Base) leave(reason Reason) {
	b.cached, b.running = 0, noQueue
	if b.rec.On() {
		b.rec.settle(true)
		b.rec.loopEnd(reason)
	}
	b.disown()
}

func (b *Base) disown() {
	unlock := b.unlock
	b.unlock = nil
	b.owner.Store(0) // from here on another thread may run it
	unlock()
}

// foreign reports whether the loop runs on another thread than the caller's.
func (b *Base) foreign() bool {
	owner := b.owner.Load()
	return owner != 0 && owner != thread.Mark()
}

// Depth returns how many loops run inside each other on the calling thread: 0
// outside of any callback, 1 in a callback of a loop that was called from
// outside, 2 in a callback of a loop that such a callback runs, and so on. Any
// thread may ask at any time: the answer is about its own loops alone.
func Depth() (n int) {
	here := thread.Mark()
	for _, b := range bases.all() {
		if b.owner.Load() == here {
			n++
		}
	}
	return n
}

// bases are those of the process, from New to Close. They are few, and a loop
// that begins need not wait for anybody to look them through.
var bases register

type register struct {
	changing sync.Mutex
	list     atomic.Pointer[[]*Base] // never changed, only replaced
}

func (r *register) all() []*Base {
	if list := r.list.Load(); list != nil {
		return *list
	}
	return nil
}

func (r *register) add(b *Base) { r.replace(func(list []*Base) []*Base { return append(list, b) }) }

func (r *register) remove(b *Base) {
	r.replace(func(list []*Base) []*Base {
		return slices.DeleteFunc(list, func(other *Base) bool { return other == b })
	})
}

func (r *register) replace(change func([]*Base) []*Base) {
	r.changing.Lock()
	defer r.changing.Unlock()
	list := change(slices.Clone(r.all()))
	r.list.Store(&list)
}
