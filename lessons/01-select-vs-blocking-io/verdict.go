package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
)

// keys are what a person may do to the experiment.
var keys = []experiment.Key{
	{Rune: 'a', Text: "write a line to a"},
	{Rune: 'b', Text: "write a line to b"},
}

func offer(x *experiment.X) {
	x.Poke('a', func() { x.Speak("a") })
	x.Poke('b', func() { x.Speak("b") })
}

// engines are all ways to read, in the order of the table.
func engines() []experiment.Engine {
	all := []experiment.Engine{{Name: "blocking", Read: readInTurn}}
	for _, backend := range slices.Backward(event.Backends()) { // the oldest first
		all = append(all, experiment.Engine{Name: backend, Read: loop(backend)})
	}
	return append(all,
		experiment.Engine{Name: "threads", Read: threadPerFD},
		experiment.Engine{Name: "busy", Read: busyLoop})
}

// others are the engines that steps 1 and 2 did not try.
func others(backend string) []experiment.Engine {
	return slices.DeleteFunc(engines(), func(e experiment.Engine) bool {
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
	list := strings.Join(names, ", ")
	f.Func("engine", "with -interactive, the `engine` (without it, the backend): "+list, func(name string) error {
		if chosen = name; !slices.Contains(names, name) {
			return fmt.Errorf("no such engine: choose one of %s", list)
		}
		return nil
	})
}

// play is the interactive mode: one engine, and only the keys speak.
func play(x *experiment.X) {
	offer(x)
	if chosen == "" {
		chosen = x.Backend()
	}
	for _, engine := range engines() {
		if engine.Name == chosen {
			x.Watch(engine)
		}
	}
}

// judge computes what the run says: checks, the answer, the verdict. What it
// can it rests on order: what was read before what else was said.
func judge(x *experiment.X, turns, both *experiment.Trial, rest []*experiment.Trial) {
	loops := append([]*experiment.Trial{both}, rest...)
	all := append([]*experiment.Trial{turns}, loops...)
	x.Table(all...)

	checkOrder(x, turns, "read b only after a had spoken", experiment.Later)
	for _, t := range loops {
		checkOrder(x, t, "read b while a was silent", experiment.AtOnce)
	}
	unread := 0
	for _, t := range all {
		unread += t.Unread()
	}
	x.Check(unread == 0, "nothing was lost: at the end %d messages are unread", unread)
	wait, silence, ok := turns.Wait("b", 1, "a")
	x.TimingCheck(ok && wait > silence/2, "%s: b1 waited for more than half of a's silence: %s of %s",
		turns.Engine, experiment.Brief(wait), experiment.Brief(silence))
	for _, t := range rest {
		if t.Engine == "busy" {
			x.TimingCheck(t.SystemCalls() > 10*both.SystemCalls() && t.CPU() > 3*both.CPU(),
				"busy: %d system calls and %s of CPU; %s: %d and %s", t.SystemCalls(),
				experiment.Brief(t.CPU()), both.Engine, both.SystemCalls(), experiment.Brief(both.CPU()))
		}
	}

	// Predict asks when the program gets b's message.
	stuck, heard := turns.Hears("b", "a"), both.Hears("b", "a")
	if letter, ok := letters[stuck]; ok {
		x.Answer(letter)
	}
	if stuck == experiment.Unclear || heard == experiment.Unclear {
		x.Verdict(experiment.Undecided, "No message of b came while the program waited for a alone: "+
			"you wrote to a by hand too early. Run it again.")
		return
	}
	best := event.Backends()[0]
	wins := heard == experiment.AtOnce && stuck != experiment.AtOnce
	x.Verdict(experiment.Ruling(best == "select", wins), "%s %s", compare(wins, turns, both), wraps(best))
}

// letters are the options of Predict.
var letters = map[experiment.Hearing]string{
	experiment.AtOnce:   "a",
	experiment.Later:    "b",
	experiment.Finished: "c",
	experiment.Never:    "d",
}

// checkOrder checks when an engine heard b.
func checkOrder(x *experiment.X, t *experiment.Trial, what string, want experiment.Hearing) {
	got := t.Hears("b", "a")
	if got == experiment.Unclear {
		x.NotJudged("you wrote to it by hand", "%s: %s", t.Engine, what)
		return
	}
	x.Check(got == want, "%s: %s", t.Engine, what)
}

// compare says how waiting for both did against reading in turn.
func compare(wins bool, turns, both *experiment.Trial) string {
	if !wins {
		return fmt.Sprintf("Here %s was no better than %s: first message of b after %s and %s.",
			both.Engine, turns.Engine, first(both), first(turns))
	}
	return fmt.Sprintf("With %s b's first message was read after %s, with blocking calls in turn after %s.",
		both.Engine, first(both), first(turns))
}

// first is how long b's first message was on its way.
func first(t *experiment.Trial) string {
	wait, _, ok := t.Wait("b", 1, "a")
	if !ok {
		return "(never)"
	}
	return experiment.Brief(wait)
}

// wraps says what lies under the loop if nobody chooses.
func wraps(best string) string {
	if best == "select" {
		return "And select is what the loop takes by itself here."
	}
	return fmt.Sprintf("But there is more than select: by itself the loop takes %s here.", best)
}
