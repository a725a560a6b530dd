package libevent

import (
	"fmt"
	"slices"
	"strings"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Account is what a run did, as far as it is compared.
type Account struct {
	world *world.World
	step  int
	acts  []act
	steps map[int]bool
	cut   bool // not all of the run is here
}

// act is one thing that a program did, or many equal ones in a row.
type act struct {
	step     int
	kind     trace.Kind // CallbackBegin, CallEnd, WaitEnd, LoopEnd
	call     world.Call // of a CallEnd
	on       string     // the fd's name; "" for none
	thread   uint32
	result   int64 // of a call; how many fds a wait named; what the loop returned
	callback bool  // a callback made it
	times    int64
}

// mostActs bounds an account: a program that a student has changed may do anything.
const mostActs = 1 << 17

// NewAccount returns an empty account of a run whose records have these texts.
func NewAccount(texts trace.Strings) *Account {
	return &Account{world: world.New(texts), steps: map[int]bool{}}
}

// Apply takes the run's records, in their order.
func (a *Account) Apply(records []trace.Record) {
	for i := range records {
		if a.world.Apply(&records[i]) { // else it is of the clients, which are a process of their own
			a.note(a.world.Entry(&records[i]))
		}
	}
}

func (a *Account) note(e world.Entry) {
	n := act{step: a.step, kind: e.Kind, on: e.On, thread: e.Thread, callback: e.Inside.Number != 0, times: 1}
	switch e.Kind {
	case trace.Step:
		a.step = int(e.A)
		a.steps[a.step] = true
		return
	case trace.CallbackBegin:
	case trace.Turns: // a callback each, or none
		n.kind, n.times, n.result, n.on = trace.WaitEnd, e.A, 1, ""
		if e.B <= 1 { // each has one wait, and perhaps several callbacks
			a.add(n)
		}
		if e.FD == trace.NoFD {
			return
		}
		n.kind, n.on, n.result, n.callback = trace.CallbackBegin, e.On, 0, true
	case trace.WaitEnd:
		if e.A <= 0 {
			return
		}
		n.result, n.on = 1, ""
	case trace.LoopEnd:
		n.result = e.A
	case trace.Measure: // as said.h says it
		n.kind, n.result = trace.LoopEnd, e.A
	case trace.CallEnd:
		n.call, n.result = e.Call, e.A
		if e.A > 0 && e.Bytes == 0 {
			n.times = max(e.C, 1)
		}
		if e.Call == world.NoCall {
			return
		}
	default:
		return
	}
	a.add(n)
}

// add adds an act. Equal ones in a row are one.
func (a *Account) add(n act) {
	if last := len(a.acts) - 1; last >= 0 {
		was := a.acts[last]
		if was.times = n.times; was == n {
			a.acts[last].times += n.times
			return
		}
	}
	if len(a.acts) == mostActs {
		a.cut = true
		return
	}
	a.acts = append(a.acts, n)
}

// Missing says how many records of the run are not among those that were applied.
func (a *Account) Missing(n uint64) { a.cut = a.cut || n > 0 }

// judgeable says why a run cannot be compared; "": it can.
func (a *Account) judgeable() string {
	switch {
	case a == nil:
		return "it has not run"
	case a.cut:
		return "not all that it did was recorded, or kept"
	case a.world.Pokes > 0:
		return "somebody pressed one of the lesson's keys"
	}
	return ""
}

// which chooses acts.
type which func(act) bool

// count returns how many acts of a step there are.
func (a *Account) count(step int, is which) (n int64) {
	for _, c := range a.acts {
		if c.step == step && is(c) {
			n += c.times
		}
	}
	return n
}

// before counts those until another comes; all of the step if none does.
func (a *Account) before(step int, is, end which) (n int64) {
	for _, c := range a.acts {
		switch {
		case c.step != step:
		case end(c):
			return n
		case is(c):
			n += c.times
		}
	}
	return n
}

// sum adds up the results.
func (a *Account) sum(step int, is which) (n int64) {
	for _, c := range a.acts {
		if c.step == step && is(c) {
			n += c.result * c.times
		}
	}
	return n
}

// threads counts the threads that did it.
func (a *Account) threads(step int, is which) int64 {
	on := map[uint32]bool{}
	for _, c := range a.acts {
		if c.step == step && is(c) {
			on[c.thread] = true
		}
	}
	return int64(len(on))
}

// names are the fds that it was done on, in the order of the first time.
func (a *Account) names(step int, is which) string {
	var all []string
	for _, c := range a.acts {
		if c.step == step && is(c) && !slices.Contains(all, c.on) {
			all = append(all, c.on)
		}
	}
	if len(all) == 0 {
		return "nobody"
	}
	return strings.Join(all, ", ")
}

// number is a count as it is compared. Of a spin nothing but that it is one: how often it
// goes round is the machine's, and the program's patience.
func number(n int64) string {
	if n > many {
		return fmt.Sprintf("more than %d", many)
	}
	return fmt.Sprint(n)
}

const many = 1000

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
