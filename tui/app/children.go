package app

import (
	"context"
	"slices"
	"sync"

	"fdlab/lab/launch"
)

// children are the programs that were started, each until it has ended. The
// commands that start them run beside Update, and who leaves at once never
// hears what becomes of them: so the children are kept here, and close ends
// them all.
type children struct {
	building sync.RWMutex // held for reading while one is built and started, or tried
	mu       sync.Mutex   // guards runs
	runs     []*launch.Run
}

// start builds a program and runs it. When ctx ends before, nothing runs.
func (c *children) start(ctx context.Context, program launch.Program, opt launch.Options) (*launch.Run, error) {
	c.building.RLock()
	defer c.building.RUnlock()
	binary, err := launch.BuildProgram(ctx, program)
	if err != nil {
		return nil, err
	}
	defer binary.Remove() // the child keeps what it needs
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	run, err := launch.Start(binary, opt)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs = append(slices.DeleteFunc(c.runs, hasEnded), run)
	return run, nil
}

// enter says that a trial builds and runs programs, and ends them itself, until leave
// is called.
func (c *children) enter() (leave func()) {
	c.building.RLock()
	return c.building.RUnlock
}

// close ends all children and waits for their end. The caller has ended the
// contexts of the builds and trials that are under way.
func (c *children) close() {
	c.building.Lock()
	defer c.building.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, run := range c.runs {
		run.Stop()
	}
	for _, run := range c.runs {
		run.Close()
	}
}

// kill ends all children at once, and waits until they and what they made are
// gone. Unlike close it waits for no build.
func (c *children) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, run := range c.runs {
		run.Kill()
	}
	for _, run := range c.runs {
		<-run.Done()
	}
}

func hasEnded(run *launch.Run) bool {
	select {
	case <-run.Done():
		return true
	default:
		return false
	}
}
