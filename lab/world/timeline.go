package world

import "fdlab/lab/trace"

// Timeline is what each thread and each fd was doing through the whole run: a
// lane for each. It grows with the run and never looks back, so one timeline
// serves every moment that the playhead shows.
type Timeline struct {
	Lanes    []Lane
	Overview Overview

	threads map[uint32]int
	fds     map[int32]int // fd number -> lane of the fd that has it now
	each    keep          // what a lane may keep
	share   int           // of all that lanes may keep it may keep one part of so many
}

// What lanes may keep: all together, so many spans (32 MiB) and blocks (12 MiB). One
// lane that never rests may have half of them.
const (
	keepSpans  = 1 << 20
	keepBlocks = 1 << 15
	allSpans   = 1 << 21
	allBlocks  = 1 << 16
	mostLanes  = 1024
)

// NewTimeline returns an empty timeline.
func NewTimeline() *Timeline { return newTimeline(1) }

// shareOfOne is the share of a process that another one has made: there may be many.
const shareOfOne = 8

func newTimeline(share int) *Timeline {
	return &Timeline{threads: map[uint32]int{}, fds: map[int32]int{}, share: share}
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
				tl.note(l, event{at: r.Time, state: Gone})
			}
			delete(tl.threads, r.Thread)
		}
	}
	e := event{at: r.Time}
	switch r.Kind {
	case trace.CallbackBegin:
		e.began = 1
	case trace.Turns, trace.Calls:
		e.marks = Gathered
		if r.C != 0 || r.FD >= 0 { // they called somebody
			e.began = r.A
		}
	}
	thread := r.Thread
	if r.Kind == trace.Sleep {
		if thread, e.at = uint32(r.A), r.Asked(); thread == 0 {
			tl.looked(e.at)
		}
	}
	if t := w.ThreadByID(thread); t != nil && (t.Introduced || len(t.Stack) > 0 || tl.has(thread)) {
		lane := tl.thread(t)
		if t.Name != "" {
			lane.Name = t.Name
		}
		e.state = w.laneState(t, e.at)
		switch {
		case e.state != Gone:
			lane.Ended = 0
		case lane.Ended == 0: // else somebody has looked at it once more
			lane.Ended = e.at
		}
		tl.met(lane, e.at)
		if e.state == Spins {
			lane.spun = r.Time
		}
		tl.note(lane, e)
	}
	for _, number := range w.beside {
		if f := w.FDByNumber(number); f != nil {
			tl.note(tl.fd(f), event{at: r.Time, state: f.state(), queued: f.waiting()})
		}
	}
	if r.FD < 0 {
		return
	}
	f := w.FDByNumber(r.FD)
	if i, ok := tl.fds[r.FD]; ok && f == nil {
		tl.Lanes[i].Ended = r.Time
		if once := w.FDOnce(r.FD); once != nil {
			tl.Lanes[i].Passed = once.InPassing()
		}
		tl.note(&tl.Lanes[i], event{at: r.Time, state: Gone})
		delete(tl.fds, r.FD)
	}
	if f != nil {
		lane := tl.fd(f)
		lane.Name = f.Name()
		lane.Input = lane.Input || f.Input()
		if r.Kind == trace.CallEnd && r.A > 0 && f.LastRead == r.Time {
			e.marks |= Took
		}
		e.state, e.queued = f.state(), f.waiting()
		if lane.n > 0 && e.queued > int64(lane.span(lane.n-1).queued) {
			e.marks |= Arrived
		}
		tl.note(lane, e)
	}
}

// looked notes that the program looked at all its threads.
func (tl *Timeline) looked(at int64) {
	for i := range tl.Lanes {
		if l := &tl.Lanes[i]; l.Thread != 0 && l.Ended == 0 {
			tl.met(l, at)
		}
	}
}

// met notes that it is known what the thread of a lane did at a time. Where that was not
// known for long before, the lane does not say that it went on as before.
func (tl *Timeline) met(l *Lane, at int64) {
	if known, ok := l.lost(at); ok {
		state, _ := l.span(l.n - 1).states()
		tl.note(l, event{at: l.heard(), state: known})
		tl.note(l, event{at: at, state: state})
	}
	l.seen = max(l.seen, at)
}

// note adds an event to a lane, and to the overview what it changes there.
func (tl *Timeline) note(l *Lane, e event) {
	if before := l.busy; l.note(e, tl.each) {
		l.busy = busyIn(e.state)
		tl.Overview.change(e.at, before, l.busy)
	}
	if e.began > 0 && l.Thread != 0 {
		tl.Overview.began(e.at)
	}
}

func (t *Thread) state() States {
	if t.Ended != 0 {
		return Gone
	}
	top, ok := t.Top()
	switch {
	case t.Asleep != 0 && (!ok || top.Kind == InLoop):
		return Sleeps
	case t.Asleep != 0 && top.Kind == InCallback:
		return SleepsInCallback
	case !ok:
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

// laneState is the state of a thread's lane at the time now.
func (w *World) laneState(t *Thread, now int64) States {
	state := t.state()
	if state&(Await|Callback|Idle) == 0 {
		return state
	}
	for i := range t.Stack {
		if f := &t.Stack[i]; f.Kind == InLoop {
			if b := w.BaseByNumber(f.Base); b != nil && b.equal.turns >= spinTurns {
				if _, ok := b.Spins(now); ok {
					return Spins
				}
			}
		}
	}
	return state
}

func (f *FD) state() States {
	_, unseen := f.Unseen()
	switch {
	case f.Closed != 0:
		return Gone
	case f.InCallback > 0 && unseen:
		return Piling
	case f.InCallback > 0:
		return Callback
	case f.InHandling > 0:
		return Handled
	case unseen && f.Blocked == 0:
		return Unseen
	case f.Readable() && f.Noticed >= f.ReadySince && max(f.CallbackAt, f.HandledAt) < f.Noticed:
		return Noticed
	case f.Blocked > 0:
		return Block
	case f.Readable() && f.Noticed >= f.ReadySince && (f.Untouched() || f.waiting() > 0), f.staysReady():
		return Left
	case len(f.Watches) > 0:
		return Await
	}
	return Idle
}

// staysReady reports whether a loop was told what it watches the fd for, and that is nothing
// that a callback takes away: the end of the file, or room to write. So the next turn is told, too.
func (f *FD) staysReady() bool {
	what := f.Watched()
	if what&trace.EdgeTrig != 0 {
		return false
	}
	ends := f.Readable() && f.Noticed >= f.ReadySince && f.Readiness&(trace.HangUp|trace.EndOfFile) != 0
	return what&trace.Readable != 0 && ends || what&f.Why&f.Readiness&trace.Writable != 0
}

// waiting is how many bytes wait on the fd in the kernel, or clients.
func (f *FD) waiting() int64 { return max(f.Queued, f.TCP.Backlog) }

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
	parts := len(tl.Lanes) * tl.share
	tl.each = keep{min(keepSpans, allSpans/parts), min(keepBlocks, allBlocks/parts)}
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
	tl.Overview.recount(kept)
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
