package world

import (
	"cmp"
	"slices"
	"unsafe"

	"fdlab/lab/trace"
)

// A world is as large as the program that it shows, and a program may be endless:
// a thread for each message, a step for each line, a stack whose ends were lost.
// So everything that grows with the number of records has a bound, far beyond what
// a person can look at. What is left out or removed is counted in Dropped, and the stage says so.
const (
	mostProcesses = 32
	mostThreads   = 512
	mostFrames    = 64  // of one thread's stack
	mostBases     = 256 // with one loop in the other's callback, or freed
	mostWatches   = 1024
	mostTold      = 1024 // of one wait
	mostSaid      = 1024 // steps, checks, measures: each
	mostOffers    = 64   // keys, and arguments
	mostEnds      = 4096
	mostTrail     = 64
	mostDealings  = 64      // threads that an fd remembers
	mostNames     = 1 << 16 // strings that are kept; others are asked for again
)

// Dropped counts what found no room in the world, or had to make room.
type Dropped struct {
	Processes, Threads, Frames, Bases, Events, Steps, Checks, Measures, Tables, Moments, Offers, Ends uint64
}

// All is how many things there are.
func (d Dropped) All() uint64 {
	return d.Processes + d.Threads + d.Frames + d.Bases + d.Events + d.Steps + d.Checks + d.Measures + d.Tables + d.Moments + d.Offers + d.Ends
}

// addThread enters a thread. Of too many those go that have ended, and then those
// that did nothing for the longest time.
func (w *World) addThread(id uint32) *Thread {
	if len(w.Threads) >= mostThreads {
		w.forgetThreads()
	}
	w.Threads = append(w.Threads, Thread{ID: id, Asleep: w.unmet.met(id)})
	w.recent = len(w.Threads) - 1
	w.threads[id] = w.recent
	return &w.Threads[w.recent]
}

// forgetThreads makes room for half as many threads as there may be. It happens
// seldom, so it may take its time.
func (w *World) forgetThreads() {
	worth := func(t *Thread) int {
		switch {
		case t.Ended != 0:
			return 0
		case len(t.Stack) == 0:
			return 1
		}
		return 2
	}
	order := make([]int, len(w.Threads)) // the first to go first
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		s, t := &w.Threads[a], &w.Threads[b]
		return cmp.Or(cmp.Compare(worth(s), worth(t)), cmp.Compare(s.LastActive, t.LastActive))
	})
	goes := make([]bool, len(w.Threads))
	for _, i := range order[:len(order)/2] {
		goes[i] = true
		w.unwind(&w.Threads[i], 0)
		w.Dropped.Threads++
	}
	kept := make([]Thread, 0, mostThreads)
	clear(w.threads)
	for i := range w.Threads {
		if !goes[i] {
			w.threads[w.Threads[i].ID] = len(kept)
			kept = append(kept, w.Threads[i])
		}
	}
	w.Threads, w.recent = kept, 0
}

// push begins a frame. Whatever cannot be around it is over, and its end was lost:
// a thread runs one loop of a base, that is in one wait or one callback; and a
// thread that begins something is in no call and not at the gate.
func (w *World) push(t *Thread, f Frame) {
	n := len(t.Stack)
	for n > 0 && (t.Stack[n-1].Kind == InCall || t.Stack[n-1].Kind == AtGate) {
		n--
	}
	if f.Kind == InLoop || f.Kind == InWait || f.Kind == InCallback || f.Kind == InHandling {
		for i := range t.Stack[:n] {
			if in := &t.Stack[i]; in.Base == f.Base && (in.Kind == InWait || in.Kind == InCallback || in.Kind == InHandling || in.Kind == f.Kind) {
				n = i
				break
			}
		}
	}
	if n < len(t.Stack) {
		w.unwind(t, n)
	}
	if len(t.Stack) >= mostFrames {
		w.undo(&t.Stack[0])
		t.Stack = slices.Delete(t.Stack, 0, 1)
		w.Dropped.Frames++
	}
	t.Stack = append(t.Stack, f)
}

// unwind ends all frames from the n-th on; their ends were lost.
func (w *World) unwind(t *Thread, n int) {
	for i := range t.Stack[n:] {
		w.undo(&t.Stack[n+i])
	}
	t.Stack = t.Stack[:n]
}

// undo takes back what the beginning of a frame has changed elsewhere.
func (w *World) undo(in *Frame) {
	f := w.CalledOn(in)
	switch {
	case in.Kind == AtGate:
		w.Held, w.held.till = max(w.Held-1, 0), w.Time
	case f == nil:
	case in.Kind == InCall:
		f.Blocked = max(f.Blocked-1, 0)
	case in.Kind == InCallback:
		f.InCallback, f.CallbackDone = max(f.InCallback-1, 0), w.Time
	case in.Kind == InHandling:
		w.beside = append(w.beside, f.Number)
		f.InHandling, f.HandledTill = max(f.InHandling-1, 0), w.Time
	}
}

// addBase enters a base; nil: there are too many, and they live.
func (w *World) addBase(r *trace.Record) *Base {
	if len(w.Bases) >= mostBases {
		before := len(w.Bases)
		w.Bases = slices.DeleteFunc(w.Bases, func(b Base) bool { return b.Freed != 0 })
		w.Dropped.Bases += uint64(before - len(w.Bases))
		if len(w.Bases) >= mostBases {
			w.Dropped.Bases++
			return nil
		}
	}
	w.Bases = append(w.Bases, Base{Number: r.Base, Made: r.Time})
	return &w.Bases[len(w.Bases)-1]
}

// room makes room for one more in a list of which the latest count: the older half
// goes, and is counted.
func room[T any](list []T, most int, dropped *uint64) []T {
	if len(list) < most {
		return list
	}
	*dropped += uint64(most / 2)
	return slices.Clone(list[most/2:])
}

// within appends to a list of which the first count, unless it is full: then what
// came is counted.
func within[T any](list []T, one T, most int, dropped *uint64) []T {
	if len(list) >= most {
		*dropped++
		return list
	}
	return append(list, one)
}

// size is how many bytes a copy of the world takes, about.
func (w *World) size() (bytes int) {
	bytes = cap(w.Feed.Lines)*int(unsafe.Sizeof(Happening{})) + len(w.where)*4 + len(w.FDs)*int(unsafe.Sizeof(FD{})) +
		len(w.Threads)*int(unsafe.Sizeof(Thread{})) + len(w.Bases)*int(unsafe.Sizeof(Base{})) + len(w.Ends)*int(unsafe.Sizeof(End{}))
	for i := range w.Threads {
		bytes += len(w.Threads[i].Stack) * int(unsafe.Sizeof(Frame{}))
	}
	for _, f := range w.FDs {
		bytes += len(f.Watches) * int(unsafe.Sizeof(Watch{}))
	}
	for i := range w.Bases {
		bytes += len(w.Bases[i].Timers) * int(unsafe.Sizeof(Watch{}))
	}
	return bytes
}
