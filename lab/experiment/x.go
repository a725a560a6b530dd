package experiment

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"fdlab/lab/control"
	"fdlab/lab/kernel"
	"fdlab/lab/sys"
	"fdlab/lab/trace"
)

// X is a running experiment: the hand by which a lesson's program speaks, and
// by which it learns what it was asked to do. Its methods may be called from
// any thread.
type X struct {
	lesson  Lesson
	options options
	control *control.Control
	rec     *trace.Recorder
	account *account
	in      io.Reader // where a person types keys; nil: an instrument sends them

	moments sync.Map // when each was marked, in the record's ns, by its key: *atomic.Int64

	mu       sync.Mutex
	step     int           // the number of the step that runs, from 1; 0: none yet
	began    time.Duration // when it began, by the experiment's clock
	judged   bool          // a verdict was given that decides
	verdict  string        // the last words of the account
	checks   []string      // for the account's end
	unjudged []string      // those that were not judged: "held: the text"
	cost     string        // which of them a disturbance cost
	lack     error         // what the run lacked: nothing is judged; see invalid
	provoked []sys.Failure // failures that are no lack: the lesson wanted them
	answer   string
	cleanups []func()
	threads  map[*Thread]bool  // those that run
	callers  map[uint16]string // the clients of Dial by their own ports
	stopped  bool              // the whole program stood still for a while
	guests   int               // how many others were accepted
	reason   string            // why the run was stopped early, "" if it was not
	status   int               // the exit status then
	start    time.Time
}

// Backend returns the backend that was asked for: -backend, or the lesson's
// choice.
func (x *X) Backend() string { return x.options.backend }

// Interactive reports whether the experiment stays up and follows the keys.
func (x *X) Interactive() bool { return x.options.interactive }

// NoWait reports whether waits that are only there for the eye are skipped.
func (x *X) NoWait() bool { return x.options.noWait }

// Stopped returns a channel that is closed when the experiment should end.
func (x *X) Stopped() <-chan struct{} { return x.control.Stopped() }

// Sleep blocks until d has passed, not counting the time that was held. It
// returns early, with false, when the experiment should end.
func (x *X) Sleep(d time.Duration) bool { return x.control.Gate.Sleep(d, x.Stopped()) }

// Phase is where a loop that is not lab/event's can be held: before it waits
// or reads. What a thread does after it has blocked in the kernel cannot be
// held. phase says what comes next: "before read".
func (x *X) Phase(phase string) { x.control.Gate.Pass(phase) }

// Held reports whether time is held now.
func (x *X) Held() bool { return x.control.Gate.Closed() }

// Now is the experiment's clock, from its start. It does not run while time is
// held.
func (x *X) Now() time.Duration { return time.Since(x.start) - x.control.Gate.HeldFor() }

// put records one of the experiment's own words.
func (x *X) put(kind trace.Kind, text string, a, b int64) {
	x.rec.Put(&trace.Record{Kind: kind, FD: trace.NoFD, Str: x.rec.String(text), A: a, B: b})
}

// Say is Note for the account alone: no record is made of it.
func (x *X) Say(format string, args ...any) {
	now := x.Now()
	x.mu.Lock()
	now -= x.began
	x.mu.Unlock()
	x.account.line("  %6.3f s  %s", now.Seconds(), fmt.Sprintf(format, args...))
}

// Step begins step n, counted from 1, of those that the lesson declares.
func (x *X) Step(n int) {
	of := len(x.lesson.Steps)
	if n < 1 || n > of {
		panic(fmt.Sprintf("experiment: step %d: the lesson declares %d steps", n, of))
	}
	now := x.Now()
	x.mu.Lock()
	x.step, x.began = n, now
	x.mu.Unlock()
	x.put(trace.Step, x.lesson.Steps[n-1], int64(n), int64(of))
	x.account.line("\nstep %d of %d: %s", n, of, x.lesson.Steps[n-1])
}

// Note says something, in the account and in the trace. Bytes from outside
// must be quoted in it (%q). It returns the instant that stands in the trace, or one shortly before:
// whoever measures from what was said measures from there.
func (x *X) Note(format string, args ...any) (at time.Time) {
	text := fmt.Sprintf(format, args...)
	x.Say("%s", text)
	r := trace.Record{Kind: trace.Note, FD: trace.NoFD, Str: x.rec.String(text)}
	at, r.Time = time.Now(), x.rec.Now() // whatever comes between, nothing is measured shorter than the trace shows it
	x.rec.Put(&r)
	return at
}

// mostFDs is how many fds a record of a moment has room for.
const mostFDs = 4

// Moment marks what the lesson turns on: it is so now. The question that it asks
// and the answer stand in the README's section Observe under the key. about are
// the fds that matter, of which the first four are kept; the loops that watch
// them and the threads that run those, or are blocked, matter with them.
//
// Only the first call with a key counts, so that a callback may mark the same
// moment each time: the others take tens of ns. The first takes some µs, for it
// asks the kernel how these fds are, as the watcher may not have looked yet, and records the
// calls on them that are gathered. Any thread may call it, also in a callback. It is not in the account.
func (x *X) Moment(key string, about ...int) {
	if _, marked := x.moments.Load(key); marked {
		return
	}
	at := new(atomic.Int64)
	if _, marked := x.moments.LoadOrStore(key, at); marked {
		return
	}
	if x.rec == nil {
		return
	}
	about = about[:min(len(about), mostFDs)]
	for _, fd := range about {
		sys.Settle(fd)
		kernel.Process().Look(fd)
	}
	fds := [mostFDs]int{trace.NoFD, trace.NoFD, trace.NoFD, trace.NoFD}
	copy(fds[:], about)
	at.Store(x.rec.Now())
	x.rec.Put(&trace.Record{Kind: trace.Moment, Time: at.Load(), Str: x.rec.String(key), FD: int32(fds[0]),
		A: int64(fds[1]), B: int64(fds[2]), C: int64(fds[3])})
}

// Disturbed says why times of this run mean nothing ("held", "you wrote to it by
// hand"), or "".
func (x *X) Disturbed() string {
	if _, ever := x.control.Gate.Held(); ever {
		return "held"
	}
	if x.control.Poked() {
		return "you wrote to it by hand"
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.stopped {
		return "the program stood still for a while"
	}
	return ""
}

// stoodStill notes that the program was stopped (Ctrl-Z), or the machine.
func (x *X) stoodStill() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.stopped = true
}

// The units of a Measure.
const (
	Count       = trace.Count
	Nanoseconds = trace.Nanoseconds
	Bytes       = trace.ByteCount
	PerSecond   = trace.PerSecond
)

// Measure records a number that stands in no Table. name says of what: "select: latency of b1".
func (x *X) Measure(name string, value int64, unit trace.Unit) {
	x.put(trace.Measure, name, value, int64(unit))
}

// Answer gives the letter of the Predict question's option that this run shows
// to be right.
func (x *X) Answer(letter string) {
	if x.invalid() != nil {
		return
	}
	x.put(trace.Answer, letter, 0, 0)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.answer = letter
}

// The rulings of a Verdict.
const (
	False     = trace.False
	True      = trace.True
	HalfTrue  = trace.HalfTrue
	Undecided = trace.Undecided
)

// Ruling returns True if all parts of a claim hold, False if none does,
// HalfTrue otherwise.
func Ruling(parts ...bool) trace.Ruling {
	hold := 0
	for _, part := range parts {
		if part {
			hold++
		}
	}
	switch hold {
	case len(parts):
		return True
	case 0:
		return False
	}
	return HalfTrue
}

// Verdict judges the claim. Undecided means that this run could not judge it;
// the text must say why, and the exit status is then 3. A run that lacked
// something (Invalidate) is undecided, whatever the ruling.
func (x *X) Verdict(ruling trace.Ruling, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if err := x.invalid(); err != nil {
		ruling, text = Undecided, unjudged(err)
	} else {
		x.tellCost()
	}
	x.put(trace.Verdict, text, int64(ruling), 0)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.judged = ruling != Undecided
	x.verdict = fmt.Sprintf("verdict: %v. %s", ruling, text)
}

// tellCost says which checks it costs that somebody had a hand in the run: time
// was held, or a person helped. It comes before the verdict.
func (x *X) tellCost() {
	why := x.Disturbed()
	x.mu.Lock()
	guests, of, lost := x.guests, len(x.checks), x.unjudged
	x.mu.Unlock()
	switch {
	case why == "" && guests == 0:
		return
	case why == "":
		why = "a client came that is not the script's"
	}
	cost := fmt.Sprintf("This run was disturbed (%s). That costs no check.", why)
	if len(lost) > 0 {
		cost = fmt.Sprintf("This run was disturbed (%s). Of %s %d %s not judged: %s.", why,
			Number(of, "check"), len(lost), isAre(len(lost)), strings.Join(lost, "; "))
	}
	x.put(trace.Note, cost, 0, 0)
	x.mu.Lock()
	x.cost = cost
	x.mu.Unlock()
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// conclude prints the end of the account: checks, answer, verdict.
func (x *X) conclude() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.checks) > 0 {
		x.account.line("\nchecks")
		for _, check := range x.checks {
			x.account.line("%s", wrap("  ", "    ", check))
		}
	}
	if x.cost != "" {
		x.account.line("\n%s", wrap("", "  ", x.cost))
	}
	x.account.line("")
	if x.answer != "" {
		x.account.line("answer to Predict: %s", x.answer)
	}
	if x.verdict != "" {
		x.account.line("%s", wrap("", "  ", x.verdict))
	}
}

// Poke says what one of the lesson's keys does from now on. do must not block.
func (x *X) Poke(key rune, do func()) {
	for _, k := range x.lesson.Keys {
		if k.Rune == key {
			x.control.Offer(key, k.does(x), do)
			return
		}
	}
	panic(fmt.Sprintf("experiment: key %q is not among the lesson's Keys", key))
}

// Cleanup has do called when the experiment ends, however it ends; the last
// one first.
func (x *X) Cleanup(do func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.cleanups = append(x.cleanups, do)
}

// wrap breaks text into lines of at most 88 columns.
func wrap(first, next, text string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
			b.WriteString(first)
			column = len(first)
		case column+1+len(word) > 88:
			b.WriteString("\n" + next)
			column = len(next)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
