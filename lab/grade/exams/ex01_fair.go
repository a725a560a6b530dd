package exams

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

var keptWaiting = &grade.Misconception{
	ID:     "kept-waiting",
	Belief: "When one source has nothing more, the other one's turn comes.",
	Truth: "A source may always have something, and then the other one is never heard. Serve each that is ready, in each " +
		"iteration of the loop, before the loop asks the kernel again.",
}

var higherFirst = &grade.Misconception{
	ID:     "higher-first",
	Belief: "A higher priority only says who comes first.",
	Guess:  true,
	Truth: "The base has several priorities. While an event of a higher priority is ready, none of a lower one is called, in this turn or in the next. " +
		"A source that has much to say must not be above the other: give both the same priority.",
}

var fullBufferIsMore = &grade.Misconception{
	ID:     "full-is-more",
	Belief: "A full buffer means that more is there, so I can read once more.",
	Truth: "It means that at least so much was there. If it was just so much, the next read of an fd that blocks sleeps, and nobody else " +
		"is heard. Read once for each time that the loop says so: if more is there, it says so again. Or make the fd non-blocking and " +
		"stop at EAGAIN.",
}

var closesUnread = &grade.Misconception{
	ID:     "closes-unread",
	Belief: "When the writer is gone, the pipe is empty.",
	Truth: "What it wrote before it went is still in the pipe, and a close throws it away. That the writer is gone (POLLHUP) " +
		"says only that nothing more will come. The end is a read that gives 0: it comes after the last byte.",
}

// fair requires that a word of one pipe does not wait until the other, which has much to say, is empty. All
// bytes are the same, so it does not matter in which order they are printed: the trace has that of the reads.
// A program that reads until EAGAIN, or in one callback, has no other pipe to look at meanwhile.
func fair(e *grade.Examiner, full, waiting *grade.FIFO) {
	expected := fmt.Sprintf("%s has much to say, and %s says one byte: it is read after one read of the other, or two", full.FD().Name(), waiting.FD().Name())
	e.HoldRead(full.FD())
	e.Due("x")
	full.Say("x")
	e.Await(expected, func() bool { return e.HeldThere(world.BeforeRead) })
	text := strings.Repeat("x", 20_000)
	e.Due(text + "x")
	full.Say(text)
	waiting.Say("x")
	var since uint64
	e.Each(func(r *world.Entry) { since = r.Seq })
	e.Release()
	e.Answered(expected)

	var told, heard uint64 // when the loop is told of the one that waits, and when that is read
	reads, again, in := 0, false, int64(0)
	e.Each(func(r *world.Entry) {
		if r.Seq > since && told == 0 && r.Kind == trace.Ready && r.FD == waiting.FD().Number {
			told, reads, in = r.Seq, 0, 0
		}
		if r.Seq <= since || heard != 0 || r.Kind != trace.CallEnd || r.Call != world.CallRead {
			return
		}
		switch {
		case r.FD == waiting.FD().Number && r.A > 0:
			heard = r.Seq
		case r.FD == full.FD().Number && r.B == int64(unix.EAGAIN):
			again = true
		case r.FD == full.FD().Number && (r.Inside.Number == 0 || r.Inside.Number != in):
			reads++
			in = r.Inside.Number
		}
	})
	if reads > 3 && !(again && in == 0) {
		e.OneThread("one thread reads both pipes", full.FD(), waiting.FD()) // of two, the machine decides who is late
		m := keptWaiting
		e.Each(func(r *world.Entry) {
			if r.Kind == trace.BaseNew && r.A > 1 {
				m = higherFirst
			}
		})
		e.RuleOut(expected, grade.Find(m, fmt.Sprintf("a byte of %s waited; %s was read %d times more before it was read", waiting.FD().Name(),
			full.FD().Name(), reads), full.FD(), waiting.FD()).Decides(grade.Numbered(told), grade.Numbered(heard)))
	}
}

// asksFor returns how many bytes the last read of the fd asked for.
func asksFor(e *grade.Examiner, f *world.FD) (n int) {
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallBegin && r.Call == world.CallRead && r.FD == f.Number && r.Time >= f.Opened {
			n = int(r.A)
		}
	})
	return n
}

// justFull has a pipe say as many bytes as the program reads at once, and then the other one speaks.
func justFull(e *grade.Examiner, one, other *grade.FIFO) {
	n := asksFor(e, one.FD())
	if n == 0 || n > 60_000 { // more than a pipe holds is never read at once
		return
	}
	expected := fmt.Sprintf("%s says %d bytes, as many as the program reads at once; then %s speaks, and standard output has its line",
		one.FD().Name(), n, other.FD().Name())
	suspects(e, goroutinesRead, func(e *grade.Examiner) *grade.Finding { return readsOnFull(e, one, n) })
	e.Due(strings.Repeat("y", n))
	one.Say(strings.Repeat("y", n))
	e.Answered(expected)
	e.Due("\n")
	other.Say("\n")
	e.Answered(expected)
	suspects(e, countsTwice, goroutinesRead, readsAnother, takesAnother)
}

// readsOnFull looks whether a thread sleeps in a read that came after one that had filled the buffer.
func readsOnFull(e *grade.Examiner, f *grade.FIFO, n int) *grade.Finding {
	gave := int64(0)
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == f.FD().Number {
			gave = r.A
		}
	})
	if f.FD().Blocked == 0 || gave != int64(n) {
		return nil
	}
	return grade.Find(fullBufferIsMore, fmt.Sprintf("a read of %s gave %d bytes, all that it had asked for, and no more were there: "+
		"a thread is blocked in the next read", f.FD().Name(), n), f.FD()).Decides(grade.LastCall(f.FD(), world.CallRead))
}

// endsInFull has a pipe end when much is left in it: what was said before the end is printed, too.
func endsInFull(e *grade.Examiner, f *grade.FIFO) {
	const expected = "the last pipe says much and ends: all that it said is printed"
	suspects(e, func(e *grade.Examiner) *grade.Finding {
		if f.FD().Closed == 0 || f.Unread() == 0 {
			return nil
		}
		return grade.Find(closesUnread, fmt.Sprintf("%s was closed when %d bytes were left in it", f.FD().Name(), f.Unread()), f.FD()).Decides(grade.Closing(f.FD()))
	}, goroutinesRead, readsAnother, takesAnother)
	e.HoldRead(f.FD())
	e.Due("z")
	f.Say("z")
	e.Await(expected, func() bool { return e.HeldThere(world.BeforeRead) })
	text := strings.Repeat("z", 20_000) + "\n"
	e.Due(text)
	f.Say(text)
	f.End()
	e.Release()
	e.Answered(expected)
}
