package trace

// Writer writes what a busy event loop says without end. Put takes a record by
// its address: it is first put together, and then copied. That takes longer than
// all the rest. A Writer's facts go from registers straight into the ring. And
// facts that always follow each other, in the same ns, share one slot (bundle.go).
//
// Its records are of one base and one thread. Only one thread at a time may use
// it. The Writer of a nil Recorder must not be called.
type Writer struct {
	Thread uint32 // what the records say of their thread
	Base   uint16 // and of their base

	rec *Recorder
}

// Writer returns a writer for records of a base.
func (r *Recorder) Writer(base uint16) Writer { return Writer{Base: base, rec: r} }

// Write writes one record, as Put does. It has as many arguments as fit into
// registers.
func (w *Writer) Write(time int64, kind Kind, fd int32, str uint32, a, b, c, d int64) {
	r := w.rec
	n := r.head.written.Load()
	for n < r.limit.Load() || n < r.look(kind) {
		if !r.head.written.CompareAndSwap(n, n+1) {
			n = r.head.written.Load()
			continue
		}
		slot := r.head.slot(n & r.mask)
		slot.Time, slot.Thread, slot.FD = time, w.Thread, fd
		slot.Kind, slot.Bytes, slot.Base, slot.Str = kind, 0, w.Base, str
		slot.A, slot.B, slot.C, slot.D = a, b, c, d
		publish(&slot.Seq, n+1)
		return
	}
	r.head.lost.Add(facts(kind))
}

// Ready writes a Ready.
func (w *Writer) Ready(time int64, fd int32, event uint32, what Readiness) {
	w.Write(time, Ready, fd, 0, what, 0, int64(event), 0)
}

// CallbackBegin writes a CallbackBegin.
func (w *Writer) CallbackBegin(time int64, fd int32, event, label uint32, what Readiness) {
	w.Write(time, CallbackBegin, fd, label, what, 0, int64(event), 0)
}

// CallbackEnd writes a CallbackEnd.
func (w *Writer) CallbackEnd(time int64, fd int32, event uint32) {
	w.Write(time, CallbackEnd, fd, 0, 0, 0, int64(event), 0)
}

// WaitBegin writes a WaitBegin.
func (w *Writer) WaitBegin(time int64, call uint32, watched, timeout int64) {
	w.Write(time, WaitBegin, NoFD, call, watched, timeout, 0, 0)
}

// WaitEnd writes a WaitEnd.
func (w *Writer) WaitEnd(time int64, call uint32, result, errno int64) {
	w.Write(time, WaitEnd, NoFD, call, result, errno, 0, 0)
}
