package launch

import (
	"bytes"
	"time"

	"golang.org/x/sys/unix"
)

// mostStacks is how much of its stacks is kept: some hundred goroutines.
const mostStacks = 1 << 20

// Stacks ends the program with SIGQUIT, and returns what a Go program then says
// on standard error: where each of its goroutines stands, and what it waits for.
// That is no part of Output. It is empty if the program says nothing: it has
// ended, or does otherwise with the signal (then it is killed after patience).
func (r *Run) Stacks(patience time.Duration) []byte {
	r.output.divert()
	r.signal(unix.SIGQUIT)
	select {
	case <-r.done:
	case <-time.After(patience):
		r.Kill()
		<-r.done
	}
	return r.output.diverted()
}

// divert keeps what standard error says from now on apart.
func (o *Output) divert() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.apart == nil {
		o.apart = &bytes.Buffer{}
	}
}

func (o *Output) diverted() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.apart.Bytes())
}
