package launch

import (
	"sync"

	"fdlab/lab/trace"
)

// Reader is a run's trace as the instrument sees it. All methods may be called
// from any goroutine, and after Close too: the memory of the ring is gone
// then, so a trace.Reader would crash the instrument.
type Reader struct {
	mu   sync.Mutex
	ring *trace.Ring   // nil after close
	from *trace.Reader // of ring
	seen map[uint32]string
	lost uint64 // what it was at close; so with now
	now  int64
}

// mostSeen bounds seen, should a program's memory be so damaged that it names
// strings that nobody wrote.
const mostSeen = 1 << 16

func newReader(ring *trace.Ring) *Reader {
	return &Reader{ring: ring, from: ring.Reader(), seen: map[uint32]string{}}
}

// read takes records out; rest is for a program that has ended.
func (r *Reader) read(dst []trace.Record, rest bool) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.ring == nil:
		return 0
	case rest:
		return r.from.Rest(dst)
	}
	return r.from.Read(dst)
}

// String returns the text of a string number. After Close it knows those that
// it was asked for before.
func (r *Reader) String(id uint32) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, ok := r.seen[id]; ok {
		return s
	}
	if r.ring == nil {
		return "(the run is closed)"
	}
	s := r.from.String(id)
	if len(r.seen) < mostSeen {
		r.seen[id] = s
	}
	return s
}

// Mark returns a function that reports whether all that was recorded before Mark
// has been read, also what a thread was just writing.
func (r *Reader) Mark() (caught func() bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ring == nil {
		return func() bool { return true }
	}
	begun := r.from.Begun()
	return func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.ring == nil || r.from.Taken() >= begun && (r.from.Taken() > begun || r.from.Whole())
	}
}

// Edge returns how many slots were begun so far (a record that found the ring
// full has none), and whether all of them have been read: what was
// reduced from them is then all that the program has said.
func (r *Reader) Edge() (begun uint64, read bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ring == nil {
		return 0, true
	}
	begun = r.from.Begun()
	return begun, r.from.Taken() >= begun && r.from.Whole()
}

// Lost returns how many records found the ring full.
func (r *Reader) Lost() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ring != nil {
		return r.from.Lost()
	}
	return r.lost
}

// Damaged reports whether the program wrote over the memory of its trace. It is
// false after Close.
func (r *Reader) Damaged() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ring != nil && r.from.Damaged()
}

// Now returns the run's time in ns, 0 before the program has attached. It goes
// on after the program's end, until Close.
func (r *Reader) Now() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ring != nil {
		return r.from.Now()
	}
	return r.now
}

// Attached reports whether the program has begun to record.
func (r *Reader) Attached() bool { return r.Now() != 0 }

func (r *Reader) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ring != nil {
		r.lost, r.now = r.from.Lost(), r.from.Now()
		r.ring.Close()
		r.ring = nil
	}
}
