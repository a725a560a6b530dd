package event

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// What can go wrong. Compare with errors.Is; the text of the *Error around it
// names the fd, the event and the way out.
var (
	ErrRunning     = errors.New("the base is already running")
	ErrBaseClosed  = errors.New("the base was closed")
	ErrOtherThread = errors.New("the loop runs on another thread")
	ErrFDClosed    = errors.New("the fd was closed while an event watched it")
	ErrNotOpen     = errors.New("the fd is not open")
	ErrBadFD       = errors.New("the fd is negative")
	ErrSetSize     = errors.New("the fd is not below FD_SETSIZE (1024)")
	ErrRegularFile = errors.New("epoll refuses this kind of file")
	ErrMixedEdge   = errors.New("the fd is watched both level- and edge-triggered")
	ErrBadWhat     = errors.New("these flags do not go together")
	ErrPriority    = errors.New("no such priority")
	ErrHeld        = errors.New("the base still holds this event")
	ErrOverwritten = errors.New("the memory of a pending event was used for something else")
	ErrActive      = errors.New("the event is active")
	ErrBackend     = errors.New("no such backend")
)

// Error is an error of a base, explained.
type Error struct {
	Op    string // "add", "delete", "dispatch"
	Base  string // the base's name, "" if it has none
	Event string // the events it is about, as in `read|persist "telnet"`
	FD    int    // the file descriptor, or -1
	Err   error  // one of the Err... above, or what the kernel said
	Hint  string // the way out
}

func (e *Error) Error() string {
	var s strings.Builder
	s.WriteString("event: " + e.Op)
	if e.Event != "" {
		s.WriteString(" " + e.Event)
	}
	if e.FD >= 0 {
		fmt.Fprintf(&s, " on fd %d", e.FD)
	}
	if e.Base != "" {
		fmt.Fprintf(&s, " (base %s)", strconv.Quote(e.Base))
	}
	s.WriteString(": " + e.Err.Error())
	if e.Hint != "" {
		s.WriteString(": " + e.Hint)
	}
	return s.String()
}

func (e *Error) Unwrap() error { return e.Err }

// fail makes an Error about the base itself.
func (b *Base) fail(op string, err error, hint string) *Error {
	return &Error{Op: op, Base: b.name, FD: -1, Err: err, Hint: hint}
}

// fail makes an Error about the event.
func (e *Event) fail(op string, err error, hint string) *Error {
	fd := e.fd
	if e.what&(Read|Write|Signal) == 0 {
		fd = -1
	}
	return &Error{Op: op, Base: e.base.name, Event: e.String(), FD: fd, Err: err, Hint: hint}
}

// otherThread explains a call that only the loop's thread may make.
func (e *Event) otherThread(op string) error {
	return e.fail(op, ErrOtherThread, "let that thread do it: Base.Post(func() { ... })")
}

// explain turns what a backend said about the event's fd into an Error.
func (e *Event) explain(op string, err error) error {
	others := e.base.watchers(e.fd)
	switch {
	case others != "" && (err == unix.EBADF || err == unix.ENOENT || err == unix.EPERM):
		// The kernel forgot the fd when it was closed; the number may be
		// another file by now. The fd table still believes in the old one.
		failed := e.fail(op, ErrFDClosed, "Del an event before its fd is closed")
		failed.Event = others
		return failed
	case err == unix.EBADF:
		return e.fail(op, ErrNotOpen, "add the event after open, and Del it before close")
	case err == unix.EPERM:
		return e.fail(op, ErrRegularFile, "a regular file or a folder is always ready, so there is nothing to wait for; "+
			"read it at once, or take the poll or select backend, which call it ready always")
	case err == ErrSetSize:
		return e.fail(op, err, "select(2) has room for fds 0 to 1023 only; take the poll or epoll backend")
	}
	return e.fail(op, err, "")
}

// fdClosed explains that a watched fd was found closed; how says more about it.
func (b *Base) fdClosed(fd int, how string) error {
	return &Error{Op: "dispatch", Base: b.name, Event: b.watchers(fd), FD: fd, Err: ErrFDClosed,
		Hint: how + "Del an event before its fd is closed; Del it now to go on"}
}

// watchers names the pending events of fd, for an error.
func (b *Base) watchers(fd int) string {
	var names []string
	if fd < len(b.fds) {
		for e := b.fds[fd].first; e != nil; e = e.sameFD {
			names = append(names, e.String())
		}
	}
	return strings.Join(names, ", ")
}
