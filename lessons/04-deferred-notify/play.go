package main

import (
	"flag"
	"fmt"
	"sync"
	"time"

	"fdlab/lab/experiment"
	"fdlab/lab/sys"
)

// keys are what a person may do to the experiment.
var keys = []experiment.Key{
	{Rune: 'b', Text: "make the worker busy, or free"},
	{Rune: 'c', Text: "notify: hand over one item"},
	{Rune: 'f', Text: "notify until the doorbell is full"},
}

func offer(x *experiment.X, d *dispatcher) {
	x.Poke('c', func() {
		done := make(chan struct{})
		go func() {
			defer close(done)
			d.notifyByHand()
		}()
		go d.sayIfSlow(done)
	})
}

// notifyByHand is notify by a person: another thread than the dispatcher's, so
// that it works while time is held. It leaves no records but its note.
func (d *dispatcher) notifyByHand() {
	d.hands.RLock()
	defer d.hands.RUnlock()
	w := d.worker
	if w == nil {
		d.x.Note("you: there is no worker just now")
		return
	}
	d.byHand.Add(1)
	i := &item{}
	w.push(i)
	if err := w.bell.ringByHand(); err != nil {
		w.takeBack(i)
		d.x.Note("you: notify: %s", errName(err))
		return
	}
	d.x.Note("you: notify: the kernel holds %s", experiment.Thousands(w.queued()))
}

// doByHand lets the dispatcher do something, and says if it takes long.
func (d *dispatcher) doByHand(something func()) { d.sayIfSlow(d.begin(something)) }

// sayIfSlow says that something takes long.
func (d *dispatcher) sayIfSlow(done <-chan struct{}) {
	select {
	case <-done:
	case <-time.After(slowAnswer):
		d.x.Note("you: it takes long: is a write(2) blocked, or is time held?")
	}
}

// slowAnswer is how long a person waits before it is said that it takes long.
const slowAnswer = 200 * time.Millisecond

// fillByHand lets the dispatcher notify as long as the doorbell takes it.
func (d *dispatcher) fillByHand(w *worker) {
	go d.doByHand(func() {
		for done := range full {
			d.byHand.Add(1)
			if err := w.notify(&item{}); err != nil {
				d.x.Note("you: notified %s times, then: %s", experiment.Thousands(done), errName(err))
				return
			}
		}
		d.x.Note("you: notified %s times: the kernel holds %s", experiment.Thousands(full), experiment.Thousands(w.queued()))
	})
}

// chosen is -step, for the interactive mode.
var chosen = 2

func flags(f *flag.FlagSet) {
	experiment.StepFlag(f, &chosen, 5, "whose doorbell is used")
}

// full is how many notifications certainly fill a pipe of the usual size.
const full = 100_000

// play is the interactive mode: only people hand things over.
func play(x *experiment.X) {
	d := newDispatcher(x)
	w := d.start("worker", playBell(x))
	offer(x, d)
	x.Poke('f', func() { d.fillByHand(w) })
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
		go d.doByHand(func() {
			x.Note("you: the worker gets something to do that takes long")
			if err := w.notify(&j.item); err != nil {
				x.Note("notify: %s", errName(err))
			}
		})
	})
	var last int64 // callbacks at the last report
	x.FollowAnd(nil, func() { last = report(w, last) })
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
		x.Must("pipe", sys.SetNonblock(bell.w, false))
	}
	return bell
}

// report says what the worker did since the last report, if it did anything.
func report(w *worker, last int64) int64 {
	now := w.calls.Load()
	if now > last {
		w.x.Note("%s, %s read so far; the kernel holds %s", callbacks(now-last), notifications(w.rings.Load()), experiment.Thousands(w.queued()))
	}
	return now
}
