package sys

import (
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"fdlab/lab/thread"
	"fdlab/lab/trace"
)

// A program that asks again and again, and is refused in the same way each time
// or reads the end of file each time, makes a million calls a second. A record for
// each would drown all others. So a run of equal calls on one fd that move nothing
// leaves its first record at once, then one for each millisecond, and one at its
// end; each says how many calls it stands for (C). No call is left out of the counts, and none stands
// behind another call that came later: the record of any other call comes after theirs.

// repeated is what the observer knows of the last calls on one fd. It is used
// only while somebody records.
type repeated struct {
	last  atomic.Int64  // the run's time of the last record; 0: the last call moved something
	what  atomic.Uint64 // which call moved nothing, and its errno
	count atomic.Int64  // such calls since that record
	by    atomic.Uint32 // the thread that made the first of these
}

var vain [maxFDs / chunkSize]atomic.Pointer[[chunkSize]repeated]

// between is how long calls are gathered, in ns.
const between = int64(1e6)

// vainOn returns the fd's place; nil for numbers that have none.
func vainOn(fd int) *repeated {
	if uint(fd) >= maxFDs {
		return nil
	}
	chunk := &vain[fd/chunkSize]
	if chunk.Load() == nil {
		chunk.CompareAndSwap(nil, new([chunkSize]repeated))
	}
	return &chunk.Load()[fd%chunkSize]
}

// movesNothing reports whether a call is one of those that are gathered.
func movesNothing(c call, fd, n int, errno unix.Errno) bool {
	switch c {
	case callRead:
		return n <= 0 && uint(fd) < maxFDs
	case callWrite, callAccept:
		return errno != 0 && uint(fd) < maxFDs
	}
	return false
}

func callAndErrno(c call, errno unix.Errno) uint64 { return uint64(c)<<32 | uint64(errno) }

// again notes a call that moved nothing, and records those that are due.
func (o *observer) again(c call, fd int, errno unix.Errno) {
	r, now, what := vainOn(fd), o.rec.Now(), callAndErrno(c, errno)
	last := r.last.Load()
	if last != 0 && r.what.Load() != what {
		o.settle(fd)
		last = 0
	}
	if last != 0 && now-last < between {
		if r.count.Load() == 0 { // stored before it counts: whoever settles it must not say another thread's
			r.by.Store(thread.ID())
		}
		if r.count.Add(1) == 1 {
			unsaid.add(fd)
		}
		return
	}
	r.what.Store(what)
	r.last.Store(now)
	o.stands(what, fd, r.count.Swap(0)+1, now, 0)
}

// unsaid are the fds with calls that were gathered and may stand in no record yet.
var unsaid unsaidFDs

type unsaidFDs struct {
	any atomic.Bool
	mu  sync.Mutex
	fds []int
}

func (u *unsaidFDs) add(fd int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.fds = append(u.fds, fd)
	u.any.Store(true)
}

// say records what was gathered on all fds, before another call is recorded.
func (u *unsaidFDs) say(o *observer) {
	if !u.any.Load() {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, fd := range u.fds {
		o.settle(fd)
	}
	u.fds = u.fds[:0]
	u.any.Store(false)
}

// Settle records the equal calls on fd that were gathered and stand in no record yet, so that from now
// on the records count as many as were made. Any thread may call it.
func Settle(fd int) { observed().settle(fd) }

// settle ends a run of equal calls on fd, and records those that were gathered
// since the last record.
func (o *observer) settle(fd int) {
	if o.rec == nil || uint(fd) >= maxFDs || vain[fd/chunkSize].Load() == nil {
		return
	}
	r := vainOn(fd)
	if r.last.Load() == 0 && r.count.Load() == 0 { // another thread may have counted one since a run was ended
		return
	}
	r.last.Store(0)
	if n := r.count.Swap(0); n > 0 {
		o.stands(r.what.Load(), fd, n, 0, r.by.Load()) // whichever thread is here
	}
}

// stands records n equal calls of a thread, 0 for this one.
func (o *observer) stands(what uint64, fd int, n, now int64, by uint32) {
	errno := unix.Errno(uint32(what))
	o.rec.Put(&trace.Record{
		Kind: trace.CallEnd, FD: int32(fd), Str: o.names[what>>32],
		A: int64(result(errno)), B: int64(errno), C: n, Time: now, Thread: by,
	})
}

// wouldRepeat reports whether a call on an fd of which this package does not know
// that it does not block is one more of a run, and cannot block either: as the
// kernel says now. A record of its beginning would say nothing then.
func (o *observer) wouldRepeat(c call, fd int) bool {
	if uint(fd) >= maxFDs || vain[fd/chunkSize].Load() == nil {
		return false
	}
	r := vainOn(fd)
	if r.last.Load() == 0 || r.what.Load()>>32 != uint64(c) {
		return false
	}
	if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err == nil && flags&unix.O_NONBLOCK != 0 {
		return true
	}
	// Bytes are no reason not to block: another thread may take them first. An end and an error stay.
	poll := []unix.PollFd{{Fd: int32(fd), Events: ended}}
	_, err := unix.Poll(poll, 0)
	return c != callAccept && err == nil && poll[0].Revents&(ended|unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0
}
