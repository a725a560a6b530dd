package main

import (
	"flag"
	"fmt"
	"slices"
	"time"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
	"fdlab/lab/experiment/engine"
)

// keys are what a person may do to the experiment.
var keys = []experiment.Key{
	{Rune: 'a', Text: "write a line to a"},
	{Rune: 'b', Text: "write a line to b"},
}

func offer(x *experiment.X, bench *engine.Bench) {
	x.Poke('a', func() { bench.Speak("a") })
	x.Poke('b', func() { bench.Speak("b") })
}

// engines are all ways to read, in the order of the table.
func engines() []engine.Engine {
	all := []engine.Engine{{Name: "blocking", Read: readInTurn}}
	for _, backend := range slices.Backward(event.Backends()) { // the oldest first
		all = append(all, loopOn(backend))
	}
	return append(all,
		engine.Engine{Name: "threads", Read: threadPerFD},
		engine.Engine{Name: "busy", Read: busyLoop})
}

// others are the engines that steps 1 and 2 did not try.
func others(backend string) []engine.Engine {
	return slices.DeleteFunc(engines(), func(e engine.Engine) bool {
		return e.Name == "blocking" || e.Name == backend
	})
}

// chosen is -engine, for the interactive mode.
var chosen string

func flags(f *flag.FlagSet) {
	var names []string
	for _, e := range engines() {
		names = append(names, e.Name)
	}
	experiment.ChoiceFlag(f, "engine", &chosen, "the `engine` (the default is the backend)", names...)
}

// play is the interactive mode: one engine, and only the keys speak.
func play(x *experiment.X) {
	bench := engine.NewBench(x)
	offer(x, bench)
	if chosen == "" {
		chosen = x.Backend()
	}
	for _, e := range engines() {
		if e.Name == chosen {
			bench.Play(e)
		}
	}
}

// loopOn is the engine that waits with a backend.
func loopOn(backend string) engine.Engine {
	return engine.Engine{Name: backend, Read: loop(backend)}
}

// judge computes what the run says: checks, the answer, the verdict. What it
// can it rests on order: what was read before what else was said.
func judge(x *experiment.X, turns, both *engine.Run, rest []*engine.Run, asked libevent) {
	loops := append([]*engine.Run{both}, rest...)
	all := append([]*engine.Run{turns}, loops...)

	for _, t := range []*engine.Run{turns, both} { // the verdict rests on these
		if h := t.Hears("b", "a"); h.When == engine.Unclear && h.Delayed > 0 {
			x.Invalidate(starved(t, h))
		}
	}
	checkOrder(x.Of(1).Decides(), turns, "read b only after a had spoken", engine.Later)
	checkOrder(x.Of(2).Decides(), both, "read b while a was silent", engine.AtOnce)
	for _, t := range rest {
		checkOrder(x.Of(3), t, "read b while a was silent", engine.AtOnce)
	}
	unread := 0
	for _, t := range all {
		unread += t.Unread()
	}
	x.Check(unread == 0, "nothing was lost: at the end %d messages are unread", unread)
	stuck, heard := turns.Hears("b", "a"), both.Hears("b", "a")
	if stuck.When != engine.Unclear {
		x.Of(1).At(stuck.Read).TimingCheck(stuck.Waited > stuck.Silence/2, "%s: %s waited for more than half of a's silence: it waited %s, and a was silent for %s",
			turns.Engine, stuck.Message, experiment.Brief(stuck.Waited), experiment.Brief(stuck.Silence))
	}
	for _, t := range rest {
		if t.Engine != "busy" {
			continue
		}
		more := t.SystemCalls() > 10*both.SystemCalls() && t.CPU() > 3*both.CPU()
		if late := t.Delay(); !more && late > t.CPU() && x.Disturbed() == "" {
			x.Of(3).NotJudged(fmt.Sprintf("it could have run for %s more, and got no processor", experiment.Brief(late)),
				"busy: far more system calls and CPU than %s", both.Engine)
		} else {
			x.Of(3).AtMoment("nobody-is-first").TimingCheck(more,
				"busy: %s and %s of CPU; %s: %s and %s", experiment.Number(t.SystemCalls(), "system call"),
				experiment.Brief(t.CPU()), both.Engine, experiment.Thousands(both.SystemCalls()), experiment.Brief(both.CPU()))
		}
	}

	ours := event.Backends()[0]
	if asked.missing == "" {
		x.Of(0).Decides().Check(asked.method == ours, "by default libevent %s takes %s, and the lab's loop takes %s",
			asked.version, asked.method, ours)
	} else {
		x.Of(0).Decides().NotJudged("not measured here: "+asked.missing, "what libevent takes by default")
	}

	// Predict asks which engine hears b clearly sooner than all others.
	switch first, late, ok := sooner(x, loops); {
	case late != nil:
		x.Of(3).Decides().NotJudged(late.Error()+": run it again on a machine that is less busy",
			"none of these heard b clearly sooner than all others")
	case ok:
		shortest, longest := spread(loops)
		x.Of(3).AtMoment("nobody-is-first").Decides().TimingCheck(first == "", "none of these heard b clearly sooner than all others: it waited for %s to %s",
			experiment.Brief(shortest), experiment.Brief(longest))
		if letter, ok := letters[first]; ok {
			x.Answer(letter)
		}
	}
	if stuck.When == engine.Unclear || heard.When == engine.Unclear {
		x.Verdict(experiment.Undecided, "No message of b came while the program waited for a alone: "+
			"you wrote to a by hand too early. Run it again.")
		return
	}
	// Where libevent cannot be asked the lab's loop stands for it, and the
	// verdict says so.
	best := asked.method
	if asked.missing != "" {
		best = ours
	}
	wins := heard.When == engine.AtOnce && stuck.When != engine.AtOnce
	so := "Waiting for both made no difference"
	if wins {
		so = "Waiting for both made the difference"
	}
	x.Verdict(experiment.Ruling(best == "select", wins), "%s: %s %s, %s %s. %s",
		so, both.Engine, wait(x, heard), turns.Engine, wait(x, stuck), wraps(asked, best))
}

// letters are the options of Predict: which engine hears b clearly sooner than
// all others; "": none.
var letters = map[string]string{"epoll": "a", "threads": "b", "busy": "c", "": "d"}

// clearly is the lead that counts. A busy machine can make any of them wait for
// some milliseconds.
const clearly = 100 * time.Millisecond

// sooner returns the engine that heard b clearly sooner than all others, or "".
// First it goes by order: who heard b while a was silent, and who only later.
// Where that does not tell them apart, it goes by time. A run that was held has
// no times. ok is false where this run does not say; late is then the engine that got no
// processor for so long that nobody knows, if that is why.
func sooner(x *experiment.X, loops []*engine.Run) (name string, late *experiment.Starved, ok bool) {
	inTime := map[string]engine.Heard{}
	for _, t := range loops {
		h := t.Hears("b", "a")
		switch h.When {
		case engine.Unclear:
			if h.Delayed > 0 {
				late = starved(t, h)
			}
			return "", late, false
		case engine.AtOnce:
			inTime[t.Engine] = h
		}
	}
	switch {
	case len(loops) < 2:
		return "", nil, false // nothing to compare
	case len(inTime) == 1:
		for name := range inTime {
			return name, nil, true
		}
	case len(inTime) < len(loops) || x.Disturbed() != "":
		return "", nil, true
	}
	return lead(inTime)
}

// lead returns the engine that heard b clearly before all others, or "". The time for
// which an engine could have run and got no processor is the machine's, and not the
// engine's: on a free one it would have waited for that much less, or for just as long.
// Where it depends on this who has the lead, nobody knows.
func lead(heard map[string]engine.Heard) (name string, late *experiment.Starved, ok bool) {
	leads := func(one string, waited, others func(engine.Heard) time.Duration) bool {
		for other := range heard {
			if other != one && others(heard[other])-waited(heard[one]) <= clearly {
				return false
			}
		}
		return true
	}
	most := func(h engine.Heard) time.Duration { return h.Waited }
	least := func(h engine.Heard) time.Duration { return max(h.Waited-h.Delayed, 0) }
	for one := range heard {
		if leads(one, most, least) {
			return one, nil, true
		}
	}
	for one := range heard {
		if leads(one, least, most) {
			for other, h := range heard { // the one that was delayed most tells it best
				if late == nil || h.Delayed > late.Delay {
					late = &experiment.Starved{Thread: "the engine " + other, Delay: h.Delayed, Of: h.Waited}
				}
			}
			return "", late, false
		}
	}
	return "", nil, true
}

// starved says that an engine got no processor when b had spoken.
func starved(t *engine.Run, h engine.Heard) *experiment.Starved {
	return &experiment.Starved{Thread: "the engine " + t.Engine, Delay: h.Delayed, Of: h.Silence}
}

// spread returns how long the message that decides waited, at least and at most.
func spread(loops []*engine.Run) (shortest, longest time.Duration) {
	shortest = time.Hour
	for _, t := range loops {
		waited := t.Hears("b", "a").Waited
		shortest, longest = min(shortest, waited), max(longest, waited)
	}
	return shortest, longest
}

// checkOrder checks when an engine heard b.
func checkOrder(of experiment.Evidence, t *engine.Run, what string, want engine.Hearing) {
	heard := t.Hears("b", "a")
	of = of.At(heard.Read)
	if heard.When == engine.Unclear && heard.Delayed > 0 {
		of.NotJudged(starved(t, heard).Error(), "%s: %s", t.Engine, what)
		return
	}
	if heard.When == engine.Unclear {
		of.NotJudged("you wrote to it by hand", "%s: %s", t.Engine, what)
		return
	}
	of.Check(heard.When == want, "%s: %s", t.Engine, what)
}

// wait says how long the message was on its way that decides. In a run that was
// held the time says nothing, but the order does.
func wait(x *experiment.X, h engine.Heard) string {
	switch {
	case h.When == engine.Never:
		return "never read " + h.Message
	case x.Disturbed() == "":
		return "read " + h.Message + " after " + experiment.Brief(h.Waited)
	case h.When == engine.AtOnce:
		return "read " + h.Message + " while a was silent"
	}
	return "read " + h.Message + " only later"
}

// wraps says what lies under the loop if nobody chooses.
func wraps(asked libevent, best string) string {
	who, so := "libevent "+asked.version, ""
	if asked.missing != "" {
		who = "the lab's loop"
		so = " What libevent itself takes was not measured here."
	}
	if best == "select" {
		return fmt.Sprintf("And select is what %s takes by default.%s", who, so)
	}
	return fmt.Sprintf("But there is more than select: by default %s takes %s.%s", who, best, so)
}
