package world

import (
	"math"
	"math/bits"
	"sort"
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
	Idle     States = 1 << iota // the thread runs, or the fd has nothing to tell
	Await                       // thread: waits in select, poll, epoll_wait; fd: somebody waits for it
	Block                       // thread: blocked in a call; fd: a thread is blocked on it
	Unseen                      // fd: ready in the kernel, and nobody has been told
	Noticed                     // fd: the loop was told; its callback has not begun
	Callback                    // a callback runs
	Gate                        // thread: held
	Gone                        // ended or closed
	Sleeps                      // thread: sleeps in no call that is recorded
	Piling                      // fd: its own callback runs, and meanwhile more has arrived
	Left                        // fd: the loop was told, and its callback has left something there
	Spins                       // thread: its loop spins
	Dozes                       // thread: sleeps inside a callback, in no call that is recorded
	Unknown                     // thread: it made no record, and nobody looked at it for SeenFor
	Handled                     // inferred: a thread deals with an fd that its wait has named

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

// Piece is what a lane did in a stretch of time.
type Piece struct {
	States               States // all that occurred, however short
	First, Last          States // at its beginning and at its end; 0: the lane did not exist
	Callbacks            int64  // that began
	Before               int64  // callbacks that began earlier, on the same lane
	Reads, Arrivals      int64
	MostUnseen, MostSeen int64 // the most that waited unseen, and otherwise

	// Coarse: it lies in a past of which only sums are kept. Its numbers are shares
	// of those of a longer stretch.
	Coarse bool

	lasted [lasting]int64
}

// Lasted returns how many ns of it were in any of the states of a set.
func (c *Piece) Lasted(s States) (ns int64) {
	for s &= 1<<lasting - 1; s != 0; s &= s - 1 {
		ns += c.lasted[s.number()]
	}
	return ns
}

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
	case Dozes:
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

// Piece says what the lane did from a time to another, without the latter. A lane's life
// goes on after its last span.
func (l *Lane) Piece(from, to int64) (c Piece) {
	if l.n == 0 || from >= to {
		return c
	}
	if known, ok := l.lost(from); ok {
		c.States, c.First, c.Last = known, known, known
		c.lasted[known.number()] = to - from
		return c
	}
	k := l.blockAt(from)
	if l.steady(from, to, k, &c) {
		return c
	}
	before, coarse := l.until(from, k)
	after, coarse2 := l.until(to, l.blockAt(to))
	c.Coarse = coarse || coarse2
	for i := range c.lasted {
		c.lasted[i] = after.lasted[i] - before.lasted[i]
	}
	c.Before, c.Callbacks = before.began, after.began-before.began
	c.Reads, c.Arrivals = after.took-before.took, after.arrived-before.arrived
	for k = max(k, 0); k < len(l.blocks) && l.blocks[k].start < to; k++ {
		b, end := &l.blocks[k], int64(math.MaxInt64)
		if k+1 < len(l.blocks) {
			end = l.blocks[k+1].start
		}
		switch {
		case b.start >= from && end < to:
			c.add(b)
		case b.first >= l.gone:
			l.look(k, from, to, &c)
		case end > from || end == b.start:
			c.add(b)
			c.Coarse = true
		}
	}
	c.First, c.Last = l.stateAt(from), l.stateAt(to-1)
	return c
}

// steady is the short way for a piece that lies within one span, of block k.
func (l *Lane) steady(from, to int64, k int, c *Piece) bool {
	if k < 0 || l.blocks[k].first < l.gone {
		return false
	}
	began := l.blocks[k].before.began
	var s *span
	i, end := l.blocks[k].first, l.end(k)
	for ; i < end && l.span(i).start < from; i++ {
		s = l.span(i)
		began += int64(s.began)
	}
	if i < l.n && l.span(i).start < to {
		return false
	}
	state, _ := s.states()
	c.States, c.First, c.Last, c.Before = state, state, state, began
	c.lasted[s.state] = to - from
	if state&(Unseen|Piling) != 0 {
		c.MostUnseen = int64(s.queued)
	} else {
		c.MostSeen = int64(s.queued)
	}
	return true
}

// add adds all that a block has.
func (c *Piece) add(b *block) {
	c.States |= b.states
	c.MostUnseen, c.MostSeen = max(c.MostUnseen, int64(b.unseen)), max(c.MostSeen, int64(b.known))
}

// look adds what lies between two times of the spans of a block.
func (l *Lane) look(k int, from, to int64, c *Piece) {
	var part block
	for i, end := l.blocks[k].first, l.end(k); i < end; i++ {
		s := l.span(i)
		if s.start >= to {
			break
		}
		state, marks := s.states()
		if s.start < from {
			marks = 0
			if i+1 < l.n && l.span(i+1).start <= from {
				continue // it was over
			}
		}
		part.add(state, marks, s.queued)
	}
	c.add(&part)
}

// end returns the number of the first span after a block.
func (l *Lane) end(k int) int {
	if k+1 < len(l.blocks) {
		return l.blocks[k+1].first
	}
	return l.n
}

// blockAt returns the index of the last block that began before a time, or -1.
func (l *Lane) blockAt(at int64) int {
	return sort.Search(len(l.blocks), func(i int) bool { return l.blocks[i].start >= at }) - 1
}

// until sums up all that was before a time, which lies in block k. coarse: it lies
// between two marks of a past that is kept in sums alone.
func (l *Lane) until(at int64, k int) (t tally, coarse bool) {
	if k < 0 {
		return t, false
	}
	b := &l.blocks[k]
	t = b.before
	if b.first < l.gone {
		next := &l.blocks[k+1]
		if at >= next.start {
			return next.before, false
		}
		share := float64(at-b.start) / float64(next.start-b.start)
		part := func(from, to int64) int64 { return from + int64(share*float64(to-from)) }
		for i := range t.lasted {
			t.lasted[i] = part(t.lasted[i], next.before.lasted[i])
		}
		t.began, t.took, t.arrived = part(t.began, next.before.began), part(t.took, next.before.took), part(t.arrived, next.before.arrived)
		return t, true
	}
	for i, last := b.first, l.end(k); i < last; i++ {
		s := l.span(i)
		if s.start >= at {
			break
		}
		end := at
		if i+1 < l.n {
			end = min(at, l.span(i+1).start)
		}
		t.lasted[s.state] += end - s.start
		t.began += int64(s.began)
		_, marks := s.states()
		t.took += int64(marks / Took & 1)
		t.arrived += int64(marks / Arrived & 1)
	}
	return t, false
}

// stateAt returns the state that lasts at a time, which is the last one that began until
// then; 0: the lane did not exist, or nobody knows any more.
func (l *Lane) stateAt(at int64) States {
	i, ok := l.before(at + 1)
	if !ok {
		return 0
	}
	state, _ := l.span(i).states()
	return state
}

// Now is what a lane does at a time.
type Now struct {
	State  States
	Queued int64
	Since  int64 // when the state began
	Sure   bool  // that is known
}

// At returns what the lane does at a time; a zero State: it did not exist, or nobody knows
// any more.
func (l *Lane) At(at int64) (n Now) {
	if known, ok := l.lost(at); ok {
		return Now{State: known}
	}
	i, ok := l.before(at + 1)
	if !ok {
		return n
	}
	const far = 1 << 10 // spans: as many changes in one state are looked through
	s := l.span(i)
	n.State, _ = s.states()
	n.Queued, n.Since, n.Sure = int64(s.queued), s.start, true
	for k := i - 1; ; k-- {
		switch {
		case k < 0:
			return n
		case k < l.gone || i-k > far:
			n.Sure = false
			return n
		case l.span(k).state != s.state:
			return n
		}
		n.Since = l.span(k).start
	}
}

// before returns the number of the last span that began before a time, if it is kept.
func (l *Lane) before(at int64) (number int, ok bool) {
	k := l.blockAt(at)
	if k < 0 || l.blocks[k].first < l.gone {
		return 0, false
	}
	first := l.blocks[k].first
	return first + sort.Search(l.end(k)-first, func(i int) bool { return l.span(first+i).start >= at }) - 1, true
}

// Changes returns when the first and the last thing began that the lane did from a time to
// another, without the latter. ok is false where nothing did, or nobody knows any more.
func (l *Lane) Changes(from, to int64) (first, last int64, ok bool) {
	i, known := l.before(to)
	if !known || l.span(i).start < from {
		return 0, 0, false
	}
	last, first = l.span(i).start, l.blocks[0].start
	if b, known := l.before(from); known {
		first = l.span(b + 1).start
	}
	return max(first, from), last, true
}
