package grade

import (
	"cmp"
	"strings"
	"time"

	"fdlab/lab/world"
)

// Suspects has the exam's own looks come before the grader's when the program
// does not do what was expected, from here on. Without looks it ends that.
func (e *Examiner) Suspects(looks ...Look) { e.looks = looks }

// suspect is the first of the exam's own looks that finds something.
func (e *Examiner) suspect() *Finding {
	looks := e.looks
	e.looks = nil // what goes wrong while one looks is not looked into
	defer func() { e.looks = looks }()
	return first(looks...)
}

// Aftermath is for a Look: the verdict is clear, and one more thing that the
// world does will tell why. It returns when the program has ended, or sleeps for
// good, or when the world could not do it any more. What is recorded meanwhile
// is no part of the feedback; nor is what is due because of it, if nothing is printed.
func (e *Examiner) Aftermath(do func()) {
	e.judge = len(e.entries)
	due, printed := e.IsDue(), e.Printed()
	defer func() {
		// What comes of it does not show that the program would have got there by itself.
		e.acted = e.acted || e.IsDue() != due
		if e.Printed() == printed {
			e.said.Reset()
			e.said.WriteString(due)
		}
	}()
	defer func() {
		switch fault := recover().(type) {
		case nil, found: // the verdict is another one
		default:
			panic(fault)
		}
	}()
	do()
	var sign life
	for end := time.Now().Add(2 * patrol); ; time.Sleep(time.Millisecond) {
		if e.pump(); e.ended || e.flood() || sign.gone(e) || e.callbackSleeps() || time.Now().After(end) {
			return
		}
	}
}

// Others is for a Look: while a loop spins, other threads may be about to do what
// ok asks for. It waits until they have, or until all but the loops' sleep, and
// returns what ok says then.
func (e *Examiner) Others(ok func() bool) bool {
	var looks row
	for end := time.Now().Add(patrol); !ok() && !e.ended && looks < 20 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
		e.pump()
		loops := map[uint32]bool{}
		for i := range e.world.Bases {
			loops[e.world.Bases[i].Thread] = true
		}
		looks.saw(allAsleepBut(e.run.Pid(), loops))
	}
	return ok()
}

// Ended reports whether the program has ended.
func (e *Examiner) Ended() bool { return e.ended }

// EndedWell reports whether it has, with exit status 0.
func (e *Examiner) EndedWell() bool { return e.ended && e.run.Exit().Code == 0 }

// Crashed reports whether it has, with a panic or a fatal error of the Go runtime.
func (e *Examiner) Crashed() bool { return e.ended && e.crashSite() != "" }

// judged are the entries that a verdict rests on.
func (e *Examiner) judged() []world.Entry {
	if e.judge > 0 {
		return e.entries[:e.judge]
	}
	return e.entries
}

// running names the loops that run, by their bases, if these have names: ": worker 1, worker 2".
func (e *Examiner) running() string {
	var names []string
	named := false
	for i := range e.world.Bases {
		if b := &e.world.Bases[i]; b.Thread != 0 {
			names = append(names, cmp.Or(safe(b.Name), "one without a name"))
			named = named || b.Name != ""
		}
	}
	if !named {
		return ""
	}
	return ": " + strings.Join(names, ", ")
}
