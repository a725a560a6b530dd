//go:build linux

package differential

import (
	"time"

	"fdlab/lab/event"
)

// Timeouts alone. Marks say that some time is over. The twins are
// in testdata/timers.c.
//
// Only orders are printed, and they must not depend on how fast the machine is.
// So what is compared is added in one callback: then all of it counts from the
// same moment, the loop's last return from the kernel.
var timers = []func(){timerOneShot, timerPersist, timerPersistZero, timerOrder, timerOrderLate,
	timerEqualDeadlines, timerAddAgainReplaces, timerAddAgainWithoutTimeoutKeeps,
	timerDelete, timerDeleteExpired, timerAddAgainWhileExpired, timerZeroAddsItself,
	timerPersistKeepsItsSchedule, timerPersistLate, timerCountsFromTheCachedTime,
	timerCachedTimeIsOneForTheTurn, timerFirstOfTheBase,
	timerPersistAddsItselfWithoutTimeout, activeByHandStartsTheTimeout,
	activeByHandEndsAOneShotTimer, manyTimersAddedAndDeleted}

func timerOneShot() {
	var a *event.Event
	a = watch("a", -1, 0, func() { pending(a) })
	add(a, 50)
	pending(a)
	loop(0)
	pending(a)
}

func timerPersist() {
	n := 0
	var a *event.Event
	a = watch("a", -1, event.Persist, func() {
		pending(a)
		if n++; n == 3 {
			del(a)
		}
	})
	add(a, 50)
	loop(0)
}

func timerPersistZero() {
	var a *event.Event
	a = watch("a", -1, event.Persist, func() { pending(a) })
	add(a, 0) // nothing to repeat
	loop(0)
}

func inDisorder() {
	mark("300", 300)
	mark("100", 100)
	mark("500", 500)
	mark("0", 0)
	mark("200", 200)
	mark("400", 400)
}

func timerOrder() { inside(inDisorder, 0) }

// All are over when the loop looks first: still the earliest first.
func timerOrderLate() {
	inside(func() {
		inDisorder()
		busy(600)
	}, event.NonBlock)
}

// Equal deadlines: all in one look, in no order that anybody promises.
func timerEqualDeadlines() {
	n := 0
	var a *event.Event
	inside(func() {
		for range 20 {
			watch("", -1, 0, func() { n++ }).Add(100 * time.Millisecond)
		}
		a = mark("later", 20000)
		busy(200)
		base.Break()
	}, 0)
	loop(event.Once)
	say("%d callbacks", n)
	del(a)
	loop(0)
}

func timerAddAgainReplaces() {
	inside(func() {
		a := mark("later now", 100)
		b := mark("sooner now", 700)
		mark("400", 400)
		add(a, 600)
		add(b, 200)
	}, 0)
}

func timerAddAgainWithoutTimeoutKeeps() {
	inside(func() {
		a := mark("a", 300)
		add(a, -1)
		mark("100", 100)
		mark("500", 500)
		pending(a)
	}, 0)
}

func timerDelete() {
	a := mark("a", 100)
	mark("b", 200)
	del(a)
	pending(a)
	loop(0)
}

// Both timeouts are over: the first callback deletes the second.
func timerDeleteExpired() {
	inside(func() {
		var a *event.Event
		add(watch("b", -1, 0, func() { del(a) }), 10)
		a = mark("a", 50)
		mark("c", 60)
		busy(100)
	}, 0)
}

// A new timeout takes an event back that is active because of the old one.
func timerAddAgainWhileExpired() {
	inside(func() {
		var a *event.Event
		add(watch("b", -1, 0, func() { add(a, 300) }), 10)
		a = mark("a", 50)
		mark("c", 60)
		busy(100)
	}, 0)
}

func timerZeroAddsItself() {
	n := 0
	var a *event.Event
	a = watch("a", -1, 0, func() {
		if n++; n < 3 {
			add(a, 0)
		}
	})
	add(a, 0)
	loop(event.Once)
	loop(event.Once)
	loop(event.Once)
	loop(event.Once)
}

// Due at 1200, held up until 1500: that is late by less than a period, so the
// next is due at 2400 as if nothing had been, and not at 2700.
func timerPersistKeepsItsSchedule() {
	n := 0
	inside(func() {
		var a *event.Event
		a = watch("a", -1, event.Persist, func() {
			if n++; n == 2 {
				del(a)
			}
		})
		add(a, 1200)
		mark("2600", 2600)
		busy(1500)
		base.Break() // else it would sleep for 1200 more
	}, 0)
	loop(0)
}

// Due at 400, held up until 1000: the call of 800 is lost, and the next one is a
// period later, at 1400.
func timerPersistLate() {
	n := 0
	inside(func() {
		var a *event.Event
		a = watch("a", -1, event.Persist, func() {
			if n++; n == 2 {
				del(a)
				return
			}
			mark("300 later", 300)
			mark("500 later", 500)
		})
		add(a, 400)
		busy(1000)
	}, 0)
}

// Timeouts count from the loop's last return from the kernel, not from the add:
// the one of 200 that is added after 500 of work is over already.
func timerCountsFromTheCachedTime() {
	inside(func() {
		busy(500)
		mark("200", 200)
		base.Break()
	}, 0)
	loop(event.NonBlock)
	loop(0)
}

func timerCachedTimeIsOneForTheTurn() {
	n := 0
	add(watch("a", -1, 0, func() {
		busy(200)
		if n++; n == 1 {
			mark("b", 100) // both count from the same moment
			busy(200)
			mark("c", 50)
		}
	}), 0)
	loop(0)
}

// The very first timeout of a base, added in a callback that took long.
func timerFirstOfTheBase() {
	p := pair()
	put(p[1], "x")
	add(watch("a", p[0], event.Read, func() {
		busy(2000)
		mark("b", 1500)
		base.Break()
	}), -1)
	loop(0)
	loop(event.NonBlock) // is it over already?
	loop(0)
}

func timerPersistAddsItselfWithoutTimeout() {
	n := 0
	var a *event.Event
	a = watch("a", -1, event.Persist, func() {
		add(a, -1)
		pending(a)
		if n++; n == 2 {
			del(a)
		}
	})
	add(a, 100)
	loop(0)
}

// Made active by hand, a persistent event's timeout starts from now.
func activeByHandStartsTheTimeout() {
	n := 0
	inside(func() {
		var a *event.Event
		a = watch("a", -1, event.Persist, func() {
			if n++; n == 2 {
				del(a)
				return
			}
			mark("300 later", 300)
			mark("500 later", 500)
		})
		add(a, 400)
		a.Active(event.Write)
	}, 0)
}

func activeByHandEndsAOneShotTimer() {
	a := mark("a", 300)
	a.Active(event.Read)
	loop(0)
}

func manyTimersAddedAndDeleted() {
	var all [200]*event.Event
	for i := range all {
		all[i] = mark("", 1+i*7%200)
	}
	for i := 0; i < 200; i += 2 {
		del(all[i])
	}
	for i := 0; i < 200; i += 20 {
		all[i] = watch("one", -1, 0, nil)
		add(all[i], 1)
	}
	busy(300)
	loop(0)
}
