// Package perfetto writes a run as a trace for Perfetto (https://ui.perfetto.dev), in the
// JSON form that Chrome's tracing has too: threads, event bases and file descriptors have
// tracks; callbacks, waits and calls are slices, what is queued on an fd is a counter, and
// an arrow leads from the moment an fd became ready to the callback that was called for
// it.
//
// The form: "Trace Event Format" (Google, 2016). Times are microseconds. It draws nothing
// and knows no process.
package perfetto

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// The tracks lie in three groups. In the form a group is a process, and a track a thread.
const (
	threads = 1 + iota // by the kernel's ids
	bases              // by their numbers
	fds                // by their numbers
)

// event is a line of the trace.
type event struct {
	Phase string         `json:"ph"`
	Name  string         `json:"name"`
	Group int            `json:"pid"`
	Track int64          `json:"tid"`
	At    micros         `json:"ts"`
	Dur   *micros        `json:"dur,omitempty"` // of a slice, "X"
	Cat   string         `json:"cat,omitempty"`
	ID    int            `json:"id,omitempty"` // of an arrow: "s" where it begins, "f" where it ends
	Bind  string         `json:"bp,omitempty"`
	Scope string         `json:"s,omitempty"` // of an instant, "i"
	Args  map[string]any `json:"args,omitempty"`
}

// micros are ns, written as microseconds.
type micros int64

// MarshalJSON keeps all ns: a float would not.
func (m micros) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%d.%03d", m/1000, m%1000), nil
}

// Write writes the run to w, and returns w's error.
func Write(w io.Writer, program string, strings trace.Strings, run *world.Run) error {
	t := &writer{
		out: bufio.NewWriter(w), world: world.New(strings), named: map[[2]int64]string{},
		queued: map[int32]int64{}, ready: map[int32]arrival{}, till: map[int32]int64{},
	}
	io.WriteString(t.out, `{"displayTimeUnit":"ns","traceEvents":[`)
	for i, name := range []string{"threads of " + program, "event bases", "file descriptors"} {
		group := threads + i
		t.put(event{Phase: "M", Name: "process_name", Group: group, Args: map[string]any{"name": name}})
		t.put(event{Phase: "M", Name: "process_sort_index", Group: group, Args: map[string]any{"sort_index": group}})
	}
	for _, records := range run.Records() {
		for i := range records {
			t.apply(&records[i])
		}
	}
	t.end()
	io.WriteString(t.out, "\n]}\n")
	if t.err != nil {
		return t.err
	}
	return t.out.Flush()
}

type writer struct {
	out    *bufio.Writer
	err    error
	any    bool // an event was written
	world  *world.World
	named  map[[2]int64]string // tracks, by group and number
	queued map[int32]int64     // what the counter of an fd was last
	ready  map[int32]arrival   // fds that are ready
	till   map[int32]int64     // when an fd was last ready
	arrows int
	before []world.Frame // the stack of a thread, before a record
}

// arrival is when an fd became ready; called says that a callback was called for it.
type arrival struct {
	since  int64 // as the world says
	at     int64 // as it is drawn
	called bool
}

func (t *writer) put(e event) {
	b, err := json.Marshal(e)
	if t.err == nil {
		t.err = err
	}
	if t.any {
		t.out.WriteByte(',')
	}
	t.any = true
	t.out.WriteByte('\n')
	t.out.Write(b)
}

// name names a track, and again when the program has given it another name.
func (t *writer) name(group int, track int64, name string) {
	if key := [2]int64{int64(group), track}; t.named[key] != name {
		t.named[key] = name
		t.put(event{Phase: "M", Name: "thread_name", Group: group, Track: track, Args: map[string]any{"name": name}})
	}
}

func (t *writer) slice(group int, track int64, name, cat string, from, to int64, args map[string]any) {
	dur := micros(max(to-from, 0))
	t.put(event{Phase: "X", Name: name, Cat: cat, Group: group, Track: track, At: micros(from), Dur: &dur, Args: args})
}

// apply takes a record. What has left the stack of its thread, or come to it, is what began
// and ended.
func (t *writer) apply(r *trace.Record) {
	t.before = t.before[:0]
	if th := t.world.ThreadByID(r.Thread); th != nil {
		t.before = append(t.before, th.Stack...)
	}
	if !t.world.Apply(r) { // of another process than the program's own
		return
	}
	th := t.world.ThreadByID(r.Thread)
	if th != nil {
		t.nameThread(th)
		same := 0
		for same < len(t.before) && same < len(th.Stack) && t.before[same] == th.Stack[same] {
			same++
		}
		for i := len(t.before) - 1; i >= same; i-- {
			t.frame(r.Thread, &t.before[i], r.Time)
		}
		for i := same; i < len(th.Stack); i++ {
			t.called(r.Thread, &th.Stack[i])
		}
	}
	e := t.world.Entry(r)
	switch r.Kind {
	case trace.CallEnd:
		if begun := len(t.before); begun == 0 || t.before[begun-1].Kind != world.InCall { // it could not block
			t.put(event{Phase: "i", Name: e.Text, Cat: "call", Scope: "t", Group: threads, Track: int64(r.Thread), At: micros(r.Time),
				Args: map[string]any{"fd": r.FD, "on": e.On, "result": r.A, "errno": r.B}})
		}
	case trace.Step, trace.Note, trace.Moment:
		t.put(event{Phase: "i", Name: e.Text, Cat: r.Kind.String(), Scope: "g", Group: threads, Track: int64(r.Thread), At: micros(r.Time)})
	}
	if r.FD >= 0 {
		t.fd(r)
	}
}

func (t *writer) nameThread(th *world.Thread) {
	name := th.Name
	if name == "" {
		name = "thread"
	}
	t.name(threads, int64(th.ID), name)
}

// frame writes what a thread was in the middle of, now that it is over; on the base's
// track, too, if it is a base's.
func (t *writer) frame(thread uint32, f *world.Frame, end int64) {
	cat, name := kinds[f.Kind], f.Name
	if name == "" {
		name = cat
	}
	args := map[string]any{}
	if f.FD != trace.NoFD {
		args["fd"] = f.FD
	}
	t.slice(threads, int64(thread), name, cat, f.Since, end, args)
	if f.Base != 0 && (f.Kind == world.InCallback || f.Kind == world.InWait) {
		base := "base " + strconv.Itoa(int(f.Base))
		if b := t.world.BaseByNumber(f.Base); b != nil && b.Name != "" {
			base += " " + b.Name
		}
		t.name(bases, int64(f.Base), base)
		t.slice(bases, int64(f.Base), name, cat, f.Since, end, args)
	}
}

// kinds are the categories of the slices.
var kinds = [...]string{
	world.InLoop: "dispatch", world.InWait: "wait", world.InCallback: "callback", world.InHandling: "handling (inferred)",
	world.InCall: "call", world.AtGate: "held",
}

// called draws the arrow from an fd that has become ready to the callback called for it.
// Only the first one answers the arrival.
func (t *writer) called(thread uint32, f *world.Frame) {
	if f.Kind != world.InCallback || f.FD == trace.NoFD {
		return
	}
	a, ok := t.ready[f.FD]
	if !ok || a.called || a.at > f.Since {
		return
	}
	a.called = true
	t.ready[f.FD] = a
	t.arrows++
	arrow := event{Name: "arrival to callback", Cat: "arrival", ID: t.arrows}
	arrow.Phase, arrow.Group, arrow.Track, arrow.At = "s", fds, int64(f.FD), micros(a.at)
	t.put(arrow)
	arrow.Phase, arrow.Bind, arrow.Group, arrow.Track, arrow.At = "f", "e", threads, int64(thread), micros(f.Since)
	t.put(arrow)
}

// fd notes what is queued on the record's fd, and since when it is ready.
func (t *writer) fd(r *trace.Record) {
	f := t.world.FDOnce(r.FD)
	if f == nil {
		return
	}
	name := "fd " + strconv.Itoa(int(f.Number)) + " " + f.Name()
	t.name(fds, int64(f.Number), name)
	if last, known := t.queued[f.Number]; f.Queued != last || !known && f.Queued > 0 {
		t.queued[f.Number] = f.Queued
		t.put(event{Phase: "C", Name: name, Group: fds, Track: int64(f.Number), At: micros(r.Time), Args: map[string]any{"queued": f.Queued}})
	}
	since := f.ReadySince
	if f.Closed != 0 {
		since = 0
	}
	if a, was := t.ready[f.Number]; was && since != a.since {
		t.wasReady(f.Number, a, r.Time)
		delete(t.ready, f.Number)
	}
	if _, was := t.ready[f.Number]; since != 0 && !was {
		// The kernel was asked before the record was made, so it may have known while the
		// last time of readiness still lasted, as far as the records say.
		t.ready[f.Number] = arrival{since: since, at: max(since, t.till[f.Number])}
	}
}

func (t *writer) wasReady(fd int32, a arrival, end int64) {
	end = max(end, a.at)
	t.slice(fds, int64(fd), "ready", "ready", a.at, end, nil)
	t.till[fd] = end
}

// end ends what the run's end has left open.
func (t *writer) end() {
	for i := range t.world.Threads {
		th := &t.world.Threads[i]
		for k := len(th.Stack) - 1; k >= 0; k-- {
			t.frame(th.ID, &th.Stack[k], t.world.Time)
		}
	}
	for _, fd := range slices.Sorted(maps.Keys(t.ready)) {
		t.wasReady(fd, t.ready[fd], t.world.Time)
	}
}
