package world

import (
	"slices"

	"fdlab/lab/trace"
)

// Feed is the latest happenings of a run, the oldest first: what a person
// would want to read, not every record.
type Feed struct{ Lines []Happening }

// Happening is one line of the feed. A call and its end are one happening;
// the same thing several times in a row is one happening with a count, and so
// is each line of a short pattern that repeats.
type Happening struct {
	Kind   trace.Kind // CallEnd, WaitEnd, CallbackEnd, Kernel, or one of the experiment's words
	At     int64      // when it was complete
	Took   int64      // ns; of all of them when Times > 1
	Times  int
	Thread uint32
	Base   uint16
	FD     int32
	Name   string // the call, the event's label, or the text
	On     string // what the fd was called then
	Limit  int64  // WaitEnd: fds watched; Turns: which of the callbacks
	Result int64  // Turns: the event's number
	Errno  int64
	Bytes  uint8
	C, D   int64 // the first bytes that moved: Data
}

// Data returns the first bytes that the call moved, at most 16. They come from
// outside.
func (h *Happening) Data(buf []byte) []byte {
	r := trace.Record{Bytes: h.Bytes, C: h.C, D: h.D}
	return r.Data(buf)
}

// keepLines is how many lines the feed keeps at least.
const keepLines = 256

func (f *Feed) clone() Feed { return Feed{slices.Clone(f.Lines)} }

func (f *Feed) apply(w *World, r *trace.Record) {
	if !has(r.Kind, inFeed) || r.Kind == trace.Endpoint && !w.turned {
		return
	}
	h := Happening{Kind: r.Kind, At: r.Time, Took: w.took, Times: 1, Thread: r.Thread, Base: r.Base, FD: r.FD,
		Name: w.names.of(r.Str), Result: r.A, Errno: r.B}
	if fd := w.FDByNumber(r.FD); fd != nil {
		h.On = fd.Name()
	}
	switch r.Kind {
	case trace.Close:
		h.On = w.ended.Name
	case trace.Turns, trace.Calls:
		h.Times = int(min(max(r.A, 1), mostTimes)) // a broken trace may say anything
		h.Result, h.Limit, h.Errno = r.C, r.B, 0
	case trace.CallEnd:
		h.Times = times(r)
		if r.Bytes > 0 {
			h.Bytes, h.C, h.D = r.Bytes, r.C, r.D
		}
	case trace.WaitEnd:
		if b := w.BaseByNumber(r.Base); b != nil {
			h.Limit = int64(b.Watched)
		}
	case trace.CallbackEnd:
		h.Name = w.ended.Name
	}
	if n := len(f.Lines); n > 0 && f.Lines[n-1].same(&h) {
		last := &f.Lines[n-1]
		last.Times += h.Times
		last.Took += h.Took
		last.At = h.At
		return
	}
	if len(f.Lines) >= 2*keepLines {
		f.Lines = append(f.Lines[:0], f.Lines[keepLines:]...)
	}
	f.Lines = append(f.Lines, h)
	f.fold()
}

// mostTimes is far more than a run can have of anything, so that sums of it hold.
const mostTimes = 1 << 40

// longestPattern is how many lines in a row may repeat as one.
const longestPattern = 8

// fold makes one of two equal runs of lines that follow each other: wait and
// callback, wait and callback, is wait and callback, twice each.
func (f *Feed) fold() {
	n := len(f.Lines)
	for p := 2; p <= longestPattern && 2*p <= n; p++ {
		first, second := f.Lines[n-2*p:n-p], f.Lines[n-p:]
		if !slices.EqualFunc(first, second, func(a, b Happening) bool { return a.same(&b) }) {
			continue
		}
		for i := range first {
			first[i].Times += second[i].Times
			first[i].Took += second[i].Took
			first[i].At = second[i].At
		}
		f.Lines = f.Lines[:n-p]
		return
	}
}

// short is a duration, in ns, that no reader tells from another one as short.
const short = int64(1e6)

// lasted reports whether two happenings took about as long: a call that was blocked for
// a second, and one that returned at once, are not the same to their reader.
func (h *Happening) lasted(o *Happening) bool {
	a, b := h.Took/int64(h.Times), o.Took/int64(o.Times)
	a, b = min(a, b), max(a, b)
	return b < short || b <= 10*a
}

// same reports whether two happenings would read alike.
func (h *Happening) same(o *Happening) bool {
	return h.lasted(o) && h.Kind == o.Kind && h.Thread == o.Thread && h.FD == o.FD && h.Base == o.Base &&
		h.Name == o.Name && h.Limit == o.Limit && h.Result == o.Result && h.Errno == o.Errno &&
		h.Bytes == o.Bytes && h.C == o.C && h.D == o.D
}
