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

// numbered is Numbered, and says no of all records if there is no such number.
func numbered(seq uint64) func(*world.Entry) bool {
	return func(r *world.Entry) bool { return seq != 0 && r.Seq == seq }
}

// CallbackBegins says of a record whether that callback begins there: Frame.Number.
func CallbackBegins(number int64) func(*world.Entry) bool {
	return func(r *world.Entry) bool { return r.Kind == trace.CallbackBegin && r.Inside.Number == number }
}

// EventfdNumber is the number that a read or a write of an eventfd has moved; ok is false if it moved none.
func EventfdNumber(r *world.Entry) (n uint64, ok bool) {
	data := r.Data(nil)
	if len(data) != 8 {
		return 0, false
	}
	return binary.NativeEndian.Uint64(data), true
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
	return numbered(seq)
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
		rings += Rung(bell, r) * int64(r.Times())
	})
	return numbered(seq)
}

// Rung is how many rings a read of a bell has taken: an eventfd's number, or a byte for each.
func Rung(bell *world.FD, r *world.Entry) int64 {
	if n, ok := EventfdNumber(r); ok && bell.What == "eventfd" {
		return int64(n)
	}
	return r.A
}

// eachWrite calls do for each write to the fd, with how many bytes had been read from it and not written to it
// before that write, and after.
func (e *Examiner) eachWrite(f *world.FD, do func(r *world.Entry, before, after int64)) {
	owed := int64(0)
	e.Each(func(r *world.Entry) {
		if r.FD != f.Number || r.Time < f.Opened || r.Kind != trace.CallEnd {
			return
		}
		switch moved := max(0, r.A) * int64(r.Times()); r.Call {
		case world.CallRead:
			owed += moved
		case world.CallWrite:
			owed -= moved
			do(r, owed+moved, owed)
		}
	})
}

// owed is how many bytes had been read from the fd and not written to it when byte n (from 0) was written.
func (e *Examiner) owed(f *world.FD, n int) (owed int64) {
	is := e.WriteOf(f, n)
	e.eachWrite(f, func(r *world.Entry, before, _ int64) {
		if is(r) {
			owed = before
		}
	})
	return owed
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
	short := uint64(0)
	e.eachWrite(f, func(r *world.Entry, _, after int64) {
		if after > 0 && short == 0 {
			short = r.Seq
		}
	})
	return numbered(short)
}

// ShortWriteBefore is ShortWrite for the last such write before the one that sent byte n (from 0), of those that took so many bytes
// and more.
func (e *Examiner) ShortWriteBefore(f *world.FD, n int, took int64) func(*world.Entry) bool {
	is, over, short := e.WriteOf(f, n), false, uint64(0)
	e.eachWrite(f, func(r *world.Entry, _, after int64) {
		if over = over || is(r); !over && after > 0 && max(0, r.A) >= took {
			short = r.Seq
		}
	})
	return numbered(short)
}
