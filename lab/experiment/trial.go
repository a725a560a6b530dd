package experiment

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/sys"
)

// Engine is a way to read several sources. Read runs on an OS thread of its
// own until both sources have ended.
type Engine struct {
	Name string
	Read func(*Trial) error
}

// Trial is one engine at work on sources of its own: a, a pipe, and b, a
// socket.
type Trial struct {
	Engine  string
	Sources []*Source // a, b

	x     *X
	aloud bool // tell each message in the account
	other atomic.Uint64

	mu      sync.Mutex
	threads []*Thread
}

// Open reports whether any source has not ended.
func (t *Trial) Open() bool {
	for _, s := range t.Sources {
		if !s.Ended() {
			return true
		}
	}
	return false
}

// Phase is X.Phase.
func (t *Trial) Phase(phase string) { t.x.Phase(phase) }

// Thread starts another thread for the trial. Its CPU time counts for the
// engine, and the trial does not end before it.
func (t *Trial) Thread(name string, do func() error) *Thread {
	t.mu.Lock()
	defer t.mu.Unlock()
	thread := t.x.Thread(name, do)
	t.threads = append(t.threads, thread)
	return thread
}

// Calls counts system calls that the engine made besides the reads.
func (t *Trial) Calls(n uint64) { t.other.Add(n) }

// Try gives each engine sources of its own and lets the same script happen to
// all of them at the same time. It returns when all engines have ended; if the
// experiment is stopped, or an engine fails, it does not return (X.Fail).
func (x *X) Try(script Script, engines ...Engine) []*Trial {
	return x.try(engines, func(trials []*Trial) error { return x.play(script, trials) })
}

// Watch gives one engine its sources and no script: only the keys speak. It
// ends when the experiment should end.
func (x *X) Watch(engine Engine) {
	x.try([]Engine{engine}, func(trials []*Trial) error {
		x.follow()
		select {
		case <-x.Stopped():
			return ErrStopped
		case <-trials[0].all()[0].done: // it failed, or it gave up
			return nil
		}
	})
}

func (x *X) try(engines []Engine, world func([]*Trial) error) []*Trial {
	trials, err := x.begin(engines)
	if err == nil {
		err = world(trials)
	}
	// What an engine could not do matters more than that it was stopped.
	if failed := x.join(trials); failed != nil {
		err = failed
	}
	x.finish(trials)
	if err != nil {
		x.Fail(err)
	}
	return trials
}

// begin opens the sources and starts the engines.
func (x *X) begin(engines []Engine) (trials []*Trial, err error) {
	for _, engine := range engines {
		t := &Trial{Engine: engine.Name, x: x, aloud: len(engines) == 1}
		trials = append(trials, t)
		if err := t.open(); err != nil {
			return trials, fmt.Errorf("engine %s: %w", engine.Name, err)
		}
	}
	var names []string
	for _, engine := range engines {
		names = append(names, engine.Name)
	}
	x.mu.Lock()
	x.trials = trials
	x.mu.Unlock()
	x.Note("%s: go", strings.Join(names, ", "))
	for i, t := range trials {
		t.Thread(t.Engine, func() error {
			if err := engines[i].Read(t); err != nil {
				return fmt.Errorf("engine %s: %w", t.Engine, err)
			}
			return nil
		})
	}
	return trials, nil
}

// open makes the sources: a pipe and a socket, so that nobody thinks that it
// depends on the sort of file.
func (t *Trial) open() error {
	var pipe [2]int
	if err := unix.Pipe(pipe[:]); err != nil {
		return fmt.Errorf("pipe: %w", err)
	}
	if err := t.adopt("a", "pipe (read end)", pipe); err != nil {
		return err
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return fmt.Errorf("socketpair: %w", err)
	}
	return t.adopt("b", "Unix socket", pair)
}

// adopt makes a source of a pair. Only the reading end is shown: the other is
// the world's, and it must never block the script.
func (t *Trial) adopt(name, what string, pair [2]int) error {
	t.Sources = append(t.Sources, &Source{Name: name, FD: pair[0], trial: t, world: pair[1]})
	for _, fd := range pair {
		unix.CloseOnExec(fd)
	}
	if err := unix.SetNonblock(pair[1], true); err != nil {
		return err
	}
	label := name
	if !t.aloud { // there are several a and b at the same time
		label += " " + t.Engine
	}
	return sys.Adopt(pair[0], what, label)
}

// join ends the sources that have not ended, and waits for the engines. An
// engine that does not end is named; a stopped experiment does not wait for it
// longer than grace.
func (x *X) join(trials []*Trial) error {
	for _, t := range trials {
		for _, s := range t.Sources {
			s.end()
		}
	}
	var threads []*Thread
	for _, t := range trials {
		threads = append(threads, t.all()...)
	}
	var errs []error
	var late <-chan time.Time
	patience := time.After(grace)
	stopped := x.Stopped()
	for _, thread := range threads {
		for ended := false; !ended; {
			select {
			case <-thread.done:
				errs, ended = append(errs, thread.err), true
			case <-stopped:
				stopped, late = nil, time.After(grace)
			case <-patience:
				if held, _ := x.control.Gate.Held(); held {
					patience = time.After(grace)
					break
				}
				x.Note("%s still runs, though both sources have ended", thread.Name)
			case <-late:
				return errors.Join(append(errs, fmt.Errorf("thread %s did not end", thread.Name))...)
			}
		}
	}
	return errors.Join(errs...)
}

// all returns the trial's threads so far, the engine's own first.
func (t *Trial) all() []*Thread {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.threads)
}

// finish closes what the trials opened. An engine that still runs keeps its
// sources: closing an fd under a thread that reads it would be worse.
func (x *X) finish(trials []*Trial) {
	x.mu.Lock()
	x.trials = nil
	x.mu.Unlock()
	for _, t := range trials {
		for _, s := range t.Sources {
			s.end()
			if !t.running() {
				sys.Close(s.FD)
			}
		}
	}
}

func (t *Trial) running() bool {
	for _, thread := range t.all() {
		select {
		case <-thread.done:
		default:
			return true
		}
	}
	return false
}

// Speak writes a line into the source of that name by hand, in every trial
// that runs.
func (x *X) Speak(name string) {
	x.mu.Lock()
	trials := x.trials
	x.mu.Unlock()
	if len(trials) == 0 {
		x.Note("you: no engine runs now, so %s cannot be written", name)
		return
	}
	x.mu.Lock()
	x.spoken++
	line := fmt.Sprintf("hand %s%d", name, x.spoken)
	x.mu.Unlock()
	x.Note("you: %s says %q", name, line)
	for _, t := range trials {
		err := t.source(name).say(line, true)
		if errors.Is(err, unix.EAGAIN) {
			x.Note("the kernel's buffer of %s is full: it takes no more", name)
		} else if err != nil {
			x.Note("%v", err)
		}
	}
}

// source returns the source of that name.
func (t *Trial) source(name string) *Source {
	for _, s := range t.Sources {
		if s.Name == name {
			return s
		}
	}
	panic(fmt.Sprintf("experiment: no source %q", name))
}

// tell prints a message that was read.
func (t *Trial) tell(source string, m *message) {
	if t.aloud {
		t.x.say("    %s reads %s: %q, %s after it was said", t.Engine, source, m.text, Brief(m.latency()))
	}
}
