package world

import (
	"math"
	"sort"
)

// How a lane is read.

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
