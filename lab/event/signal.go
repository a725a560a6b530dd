package event

import (
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// raise is a signal that events wait for. A goroutine counts how often it
// comes and rings the base's bell; the loop's thread does the rest.
//
// libevent does the same with a signal handler and a socket pair, and counts
// every single one. The Go runtime keeps one bit for each signal until it has
// passed it on, as the kernel does while a signal is blocked: raises that
// follow closely may count as one.
type raise struct {
	number int
	first  *Event // the events that wait for it, the last added first
	count  atomic.Int32
	caught chan os.Signal
}

// insertSignal begins to catch the event's signal, if nobody did yet.
func (b *Base) insertSignal(e *Event) error {
	sig := syscall.Signal(e.fd)
	if e.fd <= 0 || e.fd > 64 {
		return e.fail("add", unix.EINVAL, "signals have numbers from 1 to 64; see signal(7)")
	}
	if sig == syscall.SIGKILL || sig == syscall.SIGSTOP {
		return e.fail("add", unix.EINVAL, "no program can catch SIGKILL or SIGSTOP; see signal(7)")
	}
	for _, r := range b.signals {
		if r.number == e.fd {
			e.sameFD, r.first = r.first, e
			return nil
		}
	}
	r := &raise{number: e.fd, first: e, caught: make(chan os.Signal, 64)}
	b.signals = append(b.signals, r)
	signal.Notify(r.caught, sig)
	go func() {
		for range r.caught {
			r.count.Add(1)
			b.ring()
		}
	}()
	return nil
}

// extractSignal takes the event from its signal. When it was the last one the
// signal does again what it does by default.
func (b *Base) extractSignal(e *Event) {
	at := slices.IndexFunc(b.signals, func(r *raise) bool { return r.number == e.fd })
	r := b.signals[at]
	for link := &r.first; *link != nil; link = &(*link).sameFD {
		if *link == e {
			*link, e.sameFD = e.sameFD, nil
			break
		}
	}
	if r.first == nil {
		signal.Stop(r.caught) // nothing is sent after this
		close(r.caught)
		b.signals = slices.Delete(b.signals, at, at+1)
	}
}

// collectSignals activates the events of signals that came.
func (b *Base) collectSignals() {
	for _, r := range b.signals {
		n := r.count.Swap(0)
		if n == 0 {
			continue
		}
		for e := r.first; e != nil; e = e.sameFD {
			b.activate(e, Signal, n)
		}
	}
}
