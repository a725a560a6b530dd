// Package goal knows what a person may bring about in a run by hand, and sees from the
// trace that it has been so. A lesson's README has such goals, in a small language:
//
//	ready b and blocked read a
//
// A condition is one or more parts, joined by "and": all of them must be so at one
// moment. A name with blanks stands in quotes; a name that ends in * is the beginning
// of one. An fd has the name that the stage shows, and is open.
//
//	ready FD           a read would find something
//	watched FD         an event is pending on it to read, or a thread is blocked on it
//	room FD            an event is pending on it to write: it waits for room
//	unseen FD          it is ready, and no loop has been told
//	unwatched FD       it is ready, and neither an event nor a thread waits for it
//	queued FD N        N bytes or more wait in the kernel to be read
//	backlog FD N       N clients or more wait to be accepted
//	blocked CALL FD    a thread is blocked in that call on it
//	inside FD          its callback runs
//	ran FD N           its callbacks have run N times or more
//	read FD N          the program has read N bytes or more from it
//	untaken FD N       its last callbacks, N or more, have taken nothing
//	mistaken FD        another fd's callback ran when it was ready
//	apart FD FD        their callbacks run on different threads
//	end NAME STATE     that end of a TCP connection is in that state, in the kernel's table
//	nested N           a thread is inside N dispatches or more
//	spins              a loop spins, or calls of an fd that take nothing follow each other
//	vain               a loop finds something ready, turn after turn, and calls no callback
//	held               a thread stands at the gate
//	call NAME WHAT     a system call has ended, with WHAT: an errno by name, or the result:
//	call NAME WHAT FD  0, or at least N
//	returned           a dispatch has returned, because no events are left
//
// The last two are of one record, so there is at most one of them in a condition. What
// lasts counts only when it has lasted for a moment, as on the stage; see brief.
//
// The package knows no lesson, no drawing and no process.
package goal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"fdlab/lab/abi"
	"fdlab/lab/diagnosis"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// Goal is a condition.
type Goal struct {
	parts []part // of the state
	at    *call  // of one record; nil: of none
}

// part says whether something is so in a world, at the time now.
type part func(w *world.World, now int64) bool

// call is a record that is waited for.
type call struct {
	kind  trace.Kind
	name  string // of a system call
	errno string // its error, or ""
	least int64  // its result: 0 is itself, else at least so much
	fd    string // what it is of, or ""
}

// stuck is how long, in ns, a call lasts before it may be said to be blocked: on a busy
// machine one that is not may take some ms.
const stuck = int64(50e6)

// looked is after how long, in ns, the kernel's watcher has surely looked again.
const looked = int64(200e6)

// brief is how long, in ns, an fd is ready before anybody may be said not to have looked.
const brief = int64(1e6)

// grammar says of each word how many operands follow, and what is made of them.
var grammar = map[string]struct {
	operands int
	make     func(args []string) (part, error)
}{
	"ready":   {1, of(func(_ *world.World, f *world.FD, _ int64) bool { return f.Readable() })},
	"watched": {1, of(func(_ *world.World, f *world.FD, _ int64) bool { return f.Wanted() })},
	"room":    {1, of(func(_ *world.World, f *world.FD, _ int64) bool { return f.Watched()&trace.Writable != 0 })},
	"unseen": {1, of(func(w *world.World, f *world.FD, now int64) bool {
		since, ok := f.Unseen()
		return ok && now-since > brief && w.Sure(since)
	})},
	"unwatched": {1, of(func(w *world.World, f *world.FD, now int64) bool {
		return f.Readable() && now-f.ReadySince > brief && w.Sure(f.ReadySince) && !f.Wanted() && f.InCallback == 0
	})},
	"queued":   {2, counted(func(f *world.FD) int64 { return f.Queued })},
	"backlog":  {2, backlog},
	"ran":      {2, counted(func(f *world.FD) int64 { return int64(f.Callbacks) })},
	"read":     {2, counted(func(f *world.FD) int64 { return f.BytesIn })},
	"untaken":  {2, counted(func(f *world.FD) int64 { return f.Untaken.Now })},
	"mistaken": {1, of(func(_ *world.World, f *world.FD, _ int64) bool { return f.MistakenAt != 0 })},
	"inside":   {1, of(func(_ *world.World, f *world.FD, _ int64) bool { return f.InCallback > 0 })},
	"blocked":  {2, blocked},
	"apart":    {2, apart},
	"end":      {2, end},
	"nested":   {1, nested},
	"spins":    {0, spins},
	"vain":     {0, vain},
	"held":     {0, func([]string) (part, error) { return func(w *world.World, _ int64) bool { return w.Held > 0 }, nil }},
}

// Parse reads a condition.
func Parse(text string) (*Goal, error) {
	words, err := split(text)
	if err != nil {
		return nil, err
	}
	g := &Goal{}
	for len(words) > 0 {
		n := 0
		for n < len(words) && words[n] != "and" {
			n++
		}
		if err := g.add(words[:n]); err != nil {
			return nil, err
		}
		if words = words[n:]; len(words) == 1 {
			return nil, errors.New(`nothing follows the last "and"`)
		} else if len(words) > 0 {
			words = words[1:]
		}
	}
	if g.at == nil && g.parts == nil {
		return nil, errors.New("there is no condition")
	}
	return g, nil
}

// add adds one part of a condition.
func (g *Goal) add(words []string) error {
	if len(words) == 0 {
		return errors.New(`nothing stands before an "and"`)
	}
	word, args := words[0], words[1:]
	if word == "call" || word == "returned" {
		if g.at != nil {
			return fmt.Errorf("%q is of one record, and there is one already", word)
		}
		var err error
		g.at, err = recorded(word, args)
		return err
	}
	rule, ok := grammar[word]
	switch {
	case !ok:
		return fmt.Errorf("%q is no condition", word)
	case len(args) != rule.operands:
		return fmt.Errorf("%q has %d operands, and not %d", word, rule.operands, len(args))
	}
	one, err := rule.make(args)
	if err != nil {
		return fmt.Errorf("%q: %w", word, err)
	}
	g.parts = append(g.parts, one)
	return nil
}

// split cuts a condition into words.
func split(text string) (words []string, err error) {
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if text[0] != '"' {
			word, rest, _ := strings.Cut(text, " ")
			words, text = append(words, word), rest
			continue
		}
		word, rest, ok := strings.Cut(text[1:], `"`)
		if !ok {
			return nil, errors.New("a quotation mark has no partner")
		}
		words, text = append(words, word), rest
	}
	return words, nil
}

// Met reports whether the condition is met now: right after the record r was applied to
// the world, or, if r is nil, at a time between two records.
func (g *Goal) Met(w *world.World, r *trace.Record, now int64) bool {
	if g.at != nil && (r == nil || !g.at.is(w, r)) {
		return false
	}
	for _, one := range g.parts {
		if !one(w, now) {
			return false
		}
	}
	return true
}

// recorded reads the part that is of one record.
func recorded(word string, args []string) (*call, error) {
	if word == "returned" {
		if len(args) > 0 {
			return nil, fmt.Errorf("%q has no operands", word)
		}
		return &call{kind: trace.LoopEnd}, nil
	}
	if len(args) < 2 || len(args) > 3 {
		return nil, errors.New(`"call" has two operands, or three`)
	}
	c := &call{kind: trace.CallEnd, name: args[0]}
	if n, err := strconv.ParseInt(args[1], 10, 64); err == nil && n >= 0 {
		c.least = n
	} else if c.errno = args[1]; !strings.HasPrefix(c.errno, "E") {
		return nil, fmt.Errorf("%q is neither an errno nor a number", c.errno)
	}
	if len(args) == 3 {
		c.fd = args[2]
	}
	return c, nil
}

func (c *call) is(w *world.World, r *trace.Record) bool {
	switch {
	case r.Kind != c.kind:
		return false
	case c.kind == trace.LoopEnd:
		return r.Reason() == trace.LoopNoEvents
	case c.errno != "":
		if r.A >= 0 || abi.Errno(r.B) != c.errno {
			return false
		}
	case r.A < c.least || c.least == 0 && r.A != 0:
		return false
	}
	e := w.Entry(r)
	return e.Text == c.name && (c.fd == "" || named(e.On, c.fd))
}

// named reports whether a name is the one that is meant.
func named(name, want string) bool {
	if begin, ok := strings.CutSuffix(want, "*"); ok {
		return strings.HasPrefix(name, begin)
	}
	return name == want
}

// of makes a part that is so where it is of any open fd with the name.
func of(is func(w *world.World, f *world.FD, now int64) bool) func([]string) (part, error) {
	return func(args []string) (part, error) {
		return func(w *world.World, now int64) bool {
			for _, f := range w.FDs {
				if f.Closed == 0 && named(f.Name(), args[0]) && is(w, f, now) {
					return true
				}
			}
			return false
		}, nil
	}
}

// counted makes a part that is so where something of an fd is at least a number.
func counted(what func(*world.FD) int64) func([]string) (part, error) {
	return func(args []string) (part, error) {
		least, err := positive(args[1])
		if err != nil {
			return nil, err
		}
		return of(func(_ *world.World, f *world.FD, _ int64) bool { return what(f) >= least })(args)
	}
}

func positive(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not a number from 1", text)
	}
	return n, nil
}

// backlog is met where clients wait to be accepted. While the listener's callback runs, the
// kernel's last word may be about the client that the callback has taken: it counts when the
// watcher has looked since, and that takes 100 ms at most.
func backlog(args []string) (part, error) {
	least, err := positive(args[1])
	if err != nil {
		return nil, err
	}
	return of(func(_ *world.World, f *world.FD, now int64) bool {
		return f.TCP.Backlog >= least && (f.InCallback == 0 || now-f.CallbackAt > looked)
	})(args[:1])
}

func blocked(args []string) (part, error) {
	return of(func(w *world.World, f *world.FD, now int64) bool {
		at, _, ok := diagnosis.Blocked(w, f)
		return ok && at.Name == args[0] && now-at.Since > stuck && w.Sure(at.Since)
	})(args[1:])
}

func apart(args []string) (part, error) {
	return func(w *world.World, _ int64) bool {
		a, b := threadOf(w, args[0]), threadOf(w, args[1])
		return a != 0 && b != 0 && a != b
	}, nil
}

// threadOf returns the thread that alone has called or read an open fd; 0: there is none.
func threadOf(w *world.World, name string) uint32 {
	for _, f := range w.FDs {
		if f.Closed == 0 && named(f.Name(), name) && f.Callbacks > 0 && len(f.Threads) == 1 {
			return f.Threads[0]
		}
	}
	return 0
}

func end(args []string) (part, error) {
	known := false
	for s := world.NoState; s <= world.Closing; s++ {
		known = known || s.String() == args[1]
	}
	if !known {
		return nil, fmt.Errorf("%q is no state of tcp(7)", args[1])
	}
	return func(w *world.World, _ int64) bool {
		for i := range w.Ends {
			if e := &w.Ends[i]; e.Label == args[0] && e.State.String() == args[1] {
				return true
			}
		}
		return false
	}, nil
}

func nested(args []string) (part, error) {
	least, err := positive(args[0])
	if err != nil {
		return nil, err
	}
	return func(w *world.World, _ int64) bool {
		for i := range w.Bases {
			if int64(w.Bases[i].Depth) >= least {
				return true
			}
		}
		return false
	}, nil
}

func spins([]string) (part, error) {
	return func(w *world.World, now int64) bool {
		for i := range w.Bases {
			if _, ok := w.Bases[i].Spins(now); ok {
				return true
			}
		}
		for _, f := range w.FDs {
			if f.Closed != 0 {
				continue
			}
			if _, ok := diagnosis.Spins(f, diagnosis.Now); ok {
				return true
			}
		}
		return false
	}, nil
}

func vain([]string) (part, error) {
	return func(w *world.World, _ int64) bool {
		for i := range w.Bases {
			if _, ok := diagnosis.CallsNobody(&w.Bases[i]); ok {
				return true
			}
		}
		return false
	}, nil
}
