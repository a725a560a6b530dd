// Package sys is the system calls of the lessons, on raw file descriptors, as
// a C program makes them. Each leaves a trace when somebody watches.
//
// The rules, for every call here:
//   - The error is the bare errno: err == unix.EAGAIN reads as in C. n is -1
//     with an error, as in C.
//   - EINTR is not shown: the call is made again. Go's runtime interrupts its
//     own threads with signals (to take turns), so any call that waits may
//     come back with EINTR. The signal is the runtime's business, not the
//     program's. Close and Connect are the exceptions; they say why.
//   - New fds are close-on-exec: a child process does not inherit them.
//   - Whoever gets an fd owns it, and must close it with Close.
//   - Any thread may call. Two threads on one fd get what the kernel gives.
//   - A call on a non-blocking fd leaves one record, at its end. A call that
//     may block leaves two, so that it can be seen while it blocks.
//
// The package knows the calls and the records they leave. It does not know
// loops, experiments or who watches.
package sys

import (
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/kernel"
	"fdlab/lab/trace"
)

// calls counts the system calls that this package has made.
var calls atomic.Uint64

// Calls returns how many system calls this process has made through package
// sys, on all threads, repeated ones (EINTR) included. Subtract two of them.
func Calls() uint64 { return calls.Load() }

// call is a system call that leaves CallBegin and CallEnd.
type call uint8

const (
	callRead call = iota
	callWrite
	callAccept
	callConnect
	callBind
	callListen
	callShutdown
	callOpen
	callClose
	callPipe
	callSocket
	callSocketpair
	callEventfd
	callNonblock
	callBlock
	callReuseAddr
	callReusePort
	callLinger
	callSetsockopt
	callSoError
	lastCall
)

// callNames is what the trace calls them.
var callNames = [lastCall]string{
	"read", "write", "accept", "connect", "bind", "listen", "shutdown", "open", "close",
	"pipe", "socket", "socketpair", "eventfd",
	"fcntl +O_NONBLOCK", "fcntl -O_NONBLOCK",
	"setsockopt SO_REUSEADDR", "setsockopt SO_REUSEPORT", "setsockopt SO_LINGER", "setsockopt", "getsockopt SO_ERROR",
}

// observer is who watches this process. rec is nil when nobody does.
type observer struct {
	rec     *trace.Recorder
	gate    *control.CallGate // asked only while somebody watches
	watcher *kernel.Watcher
	names   [lastCall]uint32
}

var (
	current atomic.Pointer[observer]
	finding sync.Mutex
)

// observed returns the observer; the first call finds it.
func observed() *observer {
	if o := current.Load(); o != nil {
		return o
	}
	finding.Lock()
	defer finding.Unlock()
	if o := current.Load(); o != nil {
		return o
	}
	o := newObserver(trace.Process(), kernel.Process())
	current.Store(o)
	return o
}

func newObserver(rec *trace.Recorder, watcher *kernel.Watcher) *observer {
	o := &observer{rec: rec, gate: &control.Process().Calls, watcher: watcher}
	for c, name := range callNames {
		o.names[c] = rec.String(name)
	}
	return o
}

// pass stops where calls on the fd are held.
func (o *observer) pass(at control.Place, fd int) {
	if o.rec != nil {
		o.gate.Pass(at, fd)
	}
}

// begin records that a call begins that may block, and reports whether it did: what has
// begun in the records must end there, too. Until ended the goroutine stays on its thread: on a busy machine
// Go may move it between the record and the call, and then another thread sleeps in the call than
// the one that the record names.
func (o *observer) begin(c call, fd, arg int) (begun bool) {
	if o.rec == nil || o.wouldRepeat(c, fd) {
		return false
	}
	unsaid.say(o)
	runtime.LockOSThread()
	o.rec.Put(&trace.Record{Kind: trace.CallBegin, FD: int32(fd), Str: o.names[c], A: int64(arg)})
	return true
}

// ended is end for a call that begin was asked about.
func (o *observer) ended(begun bool, c call, fd, n int, errno unix.Errno, data []byte) {
	if begun && uint(fd) < maxFDs {
		o.settle(fd) // then the end is the first of a run, and is not gathered
	}
	o.end(c, fd, n, errno, data)
	if begun {
		runtime.UnlockOSThread()
	}
}

// end records what a call gave, and the first of the bytes that it moved.
func (o *observer) end(c call, fd, n int, errno unix.Errno, data []byte) {
	if errno != 0 {
		failed(c, errno)
	}
	if o.rec != nil {
		o.put(c, fd, n, errno, data)
	}
}

func (o *observer) put(c call, fd, n int, errno unix.Errno, data []byte) {
	if movesNothing(c, fd, n, errno) {
		o.again(c, fd, errno)
		return
	}
	o.settle(fd)
	unsaid.say(o)
	rec := trace.Record{Kind: trace.CallEnd, FD: int32(fd), Str: o.names[c], A: int64(n), B: int64(errno)}
	if n > 0 && len(data) > 0 {
		rec.SetData(data[:min(n, len(data))])
	}
	o.rec.Put(&rec)
}

// done ends a call that moves no bytes and cannot block, and returns its error.
func (o *observer) done(c call, fd int, err error) error {
	calls.Add(1)
	errno := number(err)
	o.end(c, fd, result(errno), errno, nil)
	return err
}

// number returns the errno in err, 0 for nil.
func number(err error) unix.Errno {
	if err == nil {
		return 0
	}
	if errno, ok := err.(unix.Errno); ok {
		return errno
	}
	return unix.EINVAL // a Go-made error: a path with a zero byte, an address of no known family
}

// result is what C returns from a call that gives no number.
func result(errno unix.Errno) int {
	if errno != 0 {
		return -1
	}
	return 0
}

// failure turns an errno into an error; 0 into nil.
func failure(errno unix.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}
