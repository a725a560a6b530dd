package experiment

import (
	"fmt"
	"io"
	"sync"
)

// account is the readable face of a run. Lines are queued and written by a
// goroutine of their own: a thread that is measured must not wait for a
// terminal.
type account struct {
	mu    sync.Mutex
	queue []string
	wake  chan struct{} // holds a token when the queue has something new
	done  chan struct{} // closed when everything is written
	shut  bool
}

// newAccount begins an account. failed is called when nobody can read it any
// more (head(1) has seen enough, the terminal is gone).
func newAccount(out io.Writer, failed func(error)) *account {
	a := &account{wake: make(chan struct{}, 1), done: make(chan struct{})}
	go a.write(out, failed)
	return a
}

func (a *account) write(out io.Writer, failed func(error)) {
	defer close(a.done)
	for range a.wake {
		a.mu.Lock()
		lines, shut := a.queue, a.shut
		a.queue = nil
		a.mu.Unlock()
		for _, line := range lines {
			if _, err := io.WriteString(out, line); err != nil && failed != nil {
				failed(err)
				failed = nil
			}
		}
		if shut {
			return
		}
	}
}

func (a *account) ring() {
	select {
	case a.wake <- struct{}{}:
	default: // it is awake already
	}
}

// line queues one line; a newline is added.
func (a *account) line(format string, args ...any) {
	a.mu.Lock()
	a.queue = append(a.queue, fmt.Sprintf(format, args...)+"\n")
	a.mu.Unlock()
	a.ring()
}

// close writes what is left, and waits until it is written. Lines after it are
// lost.
func (a *account) close() {
	a.mu.Lock()
	a.shut = true
	a.mu.Unlock()
	a.ring()
	<-a.done
}
