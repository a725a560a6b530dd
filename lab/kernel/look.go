// Package kernel asks the kernel about file descriptors without disturbing
// them: an fd that is asked keeps its bytes, its flags and its place in every queue.
//
// Look answers once. A Watcher keeps asking while a run is recorded, and
// records each change, also while the program is held or blocked: so the trace
// knows that an fd is ready before the program's loop has looked.
//
// The package knows what the kernel says. It knows no loop and no experiment.
package kernel

import (
	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// State is what the kernel says of one fd at one moment.
type State struct {
	// Ready is the answer of poll(2): Readable, Writable, HangUp, Broken,
	// NotOpen, EndOfFile of package trace.
	Ready trace.Readiness

	// Queued is how many bytes wait to be read: FIONREAD, tty_ioctl(4),
	// pipe(7), tcp(7). For an eventfd it is the counter's value (Linux).
	Queued int64

	// Unsent is how many bytes this end has written that the other has not
	// taken: in a pipe, those not yet read; in TCP, those not yet acknowledged
	// (SIOCOUTQ, tcp(7); Linux only). For a Unix socket it stays 0: there
	// SIOCOUTQ counts the kernel's memory, not bytes.
	Unsent int64

	// TCP is set for TCP sockets on Linux.
	TCP TCP
}

// TCP is what TCP_INFO says of a socket (tcp(7); Linux only).
type TCP struct {
	Code           uint8 // the state's number, as in /proc/net/tcp; 0: not TCP, or not known
	Backlog, Limit int   // of a listener: connections that wait for accept(2), and how many may
}

var tcpStates = [...]string{
	"", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
	"CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV",
}

// String returns the state's name as ss(8) and tcp(7) have it: "FIN_WAIT1".
func (t TCP) String() string {
	if int(t.Code) < len(tcpStates) {
		return tcpStates[t.Code]
	}
	return "(unknown)"
}

// quiet reports whether nothing can go away from this state unseen. A rise
// (bytes arrive) wakes the watcher; a drain (bytes are taken) does not.
func (s State) quiet() bool {
	return s.Ready&^trace.Writable == 0 && s.Queued == 0 && s.Unsent == 0
}

// Look asks the kernel about fd. It never blocks. A number that is no open fd
// is no error: its State says NotOpen. An error means that the kernel refused
// to answer at all. It may be called from any thread.
func Look(fd int) (State, error) { return sortOf(fd).look(fd) }

// sort is which questions make sense for an fd. It does not change in its life.
type sort struct {
	known     bool
	pipeWrite bool // the write end of a pipe or FIFO
	file      bool // a regular file or folder: always ready, nothing queued
	eventfd   bool
	socket    bool
	tcp       bool
}

func sortOf(fd int) sort {
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil {
		return sort{}
	}
	s := sort{known: true}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFIFO:
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		s.pipeWrite = err == nil && flags&unix.O_ACCMODE == unix.O_WRONLY
	case unix.S_IFSOCK:
		s.socket, s.tcp = true, isTCP(fd)
	case unix.S_IFREG, unix.S_IFDIR:
		s.file = true
	case 0: // Linux: an anonymous inode
		s.eventfd = isEventfd(fd)
	}
	return s
}

func (s sort) look(fd int) (State, error) {
	ready, err := readiness(fd)
	if err != nil || ready&trace.NotOpen != 0 {
		return State{Ready: ready}, err
	}
	now := State{Ready: ready}
	switch {
	case s.file:
	case s.eventfd:
		now.Queued, err = eventfdCount(fd)
	case s.pipeWrite:
		now.Unsent = pipeUnread(fd)
	default:
		now.Queued, err = queued(fd)
	}
	if s.tcp {
		now.TCP = tcpInfo(fd)
		if now.TCP.String() != "LISTEN" {
			now.Unsent = unsent(fd)
		}
	}
	return now, err
}

// readiness asks poll(2) with a timeout of 0.
func readiness(fd int) (trace.Readiness, error) {
	fds := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN | unix.POLLOUT | pollRDHUP}}
	for {
		_, err := unix.Poll(fds[:], 0)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return 0, err
		}
	}
	var ready trace.Readiness
	for _, bit := range [...]struct {
		poll  int16
		trace trace.Readiness
	}{
		{unix.POLLIN, trace.Readable},
		{unix.POLLOUT, trace.Writable},
		{unix.POLLHUP, trace.HangUp},
		{unix.POLLERR, trace.Broken},
		{unix.POLLNVAL, trace.NotOpen},
		{pollRDHUP, trace.EndOfFile},
	} {
		if fds[0].Revents&bit.poll != 0 {
			ready |= bit.trace
		}
	}
	return ready, nil
}

// queued asks FIONREAD, and returns 0 where the question makes no sense.
func queued(fd int) (int64, error) {
	n, err := ioctlInt(fd, fionread)
	switch err {
	case nil:
		return n, nil
	case unix.EINVAL, unix.ENOTTY, unix.EOPNOTSUPP, unix.ENODEV: // a listener, a file of another sort: nothing can wait in it
		return 0, nil
	}
	return 0, err
}
