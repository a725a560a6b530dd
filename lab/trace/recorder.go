//go:build unix

package trace

import (
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"fdlab/lab/clock"
	"fdlab/lab/thread"
)

// Environment is the variable that names the inherited file descriptor of the
// ring. Without it a program records nothing.
const Environment = "FDLAB_TRACE"

// Recorder writes records into a ring. A nil *Recorder is a recorder that is
// switched off: every method may be called and does nothing. All methods may
// be called from any thread.
type Recorder struct {
	ring  *Ring
	head  *header // of the ring
	mask  uint64  // that makes a record's number the number of a slot
	began int64   // on the process's clock: when the run's time was 0

	bases  atomic.Uint32
	events atomic.Uint32

	listeners listeners

	mu      sync.Mutex
	strings map[string]uint32
}

// frequent says which kinds a busy loop may make millions of.
func frequent(k Kind) bool {
	switch k {
	case Add, Del, WaitBegin, WaitEnd, Ready, CallbackBegin, CallbackEnd, Handling, CallBegin, CallEnd, Kernel, Hold, Release,
		endThenWait, endThenBegin, wokenThenBegin, severalReady:
		return true
	}
	return false
}

// process is the recorder of this process, or nil.
var process = sync.OnceValue(func() *Recorder {
	text, ok := os.LookupEnv(Environment)
	if !ok {
		return nil
	}
	fd, err := strconv.Atoi(text)
	if err != nil || fd < 3 {
		fmt.Fprintf(os.Stderr, "fdlab: %s=%q is not a file descriptor: nothing is recorded\n", Environment, text)
		return nil
	}
	// The ring is for this process alone: not for a program that it starts.
	os.Unsetenv(Environment)
	unix.CloseOnExec(fd)
	ring, err := OpenRing(os.NewFile(uintptr(fd), "trace"))
	if err != nil {
		fmt.Fprintf(os.Stderr, "fdlab: %v: nothing is recorded\n", err)
		return nil
	}
	return ring.Recorder()
})

// override is a recorder that the program chose for itself (SetProcess).
var override atomic.Pointer[Recorder]

// Process returns the recorder of this process: the one that SetProcess set,
// or one that writes to the inherited ring that the environment names. It is
// nil when nobody watches. Keep the result; do not call it for each event.
func Process() *Recorder {
	if r := override.Load(); r != nil {
		return r
	}
	return process()
}

// SetProcess makes r the recorder of this process. Call it before the first
// event base or file descriptor of the lab is made: they keep what they found.
func SetProcess(r *Recorder) { override.Store(r) }

// Recorder returns a recorder that writes to the ring; time begins now. There
// must be only one recorder to a ring.
func (r *Ring) Recorder() *Recorder {
	rec := &Recorder{ring: r, head: r.head, mask: r.mask, strings: map[string]uint32{}, began: clock.Now()}
	r.head.pid = int64(os.Getpid())
	(*atomicInt64)(&r.head.start).Store(monotonic())
	return rec
}

// On reports whether records are kept.
func (r *Recorder) On() bool { return r != nil }

// Now returns the run's time in ns: what Record.Time holds. It is 0 on a nil
// Recorder. It costs 9 ns where the processor's counter is good, else 25; no
// system call.
func (r *Recorder) Now() int64 {
	if r == nil {
		return 0
	}
	return clock.Now() - r.began
}

// Put writes one record. It fills in Seq; Time and Thread too, where they are
// 0. It never blocks and never allocates: when the ring is full the record is
// lost, and counted (Reader.Lost).
func (r *Recorder) Put(rec *Record) {
	if r != nil { // small enough to be inlined: switched off, it costs a test
		r.put(rec)
	}
}

// Tell is Put, and reports whether there was room: for what is recorded only when it
// changes, and must be recorded again if that record was lost.
func (r *Recorder) Tell(rec *Record) (kept bool) { return r == nil || r.put(rec) }

func (r *Recorder) put(rec *Record) (kept bool) {
	if rec.Time == 0 {
		rec.Time = clock.Now() - r.began
	}
	if rec.Thread == 0 {
		rec.Thread = thread.ID()
	}
	if r.listeners.n.Load() > 0 && r.listeners.hear(rec) {
		return true
	}
	n := r.claim(rec.Kind)
	if n == lost {
		return false
	}
	// The slot is ours alone: the reader has given it back, and it will not
	// look at it before Seq holds the number it waits for.
	slot := r.head.slot(n & r.mask)
	slot.Time, slot.Thread, slot.FD = rec.Time, rec.Thread, rec.FD
	slot.Kind, slot.Bytes, slot.Base, slot.Str = rec.Kind, rec.Bytes, rec.Base, rec.Str
	slot.A, slot.B, slot.C, slot.D = rec.A, rec.B, rec.C, rec.D
	publish(&slot.Seq, n+1)
	return true
}

// lost is what claim returns in place of a slot's number.
const lost = 1<<64 - 1

// claim takes a slot for a record of a kind: its number, or lost if there is no
// room. Then the record is counted.
func (r *Recorder) claim(k Kind) uint64 {
	for {
		n := r.head.written.Load()
		if n >= r.head.limit.Load() && n >= r.look(k) {
			r.head.lost.Add(facts(k))
			return lost
		}
		if r.head.written.CompareAndSwap(n, n+1) {
			return n
		}
	}
}

// look finds out which slots may be taken now for a record of a kind: those
// below the result. The reader's counter lies on a cache line that the reader
// writes, so we look at it only when the ring seems full.
//
// A flood of the frequent kinds leaves some slots free, so that the rare ones,
// without which the rest cannot be understood, get through.
func (r *Recorder) look(k Kind) uint64 {
	all := r.head.read.Load() + r.head.slots
	limit := all - r.head.slots/16
	r.head.limit.Store(limit)
	if frequent(k) {
		return limit
	}
	return all
}

// NextBase returns the next number for an event base: 1, 2, 3 ...
func (r *Recorder) NextBase() uint16 {
	if r == nil {
		return 0
	}
	return uint16(r.bases.Add(1))
}

// NextEvent returns the next number for an event: 1, 2, 3 ...
func (r *Recorder) NextEvent() uint32 {
	if r == nil {
		return 0
	}
	return r.events.Add(1)
}

// String returns the number of s in the run's string table, and enters it
// there the first time. Numbers are for the life of the run. When the table
// (4 MiB) is full it returns the number of a string that says so.
func (r *Recorder) String(s string) uint32 {
	if r == nil || s == "" {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if id, ok := r.strings[s]; ok {
		return id
	}
	used := r.ring.head.strings.Load()
	const reserve = 64 // so that the last string, the one that says "full", fits
	const full = "(the string table is full)"
	room := uint64(len(r.ring.strs)) - used
	if uint64(4+len(s)+reserve) > room {
		if id, ok := r.strings[full]; ok {
			return id
		}
		s = full
	}
	// A string's number is its place plus one. It is written before the new
	// length is published, so a reader that sees the number sees the text.
	binary.LittleEndian.PutUint32(r.ring.strs[used:], uint32(len(s)))
	copy(r.ring.strs[used+4:], s)
	r.ring.head.strings.Store(used + 4 + uint64(len(s)))
	id := uint32(used) + 1
	r.strings[s] = id
	return id
}
