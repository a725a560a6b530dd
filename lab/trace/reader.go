//go:build unix

package trace

import (
	"encoding/binary"
	"sync/atomic"
)

// atomicInt64 is a plain int64 of the header, read and written atomically.
type atomicInt64 int64

func (a *atomicInt64) Load() int64   { return atomic.LoadInt64((*int64)(a)) }
func (a *atomicInt64) Store(v int64) { atomic.StoreInt64((*int64)(a), v) }

// Reader takes records out of a ring, in order. There must be only one reader
// to a ring, used by one goroutine at a time; Lost, Now and String may be
// called from any.
//
// The program that records can write anywhere in the ring, and a faulty one
// does. So nothing in the header is believed that cannot be: see Damaged.
type Reader struct {
	ring  *Ring
	next  uint64       // the slot, counted over the whole run
	seq   uint64       // how many records were read
	start atomic.Int64 // when the run began, as it was first seen; 0: not yet

	rest []Record // of a slot that did not fit into dst
	room [most]Record
}

// Reader returns the ring's reader.
func (r *Ring) Reader() *Reader {
	read := r.head.read.Load()
	return &Reader{ring: r, next: read, seq: read}
}

// Read copies the next records into dst and returns how many: 0 when there is
// nothing new. It never blocks. A record that a thread is just writing ends
// the batch; the next Read has it.
func (r *Reader) Read(dst []Record) int {
	n := copy(dst, r.rest)
	r.rest = r.rest[n:]
	before := r.next
	for n < len(dst) {
		slot := r.ring.slot(r.next)
		if published(slot).Load() != r.next+1 {
			break
		}
		r.next++
		if kind := slot.Kind; kind < endThenWait {
			dst[n] = *slot
			r.seq++
			dst[n].Seq = r.seq
			n++
			continue
		}
		records := unbundle(r.room[:0], slot, r.seq+1)
		r.seq += uint64(len(records))
		took := copy(dst[n:], records)
		r.rest = records[took:]
		n += took
	}
	if r.next > before {
		r.ring.head.read.Store(r.next) // writers may use these slots again
	}
	return n
}

// Rest is Read for a program that is gone: a record that its last moment left
// unfinished is skipped, and counted as lost.
func (r *Reader) Rest(dst []Record) int {
	for {
		if n := r.Read(dst); n > 0 {
			return n
		}
		// What is more than the ring can hold is damage, not records.
		if left := r.ring.head.written.Load() - r.next; left == 0 || left > r.ring.mask+1 {
			return 0
		}
		r.next++
		r.seq++
		r.ring.head.read.Store(r.next)
		r.ring.head.lost.Add(1) // nobody else writes any more
	}
}

// Begun returns how many slots were taken by writers so far. When Taken is as
// much, everything that was recorded by then has been read, also what a thread
// was just writing.
func (r *Reader) Begun() uint64 { return r.ring.head.written.Load() }

// Taken returns how many slots were read so far.
func (r *Reader) Taken() uint64 { return r.next }

// Whole reports whether no record of a slot that was read is kept for the next
// Read.
func (r *Reader) Whole() bool { return len(r.rest) == 0 }

// Lost returns how many records found the ring full; 0 if the count cannot be
// true.
func (r *Reader) Lost() uint64 {
	if lost := r.ring.head.lost.Load(); lost <= r.most() {
		return lost
	}
	return 0
}

// Damaged reports whether the program has written over the ring's counters: what
// was recorded since is not to be trusted.
func (r *Reader) Damaged() bool {
	begun := r.begun()
	h := r.ring.head
	start := (*atomicInt64)(&h.start).Load()
	if begun == 0 {
		return start < 0 || start > monotonic()
	}
	return start != begun || h.lost.Load() > r.most() || h.written.Load() > r.most()
}

// most is more records than a run can have made by now: one each ns, by each of a
// thousand threads.
func (r *Reader) most() uint64 { return uint64(r.Now()) * 1000 }

// Attached reports whether a program has begun to record.
func (r *Reader) Attached() bool { return r.begun() != 0 }

// Now returns the run's time in ns, from another process too: the "now" that
// a running call is compared with. It is 0 before the program has attached.
func (r *Reader) Now() int64 {
	start := r.begun()
	if start == 0 {
		return 0
	}
	return monotonic() - start
}

// begun returns when the run began (CLOCK_MONOTONIC, ns), or 0. The first time
// that it is told counts, if it is not in the future.
func (r *Reader) begun() int64 {
	if start := r.start.Load(); start != 0 {
		return start
	}
	told := (*atomicInt64)(&r.ring.head.start).Load()
	if told > 0 && told <= monotonic() {
		r.start.CompareAndSwap(0, told)
	}
	return r.start.Load()
}

// String returns the text of a string number, "" for 0. A number that the
// program never published (its memory may be damaged) gives "(unknown)".
func (r *Reader) String(id uint32) string {
	if id == 0 {
		return ""
	}
	at, used := uint64(id-1), r.ring.head.strings.Load()
	if used > uint64(len(r.ring.strs)) || at+4 > used {
		return "(unknown)"
	}
	size := uint64(binary.LittleEndian.Uint32(r.ring.strs[at:]))
	if at+4+size > used {
		return "(unknown)"
	}
	return string(r.ring.strs[at+4 : at+4+size])
}
