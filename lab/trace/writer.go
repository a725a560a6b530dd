//go:build unix

package trace

import (
	"unsafe"

	"fdlab/lab/clock"
)

// Writer writes the records that a busy event loop makes in each turn. Put takes a
// record by its address: it is first put together, and then copied, which takes longer
// than all the rest. The facts that a Writer gets go from registers straight into the
// ring. And facts that always follow each other, in the same ns, share one slot (bundle.go).
//
// Its records are of one base and one thread. Only one thread at a time may use
// it.
type Writer struct {
	Thread uint32 // what the records say of their thread
	Base   uint16 // and of their base

	head  *header        // of the ring
	slots unsafe.Pointer // its first slot
	mask  uint64         // as the Recorder's
	began int64          // as the Recorder's
	rec   *Recorder
}

// Writer returns a writer for records of a base. The Writer of a nil Recorder
// must not be used.
func (r *Recorder) Writer(base uint16) Writer {
	if r == nil {
		return Writer{}
	}
	return Writer{Base: base, head: r.head, slots: unsafe.Pointer(r.head.slot(0)), mask: r.mask, began: r.began, rec: r}
}

// Now returns the run's time in ns, as Recorder.Now does.
func (w *Writer) Now() int64 { return clock.Now() - w.began }

// Ready writes a Ready.
func (w *Writer) Ready(time int64, fd int32, event uint32, what Readiness) {
	w.write(time, Ready, fd, 0, int64(what), 0, int64(event), 0)
}

// CallbackBegin writes a CallbackBegin.
func (w *Writer) CallbackBegin(time int64, fd int32, event, label uint32, what Readiness) {
	w.write(time, CallbackBegin, fd, label, int64(what), 0, int64(event), 0)
}

// CallbackEnd writes a CallbackEnd.
func (w *Writer) CallbackEnd(time int64, fd int32, event uint32) {
	w.write(time, CallbackEnd, fd, 0, 0, 0, int64(event), 0)
}

// LoopBegin writes a LoopBegin.
func (w *Writer) LoopBegin(time, flags, depth int64) {
	w.write(time, LoopBegin, NoFD, 0, flags, depth, 0, 0)
}

// LoopEnd writes a LoopEnd. reason is the number of the string that says why.
func (w *Writer) LoopEnd(time int64, reason uint32, code, depth int64, why Reason) {
	w.write(time, LoopEnd, NoFD, reason, code, depth, int64(why), 0)
}

// WaitBegin writes a WaitBegin.
func (w *Writer) WaitBegin(time int64, call uint32, watched, timeout int64) {
	w.write(time, WaitBegin, NoFD, call, watched, timeout, 0, 0)
}

// WaitEnd writes a WaitEnd.
func (w *Writer) WaitEnd(time int64, call uint32, result, errno int64) {
	w.write(time, WaitEnd, NoFD, call, result, errno, 0, 0)
}

// write takes a slot and fills it. It has as many arguments as fit into registers.
//
// It is short on purpose. A system call drives much of the program's code out of
// the processor's nearest cache, and to fetch it again takes longer than to run it.
func (w *Writer) write(time int64, kind Kind, fd int32, str uint32, a, b, c, d int64) {
	n := w.head.written.Load()
	if n >= w.head.limit.Load() || !w.head.written.CompareAndSwap(n, n+1) {
		w.writeOther(time, kind, fd, str, a, b, c, d)
		return
	}
	slot := (*Record)(unsafe.Add(w.slots, n&w.mask*recordSize))
	slot.Time, slot.Thread, slot.FD = time, w.Thread, fd
	slot.Kind, slot.Bytes, slot.Base, slot.Str = kind, 0, w.Base, str
	slot.A, slot.B, slot.C, slot.D = a, b, c, d
	publish(&slot.Seq, n+1)
}

// writeOther is for when the ring is full, or seems so, or another thread was
// quicker.
func (w *Writer) writeOther(time int64, kind Kind, fd int32, str uint32, a, b, c, d int64) {
	w.rec.put(&Record{Time: time, Kind: kind, FD: fd, Str: str, A: a, B: b, C: c, D: d,
		Thread: w.Thread, Base: w.Base})
}
