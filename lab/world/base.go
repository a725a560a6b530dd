package world

import (
	"cmp"
	"slices"

	"fdlab/lab/trace"
)

// Base is an event base: one loop.
type Base struct {
	Number  uint16
	Name    string // what the program calls it, or ""
	Backend string // "epoll"
	Made    int64
	Freed   int64  // 0 while it lives
	Thread  uint32 // the thread that runs it, 0 for none
	Depth   int    // of its Dispatch on that thread's stack: 2 inside another's callback
	Timers  []Watch
	Foreign bool // of a program that is not of the lab: its callbacks cannot be seen, only said by it

	// Foreign: the same epoll instance is a loop in so many other processes, too, of which this is one. Nothing
	// of what they have asked for stands here.
	Sharers    int
	SharedWith uint32

	Phase     Phase
	Since     int64 // when Phase began
	Limit     int64 // Waiting: the timeout in ns, -1 for none
	Call      string
	Watched   int          // fds in the last wait
	Returned  int          // how many were ready at its end, -1 for an error
	Reason    trace.Reason // of the last dispatch that returned
	Ran       bool         // one did
	Turns     int          // waits that ended
	Callbacks int          // Foreign: as the program says itself
	Handled   int          // Foreign: how often an fd was dealt with
	Adds      int
	woke      int64  // when the last wait ended; 0 in a wait and outside of Dispatch
	WaitBegan int64  // when the last wait that has ended began
	Apart     bool   // Foreign: while it waits, other threads take from what it watches edge-triggered
	Same      Same   // the callbacks of this turn, as far as they are of one event
	equal     equal  // the turns in a row that were alike
	told      []told // what this turn's wait brought
	vainAt    int64  // when it was last looked who they were of
	Vain      int64  // turns in a row that found something ready and called nobody
	Longest   int64  // ns of the longest callback so far
	Waited    int64  // ns spent waiting so far

	LastReady    int64
	LastCallback int64 // when the last callback ended
	LastTook     int64 // and how long it took, in ns
}

// Same is callbacks of one event that have followed each other in one turn. There
// are many where an event makes itself active: its turn does not end, and nothing
// else is heard.
type Same struct {
	Event int64
	FD    int32  // or trace.NoFD
	Name  string // the event's label, or ""
	Count int64
	Since int64 // when the first of them began
}

// Return says how a dispatch ended: Base is 0 if none did.
type Return struct {
	Base   uint16
	Reason trace.Reason
	Text   string // the reason in the program's words
	At     int64
}

// told is one readiness: the kernel named fd, and the loop took it for event.
type told struct {
	event  int64
	fd     int32
	called bool // its callback has begun
}

// Phase says where a loop is in its circle.
type Phase uint8

const (
	Stopped   Phase = iota // nobody runs it
	Between                // on its way: collecting what is ready, looking at timers
	Waiting                // in the kernel: select, poll, epoll_wait
	Returning              // back from the kernel, with fds that are ready
	Calling                // in a callback
	Handling               // inferred: at an fd that the wait has named
)

// Woke returns when the loop's last wait ended.
func (b *Base) Woke() int64 { return b.woke }

// BaseByNumber returns the base with that number, or nil.
func (w *World) BaseByNumber(n uint16) *Base {
	for i := range w.Bases {
		if w.Bases[i].Number == n {
			return &w.Bases[i]
		}
	}
	return nil
}

func (w *World) base(r *trace.Record) *Base {
	if r.Base == 0 {
		return nil
	}
	if b := w.BaseByNumber(r.Base); b != nil {
		return b
	}
	return w.addBase(r)
}

func (b *Base) enter(p Phase, at int64) { b.Phase, b.Since = p, at }

// applyBase follows the life of a base and of its dispatches.
func (w *World) applyBase(t *Thread, r *trace.Record) {
	b := w.base(r)
	if b == nil {
		return
	}
	switch r.Kind {
	case trace.BaseNew:
		b.Backend, b.Made, b.Foreign = w.names.of(r.Str), r.Time, r.B == 1
	case trace.BaseFree:
		b.Freed, b.Thread, b.Timers = r.Time, 0, nil
		for _, f := range w.FDs { // its events are gone with it
			f.Watches = slices.DeleteFunc(f.Watches, func(x Watch) bool { return x.Base == b.Number })
		}
		b.enter(Stopped, r.Time)
	case trace.Shared:
		b.SharedWith, b.Sharers = uint32(r.A), int(r.B)
	case trace.LoopBegin:
		b.woke, b.equal = 0, equal{}
		w.push(t, Frame{Kind: InLoop, FD: trace.NoFD, Base: b.Number, Since: r.Time})
		b.Thread, b.Depth = r.Thread, int(r.B)
		b.enter(Between, r.Time)
	case trace.LoopEnd:
		w.pop(t, InLoop)
		b.Reason, b.Ran = r.Reason(), true
		w.Returned = Return{b.Number, r.Reason(), w.names.of(r.Str), r.Time}
		b.Thread, b.Depth, b.woke = 0, 0, 0
		b.enter(Stopped, r.Time)
	}
}

// applyTurn follows one turn of a loop: wait, ready, callback.
func (w *World) applyTurn(t *Thread, r *trace.Record) {
	b, f := w.base(r), w.fd(r)
	if b == nil {
		return
	}
	switch r.Kind {
	case trace.WaitBegin:
		if b.Foreign {
			b.Thread = r.Thread // of several that wait for it, the latest
		}
		if b.Vain > 0 && b.woke != 0 && len(b.told) == 0 {
			w.toldInVain(b, b.woke)
		}
		b.Same, b.woke = Same{}, 0
		b.equal.turned(r.Time)
		b.Call, b.Watched, b.Limit = w.names.of(r.Str), int(r.A), r.B
		b.enter(Waiting, r.Time)
		w.push(t, Frame{Kind: InWait, Name: b.Call, FD: trace.NoFD, Base: b.Number, Since: r.Time, Limit: r.B})
	case trace.WaitEnd:
		if w.end(t, InWait, r) {
			b.Waited += w.took
		}
		b.Turns++
		b.woke = r.Time
		b.WaitBegan = w.ended.Since
		b.Returned = int(r.A)
		b.enter(Between, r.Time)
		b.told = b.told[:0]
		b.Vain++
		if r.A <= 0 || b.Foreign { // nobody sees whom a foreign program calls
			b.Vain = 0
		}
		if r.A > 0 {
			b.enter(Returning, r.Time)
		}
	case trace.Ready:
		b.LastReady = r.Time
		if len(b.told) < mostTold {
			b.told = append(b.told, told{event: r.C, fd: r.FD})
		}
		if f != nil {
			if b.Foreign {
				f.leftAgain(b, r)
			}
			f.Noticed = r.Time
			f.heard(r.Time, r.What())
			if b.Foreign {
				f.notified(r)
			}
		}
	case trace.CallbackBegin:
		b.Callbacks++
		b.Vain = 0
		b.equal.called(r.C)
		w.mistaken(b, r)
		b.enter(Calling, r.Time)
		name := w.names.of(r.Str)
		if name == "" {
			name = w.signal
		}
		b.called(r, 1, name)
		w.rearm(b, f, r)
		w.begun++
		w.push(t, Frame{Kind: InCallback, Name: name, FD: r.FD, Base: b.Number, Since: r.Time, Why: r.What(), Number: w.begun})
		if f != nil {
			f.begin(r)
			// A timeout brings nothing to take; of a foreign program notified has counted.
			if f.Why&(trace.Readable|trace.Writable) != 0 && !b.Foreign && b.toldFor(r.C) {
				f.leaves(1)
			}
		}
	case trace.CallbackEnd:
		if w.end(t, InCallback, r) {
			b.Longest = max(b.Longest, w.took)
		}
		b.LastCallback, b.LastTook = r.Time, w.took
		b.enter(Between, r.Time)
		if f != nil {
			f.InCallback = max(0, f.InCallback-1)
			f.CallbackDone = r.Time
			if f.LastRead >= f.CallbackAt && f.Queued > 0 {
				f.LeftBehind++
			} else {
				f.LeftBehind = 0
			}
		}
	}
}

// called counts n callbacks of an event. A posted function has no event of its own.
func (b *Base) called(r *trace.Record, n int64, name string) {
	if r.C != b.Same.Event || r.C == 0 {
		b.Same = Same{Event: r.C, FD: r.FD, Name: name, Since: r.Time}
	}
	b.Same.Count += n
}

// begin notes that a callback of the fd begins.
func (f *FD) begin(r *trace.Record) {
	f.Callbacks++
	f.InCallback++
	f.CallbackAt, f.CalledBy = r.Time, r.Base
	f.Why = r.What()
	if f.zero && f.Why&trace.Timeout != 0 {
		f.Expired++
	}
	f.by(r.Thread)
}

// toldFor reports whether an event is called because the kernel has named an fd for it in this turn, and
// not because it was made active by hand: then there may be nothing to take.
func (b *Base) toldFor(event int64) bool {
	for i := range b.told {
		if t := &b.told[i]; t.event == event && !t.called {
			t.called = true
			return true
		}
	}
	return len(b.told) == mostTold // of more than these it is not known
}

// mistaken notes when a callback is called for another fd than the one that the
// kernel named: the memory of the event was used again.
func (w *World) mistaken(b *Base, r *trace.Record) {
	for _, t := range b.told {
		if t.event == r.C && t.fd != r.FD {
			if f := w.FDByNumber(t.fd); f != nil {
				f.Mistaken, f.MistakenAt = r.FD, r.Time
			}
		}
	}
}

// applyTurns counts turns of a spinning loop that have no records of their own.
func (w *World) applyTurns(r *trace.Record) {
	b, f := w.base(r), w.fd(r)
	if b == nil {
		return
	}
	if r.B <= 1 { // else they are counted already, with their first callback
		b.Turns += int(r.A)
		b.LastReady = r.Time
		b.equal.gathered(r.C, r.A, r.Time)
	}
	if r.C == 0 { // they called nobody
		b.Vain += r.A
		b.Returned = 1
		w.toldInVain(b, r.Time)
		return
	}
	b.Vain = 0
	b.Callbacks += int(r.A)
	b.Longest = max(b.Longest, r.D)
	b.LastCallback, b.LastTook = r.Time, r.D
	if f == nil {
		return
	}
	f.Callbacks += int(r.A)
	if f.Taken <= f.CallbackDone { // nothing was taken since the last of them
		f.leaves(r.A)
	}
	// What these turns were told, the kernel's watcher says, too: and they are over,
	// perhaps since before the last read.
	f.Noticed, f.CallbackAt, f.CallbackDone, f.CalledBy = r.Time, r.Time, r.Time, r.Base
}

// toldInVain: a wait found so many fds ready that it must have named all that are, and no
// event was found for any. The loop was told of them all the same. One that spins
// so is looked at now and then.
func (w *World) toldInVain(b *Base, at int64) {
	if b.Vain > 4 && b.Vain%256 != 0 && at-b.vainAt < 1e6 {
		return
	}
	b.vainAt = at
	var ready []*FD
	for _, f := range w.FDs {
		if f.Closed == 0 && f.Readable() && f.watchedBy(b.Number) {
			ready = append(ready, f)
		}
	}
	if len(ready) != b.Returned {
		return // which of them it named is not known
	}
	for _, f := range ready {
		f.Noticed = at
		f.heard(at, trace.Readable)
		w.beside = append(w.beside, f.Number)
	}
}

func (f *FD) watchedBy(base uint16) bool {
	return slices.ContainsFunc(f.Watches, func(e Watch) bool { return e.Base == base && e.What&trace.Readable != 0 })
}

// applyCalls counts callbacks of one turn that have no records of their own.
func (w *World) applyCalls(r *trace.Record) {
	b, f := w.base(r), w.fd(r)
	if b == nil {
		return
	}
	b.called(r, r.A, w.names.of(r.Str))
	b.equal.unlike = true // one turn that does not end
	b.Callbacks += int(r.A)
	b.LastCallback, b.LastTook = r.Time, 0
	if f != nil {
		f.Callbacks += int(r.A) // by hand: a turn hears of an event once
		f.CallbackAt, f.CallbackDone = r.Time, r.Time
	}
}

// timed gives a pending event the timeout of an Add.
func (w *World) timed(e *Watch, r *trace.Record) {
	e.Timeout, e.Due = r.B, r.D
	b := w.base(r)
	e.again = b != nil && b.woke != 0 && b.Phase != Calling
}

// rearm begins the timeout of a persistent event again, when its callback does: one
// period after it was due, or after now if it is late by a period, or came for another
// reason (lab/event's rearm).
func (w *World) rearm(b *Base, f *FD, r *trace.Record) {
	pending := b.Timers
	if f != nil {
		pending = f.Watches
	}
	for i := range pending {
		e := &pending[i]
		if e.Event != r.C || e.Base != r.Base || e.What&trace.Persist == 0 || e.Timeout <= 0 {
			continue
		}
		if e.again {
			e.again = false
			continue
		}
		now := cmp.Or(b.woke, r.Time)
		if due := e.Due + e.Timeout; r.What()&trace.Timeout != 0 && due >= now {
			e.Due = due
		} else {
			e.Due = now + e.Timeout
		}
	}
}

// NextTimer returns the event of the base whose timeout is over first, and how many have
// one. What it belongs to has a name: the event's label, or that of its fd.
func (w *World) NextTimer(b *Base) (next Watch, n int) {
	look := func(all []Watch, name string) {
		for i := range all {
			if all[i].Base != b.Number || all[i].Timeout < 0 {
				continue
			}
			if n++; n == 1 || all[i].Due < next.Due {
				next = all[i]
				next.Label = cmp.Or(next.Label, name)
			}
		}
	}
	look(b.Timers, "a timer")
	for _, f := range w.FDs {
		look(f.Watches, f.Name())
	}
	return next, n
}

// applyTimer follows an event without an fd: a timer or a signal.
func (w *World) applyTimer(r *trace.Record) {
	b := w.base(r)
	if b == nil {
		return
	}
	at := slices.IndexFunc(b.Timers, func(x Watch) bool { return x.Event == r.C })
	switch {
	case r.Kind == trace.Add && at < 0:
		one := Watch{Event: r.C, Base: r.Base, What: r.What(), Label: cmp.Or(w.names.of(r.Str), w.signal)}
		w.timed(&one, r)
		b.Timers = within(b.Timers, one, mostWatches, &w.Dropped.Events)
	case r.Kind == trace.Add && r.B >= 0:
		w.timed(&b.Timers[at], r)
	case r.Kind == trace.Add: // it keeps the timeout that it has
	case at >= 0:
		b.Timers = slices.Delete(b.Timers, at, at+1)
	}
}
