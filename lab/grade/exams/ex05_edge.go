package exams

import (
	"cmp"
	"fmt"
	"strings"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

var levelTriggered = &grade.Misconception{
	ID:     "level-triggered",
	Belief: "Without EdgeTriggered it works as well.",
	Truth: "It does: the loop says again in each turn that something is left. The exercise is about the other way: to be told once, after " +
		"something has arrived.",
	Lesson: "02-ev-persist", Section: "explain",
}

var shortReadIsAll = &grade.Misconception{
	ID:     "short-read-is-all",
	Belief: "When the last byte is read, nothing more is there.",
	Truth: "The end of file may be: it stands behind the bytes, and only a read that gives 0 shows it. " +
		"Both came together, so the loop reported both at once: read until EAGAIN, or 0.",
	Lesson: "02-ev-persist", Section: "explain",
}

var levelByHand = &grade.Misconception{
	ID:     "level-by-hand",
	Belief: "If the event is added again, the loop tells me of what I left.",
	Truth: "It does: an event that is added again finds the fd ready. That is level-triggered, with more system calls for each " +
		"read. Being told once, take all of it: read until EAGAIN.",
	Lesson: "02-ev-persist", Section: "explain",
}

var noEvent = &grade.Misconception{
	ID:     "no-event",
	Belief: "It works without an event on the FIFO.",
	Truth: "For one fd it does. The exercise is about the loop: an edge-triggered event tells once that something has arrived, and its callback " +
		"takes all of it.",
	Lesson: "02-ev-persist", Section: "explain",
}

var pieceByPiece = &grade.Misconception{
	ID:     "piece-by-piece",
	Belief: "I take one piece, and have myself called again for the next.",
	Truth:  "It works, and costs a callback for each piece, where one would do. Being told once, take all of it: read until EAGAIN.",
	Lesson: "02-ev-persist", Section: "explain",
}

var drainedByClock = &grade.Misconception{
	ID:     "drained-by-clock",
	Belief: "I take one piece, and a timer brings me back for the next.",
	Truth: "It does, and each piece then waits for the clock, though all of them are there: a thousand pieces at 1 ms are a second. Nothing " +
		"need be waited for. Being told once, take all of it: read until EAGAIN.",
	Lesson: "02-ev-persist", Section: "explain",
}

var drainedElsewhere = &grade.Misconception{
	ID:     readsElsewhere.ID,
	Belief: readsElsewhere.Belief,
	Truth: "Then several may read at the same time, and nothing orders what they put out. Read inside the callback, until EAGAIN: on a " +
		"non-blocking fd no read waits.",
	Lesson: "02-ev-persist", Section: "explain",
}

// edge: arrivals that merge before the program looks, and an end that follows
// at once.
var edge = &grade.Exam{
	Exercise: "05-edge",
	Checks: []string{
		"more than a buffer",
		"one byte at a time",
		"more than a pipe holds",
		"last words and the end together",
	},
	Starter:  grade.EdgeLeft,
	Means:    map[*grade.Misconception]*grade.Misconception{readsElsewhere: drainedElsewhere},
	Verbatim: true,
	Play: func(e *grade.Examiner) {
		f := e.FIFO("in")
		suspects(e, goroutinesRead, func(e *grade.Examiner) *grade.Finding { return deletedEarly(e, f) })
		e.Start(f.Path)
		says := func(text, expected string) {
			e.Due(text)
			f.Say(text)
			e.Answered(expected)
		}

		e.Check("more than a buffer")
		e.Means(grade.BlockedInCallback, blocksAtTheEnd)
		f.Opened()
		says(strings.Repeat("0123456789", 10)+"\n", "101 bytes come at once, and standard output has them all")
		e.RuleOut("a callback takes all that is there: it reads until EAGAIN", waitsWithMore(e, f.FD()))
		e.Calm("the program sleeps, and not inside its callback")
		d := f.FD()
		e.Require(d.Added != 0, "the event is edge-triggered", noEvent, "no event was ever added on "+d.Name(), d)
		if d.Added&trace.EdgeTrig == 0 {
			e.RuleOut("the event is edge-triggered", grade.Find(levelTriggered, "the event was added without EdgeTriggered", d).
				Decides(func(r *world.Entry) bool { return r.Kind == trace.Add && r.FD == d.Number }))
		}

		e.Check("one byte at a time")
		byteByByte(e, f, "slow\n", "five bytes come one by one, and standard output has each at once")

		e.Check("more than a pipe holds")
		beforeWait(e, f)
		text, before := lines(201, 500), d.BytesIn
		e.Due(text)
		there := f.Fill(text)
		e.Release()
		f.Say(text[there:])
		e.Answered("100,500 bytes come, and standard output has them all")
		e.Calm("the program sleeps")
		const all = "one callback takes all that is there: it reads until EAGAIN"
		e.RuleOut(all, inPieces(e, d, before, int64(there)))
		e.RuleOut(all, stopsFull(e, d))
		e.RuleOut(all, readElsewhere(e))

		e.Check("last words and the end together")
		e.Unheard(func() {
			fill(e, f, 60_000) // standard output's pipe has room for that, and not for the rest: who waits until it is written?
			e.Settled()
			beforeWait(e, f)
			fill(e, f, 50_000)
			e.Due("last words\n")
			f.Say("last words\n")
			f.End()
			e.Release()
			e.Settled()
		})
		suspects(e, goroutinesRead, func(e *grade.Examiner) *grade.Finding { return notWritten(e, f) })
		e.Answered("the last words come together with the end, and standard output has them")
		suspects(e, goroutinesRead, func(e *grade.Examiner) *grade.Finding { return endNotRead(e, d) })
		e.Await("the end of file, which came with the last words, is found", func() bool { return d.Ends.Most > 0 || d.Closed != 0 })
		e.Ends("the FIFO has ended: the program ends by itself, with all closed", grade.Anyhow)
	},
}

var blocksAtTheEnd = &grade.Misconception{
	ID:     "blocks-when-empty",
	Belief: "I read until nothing is left, and then I am told so.",
	Truth: "Only on a non-blocking fd: there the read gives EAGAIN. On one that blocks, the read that finds nothing sleeps, and the loop " +
		"with it. Open the FIFO with O_NONBLOCK, and leave it so.",
	Lesson: "02-ev-persist", Section: "explain",
}

var deletedTooEarly = &grade.Misconception{
	ID:     "deleted-too-early",
	Belief: "This read was the last one.",
	Truth: "The last one is that which gives 0. A read that gives less than was asked for, or the end of a line, says only that no more is there now. " +
		"Let the event stay until then.",
	Lesson: "02-ev-persist", Section: "explain",
}

// deletedEarly looks whether the event was deleted right after a read that gave something, and that was
// not the end.
func deletedEarly(e *grade.Examiner, source *grade.FIFO) *grade.Finding {
	f := source.FD()
	if f == nil || f.Ends.Most > 0 || f.Watched() != 0 {
		return nil
	}
	gave, after := int64(0), false // the last call on it
	e.Each(func(r *world.Entry) {
		switch {
		case r.FD != f.Number:
		case r.Kind == trace.CallEnd:
			gave, after = r.A, false
		case r.Kind == trace.Del:
			after = gave > 0 && r.Inside.Number != 0
		}
	})
	if !after {
		return nil
	}
	return grade.Find(deletedTooEarly, fmt.Sprintf("a read of %s gave %d bytes, and the event was deleted, though the FIFO has not ended", f.Name(), gave), f).
		Decides(grade.Deleted(f))
}

var readNotWritten = &grade.Misconception{
	ID:     "read-not-written",
	Belief: "What I have read is as good as written.",
	Guess:  true,
	Truth: "What was read is in the program's memory, and nowhere else: when the program ends, it is gone. Have it written before " +
		"the loop may return, at an end of file as at EAGAIN. (What lies in a buffer must be flushed, and a goroutine that " +
		"writes must have come to its end.)",
	Lesson: "02-ev-persist", Section: "explain",
}

// notWritten looks whether the program has ended in order, has read all that was said, and has not
// printed all of it.
func notWritten(e *grade.Examiner, f *grade.FIFO) *grade.Finding {
	missing, w := e.Missing(), e.World()
	if !e.Ended() || f.Unread() > 0 || w.Loops() > 0 || w.Returned.Base == 0 || w.Returned.Reason == trace.LoopFailed ||
		missing == "" {
		return nil
	}
	return grade.Find(readNotWritten, fmt.Sprintf("the program has read all that was said, and has ended; the last %d bytes were not written", len(missing)), f.FD()).
		Decides(grade.LastCall(f.FD(), world.CallRead))
}

// lines are n lines of so many bytes, no two of them alike: a piece that is missing shows where it is missing.
func lines(size, n int) string {
	var text strings.Builder
	for i := range n {
		line := fmt.Sprintf("%05d ", i) + strings.Repeat("the quick brown fox ", size/20)
		text.WriteString(line[:size-1] + "\n")
	}
	return text.String()
}

// fill says as much as there is room for, but no more than n bytes.
func fill(e *grade.Examiner, f *grade.FIFO, n int) {
	text := lines(2001, n/2001)
	e.Due(text[:f.Fill(text)])
}

// endNotRead looks whether the program sleeps after a read that gave the last bytes, and has
// not asked for the end.
func endNotRead(e *grade.Examiner, f *world.FD) *grade.Finding {
	if e.Ended() || f.Closed != 0 || f.Ends.Most > 0 || f.BytesIn == 0 {
		return nil
	}
	last := lastRead(e, f)
	if own := e.OwnWriter(); own != nil {
		return own // no end of file stands there
	}
	return grade.Find(shortReadIsAll, fmt.Sprintf("the last read of %s that gave anything gave %d bytes, the end of file stands behind them, and no read has given 0", f.Name(), last.A), f).
		Decides(grade.Numbered(last.Seq))
}

// inPieces looks whether a callback took only a piece of what was there, and another one came for
// the next piece. When the first was called, n bytes waited in the FIFO; before had been read.
func inPieces(e *grade.Examiner, f *world.FD, before, n int64) *grade.Finding {
	var read, took int64 // by earlier callbacks, and by the first that could take all
	var first, back uint64
	var callback int64
	m, over, rest := pieceByPiece, false, "other callbacks took the rest"
	e.Each(func(r *world.Entry) {
		reads := r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == f.Number && r.A > 0
		switch {
		case over:
		case reads && read < before:
			read += r.A
		case reads && (took == 0 || r.Inside.Number == callback):
			callback, first = r.Inside.Number, r.Seq
			took += r.A
		case took == 0: // nobody has read yet
		case took >= n || reads:
			over = true
		case r.Kind == trace.Add && r.FD == f.Number:
			m, back = levelByHand, r.Seq
		case r.Kind == trace.Ready && r.FD == f.Number && back != 0 && m == pieceByPiece: // it has not called itself
			m, rest = grade.EdgeLeft, "the others were read when more had come"
		case r.Kind == trace.CallbackEnd && r.Inside.Number == callback && back == 0:
			back = r.Seq
		}
	})
	if took >= n || !over || callback == 0 {
		return nil
	}
	return grade.Find(m, fmt.Sprintf("%d bytes waited in %s; the callback took %d of them and returned, and %s", n, f.Name(), took, rest), f).
		Decides(grade.Numbered(cmp.Or(back, first)))
}

var asksNoMore = &grade.Misconception{
	ID:     "asks-no-more",
	Belief: "So much is enough for one callback.",
	Guess:  true,
	Truth: "When a read has filled the buffer, more may be there, or the end of file, and only the next read says so. The event is edge-triggered: if " +
		"nothing arrives after that, the loop is not told of it again. Read until EAGAIN, or 0.",
	Lesson: "02-ev-persist", Section: "explain",
}

// stopsFull looks for a callback that returned after a read that gave as much as the others: as large as the buffer is.
func stopsFull(e *grade.Examiner, f *world.FD) (found *grade.Finding) {
	most, took, reads := largestRead(e, f), int64(0), 0
	var last *world.Entry // of the callback that goes on
	e.Each(func(r *world.Entry) {
		switch {
		case r.FD != f.Number || r.Inside.Number == 0 || found != nil:
		case r.Kind == trace.CallbackBegin:
			last, took, reads = nil, 0, 0
		case r.Kind == trace.CallEnd && r.Call == world.CallRead:
			last = r
			took += max(0, r.A)
			reads++
		case r.Kind == trace.CallbackEnd && reads > 1 && last.A == most:
			found = grade.Find(asksNoMore, fmt.Sprintf("a callback took %d bytes of %s, %d of them with its last read, as with others before, and returned", took, f.Name(), most), f).
				Decides(grade.Numbered(last.Seq), grade.Numbered(r.Seq))
		}
	})
	return found
}

// waitsWithMore looks for a timeout that was waited for when the last read had filled the
// buffer: more may be there, and the program goes on with it when the time is over.
func waitsWithMore(e *grade.Examiner, f *world.FD) *grade.Finding {
	most := largestRead(e, f)
	full, sleeps, n := false, false, 0
	var last uint64
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == f.Number:
			full, sleeps = r.A == most, false
		case r.Kind == trace.WaitBegin:
			sleeps = full && r.B > 0
		case r.Kind == trace.CallbackBegin && r.What()&trace.Timeout != 0 && sleeps:
			sleeps = false
			n, last = n+1, r.Seq
		}
	})
	if n == 0 {
		return nil
	}
	return grade.Find(drainedByClock, fmt.Sprintf("%d times a read of %s filled the buffer, and the loop then waited for a timeout before the next one", n, f.Name()), f).
		Decides(grade.Numbered(last))
}

// largestRead returns the most bytes that a read of the fd gave: the size of the buffer,
// if it was ever full.
func largestRead(e *grade.Examiner, f *world.FD) (most int64) {
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == f.Number {
			most = max(most, r.A)
		}
	})
	return most
}

// beforeWait holds the program's loop before a wait, with nothing left to read:
// what the world does now is told to it at once.
func beforeWait(e *grade.Examiner, f *grade.FIFO) {
	const expected = "a line comes, and standard output has it"
	e.Hold()
	for !e.Stands() { // it sleeps in the kernel: wake it
		e.Due("one more\n")
		f.Say("one more\n")
		e.Await(expected, func() bool { return e.Stands() || f.Unread() == 0 })
	}
	for !e.StandsBefore(world.BeforeWait) || f.Unread() > 0 {
		e.Step(expected)
		e.Await(expected, e.Stands)
	}
}
