// Package control is the hand that reaches into a running experiment: it
// holds time and lets it go, and it presses the keys that the experiment
// offers.
//
// It knows whether time is held, and which pokes exist. It does not know who
// holds (an instrument at the other end of a socket, or a test), what a loop
// is, or what a poke does. Loops ask Gate.Pass before each phase; the script
// of an experiment sleeps with Gate.Sleep, so that its clock stands still
// while time is held; lab/experiment offers pokes.
package control

import (
	"sync"
	"sync/atomic"
	"time"

	"fdlab/lab/trace"
)

// Gate holds the threads that pass it. The zero Gate is open. All methods may
// be called from any thread.
type Gate struct {
	closed atomic.Bool // read without mu on the fast path, written under mu

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at each change; nil: nobody waits
	steps   uint64        // how often Step was called
	since   time.Time     // when the gate was closed, if it is closed
	held    time.Duration // how long it was closed before that
	ever    bool          // whether it was ever closed
}

// Pass returns at once while the gate is open, at the price of one atomic
// load. While it is closed, Pass blocks until Release, or until Step lets the
// threads that stand at the gate go one phase. phase says what comes next, as
// a student would read it: "before wait". Pass reports whether it held the
// thread: a clock that was read before is then out of date.
func (g *Gate) Pass(phase string) (held bool) {
	if !g.closed.Load() {
		return false
	}
	g.block(phase)
	return true
}

// block is the slow path of Pass: the thread blocks, and the trace shows it.
func (g *Gate) block(phase string) {
	rec := trace.Process()
	str := rec.String(phase)
	g.mu.Lock()
	steps := g.steps
	// Only now: whoever sees it in the trace may call Step, and that must count.
	began := rec.Now()
	rec.Put(&trace.Record{Kind: trace.Hold, FD: trace.NoFD, Str: str, Time: began})
	for g.closed.Load() && g.steps == steps {
		g.await(nil, nil)
	}
	g.mu.Unlock()

	now := rec.Now()
	rec.Put(&trace.Record{Kind: trace.Release, FD: trace.NoFD, Str: str, Time: now, A: now - began})
}

// await lets go of mu until the gate changes, the timer fires, or stop is
// closed. Either channel may be nil.
func (g *Gate) await(timer <-chan time.Time, stop <-chan struct{}) {
	if g.changed == nil {
		g.changed = make(chan struct{})
	}
	changed := g.changed
	g.mu.Unlock()
	select {
	case <-changed:
	case <-timer:
	case <-stop:
	}
	g.mu.Lock()
}

// wake tells everybody in await to look again. The caller holds mu.
func (g *Gate) wake() {
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}

// Closed reports whether Pass would block, at the price of one atomic load.
func (g *Gate) Closed() bool { return g.closed.Load() }

// Close holds time: threads stop at their next Pass.
func (g *Gate) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed.Load() {
		return
	}
	g.since, g.ever = time.Now(), true
	g.closed.Store(true)
	g.wake()
}

// Release lets time go on.
func (g *Gate) Release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed.Load() {
		return
	}
	g.held += time.Since(g.since)
	g.closed.Store(false)
	g.wake()
}

// Step lets each thread that stands at the gate now go one phase. The gate
// stays closed. A thread that is blocked in the kernel does not stand here.
func (g *Gate) Step() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.steps++
	g.wake()
}

// Now is for a caller that holds other threads than its own, and so cannot block in
// Pass. It returns whether the gate is closed, how often Step was called so far, and a channel that is
// closed when either changes.
func (g *Gate) Now() (closed bool, steps uint64, changed <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.changed == nil {
		g.changed = make(chan struct{})
	}
	return g.closed.Load(), g.steps, g.changed
}

// Held reports whether the gate is closed now, and whether it ever was.
func (g *Gate) Held() (now, ever bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed.Load(), g.ever
}

// HeldFor returns for how long the gate was closed so far, in all.
func (g *Gate) HeldFor() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.heldFor(time.Now())
}

func (g *Gate) heldFor(now time.Time) time.Duration {
	if g.closed.Load() {
		return g.held + now.Sub(g.since)
	}
	return g.held
}

// Sleep blocks until the clock has advanced by d, not counting the time that
// was held. It returns early, with false, when stop is closed.
func (g *Gate) Sleep(d time.Duration, stop <-chan struct{}) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	start := time.Now()
	heldBefore := g.heldFor(start)
	for {
		select {
		case <-stop:
			return false
		default:
		}
		if g.closed.Load() {
			g.await(nil, stop)
			continue
		}
		now := time.Now()
		left := d - now.Sub(start) + g.heldFor(now) - heldBefore
		if left <= 0 {
			return true
		}
		timer := time.NewTimer(left)
		g.await(timer.C, stop)
		timer.Stop()
	}
}
