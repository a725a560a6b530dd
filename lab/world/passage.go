package world

import (
	"slices"

	"fdlab/lab/trace"
)

// Passage is one thing that a run went through, whatever time it took: the event axis has
// a column for each, in the order of the records.
type Passage struct {
	Kind   PassageKind
	At     int64
	Until  int64 // when it was over; At, if it did not last
	Thread uint32
	FD     int32
	Call   Call  // of a Called
	Result int64 // of a Called and of a Waited
	Turns  int64 // of a Many
}

// PassageKind says what a passage is.
type PassageKind uint8

const (
	Arrival    PassageKind = iota // more waits on an fd than before
	Waited                        // a thread waited in select, poll or epoll_wait
	Told                          // the wait named an fd
	Called                        // a thread made a call on an fd
	CalledBack                    // a callback ran
	Many                          // equal turns of a loop, which are not shown one by one
)

const (
	lookBack = 1 << 12 // records that are looked through for passages, and
	mostBack = 1 << 15 // at most so many, where loops turn and turn
	few      = 24      // equal turns in a row that are shown one by one; of more,
	around   = 4       // so many are, before and after those that are gathered
)

// Passages returns the last passages up to a time, so many at most, and some after it, as
// they follow each other on the lanes that are shown. at is the index of the last one that
// began until then, or -1.
func (r *Run) Passages(time int64, before, after int, shown func(thread uint32, fd int32) bool) (all []Passage, at int) {
	for back := lookBack; ; back *= 2 {
		w := walk{run: r, shown: shown, time: time}
		whole := w.through(time, back, after)
		all = gather(w.all)
		at = len(all) - 1
		for at >= 0 && all[at].At > time {
			at--
		}
		if at+1 >= before || whole || back >= mostBack {
			break
		}
	}
	from := max(at+1-before, 0)
	all = all[from:min(len(all), at+1+after)]
	return all, at - from
}

// walk goes through records, and makes passages of them.
type walk struct {
	run   *Run
	shown func(thread uint32, fd int32) bool
	time  int64
	all   []Passage
	open  []int // of those that are not over
}

// through goes through records that lie before a time, and after it as far as there are
// so many passages. It reports whether there were no earlier ones.
func (w *walk) through(time int64, back, after int) (whole bool) {
	past := w.run.whole().past
	last := w.run.chapterAt(time)
	if last < 0 {
		return true
	}
	i, k := last, past[last].after(time)-back
	for k < 0 && i > 0 {
		i--
		k += len(past[i].records)
	}
	whole, k = k <= 0, max(k, 0)
	future := 0
	for ; i < len(past); i, k = i+1, 0 {
		for ; k < len(past[i].records); k++ {
			rec := &past[i].records[k]
			if !w.run.has(rec) {
				continue
			}
			n := len(w.all)
			w.apply(rec)
			if rec.Time <= time {
				continue
			}
			// Gathered, they become fewer.
			if future += len(w.all) - n; future > 4*after || after == 0 {
				return whole
			}
		}
	}
	return whole
}

func (w *walk) apply(r *trace.Record) {
	switch r.Kind {
	case trace.WaitBegin:
		w.begin(Passage{Kind: Waited, FD: trace.NoFD}, r)
	case trace.WaitEnd:
		w.end(Waited, r)
	case trace.Ready:
		w.begin(Passage{Kind: Told, FD: r.FD}, r)
		w.end(Told, r)
	case trace.CallbackBegin:
		w.begin(Passage{Kind: CalledBack, FD: r.FD}, r)
	case trace.CallbackEnd:
		w.end(CalledBack, r)
	case trace.CallBegin:
		if r.FD >= 0 {
			w.begin(Passage{Kind: Called, FD: r.FD, Call: w.run.Live.names.call(r.Str)}, r)
		}
	case trace.CallEnd:
		if r.FD < 0 {
			return
		}
		if !w.end(Called, r) && !ofTurns(r) {
			w.begin(Passage{Kind: Called, FD: r.FD, Call: w.run.Live.names.call(r.Str)}, r)
			w.end(Called, r)
		}
	case trace.Turns:
		if r.B > 1 { // it is the same turns
			return
		}
		p := Passage{Kind: Many, FD: r.FD, Turns: r.A}
		if r.B == 1 { // of several fds
			p.FD = trace.NoFD
		}
		w.begin(p, r)
		w.end(Many, r)
	case trace.Kernel, trace.Socket:
		if r.FD >= 0 && w.arrived(r) {
			w.begin(Passage{Kind: Arrival, FD: r.FD}, r)
			w.end(Arrival, r)
		}
	}
}

// ofTurns reports whether a CallEnd stands for calls of turns that were gathered.
func ofTurns(r *trace.Record) bool { return r.A > 0 && r.Bytes == 0 && r.C > 0 }

// arrived reports whether a word of the kernel's says that more waits than before.
func (w *walk) arrived(r *trace.Record) bool {
	waits := r.B
	if r.Kind == trace.Socket {
		waits = r.C
	}
	if waits == 0 {
		return false
	}
	for i := range w.run.Timeline.Lanes {
		l := &w.run.Timeline.Lanes[i]
		if l.FD == r.FD && l.Thread == 0 && l.Begun <= r.Time && (l.Ended == 0 || l.Ended >= r.Time) {
			p := l.Piece(r.Time, r.Time+1)
			return p.Arrivals > 0
		}
	}
	return false
}

func (w *walk) begin(p Passage, r *trace.Record) {
	thread := r.Thread
	if p.Kind == Arrival {
		thread = 0 // the watcher's record
	}
	if !w.shown(thread, p.FD) {
		return
	}
	p.At, p.Until, p.Thread = r.Time, -1, thread
	w.all = append(w.all, p)
	w.open = append(w.open, len(w.all)-1)
}

// end ends the last passage of a kind that a thread has begun.
func (w *walk) end(kind PassageKind, r *trace.Record) bool {
	for i, k := range slices.Backward(w.open) {
		p := &w.all[k]
		if p.Kind != kind || p.Thread != r.Thread && kind != Arrival || kind == Called && p.FD != r.FD {
			continue
		}
		p.Until = r.Time
		if kind == Called || kind == Waited {
			p.Result = r.A
		}
		w.open = slices.Delete(w.open, i, i+1)
		return true
	}
	return false
}

// gather makes one passage of many equal turns that follow each other: some before it
// and after it stay.
func gather(all []Passage) []Passage {
	out := make([]Passage, 0, len(all))
	for i := 0; i < len(all); {
		size := turnAt(all, i)
		n, turns, end := 0, int64(0), i // n: turns of this row that are in all
		for end < len(all) {
			if all[end].Kind == Many && (n > 0 || end == i) {
				turns += all[end].Turns
				end++
				continue
			}
			if size == 0 || !alike(all, i, end, size) {
				break
			}
			n++
			end += size
		}
		if size == 0 && turns > 0 { // turns that were gathered, and what follows is like nothing before
			many := all[i]
			many.Turns, many.Until = turns, all[end-1].Until
			out = append(out, many)
			i = end
			continue
		}
		if size == 0 || n <= few && turns == 0 {
			step := max(size*n, 1)
			out = append(out, all[i:i+step]...)
			i += step
			continue
		}
		i, out = end, appendRow(out, all[i:end], size)
	}
	return out
}

// appendRow appends equal turns: the first, how many there are, and the last.
func appendRow(out, row []Passage, size int) []Passage {
	many := Passage{Kind: Many, FD: trace.NoFD}
	first, last := 0, len(row)
	for n := 0; n < around && first+size <= len(row) && row[first].Kind != Many; n++ {
		first += size
	}
	for n := 0; n < around && last-size >= first && row[last-1].Kind != Many; n++ {
		last -= size
	}
	if first == last {
		return append(out, row...)
	}
	whole := 0
	for _, p := range row[first:last] {
		if p.Kind == Many {
			many.Turns += p.Turns
			many.FD = p.FD
		} else {
			whole++
		}
	}
	many.Turns += int64(whole / size)
	many.At, many.Until, many.Thread = row[first].At, row[last-1].Until, row[first].Thread
	out = append(append(out, row[:first]...), many)
	return append(out, row[last:]...)
}

// turnAt returns how many passages the turn has that begins with passage i; 0: none
// does.
func turnAt(all []Passage, i int) int {
	if all[i].Kind != Waited {
		return 0
	}
	for n := i + 1; n < len(all); n++ {
		switch {
		case all[n].Thread != all[i].Thread:
			return 0 // others did something meanwhile
		case all[n].Kind == Waited || all[n].Kind == Many:
			return n - i
		}
	}
	return 0
}

// alike reports whether the turns at i and at k, of a size, are the same.
func alike(all []Passage, i, k, size int) bool {
	if k+size > len(all) || k+size < len(all) && all[k+size].Kind != Waited && all[k+size].Kind != Many {
		return false
	}
	for n := range size {
		a, b := &all[i+n], &all[k+n]
		if a.Kind != b.Kind || a.Thread != b.Thread || a.FD != b.FD || a.Call != b.Call || a.Result != b.Result {
			return false
		}
	}
	return true
}
