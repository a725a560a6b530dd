package libevent

import (
	"strings"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// fact is one thing that a lesson turns on, and that both programs show.
type fact struct {
	step int
	what string
	of   func(a *Account, step int) string
}

// Line is one fact of both runs.
type Line struct {
	Step         int
	What         string
	Ours, Theirs string // "" where the run does not show it
	Same         bool
	NotJudged    string // why it is not compared, or ""
}

// Compare compares a run of the program on libevent with one of ours. number is the lesson's.
// A run that does not exist is nil.
func Compare(number int, ours, theirs *Account) (all []Line) {
	for _, f := range facts[number] {
		l := Line{Step: f.step, What: f.what}
		l.Ours, l.NotJudged = f.in(ours, "ours")
		theirs, why := f.in(theirs, "libevent's")
		l.Theirs = theirs
		if l.NotJudged == "" {
			l.NotJudged = why
		}
		l.Same = l.NotJudged == "" && l.Ours == l.Theirs
		all = append(all, l)
	}
	return all
}

// in reads the fact from a run; why says that it cannot be read.
func (f *fact) in(a *Account, whose string) (value, why string) {
	if why = a.judgeable(); why != "" {
		return "", whose + ": " + why
	}
	if !a.steps[f.step] {
		return "", whose + ": it did not reach this step"
	}
	return f.of(a, f.step), ""
}

// Compares reports whether a lesson, by its number, has a program on libevent.
func Compares(number int) bool { return len(facts[number]) > 0 }

// Why says what of a lesson is not compared, and the reason; "": nothing is left out.
func Why(number int) string { return left[number] }

var left = map[int]string{
	1: "Which call the loop waits in: ours was told to take select, libevent took its default. The other engines of step 3 are not libevent's.",
	3: "Steps 4 and 5: they are about processors, and about an error: event_base_dispatch returns -1, too, for a base that is running.",
	4: "Step 4, the full pipe: the kernel does that, and no loop takes part in it.",
	5: "Lesson 05 needs no program on libevent: the kernel decides which end is in TIME_WAIT, and no loop takes part in that.",
	6: "Steps 5 and 6: libevent does not check whether the memory is intact, except in its debug mode, and leaves an add from another thread undefined unless locks were set up.",
	7: "Steps 4 and 5: what clients and the kernel's limits do to a server is the same under any loop.",
}

// What acts may be.

func callback(on string) which {
	return func(c act) bool { return c.kind == trace.CallbackBegin && strings.HasPrefix(c.on, on) }
}

func did(call world.Call, on string, result func(int64) bool) which {
	return func(c act) bool {
		return c.kind == trace.CallEnd && c.call == call && strings.HasPrefix(c.on, on) && result(c.result)
	}
}

func took(n int64) bool  { return n > 0 }
func ended(n int64) bool { return n == 0 }
func began(n int64) bool { return n >= 0 }

// A server's: what it did for its clients, in callbacks.
var (
	accepts  = did(world.CallAccept, "", began)
	reads    = did(world.CallRead, "client", took)
	answers  = did(world.CallWrite, "client", took)
	leaves   = did(world.CallRead, "client", ended)
	anything = func(c act) bool { return accepts(c) || reads(c) || answers(c) }
)

func count(is which) func(*Account, int) string {
	return func(a *Account, step int) string { return number(a.count(step, is)) }
}

// spins reports whether something was done far more often than there was a reason to. A
// recording that comes with fdlab has not each turn of a spin.
func spins(is which) func(*Account, int) string {
	return func(a *Account, step int) string { return yes(a.count(step, is) > enough) }
}

const enough = 50

func sum(is which) func(*Account, int) string {
	return func(a *Account, step int) string { return number(a.sum(step, is)) }
}

func before(is, end which) func(*Account, int) string {
	return func(a *Account, step int) string { return number(a.before(step, is, end)) }
}

func threads(is which) func(*Account, int) string {
	return func(a *Account, step int) string { return number(a.threads(step, is)) }
}

func names(is which) func(*Account, int) string {
	return func(a *Account, step int) string { return a.names(step, is) }
}

// first is the fd on which it was done first.
func first(is which) func(*Account, int) string {
	return func(a *Account, step int) string {
		name, _, _ := strings.Cut(a.names(step, is), ", ")
		return name
	}
}

// noEvents reports whether the loop returned because no event was left: 1, in both.
func noEvents(a *Account, step int) string {
	return yes(a.count(step, func(c act) bool { return c.kind == trace.LoopEnd && c.result == 1 }) > 0)
}

// second passes the second time that is comes, and what follows.
func second(is which) which {
	seen := int64(0)
	return func(c act) bool {
		if is(c) {
			seen += c.times
			return seen >= 2
		}
		return false
	}
}

// facts are those of each lesson, by its number.
var facts = map[int][]fact{
	1: {
		{1, "read in turn: who is heard first", first(did(world.CallRead, "", took))},
		{2, "wait for both: who is heard first", first(did(world.CallRead, "", took))},
		{2, "wait for both: bytes read of a", sum(did(world.CallRead, "a", took))},
		{2, "wait for both: bytes read of b", sum(did(world.CallRead, "b", took))},
	},
	2: {
		{1, "one-shot: callbacks for one echo", count(callback("fifo"))},
		{1, "one-shot: reads", count(did(world.CallRead, "fifo", took))},
		{1, "one-shot: dispatch returns since no event is left", noEvents},
		{2, "persist, and read: callbacks", count(callback("fifo"))},
		{2, "persist, and read: reads that took bytes", count(did(world.CallRead, "fifo", took))},
		{3, "the post's: callbacks up to the first that reads", before(callback("fifo"), did(world.CallRead, "fifo", took))},
		{3, "the post's: callbacks for one echo", count(callback("fifo"))},
		{4, "the post's: callbacks for a second echo", count(callback("fifo"))},
		{4, "the post's: reads of the second echo", count(did(world.CallRead, "fifo", took))},
		{5, "opened read-only: callbacks, when the writer has left", count(callback("fifo"))},
	},
	3: {
		{1, "one inside the other: accepted before a client has left", before(accepts, leaves)},
		{1, "one inside the other: answers in all", count(answers)},
		{2, "taking turns: accepted before a client has left", before(accepts, leaves)},
		{2, "taking turns: answers in all", count(answers)},
		{2, "taking turns: threads that accept, read and write", threads(anything)},
		{3, "workers: threads that accept", threads(accepts)},
		{3, "workers: threads that read", threads(reads)},
		{3, "workers: answers in all", count(answers)},
	},
	4: {
		{1, "an idle worker: callbacks for 5 rings", count(callback("bell"))},
		{2, "busy, one byte a read: callbacks for 1 job and 5 rings", count(callback("bell"))},
		{3, "busy, one big read: callbacks for 1 job and 5 rings", count(callback("bell"))},
		{3, "busy, one big read: bytes read", sum(did(world.CallRead, "bell", took))},
		{5, "busy, an eventfd: callbacks for 1 job and 5 rings", count(callback("bell"))},
	},
	6: {
		{1, "a chain of adds: callbacks", count(func(c act) bool { return c.kind == trace.CallbackBegin })},
		{1, "a chain of adds: the loop returns since no event is left", noEvents},
		{2, "an event of its own: who is answered", names(answers)},
		{3, "one variable for all: who is answered", names(answers)},
		{3, "one variable for all: the loop calls, and nothing is taken", spins(callback("client"))},
		{4, "a wiped variable: callbacks of clients", count(callback("client"))},
		{4, "a wiped variable: waits that name an fd", count(func(c act) bool { return c.kind == trace.WaitEnd })},
	},
	7: {
		{1, "a hundred: accepted before the first leaves", before(accepts, leaves)},
		{1, "a hundred: answers in all", count(answers)},
		{1, "a hundred: threads that accept, read and write", threads(anything)},
		{2, "sleep in accept: client 1's second line is answered after the next accept", func(a *Account, step int) string {
			return yes(a.before(step, accepts, second(did(world.CallWrite, "client 1", took))) > 1)
		}},
		{3, "one read: client 2 is accepted only when client 1 was read", func(a *Account, step int) string {
			return yes(a.before(step, accepts, reads) == 1)
		}},
		{3, "one read: answers in all", count(answers)},
		{3, "one read: threads that accept, read and write", threads(anything)},
	},
}
