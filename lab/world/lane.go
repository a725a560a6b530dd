package world

import (
	"math"
	"math/bits"
)

// Lane is the history of one thread or one fd: spans, each in one state, as exact as
// the records, and blocks, which sum them up, so that any stretch of the run is read in a
// few steps.
//
// A lane keeps the latest spans, and blocks of the whole run. Where there are too many
// blocks, two neighbours become one, the older ones first: so the past becomes coarse and
// stays complete.
type Lane struct {
	Thread uint32 // of a thread's lane, else 0
	FD     int32  // of an fd's lane, else trace.NoFD
	Name   string
	Input  bool // of an fd's lane: the program took something from it at some time
	Passed bool // and it was a file that was opened and closed in passing
	Begun  int64
	Ended  int64 // 0 while it lives
	Most   int64 // the most bytes (of a listener: clients) that ever waited on it

	chunks []*chunk // the latest spans, each chunk but the last one full
	n      int      // how many spans there ever were
	gone   int      // how many of them are kept no more
	blocks []block  // of the whole run, in its order
	sum    tally    // up to the beginning of the last span, with the marks of that one
	seen   int64    // of a thread's lane: when it was last known what the thread did
	spun   int64    // when it made a record last, while its loop spins
	busy   busy     // as the overview has it
}

// span is a stretch of a lane in one state. It ends where the next begins.
type span struct {
	start  int64
	queued int32  // bytes that wait in the kernel meanwhile, or clients
	began  uint16 // callbacks that began with it
	state  uint8  // the number of its bit
	marks  uint8  // what happened at its start: see marksFrom
}

// chunk is room for some spans. It has a place of its own in memory, so that a lane grows
// without being copied.
type chunk [blockSpans]span

// block is some spans that follow each other.
type block struct {
	start  int64
	first  int   // the number of its first span, counted from 0
	before tally // of all that was before it

	states States // of its own spans
	unseen int32  // the most that waited unseen
	known  int32  // and otherwise
}

// tally is what can be summed up.
type tally struct {
	lasted               [lasting]int64 // ns in each state
	began, took, arrived int64
}

// States is a set of lane states, and of things that happen without lasting.
type States uint32

const (
	Idle             States = 1 << iota // the thread runs, or the fd has nothing to tell
	Await                               // thread: waits in select, poll, epoll_wait; fd: somebody waits for it
	Block                               // thread: blocked in a call; fd: a thread is blocked on it
	Unseen                              // fd: ready in the kernel, and nobody has been told
	Noticed                             // fd: the loop was told; its callback has not begun
	Callback                            // a callback runs
	Gate                                // thread: held
	Gone                                // ended or closed
	Sleeps                              // thread: sleeps in no call that is recorded
	Piling                              // fd: its own callback runs, and meanwhile more has arrived
	Left                                // fd: the loop was told, and its callback has left something there
	Spins                               // thread: its loop spins
	SleepsInCallback                    // thread: sleeps inside a callback, in no call that is recorded
	Unknown                             // thread: it made no record, and nobody looked at it for SeenFor
	Handled                             // inferred: a thread deals with an fd that its wait has named

	// What happens without lasting:
	Took     // bytes were taken
	Arrived  // fd: more waits than before
	Began    // a callback began
	Gathered // the records do not say when each callback began
)

const (
	lasting   = 15 // how many states last
	marksFrom = 15 // the first bit of those that do not
)

// number returns the number of a state's bit.
func (s States) number() uint8 { return uint8(bits.TrailingZeros32(uint32(s))) }

// blockSpans is how many spans a block has, before it is merged with others.
const blockSpans = 32

// event is what a record says of a lane.
type event struct {
	at     int64
	state  States
	marks  States
	queued int64
	began  int64 // callbacks; of more than math.MaxUint16, no more are counted
}

// note adds an event to the lane, and reports whether its state is another one now. room
// is how many spans and blocks the lane may keep.
func (l *Lane) note(e event, room keep) (changed bool) {
	queued := int32(min(e.queued, math.MaxInt32))
	if e.began > 0 {
		e.marks |= Began
		e.began = min(e.began, math.MaxUint16)
	}
	state := e.state.number()
	changed = l.n == 0
	if l.n > 0 {
		last := l.span(l.n - 1)
		if changed = last.state != state; !changed && last.queued == queued && e.marks == 0 {
			return false
		}
		e.at = max(e.at, last.start)
		l.sum.lasted[last.state] += e.at - last.start
	}
	if l.n%blockSpans == 0 {
		l.chunk(room.spans)
		l.block(e.at, room.blocks)
	}
	l.Most = max(l.Most, e.queued)
	b := &l.blocks[len(l.blocks)-1]
	b.add(e.state, e.marks, queued)
	l.sum.began += e.began
	l.sum.took += int64(e.marks / Took & 1)
	l.sum.arrived += int64(e.marks / Arrived & 1)
	l.n++
	*l.span(l.n - 1) = span{e.at, queued, uint16(e.began), state, uint8(e.marks >> marksFrom)}
	return changed
}

// guessed returns what is known of a thread when nobody has looked at it for long: what
// does not begin and end with records of the thread itself may be over. ok is false where
// nothing is guessed.
func (l *Lane) guessed() (known States, ok bool) {
	if l.n == 0 || l.Thread == 0 {
		return 0, false
	}
	switch state, _ := l.span(l.n - 1).states(); state {
	case Idle, Sleeps:
		return Unknown, true
	case SleepsInCallback:
		return Callback, true
	case Spins:
		return Await, true
	}
	return 0, false
}

// heard is how long the last word about a thread holds. A loop that spins makes records.
func (l *Lane) heard() (until int64) {
	if l.n > 0 && l.span(l.n-1).state == Spins.number() {
		return l.spun + spinRest
	}
	return l.seen + SeenFor
}

// lost returns what is known of a thread at a time, if that is no more than a guess.
func (l *Lane) lost(at int64) (known States, ok bool) {
	if at < l.heard() {
		return 0, false
	}
	return l.guessed()
}

// span returns the one with a number, which is kept.
func (l *Lane) span(number int) *span {
	return &l.chunks[(number-l.gone)/blockSpans][number%blockSpans]
}

// chunk makes room for more spans. Where there are too many, the oldest go.
func (l *Lane) chunk(keep int) {
	var c *chunk
	for len(l.chunks) > 0 && (len(l.chunks)+1)*blockSpans > keep {
		c = l.chunks[0]
		l.chunks = l.chunks[1:]
		l.gone += blockSpans
	}
	if c == nil {
		c = new(chunk)
	}
	l.chunks = append(l.chunks, c)
}

// keep is how much a lane may keep.
type keep struct{ spans, blocks int }

// block begins a block at the next span.
func (l *Lane) block(at int64, keep int) {
	if n := len(l.blocks); n >= keep {
		l.blocks = coarser(l.blocks, n/2)
	}
	l.blocks = append(l.blocks, block{start: at, first: l.n, before: l.sum})
}

// coarser merges neighbours among the first n blocks.
func coarser(blocks []block, n int) []block {
	to := 0
	for i := range blocks {
		if b := &blocks[i]; i < n && i%2 == 1 {
			a := &blocks[to-1]
			a.states |= b.states
			a.unseen, a.known = max(a.unseen, b.unseen), max(a.known, b.known)
			continue
		}
		blocks[to] = blocks[i]
		to++
	}
	return blocks[:to]
}

func (b *block) add(state, marks States, queued int32) {
	b.states |= state | marks
	if state&(Unseen|Piling) != 0 {
		b.unseen = max(b.unseen, queued)
	} else {
		b.known = max(b.known, queued)
	}
}

func (s *span) states() (state, marks States) { return 1 << s.state, States(s.marks) << marksFrom }
