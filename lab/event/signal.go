package event

import (
	"fmt"
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
	caught chan os.Signal // nil in it asks whether all before it is counted
	asked  chan struct{}  // the answer
	came   chan os.Signal // not empty: it came since settleSignals looked last
}

// insertSignal begins to catch the event's signal, if nobody did yet.
func (b *Base) insertSignal(e *Event) error {
	sig := syscall.Signal(e.fd)
	if e.fd <= 0 || e.fd > 64 {
		return e.fail("add", unix.EINVAL, fmt.Sprintf("there is no signal %d: they are numbered from 1 to 64; see signal(7)", e.fd))
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
	r := &raise{number: e.fd, first: e, caught: make(chan os.Signal, 64), asked: make(chan struct{}),
		came: make(chan os.Signal, 1)}
	b.signals = append(b.signals, r)
	signal.Notify(r.caught, sig)
	signal.Notify(r.came, sig)
	go r.listen(b)
	return nil
}

func (r *raise) listen(b *Base) {
	for sig := range r.caught {
		if sig == nil {
			r.asked <- struct{}{}
			continue
		}
		r.count.Add(1)
		b.ring()
	}
}

// settleSignals returns when all signals that this thread was sent so far are
// counted. In libevent that is so as soon as the signal handler has returned; here
// it takes the way through the Go runtime. A loop that sleeps hears of them in
// any case, but one that only looks would look too early.
func (b *Base) settleSignals() {
	// Stop waits until the runtime has passed on what it has caught.
	passed := make(chan os.Signal, 1)
	signal.Notify(passed, syscall.Signal(b.signals[0].number))
	signal.Stop(passed)
	for _, r := range b.signals {
		select {
		case <-r.came:
			r.caught <- nil
			<-r.asked
		default:
		}
	}
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
		signal.Stop(r.came)
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
