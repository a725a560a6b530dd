package grade

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"time"

	"fdlab/lab/diagnosis"
	"fdlab/lab/phrase"
	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// detained: a callback does not return.
func (e *Examiner) detained() *Finding {
	top, _, is := diagnosis.Detained(e.world)
	if !is {
		return nil
	}
	if f := e.slow(&top); f != nil {
		return f
	}
	m := Starved
	saw := fmt.Sprintf("the callback of %s began %v ago and has not returned", safe(e.whoseCallback(&top)),
		time.Duration(e.run.Reader().Now()-top.Since).Round(100*time.Millisecond))
	switch wait, at := e.waits(); {
	case wait == "":
	case strings.HasPrefix(wait, "sync.Mutex") || strings.HasPrefix(wait, "sync.RWMutex"):
		m, saw = NeverUnlocked, fmt.Sprintf("%s: it waits for a lock (%s, %s), and every other thread sleeps, too", saw, wait, at)
	case wait == "sleep":
		saw = fmt.Sprintf("%s: it sleeps (time.Sleep, %s)", saw, at)
	default:
		m = WaitsInCallback
		saw = fmt.Sprintf("%s: it waits (%s, %s)", saw, wait, at)
	}
	return Find(m, saw, e.world.FDByNumber(top.FD)).
		Decides(CallbackBegins(top.Number))
}

// slow: each of its callbacks takes long, and this one has only begun.
func (e *Examiner) slow(top *world.Frame) *Finding {
	f := e.world.FDByNumber(top.FD)
	if f == nil || e.run.Reader().Now()-top.Since > int64(time.Second) {
		return nil
	}
	var began, longest int64
	n := 0
	e.Each(func(r *world.Entry) {
		switch {
		case r.FD != f.Number || r.Time < f.Opened:
		case r.Kind == trace.CallbackBegin:
			began = r.Time
		case r.Kind == trace.CallbackEnd && began != 0:
			if took := r.Time - began; took > int64(longCallback) {
				n++
				longest = max(longest, took)
			}
		}
	})
	if n < 2 {
		return nil
	}
	return Find(Starved, fmt.Sprintf("%d callbacks of %s have taken more than %v each (the longest: %v), and what comes meanwhile must wait",
		n, safe(e.whoseCallback(top)), longCallback, time.Duration(longest).Round(time.Millisecond)), f)
}

// longCallback is longer than a callback that only reads and writes takes.
const longCallback = 100 * time.Millisecond

// whoseCallback says whose a callback is that runs.
func (e *Examiner) whoseCallback(in *world.Frame) string {
	if in.Why&trace.Signal != 0 {
		return in.Name
	}
	return phrase.Subject(phrase.FD(e.world, in.FD), in.Name)
}

// Detained is for a Look: it reports whether the callback of the fd has begun,
// and its thread is in no call that the trace has. Then it asks the program what
// it waits for ("sync.Mutex.Lock", "chan send", "" if it does not say) and where
// ("main.go:56"), which ends the program.
func (e *Examiner) Detained(f *world.FD) (wait, at string, yes bool) {
	for i := range e.world.Threads {
		top, ok := e.world.Threads[i].Top()
		if ok && f != nil && top.Kind == world.InCallback && e.world.FDByNumber(top.FD) == f {
			wait, at = e.waits()
			return wait, at, true
		}
	}
	return "", "", false
}

// waits asks the program where its callbacks stand, which ends it: what the
// goroutine that is inside one waits for ("sync.Mutex.Lock"), and the line of
// the program's own where it does. A wait for a lock is told before others. It
// is "" if none waits, or the program does not say.
func (e *Examiner) waits() (wait, at string) {
	if e.ended {
		return "", ""
	}
	for _, g := range bytes.Split(e.run.Stacks(time.Second), []byte("\n\n")) {
		state := goroutine.FindSubmatch(g)
		site := e.ownLine().FindSubmatch(g)
		if state == nil || site == nil || !bytes.Contains(g, []byte("lab/event.(*Base)")) || idle[string(state[1])] {
			continue
		}
		if wait == "" || strings.HasPrefix(string(state[1]), "sync.") {
			wait, at = string(state[1]), string(site[1])
		}
	}
	return safe(wait), safe(at)
}

// goroutine is how the Go runtime heads a stack: "goroutine 1 [sync.Mutex.Lock,
// 2 minutes, locked to thread]:". What it waits for comes first.
var goroutine = regexp.MustCompile(`(?m)^goroutine \d+ [^\[\n]*\[([\w. ]+)[^\]\n]*\]:`)

// idle are the states of a goroutine that waits for no other.
var idle = map[string]bool{"running": true, "runnable": true, "syscall": true}

// ownLine finds a line of the program's own in a stack: "main.go:56".
func (e *Examiner) ownLine() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[\t ]+.*/` + regexp.QuoteMeta(e.binary.Name) + `/(\w+\.go:\d+)`)
}
