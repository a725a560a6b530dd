package grade

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
)

// FD is what the program did with one of its file descriptors. A number that
// is used again is another FD.
type FD struct {
	Number int32
	What   string // what the kernel made: "FIFO a"
	Label  string // what the program calls it, or ""
	Opened int64
	Closed int64 // 0 while it is open

	BytesIn   int64 // that the program has read
	BytesOut  int64 // and written
	Reads     int64
	Callbacks int64
	Threads   map[uint32]bool // that read it, or ran its callbacks

	Untaken     int64 // callbacks in a row that took nothing
	MostUntaken int64
	Ends        int64 // reads in a row that gave 0
	MostEnds    int64
	Refused     int64 // reads in a row that gave EAGAIN
	MostRefused int64
	within      int64 // of these, how many in one callback, which is its own
	NoRoom      int64 // writes in a row that gave EAGAIN, with no read between
	MostNoRoom  int64
	crammed     int64 // of these, how many in one callback, which is its own
	turn        int64 // which callback that is, as the tally counts
	refused     bool  // a record in it has said so

	took     bool            // something was, since the last Turns
	ever     trace.Readiness // what any event was added for
	Watched  trace.Readiness // what a pending event waits for, 0: none does
	Added    trace.Readiness // what the last added event was for, 0: none ever was
	Why      trace.Readiness // what its last callback was called for
	Orphaned bool            // it was closed while an event watched it
	zero     bool            // the last added event had a timeout of 0
	Expired  int64           // callbacks for a timeout of 0
	Pending  string          // the call that it is inside and that may block, or ""
	Inside   bool            // Pending was called from a callback
}

// Name returns what to call the fd.
func (f *FD) Name() string {
	switch {
	case f.Label != "":
		return f.Label
	case f.What != "":
		return f.What
	}
	return "opened elsewhere"
}

// tally keeps the FDs, from the records.
type tally struct {
	fds   []*FD
	now   map[int32]*FD
	depth map[uint32]int   // callbacks that each thread is inside
	whose map[uint32]int32 // the fd of the one that began last

	signals map[int32]bool // that an event waits for, or once did
	begun   int64          // how many callbacks have
	added   bool           // an event was, once
	twice   string         // an fd that was closed when it was no more, or ""

	bases, freed int
	loops        int    // that run
	loopEnd      string // why the last dispatch returned, "" if none did
	loopEnded    int64  // and when
}

// named returns what to call the fd that a record is about.
func (t *tally) named(fd int32) string {
	if fd < 0 {
		return ""
	}
	if f := t.now[fd]; f != nil {
		return f.Name()
	}
	for _, f := range slices.Backward(t.fds) {
		if f.Number == fd {
			return f.Name() + " (closed)"
		}
	}
	return fmt.Sprintf("fd %d", fd)
}

// known reports whether an fd once had the number.
func (t *tally) known(fd int32) bool {
	return slices.ContainsFunc(t.fds, func(f *FD) bool { return f.Number == fd })
}

func newTally() *tally {
	return &tally{now: map[int32]*FD{}, depth: map[uint32]int{}, whose: map[uint32]int32{}, signals: map[int32]bool{}}
}

func (t *tally) fd(r *trace.Record) *FD {
	f := t.now[r.FD]
	if f == nil {
		f = &FD{Number: r.FD, Opened: r.Time, Threads: map[uint32]bool{}}
		t.fds = append(t.fds, f)
		t.now[r.FD] = f
	}
	return f
}

// apply adds a record; text is its string.
func (t *tally) apply(r *trace.Record, text string) {
	switch r.Kind {
	case trace.BaseNew:
		t.bases++
	case trace.BaseFree:
		t.freed++
	case trace.LoopBegin:
		t.loops++
	case trace.LoopEnd:
		t.loops--
		t.loopEnd, t.loopEnded = text, r.Time
	case trace.Add:
		t.added = true
	case trace.CallbackBegin:
		t.depth[r.Thread]++
		t.whose[r.Thread] = r.FD
		t.begun++
	case trace.CallbackEnd:
		t.depth[r.Thread]--
	}
	if r.FD < 0 {
		return
	}
	if r.What()&trace.Signal != 0 { // its number is no fd's
		switch r.Kind {
		case trace.Add, trace.Del:
			t.signals[r.FD] = r.Kind == trace.Add
			return
		case trace.CallbackBegin:
			return
		}
	}
	if r.Kind == trace.Close && r.A == int64(unix.EBADF) {
		t.twice = t.named(r.FD)
		return
	}
	switch r.Kind {
	case trace.Open:
		// Its number may have belonged to one whose close was not seen.
		delete(t.now, r.FD)
		t.fd(r).What = text
	case trace.Label:
		t.fd(r).Label = text
	case trace.Close:
		f := t.fd(r)
		f.Closed, f.Orphaned = r.Time, f.Watched != 0
		delete(t.now, r.FD)
	case trace.Add:
		f := t.fd(r)
		f.Watched, f.Added, f.ever = f.Watched|r.What(), r.What(), f.ever|r.What()
		f.zero = r.B == 0
	case trace.Del: // it may have another event, for the other direction
		if f := t.now[r.FD]; f != nil {
			if f.Watched &^= r.What(); f.Watched&(trace.Readable|trace.Writable) == 0 {
				f.Watched = 0
			}
		}
	case trace.CallbackBegin:
		f := t.fd(r)
		f.Callbacks++
		f.Why = r.What()
		if f.zero && r.What()&trace.Timeout != 0 {
			f.Expired++
		}
		if r.What()&(trace.Readable|trace.Writable) != 0 { // a timeout or a signal brings nothing to take
			f.Untaken++
		}
		f.MostUntaken = max(f.MostUntaken, f.Untaken)
		f.Threads[r.Thread] = true
	case trace.Turns:
		// What its callbacks read stands before this record.
		f := t.fd(r)
		f.Callbacks += r.A
		if f.Untaken += r.A; f.took {
			f.Untaken, f.took = 0, false
		}
		f.MostUntaken = max(f.MostUntaken, f.Untaken)
	case trace.CallBegin:
		if t.now[r.FD] == nil && t.known(r.FD) {
			return // it was closed: the kernel refuses the call
		}
		f := t.fd(r)
		f.Pending, f.Inside = text, t.depth[r.Thread] > 0
	case trace.CallEnd:
		if t.now[r.FD] == nil && r.B == int64(unix.EBADF) {
			return // no fd has that number
		}
		f := t.fd(r)
		if f.turn != t.begun {
			f.turn, f.refused, f.within, f.crammed = t.begun, false, 0, 0
		}
		f.called(r, text, t.depth[r.Thread] > 0 && t.whose[r.Thread] == r.FD)
	}
}

func (f *FD) called(r *trace.Record, call string, inside bool) {
	f.Pending = ""
	if call == "write" {
		f.wrote(r, inside)
	}
	if call != "read" && call != "accept" {
		return
	}
	f.Threads[r.Thread] = true
	switch times := max(1, r.C); {
	case r.A < 0:
		f.Reads += times
		f.Refused += times
		f.MostRefused = max(f.MostRefused, f.Refused)
		if inside {
			f.within += f.refusedHere(times)
		}
	case r.A == 0 && call == "read":
		f.Reads++
		f.Ends++
		f.MostEnds = max(f.MostEnds, f.Ends)
		f.Untaken, f.Refused, f.within, f.took = 0, 0, 0, true
	default:
		f.Reads++
		f.Untaken, f.Refused, f.within, f.Ends, f.NoRoom, f.took = 0, 0, 0, 0, 0, true
		if call == "read" {
			f.BytesIn += r.A
		}
	}
}

// refusedHere returns how many of the refusals that a record stands for were
// surely made in this callback. The first record may stand for earlier ones, too:
// package sys gathers them for a millisecond.
func (f *FD) refusedHere(times int64) int64 {
	if f.refused {
		return times
	}
	f.refused = true
	return 1
}

func (f *FD) wrote(r *trace.Record, inside bool) {
	if r.A > 0 {
		f.BytesOut += r.A
		f.Untaken, f.NoRoom, f.crammed, f.took = 0, 0, 0, true // a callback for writing takes the room
	} else if r.B == int64(unix.EAGAIN) {
		f.NoRoom += max(1, r.C)
		f.MostNoRoom = max(f.MostNoRoom, f.NoRoom)
		if inside {
			f.crammed += f.refusedHere(max(1, r.C))
		}
	}
}
