package main

import (
	"sync/atomic"
	"time"

	"fdlab/lab/experiment"
	"fdlab/lab/experiment/loop"
)

// program is one run of the post's program, with a count of what it did.
type program struct {
	x    *experiment.X
	name string
	loop *loop.Loop
	fd   int
	rule rule

	// Counted on the loop's thread, read on any.
	calls atomic.Int64 // callbacks
	asked atomic.Int64 // reads that began
	done  atomic.Int64 // reads that are counted below
	bytes atomic.Int64 // that the reads took
	ends  atomic.Int64 // reads that found the end of file
	first atomic.Int64 // the call that read for the first time

	// Of spins.
	counted int64         // callbacks when the program was last seen
	spun    int64         // callbacks since then
	took    time.Duration // in this time

	left int64 // bytes in the kernel when it was stopped
}

const (
	moment   = 300 * time.Millisecond // for the eye
	spinTime = 600 * time.Millisecond // how long a spin is measured
	limit    = 5 * time.Second        // for what should happen at once
	many     = 1000                   // callbacks that nobody can call few
)

// reads says whether this call should read.
func (p *program) reads(n int64) bool {
	if !p.rule(n) {
		return false
	}
	p.asked.Add(1)
	return true
}

// unread marks what becomes of a line that the callback has not read in n calls.
func (p *program) unread(n int64) {
	switch {
	case n == 3:
		p.x.Moment("told-again", p.fd)
	case n > many && p.first.Load() > 0:
		p.x.Moment("nobody-reads", p.fd)
	}
}

// tell counts what a read gave, and says it, if it is news.
func (p *program) tell(n int64, buf []byte, got int, err error) {
	switch {
	case err != nil:
		p.x.Note("    call %s: read: %v", experiment.Thousands(n), err)
	case got == 0:
		switch p.ends.Add(1) {
		case 1:
			p.x.Note("    call %s reads 0 bytes: the end of file", experiment.Thousands(n))
		case 3:
			p.x.Moment("end-of-file", p.fd)
		}
	default:
		p.bytes.Add(int64(got))
		if p.done.Load() < 16 {
			p.x.Note("    call %s reads %q", experiment.Thousands(n), buf[:min(got, 40)])
		}
		if n > 3 && p.first.Load() == 0 {
			p.x.Moment("read-at-last", p.fd)
		}
	}
	p.first.CompareAndSwap(0, n)
	p.done.Add(1)
}

func (p *program) stop() {
	p.loop.Stop()
	p.left = p.x.Queued(p.fd)
}

// returns waits until dispatch has returned by itself, or will not.
func (p *program) returns() {
	p.x.Await(limit, func() bool {
		_, returned := p.loop.Returned()
		return returned || p.calls.Load() > many
	})
	if reason, returned := p.loop.Returned(); returned {
		p.x.Note("    dispatch returned: %s; callbacks: %d; bytes in the FIFO: %d",
			reason, p.calls.Load(), p.x.Queued(p.fd))
		if p.calls.Load() == 1 && p.done.Load() == 0 {
			p.x.Moment("dispatch-returned", p.fd)
		}
	}
	p.x.Pause(moment)
	p.stop()
}

// quiet waits until everything is read, or never will be.
func (p *program) quiet() {
	before := p.calls.Load()
	p.x.Await(limit, func() bool {
		return p.x.Queued(p.fd) == 0 && p.asked.Load() == p.done.Load() || p.calls.Load()-before > many
	})
	p.x.Pause(moment)
}

// spins measures how the loop goes round for a while, and stops it. It counts from when the
// program was last seen: the callback may be quicker than this function. Up to the end, so that
// whatever is said of it later has the same count.
func (p *program) spins() {
	before, began := p.counted, time.Now()
	if !p.x.Sleep(spinTime) { // measured, so not only for the eye
		p.x.Fail(experiment.ErrStopped)
	}
	p.x.Await(limit/2, func() bool { return p.calls.Load()-before > many })
	p.stop()
	p.spun, p.took = p.calls.Load()-before, time.Since(began)
	p.x.Note("    %s in %s; bytes in the FIFO: %d", callbacks(p.spun), experiment.Brief(p.took), p.left)
}

// rate is the speed of the spin, in callbacks a second.
func (p *program) rate() int64 { return int64(float64(p.spun) / p.took.Seconds()) }

// seen is what a program has done so far.
type seen struct{ calls, first, left int64 }

func (p *program) seen() seen {
	p.counted = p.calls.Load()
	return seen{p.counted, p.first.Load(), p.x.Queued(p.fd)}
}
