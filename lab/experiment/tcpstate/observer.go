// Package tcpstate shows what the kernel makes of both ends of a TCP connection
// on loopback: their states, from the handshake to the end of TIME_WAIT.
//
// The package knows the kernel's table of connections and how to record a
// change in it. It does not know who closes first, or why: that is lesson 05,
// which calls it.
package tcpstate

import (
	"sync"
	"time"

	"fdlab/lab/experiment"
	"fdlab/lab/kernel"
	"fdlab/lab/trace"
)

// Observer asks the kernel's table about the ends of connections while a run
// is recorded: a state may change when the program does nothing at all. What
// comes and goes between two questions is not seen.
type Observer struct {
	x *experiment.X

	mu   sync.Mutex
	ends []*End // invariant: no two with the same addresses
}

const (
	quick = 2 * time.Millisecond   // between two questions about an end that may change at any time
	slow  = 100 * time.Millisecond // about one that only a timer will change
)

// NewObserver starts an observer. It ends when the experiment should end. In a
// run that is not recorded it has nothing to do.
func NewObserver(x *experiment.X) *Observer {
	o := &Observer{x: x}
	if trace.Process().On() {
		go o.run(x.Stopped())
	}
	return o
}

// observe adds ends. An older end with the same addresses was an earlier
// connection, in TIME_WAIT until the new one took its place: the table speaks
// of the new one now.
func (o *Observer) observe(ends ...*End) {
	if !trace.Process().On() {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range ends {
		o.drop(func(old *End) bool {
			same := old.Local == e.Local && old.Remote == e.Remote
			if same {
				old.mu.Lock()
				old.put(kernel.Connection{})
				old.mu.Unlock()
			}
			return same
		})
		o.ends = append(o.ends, e)
		e.State()
	}
}

// drop takes ends out. The caller holds mu.
func (o *Observer) drop(unwanted func(*End) bool) {
	kept := o.ends[:0:0]
	for _, e := range o.ends {
		if !unwanted(e) {
			kept = append(kept, e)
		}
	}
	o.ends = kept
}

func (o *Observer) run(stopped <-chan struct{}) {
	tick := time.NewTicker(quick)
	defer tick.Stop()
	for {
		select {
		case <-stopped:
			return
		case now := <-tick.C:
			o.mu.Lock()
			o.drop(func(e *End) bool { return e.due(now) && e.ask(now) })
			o.mu.Unlock()
		}
	}
}

func (e *End) due(now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return !now.Before(e.next)
}

// ask asks about the end, and reports whether nothing can happen to it any
// more.
func (e *End) ask(now time.Time) (gone bool) {
	state, err := e.State()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.next = now
	if state.Timer == kernel.TimeWaitTimer {
		e.next = now.Add(slow)
	}
	return err != nil || state.TCP.Code == 0 && !e.open
}
