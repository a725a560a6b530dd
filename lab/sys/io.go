package sys

import (
	"golang.org/x/sys/unix"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

// Read reads up to len(p) bytes: read(2). 0 without an error is the end of
// file. On a non-blocking fd it fails with EAGAIN when nothing is there.
func Read(fd int, p []byte) (n int, err error) {
	o := observed()
	o.pass(control.BeforeRead, fd)
	var errno unix.Errno
	begun := false
	if lookUp(fd).has(isNonblocking) {
		for again := true; again; again = errno == unix.EINTR {
			n, errno = rawRead(fd, p)
			calls.Add(1)
		}
	} else {
		begun = o.begin(callRead, fd, len(p))
		for again := true; again; again = err == unix.EINTR {
			n, err = unix.Read(fd, p)
			calls.Add(1)
		}
		errno = number(err)
	}
	if n == 0 {
		ends()
	}
	o.ended(begun, callRead, fd, n, errno, p)
	o.pass(control.AfterRead, fd)
	return n, failure(errno)
}

// Write writes up to len(p) bytes: write(2). It may write fewer, on a
// non-blocking fd above all: the rest is for the caller to keep. A peer that
// is gone gives EPIPE. (In C it also raises SIGPIPE, which kills the program;
// Go's runtime takes that signal away, except for fds 1 and 2.)
func Write(fd int, p []byte) (n int, err error) {
	o := observed()
	var errno unix.Errno
	begun := false
	if lookUp(fd).has(isNonblocking) {
		for again := true; again; again = errno == unix.EINTR {
			n, errno = rawWrite(fd, p)
			calls.Add(1)
		}
	} else {
		begun = o.begin(callWrite, fd, len(p))
		for again := true; again; again = err == unix.EINTR {
			n, err = unix.Write(fd, p)
			calls.Add(1)
		}
		errno = number(err)
	}
	o.ended(begun, callWrite, fd, n, errno, p)
	o.pass(control.AfterWrite, fd)
	return n, failure(errno)
}

// Close closes fd: close(2). It is never made again after EINTR: on Linux the
// number is free by then, and may already be another thread's new fd.
func Close(fd int) error {
	closes()
	o := observed()
	// The trace says so before the kernel does it: as soon as the kernel has
	// closed fd, another thread may open one with the same number, and its
	// records must come after this one.
	if leave(fd) {
		o.forget(fd)
		err := unix.Close(fd)
		calls.Add(1)
		if err != nil {
			o.end(callClose, fd, -1, number(err), nil)
		}
		return err
	}
	o.watcher.Unwatch(fd)
	err := unix.Close(fd) // not ours: perhaps no fd at all
	calls.Add(1)
	if o.rec != nil {
		unsaid.say(o)
		o.rec.Put(&trace.Record{Kind: trace.Close, FD: int32(fd), A: int64(number(err))})
	}
	return err
}

// SetNonblock makes calls on fd fail with EAGAIN where they would wait, or
// wait again: O_NONBLOCK, fcntl(2). The flag belongs to the open file, not to
// the number: it holds for all fds that dup(2) or a fork made from this one.
func SetNonblock(fd int, on bool) error {
	o, c := observed(), callBlock
	if on {
		c = callNonblock
	}
	// Read and Write trust the table: say "may block" as long as it may.
	set(fd, isNonblocking, false)
	calls.Add(1) // two calls: F_GETFL, then F_SETFL
	err := o.done(c, fd, unix.SetNonblock(fd, on))
	if err == nil && on && mayPoll(fd) && lookUp(fd).has(isOpen) {
		set(fd, isNonblocking, true)
	}
	return err
}

// mayPoll reports whether O_NONBLOCK means anything for fd. Reads of a regular
// file wait for the disk all the same.
func mayPoll(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT != unix.S_IFREG
}
