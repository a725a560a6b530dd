package grade

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fdlab/lab/diagnosis"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Examiner is the grader's hand in a trial: it plays the world, and says what
// must come of it. It is for the goroutine of Exam.Play only. A method that finds
// a fault in the program does not return.
type Examiner struct {
	ctx     context.Context
	exam    *Exam
	binary  *launch.Binary
	source  source
	dir     string   // the trial's own folder
	env     []string // for the program: "NAME=value"
	run     *launch.Run
	mute    patience // until the first record
	witness Witness
	checks  []Check

	batch   []trace.Record
	entries []world.Entry
	signs   int // how many of them are signs of life: that a thread sleeps is none
	world   *world.World
	ended   bool  // the program has, and all its records are here
	moved   int64 // bytes that it has read or written
	sent    int64 // bytes that the kernel has taken from clients: the world has not come to rest
	flowing bool  // the script itself looks whether all stands still; while bytes move, it is not too slow
	vain    int   // how many records in a row moved no byte
	circles int   // how often in a row a loop was entered that did not sleep, while no byte was moved
	over    bool  // all was said and is answered: only its end is waited for
	alone   bool  // the program started no other, as far as was seen

	cut     map[uint16]world.Entry // the last dispatch of these bases has returned with an event pending
	everCut world.Entry            // the first dispatch that Break or Exit has ended so

	hands         []hand
	whose         []string        // old and new, for a Replacer: a connection's address, and the client
	said          strings.Builder // what the program must have printed by now
	dialing       string          // the client that wants to connect, or ""
	aside         string          // a line that may come at any time, or ""
	means         map[*Misconception]*Misconception
	looks         []Look // the exam's own
	refusable     func(*world.FD) int64
	through       func() *world.FD
	judge         int  // how many entries the verdict rests on, 0 for all: see Aftermath
	acted         bool // an Aftermath has given the program something more
	callbackSleep callbackSleep
	sleptInside   time.Duration // in all callbacks
	pumps         int
}

func newExaminer(ctx context.Context, exam *Exam, binary *launch.Binary, source source, dir string, w Witness) *Examiner {
	return &Examiner{ctx: ctx, exam: exam, binary: binary, source: source, dir: dir, alone: true, witness: w,
		means: map[*Misconception]*Misconception{}, cut: map[uint16]world.Entry{}}
}

// hand is a source that the examiner speaks through.
type hand interface {
	name() string
	unread() int64 // bytes that the program has not read yet
	fd() *world.FD // the program's end, or nil

	// answers is what the program has sent to it, and what it was to send.
	answers() (got, due string)
	// missing says what it means that the program has no end of it.
	missing() *Finding

	close()
}

// found ends a script: the program failed.
type found struct{ feedback *Feedback }

// broken ends a script: the grader could not carry it out.
type broken struct{ err error }

// Limits of a trial. None of them decides about a program that is right.
var (
	limit = 10 * time.Second // for anything that should happen at once
	mute  = 5 * time.Second  // from the start to the first record
)

const (
	settled = 700 * time.Millisecond // without a sign of life: nothing will come
	patrol  = 2 * time.Second        // for checking whether more comes of it
	keep    = 400_000                // records; of those that are more, only what the world makes of them

	ringSlots = 1 << 19 // room for a program that is ahead of a grader that has no processor
)

// Check begins the check with that name, which must be the next of Exam.Checks.
// The one before it is passed, and what Means said for it has ended.
func (e *Examiner) Check(name string) {
	n := len(e.checks)
	if n >= len(e.exam.Checks) || e.exam.Checks[n] != name {
		panic(fmt.Sprintf("grade: check %q is not number %d of the exam", name, n+1))
	}
	e.passed()
	clear(e.means)
	e.checks = append(e.checks, Check{name, Failed})
	e.witness.Checking(name)
}

func (e *Examiner) passed() {
	if n := len(e.checks); n > 0 {
		e.checks[n-1].Outcome = Passed
	}
}

// Means tells another misconception in the place of one that was diagnosed, from
// here on and to the end of the check: the exercise knows better what it comes
// from. nil ends that sooner. (Exam.Means is for the whole trial.)
func (e *Examiner) Means(diagnosed, told *Misconception) { e.means[diagnosed] = told }

// meant returns what is told in the place of a misconception: itself, or another.
func (e *Examiner) meant(m *Misconception) *Misconception {
	return cmp.Or(e.means[m], e.exam.Means[m], m)
}

// MayBeRefused says how many writes to an fd may find no room (EAGAIN), one after the
// other, in a program that does not try them again.
func (e *Examiner) MayBeRefused(most func(*world.FD) int64) { e.refusable = most }

// Through says which fd wakes the program for what it has read and not put out yet: a bell.
// If something is missing in the end, the feedback shows the last read of the bell.
func (e *Examiner) Through(bell func() *world.FD) { e.through = bell }

// WaitsItself reports whether the program calls poll, select or the like past the lab, so
// that no record shows when it waits, and for what.
func (e *Examiner) WaitsItself() bool { return e.source.waits }

// AsksTCP reports whether the program asks the kernel for the state of a connection, which
// leaves no record either.
func (e *Examiner) AsksTCP() bool { return e.source.asksTCP }

// Path returns a path in the trial's own folder. Nothing is there yet.
func (e *Examiner) Path(name string) string { return filepath.Join(e.dir, name) }

// Start starts the program with the arguments. Its working folder is the
// trial's own.
func (e *Examiner) Start(args ...string) {
	run, err := launch.Start(e.binary, launch.Options{Args: args, Env: e.env, Dir: e.dir, RingSlots: ringSlots})
	if err != nil {
		panic(broken{err})
	}
	e.run = run
	e.mute = e.patience(mute)
	e.world = world.New(run.Reader())
	e.world.KeepClosed = true
	e.batch = make([]trace.Record, 4096)
	e.witness.Started(run)
}

// pump takes in the records that are there.
func (e *Examiner) pump() {
	if e.ctx.Err() != nil {
		panic(broken{e.ctx.Err()})
	}
	if e.ended {
		return
	}
	for range 64 { // a program that records faster than we read must not keep us
		n, more := e.run.Read(e.batch)
		for i := range e.batch[:n] {
			e.apply(&e.batch[i])
		}
		if n > 0 {
			e.witness.Recorded(e.batch[:n])
		}
		e.ended = !more
		if n == 0 {
			break
		}
	}
	e.callbackSleep.look(e)
	if e.pumps++; e.pumps%32 == 0 && !e.ended && len(children(e.run.Pid())) > 0 {
		e.alone = false
	}
}

func (e *Examiner) apply(r *trace.Record) {
	e.world.Apply(r)
	if r.Kind != trace.Sleep {
		e.signs++
	}
	switch {
	case r.Kind == trace.CallEnd && r.A > 0:
		e.vain, e.circles = 0, 0
		e.moved += r.A
	case r.Kind != trace.Kernel && r.Kind != trace.Sleep:
		e.vain++
	}
	entry := e.world.Entry(r)
	switch {
	case r.Kind == trace.LoopEnd:
		switch r.Reason() {
		case trace.LoopBroken, trace.LoopExited:
			if delete(e.cut, r.Base); e.hasPending(r.Base) {
				e.cut[r.Base] = entry
				e.everCut = cmp.Or(e.everCut, entry)
			}
		case trace.LoopDone: // one look does not make it whole again
			if !e.hasPending(r.Base) {
				delete(e.cut, r.Base)
			}
		default:
			delete(e.cut, r.Base)
		}
	case r.Kind == trace.LoopBegin:
		e.circles++
	case r.Kind == trace.WaitBegin && r.B != 0:
		e.circles = 0
	}
	if len(e.entries) < keep || !frequent(&entry) {
		e.entries = append(e.entries, entry)
	}
}

// frequent reports whether a program that works well may have any number of such
// records: one with a small buffer, for instance.
func frequent(r *world.Entry) bool {
	switch r.Kind {
	case trace.CallbackBegin, trace.CallbackEnd: // those of signals, timers and posted functions an exam may wait for
		return r.Inside.FD != trace.NoFD
	case trace.WaitBegin, trace.WaitEnd, trace.Ready, trace.CallBegin, trace.CallEnd, trace.Kernel, trace.Sleep, trace.Socket:
		return true
	}
	return false
}

// flood reports whether the program records without end, and moves nothing.
func (e *Examiner) flood() bool { return e.vain >= keep }

// hasPending reports whether an event is pending on the base.
func (e *Examiner) hasPending(base uint16) bool {
	if b := e.world.BaseByNumber(base); b != nil && len(b.Timers) > 0 {
		return true
	}
	return slices.ContainsFunc(e.world.FDs, func(f *world.FD) bool {
		return slices.ContainsFunc(f.Watches, func(w world.Watch) bool { return w.Base == base })
	})
}

// Await waits until ok says yes. expected is what the program must do for
// that, as a sentence. If it never will, the trial ends with a diagnosis.
func (e *Examiner) Await(expected string, ok func() bool) {
	patience := e.patience(limit)
	var sign life
	moved := e.moved
	for {
		e.pump()
		if e.flowing && e.moved != moved {
			moved = e.moved
			patience = e.patience(limit)
		}
		if ok() {
			e.catchUp()
			return
		}
		if e.hopeless() || !e.flowing && sign.gone(e) || patience.over(e) {
			// It may have got there in this very moment.
			e.hearOut()
			if e.pump(); ok() {
				e.catchUp()
				return
			}
			found := e.diagnose(expected)
			if !e.acted && ok() { // it came while the cause was looked for
				e.catchUp()
				return
			}
			e.Fail(found)
		}
		e.rouse(expected)
		time.Sleep(time.Millisecond)
	}
}

// catchUp reads what was recorded before this moment. A client may hear the
// answer just after the trace was read, and a thread may stand in the middle of
// a record: what the answer rests on must not be missed. (With a loop that goes round without a wait
// nobody can catch up; that one fails.)
func (e *Examiner) catchUp() {
	caught := e.run.Reader().Mark()
	for end := time.Now().Add(time.Second); ; time.Sleep(time.Millisecond) {
		if e.pump(); e.ended || caught() || e.circles >= diagnosis.ForEver || time.Now().After(end) {
			return
		}
	}
}

// Due says that the program is to print text on standard output, after what was
// due before. Call it before the world says what the text answers: anything
// that is printed and not due is noise.
func (e *Examiner) Due(text string) { e.said.WriteString(text) }

// IsDue returns all that the program is to have printed by now.
func (e *Examiner) IsDue() string { return e.said.String() }

// Missing is what is due and not printed yet; "" if something was printed that was not due.
func (e *Examiner) Missing() string {
	if rest, right := strings.CutPrefix(e.IsDue(), e.Printed()); right {
		return rest
	}
	return ""
}

// Answered waits until all that is due was printed.
func (e *Examiner) Answered(expected string) {
	e.Await(expected, func() bool { return e.Printed() == e.said.String() })
}

// Require ends the trial unless ok. what says what the trace shows; the
// records about fds are shown with it.
func (e *Examiner) Require(ok bool, expected string, m *Misconception, saw string, fds ...*world.FD) {
	if !ok {
		e.RuleOut(expected, Find(m, saw, fds...))
	}
}

// Fail ends the trial.
func (e *Examiner) Fail(f *Feedback) { panic(found{f}) }

// feedback tells a finding, with the part of the trace that is about its fds. It does not return if
// the trace has holes: see complete.
func (e *Examiner) feedback(expected string, found *Finding) *Feedback {
	found = e.orPastTheLab(found)
	e.complete(found)
	return e.tell(expected, found)
}

// tell is feedback for a finding that stands, whatever the trace lacks.
func (e *Examiner) tell(expected string, found *Finding) *Feedback {
	m := e.meant(found.Means)
	names := strings.NewReplacer(e.whose...)
	entries := e.judged()
	if found.later {
		entries = e.entries
	}
	f := &Feedback{Expected: cmp.Or(found.expected, expected), Saw: names.Replace(found.Saw), Misconception: m.ID, Unknown: m.Unknown, Truth: m.Truth,
		Lesson: m.Lesson, Section: m.Section, Records: append(found.earlier, evidence(entries, 10, found.decides, found.FDs...)...)}
	if len(entries) >= keep {
		f.Records = append(f.Records, "              (the program has made more records than are kept: what followed is not shown)")
	}
	if !m.Guess && !m.Unknown {
		f.Belief = m.Belief
	}
	for i := range f.Records {
		f.Records[i] = names.Replace(f.Records[i])
	}
	if n := len(e.checks); n > 0 {
		f.Check = e.checks[n-1].Name
	}
	return f
}

// Printed returns what the program has written to standard output so far, but
// for asides.
func (e *Examiner) Printed() string {
	text, _ := e.withoutAsides(e.output())
	return text
}

func (e *Examiner) output() string { return e.stream(launch.Stdout) }

// Logged returns what it has written to standard error so far.
func (e *Examiner) Logged() string { return e.stream(launch.Stderr) }

func (e *Examiner) stream(s launch.Stream) string {
	var b strings.Builder
	for _, line := range e.run.Output().Lines() {
		if line.Stream == s {
			b.Write(line.Bytes)
			if !line.Open {
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

// FD returns the newest fd of which what holds, or nil. A FIFO's What is
// "FIFO" and the last part of its path.
func (e *Examiner) FD(what func(*world.FD) bool) *world.FD {
	for _, f := range slices.Backward(e.world.FDs) {
		if what(f) {
			return f
		}
	}
	return nil
}

// World returns the world at the last record. All fds so far are in it.
func (e *Examiner) World() *world.World { return e.world }

// Each calls do for each record so far, in order.
func (e *Examiner) Each(do func(r *world.Entry)) {
	for i := range e.entries {
		do(&e.entries[i])
	}
}

// Gone reports whether nothing has that path any more.
func (e *Examiner) Gone(path string) bool {
	_, err := os.Lstat(path)
	return os.IsNotExist(err)
}

// Pause lets the world be silent for a while. It is for what is about time
// (timeouts), not for waiting until something has happened: that is Await.
func (e *Examiner) Pause(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Millisecond) {
		e.pump()
	}
}

// Cannot ends the trial without a judgement.
func (e *Examiner) Cannot(format string, args ...any) { panic(broken{fmt.Errorf(format, args...)}) }

// must ends the trial when the grader's own call failed.
func must(err error) {
	if err != nil {
		panic(broken{err})
	}
}
