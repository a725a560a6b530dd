package grade

import (
	"encoding/binary"
	"slices"

	"golang.org/x/sys/unix"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Numbered says of a record whether it has this number: Entry.Seq.
func Numbered(seq uint64) func(*world.Entry) bool {
	return func(r *world.Entry) bool { return r.Seq == seq }
}

// readGave says of a record whether it is a read of the fd that gave n.
func readGave(f *world.FD, n int64) func(*world.Entry) bool {
	return func(r *world.Entry) bool {
		return r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == f.Number && r.A == n
	}
}

// LastCall says of a record whether it is such a call on the fd.
func LastCall(f *world.FD, call world.Call) func(*world.Entry) bool {
	return func(r *world.Entry) bool {
		return f != nil && r.Kind == trace.CallEnd && r.Call == call && r.FD == f.Number && r.Time >= f.Opened
	}
}

// began says of a record whether such a call on the fd begins there.
func began(f *world.FD, call world.Call) func(*world.Entry) bool {
	return func(r *world.Entry) bool {
		return r.Kind == trace.CallBegin && r.Call == call && r.FD == f.Number && r.Time >= f.Opened
	}
}

// madeBlocking says of a record whether it takes O_NONBLOCK from the fd.
func madeBlocking(f *world.FD) func(*world.Entry) bool {
	return func(r *world.Entry) bool {
		return r.Kind == trace.CallEnd && r.Text == "fcntl -O_NONBLOCK" && r.FD == f.Number && r.Time >= f.Opened
	}
}

// Closing says of a record whether it is the close of the fd.
func Closing(f *world.FD) func(*world.Entry) bool {
	return func(r *world.Entry) bool {
		return f != nil && r.Kind == trace.Close && r.FD == f.Number && r.Time >= f.Opened && (f.Closed == 0 || r.Time <= f.Closed)
	}
}

// added says of a record whether it adds an event on the fd.
func added(f *world.FD) func(*world.Entry) bool {
	return func(r *world.Entry) bool {
		return r.Kind == trace.Add && r.FD == f.Number && r.Time >= f.Opened
	}
}

// opened says of a record whether the fd is opened there.
func opened(f *world.FD) func(*world.Entry) bool {
	return func(r *world.Entry) bool { return r.Kind == trace.Open && r.FD == f.Number && r.Time == f.Opened }
}

// Deleted says of a record whether it deletes an event on the fd.
func Deleted(f *world.FD) func(*world.Entry) bool {
	return func(r *world.Entry) bool {
		return f != nil && r.Kind == trace.Del && r.FD == f.Number && r.Time >= f.Opened
	}
}

// Refused says of a record whether it is a call on the fd that gave EAGAIN.
func Refused(f *world.FD, call world.Call) func(*world.Entry) bool {
	return func(r *world.Entry) bool {
		return r.Kind == trace.CallEnd && r.Call == call && r.FD == f.Number && r.B == int64(unix.EAGAIN)
	}
}

// WriteOf says of a record whether it is the write to the fd that sent byte n (from 0), or the last
// one if none has sent it.
func (e *Examiner) WriteOf(f *world.FD, n int) func(*world.Entry) bool {
	sent, seq := int64(0), uint64(0)
	e.Each(func(r *world.Entry) {
		if r.A > 0 && LastCall(f, world.CallWrite)(r) {
			if sent <= int64(n) {
				seq = r.Seq
			}
			sent += r.A * int64(r.Times())
		}
	})
	return func(r *world.Entry) bool { return seq != 0 && r.Seq == seq }
}

// owed is how many bytes the program had read from the fd, and not written to it, when it wrote byte n (from 0).
func (e *Examiner) owed(f *world.FD, n int) (owed int64) {
	is, over := e.WriteOf(f, n), false
	e.Each(func(r *world.Entry) {
		switch over = over || is(r); {
		case over || r.FD != f.Number || r.Time < f.Opened || r.Kind != trace.CallEnd || r.A <= 0:
		case r.Call == world.CallRead:
			owed += r.A * int64(r.Times())
		case r.Call == world.CallWrite:
			owed -= r.A * int64(r.Times())
		}
	})
	return owed
}

// ShortWriteBefore says of a record whether it is the last write to the fd that took less than was owed, before the one that sent
// byte n (from 0).
func (e *Examiner) ShortWriteBefore(f *world.FD, n int) func(*world.Entry) bool {
	is, over := e.WriteOf(f, n), false
	owed, short := int64(0), uint64(0)
	e.Each(func(r *world.Entry) {
		switch over = over || is(r); {
		case over || r.FD != f.Number || r.Time < f.Opened || r.Kind != trace.CallEnd:
		case r.Call == world.CallRead:
			owed += max(0, r.A)
		case r.Call == world.CallWrite:
			if owed -= max(0, r.A); owed > 0 {
				short = r.Seq
			}
		}
	})
	return func(r *world.Entry) bool { return short != 0 && r.Seq == short }
}

// RungFor says of a record whether it is the read of a bell by which item n (from 0) had been rung for, if each item had its ring;
// the last read if none had. It says nothing where a ring was refused: then there are more items than rings.
func (e *Examiner) RungFor(bell *world.FD, n int) func(*world.Entry) bool {
	rings, seq := int64(0), uint64(0)
	if slices.ContainsFunc(e.entries, func(r world.Entry) bool {
		return r.Kind == trace.CallEnd && r.Call == world.CallWrite && r.B == int64(unix.EAGAIN)
	}) {
		return nil
	}
	e.Each(func(r *world.Entry) {
		if r.A <= 0 || !LastCall(bell, world.CallRead)(r) {
			return
		}
		if rings <= int64(n) {
			seq = r.Seq
		}
		gave := r.A
		if bell.What == "eventfd" {
			gave = int64(binary.NativeEndian.Uint64(append(r.Data(nil), make([]byte, 8)...)))
		}
		rings += gave * int64(r.Times())
	})
	return func(r *world.Entry) bool { return seq != 0 && r.Seq == seq }
}

// ToldShort reports whether a write to the fd took less than the program had read from it
// and not written yet.
func (e *Examiner) ToldShort(f *world.FD) bool {
	short := e.ShortWrite(f)
	return short != nil && slices.ContainsFunc(e.entries, func(r world.Entry) bool { return short(&r) })
}

// ShortWrite says of a record whether it is the first write to the fd that took less than
// the program had read from it and not written yet.
func (e *Examiner) ShortWrite(f *world.FD) func(*world.Entry) bool {
	if f == nil {
		return nil
	}
	owed, short := int64(0), uint64(0)
	e.Each(func(r *world.Entry) {
		switch {
		case r.FD != f.Number || r.Time < f.Opened || r.Kind != trace.CallEnd:
		case r.Call == world.CallRead:
			owed += max(0, r.A)
		case r.Call == world.CallWrite:
			if owed -= max(0, r.A); owed > 0 && short == 0 {
				short = r.Seq
			}
		}
	})
	return func(r *world.Entry) bool { return short != 0 && r.Seq == short }
}
