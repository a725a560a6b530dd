package world

import (
	"slices"
	"sort"

	"fdlab/lab/trace"
)

// Timeline is what each thread and each fd was doing through the whole run: a
// lane for each. It grows with the run and never looks back, so one timeline
// serves every moment that the playhead shows.
type Timeline struct {
	Lanes []Lane

	threads map[uint32]int
	fds     map[int32]int // fd number -> lane of the fd that has it now
	each    int           // how many spans a lane may keep
}

// Lane is the history of one thread or one fd.
type Lane struct {
	Thread uint32 // of a thread's lane, else 0
	FD     int32  // of an fd's lane, else trace.NoFD
	Name   string
	Input  bool // of an fd's lane: the program took something from it at some time
	Begun  int64
	Ended  int64 // 0 while it lives
	seen   int64 // of a thread's lane: when it was last known what the thread did
	spans  []Span
}

// Span is a stretch of a lane in one state. It ends where the next begins.
// Spans shorter than a millisecond are merged with their neighbours: States
// then has the bit of everything that happened, and Now the last state.
type Span struct {
	Start  int64
	Queued int64 // the most bytes (of a listener: clients) that waited in the kernel meanwhile
	States States
	Now    States
}

// States is a set of lane states.
type States uint16

const (
	Idle     States = 1 << iota // the thread runs, or the fd has nothing to tell
	Await                       // thread: waits in select, poll, epoll_wait; fd: somebody waits for it
	Block                       // thread: blocked in a call; fd: a thread is blocked on it
	Unseen                      // fd: ready in the kernel, and nobody has been told
	Noticed                     // fd: the loop was told; its callback has not begun
	Callback                    // a callback runs
	Took                        // bytes were taken
	Gate                        // thread: held
	Gone                        // ended or closed
	Sleeps                      // thread: sleeps in no call that is recorded
	Piling                      // fd: its own callback runs, and meanwhile more has arrived
	Unknown                     // thread: it made no record, and nobody looked at it for SeenFor
	Handled                     // inferred: a thread deals with an fd that its wait has named
)

// merge is the finest grain of a lane.
const merge = int64(1e6)

// keepSpans bounds a lane: at least a minute of a lane that never rests. Where there
// are many lanes, they share allSpans: 32 MiB.
const (
	keepSpans = 1 << 17
	allSpans  = 1 << 20
	mostLanes = 1024
)

// NewTimeline returns an empty timeline.
func NewTimeline() *Timeline {
	return &Timeline{threads: map[uint32]int{}, fds: map[int32]int{}}
}

// Apply notes what the record r changed. w is the world after r.
func (tl *Timeline) Apply(w *World, r *trace.Record) {
	switch r.Kind { // the number's new owner gets a lane of its own
	case trace.Open:
		delete(tl.fds, r.FD)
	case trace.ThreadBegin:
		if i, ok := tl.threads[r.Thread]; ok && tl.Lanes[i].Name != "" {
			if l := &tl.Lanes[i]; l.Ended == 0 {
				l.Ended = r.Time
				l.note(r.Time, Gone, 0, 0, tl.each)
			}
			delete(tl.threads, r.Thread)
		}
	}
	thread, at := r.Thread, r.Time
	if r.Kind == trace.Sleep {
		if thread, at = uint32(r.A), r.Asked(); thread == 0 {
			tl.looked(at)
		}
	}
	if t := w.ThreadByID(thread); t != nil && (t.Introduced || len(t.Stack) > 0 || tl.has(thread)) {
		lane := tl.thread(t)
		if t.Name != "" {
			lane.Name = t.Name
		}
		state := t.state()
		if state == Gone {
			lane.Ended = at
		} else {
			lane.Ended = 0
		}
		lane.met(at, tl.each)
		var also States
		if r.Kind == trace.Turns || r.Kind == trace.Calls {
			also = Callback
		}
		lane.note(at, state, also, 0, tl.each)
	}
	if r.FD < 0 {
		return
	}
	if r.Kind == trace.Close {
		if i, ok := tl.fds[r.FD]; ok {
			tl.Lanes[i].Ended = r.Time
			tl.Lanes[i].note(r.Time, Gone, 0, 0, tl.each)
			delete(tl.fds, r.FD)
		}
		return
	}
	if f := w.FDByNumber(r.FD); f != nil {
		lane := tl.fd(f)
		lane.Name = f.Name()
		lane.Input = lane.Input || f.Input()
		var also States
		if r.Kind == trace.CallEnd && r.A > 0 && f.LastRead == r.Time {
			also = Took
		}
		if r.Kind == trace.Turns || r.Kind == trace.Calls {
			also |= Callback
		}
		lane.note(r.Time, f.state(), also, max(f.Queued, f.TCP.Backlog), tl.each)
	}
}

// looked notes that the program looked at all its threads.
func (tl *Timeline) looked(at int64) {
	for i := range tl.Lanes {
		if l := &tl.Lanes[i]; l.Thread != 0 && l.Ended == 0 {
			l.met(at, tl.each)
		}
	}
}

// met notes that it is known what the thread did at a time. Where that was not known
// for long before, the lane does not say that it went on as before.
func (l *Lane) met(at int64, keep int) {
	if n := len(l.spans); n > 0 && at > l.seen+SeenFor && l.spans[n-1].guessed() {
		state := l.spans[n-1].Now
		l.note(l.seen+SeenFor, Unknown, 0, 0, keep)
		l.note(at, state, 0, 0, keep)
	}
	l.seen = max(l.seen, at)
}

// guessed reports whether the span's state is known for some time only: what begins and
// ends with records of the thread itself goes on until then.
func (s *Span) guessed() bool { return s.Now == Idle || s.Now == Sleeps }

func (t *Thread) state() States {
	if t.Ended != 0 {
		return Gone
	}
	top, ok := t.Top()
	if t.Asleep != 0 && (!ok || top.Kind == InLoop) {
		return Sleeps
	}
	if !ok {
		return Idle
	}
	switch top.Kind {
	case InWait:
		return Await
	case InCallback:
		return Callback
	case InHandling:
		return Handled
	case InCall:
		return Block
	case AtGate:
		return Gate
	}
	return Idle
}

func (f *FD) state() States {
	_, unseen := f.Unseen()
	switch {
	case f.Closed != 0:
		return Gone
	case f.InCallback > 0 && unseen:
		return Callback | Piling
	case f.InCallback > 0:
		return Callback
	case f.InHandling > 0:
		return Handled
	case unseen && f.Blocked == 0:
		return Unseen
	case f.Readable() && f.Noticed >= f.ReadySince && (f.CallbackAt < f.Noticed || f.Untouched()):
		return Noticed
	case f.Blocked > 0:
		return Block
	case len(f.Watches) > 0:
		return Await
	}
	return Idle
}

// has reports whether the thread has a lane: once it had something to tell.
func (tl *Timeline) has(thread uint32) bool {
	_, ok := tl.threads[thread]
	return ok
}

func (tl *Timeline) thread(t *Thread) *Lane {
	i, ok := tl.threads[t.ID]
	if !ok {
		i = tl.add(Lane{Thread: t.ID, FD: trace.NoFD, Name: t.Name, Begun: t.LastActive})
		tl.threads[t.ID] = i
	}
	return &tl.Lanes[i]
}

func (tl *Timeline) fd(f *FD) *Lane {
	i, ok := tl.fds[f.Number]
	if !ok {
		i = tl.add(Lane{FD: f.Number, Name: f.Name(), Begun: f.Opened})
		tl.fds[f.Number] = i
	}
	return &tl.Lanes[i]
}

// add adds a lane and returns its index.
func (tl *Timeline) add(l Lane) int {
	if len(tl.Lanes) >= mostLanes {
		tl.forget()
	}
	tl.Lanes = append(tl.Lanes, l)
	tl.each = min(keepSpans, allSpans/len(tl.Lanes))
	return len(tl.Lanes) - 1
}

// forget lets the older half of the lanes go, those first that have ended.
func (tl *Timeline) forget() {
	goes, ended := len(tl.Lanes)/2, 0
	for i := range tl.Lanes {
		if tl.Lanes[i].Ended != 0 {
			ended++
		}
	}
	ended = min(ended, goes)
	alive := goes - ended
	kept, at := make([]Lane, 0, mostLanes), make([]int, len(tl.Lanes))
	for i, l := range tl.Lanes {
		left := &alive
		if l.Ended != 0 {
			left = &ended
		}
		if *left > 0 {
			*left--
			at[i] = -1
			continue
		}
		at[i] = len(kept)
		kept = append(kept, l)
	}
	tl.Lanes = kept
	renumber(tl.threads, at)
	renumber(tl.fds, at)
}

// renumber says where the lanes are now; at is -1 for those that went.
func renumber[K comparable](lanes map[K]int, at []int) {
	for key, i := range lanes {
		if lanes[key] = at[i]; at[i] < 0 {
			delete(lanes, key)
		}
	}
}

// note adds a state to the lane, at a time. also are things that happened
// without lasting. keep bounds its spans.
func (l *Lane) note(at int64, state, also States, queued int64, keep int) {
	n := len(l.spans)
	if n > 0 {
		last := &l.spans[n-1]
		at = max(at, last.Start)
		recent := at-last.Start < merge
		if last.Now == state && last.Queued == queued && (also == 0 || recent && also&^last.States == 0) {
			return
		}
		if recent {
			last.States |= state | also
			last.Now = state
			last.Queued = max(last.Queued, queued)
			return
		}
		if n >= keep {
			l.spans = slices.Clone(l.spans[n-keep/2:])
		}
	}
	l.spans = append(l.spans, Span{Start: at, Queued: queued, States: state | also, Now: state})
}

// Between says what the lane did from a time to another, without the latter:
// the set of its states and the most bytes that were queued. An empty set: the
// lane did not exist then, or its past is no longer kept.
func (l *Lane) Between(from, to int64) (states States, queued int64) {
	n := len(l.spans)
	if l.Thread != 0 && n > 0 && from >= l.seen+SeenFor && l.spans[n-1].guessed() {
		return Unknown, 0
	}
	i := sort.Search(n, func(i int) bool { return l.spans[i].Start >= to })
	for i--; i >= 0; i-- {
		s := &l.spans[i]
		if s.Start < from {
			// Of the span that reaches in from before, only what lasted counts.
			if i+1 < n && l.spans[i+1].Start <= from {
				break
			}
			states |= s.Now
			if s.States == s.Now {
				queued = max(queued, s.Queued)
			}
			break
		}
		states |= s.States
		queued = max(queued, s.Queued)
	}
	return states, queued
}
