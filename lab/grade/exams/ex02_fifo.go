package exams

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"fdlab/lab/grade"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

var readOnlyFIFO = &grade.Misconception{
	ID:     "read-only-fifo",
	Belief: "I only read, so I open the FIFO for reading.",
	Truth: "When the last writer has closed a FIFO, its readers are at the end of file, and stay there until " +
		"another writer comes: each read gives 0. A reader that opens it read-write is also a writer of it, so the last one never leaves.",
	Lesson: "02-ev-persist", Section: "explain",
}

var readIsLine = &grade.Misconception{
	ID:     "read-is-line",
	Belief: "The lines come out whole.",
	Guess:  true,
	Truth: "A pipe is a stream of bytes, and a read is no line: it gives half a line, two lines, as much as the buffer holds. Keep " +
		"all of what has no newline yet, however long it is, put what is read then behind it, and print each line that is " +
		"whole.",
}

var byeIsRead = &grade.Misconception{
	ID:     "bye-is-a-read",
	Belief: "When bye comes, I see it.",
	Guess:  true,
	Truth: "bye was printed, and the program went on. Bytes can arrive split anywhere, and one read can bring the end of one line " +
		"and the beginning of the next. So look at each line that was put together, whatever else came with it.",
}

var byeInside = &grade.Misconception{
	ID:     "bye-inside",
	Belief: "Where bye is found, the line is bye.",
	Guess:  true,
	Truth: "Only a line that is bye from its first byte to its last ends the program. A line ends at its newline, and only there " +
		"is it known what it says: compare all of it, as it came.",
}

var byeInCapitals = &grade.Misconception{
	ID:     "bye-in-capitals",
	Belief: "Bye is bye.",
	Truth:  "Programs compare bytes, and B is another one than b. Only the line bye ends the program: compare with ==.",
}

var drainsPastBye = &grade.Misconception{
	ID:     "drains-past-bye",
	Belief: "After bye nothing more is read.",
	Truth: "The callback that runs goes on until it returns, with its loop and its reads, also when its event is deleted. What comes " +
		"meanwhile is read, too. Return when bye was printed.",
}

var byeNotPrinted = &grade.Misconception{
	ID:     "bye-not-printed",
	Belief: "bye is a command, so it is not printed.",
	Truth: "Here it is both: the line is printed like any other, and then the program ends. Print first, then check " +
		"whether it was bye.",
}

var lineCut = &grade.Misconception{
	ID:     "line-cut",
	Belief: "No line is longer than that.",
	Truth:  "A line is as long as its writer makes it. Keep all of what has no newline yet, however long it is: let what is kept grow.",
}

var emptyLine = &grade.Misconception{
	ID:     "empty-line",
	Belief: "An empty line says nothing.",
	Truth: "It is a line like any other: somebody wrote a newline, and nothing before it. A program that leaves lines out changes what " +
		"was said.",
}

var goesOnAfterBye = &grade.Misconception{
	ID:     "goes-on-after-bye",
	Belief: "After bye the loop can go on for a while.",
	Guess:  true,
	Truth: "bye ends the program: it takes nothing more out of the FIFO, in its loop or after it. Delete the event when bye was " +
		"printed, and let the loop return at once. (Exit with a time lets it go on until then.)",
}

var endsAtNext = &grade.Misconception{
	ID:     "ends-at-next-call",
	Belief: "The next call of the callback ends the program.",
	Truth: "After bye nobody need write any more, and then there is no next call. Whatever ends the program must be done in the callback " +
		"that has printed bye.",
}

var nameStays = &grade.Misconception{
	ID:     "name-stays",
	Belief: "When the FIFO is closed, it is gone.",
	Truth: "Its fd is. mkfifo has made a name in a folder, and names stay until somebody removes them: the next run finds it " +
		"there (EEXIST). Whoever makes a name must remove it: os.Remove, also when the program ends early.",
}

var notThere = &grade.Misconception{
	ID:     "name-not-there",
	Belief: "The FIFO has its name when I open it.",
	Truth: "open gave ENOENT: nothing has that name. mkfifo makes it, and os.Remove takes it away, each of them where it stands: make the FIFO " +
		"first, then open it. With defer before it, a call runs when its function returns.",
}

var noCallback = &grade.Misconception{
	ID:     "no-callback",
	Belief: "A read that blocks is a wait, too.",
	Truth: "It is, for one fd, and while it sleeps nothing else can be served. Here the loop is to wait: an event on the FIFO " +
		"calls the callback when there is something to read.",
	Lesson: "01-select-vs-blocking-io", Section: "explain",
}

// fifo: the post's program. It makes its FIFO itself, and the world writes as
// a shell does: open, write, close.
var fifo = &grade.Exam{
	Exercise: "02-fifo",
	Verbatim: true,
	Checks: []string{
		"one echo, one callback",
		"the second echo is read too",
		"a line longer than the buffer",
		"a line in pieces",
		"bye",
	},
	Starter: grade.NeverDrained,
	Means:   map[*grade.Misconception]*grade.Misconception{grade.EndIgnored: readOnlyFIFO, grade.EndNotDeleted: readOnlyFIFO, grade.EndReadOn: readOnlyFIFO},
	Play: func(e *grade.Examiner) {
		e.Aside("more") // what follows bye in the same read may be printed or not
		path := e.Path("event.fifo")
		f := e.FIFOOf(path)
		e.Suspects(func() *grade.Finding { return endsAtEnd(e) }, func() *grade.Finding { return opensNothing(e, f) })
		e.Start(path)

		e.Check("one echo, one callback")
		f.Opened()
		e.Due("heihei\n")
		f.Echo("heihei\n")
		e.Answered("somebody writes heihei, and the program prints it")
		e.Calm("one echo: the callback takes what is there, and the program sleeps")
		without := noCallback
		if e.WaitsItself() {
			without = ownWait
		}
		e.Require(f.FD().Callbacks > 0, "the loop waits, and the callback of the FIFO's event reads", without,
			"the line was read, and no callback has run", f.FD())
		drained(e, f)

		e.Check("the second echo is read too")
		e.Suspects(func() *grade.Finding { return skipsEmpty(e, f) }, func() *grade.Finding { return endsAtEnd(e) })
		for _, line := range []string{"heihei\n", "\n", "100% sure\n"} {
			e.Due(line)
			f.Echo(line)
			e.Answered("somebody writes the line " + strconv.Quote(strings.TrimSuffix(line, "\n")) + ", and the program prints it")
		}
		e.Suspects()
		e.Calm("four echoes are read, and the program sleeps")
		drained(e, f)

		e.Check("a line longer than the buffer")
		cutsOrDrops(e)
		before := len(e.Printed())
		e.Suspects(func() *grade.Finding { return cutsLine(e, f, before) })
		long := ""
		for i := 0; len(long) < 3999; i++ { // no two passages of it are the same
			long += strconv.Itoa(i) + " "
		}
		long = long[:3999] + "\n" // with PIPE_BUF or less, no other write comes between
		e.Due(long)
		f.Echo(long)
		e.Answered("a line of 3,999 characters is printed as one line")
		e.Suspects()

		e.Check("a line in pieces")
		cutsOrDrops(e)
		e.Due("heihei\nhei\n")
		f.Echo("hei")
		f.Taken()
		f.Echo("hei\nhei\n")
		e.Answered("a line comes in two pieces, and one more line with the second: both are printed, each as one line")

		e.Check("bye")
		e.Means(grade.EndedEarly, byeInside)
		halfOfALine(e, f)
		for _, line := range []string{"goodbye, byes\n", "bye now\n", "good bye\n", "bye \n", " bye\n", "byebye\n", "Bye\n"} {
			switch {
			case line == "Bye\n":
				e.Means(grade.EndedEarly, byeInCapitals)
			case strings.TrimSpace(line) == "bye":
				e.Means(grade.EndedEarly, grade.Trimmed)
			default:
				e.Means(grade.EndedEarly, byeInside)
			}
			e.Due(line)
			f.Echo(line)
			isNot := "the line " + strconv.Quote(strings.TrimSuffix(line, "\n")) + " is not bye: it is printed, and the program goes on"
			e.Answered(isNot)
			e.Calm(isNot)
		}
		e.Calm("the program goes on, and sleeps")
		e.Means(grade.EndedEarly, nil)
		e.Suspects(func() *grade.Finding { return endsUnprinted(e, f) })
		cutsOrDrops(e)
		e.Due("last words\nbye\n")
		f.Echo("last words\nb")
		f.Taken()
		const rest = "ye\nmore\n"
		said := f.FD().BytesIn + int64(len(rest))
		e.HoldReadDone(f.FD())
		f.Echo(rest)
		e.Await("what comes is read", func() bool { return e.HeldThere(world.AfterRead) })
		f.EchoLate("more\n") // one that reads until EAGAIN reads it in the same callback
		e.Release()
		e.Answered("bye is printed like any other line, though it comes in two pieces")
		f.EchoLate("more\n")
		e.Suspects(func() *grade.Finding { return byeInOneRead(e, f) })
		e.Ends("after the line bye, which came in two pieces, the program ends by itself, with all closed", grade.Anyhow)
		e.RuleOut("after the read that gives the end of the line bye, the program reads nothing more", readsOn(e, f, said))
		removesName(e, f)
		hearsOnlyBye(e, path)
	},
}

// halfOfALine has a line come in two pieces, of which the first is bye.
func halfOfALine(e *grade.Examiner, f *grade.FIFO) {
	const expected = "of the line \"bye for now\" comes the first half, \"bye\": the program waits for the rest, prints the line, and goes on"
	before := e.IsDue()
	took := func() *grade.Finding {
		got, printed := strings.CutPrefix(e.Printed(), before)
		if f.Unread() > 0 || !printed || got != "bye\n" && !(e.EndedWell() && (got == "" || got == "bye")) {
			return nil
		}
		return grade.Find(byeInside, "bye was read, and no newline after it; the program took that for the line bye", f.FD()).
			Decides(grade.LastCall(f.FD(), world.CallRead))
	}
	e.Suspects(took)
	e.Due("bye for now\n")
	f.Echo("bye")
	f.Taken()
	e.Settled()
	e.RuleOut(expected, took())
	e.Suspects()
	f.Echo(" for now\n")
	e.Answered(expected)
	e.Calm(expected)
}

// hearsOnlyBye starts the program again, and has nobody write after bye: nothing but the line bye may be needed to end it.
func hearsOnlyBye(e *grade.Examiner, path string) {
	e.Restart(path)
	f := e.FIFOOf(path)
	e.Suspects(func() *grade.Finding { return endsUnprinted(e, f) }, func() *grade.Finding { return endsAtNextCall(e, f) })
	f.Opened()
	e.Due("bye\n")
	f.Echo("bye\n")
	const expected = "the program is started again, and somebody writes bye and nothing else: the program prints it, and ends by itself, with all closed"
	e.Answered(expected)
	e.Ends(expected, grade.Anyhow)
	removesName(e, f)
}

func removesName(e *grade.Examiner, f *grade.FIFO) {
	e.Require(e.Gone(f.Path), "the program removes its FIFO", nameStays, "the FIFO event.fifo is still there", f.FD())
}

// endsAtNextCall finds out why bye alone did not end the program: does one more line?
func endsAtNextCall(e *grade.Examiner, f *grade.FIFO) *grade.Finding {
	d := f.FD()
	if e.Ended() || d == nil || d.Closed != 0 || e.Missing() != "" {
		return nil
	}
	calls := d.Callbacks
	e.Aftermath(func() { f.EchoLate("more\n") })
	if !e.Ended() || d.Callbacks == calls {
		return nil
	}
	return grade.Find(endsAtNext, "bye was read and printed, and the program did not end. Then somebody wrote one more line, and that ended it", d).
		Decides(grade.LastCall(d, world.CallRead), func(r *world.Entry) bool { return r.Kind == trace.LoopEnd }).WithAftermath()
}

// cutsOrDrops: from here on, what is wrong with the output comes of reads that give more or less than a line.
func cutsOrDrops(e *grade.Examiner) {
	for _, m := range []*grade.Misconception{grade.AddsNewline, grade.NotAsItCame, grade.Unanswered} {
		e.Means(m, readIsLine)
	}
}

// cutsLine looks whether, of the line that came after so many bytes had been printed, more than the first read gave was printed as
// one piece, and then not what follows: the program puts reads together, up to a limit.
func cutsLine(e *grade.Examiner, f *grade.FIFO, before int) *grade.Finding {
	e.Settled()
	got, due := e.Printed(), e.IsDue()
	if len(got) < before || got[:before] != due[:before] || f.Unread() > 0 {
		return nil
	}
	right := before
	for right < len(got) && right < len(due) && got[right] == due[right] {
		right++
	}
	at, first := int64(0), int64(0)
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == f.FD().Number && r.A > 0 {
			if at >= int64(before) && first == 0 {
				first = r.A
			}
			at += r.A
		}
	})
	if n := int64(right - before); first == 0 || n <= first || right == len(due) {
		return nil
	}
	return grade.Find(lineCut, fmt.Sprintf("of the line %d bytes were printed as they came, more than one read gave (%d), and then comes something else", right-before, first), f.FD()).
		Decides(grade.LastCall(f.FD(), world.CallRead))
}

// endsAtEnd looks whether the program ended because a read of its FIFO gave 0.
func endsAtEnd(e *grade.Examiner) (found *grade.Finding) {
	e.Each(func(r *world.Entry) {
		if f := e.FD(func(f *world.FD) bool { return f.Number == r.FD && f.What == "FIFO event.fifo" }); f != nil && found == nil && e.EndedWell() &&
			r.Kind == trace.CallEnd && r.Call == world.CallRead && r.A == 0 {
			found = grade.Find(readOnlyFIFO, "a read of "+f.Name()+" gave 0, the end of file, and the program ended", f).Decides(grade.Numbered(r.Seq))
		}
	})
	return found
}

// opensNothing looks whether the program gave up because nothing had the name that it was to open.
func opensNothing(e *grade.Examiner, f *grade.FIFO) *grade.Finding {
	missing := func(r *world.Entry) bool {
		return r.Kind == trace.CallEnd && r.Text == "open" && r.B == int64(unix.ENOENT)
	}
	failed := false
	e.Each(func(r *world.Entry) { failed = failed || missing(r) })
	if !failed || !e.Ended() || e.EndedWell() || f.FD() != nil || !e.Gone(f.Path) {
		return nil
	}
	return grade.Find(notThere, "open failed with ENOENT, there is no event.fifo, and the program ended").Decides(missing)
}

// skipsEmpty looks whether the line that is missing is an empty one.
func skipsEmpty(e *grade.Examiner, f *grade.FIFO) *grade.Finding {
	if f.Unread() > 0 || e.Printed()+"\n" != e.IsDue() {
		return nil
	}
	return grade.Find(emptyLine, "an empty line was read, and it was not printed", f.FD()).Decides(grade.LastCall(f.FD(), world.CallRead))
}

// readsOn looks whether the program has read more after bye, which came with the last of what was said by then.
func readsOn(e *grade.Examiner, f *grade.FIFO, said int64) *grade.Finding {
	if f.FD().BytesIn <= said {
		return nil
	}
	inside, same := int64(0), false // the callback of the last read that gave anything; the one before was in it, too
	var last uint64
	e.Each(func(r *world.Entry) {
		if r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == f.FD().Number && r.A > 0 {
			inside, same, last = r.Inside.Number, r.Inside.Number != 0 && r.Inside.Number == inside, r.Seq
		}
	})
	if same {
		return grade.Find(drainsPastBye, "bye was read and printed; in the same callback a line that came later was read, too", f.FD()).
			Decides(grade.Numbered(last))
	}
	return grade.Find(goesOnAfterBye, "bye was read and printed; a line that came later was read, too", f.FD()).Decides(grade.Numbered(last))
}

// endsUnprinted looks whether the line bye has ended the program, and was not printed.
func endsUnprinted(e *grade.Examiner, f *grade.FIFO) *grade.Finding {
	if !e.Ended() || e.Printed()+"bye\n" != e.IsDue() {
		return nil
	}
	return grade.Find(byeNotPrinted, "the line bye came, and the program ended without having printed it", f.FD())
}

// byeInOneRead finds out why bye did not end the program: does it, if it comes
// in one piece?
func byeInOneRead(e *grade.Examiner, f *grade.FIFO) *grade.Finding {
	d := f.FD()
	if e.Ended() || d.Closed != 0 || d.Watched() == 0 {
		return nil
	}
	e.Aftermath(func() {
		e.Due("bye\n")
		f.Echo("bye\n")
	})
	withBye := func(r *world.Entry) bool {
		return r.Kind == trace.CallEnd && r.Call == world.CallRead && r.FD == d.Number && r.A == int64(len("ye\nmore\n"))
	}
	if !e.Ended() && d.Watched() != 0 {
		return grade.Find(grade.DoesNotEnd, "bye was printed, and the program does not end; it did not when bye came once more, either: the event on "+
			d.Name()+" is still pending", d).Decides(withBye, grade.LastCall(d, world.CallRead)).WithAftermath()
	}
	return grade.Find(byeIsRead, "one read ended with b, the next gave ye and one more line: the line bye was printed, and the program went on. Then "+
		"bye came once more, in one piece and alone, and that ended it", d).Decides(withBye, grade.LastCall(d, world.CallRead)).WithAftermath()
}

// drained requires that no callback came for nothing.
func drained(e *grade.Examiner, f *grade.FIFO) {
	d := f.FD()
	e.Require(d.Untaken.Most <= 1, "each callback takes something", grade.NeverDrained,
		"a callback took nothing, so another one was called", d)
}
