package engine

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
	"fdlab/lab/sys"
)

// Run is one engine at work on sources of its own: a, a pipe, and b, a socket.
type Run struct {
	Engine  string
	Sources []*Source // a, b

	x     *experiment.X
	aloud bool // tell each message in the account
	calls atomic.Uint64

	mu      sync.Mutex
	threads []*experiment.Thread // the engine's own first
}

// Open reports whether any source has not ended.
func (r *Run) Open() bool {
	return slices.ContainsFunc(r.Sources, func(s *Source) bool { return !s.Ended() })
}

// Phase is X.Phase.
func (r *Run) Phase(phase string) { r.x.Phase(phase) }

// Moment is X.Moment.
func (r *Run) Moment(key string, about ...int) { r.x.Moment(key, about...) }

// SetNonblock makes read(2) on the sources fail with EAGAIN where it would block.
func (r *Run) SetNonblock() error {
	for _, s := range r.Sources {
		s.nonblocking = true
		if err := sys.SetNonblock(s.FD, true); err != nil {
			return err
		}
	}
	return nil
}

// Thread starts another thread for the engine. Its CPU time counts, and the
// run does not end before it.
func (r *Run) Thread(name string, do func() error) *experiment.Thread {
	r.mu.Lock()
	defer r.mu.Unlock()
	thread := r.x.Thread(name, do)
	r.threads = append(r.threads, thread)
	return thread
}

// Calls counts system calls that the engine made besides the reads.
func (r *Run) Calls(n uint64) { r.calls.Add(n) }

// SystemCalls returns how many system calls the engine made: its reads and
// what it told Calls.
func (r *Run) SystemCalls() int64 {
	n := int64(r.calls.Load())
	for _, s := range r.Sources {
		n += s.reads.Load()
	}
	return n
}

// CPU returns the processor time of all threads of the engine.
func (r *Run) CPU() (cpu time.Duration) {
	for _, thread := range r.all() {
		cpu += thread.CPU()
	}
	return cpu
}

// Delay returns for how long threads of the engine could have run so far and got no
// processor.
func (r *Run) Delay() (delay time.Duration) {
	for _, thread := range r.all() {
		delay += thread.Delay()
	}
	return delay
}

// open makes the sources: a pipe and a socket, so that nobody thinks that it
// depends on the sort of file.
func (r *Run) open() error {
	var pipe [2]int
	if err := unix.Pipe(pipe[:]); err != nil {
		return fmt.Errorf("pipe: %w", err)
	}
	if err := r.adopt("a", "pipe (read end)", pipe); err != nil {
		return err
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return fmt.Errorf("socketpair: %w", err)
	}
	return r.adopt("b", "Unix socket", pair)
}

// adopt makes a source of a pair. Only the reading end is shown: the other is
// the world's, and it must never block the script.
func (r *Run) adopt(name, what string, pair [2]int) error {
	r.Sources = append(r.Sources, &Source{Name: name, FD: pair[0], run: r, world: pair[1]})
	for _, fd := range pair {
		unix.CloseOnExec(fd)
	}
	if err := unix.SetNonblock(pair[1], true); err != nil {
		return err
	}
	label := name
	if !r.aloud { // there are several a and b at the same time
		label += " " + r.Engine
	}
	return sys.Adopt(pair[0], what, label)
}

func (r *Run) endSources() {
	for _, s := range r.Sources {
		s.end()
	}
}

// all returns the engine's threads so far.
func (r *Run) all() []*experiment.Thread {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.threads)
}

// ended reports whether all threads of the engine have ended.
func (r *Run) ended() bool {
	return !slices.ContainsFunc(r.all(), func(t *experiment.Thread) bool { return !t.Ended() })
}

// source returns the source of that name.
func (r *Run) source(name string) *Source {
	for _, s := range r.Sources {
		if s.Name == name {
			return s
		}
	}
	panic(fmt.Sprintf("engine: no source %q", name))
}

// tell prints a message that was read.
func (r *Run) tell(source string, m *message) {
	if r.aloud {
		r.x.Say("    %s reads %s: %q, %s after it was said", r.Engine, source, m.text, experiment.Brief(m.latency()))
	}
}
