// Package loop runs the loop of one event base on an OS thread of its own, so
// that a script can go on beside it, and ends it from outside.
//
// The package knows how a base and its thread begin and end. It does not know
// which events the base has, nor what their callbacks do. Lessons call it; a
// TCP server with clients is in tcpserver.
package loop

import (
	"sync"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
)

// Loop is a base and the thread that runs it.
type Loop struct {
	Base *event.Base

	x       *experiment.X
	name    string
	closers []func()
	thread  *experiment.Thread
	reason  event.Reason // valid when the thread has ended
	halt    func()
	err     error // valid when halted
}

// NewBase makes a base on the backend that the experiment was asked for. If it
// cannot, the experiment fails. Whoever calls it must close the base.
func NewBase(x *experiment.X, config event.Config) *event.Base {
	config.Backend = x.Backend()
	base, err := event.New(config)
	x.Must("base "+config.Name, err)
	return base
}

// New makes a base; Start runs it. Events may be added in between.
func New(x *experiment.X, name string) *Loop {
	l := &Loop{Base: NewBase(x, event.Config{Name: name}), x: x, name: name}
	l.halt = sync.OnceFunc(l.end)
	return l
}

// Watch adds a persistent read event for fd. name is the callback's, as the
// stage shows it. If that cannot be done, the experiment fails.
func (l *Loop) Watch(fd int, name string, callback event.Callback) {
	ev := l.Base.NewEvent(fd, event.Read|event.Persist, callback).Named(name)
	l.x.Must(name, ev.Add(event.NoTimeout))
}

// Finally has do called when the loop has ended and its base is closed: the
// place to close the fds that its events watched.
func (l *Loop) Finally(do func()) { l.closers = append(l.closers, do) }

// Start runs the loop on a thread of its own: Base.Loop with these flags, which
// is Base.Dispatch if there are none. The loop is ended when the experiment ends, if
// it has not ended then.
func (l *Loop) Start(flags ...event.Flags) {
	var all event.Flags
	for _, flag := range flags {
		all |= flag
	}
	l.thread = l.x.Thread(l.name, func() (err error) {
		l.reason, err = l.Base.Loop(all)
		return err
	})
	l.x.Cleanup(l.halt)
}

// end breaks the loop off, wherever it is; one that has returned is only
// closed. A callback that does not return keeps it waiting.
func (l *Loop) end() {
	l.Base.Post(l.Base.Break)
	l.err = l.thread.Join()
	l.Base.Close()
	for _, do := range l.closers {
		do()
	}
}

// Stop ends the loop. If it has failed, so does the experiment.
func (l *Loop) Stop() {
	if l.halt(); l.err != nil {
		l.x.Fail(l.err)
	}
}

// Wait waits until the loop has returned by itself, and then is Stop.
func (l *Loop) Wait() {
	l.thread.Join()
	l.Stop()
}

// Returned reports whether the loop has returned, and why.
func (l *Loop) Returned() (event.Reason, bool) {
	if !l.thread.Ended() {
		return 0, false
	}
	return l.reason, true
}

// Thread returns the thread that runs the loop.
func (l *Loop) Thread() *experiment.Thread { return l.thread }
