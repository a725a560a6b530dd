package event

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"
)

// The contract between the core and a backend
//
// The core owns the table of fds: which events wait for an fd, and what the
// backend was told about it. A backend owns only its kernel state: an epoll
// instance, an array of pollfd, three fd_sets. All calls come from one thread.
//
//   - watch: the fd was watched for old, from now on it is to be watched for
//     want. old 0 means that it is new, want 0 that it is to be forgotten.
//     old == want is allowed, and is the chance to notice that the kernel does
//     not know the fd any more. Both are made of Read, Write and EdgeTriggered.
//     gen is the generation of the number fd: it is another one each time that
//     the number is used anew, and never sure. An errno is returned as it is.
//   - wait: sleeps in the kernel until an fd is ready or timeout is over (less
//     than 0: for ever; 0: not at all) and returns how many are ready. It may
//     return early with EINTR; the core knows how much time is left. EBADF says
//     that a watched fd is not open; the core finds out which.
//   - collect: says which fds the last wait found ready. It must not be called
//     twice for one wait.
//   - close: gives the kernel state back. The watched fds are not touched.
//
// A backend makes one call to the core, and only from collect:
//
//   - Base.ready(fd, gen, what), once for each fd if the kernel tells of it in
//     one piece. what is made of Read and Write, or is notOpen. EdgeTriggered
//     may be added, and reaches the events that asked for it. gen is what watch
//     was told, or sure if the kernel can mean no older fd of that number.
//
// A level-triggered backend (poll, select) ignores EdgeTriggered. Ready with an
// error or a hang-up counts as readable and writable, so that whoever waits
// finds out with its next read(2) or write(2).
type backend interface {
	watch(fd int, gen uint32, old, want What) error
	wait(timeout time.Duration) (n int, err error)
	collect(b *Base, n int)
	close() error
}

// sure is the generation of an fd that cannot be mistaken for an older one.
const sure = 0

// notOpen is what a backend says of a watched fd that the kernel does not know.
const notOpen What = 1 << 15

// kind is an entry in the list of backends of an OS.
type kind struct {
	name string // "epoll"
	call string // the system call it waits in: "epoll_wait"
	open func(*Stats) (backend, error)
}

// Backends returns the names of this OS's backends, best first.
func Backends() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

func kindOf(name string) (kind, error) {
	if name == "" {
		return kinds[0], nil
	}
	for _, k := range kinds {
		if k.name == name {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("event: backend %q: %w on %s: there are %s",
		name, ErrBackend, runtime.GOOS, strings.Join(Backends(), ", "))
}

// milliseconds rounds a timeout up: rounded down, a loop would wake too early,
// find that nothing is due, and spin through the last millisecond.
func milliseconds(timeout time.Duration) int {
	if timeout < 0 {
		return -1
	}
	ms := (int64(timeout) + int64(time.Millisecond) - 1) / int64(time.Millisecond)
	return int(min(ms, math.MaxInt32))
}
