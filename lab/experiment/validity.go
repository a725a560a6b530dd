package experiment

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"fdlab/lab/kernel"
	"fdlab/lab/sys"
)

// A verdict is worth something only if what it rests on was there: memory, fds,
// ports, a network, the script's own clients. What was not, is noted here, and
// the run is then not judged at all.

// Invalidate says that the run lacked something that it rests on, so that
// nothing it shows can be judged. From then on each check is NotJudged, no
// answer is given, and the verdict is Undecided and says why. The first err
// stands.
func (x *X) Invalidate(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.lack == nil {
		x.lack = err
	}
}

// Provokes says that the lesson itself makes a call of package sys fail so, to
// show what happens then.
func (x *X) Provokes(call string, errno unix.Errno) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.provoked = append(x.provoked, sys.Failure{Call: call, Errno: errno})
}

// shortages are the errnos by which a kernel says that it lacks something, or
// may not. No client, and no mistake of a lesson's, can bring them about.
var shortages = []unix.Errno{
	unix.ENOMEM, unix.ENOBUFS, unix.EMFILE, unix.ENFILE, unix.ENOSPC, unix.EIO, unix.EPERM,
	unix.EADDRNOTAVAIL, unix.ENETUNREACH, unix.ENETDOWN, unix.EHOSTUNREACH,
}

// IsShortage reports whether err says that the machine lacks something.
func IsShortage(err error) bool {
	var errno syscall.Errno
	return errors.As(err, &errno) && slices.Contains(shortages, errno)
}

// invalid returns why nothing can be judged, or nil.
func (x *X) invalid() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.lack != nil {
		return x.lack
	}
	for _, f := range sys.Failures() {
		if slices.Contains(shortages, f.Errno) && !slices.Contains(x.provoked, f) {
			x.lack = fmt.Errorf("%s: %w", f.Call, f.Errno)
			return x.lack
		}
	}
	return nil
}

// unjudged says why a run could not be judged, and the way out.
func unjudged(err error) string {
	return fmt.Sprintf("This run could not be judged: %v. %s", err, wayOut(err))
}

// wayOut says what a person can do about an error.
func wayOut(err error) string {
	var errno syscall.Errno
	errors.As(err, &errno)
	var starved *Starved
	switch {
	case errors.As(err, &starved):
		return "This machine is overloaded: end what else runs (top shows it), and run it again."
	case errno == unix.EMFILE:
		if soft, _, no := kernel.Limits(); no == nil {
			return fmt.Sprintf("Only %d files may be open: raise that with ulimit -n 256, and run it again.", soft)
		}
	case errno == unix.ENFILE:
		return "Too many files are open on this machine: close some programs, and run it again."
	case errno == unix.ENOMEM || errno == unix.ENOBUFS:
		return "The kernel has no memory for it: close some programs, and run it again."
	case errno == unix.ENOSPC:
		return "A limit of the kernel, or a disk, is full: make room (df; sysctl fs.epoll.max_user_watches), and run it again."
	case errno == unix.EPERM:
		return "Something forbids that call, as a container or a firewall does: run it elsewhere."
	case errors.Is(err, errNoPort):
		return "All ports that the kernel gives out are taken, or there are few (sysctl net.ipv4.ip_local_port_range): " +
			"wait a minute for those in TIME_WAIT, and run it again."
	case network(errno) && !loopbackUp():
		return "The loopback interface is down: sudo ip link set lo up, and run it again."
	case network(errno):
		return "127.0.0.1 does not work here as it should: look at ip addr show lo and at the firewall, and run it again."
	}
	return "Run it again."
}

// errNoPort: a socket could not be bound to any port.
var errNoPort = errors.New("no port is free")

// network reports whether an errno is about the way to 127.0.0.1.
func network(errno unix.Errno) bool {
	return slices.Contains([]unix.Errno{unix.ENETUNREACH, unix.ENETDOWN, unix.EHOSTUNREACH,
		unix.EADDRNOTAVAIL, unix.ECONNREFUSED, unix.ETIMEDOUT}, errno)
}

// loopbackUp reports whether 127.0.0.1 has an interface that is up. Where that
// cannot be found out, it says yes.
func loopbackUp() bool {
	all, err := net.Interfaces()
	if err != nil {
		return true
	}
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 {
			return i.Flags&net.FlagUp != 0
		}
	}
	return false
}
