package main

import (
	"flag"
	"fmt"
	"strconv"
	"sync"
	"time"

	"fdlab/lab/experiment"
	"fdlab/lab/sys"
)

// keys are what a person may do to the experiment.
var keys = []experiment.Key{
	{Rune: 'c', Text: "notify: hand over one item"},
	{Rune: 'b', Text: "make the worker busy, or free (-interactive)"},
	{Rune: 'f', Text: "notify until the doorbell is full (-interactive)"},
}

func offer(x *experiment.X, d *dispatcher) {
	x.Poke('c', func() { d.byHandDo(func(w *worker) { d.notifyByHand(w, 1) }) })
}

// byHandDo lets the dispatcher do what a person wants. A poke must not block,
// so a dispatcher that is blocked itself does nothing.
func (d *dispatcher) byHandDo(do func(*worker)) {
	select {
	case d.todo <- func() {
		if d.worker == nil {
			d.x.Note("you: there is no worker just now")
			return
		}
		do(d.worker)
	}:
	case <-time.After(50 * time.Millisecond):
		d.x.Note("you: the dispatcher is not free: is it blocked in write(2)?")
	}
}

// notifyByHand notifies up to n times, as long as the doorbell takes it.
func (d *dispatcher) notifyByHand(w *worker, n int) {
	for done := range n {
		d.byHand.Add(1)
		if err := w.notify(&item{}); err != nil {
			d.byHand.Add(-1)
			d.x.Note("you: notified %d times, then: %s", done, errName(err))
			return
		}
	}
	d.x.Note("you: notified %d times: the kernel holds %d", n, w.queued())
}

// chosen is -step, for the interactive mode.
var chosen = 2

func flags(f *flag.FlagSet) {
	f.Func("step", "with -interactive, the `step` whose doorbell is used: 1 to 5 (without it 2)",
		func(text string) error {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > 5 {
				return fmt.Errorf("no such step: choose 1 to 5")
			}
			chosen = n
			return nil
		})
}

// full is how many notifies certainly fill a pipe of the usual size.
const full = 100_000

// play is the interactive mode: only people hand things over.
func play(x *experiment.X) {
	d := newDispatcher(x)
	w := d.start("worker", playBell(x))
	offer(x, d)
	x.Poke('f', func() { d.byHandDo(func(w *worker) { d.notifyByHand(w, full) }) })
	var mu sync.Mutex
	var slow *job
	x.Poke('b', func() {
		mu.Lock()
		defer mu.Unlock()
		if slow != nil {
			x.Note("you: the worker is let go")
			slow.finish()
			slow = nil
			return
		}
		slow = newJob(x)
		j := slow
		d.byHandDo(func(w *worker) {
			x.Note("you: the worker gets something to do that takes long")
			if err := w.notify(&j.item); err != nil {
				x.Note("notify: %v", err)
			}
		})
	})
	jobs := make(chan func())
	go func() {
		var last int64
		for x.Sleep(time.Second) {
			select {
			case jobs <- func() { last = report(w, last) }:
			case <-x.Stopped():
			}
		}
	}()
	x.FollowAnd(jobs)
}

func playBell(x *experiment.X) bell {
	if chosen == 5 {
		bell, err := newEventfd()
		if err != nil {
			x.Fail(fmt.Errorf("eventfd: %w: take another -step", err))
		}
		return bell
	}
	bell := newPipe(x)
	switch chosen {
	case 3:
		bell.atOnce.Store(int64(len(bell.buf)))
	case 4:
		if err := sys.SetNonblock(bell.w, false); err != nil {
			x.Fail(err)
		}
	}
	return bell
}

// report says what the worker did since the last report, if it did anything.
func report(w *worker, last int64) int64 {
	now := w.calls.Load()
	if now > last {
		w.x.Note("%s, %d notifies read so far; the kernel holds %d", callbacks(now-last), w.rings.Load(), w.queued())
	}
	return now
}
