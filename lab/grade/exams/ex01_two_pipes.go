package exams

import (
	"fmt"
	"path/filepath"
	"strings"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

var readsElsewhere = &grade.Misconception{
	ID:     "reads-elsewhere",
	Belief: "A goroutine may read what the loop watches.",
	Truth: "Then two threads deal with one fd, and neither knows what the other does: the loop calls again for bytes that are just " +
		"being read, or a thread blocks in a read of bytes that another one has taken. Read inside the callback: it is called when there is something.",
	Lesson: "01-select-vs-blocking-io", Section: "explain",
}

var endCountedTwice = &grade.Misconception{
	ID:     "end-counted-twice",
	Belief: "Each read that gives 0 is another pipe that has ended.",
	Guess:  true,
	Truth: "An end of file stays: each further read of a pipe that has ended gives 0 again. Take it out of what the program waits " +
		"for, and so it is counted once.",
	Lesson: "01-select-vs-blocking-io", Section: "explain",
}

// twoPipes: two sources, one thread. The order of arrivals is odd on purpose:
// the second pipe speaks first. The first to end is the one whose event was
// added first: callbacks that share a variable have the other one's event in it.
var twoPipes = &grade.Exam{
	Exercise: "01-two-pipes",
	Verbatim: true,
	Checks: []string{
		"b is heard while a is silent",
		"both go on being heard",
		"one byte at a time",
		"more than a pipe holds",
		"one ends, and the other is still heard",
		"all is closed at the end",
	},
	Starter: grade.Blocked,
	Play: func(e *grade.Examiner) {
		a, b := e.FIFO("a"), e.FIFO("b")
		suspects(e, countsTwice, goroutinesRead, readsAnother, takesAnother)
		e.Start(a.Path, b.Path)
		says := func(f *grade.FIFO, text, expected string) {
			e.Due(text)
			f.Say(text)
			e.Answered(expected)
			e.RuleOut("one thread reads both pipes, in the callbacks", readElsewhere(e))
		}

		e.Check("b is heard while a is silent")
		a.Opened()
		b.Opened()
		says(b, "b1\n", "b speaks while a is silent, and standard output has its line")

		e.Check("both go on being heard")
		for range 2 {
			says(a, "a is 100% sure\n", "a speaks, and standard output has its line")
			says(b, "and b\n", "b speaks again, and standard output has its line")
		}

		e.Check("one byte at a time")
		byteByByte(e, a, "slow\n", "a speaks one byte at a time, and standard output has each at once")
		e.Calm("the program sleeps while nobody speaks")

		e.Check("more than a pipe holds")
		var flood strings.Builder
		for i := range 1353 { // no two passages of it are the same
			fmt.Fprintf(&flood, "%d all work and no play makes a pipe a dull pipe\n", 1000+i)
		}
		says(b, flood.String(), "b says 69,000 bytes at once, and standard output has them all")
		justFull(e, a, b)
		fair(e, a, b)
		fair(e, b, a)

		e.Check("one ends, and the other is still heard")
		one, other := a, b
		if addedLast(e, a, b) == a {
			one, other = b, a
		}
		one.End()
		e.Calm("one has ended: the program forgets it and sleeps until the other speaks")
		says(other, "last words\n", "one has ended, the other speaks, and standard output has its line")
		e.OneThread("one thread reads both pipes", a.FD(), b.FD())

		e.Check("all is closed at the end")
		endsInFull(e, other)
		const end = "both have ended: the loop has nothing left to wait for, and the program ends with all closed"
		e.Ends(end, grade.NeverCut)

		// Once more, in the other order: a callback may take the other one's end for granted.
		e.Afresh()
		other, one = e.Anew(one), e.Anew(other)
		suspects(e, countsTwice, goroutinesRead, readsAnother, takesAnother)
		e.Start(a.Path, b.Path)
		one.Opened()
		other.Opened()
		says(one, "first words\n", "the program is started again, one pipe speaks, and standard output has its line")
		one.End()
		still := fmt.Sprintf("the program is started again, and this time %s ends first: %s is still heard", filepath.Base(one.Path), filepath.Base(other.Path))
		e.Calm(still)
		says(other, "last words\n", still)
		other.End()
		e.Ends(end, grade.NeverCut)
	},
}

var anotherPipe = &grade.Misconception{
	ID:     "another-pipe",
	Belief: "This is the pipe that has ended.",
	Guess:  true,
	Truth: "Each pipe ends for itself: delete the event of the one that has ended, and close it; the other one may still speak. " +
		"Find the line that takes the end of one for the end of the other, or of both.",
}

var holdsBack = &grade.Misconception{
	ID:     "holds-back",
	Belief: "Words are passed on when the line is whole.",
	Truth:  "Whoever waits for them need not wait for the line: it may end much later, or never. Write what a read gave, as it comes.",
}

// byteByByte says text one byte at a time: each must be printed before the next one comes.
func byteByByte(e *grade.Examiner, f *grade.FIFO, text, expected string) {
	e.Means(grade.Unanswered, holdsBack)
	for _, b := range []byte(text) {
		e.Due(string(b))
		f.Say(string(b))
		e.Answered(expected)
	}
	e.Means(grade.Unanswered, nil)
}

// goroutinesRead is readElsewhere for a program that goes wrong, perhaps
// before its goroutines have come to their reads.
func goroutinesRead(e *grade.Examiner) (found *grade.Finding) {
	e.Others(func() bool {
		found = readElsewhere(e)
		return found != nil
	})
	return found
}

// readElsewhere looks for an fd that the loop watches and that another
// thread has read.
func readElsewhere(e *grade.Examiner) (found *grade.Finding) {
	loops, loop := map[uint32]bool{}, uint32(0) // the threads that run one, and the last of them
	e.Each(func(r *world.Entry) {
		switch {
		case r.Kind == trace.LoopBegin:
			loop = r.Thread
			loops[loop] = true
		case r.Kind == trace.LoopEnd:
			delete(loops, r.Thread)
		case found == nil && r.Kind == trace.CallEnd && r.Call == world.CallRead && r.A > 0 && len(loops) > 0 && !loops[r.Thread]:
			seq := r.Seq
			if f := e.FD(func(f *world.FD) bool { return f.Number == r.FD && f.Added != 0 }); f != nil {
				found = grade.Find(readsElsewhere, fmt.Sprintf("thread %d has read from %s; the loop that watches it is on thread %d",
					r.Thread, f.Name(), loop), f).Decides(grade.Numbered(seq))
			}
		}
	})
	return found
}

// takesAnother looks for a pipe that the program has closed or no longer waits for, when the end that it had just read
// was the other one's: in that callback, or before it read again.
func takesAnother(e *grade.Examiner) (found *grade.Finding) {
	ended := map[int32]bool{}  // whose end was read
	last := map[uint32]int32{} // whose end each thread has read, with no other read since
	var before *grade.Finding  // not in a callback: it may be on its way out
	pipe := func(number int32) *world.FD {
		return e.FD(func(f *world.FD) bool { return f.Number == number && strings.HasPrefix(f.What, "FIFO") })
	}
	e.Each(func(r *world.Entry) {
		closes := r.Kind == trace.Close || r.Kind == trace.CallEnd && r.Call == world.CallClose
		switch {
		case found != nil:
		case r.Kind == trace.CallEnd && r.Call == world.CallRead:
			found = before
			delete(last, r.Thread)
			if r.A == 0 {
				ended[r.FD] = true
				last[r.Thread] = r.FD
			}
		case closes || r.Kind == trace.Del:
			number, is := last[r.Thread]
			its, other := pipe(number), pipe(r.FD)
			if !is || its == nil || other == nil || its == other {
				return
			}
			saw := fmt.Sprintf("a read of %s gave 0, and then the program ", its.Name())
			switch {
			case ended[r.FD] && closes && r.A < 0 && its.Closed == 0:
				saw += fmt.Sprintf("closed %s once more; %s was not closed", strings.TrimSuffix(other.Name(), " (closed)"), its.Name())
			case ended[r.FD]:
				return
			case closes:
				saw += fmt.Sprintf("closed %s, whose end had not been read", other.Name())
			default:
				saw += fmt.Sprintf("deleted the event of %s, whose end had not been read", other.Name())
			}
			before = grade.Find(anotherPipe, saw, its, other).Decides(grade.Numbered(r.Seq))
			if r.Inside.Number != 0 {
				found = before
			}
		}
	})
	return found
}

// countsTwice looks whether the program has ended after two ends of one pipe, and none of the other.
func countsTwice(e *grade.Examiner) *grade.Finding {
	if !e.EndedWell() {
		return nil
	}
	ends, last := map[int32]int{}, uint64(0)
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallRead && r.A == 0 {
			ends[r.FD]++
			last = r.Seq
		}
	})
	for fd, n := range ends {
		if f := e.World().FDOnce(fd); len(ends) == 1 && n > 1 && f != nil {
			return grade.Find(endCountedTwice, fmt.Sprintf("%d reads of %s gave 0, none of the other pipe did, and the program ended", n, f.Name()), f).
				Decides(grade.Numbered(last))
		}
	}
	return nil
}

// addedLast returns the FIFO whose event was added last.
func addedLast(e *grade.Examiner, fifos ...*grade.FIFO) (last *grade.FIFO) {
	e.Each(func(r *world.Entry) {
		for _, f := range fifos {
			if r.Kind == trace.Add && f.FD() != nil && r.FD == f.FD().Number {
				last = f
			}
		}
	})
	return last
}
