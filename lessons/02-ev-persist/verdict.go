package main

import (
	"fmt"

	"fdlab/lab/event"
	"fdlab/lab/experiment"
)

// twenty is the call in which the post's program reads. Checks and answer are
// about that program, whatever readingCall says in main.go.
const twenty = 20

// judge computes what the run says: checks, the answer, the verdict. It rests
// on counts, and on what the kernel says is in the FIFO.
func judge(x *experiment.X, fifo *experiment.FIFO, once, each, post *program, first seen, storm *program) {
	table(x, first, once, each, post, storm)
	const line = int64(len(heihei) + 1)
	came := post.left + storm.bytes.Load() + once.bytes.Load() + each.bytes.Load() + post.bytes.Load()
	alone := came == fifo.Scripted()
	check := func(of experiment.Evidence, ok bool, format string, args ...any) {
		if !alone {
			of.NotJudged("somebody else used the FIFO", format, args...)
			return
		}
		of.Check(ok, format, args...)
	}

	calls := once.calls.Load()
	x.Of(1).AtMoment("dispatch-returned").Decides().Check(calls == 1, "one-shot: one echo, %s", callbacks(calls))
	reason, returned := once.loop.Returned()
	x.Of(1).AtMoment("dispatch-returned").Decides().Check(returned && reason == event.NoEvents, "one-shot: dispatch ended: %s", reason)
	check(x.Of(1).AtMoment("dispatch-returned"), once.left == line, "one-shot: what nobody read stays: %d bytes in the kernel", once.left)
	calls = each.calls.Load()
	check(x.Of(2), calls == 4 && each.done.Load() == 4, "persist, and read: %s and %d reads, "+
		"for what step 1 had left and for 3 echoes", callbacks(calls), each.done.Load())
	x.Of(3).AtMoment("read-at-last").Check(first.first == twenty, "the post's: one echo, and call %d of the callback is the first to read", first.first)
	check(x.Of(3).AtMoment("read-at-last").Decides(), first.calls == twenty && first.left == 0, "the post's, after the echo: %s, and %d bytes left",
		callbacks(first.calls), first.left)
	check(x.Of(4).AtMoment("nobody-reads").Decides(), post.spun > many && post.done.Load() == 1 && post.left == line,
		"the post's, after a second echo: %s more, and %d bytes left", callbacks(post.spun), post.left)
	x.Of(5).AtMoment("end-of-file").Check(storm.ends.Load() > many, "opened read-only: after one echo, %s: %s found the end of file",
		experiment.Number(storm.done.Load(), "read"), experiment.Thousands(storm.ends.Load()))
	spin, calm := post.loop.Thread().CPU(), each.loop.Thread().CPU()
	x.Of(4).AtMoment("nobody-reads").TimingCheck(spin > 10*calm, "the spin costs CPU: %s, against %s for the program of step 2",
		experiment.Brief(spin), experiment.Brief(calm))

	// Predict asks how often the callback runs for one echo, and for another.
	switch first, second := first.calls, post.spun; {
	case first == 1 && second == 1:
		x.Answer("a")
	case first == twenty && second == 1:
		x.Answer("b")
	case first == twenty && second > many:
		x.Answer("c")
	case first > many && alone:
		x.Answer("d")
	}
	if once.calls.Load() == 0 {
		x.Verdict(experiment.Undecided, "The one-shot event was never called: somebody else took "+
			"the line out of the FIFO. Run it again.")
		return
	}
	fires := once.calls.Load() == 1
	onlyErrors := !(returned && reason != event.Failed && reason != event.Broken)
	x.Verdict(experiment.Ruling(fires, onlyErrors), "%s %s %s", says(fires), returns(reason, onlyErrors), state(first))
}

func says(fires bool) string {
	if fires {
		return "Without Persist the event fired once, and was gone."
	}
	return "Without Persist the event did not fire once."
}

func returns(reason event.Reason, onlyErrors bool) string {
	if onlyErrors {
		return "Dispatch did not return by itself."
	}
	return fmt.Sprintf("But dispatch returned without an error: %s.", reason)
}

// state says what readiness turned out to be.
func state(first seen) string {
	if first.first > 1 {
		return fmt.Sprintf("And Persist does not mean one call for one write: one echo gave %s, until call %d read it.",
			callbacks(first.first), first.first)
	}
	return fmt.Sprintf("One echo gave %s.", callbacks(first.calls))
}

func callbacks(n int64) string { return experiment.Number(n, "callback") }

// table shows the programs side by side.
func table(x *experiment.X, first seen, once, each, post, storm *program) {
	t := experiment.NewTable("the same echo, four programs",
		"program", "callbacks", "reads", "left unread", "callbacks a second", "CPU")
	for _, p := range []*program{once, each, post, storm} {
		rate := experiment.Word("-")
		if p.spun > 0 {
			rate = experiment.Often(p.rate())
		}
		t.Row(p.name, experiment.Counted(p.calls.Load()), experiment.Counted(p.done.Load()),
			experiment.Sized(p.left), rate, experiment.Lasted(p.loop.Thread().CPU()))
	}
	x.Table(t)
}
