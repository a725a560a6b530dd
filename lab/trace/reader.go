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
type Reader struct {
	ring *Ring
	next uint64
}

// Reader returns the ring's reader.
func (r *Ring) Reader() *Reader { return &Reader{ring: r, next: r.head.read.Load()} }

// Read copies the next records into dst and returns how many: 0 when there is
// nothing new. It never blocks. A record that a thread is just writing ends
// the batch; the next Read has it.
func (r *Reader) Read(dst []Record) int {
	n := 0
	for n < len(dst) {
		slot := r.ring.slot(r.next)
		if published(slot).Load() != r.next+1 {
			break
		}
		dst[n] = *slot
		n++
		r.next++
	}
	if n > 0 {
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
		if left := r.ring.head.written.Load() - r.next; left == 0 || left > r.ring.head.slots {
			return 0
		}
		r.next++
		r.ring.head.read.Store(r.next)
		r.ring.head.lost.Add(1)
	}
}

// Lost returns how many records found the ring full.
func (r *Reader) Lost() uint64 { return r.ring.head.lost.Load() }

// Attached reports whether a program has begun to record.
func (r *Reader) Attached() bool { return (*atomicInt64)(&r.ring.head.start).Load() != 0 }

// Now returns the run's time in ns, from another process too: the "now" that
// a running call is compared with. It is 0 before the program has attached.
func (r *Reader) Now() int64 {
	start := (*atomicInt64)(&r.ring.head.start).Load()
	if start == 0 {
		return 0
	}
	return monotonic() - start
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

// Strings turns a string number into its text. A Reader is one; so is a
// Recording.
type Strings interface{ String(id uint32) string }
