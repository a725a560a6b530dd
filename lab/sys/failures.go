package sys

import (
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Failure is a call that failed, and how. EAGAIN is none: it says "not now".
type Failure struct {
	Call  string // "accept"
	Errno unix.Errno
}

// failures are the kinds that have come so far.
var failures struct {
	known [lastCall][256 / 64]atomic.Uint64 // a bit for each errno
	mu    sync.Mutex
	list  []Failure
}

// Failures returns in which ways calls of this package have failed in this
// process, on all threads: each way once, in the order in which they came. A
// program can say with it, at its end, what it lacked, even if it did not look.
func Failures() []Failure {
	failures.mu.Lock()
	defer failures.mu.Unlock()
	return slices.Clone(failures.list)
}

// failed notes a failure. One that repeats for ever costs a look at a bit.
func failed(c call, errno unix.Errno) {
	if errno == unix.EAGAIN || errno >= 256 {
		return
	}
	word, bit := &failures.known[c][errno/64], uint64(1)<<(errno%64)
	if word.Load()&bit != 0 || word.Or(bit)&bit != 0 {
		return
	}
	failures.mu.Lock()
	defer failures.mu.Unlock()
	failures.list = append(failures.list, Failure{callNames[c], errno})
}
