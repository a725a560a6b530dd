package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/experiment"
)

// judge computes what the run says: checks, the answer, the verdict. It rests
// on counts, on order, and on what the kernel says is in the doorbell.
func judge(x *experiment.X, idle, each, big *burst, full *filled, counter *burst) {
	table(x, idle, each, big, counter)
	byHand := each.byHand() + big.byHand() + counter.byHand() + idle.byHand() + full.others
	check := func(of experiment.Evidence, ok bool, format string, args ...any) {
		if byHand > 0 {
			of.NotJudged("you handed something over, too", format, args...)
			return
		}
		of.Check(ok, format, args...)
	}
	check(x.Of(1), idle.done == 5 && idle.calls == 5, "idle: %s, %s, %d items done",
		idle.notifications(), callbacks(idle.calls), idle.done)
	check(x.Of(2).AtMoment("five-bytes").Decides(), each.grows(), "busy, pipe: after each notification the kernel holds %v bytes", each.queued)
	x.Of(2).At(each.freed).Decides().Check(each.early == 0 && each.done == 5, "busy, pipe: %d items done while the worker was busy, "+
		"%d when it was free", each.early, each.done-each.early)
	check(x.Of(2).At(each.freed).AtMoment("a-callback-each").Decides(), each.calls == 5, "busy, one byte a read: %s for %s", callbacks(each.calls), each.notifications())
	check(x.Of(3).At(big.freed).AtMoment("one-for-all"), big.grows() && big.calls == 1 && big.done == 5, "busy, one big read: %s for %s, %d items done",
		callbacks(big.calls), big.notifications(), big.done)
	checkFull(x, full, check)
	if counter == nil {
		x.Of(5).NotJudged("no eventfd on "+runtime.GOOS, "busy, eventfd: one callback for 5 notifications")
	} else {
		check(x.Of(5).At(counter.freed), counter.grows() && counter.calls == 1 && counter.done == 5, "busy, eventfd: the kernel holds %v: "+
			"%s for %s, %d items done", counter.queued, callbacks(counter.calls), counter.notifications(), counter.done)
	}
	x.Of(2).At(each.freed).TimingCheck(each.median() > 2*idle.median(), "a notification waits for a busy worker: %s (the median); for an idle one: %s",
		experiment.Brief(each.median()), experiment.Brief(idle.median()))

	// Predict asks where the notifications are while the worker is busy, and how
	// many callbacks they give when it is free.
	most := slices.Max(append(each.queued, 0))
	kept := most >= 5
	five := each.done == 5 && each.calls >= 5 && each.calls <= 5+each.byHand() // a person's may come on top
	switch {
	case each.blocked && each.done == len(each.items):
		x.Answer("a")
	case most == 1 && each.calls == 1:
		x.Answer("b")
	case most == 0 && five:
		x.Answer("c")
	case kept && five:
		x.Answer("d")
	}
	deferred := each.done == 5 && each.early == 0
	x.Verdict(experiment.Ruling(deferred, !kept), "%s %s", when(each, deferred), where(each, kept))
}

// checkFull checks what happened at the full pipe.
func checkFull(x *experiment.X, f *filled, check func(experiment.Evidence, bool, string, ...any)) {
	check(x.Of(4).AtMoment("full-pipe"), f.err == unix.EAGAIN && f.queued == f.writes,
		"full pipe: %s of one byte fit, and the next gives: %s", experiment.Number(f.writes, "write"), errName(f.err))
	if runtime.GOOS != "linux" {
		x.Of(4).NotJudged("not measured on "+runtime.GOOS, "full pipe: room comes back by pages")
		return
	}
	check(x.Of(4).AtMoment("still-blocked"), f.blocked && !f.writable && f.returned > 0,
		"full pipe: with %s bytes read there is no room yet; room comes back by pages of %s",
		experiment.Thousands(f.page-1), experiment.Thousands(f.page))
}

// grows reports whether the kernel held one more after each notify.
func (b *burst) grows() bool { return slices.Equal(b.queued, []int64{1, 2, 3, 4, 5}) }

// byHand returns how many items came that the script did not hand over.
func (b *burst) byHand() int64 {
	if b == nil {
		return 0
	}
	return b.others
}

// waits returns how long each item that is done was on its way, shortest first.
func (b *burst) waits() (all []time.Duration) {
	for _, i := range b.items {
		if waited, ok := b.worker.waited(i); ok {
			all = append(all, waited)
		}
	}
	slices.Sort(all)
	return append(all, 0)[:max(1, len(all))]
}

func (b *burst) longest() time.Duration { return slices.Max(b.waits()) }

func (b *burst) median() time.Duration { return b.waits()[len(b.waits())/2] }

// after returns how long the last item still took when the worker was free.
func (b *burst) after() time.Duration {
	var last time.Time
	for _, i := range b.items {
		if waited, ok := b.worker.waited(i); ok && i.sent.Add(waited).After(last) {
			last = i.sent.Add(waited)
		}
	}
	return max(0, last.Sub(b.freed))
}

func when(each *burst, deferred bool) string {
	switch {
	case deferred:
		return "A notification to a busy worker was handled later: as soon as the worker was free."
	case each.early > 0:
		return fmt.Sprintf("%d notifications were handled while the worker was busy.", each.early)
	}
	return fmt.Sprintf("Only %d of 5 notifications were ever handled.", each.done)
}

func where(each *burst, kept bool) string {
	if kept {
		return "But until then it was not in the thread's memory: the kernel held it, in the pipe, " +
			"and the loop did not know."
	}
	return "And the kernel did not hold them."
}

func (b *burst) notifications() string { return notifications(int64(len(b.items))) }

func notifications(n int64) string {
	return experiment.Number(n, "notification")
}

func callbacks(n int64) string { return experiment.Number(n, "callback") }

// table shows the workers side by side.
func table(x *experiment.X, idle, each, big, counter *burst) {
	t := experiment.NewTable("what becomes of five notifications",
		"worker", "notified", "in the kernel", "callbacks", "longest wait", "done after it was free")
	add := func(name string, b *burst) {
		if b == nil {
			return
		}
		kernel, after := experiment.Word("-"), experiment.Word("-")
		if b != idle {
			kernel, after = experiment.Counted(slices.Max(append(b.queued, 0))), experiment.Lasted(b.after())
		}
		t.Row(name, experiment.Counted(int64(len(b.items))), kernel, experiment.Counted(b.calls),
			experiment.Lasted(b.longest()), after)
	}
	add("idle", idle)
	add("busy, one byte a read", each)
	add("busy, one big read", big)
	add("busy, eventfd", counter)
	x.Table(t)
}
