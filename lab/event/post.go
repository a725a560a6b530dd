package event

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// mailbox is how other threads reach the loop: a queue behind a lock, and a
// bell (an fd that the backend watches) that ends the loop's wait. The bell is
// rung once for all mail that waits: whoever finds waiting set need not ring.
type mailbox struct {
	bell   bell
	wake   *Event // the base's own event on the bell
	posted *Event // stands for a function from out in the trace

	mu      sync.Mutex
	waiting atomic.Bool // the bell was rung and nobody has come yet; written under mu
	closed  bool        // under mu
	in      []func()    // under mu
	out     []func()    // the loop's: what it took and has not called yet
	called  int         // how far it has come in out
}

func (b *Base) openMail() error {
	m := &b.mail
	if err := m.bell.open(); err != nil {
		return b.fail("new base with "+b.kind.name, err, "the base needs an fd of its own, for its wake-up")
	}
	m.wake = &Event{base: b, callback: b.collectMail, fd: m.bell.fd(), what: Read | Persist, internal: true}
	m.posted = (&Event{base: b, fd: -1}).Named("posted function")
	if err := b.insertAt(m.wake, noDeadline); err != nil {
		fd := m.bell.fd()
		m.bell.close()
		if errors.Is(err, ErrSetSize) {
			return b.fail("new base with "+b.kind.name, ErrSetSize, fmt.Sprintf("the base needs an fd of its own, for its wake-up, "+
				"and got %d, because all lower ones are in use; close some, make the base earlier, or take the poll or epoll backend", fd))
		}
		return b.fail("new base with "+b.kind.name, errors.Unwrap(err), "it is about the base's own wake-up")
	}
	return nil
}

func (b *Base) closeMail() error {
	m := &b.mail
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed, m.in, m.out = true, nil, nil
	return m.bell.close()
}

// Post makes the loop call do on its own thread, soon, and ends its wait if it
// sleeps. It may be called from any thread, the loop's own among them, and
// before the loop runs; functions are called in the order of Post, before the
// callbacks of the fds that the kernel tells of together with the post. (What such
// a function makes active comes after those.) A base with posted functions is not
// empty. After Close it does nothing.
func (b *Base) Post(do func()) {
	if b.foreign() { // what is held is another thread, and never the loop's own
		b.calls.Pass(control.BeforePost, 0)
	}
	m := &b.mail
	m.mu.Lock()
	m.in = append(m.in, do) //DOC:post
	m.ringOnce()
	m.mu.Unlock()
}

// ring ends the loop's wait without any mail.
func (b *Base) ring() {
	b.mail.mu.Lock()
	b.mail.ringOnce()
	b.mail.mu.Unlock()
}

// ringOnce rings the bell if nobody has. The caller holds mu, so that the bell
// cannot be closed meanwhile.
func (m *mailbox) ringOnce() {
	if m.closed {
		m.in = nil
	} else if !m.waiting.Load() {
		m.waiting.Store(true)
		m.bell.ring()
	}
}

// collectMail is the callback of the bell: it takes all the mail at once, and
// calls it. If a function breaks the loop, the rest waits for the next one.
func (b *Base) collectMail(int, What) {
	m := &b.mail
	b.stats.Wakeups++
	b.stats.SystemCalls++
	m.bell.drain()
	m.mu.Lock()
	m.waiting.Store(false)
	if len(m.out) == 0 {
		m.in, m.out = m.out, m.in
	} else {
		m.out, m.in = append(m.out, m.in...), nil
	}
	m.mu.Unlock()

	b.collectSignals()
	for m.called < len(m.out) && !b.broken.Load() {
		do := m.out[m.called]
		m.out[m.called] = nil
		m.called++
		b.callPosted(do)
	}
	if m.called == len(m.out) {
		m.out, m.called = m.out[:0], 0
	} else {
		b.ring() // the next loop goes on with the rest
	}
}

func (b *Base) callPosted(do func()) {
	held := b.pass(trace.BeforeCallback)
	b.stats.Callbacks++
	if !b.rec.On() {
		do()
		return
	}
	b.rec.begin(b.mail.posted, held)
	do()
	b.rec.end(b.mail.posted)
}
