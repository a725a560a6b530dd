package trace

import "fmt"

// Kind says what a record is about.
type Kind uint8

// The kinds, in the order of a life: things appear, the loop turns, calls are
// made, the kernel speaks, the experiment speaks.
const (
	None Kind = iota // an unwritten slot

	ThreadBegin // a thread introduces itself
	ThreadEnd
	ProcessOf // of a foreign program: to which of its processes a thread belongs

	Open  // a file descriptor came to be
	Label // what the program calls it
	Close // it is gone; its number may come back as another

	BaseNew   // an event base was made
	BaseFree  // and was closed
	Shared    // of a foreign program: another process has the same epoll instance
	LoopBegin // Dispatch or Loop was entered (nested calls: again before its end)
	LoopEnd   // and returned

	Add       // an event became pending: the program's wish
	Del       // it is pending no more (deleted, or one-shot and activated)
	WaitBegin // the loop goes to the kernel to wait
	WaitEnd   // and is back
	Ready     // the backend told the loop: this fd is ready
	CallbackBegin
	CallbackEnd
	Turns // many equal turns of a loop that never sleeps: one of the callbacks of each
	Calls // many callbacks of one event in one turn, which they keep from ending
	// inferred, where callbacks cannot be seen: the thread deals with an fd that
	// its wait has named
	Handling

	CallBegin // a system call that may block begins
	CallEnd   // a system call is done (one that cannot block has no CallBegin);
	// without data, C says for how many equal calls it stands

	Kernel // what the kernel says of an fd, noted when it changes
	Sleep  // what the kernel says of a thread: it sleeps, does so no more, or is gone; of none: all were looked at
	Socket // what the kernel says of a TCP socket, noted when it changes
	// one end of a TCP connection in the kernel's own table, which knows it
	// even when no fd is left: TIME_WAIT
	Endpoint

	Hold    // the gate: a thread stops here because time is held
	Release // and goes on

	Step    // the experiment's own words
	Note    //
	Moment  // the lesson turns on what is so now
	Poke    // somebody pressed a key that the experiment offers
	Offer   // the experiment offers a poke
	Check   //
	Measure // a number that the experiment measured
	Table   // a table of what was measured begins
	Cell    // one cell of it, row by row
	Answer  // the letter that the measurements give to the Predict question
	Verdict //
	End     // the program is about to exit

	kinds // how many there are
)

// Kinds is how many kinds there are, None among them. A consumer of records has
// an array of that size, and a test that no row of it is empty.
const Kinds = int(kinds)

// form says what a kind is called in a recording and what its fields mean
// there. An empty name: the field is not used and not written. The order is
// Str, A, B, C, D.
type form struct {
	name string
	str  string
	a, b string
	c, d string
}

// forms is the reference of the trace. docs/trace.md is held to it by a test.
var forms = [kinds]form{
	None:          {name: "none"},
	ThreadBegin:   {name: "thread-begin", str: "name"},
	ThreadEnd:     {name: "thread-end"},
	ProcessOf:     {name: "process", str: "program", a: "process", b: "parent"},
	Open:          {name: "open", str: "what", a: "flags", b: "peer", c: "same"},
	Label:         {name: "label", str: "label"},
	Close:         {name: "close", a: "errno"},
	BaseNew:       {name: "base-new", str: "backend", a: "priorities", b: "foreign"},
	BaseFree:      {name: "base-free"},
	Shared:        {name: "shared", a: "process", b: "others"},
	LoopBegin:     {name: "loop-begin", a: "flags", b: "depth"},
	LoopEnd:       {name: "loop-end", str: "reason", a: "code", b: "depth", c: "why"},
	Add:           {name: "add", str: "label", a: "what", b: "timeout", c: "event", d: "due"},
	Del:           {name: "del", a: "what", c: "event"},
	WaitBegin:     {name: "wait-begin", str: "call", a: "watched", b: "timeout"},
	WaitEnd:       {name: "wait-end", str: "call", a: "result", b: "errno"},
	Ready:         {name: "ready", a: "what", c: "event"},
	CallbackBegin: {name: "callback-begin", str: "label", a: "what", c: "event"},
	CallbackEnd:   {name: "callback-end", c: "event"},
	Turns:         {name: "turns", str: "label", a: "count", b: "place", c: "event", d: "longest"},
	Calls:         {name: "calls", str: "label", a: "count", c: "event"},
	Handling:      {name: "handling", str: "function"},
	CallBegin:     {name: "call-begin", str: "call", a: "arg"},
	CallEnd:       {name: "call-end", str: "call", a: "result", b: "errno", c: "times"},
	Kernel:        {name: "kernel", a: "readiness", b: "queued", c: "unsent", d: "asked"},
	Sleep:         {name: "sleep", a: "which", b: "asleep", d: "asked"},
	Socket:        {name: "socket", str: "state", a: "code", b: "timer", c: "backlog", d: "limit"},
	Endpoint:      {name: "endpoint", str: "label", a: "code", b: "ports", c: "expires", d: "timer"},
	Hold:          {name: "hold", str: "phase"},
	Release:       {name: "release", str: "phase", a: "held"},
	Step:          {name: "step", str: "text", a: "number", b: "of"},
	Note:          {name: "note", str: "text"},
	Moment:        {name: "moment", str: "key", a: "second", b: "third", c: "fourth"},
	Poke:          {name: "poke", str: "text", a: "key"},
	Offer:         {name: "offer", str: "text", a: "key"},
	Check:         {name: "check", str: "text", a: "outcome", b: "decides", c: "step", d: "proof"},
	Measure:       {name: "measure", str: "text", a: "value", b: "unit"},
	Table:         {name: "table", str: "title"},
	Cell:          {name: "cell", str: "text", a: "row", b: "column", c: "value", d: "unit"},
	Answer:        {name: "answer", str: "letter"},
	Verdict:       {name: "verdict", str: "text", a: "ruling"},
	End:           {name: "end", a: "status"},
}

// String returns the kind's name in a recording: "wait-begin".
func (k Kind) String() string {
	if int(k) < len(forms) {
		return forms[k].name
	}
	return fmt.Sprintf("kind-%d", uint8(k))
}

// What the numbers of a record mean. A record keeps them in A, B and C; the
// methods of Record below give them back with their types.

// Readiness is what an event watches for or what an fd is ready for. In Add,
// Del, Ready and CallbackBegin it is the event's flags, with libevent's values
// (event2/event.h, EV_*); in Kernel only Readable, Writable and the flags
// below them occur.
type Readiness int64

const (
	Timeout   Readiness = 0x01
	Readable  Readiness = 0x02
	Writable  Readiness = 0x04
	Signal    Readiness = 0x08
	Persist   Readiness = 0x10
	EdgeTrig  Readiness = 0x20
	HangUp    Readiness = 0x100 // POLLHUP: the other end is closed
	Broken    Readiness = 0x200 // POLLERR: an error waits to be read
	NotOpen   Readiness = 0x400 // POLLNVAL: no such file descriptor
	EndOfFile Readiness = 0x800 // POLLRDHUP: the peer will send no more
)

// The flags of an Open (A).
const (
	NonBlocking = 1 // calls on the fd do not wait
	RegularFile = 2 // always ready, and at its end again and again
	Inherited   = 4 // the program did not open it: it was there before the record began
)

// ThreadGone in a Sleep (B): the thread has ended.
const ThreadGone = 2

// Reason says why a loop returned: lab/event's Reason, with its values.
type Reason int64

const (
	LoopFailed   Reason = iota // an error
	LoopNoEvents               // no event was pending or active any more
	LoopBroken                 // at once, by Break
	LoopExited                 // by Exit, after the active events ran
	LoopDone                   // the flags Once or NonBlock had what they wanted
)

// Outcome is what came of a Check.
type Outcome int64

const (
	Failed    Outcome = 0
	Passed    Outcome = 1
	NotJudged Outcome = 2 // the run was held or disturbed, so the check says nothing
)

// String returns the outcome in words: "passed".
func (o Outcome) String() string { return word(int64(o), "failed", "passed", "not judged") }

// Ruling is what a Verdict says of the claim.
type Ruling int64

const (
	False     Ruling = 0
	True      Ruling = 1
	HalfTrue  Ruling = 2
	Undecided Ruling = 3 // the run could not be judged; the text says why
)

// String returns the ruling in words: "half true".
func (r Ruling) String() string { return word(int64(r), "false", "true", "half true", "undecided") }

// word returns word number n; a recording may hold any number.
func word(n int64, words ...string) string {
	if n < 0 || n >= int64(len(words)) {
		return "unknown"
	}
	return words[n]
}

// Unit is what a Measure or a Cell is counted in.
type Unit int64

const (
	Count       Unit = 0
	Nanoseconds Unit = 1
	ByteCount   Unit = 2
	PerSecond   Unit = 3
	NoUnit      Unit = 4 // a Cell of words: its value says nothing
)

// What returns the readiness that an Add, Del, Ready, CallbackBegin or Kernel
// is about.
func (r *Record) What() Readiness { return Readiness(r.A) }

// Asked returns when the kernel was asked what a Kernel or a Sleep says. The
// record may come later: whoever asks can be kept from writing it down.
func (r *Record) Asked() int64 {
	if r.D == 0 { // not said
		return r.Time
	}
	return r.D
}

// Reason returns why the loop of a LoopEnd returned.
func (r *Record) Reason() Reason { return Reason(r.C) }

// Outcome returns what came of a Check.
func (r *Record) Outcome() Outcome { return Outcome(r.A) }

// Ruling returns what a Verdict says.
func (r *Record) Ruling() Ruling { return Ruling(r.A) }

// Unit returns what the number of a Measure or of a Cell counts.
func (r *Record) Unit() Unit {
	if r.Kind == Cell {
		return Unit(r.D)
	}
	return Unit(r.B)
}
