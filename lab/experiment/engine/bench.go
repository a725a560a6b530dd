package engine

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
	"fdlab/lab/sys"
)

// Engine is a way to read several sources. Read runs on an OS thread of its
// own until both sources have ended.
type Engine struct {
	Name string
	Read func(*Run) error
}

// Bench is where engines run side by side. Any thread may call its methods.
type Bench struct {
	x *experiment.X

	mu      sync.Mutex
	running []*Run
	byHand  map[string]int // how many lines a person has written, to each source
}

// NewBench returns an empty bench.
func NewBench(x *experiment.X) *Bench { return &Bench{x: x, byHand: map[string]int{}} }

// Compare gives each engine sources of its own and lets the same script happen
// to all of them at the same time. It returns when all engines have ended; if
// the experiment is stopped, or an engine fails, it does not return (X.Fail).
func (b *Bench) Compare(script Script, engines ...Engine) []*Run {
	return b.run(engines, func(runs []*Run) error { return play(b.x, script, runs) })
}

// Play gives one engine its sources and no script: only the keys speak. It
// ends when the experiment should end, or the engine gives up.
func (b *Bench) Play(engine Engine) {
	b.run([]Engine{engine}, func(runs []*Run) error {
		b.x.FollowUntil(runs[0].all()[0].Done())
		select {
		case <-b.x.Stopped():
			return experiment.ErrStopped
		default:
			return nil
		}
	})
}

// run starts the engines, lets the world act on their sources, and waits for
// the engines' ends.
func (b *Bench) run(engines []Engine, world func([]*Run) error) []*Run {
	runs, err := b.begin(engines)
	if err == nil {
		err = world(runs)
	}
	// What an engine could not do matters more than that it was stopped.
	if failed := b.join(runs); failed != nil {
		err = failed
	}
	b.finish(runs)
	if err != nil {
		b.x.Fail(err)
	}
	return runs
}

// begin opens the sources and starts the engines.
func (b *Bench) begin(engines []Engine) (runs []*Run, err error) {
	var names []string
	for _, engine := range engines {
		r := &Run{Engine: engine.Name, x: b.x, aloud: len(engines) == 1}
		runs, names = append(runs, r), append(names, engine.Name)
		if err := r.open(); err != nil {
			return runs, fmt.Errorf("engine %s: %w", engine.Name, err)
		}
	}
	b.mu.Lock()
	b.running = runs
	b.mu.Unlock()
	b.x.Note("%s: go", strings.Join(names, ", "))
	for i, r := range runs {
		r.Thread(r.Engine, func() error {
			if err := engines[i].Read(r); err != nil {
				return fmt.Errorf("engine %s: %w", r.Engine, err)
			}
			return nil
		})
	}
	return runs, nil
}

// grace is how long an engine may take to end when its sources have ended, or
// when the experiment was stopped.
const grace = 2 * time.Second

// join ends the sources that have not ended, and waits for the engines. An
// engine that does not end is named; a stopped experiment does not wait for it
// longer than grace.
func (b *Bench) join(runs []*Run) error {
	var threads []*experiment.Thread
	for _, r := range runs {
		r.endSources()
		threads = append(threads, r.all()...)
	}
	var errs []error
	var late <-chan time.Time
	slow, stopped := time.After(grace), b.x.Stopped()
	for _, thread := range threads {
		for ended := false; !ended; {
			select {
			case <-thread.Done():
				errs, ended = append(errs, thread.Join()), true
			case <-stopped:
				stopped, late = nil, time.After(grace)
			case <-slow:
				if b.x.Held() {
					slow = time.After(grace)
					break
				}
				b.x.Note("%s still runs, though both sources have ended", thread.Name)
			case <-late:
				return errors.Join(append(errs, fmt.Errorf("thread %s did not end", thread.Name))...)
			}
		}
	}
	return errors.Join(errs...)
}

// finish closes what the runs opened. An engine that still runs keeps its
// sources: closing an fd under a thread that reads it would be worse.
func (b *Bench) finish(runs []*Run) {
	b.mu.Lock()
	b.running = nil
	b.mu.Unlock()
	for _, r := range runs {
		r.endSources()
		if r.ended() {
			for _, s := range r.Sources {
				sys.Close(s.FD)
			}
		}
	}
}

// Speak writes a line into the source of that name by hand, for every engine
// that runs.
func (b *Bench) Speak(name string) {
	b.mu.Lock()
	runs := b.running
	if len(runs) > 0 {
		b.byHand[name]++
	}
	line := fmt.Sprintf("hand %s%d", name, b.byHand[name])
	b.mu.Unlock()
	if len(runs) == 0 {
		b.x.Note("you: no engine runs now, so %s cannot be written", name)
		return
	}
	before := runs[0].Delay()
	said := b.x.Note("you: %s says %q", name, line)
	for i, r := range runs {
		if i > 0 {
			before, said = r.Delay(), time.Now()
		}
		err := r.source(name).say(message{text: line, byHand: true, before: before, said: said})
		if errors.Is(err, unix.EAGAIN) {
			b.x.Note("the kernel's buffer of %s is full: it takes no more", name)
		} else if err != nil {
			b.x.Note("%v", err)
		}
	}
}
