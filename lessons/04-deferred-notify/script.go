package main

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
	"fdlab/lab/kernel"
	"fdlab/lab/sys"
	"fdlab/lab/trace"
)

// burst is what a handful of items met.
type burst struct {
	items   []*item
	worker  *worker
	queued  []int64   // what the kernel held after each
	blocked bool      // the dispatcher did not come back from a notify
	early   int       // items that were done while the worker was busy
	done    int       // items that were done in the end
	calls   int64     // callbacks for these items
	others  int64     // items that a person handed over meanwhile
	freed   time.Time // when the worker was let go
}

// oneByOne hands items to a worker that sleeps, and waits for each.
func (d *dispatcher) oneByOne(w *worker, n int) *burst {
	b := &burst{worker: w, others: -d.byHand.Load()}
	before := w.calls.Load()
	for range n {
		i := &item{}
		b.items = append(b.items, i)
		b.blocked = d.hand(w, i) || b.blocked
		w.x.Await(limit, func() bool { return b.handled() == len(b.items) })
		if waited, handled := w.waited(i); handled {
			d.x.Note("    notify: handled after %s", experiment.Brief(waited))
		} else {
			d.x.Note("    notify: not handled after %s", experiment.Brief(limit))
		}
		w.x.Pause(glance)
	}
	b.calls = w.calls.Load() - before
	b.done = b.handled()
	b.others += d.byHand.Load()
	return b
}

// whileBusy keeps the worker busy with a job, and hands over items meanwhile.
func (d *dispatcher) whileBusy(w *worker, n int) *burst {
	x, b, slow := w.x, &burst{worker: w, others: -d.byHand.Load()}, newJob(w.x)
	d.hand(w, &slow.item)
	x.Await(limit, slow.busy)
	x.Pause(moment)
	before := w.calls.Load()
	for range n {
		i := &item{}
		b.items = append(b.items, i)
		if b.blocked = d.hand(w, i); b.blocked {
			x.Note("    the dispatcher does not come back from notify")
			break
		}
		b.queued = append(b.queued, w.queued())
		x.Note("    notify: the kernel holds %d", b.queued[len(b.queued)-1])
		x.Pause(glance)
	}
	x.Moment("five-bytes", w.bell.fd())
	// How long it waits is measured: this time is not only for the eye.
	if !x.Sleep(moment) {
		x.Fail(experiment.ErrStopped)
	}
	b.early = b.handled()
	b.freed = time.Now()
	slow.finish()
	x.Await(limit/2, func() bool { return b.handled() == len(b.items) })
	b.calls = w.calls.Load() - before
	b.done = b.handled()
	b.others += d.byHand.Load()
	x.Note("the worker is free: %s, %d of %d items done", callbacks(b.calls), b.done, len(b.items))
	switch b.calls {
	case int64(n):
		x.Moment("a-callback-each", w.bell.fd())
	case 1:
		x.Moment("one-for-all", w.bell.fd())
	}
	x.Pause(moment)
	return b
}

// handled returns how many of the items are done.
func (b *burst) handled() (n int) {
	for _, i := range b.items {
		if _, ok := b.worker.waited(i); ok {
			n++
		}
	}
	return n
}

// filled is what happened at a full pipe.
type filled struct {
	writes   int64 // until EAGAIN
	err      error // EAGAIN
	queued   int64 // bytes in the pipe then
	others   int64 // items that a person handed over meanwhile
	page     int64 // the kernel's, in bytes
	blocked  bool  // when page-1 bytes were read, the writer was still blocked
	writable bool  // and poll(2) called the pipe writable
	returned int64 // how many bytes were read when the writer was back; 0: it never was
}

// fill keeps the worker busy until its pipe takes no more, and then lets the
// dispatcher block in write(2), until enough has been read.
func (d *dispatcher) fill(w *worker, bell *pipeBell) *filled {
	x, f := w.x, &filled{page: int64(os.Getpagesize()), others: -d.byHand.Load()}
	first, second := newJob(x), newJob(x)
	d.hand(w, &first.item)
	x.Await(limit, first.busy)
	before := w.rings.Load()

	d.do(func() {
		most := 17 * f.page // a pipe has 16: pipe(7)
		for f.err == nil && f.writes < most {
			i := &item{}
			if f.writes == f.page-2 { // the worker stops when it has read page-1 bytes
				i = &second.item
			}
			if f.err = w.notify(i); f.err == nil {
				f.writes++
			}
		}
	})
	f.queued = w.queued()
	x.Note("    %s of one byte, then: %s", experiment.Number(f.writes, "write"), errName(f.err))
	x.Pause(moment)

	// From now on the writer may block, as memcached's did.
	x.Must("pipe", sys.SetNonblock(bell.w, false))
	back := d.begin(func() {
		if w.notify(&item{}) == nil {
			f.returned = f.queued + 1 - w.queued() // its own byte is among those that wait
		}
	})
	x.Note("    one more write, which may block")
	x.Pause(moment)
	if !closed(back) {
		x.Moment("full-pipe", bell.w, bell.r)
	}
	first.finish()
	x.Await(limit, second.busy)
	x.Pause(moment)
	state, err := kernel.Look(bell.w)
	x.Must("pipe", err)
	f.blocked, f.writable = !closed(back), state.Ready&trace.Writable != 0
	x.Note("    %s bytes are read; the writer is back: %v", experiment.Thousands(w.rings.Load()-before), !f.blocked)
	if f.blocked {
		x.Moment("still-blocked", bell.w, bell.r)
	}
	second.finish()
	x.Await(limit, func() bool { return closed(back) })
	x.Note("    %s bytes were read when the writer was back", experiment.Thousands(f.returned))
	bell.atOnce.Store(int64(len(bell.buf)))
	x.Await(limit, func() bool { return w.queued() == 0 })
	f.others += d.byHand.Load()
	return f
}

// withEventfd is whileBusy with the other doorbell. nil: this system has none.
func (d *dispatcher) withEventfd(n int) *burst {
	bell, err := newEventfd()
	if err == unix.ENOSYS {
		d.x.Note("this system has no eventfd")
		return nil
	}
	d.x.Must("eventfd", err)
	w := d.start("worker 2", bell)
	b := d.whileBusy(w, n)
	d.dismiss(w)
	return b
}
