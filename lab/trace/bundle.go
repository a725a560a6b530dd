//go:build unix

package trace

// A bundle is a slot that holds several records of the same time, thread and base.
// To take a slot from all other threads costs an atomic operation, and
// that is most of what a record costs. Bundles are known to the Writer and the
// Reader alone: its caller gets the records one by one.
const (
	endThenWait    Kind = 0xf0 + iota // CallbackEnd, WaitBegin
	endThenBegin                      // CallbackEnd, CallbackBegin
	wokenThenBegin                    // WaitEnd with one fd ready, Ready, CallbackBegin
	severalReady                      // Ready, four times
)

// most is how many records a slot can hold.
const most = 4

// facts returns how many records a slot of a kind stands for, when it is lost.
func facts(k Kind) uint64 {
	switch k {
	case endThenWait, endThenBegin:
		return 2
	case wokenThenBegin:
		return 3
	case severalReady:
		return most
	}
	return 1
}

// EndThenWait writes a CallbackEnd and a WaitBegin.
func (w *Writer) EndThenWait(time int64, fd int32, event uint32, call uint32, watched, timeout int64) {
	w.write(time, endThenWait, fd, call, watched, timeout, int64(event), 0)
}

// EndThenBegin writes the CallbackEnd of one event and the CallbackBegin of the
// next.
func (w *Writer) EndThenBegin(time int64, endFD int32, end uint32, fd int32, event, label uint32, what Readiness) {
	w.write(time, endThenBegin, fd, label, int64(what), int64(event), int64(endFD), int64(end))
}

// WokenThenBegin writes a WaitEnd that tells of one fd, its Ready, and the
// CallbackBegin.
func (w *Writer) WokenThenBegin(time int64, call uint32, fd int32, event, label uint32, ready, what Readiness) {
	w.write(time, wokenThenBegin, fd, label, int64(ready), int64(what), int64(event), int64(call))
}

// Readies are Ready records that wait for a slot of their own or a shared one.
// The zero Readies is empty.
type Readies struct {
	n    int
	what uint32      // one byte for each
	of   [most]int64 // fd and event
}

// Add keeps a Ready. It reports whether no other has room.
func (l *Readies) Add(fd int32, event uint32, what Readiness) (full bool) {
	l.of[l.n&(most-1)] = int64(fd)<<32 | int64(event)
	l.what |= uint32(what&0xff) << (8 * l.n)
	l.n++
	return l.n == most
}

// Readies writes what is kept, all of the same time, and empties the list.
func (w *Writer) Readies(time int64, l *Readies) {
	if l.n == most {
		w.write(time, severalReady, NoFD, l.what, l.of[0], l.of[1], l.of[2], l.of[3])
	} else {
		for i, of := range l.of[:l.n] {
			w.Ready(time, int32(of>>32), uint32(of), Readiness(l.what>>(8*i)&0xff))
		}
	}
	l.n, l.what = 0, 0
}

// unbundle appends the records that a slot holds to dst, numbered from seq on.
func unbundle(dst []Record, slot *Record, seq uint64) []Record {
	add := func(k Kind, fd int32, str uint32, a, b, c int64) {
		dst = append(dst, Record{Seq: seq, Time: slot.Time, Thread: slot.Thread, Base: slot.Base,
			Kind: k, FD: fd, Str: str, A: a, B: b, C: c})
		seq++
	}
	s := slot
	switch s.Kind {
	case endThenWait:
		add(CallbackEnd, s.FD, 0, 0, 0, s.C)
		add(WaitBegin, NoFD, s.Str, s.A, s.B, 0)
	case endThenBegin:
		add(CallbackEnd, int32(s.C), 0, 0, 0, s.D)
		add(CallbackBegin, s.FD, s.Str, s.A, 0, s.B)
	case wokenThenBegin:
		add(WaitEnd, NoFD, uint32(s.D), 1, 0, 0)
		add(Ready, s.FD, 0, s.A, 0, s.C)
		add(CallbackBegin, s.FD, s.Str, s.B, 0, s.C)
	case severalReady:
		for i, of := range [most]int64{s.A, s.B, s.C, s.D} {
			add(Ready, int32(of>>32), 0, int64(s.Str>>(8*i)&0xff), 0, int64(uint32(of)))
		}
	default:
		dst = append(dst, *slot)
		dst[len(dst)-1].Seq = seq
	}
	return dst
}
