// Package clock returns the time since the program began: in ns, monotonic, the
// same for all threads. It costs half of what time.Since costs.
//
// It knows the system's clock and the processor's counter. It does not know who
// asks: loops for their timers (lab/event), and the trace for its records.
package clock

import (
	"sync/atomic"
	"time"
)

// process is no pointer: Now is called in each turn of a loop, between system
// calls, and should touch as few lines of the cache as it can.
var process clock

func init() { process.start() }

// clock tells the ns since it was started.
//
// The system's clock takes some 25 ns to read: as much as a timer's way into a
// heap of 10,000. The processor's own counter takes 9, but ticks at a rate of
// its own. So about once a millisecond a reading of both draws the line anew
// that turns ticks into ns, and the readings in between follow that line. They
// are off by the error of two readings, less than 100 ns, and never go back on
// that account.
type clock struct {
	// The line, side by side in one line of the processor's cache.
	version atomic.Uint32 // odd: a thread draws the line
	at      atomic.Uint64 // where the line begins: in ticks,
	ns      atomic.Int64  // and in ns
	rate    atomic.Uint64 // ns to a tick, times 2^32; 0: no line yet

	began   time.Time
	counter bool // the processor's counter is there, and can be trusted

	// Of the thread that draws:
	older, newer reading // what the rate is computed from
}

// reading is one moment on both clocks.
type reading struct {
	ticks uint64
	ns    int64
}

const (
	lineTicks = 1 << 22 // how far a line goes: a millisecond or a few
	shortest  = int64(time.Millisecond)
	longest   = 100 * int64(time.Millisecond) // between two readings that give a rate
)

func (c *clock) start() {
	c.began, c.counter = time.Now(), counterIsGood()
	if c.counter {
		c.older = c.read()
		c.newer = c.older
	}
}

// now returns the ns since the clock was started. Any thread may ask.
func (c *clock) now() int64 {
	if !c.counter {
		return int64(time.Since(c.began))
	}
	version := c.version.Load()
	at, ns, rate := c.at.Load(), c.ns.Load(), c.rate.Load()
	since := ticks() - at
	if since < lineTicks && version&1 == 0 && c.version.Load() == version {
		return ns + int64(since*rate>>32)
	}
	return c.draw()
}

// read reads both clocks. If something comes between, it is repeated a few
// times; the middle of the two ticks is then close enough.
func (c *clock) read() (r reading) {
	for range 3 {
		before := ticks()
		r.ns = int64(time.Since(c.began))
		took := ticks() - before
		r.ticks = before + took/2
		if took < 1000 {
			break
		}
	}
	return r
}

// draw reads the system's clock and draws the line from here on.
func (c *clock) draw() int64 {
	version := c.version.Load()
	if version&1 != 0 || !c.version.CompareAndSwap(version, version+1) {
		return int64(time.Since(c.began)) // another thread does
	}
	defer c.version.Store(version + 2)
	r := c.read()
	if r.ns-c.older.ns < shortest {
		return r.ns // too early for a rate
	}
	rate := uint64(float64(r.ns-c.older.ns) / float64(r.ticks-c.older.ticks) * (1 << 32))
	if r.ns-c.newer.ns > longest {
		c.older, c.newer = c.newer, r
	}
	begin := r.ns
	if old := c.rate.Load(); old > 0 {
		// The furthest that anybody has read from the old line.
		read := c.ns.Load() + int64(min(r.ticks-c.at.Load(), lineTicks)*old>>32)
		if ahead := read - begin; ahead > 0 {
			begin = read // and the new one goes slower, to meet the clock at its end
			rate -= min(uint64(ahead)<<32/lineTicks, rate/2)
		}
	}
	c.at.Store(r.ticks)
	c.ns.Store(begin)
	c.rate.Store(rate)
	return begin
}
