package world

import (
	"strings"

	"fdlab/lab/trace"
)

// Entry is a record with what it does not say itself: the names that belong to
// it, as they were at its time, and the callback in which it was made.
type Entry struct {
	trace.Record
	Text string // the record's string
	Call Call   // the system call that it is about, if anybody asks for that one
	At   HeldAt // where a thread is held, or goes on
	On   string // what its fd is called, or its signal; "" if it is about neither
	Held Held   // what may wait in its fd
	Gone bool   // its fd is closed
	By   string // whose doing it is, if it may be of several: the name of a base
	Side bool   // it is the doing of a thread without a loop, beside one that runs

	// Inside is the callback in which the record was made; its Number is 0 for
	// none. The beginning and the end of a callback are inside that one.
	Inside Frame
}

// Held is what may wait in an fd: the kernel counts it.
type Held uint8

const (
	Bytes   Held = iota
	Number       // of an eventfd
	Clients      // of a listener
)

func (f *FD) holds() Held {
	switch {
	case f.Listens:
		return Clients
	case strings.HasPrefix(f.What, "eventfd"):
		return Number
	}
	return Bytes
}

// Times returns for how many equal calls a CallEnd stands.
func (e *Entry) Times() int { return times(&e.Record) }

// Entry returns the entry of a record. It must be the one that was applied last.
func (w *World) Entry(r *trace.Record) Entry {
	name := w.names.find(r.Str)
	e := Entry{Record: *r, Text: name.text}
	switch r.Kind {
	case trace.CallBegin, trace.CallEnd:
		e.Call = name.call
	case trace.Hold, trace.Release:
		e.At = name.gate
	}
	e.By, e.Side = w.doer(r)
	if t := w.ThreadByID(r.Thread); t != nil { // else the record is of another process
		switch in := t.callback(); {
		case r.Kind == trace.CallbackEnd:
			e.Inside = w.ended
		case in != nil:
			e.Inside = *in
		}
	}
	switch {
	case w.signal != "":
		e.On = w.signal
	case r.FD < 0 || r.Kind == trace.Open:
	case r.Kind == trace.Close && w.ended.Name != "":
		e.On = w.ended.Name
	default:
		if f := w.FDOnce(r.FD); f != nil {
			e.On, e.Held, e.Gone = f.Name(), f.holds(), f.Closed != 0
		}
	}
	return e
}

// doer returns whose doing a record is, if there are several bases or threads:
// the name of the base that it is about or whose loop the thread runs; side says
// that it is a thread's without a loop, beside one that runs a loop.
func (w *World) doer(r *trace.Record) (base string, side bool) {
	called := r.Kind == trace.CallBegin || r.Kind == trace.CallEnd || r.Kind == trace.Open || r.Kind == trace.Close
	if b := w.BaseByNumber(r.Base); b != nil && len(w.Bases) > 1 && (b.Name != "" || !called) {
		return b.Name, false
	}
	if !called {
		return "", false
	}
	for i := range w.Bases {
		b := &w.Bases[i]
		if b.Thread == r.Thread {
			if len(w.Bases) > 1 {
				return b.Name, false
			}
			return "", false
		}
		side = side || b.Thread != 0
	}
	return "", side
}
