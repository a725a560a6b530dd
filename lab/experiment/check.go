package experiment

import (
	"cmp"
	"fmt"
	"sync/atomic"
	"time"

	"fdlab/lab/trace"
)

// Check judges one thing that was measured. Rest it on the order of things,
// not on times: order is the same on a slow machine. What depends on time
// belongs in TimingCheck.
func (x *X) Check(ok bool, format string, args ...any) {
	Evidence{x: x}.Check(ok, format, args...)
}

// TimingCheck is Check for what depends on time. It is not judged when the run
// was held or poked.
func (x *X) TimingCheck(ok bool, format string, args ...any) {
	Evidence{x: x}.TimingCheck(ok, format, args...)
}

// NotJudged is a check that this run says nothing about. In the trace its text
// begins with why, in brackets.
func (x *X) NotJudged(why, format string, args ...any) {
	Evidence{x: x}.NotJudged(why, format, args...)
}

// Evidence is what a check rests on, and what rests on the check. Whoever reads
// the check can then go to the moment that proves it:
//
//	x.Of(1).At(accepted).Decides().Check(in < out, "client 2 waited")
//	x.Of(4).AtMoment("nobody-reads").Check(spins, "nobody reads, and the loop spins")
type Evidence struct {
	x       *X
	step    int
	proof   int64
	decides bool
}

// Of is for checks about what step n did.
func (x *X) Of(n int) Evidence { return Evidence{x: x, step: n} }

// At says when the thing that the check is about happened. The zero time says
// nothing.
func (e Evidence) At(t time.Time) Evidence {
	if !t.IsZero() {
		e.proof = max(1, e.x.rec.Now()-int64(time.Since(t)))
	}
	return e
}

// AtMoment says that the check is about what was so at a moment that the run has marked
// (X.Moment). One that it has not marked says nothing.
func (e Evidence) AtMoment(key string) Evidence {
	if marked, ok := e.x.moments.Load(key); ok {
		e.proof = cmp.Or(marked.(*atomic.Int64).Load(), e.proof)
	}
	return e
}

// Decides says that the answer or the verdict rests on the check.
func (e Evidence) Decides() Evidence {
	e.decides = true
	return e
}

// Check is X.Check with this evidence.
func (e Evidence) Check(ok bool, format string, args ...any) {
	if e.x.invalid() != nil {
		e.NotJudged("this run cannot be judged", format, args...)
		return
	}
	text := fmt.Sprintf(format, args...)
	outcome := trace.Failed
	if ok {
		outcome = trace.Passed
	}
	e.put(outcome, text, outcome.String()+": "+text)
}

// TimingCheck is X.TimingCheck with this evidence.
func (e Evidence) TimingCheck(ok bool, format string, args ...any) {
	if why := e.x.Disturbed(); why != "" && e.x.invalid() == nil {
		e.NotJudged(why, format, args...)
		return
	}
	e.Check(ok, format, args...)
}

// NotJudged is X.NotJudged with this evidence.
func (e Evidence) NotJudged(why, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	e.put(trace.NotJudged, "("+why+") "+text, trace.NotJudged.String()+" ("+why+"): "+text)
	e.x.mu.Lock()
	defer e.x.mu.Unlock()
	e.x.unjudged = append(e.x.unjudged, "("+why+") "+text)
}

// put puts text into the trace and line into the account.
func (e Evidence) put(outcome trace.Outcome, text, line string) {
	var decides int64
	if e.decides {
		decides = 1
	}
	x := e.x
	x.rec.Put(&trace.Record{Kind: trace.Check, FD: trace.NoFD, Str: x.rec.String(text),
		A: int64(outcome), B: decides, C: int64(e.step), D: e.proof})
	x.mu.Lock()
	defer x.mu.Unlock()
	x.checks = append(x.checks, line)
}
