package experiment

import (
	"sync"
	"time"

	"fdlab/lab/kernel"
)

// follower asks the kernel's table about the ends of connections while a run
// is recorded: a state may change when the program does nothing at all. What
// comes and goes between two questions is not seen.
type follower struct {
	mu   sync.Mutex
	ends []*End // invariant: no two with the same addresses
}

const (
	quick = 2 * time.Millisecond   // between two questions about an end that may change at any time
	slow  = 100 * time.Millisecond // about one that only a timer will change
)

// follower returns the run's follower; the first call starts it.
func (x *X) follower() *follower {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ends == nil {
		x.ends = &follower{}
		go x.ends.run(x.Stopped())
	}
	return x.ends
}

// follow adds ends. An older end with the same addresses was an earlier
// connection, in TIME_WAIT until the new one took its place: the table speaks
// of the new one now.
func (f *follower) follow(ends ...*End) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range ends {
		f.drop(func(old *End) bool {
			same := old.Local == e.Local && old.Remote == e.Remote
			if same {
				old.mu.Lock()
				old.put(kernel.Connection{})
				old.mu.Unlock()
			}
			return same
		})
		f.ends = append(f.ends, e)
		e.State()
	}
}

// drop takes ends out. The caller holds mu.
func (f *follower) drop(unwanted func(*End) bool) {
	kept := f.ends[:0:0]
	for _, e := range f.ends {
		if !unwanted(e) {
			kept = append(kept, e)
		}
	}
	f.ends = kept
}

func (f *follower) run(stopped <-chan struct{}) {
	tick := time.NewTicker(quick)
	defer tick.Stop()
	for {
		select {
		case <-stopped:
			return
		case now := <-tick.C:
			f.mu.Lock()
			f.drop(func(e *End) bool { return e.due(now) && e.ask(now) })
			f.mu.Unlock()
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
