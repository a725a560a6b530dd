package sys

import (
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"fdlab/lab/kernel"
	"fdlab/lab/trace"
)

// opened begins the life of an fd: in the table, in the trace, and for the
// kernel's watcher. peer is its other end in this process, or trace.NoFD.
func (o *observer) opened(fd, peer int, what, label string, nonblocking bool) {
	enter(fd, nonblocking)
	if o.rec == nil {
		return
	}
	flags := int64(0)
	if nonblocking {
		flags = trace.NonBlocking
	}
	o.announce(&trace.Record{FD: int32(fd), Str: o.rec.String(what), A: flags, B: int64(peer)}, label)
}

// announce puts an Open into the trace, and what belongs to it.
func (o *observer) announce(open *trace.Record, label string) {
	open.Kind = trace.Open
	unsaid.say(o)
	o.rec.Put(open)
	o.label(int(open.FD), label)
	o.watcher.Watch(int(open.FD), int(open.B))
}

// forget ends it.
func (o *observer) forget(fd int) {
	o.settle(fd)
	unsaid.say(o)
	o.watcher.Unwatch(fd)
	if o.rec != nil {
		o.rec.Put(&trace.Record{Kind: trace.Close, FD: int32(fd)})
	}
}

func (o *observer) label(fd int, text string) {
	if o.rec != nil && text != "" {
		set(fd, hasLabel, true)
		o.rec.Put(&trace.Record{Kind: trace.Label, FD: int32(fd), Str: o.rec.String(text)})
	}
}

// Label says what the program calls fd. It shows in place of what the fd is.
func Label(fd int, text string) { observed().label(fd, text) }

// Adopt takes in an fd that was made elsewhere, an *os.File's for example, so
// that it is shown, and so that calls on it are treated correctly if it is
// non-blocking. what says what it is, label (or "") what the program calls it.
// The caller keeps it: end with Release before its owner closes it, or close
// it with Close.
func Adopt(fd int, what, label string) error {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	calls.Add(1)
	if err != nil {
		return err
	}
	nonblocking := flags&unix.O_NONBLOCK != 0 && mayPoll(fd)
	o := observed()
	if o.rec == nil {
		enter(fd, nonblocking)
		return nil
	}
	// Only here an fd comes in that may be a duplicate of another.
	open := trace.Record{FD: int32(fd), Str: o.rec.String(what), B: trace.NoFD, C: int64(duplicateOf(fd))}
	if enter(fd, nonblocking); nonblocking {
		open.A = trace.NonBlocking
	}
	o.announce(&open, label)
	return nil
}

// duplicateOf returns an open fd, of those that this package knows, that is the same
// open file as fd; 0 for none, or where the kernel does not say.
func duplicateOf(fd int) int {
	for other := range known {
		if other == fd {
			continue
		}
		switch same, asked := kernel.SameFile(fd, other); {
		case same:
			return other
		case !asked:
			return 0
		}
	}
	return 0
}

// Release ends Adopt: fd is no longer shown. It stays open.
func Release(fd int) {
	if leave(fd) {
		observed().forget(fd)
	}
}

// Pipe makes a pipe: pipe(2). What is written to w comes out of r. Both ends
// block; see SetNonblock. label (or "") names it in the trace.
func Pipe(label string) (r, w int, err error) {
	o := observed()
	p, err := cloexecPipe()
	calls.Add(1)
	if err != nil {
		o.end(callPipe, trace.NoFD, -1, number(err), nil)
		return -1, -1, err
	}
	o.opened(p[0], p[1], "pipe (read end)", end(label, "r"), false)
	o.opened(p[1], p[0], "pipe (write end)", end(label, "w"), false)
	return p[0], p[1], nil
}

// Socketpair makes two connected Unix stream sockets: socketpair(2). Both ends
// can be read and written, and both block.
func Socketpair(label string) (a, b int, err error) {
	o := observed()
	p, err := cloexecSocketpair()
	calls.Add(1)
	if err != nil {
		o.end(callSocketpair, trace.NoFD, -1, number(err), nil)
		return -1, -1, err
	}
	o.opened(p[0], p[1], "socket pair (end a)", end(label, "a"), false)
	o.opened(p[1], p[0], "socket pair (end b)", end(label, "b"), false)
	return p[0], p[1], nil
}

// Eventfd makes a counter in the kernel: eventfd(2), Linux only, ENOSYS
// elsewhere. A write of 8 bytes (a number in the machine's byte order) adds to
// it; a read gives 8 bytes, the sum, and sets it to 0. It blocks.
func Eventfd(initial uint, label string) (fd int, err error) {
	o := observed()
	fd, err = eventfd(initial)
	calls.Add(1)
	if err != nil {
		o.end(callEventfd, trace.NoFD, -1, number(err), nil)
		return -1, err
	}
	o.opened(fd, trace.NoFD, "eventfd", label, false)
	return fd, nil
}

// Mkfifo makes a FIFO, a pipe with a name: mkfifo(3). The caller removes it.
func Mkfifo(path string, permissions uint32) error {
	calls.Add(1)
	return unix.Mkfifo(path, permissions)
}

// OpenFIFO opens a FIFO: open(2), fifo(7). flags are unix.O_RDONLY, O_WRONLY
// or O_RDWR, with O_NONBLOCK if wanted.
//
// Without O_NONBLOCK it waits until the other side is opened too. O_RDWR never
// waits, and never sees an end of file, because the reader is also a writer:
// Linux allows that; POSIX does not say.
func OpenFIFO(path string, flags int, label string) (fd int, err error) {
	o := observed()
	nonblocking := flags&unix.O_NONBLOCK != 0
	begun := !nonblocking && o.begin(callOpen, trace.NoFD, 0)
	for again := true; again; again = err == unix.EINTR {
		fd, err = unix.Open(path, flags|unix.O_CLOEXEC, 0)
		calls.Add(1)
	}
	if err != nil || !nonblocking {
		o.ended(begun, callOpen, trace.NoFD, fd, number(err), nil)
	}
	if err != nil {
		return -1, err
	}
	o.opened(fd, trace.NoFD, fileSort(fd)+" "+plain(filepath.Base(path)), label, nonblocking && mayPoll(fd))
	return fd, nil
}

// fileSort says what is really there: a program may open a file that it takes
// for a FIFO.
func fileSort(fd int) string {
	var st unix.Stat_t
	if unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO {
		return "FIFO"
	}
	return "file"
}

// end names one end of a labelled pair: "notify (r)".
func end(label, which string) string {
	if label == "" {
		return ""
	}
	return label + " (" + which + ")"
}

// plain returns a name as it is if a terminal can show it, else quoted.
func plain(name string) string {
	if q := strconv.Quote(name); q != `"`+name+`"` {
		return q
	}
	return name
}
