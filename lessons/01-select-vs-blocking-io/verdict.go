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
	stuck, heard := turns.Hears("b", "a"), both.Hears("b", "a")
	if stuck.When != experiment.Unclear {
		x.TimingCheck(stuck.Waited > stuck.Silence/2, "%s: %s waited for more than half of a's silence: %s of %s",
			turns.Engine, stuck.Message, experiment.Brief(stuck.Waited), experiment.Brief(stuck.Silence))
	}
	for _, t := range rest {
		if t.Engine == "busy" {
			x.TimingCheck(t.SystemCalls() > 10*both.SystemCalls() && t.CPU() > 3*both.CPU(),
				"busy: %d system calls and %s of CPU; %s: %d and %s", t.SystemCalls(),
				experiment.Brief(t.CPU()), both.Engine, both.SystemCalls(), experiment.Brief(both.CPU()))
		}
	}

	// Predict asks when the program gets b's message.
	if letter, ok := letters[stuck.When]; ok {
		x.Answer(letter)
	}
	if stuck.When == experiment.Unclear || heard.When == experiment.Unclear {
		x.Verdict(experiment.Undecided, "No message of b came while the program waited for a alone: "+
			"you wrote to a by hand too early. Run it again.")
		return
	}
	best := event.Backends()[0]
	wins := heard.When == experiment.AtOnce && stuck.When != experiment.AtOnce
	so := "Waiting for both made no difference"
	if wins {
		so = "Waiting for both made the difference"
	}
	x.Verdict(experiment.Ruling(best == "select", wins), "%s: %s %s, %s %s. %s",
		so, both.Engine, wait(x, heard), turns.Engine, wait(x, stuck), wraps(best))
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
	got := t.Hears("b", "a").When
	if got == experiment.Unclear {
		x.NotJudged("you wrote to it by hand", "%s: %s", t.Engine, what)
		return
	}
	x.Check(got == want, "%s: %s", t.Engine, what)
}

// wait says how long the message was on its way that decides. In a run that was
// held the time says nothing, but the order does.
func wait(x *experiment.X, h experiment.Heard) string {
	switch {
	case h.When == experiment.Never:
		return "never read " + h.Message
	case x.Disturbed() == "":
		return "read " + h.Message + " after " + experiment.Brief(h.Waited)
	case h.When == experiment.AtOnce:
		return "read " + h.Message + " while a was silent"
	}
	return "read " + h.Message + " only later"
}

// wraps says what lies under the loop if nobody chooses.
func wraps(best string) string {
	if best == "select" {
		return "And select is what the loop takes by itself here."
	}
	return fmt.Sprintf("But there is more than select: by itself the loop takes %s here.", best)
}
