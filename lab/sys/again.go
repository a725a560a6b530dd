package sys

import (
	"sync/atomic"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// A program that asks again and again and is told EAGAIN each time makes a
// million calls a second. A record for each would drown all others. So a run of
// equal refusals on one fd leaves its first record at once, then one for each
// millisecond, and one at its end; each says how many calls it stands for (C).
// No call is left out of the counts.

// refusals is what the observer knows of the last calls on one fd. It is used
// only while somebody records.
type refusals struct {
	last  atomic.Int64  // the run's time of the last record of a refusal; 0: the last call was none
	call  atomic.Uint32 // which call was refused
	count atomic.Int64  // refusals since that record
}

var refused [maxFDs / chunkSize]atomic.Pointer[[chunkSize]refusals]

// between is how long refusals are gathered, in ns.
const between = int64(1e6)

// refusalsOf returns the fd's place; nil for numbers that have none.
func refusalsOf(fd int) *refusals {
	if uint(fd) >= maxFDs {
		return nil
	}
	chunk := &refused[fd/chunkSize]
	if chunk.Load() == nil {
		chunk.CompareAndSwap(nil, new([chunkSize]refusals))
	}
	return &chunk.Load()[fd%chunkSize]
}

// gather notes a refusal. It returns for how many calls a record is due now: 0
// for none.
func (r *refusals) gather(c call, now int64) int64 {
	n := r.count.Add(1)
	last := r.last.Load()
	if last != 0 && now-last < between && r.call.Load() == uint32(c) {
		return 0
	}
	r.call.Store(uint32(c))
	r.last.Store(now)
	r.count.Add(-n)
	return n
}

// settle ends a run of refusals on fd, and records those that were gathered
// since the last record.
func (o *observer) settle(fd int) {
	if o.rec == nil || uint(fd) >= maxFDs || refused[fd/chunkSize].Load() == nil {
		return
	}
	r := refusalsOf(fd)
	if r.last.Load() == 0 {
		return
	}
	r.last.Store(0)
	if n := r.count.Swap(0); n > 0 {
		o.refusal(call(r.call.Load()), fd, n, 0)
	}
}

// refusal records n calls that were told EAGAIN.
func (o *observer) refusal(c call, fd int, n, now int64) {
	o.rec.Put(&trace.Record{
		Kind: trace.CallEnd, FD: int32(fd), Str: o.names[c],
		A: -1, B: int64(unix.EAGAIN), C: n, Time: now,
	})
}
