package event

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

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

	Signal syscall.Signal // the signal, or 0
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
	if name := unix.SignalName(e.Signal); name != "" {
		fmt.Fprintf(&s, " on signal %d (%s)", int(e.Signal), name)
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
	failed := &Error{Op: op, Base: e.base.name, Event: e.String(), FD: -1, Err: err, Hint: hint}
	switch {
	case e.what&Signal != 0:
		failed.Signal = syscall.Signal(e.fd)
	case e.what&(Read|Write) != 0:
		failed.FD = e.fd
	}
	return failed
}

// otherThread explains a call that only the loop's thread may make.
func (e *Event) otherThread(op string) error {
	return e.fail(op, ErrOtherThread, "let that thread do it: Base.Post(func() { ... })")
}

// explain turns what a backend said about the event's fd into an Error.
func (e *Event) explain(op string, err error) error {
	others := e.base.watchers(e.fd)
	switch {
	case others != "" && forgotten(err):
		// The kernel forgot the fd when it was closed; the number may be
		// another file by now. The fd table still believes in the old one.
		failed := e.fail(op, ErrFDClosed, e.base.closedHint(e.fd, "Del an event before its fd is closed"))
		failed.Event = others
		return failed
	case err == unix.EBADF:
		return e.fail(op, ErrNotOpen, "add the event after open, and Del it before close")
	case err == unix.EPERM:
		return e.fail(op, ErrRegularFile, "it is "+fileKind(e.fd)+", which is always ready, so there is nothing to wait for; "+
			"read it at once, or take the poll or select backend, which call it ready always")
	case err == ErrSetSize:
		return e.fail(op, err, "select(2) has room for fds 0 to 1023 only; take the poll or epoll backend")
	}
	return e.fail(op, err, "")
}

// fileKind says what an fd is that epoll refuses: "a device, \"/dev/null\"".
func fileKind(fd int) string {
	kind := "a kind of file"
	var stat unix.Stat_t
	if unix.Fstat(fd, &stat) == nil {
		switch stat.Mode & unix.S_IFMT {
		case unix.S_IFREG:
			kind = "a regular file"
		case unix.S_IFDIR:
			kind = "a directory"
		case unix.S_IFCHR, unix.S_IFBLK:
			kind = "a device"
		}
	}
	if path, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); err == nil {
		kind += ", " + strconv.Quote(path)
	}
	return kind
}

// fdClosed explains that a watched fd was found closed.
func (b *Base) fdClosed(fd int, hint string) error {
	return &Error{Op: "dispatch", Base: b.name, Event: b.watchers(fd), FD: fd, Err: ErrFDClosed, Hint: b.closedHint(fd, hint)}
}

// closedHint is the way out if an fd was closed: the program cannot Del an event
// that is the base's own.
func (b *Base) closedHint(fd int, hint string) string {
	for e := b.fds[fd].first; e != nil; e = e.sameFD {
		if e.internal {
			return "the program closed an fd that is not its own: look for a number that it closes twice; this base cannot go on"
		}
	}
	return hint
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
