package grade

import (
	"syscall"

	"fdlab/lab/abi"
	"fdlab/lab/trace"
)

// Signal sends the program a signal, as Ctrl-C does with SIGINT.
func (e *Examiner) Signal(s syscall.Signal) { e.run.Signal(s) }

// signal returns the name of the signal that a record's event waits for, or ""
// if it is about something else. Such a record has the signal's number as its fd.
func (t *tally) signal(r *trace.Record) string {
	switch r.Kind {
	case trace.Add, trace.Del, trace.CallbackBegin:
		if r.What()&trace.Signal == 0 {
			return ""
		}
	case trace.CallbackEnd: // does not say what for
		if _, known := t.signals[r.FD]; !known || t.now[r.FD] != nil {
			return ""
		}
	default:
		return ""
	}
	return abi.Signal(int64(r.FD))
}
